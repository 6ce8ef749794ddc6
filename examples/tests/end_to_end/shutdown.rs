//! SIGTERM ends the server in an orderly way.

use std::collections::BTreeSet;

use crate::process::{PATIENCE, until};
use crate::scratch::Scratch;
use crate::smppd::Smppd;
use crate::wire::{RESP, SUBMIT_SM, submit_sm};

/// Submitted in one write, and few enough to be read by the server in a turn or two.
const OPEN: usize = 100;

#[test]
fn every_open_answer_is_written_before_the_end() {
    let scratch = Scratch::new();
    let mut smppd = Smppd::simulator(&scratch.path("data"));
    let mut esme = smppd.stored_session();
    let mut open = BTreeSet::new();
    let mut octets = Vec::new();
    for number in 0..OPEN {
        let destination = format!("4477{number:08}");
        let (sequence, request) = esme.request(SUBMIT_SM, &submit_sm("447700900123", &destination, b"hello"));
        open.insert(sequence);
        octets.extend(request);
    }
    esme.write(&octets);
    // One answer shows that the server is at it; the others are open.
    let first = until("submit_sm_resp", PATIENCE, || esme.receive().filter(|pdu| pdu.id == SUBMIT_SM | RESP));
    open.remove(&first.sequence);

    smppd.process.terminate();

    while let Some(pdu) = esme.receive() {
        if pdu.id == SUBMIT_SM | RESP {
            assert!(open.remove(&pdu.sequence), "submit_sm {} was answered twice", pdu.sequence);
        }
        esme.answer(&pdu);
    }
    assert!(open.is_empty(), "{} of {OPEN} submit_sm without an answer", open.len());
    assert_eq!(smppd.process.wait(PATIENCE).code(), Some(0));
}

#[test]
fn an_idle_server_ends_at_once_with_a_session_bound() {
    let scratch = Scratch::new();
    let mut smppd = Smppd::simulator(&scratch.path("data"));
    let mut esme = smppd.stored_session();

    smppd.process.terminate();

    while let Some(pdu) = esme.receive() {
        esme.answer(&pdu);
    }
    assert_eq!(smppd.process.wait(PATIENCE).code(), Some(0));
}
