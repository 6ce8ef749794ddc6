//! Answering the peer's requests: once, by the right operation, and what follows.

use smpp_session::pdu::{
    CommandId, CommandStatus, DeliverSm, DeliverSmResp, EnquireLink, SequenceNumber, SubmitSm, SubmitSmResp,
    TlvTag, Tlvs,
};
use smpp_session::testing::Pair;
use smpp_session::{Event, Reply, RequestError, RequestKey, RespondError, Role, SessionConfig};

use crate::support::{bound, bound_with, frame, sent_after};

#[test]
fn a_request_is_answered_once() {
    let (mut pair, number) = asked();
    let now = pair.now();
    pair.mc.session.respond(number, Reply::ok(SubmitSmResp::default()), now).unwrap();

    let again = pair.mc.session.respond(number, Reply::ok(SubmitSmResp::default()), now);

    assert_eq!(again, Err(RespondError::NotPending(number)));
}

#[test]
fn an_answer_after_the_end_is_not_pending() {
    let (mut pair, number) = asked();
    pair.cut();
    let now = pair.now();

    let late = pair.mc.session.respond(number, Reply::ok(SubmitSmResp::default()), now);

    assert_eq!(late, Err(RespondError::NotPending(number)));
}

#[test]
fn an_answer_of_another_operation_becomes_a_system_error() {
    let (mut pair, number) = asked();
    let (now, before) = (pair.now(), pair.mc.sent().len());

    let wrong = pair.mc.session.respond(number, Reply::ok(DeliverSmResp::default()), now);

    let (request, answer) = (CommandId::SUBMIT_SM, CommandId::DELIVER_SM_RESP);
    assert_eq!(wrong, Err(RespondError::WrongCommand { request, answer }));
    assert_eq!(
        sent_after(&pair.mc, before),
        [(CommandId::SUBMIT_SM_RESP, number.0, CommandStatus::ESME_RSYSERR)]
    );
    assert_eq!(pair.mc.session.unanswered(), 0);
}

#[test]
fn a_status_alone_answers_by_a_header() {
    let (mut pair, number) = asked();
    let now = pair.now();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RMSGQFUL), now).unwrap();

    assert_eq!(pair.mc.trace().pop().unwrap().frame.len(), 16);
}

#[test]
fn a_status_may_come_with_tlvs_that_say_why() {
    let (mut pair, number) = asked();
    let now = pair.now();
    let mut tlvs = Tlvs::default();
    tlvs.push_u8(TlvTag::DELIVERY_FAILURE_REASON, 3).unwrap();
    let body = SubmitSmResp { tlvs, ..SubmitSmResp::default() };
    pair.mc
        .session
        .respond(number, Reply::with_body(CommandStatus::ESME_RDELIVERYFAILURE, body), now)
        .unwrap();
    pair.settle();

    let (_, status, body) = pair.esme.next_response().unwrap();
    assert_eq!(status, CommandStatus::ESME_RDELIVERYFAILURE);
    assert_eq!(body.tlvs().unwrap().u8(TlvTag::DELIVERY_FAILURE_REASON), Some(3));
}

#[test]
fn what_follows_a_reply_leaves_right_behind_it_in_order() {
    let (mut pair, number) = asked();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    let reply = Reply::ok(SubmitSmResp::default()).then(DeliverSm::default()).then(DeliverSm::default());
    pair.mc.session.respond(number, reply, now).unwrap();

    let sent: Vec<CommandId> = sent_after(&pair.mc, before).iter().map(|(id, _, _)| *id).collect();
    assert_eq!(sent, [CommandId::SUBMIT_SM_RESP, CommandId::DELIVER_SM, CommandId::DELIVER_SM]);
    pair.settle();
    pair.accept_all(Role::Esme).unwrap();
    let (key, _, _) = pair.mc.next_response().unwrap();
    assert_eq!(key, RequestKey::FOLLOWING);
}

#[test]
fn what_follows_waits_for_the_window() {
    let mut pair = bound_with(&SessionConfig::default().send_window(1).unwrap());
    let now = pair.now();
    pair.mc.session.request(&DeliverSm::default(), RequestKey(1), now).unwrap();
    pair.mc.receive(&frame(9, SubmitSm::default()), now);
    pair.settle();
    let before = pair.mc.sent().len();
    let reply = Reply::ok(SubmitSmResp::default()).then(DeliverSm::default());
    pair.mc.session.respond(SequenceNumber(9), reply, now).unwrap();
    pair.settle();
    assert_eq!(sent_after(&pair.mc, before).len(), 1, "the window is full");

    pair.accept_all(Role::Esme).unwrap();

    assert_eq!(sent_after(&pair.mc, before).len(), 2);
}

#[test]
fn what_could_not_follow_is_given_back() {
    let (mut pair, number) = asked();
    let now = pair.now();
    // An MC never submits.
    let reply = Reply::ok(SubmitSmResp::default()).then(SubmitSm::default());
    pair.mc.session.respond(number, reply, now).unwrap();
    pair.settle();

    let Some(Event::NotSent(not_sent)) = pair.mc.events.pop_back() else { panic!("no event") };
    assert!(matches!(not_sent.error, RequestError::NotPermitted(_)));
    assert_eq!(not_sent.body.command_id(), CommandId::SUBMIT_SM);
}

#[test]
fn what_waits_to_follow_at_the_end_is_given_back() {
    let mut pair = bound_with(&SessionConfig::default().send_window(1).unwrap());
    let now = pair.now();
    pair.lose();
    pair.mc.session.request(&DeliverSm::default(), RequestKey(1), now).unwrap();
    pair.mc.receive(&frame(9, SubmitSm::default()), now);
    pair.settle();
    let reply = Reply::ok(SubmitSmResp::default()).then(DeliverSm::default());
    pair.mc.session.respond(SequenceNumber(9), reply, now).unwrap();
    pair.mc.session.close(now);
    pair.settle();

    let given_back = pair.mc.events.iter().any(|event| {
        matches!(event, Event::NotSent(not_sent)
        if matches!(not_sent.error, RequestError::Closed { sent: false, .. }))
    });
    assert!(given_back);
}

#[test]
fn automatic_answers_do_not_wait_for_the_owner() {
    let (mut pair, _) = asked();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&frame(50, EnquireLink::default()), now);
    pair.settle();

    assert_eq!(sent_after(&pair.mc, before), [(CommandId::ENQUIRE_LINK_RESP, 50, CommandStatus::ESME_ROK)]);
}

/// A bound pair whose MC has one submit_sm to answer.
fn asked() -> (Pair, SequenceNumber) {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    (pair, number)
}
