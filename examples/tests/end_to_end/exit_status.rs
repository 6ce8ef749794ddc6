//! What `smpp send` tells a script by its exit status.

use std::net::SocketAddr;

use crate::peers::{Peer, present, script};
use crate::process::{PATIENCE, Process, Stream};
use crate::scratch::free_port;
use crate::smpp::{Send, program};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const TIME_OUT: i32 = 3;

#[test]
fn a_centre_that_is_not_there_is_a_failure() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], free_port()));

    let sent = Send::new(nobody, ("esme", "secret"), "447700900456").run("hello");

    assert_eq!(sent.exit, FAILED);
    assert!(sent.message_ids.is_empty());
}

#[test]
fn a_command_line_without_a_destination_is_a_usage_error() {
    let mut process = Process::start("smpp send", program().args(["send", "--text", "hello"]));

    let status = process.wait(PATIENCE);

    assert_eq!(status.code(), Some(USAGE));
    assert!(process.text(Stream::Stdout).is_empty());
    assert!(process.text(Stream::Stderr).contains("--to"));
}

#[test]
fn a_receipt_that_does_not_come_in_time_is_a_time_out() {
    if !present("a_receipt_that_does_not_come_in_time_is_a_time_out", &[Peer::Node]) {
        return;
    }
    let mut command = script(Peer::Node, "node/server.js");
    let server = Process::start("node/server.js", command.args(["--port", "0", "--receipt-delay", "600000"]));
    let address = server.wait_for("line with its port", |_, line| {
        line.strip_prefix("[server] listening on ")?.trim().parse().ok()
    });

    let sent = Send::new(address, ("esme", "secret"), "447700900456").and_wait_only(1, "hello");

    assert_eq!((sent.exit, sent.status), (TIME_OUT, 0));
    assert_eq!(sent.message_ids.len(), 1);
    assert!(sent.receipts.is_empty());
}
