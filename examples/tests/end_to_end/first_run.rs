//! What a newcomer does first: start smppd without any configuration and send what it says to send.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::process::{PATIENCE, Process, Stream};
use crate::scratch::Scratch;
use crate::smppd::{Smppd, program};

#[test]
fn the_command_that_is_printed_sends_a_first_message() {
    let scratch = Scratch::new();
    let mut command = program();
    command.current_dir(scratch.path("")).args(["serve", "--listen", "127.0.0.1:0"]);
    let smppd = Smppd::listening(Process::start("smppd", &mut command));
    let printed = smppd.process.wait_for("command to send a first message", |_, line| {
        Some(line[line.find("smpp send ")?..].to_owned())
    });

    let status = run_as_printed(&printed);

    assert!(status, "{printed}");
}

#[test]
fn the_password_is_printed_once_and_still_holds_after_a_restart() {
    let scratch = Scratch::new();
    let start = || {
        let mut command = program();
        command.current_dir(scratch.path("")).args(["serve", "--listen", "127.0.0.1:0"]);
        Smppd::listening(Process::start("smppd", &mut command))
    };
    let mut first = start();
    let printed = first.process.wait_for("command to send a first message", |_, line| {
        Some(line[line.find("smpp send ")?..].to_owned())
    });
    first.process.terminate();
    assert!(first.process.wait(PATIENCE).success());

    let second = start();

    let password = word_after(&printed, "--password");
    let with_new_port = printed.replace(word_after(&printed, "--port"), &second.address.port().to_string());
    assert!(run_as_printed(&with_new_port), "{with_new_port}");
    assert!(!second.process.printed(password), "the password is not printed again");
}

/// Runs a command line as a person would paste it, with the built binaries on the path.
fn run_as_printed(line: &str) -> bool {
    let binaries = Path::new(env!("CARGO_BIN_EXE_smpp")).parent().unwrap();
    let path = env::join_paths(
        [binaries.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Process::start(
        "the printed command",
        Command::new("sh").args(["-c", line]).env("PATH", path.unwrap()),
    );
    let status = shell.wait(PATIENCE);
    assert!(!shell.text(Stream::Stdout).is_empty(), "it says what became of the message");
    status.success()
}

fn word_after<'a>(line: &'a str, option: &str) -> &'a str {
    let mut words = line.split_whitespace().skip_while(|word| *word != option);
    words.nth(1).unwrap_or_else(|| panic!("no {option} in the printed command"))
}
