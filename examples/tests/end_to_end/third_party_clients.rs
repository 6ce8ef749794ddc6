//! Python's smpplib and aiosmpplib and npm's smpp as clients of smppd, each run on fresh data.

use std::process::Command;

use crate::peers::{Peer, present, script};
use crate::process::{PATIENCE, Process, Stream};
use crate::scratch::Scratch;
use crate::smppd::Smppd;

#[test]
fn every_client_passes_its_plan() {
    if !present("every_client_passes_its_plan", &[Peer::Python, Peer::Node]) {
        return;
    }
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut command = script(Peer::Python, "run_clients.py");
    command.args(["--plan", "--port", &smppd.address.port().to_string()]);

    let mut clients = Process::start("run_clients.py", &mut command);
    let status = clients.wait(4 * PATIENCE);

    let table = clients.text(Stream::Stdout);
    let passed = table.lines().filter(|line| line[..line.len().min(40)].contains(" ok ")).count();
    assert_eq!(passed, 11, "{table}");
    assert!(status.success());
}

#[test]
fn smpplib_passes_with_all_extras() {
    passes_against_the_server("smpplib", Peer::Python, "python/client_smpplib.py", &["--query"]);
}

#[test]
fn aiosmpplib_passes_with_all_extras() {
    passes_against_the_server("aiosmpplib", Peer::Python, "python/client_aiosmpplib.py", &[]);
}

#[test]
fn npm_smpp_passes_with_all_extras() {
    let extras = ["--extras", "query,cancel,replace,multi,data,rebind"];
    passes_against_the_server("npm smpp", Peer::Node, "node/client.js", &extras);
}

fn passes_against_the_server(name: &str, interpreter: Peer, client: &str, options: &[&str]) {
    if !present(name, &[interpreter]) {
        return;
    }
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));
    let mut command: Command = script(interpreter, client);
    command.args(["--port", &smppd.address.port().to_string()]).args(options).args([
        "--refuse-dest",
        "990058",
        "--refuse-status",
        "88",
        "--echo-dest",
        "7700123",
    ]);

    let mut client = Process::start(name, &mut command);
    let status = client.wait(PATIENCE);

    assert!(status.success(), "{}{}", client.text(Stream::Stdout), client.text(Stream::Stderr));
}
