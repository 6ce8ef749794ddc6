//! The operations beside submit_sm keep their promises across a restart.

use crate::scratch::Scratch;
use crate::smppd::Smppd;
use crate::wire::{QUERY_SM, RESP, query_sm};

const DELIVERED: u8 = 2;

#[test]
fn query_sm_knows_a_final_state_after_a_kill_and_restart() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let mut smppd = Smppd::simulator(&data);
    let mut esme = smppd.stored_session();
    let id = esme.submit("447700900123", "447700900456", b"hello").unwrap();
    let receipt = esme.delivery();
    assert_eq!(
        (receipt.receipt_field("id"), receipt.receipt_field("stat")),
        (id.clone(), "DELIVRD".to_owned())
    );
    smppd.process.kill();

    let smppd = Smppd::simulator(&data);
    let answer = smppd.stored_session().ask(QUERY_SM, &query_sm(&id, "447700900123"));

    assert_eq!((answer.id, answer.status), (QUERY_SM | RESP, 0));
    assert_eq!(answer.message_id(), id);
    // After message_id and final_date come message_state and error_code.
    assert_eq!(answer.body[answer.body.len() - 2], DELIVERED);
}

#[test]
fn a_receipt_waits_on_disk_until_somebody_is_bound() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let mut smppd = Smppd::simulator(&data);
    let id = smppd.stored_session().submit("447700900123", "8800123", b"hello").unwrap();
    // The session is gone, and then the server.
    smppd.process.kill();

    let smppd = Smppd::simulator(&data);
    let receipt = smppd.stored_session().delivery();

    assert!(receipt.is_receipt());
    assert_eq!((receipt.receipt_field("id"), receipt.receipt_field("stat")), (id, "UNDELIV".to_owned()));
    assert_eq!((receipt.source.as_str(), receipt.destination.as_str()), ("8800123", "447700900123"));
}

#[test]
fn query_sm_refuses_an_id_that_was_never_given() {
    let scratch = Scratch::new();
    let smppd = Smppd::simulator(&scratch.path("data"));

    let answer = smppd.stored_session().ask(QUERY_SM, &query_sm("0123456789", "447700900123"));

    assert_eq!(answer.id, QUERY_SM | RESP);
    assert_ne!(answer.status, 0);
}

#[test]
fn a_message_that_is_only_forwarded_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let data = scratch.path("data");
    let mut smppd = Smppd::simulator(&data);
    let id = smppd.fast_session().submit("447700900123", "447700900456", b"hello").unwrap();
    smppd.process.kill();

    let smppd = Smppd::simulator(&data);
    let answer = smppd.fast_session().ask(QUERY_SM, &query_sm(&id, "447700900123"));

    assert_eq!(answer.id, QUERY_SM | RESP);
    assert_ne!(answer.status, 0);
}
