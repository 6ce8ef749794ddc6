//! ajankovic/smpp's session tests, and one for each defect found in it.

use std::time::Duration;

use smpp_session::pdu::{
    AlertNotification, BindTransmitter, CommandId, CommandStatus, DeliverSm, QuerySm, ReplaceSm, SubmitSm,
    SubmitSmResp,
};
use smpp_session::testing::Pair;
use smpp_session::{CloseReason, Reply, RequestError, RequestKey, Role, SessionConfig, SessionState};

use crate::support::{bound, bound_with, frame, outcomes, raw, sent_after};

#[test]
fn test_esme_session() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    pair.esme.session.unbind(now);
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).answered, [1]);
    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
}

#[test]
fn test_esme_session_invalid_status() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RINVDSTADR), now).unwrap();
    pair.settle();

    assert_eq!(pair.esme.next_response().unwrap().1, CommandStatus::ESME_RINVDSTADR);
}

#[test]
fn test_smsc_session() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&frame(3, SubmitSm::default()), now);
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::ok(SubmitSmResp::default()), now).unwrap();

    assert_eq!(sent_after(&pair.mc, before), [(CommandId::SUBMIT_SM_RESP, 3, CommandStatus::ESME_ROK)]);
}

#[test]
fn test_binding_unbinding() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    let bind = BindTransmitter { system_id: "peer".try_into().unwrap(), ..BindTransmitter::default() };
    pair.esme.session.request(&bind, RequestKey(1), now).unwrap();
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    assert_eq!(
        pair.mc.session.bind_info().unwrap().system_id,
        "peer",
        "the peer's own, not the configured one"
    );
    pair.esme.session.unbind(now);
    pair.settle();

    assert_eq!(pair.mc.session.state(), SessionState::Closed);
}

#[test]
fn test_bind_to_dead_end() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.lose();
    pair.esme.session.request(&BindTransmitter::default(), RequestKey(1), now).unwrap();
    pair.advance(Duration::from_secs(30));

    assert!(pair.esme.session.close_reason().is_some());
    assert_eq!(outcomes(&pair.esme.events).lost, [(1, true)]);
}

#[test]
fn defect_1_a_short_read_is_not_fatal() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default()).chunk(3);

    assert!(pair.bind());
}

#[test]
fn defect_2_a_disconnect_before_the_bind_leaks_nothing() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    pair.cut();

    assert_eq!(pair.mc.session.state(), SessionState::Closed);
    assert_eq!(pair.mc.session.poll_timeout(), None);
}

#[test]
fn defect_3_a_refused_bind_does_not_bind() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.esme.session.request(&BindTransmitter::default(), RequestKey(1), now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RBINDFAIL), now).unwrap();
    pair.settle();

    let sent = pair.esme.session.request(&SubmitSm::default(), RequestKey(2), now);
    assert_eq!(sent, Err(RequestError::NotPermitted(SessionState::Open)));
}

#[test]
fn defect_4_timed_out_requests_give_their_slots_back() {
    let config =
        SessionConfig::default().send_window(2).unwrap().response_timeout(Some(Duration::from_secs(1)));
    let mut pair = bound_with(&config);
    pair.lose();
    for round in 0..5 {
        let now = pair.now();
        for key in [0, 1] {
            pair.esme.session.request(&SubmitSm::default(), RequestKey(round * 2 + key), now).unwrap();
        }
        pair.advance(Duration::from_secs(1));
    }

    assert_eq!(outcomes(&pair.esme.events).expired.len(), 10);
}

#[test]
fn defect_5_an_unknown_command_is_survived() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.receive(&raw(0x0000_00FE, 0, 1, b"?"), now);
    pair.settle();

    assert_eq!(pair.mc.session.state(), SessionState::BoundTrx);
}

#[test]
fn defect_11_a_centre_delivers_on_a_transceiver_and_takes_every_submission_operation() {
    let mut pair = bound();
    let now = pair.now();

    assert!(pair.mc.session.request(&DeliverSm::default(), RequestKey(1), now).is_ok());
    assert!(pair.esme.session.request(&QuerySm::default(), RequestKey(1), now).is_ok());
    assert!(pair.esme.session.request(&ReplaceSm::default(), RequestKey(1), now).is_ok());
}

#[test]
fn defect_12_nothing_waits_for_an_answer_that_does_not_exist() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.session.notify(AlertNotification::default(), now).unwrap();
    pair.advance(Duration::from_secs(61));

    assert_eq!(pair.mc.session.window_in_use(), 0);
    assert!(outcomes(&pair.mc.events).expired.is_empty());
}

#[test]
fn defect_14_a_centre_pushes_while_it_answers() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.receive(&frame(3, SubmitSm::default()), now);
    pair.settle();
    pair.mc.session.request(&DeliverSm::default(), RequestKey(1), now).unwrap();
    pair.accept_all(Role::Mc).unwrap();
    pair.accept_all(Role::Esme).unwrap();

    assert_eq!(outcomes(&pair.mc.events).answered, [1]);
}
