//! Keep-alive and inactivity.

use std::time::Duration;

use smpp_session::pdu::{CommandId, CommandStatus, DeliverSm, EnquireLink, EnquireLinkResp, SubmitSm};
use smpp_session::testing::{End, Pair};
use smpp_session::{CloseReason, Event, Reply, RequestKey, Role, SessionConfig, SessionState, Timer};

use crate::support::{bound, bound_with, frame, response, sent_after};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn silence_is_probed_and_the_answer_keeps_the_line() {
    let mut pair =
        Pair::bound(SessionConfig::default(), SessionConfig::default().enquire_link_interval(None));
    pair.advance(29 * SECOND);
    assert_eq!(probes(&pair.esme), 0);
    pair.advance(SECOND);
    assert_eq!(probes(&pair.esme), 1);
    pair.advance(600 * SECOND);

    assert_eq!(probes(&pair.esme), 21);
    assert_eq!(pair.esme.session.state(), SessionState::BoundTrx);
}

#[test]
fn no_answer_closes_and_names_the_timer() {
    let mut pair = bound();
    pair.lose();
    pair.advance(59 * SECOND);
    assert_eq!(pair.esme.session.close_reason(), None);
    pair.advance(SECOND);

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::EnquireLinkAnswer)));
}

#[test]
fn any_pdu_of_the_peer_counts_as_life() {
    let mut pair =
        Pair::bound(SessionConfig::default(), SessionConfig::default().enquire_link_interval(None));
    for number in 1..=10 {
        pair.advance(20 * SECOND);
        let now = pair.now();
        pair.esme.receive(&frame(number, DeliverSm::default()), now);
        pair.settle();
        pair.accept_all(Role::Esme).unwrap();
    }

    assert_eq!(probes(&pair.esme), 0);
}

#[test]
fn any_pdu_rescues_a_probe_that_is_not_answered() {
    let mut pair = bound();
    pair.lose();
    pair.advance(50 * SECOND);
    assert_eq!(probes(&pair.esme), 1);
    let now = pair.now();
    pair.esme.receive(&frame(3, DeliverSm::default()), now);
    pair.settle();
    pair.advance(29 * SECOND);

    assert_eq!(pair.esme.session.close_reason(), None, "rescued at 50 s");
    assert_eq!(probes(&pair.esme), 1, "the next probe is due at 80 s");
    pair.advance(SECOND);
    assert_eq!(probes(&pair.esme), 2);
}

#[test]
fn our_own_sending_is_no_life_of_the_peers() {
    let mut pair = bound();
    pair.lose();
    for key in 0..6 {
        pair.advance(10 * SECOND);
        let now = pair.now();
        let _sent = pair.esme.session.request(&SubmitSm::default(), RequestKey(key), now);
    }

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::EnquireLinkAnswer)));
}

#[test]
fn enquire_link_is_answered_in_every_state() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.mc.receive(&frame(9, EnquireLink::default()), now);
    pair.settle();

    let answer = (CommandId::ENQUIRE_LINK_RESP, 9, CommandStatus::ESME_ROK);
    assert_eq!(sent_after(&pair.mc, 0), [answer]);
    assert!(pair.mc.events.is_empty(), "the owner need not know");
}

#[test]
fn nothing_is_probed_before_the_bind() {
    let config = SessionConfig::default().session_init_timeout(None);
    let mut pair = Pair::new(config.clone(), config);
    pair.advance(300 * SECOND);

    assert_eq!(probes(&pair.esme) + probes(&pair.mc), 0);
}

#[test]
fn a_late_answer_to_a_probe_is_no_event() {
    let mut pair = bound();
    pair.lose();
    pair.advance(30 * SECOND);
    let now = pair.now();
    pair.esme.receive(&frame(3, DeliverSm::default()), now);
    pair.settle();
    pair.accept_all(Role::Esme).unwrap();
    pair.esme.events.clear();
    pair.advance(70 * SECOND);
    let now = pair.now();
    pair.esme.receive(&response(12_345, CommandStatus::ESME_ROK, EnquireLinkResp::default()), now);
    pair.settle();

    assert!(!pair.esme.events.iter().any(|event| matches!(event, Event::Unmatched(_))));
}

#[test]
fn silence_that_our_own_back_pressure_makes_is_no_death() {
    let mut pair = bound_with(&SessionConfig::default().inbound_limit(1).unwrap());
    let now = pair.now();
    pair.mc.receive(&frame(1, SubmitSm::default()), now);
    pair.settle();
    assert!(!pair.mc.session.wants_input());
    pair.lose();

    pair.advance(600 * SECOND);

    assert_eq!(pair.mc.session.close_reason(), None);
    assert_eq!(probes(&pair.mc), 0);
}

#[test]
fn a_slow_handler_stops_neither_keep_alive_nor_other_responses() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.mc.session.request(&DeliverSm::default(), RequestKey(2), now).unwrap();
    pair.settle();
    pair.accept_all(Role::Esme).unwrap();
    pair.advance(45 * SECOND);

    assert_eq!(pair.mc.session.unanswered(), 1, "the handler is still at it");
    assert_eq!(pair.mc.session.window_in_use(), 0, "the deliver_sm was answered");
    assert_eq!(pair.mc.session.state(), SessionState::BoundTrx);
    assert!(probes(&pair.esme) > 0);
}

#[test]
fn inactivity_is_postponed_by_requests_of_either_end_and_not_by_probes() {
    let idle = SessionConfig::default().inactivity_timeout(Some(100 * SECOND));
    let mut pair = Pair::bound(SessionConfig::default(), idle);
    pair.advance(90 * SECOND);
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    pair.advance(99 * SECOND);
    assert_eq!(pair.mc.session.close_reason(), None);
    pair.advance(SECOND);

    assert!(probes(&pair.esme) > 2, "probes went on all the time");
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Inactivity)));
    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::PeerUnbound), "it unbound first");
}

#[test]
fn inactivity_is_not_postponed_by_responses() {
    let idle = SessionConfig::default().inactivity_timeout(Some(100 * SECOND));
    let mut pair = Pair::bound(idle, SessionConfig::default());
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    pair.advance(50 * SECOND);
    let now = pair.now();
    let (number, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_ROK), now).unwrap();
    pair.settle();
    pair.advance(50 * SECOND);

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Inactivity)));
}

#[test]
fn a_flood_of_enquire_link_pauses_reading_and_is_counted() {
    let mut pair = bound_with(&SessionConfig::default().flood_limit(100).unwrap());
    let now = pair.now();
    let flood: Vec<u8> = (0..5_000).flat_map(|number| frame(number, EnquireLink::default())).collect();
    pair.mc.receive(&flood, now);
    pair.settle();
    let answered = || sent_after(&pair.mc, 1).len();
    assert_eq!(answered(), 100);
    assert!(!pair.mc.session.wants_input());
    pair.advance(SECOND);

    assert_eq!(sent_after(&pair.mc, 1).len(), 200, "and on it goes, a hundred a second");
    assert!(pair.mc.session.counters().flood_pauses >= 2);
    assert_eq!(pair.mc.session.close_reason(), None, "whole frames never end a session");
}

fn probes(end: &End) -> usize {
    end.sent().iter().filter(|pdu| pdu.command_id() == CommandId::ENQUIRE_LINK).count()
}
