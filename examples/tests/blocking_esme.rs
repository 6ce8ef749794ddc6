//! The ESME without a runtime against the Message Centre in one screen, both as programs.

#![expect(clippy::expect_used, reason = "support code of tests")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

#[test]
fn it_submits_a_message_and_receives_it_back() {
    let mut centre = Running(
        Command::new(env!("CARGO_BIN_EXE_minimal_mc"))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("minimal_mc starts"),
    );
    let address = first_line(&mut centre.0).replace("listening on ", "");

    let esme = Command::new(env!("CARGO_BIN_EXE_blocking_esme")).arg(&address).output().expect("it runs");

    let said = String::from_utf8_lossy(&esme.stdout);
    let complaints = String::from_utf8_lossy(&esme.stderr);
    assert!(esme.status.success(), "{said}{complaints}");
    assert!(said.contains("bound to minimal_mc"), "{said}");
    assert!(said.contains("submitted as 1"), "{said}");
    assert!(said.contains("received 21 octets"), "{said}");
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
    line.trim().to_owned()
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Whether it has ended by itself does not matter.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
