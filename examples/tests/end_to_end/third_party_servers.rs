//! `smpp send` against message centres that others wrote.

use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use crate::peers::{Peer, present, script};
use crate::process::{PATIENCE, Process, Stream, until};
use crate::scratch::free_port;
use crate::smpp::Send;

#[test]
fn npm_smpp_takes_texts_and_sends_receipts() {
    if !present("npm_smpp_takes_texts_and_sends_receipts", &[Peer::Node]) {
        return;
    }
    let mut server = node_server();

    Send::new(server.1, ("esme", "secret"), "447700900456").and_wait("hello").assert_receipt("DELIVRD");
    Send::new(server.1, ("esme", "secret"), "8800123").and_wait("hello").assert_receipt("UNDELIV");
    Send::new(server.1, ("esme", "secret"), "8801123").and_wait("hello").assert_receipt("EXPIRED");

    // The server counts what it saw and complains of whatever it could not make sense of.
    server.0.terminate();
    server.0.wait(PATIENCE);
    let said: Value = serde_json::from_str(server.0.text(Stream::Stdout).trim()).unwrap();
    let counts = &said["counts"];
    assert_eq!(counts["submit"], 3, "{said}");
    assert_eq!(counts["receipts"], 3, "{said}");
    assert_eq!(counts["deliver_resp"], 3, "{said}");
    assert_eq!(counts["unbind"], 3, "{said}");
    assert_eq!(counts["nack_seen"], 0, "{said}");
    assert_eq!(counts["errors"].as_array().map(Vec::len), Some(0), "{said}");
}

#[test]
fn npm_smpp_refuses_what_its_plan_refuses() {
    if !present("npm_smpp_refuses_what_its_plan_refuses", &[Peer::Node]) {
        return;
    }
    let server = node_server();

    let refused = Send::new(server.1, ("esme", "secret"), "990058").and_wait("no");

    assert_eq!((refused.exit, refused.status), (1, 0x58), "{refused:?}");
    assert!(refused.message_ids.is_empty(), "{refused:?}");
}

#[test]
fn npm_smpp_refuses_a_wrong_password() {
    if !present("npm_smpp_refuses_a_wrong_password", &[Peer::Node]) {
        return;
    }
    let server = node_server();

    let refused = Send::new(server.1, ("esme", "wrong!"), "447700900456").run("hello");

    assert_eq!((refused.exit, refused.status), (1, 0x0e), "{refused:?}");
}

#[test]
fn a_python_centre_steered_by_the_text_is_understood() {
    if !present("a_python_centre_steered_by_the_text_is_understood", &[Peer::Python]) {
        return;
    }
    let port = free_port();
    let mut command = script(Peer::Python, "smsc_sim.py");
    let server =
        Process::start("smsc_sim.py", command.args(["--port", &port.to_string(), "--delay", "0.05"]));
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    until("listening smsc_sim.py", PATIENCE, || TcpStream::connect(address).ok());

    let send = || Send::new(address, ("anyone", "anything"), "447700900456");
    send().and_wait("hello").assert_receipt("DELIVRD");
    send().and_wait("FAIL x").assert_receipt("UNDELIV");
    send().and_wait("EXPIRE x").assert_receipt("EXPIRED");
    let refused = send().and_wait("REJECT x");

    assert_eq!((refused.exit, refused.status), (1, 0x45), "{refused:?}");
    drop(server);
}

/// npm's smpp as a message centre that keeps the number plan.
fn node_server() -> (Process, SocketAddr) {
    let mut command = script(Peer::Node, "node/server.js");
    let server = Process::start("node/server.js", command.args(["--port", "0"]));
    let address = server.wait_for("line with its port", |_, line| {
        line.strip_prefix("[server] listening on ")?.trim().parse().ok()
    });
    (server, address)
}
