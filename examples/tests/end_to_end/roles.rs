//! Each role in one screen, one talking to the other.

use std::process::Command;

use crate::process::{PATIENCE, Process, Stream};
use crate::smppd::listening_on;
use crate::wire::{Esme, SUBMIT_SM, submit_sm};

#[test]
fn an_esme_without_a_runtime_talks_to_a_message_centre_in_one_screen() {
    let centre = Process::start("minimal_mc", minimal_mc().arg("127.0.0.1:0"));
    let address = listening_on(&centre);

    let mut command = Command::new(env!("CARGO_BIN_EXE_blocking_esme"));
    let mut esme = Process::start("blocking_esme", command.arg(address.to_string()));

    assert!(esme.wait(PATIENCE).success());
    // Bound, submitted, got its own message back, took leave.
    for step in ["bound", "submitted", "received", "closed"] {
        assert!(esme.text(Stream::Stdout).contains(step), "{step}");
    }
}

#[test]
fn the_message_centre_in_one_screen_sends_back_the_same_octets() {
    let centre = Process::start("minimal_mc", minimal_mc().arg("127.0.0.1:0"));
    let mut esme = Esme::bound(listening_on(&centre), "demo", "secret");

    // The echo is free to come before the answer to the submit_sm.
    let (_, request) = esme.request(SUBMIT_SM, &submit_sm("1000", "2000", b"there and back"));
    esme.write(&request);
    let echo = esme.delivery();

    assert_eq!((echo.source.as_str(), echo.destination.as_str()), ("2000", "1000"));
    assert_eq!(echo.octets, b"there and back");
}

fn minimal_mc() -> Command {
    Command::new(env!("CARGO_BIN_EXE_minimal_mc"))
}
