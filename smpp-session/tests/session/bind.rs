//! Binding: all kinds, refusal, versions, outbind, session_init_timer.

use std::sync::Arc;
use std::time::Duration;

use smpp_session::pdu::{
    BindReceiver, BindTransceiver, BindTransceiverResp, BindTransmitter, Body, CommandId, CommandStatus,
    DataSm, InterfaceVersion, MessageState, Outbind, SubmitSm, TlvTag,
};
use smpp_session::testing::Pair;
use smpp_session::{
    BindMode, CloseReason, Event, Reply, RequestError, RequestKey, Role, Session, SessionConfig,
    SessionState, Timer,
};

use crate::support::frame;

const KEY: RequestKey = RequestKey(7);

#[test]
fn each_kind_of_bind_leads_to_its_state() {
    let mut tx = pair();
    let now = tx.now();
    tx.esme.session.request(&BindTransmitter::default(), KEY, now).unwrap();
    accept(&mut tx);
    let mut rx = pair();
    let now = rx.now();
    rx.esme.session.request(&BindReceiver::default(), KEY, now).unwrap();
    accept(&mut rx);
    let mut trx = pair();
    let now = trx.now();
    trx.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    accept(&mut trx);

    assert_eq!(states(&tx), (SessionState::BoundTx, SessionState::BoundTx));
    assert_eq!(states(&rx), (SessionState::BoundRx, SessionState::BoundRx));
    assert_eq!(states(&trx), (SessionState::BoundTrx, SessionState::BoundTrx));
}

#[test]
fn both_ends_know_who_is_who_after_a_bind() {
    let mut pair = pair();
    let now = pair.now();
    let bind = BindTransceiver {
        system_id: "esme".try_into().unwrap(),
        interface_version: InterfaceVersion::V3_4,
        ..BindTransceiver::default()
    };
    pair.esme.session.request(&bind, KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    let response = BindTransceiverResp {
        system_id: Some("centre".try_into().unwrap()),
        ..BindTransceiverResp::default()
    };
    pair.mc.session.respond(number, Reply::ok(response), now).unwrap();
    pair.settle();

    for end in [&pair.esme, &pair.mc] {
        let info = end.session.bind_info().unwrap();
        assert_eq!(info.mode, BindMode::Transceiver);
        assert_eq!((info.system_id.as_str(), info.mc_system_id.as_str()), ("esme", "centre"));
        assert_eq!(info.interface_version, InterfaceVersion::V3_4);
        assert!(end.events.iter().any(|event| matches!(event, Event::Bound(_))));
    }
    assert_eq!(pair.esme.session.bind_info().unwrap().peer_interface_version, Some(0x50));
    assert_eq!(pair.mc.session.bind_info().unwrap().peer_interface_version, Some(0x34));
}

#[test]
fn a_refused_bind_leaves_the_state_open_and_may_be_tried_again() {
    let mut pair = pair();
    let now = pair.now();
    pair.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RBINDFAIL), now).unwrap();
    pair.settle();

    let (key, status, _) = pair.esme.next_response().unwrap();
    assert_eq!((key, status), (KEY, CommandStatus::ESME_RBINDFAIL));
    assert_eq!(states(&pair), (SessionState::Open, SessionState::Open));
    let refused = pair.esme.session.request(&SubmitSm::default(), KEY, now);
    assert_eq!(refused, Err(RequestError::NotPermitted(SessionState::Open)));
    assert!(pair.bind(), "the next bind succeeds");
}

#[test]
fn a_second_bind_is_answered_already_bound() {
    let mut pair = Pair::bound(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.mc.receive(&frame(50, BindTransceiver::default()), now);
    pair.settle();

    let answer = pair.mc.sent().pop().unwrap();
    assert_eq!(answer.command_status, CommandStatus::ESME_RALYBND);
    assert_eq!(answer.command_id(), CommandId::BIND_TRANSCEIVER_RESP);
    assert_eq!(pair.mc.session.state(), SessionState::BoundTrx);
}

#[test]
fn a_second_bind_before_the_first_is_answered_does_not_reach_the_owner() {
    let mut pair = pair();
    let now = pair.now();
    pair.mc.receive(&frame(1, BindTransceiver::default()), now);
    pair.mc.receive(&frame(2, BindReceiver::default()), now);
    pair.mc.receive(&frame(3, SubmitSm::default()), now);
    pair.settle();

    assert_eq!(pair.mc.session.unanswered(), 1, "only the first bind waits for the owner");
    let answers: Vec<_> =
        pair.mc.sent().iter().map(|pdu| (pdu.sequence_number.0, pdu.command_status)).collect();
    assert_eq!(answers, [(2, CommandStatus::ESME_RALYBND), (3, CommandStatus::ESME_RINVBNDSTS)]);
}

#[test]
fn the_centre_tells_its_version_to_peers_of_v3_4_only() {
    let told = |version| {
        let mut pair = pair();
        let now = pair.now();
        let bind = BindTransmitter { interface_version: version, ..BindTransmitter::default() };
        pair.esme.session.request(&bind, KEY, now).unwrap();
        accept(&mut pair);
        let response = pair.mc.sent().pop().unwrap();
        response.body.tlvs().unwrap().u8(TlvTag::SC_INTERFACE_VERSION)
    };

    assert_eq!(told(InterfaceVersion::V5_0), Some(0x50));
    assert_eq!(told(InterfaceVersion::V3_4), Some(0x50));
    assert_eq!(told(InterfaceVersion::V3_3), None);
}

#[test]
fn a_version_of_the_owners_own_is_kept() {
    let mut pair = pair();
    let now = pair.now();
    pair.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    let mut response = BindTransceiverResp::default();
    response.tlvs.push_u8(TlvTag::SC_INTERFACE_VERSION, 0x34).unwrap();
    pair.mc.session.respond(number, Reply::ok(response), now).unwrap();

    let sent = pair.mc.sent().pop().unwrap();
    let tlvs = sent.body.tlvs().unwrap();
    assert_eq!(tlvs.get_all(TlvTag::SC_INTERFACE_VERSION).collect::<Vec<_>>(), [&[0x34]]);
}

#[test]
fn peers_of_v3_3_are_sent_no_tlvs_and_nothing_newer() {
    let mut pair = pair();
    let now = pair.now();
    let bind = BindTransmitter { interface_version: InterfaceVersion::V3_3, ..BindTransmitter::default() };
    pair.esme.session.request(&bind, KEY, now).unwrap();
    accept(&mut pair);

    let mut submit = SubmitSm::default();
    submit.tlvs.push_u8(TlvTag::MESSAGE_STATE, MessageState::DELIVERED.0).unwrap();
    pair.esme.session.request(&submit, KEY, now).unwrap();
    let sent = pair.esme.sent().pop().unwrap();
    assert!(sent.body.tlvs().unwrap().is_empty());
    let refused = pair.esme.session.request(&DataSm::default(), KEY, now);
    assert_eq!(refused, Err(RequestError::Version));
}

#[test]
fn a_refusal_to_a_peer_of_v3_3_has_the_empty_body_it_expects() {
    let mut pair = pair();
    let now = pair.now();
    let bind = BindTransmitter { interface_version: InterfaceVersion::V3_3, ..BindTransmitter::default() };
    pair.esme.session.request(&bind, KEY, now).unwrap();
    accept(&mut pair);
    pair.esme.session.request(&SubmitSm::default(), KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RTHROTTLED), now).unwrap();

    let frame = pair.mc.trace().pop().unwrap().frame;
    assert_eq!(frame.len(), 17, "a header and one NUL");
}

#[test]
fn outbind_is_told_and_answered_by_a_bind() {
    let mut pair = pair();
    let now = pair.now();
    pair.mc.session.notify(Outbind::default(), now).unwrap();
    pair.settle();

    assert_eq!(states(&pair), (SessionState::Outbound, SessionState::Outbound));
    assert!(matches!(pair.esme.next_request(), Some((_, Body::Outbind(_)))));
    pair.esme.session.request(&BindReceiver::default(), KEY, now).unwrap();
    accept(&mut pair);
    assert_eq!(states(&pair), (SessionState::BoundRx, SessionState::BoundRx));
}

#[test]
fn session_init_timer_is_absolute() {
    let mut pair = pair();
    for _ in 0..5 {
        pair.advance(Duration::from_secs(5));
        let now = pair.now();
        pair.mc.receive(&frame(1, smpp_session::pdu::EnquireLink::default()), now);
        pair.mc.receive(&frame(2, SubmitSm::default()), now);
        pair.settle();
    }
    assert_eq!(pair.mc.session.state(), SessionState::Open);

    pair.advance(Duration::from_secs(5));

    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::TimerExpired(Timer::SessionInit)));
}

#[test]
fn session_init_timer_is_cancelled_by_a_successful_bind() {
    let quiet = || SessionConfig::default().enquire_link_interval(None);
    let mut pair = Pair::bound(quiet(), quiet());

    pair.advance(Duration::from_secs(3_600));

    assert_eq!(states(&pair), (SessionState::BoundTrx, SessionState::BoundTrx));
}

#[test]
fn frames_over_one_kilobyte_are_refused_before_the_bind() {
    let mut pair = pair();
    let now = pair.now();
    pair.mc.receive(&1_025_u32.to_be_bytes(), now);
    pair.settle();

    let reason = CloseReason::FrameLength { command_length: 1_025, max: 1_024 };
    assert_eq!(pair.mc.session.close_reason(), Some(reason));
}

#[test]
fn a_bind_whose_response_never_comes_expires() {
    let config = SessionConfig::default().response_timeout(Some(Duration::from_secs(2)));
    let mut pair = Pair::new(config, SessionConfig::default());
    let now = pair.now();
    pair.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    pair.advance(Duration::from_secs(2));

    assert!(pair.esme.events.iter().any(|event| matches!(event, Event::Expired { key: KEY })));
    assert!(!pair.esme.session.is_binding());
}

#[test]
fn reply_and_close_refuses_for_good() {
    let mut pair = pair();
    let now = pair.now();
    pair.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();

    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RINVPASWD).closing(), now).unwrap();

    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::Local));
    pair.settle();
    assert_eq!(pair.esme.next_response().unwrap().1, CommandStatus::ESME_RINVPASWD, "the answer still left");
}

#[test]
fn settings_may_change_while_a_bind_is_decided() {
    let mut pair = pair();
    let now = pair.now();
    pair.esme.session.request(&BindTransceiver::default(), KEY, now).unwrap();
    pair.settle();
    let (number, _) = pair.mc.next_request().unwrap();
    let account = SessionConfig::default().send_window(3).unwrap().inbound_limit(2).unwrap();

    pair.mc.session.configure(Arc::new(account), now);
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_ROK), now).unwrap();

    assert_eq!(pair.mc.session.window_available(), 3);
    assert_eq!(pair.mc.session.statistics(now).receive_window, 2);
}

#[test]
fn a_request_of_the_wrong_role_is_refused_locally() {
    let now = pair().now();
    let mut mc = Session::new(Role::Mc, Arc::new(SessionConfig::default()), now);

    let refused = mc.request(&BindTransceiver::default(), KEY, now);

    assert_eq!(refused, Err(RequestError::NotPermitted(SessionState::Open)));
    assert!(mc.transmit().is_empty());
}

fn pair() -> Pair {
    Pair::new(SessionConfig::default(), SessionConfig::default())
}

fn accept(pair: &mut Pair) {
    pair.settle();
    assert_eq!(pair.accept_all(Role::Mc), Ok(1));
}

fn states(pair: &Pair) -> (SessionState, SessionState) {
    (pair.esme.session.state(), pair.mc.session.state())
}
