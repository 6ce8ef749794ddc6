//! Leaving: unbind both ways, with open requests, crossing; and lines that just end.

use std::time::Duration;

use smpp_session::pdu::{
    BindTransceiver, CommandId, CommandStatus, DeliverSm, SequenceNumber, SubmitSm, SubmitSmResp, Unbind,
    UnbindResp,
};
use smpp_session::testing::Pair;
use smpp_session::{
    CloseReason, Event, Reply, RequestError, RequestKey, Role, SessionConfig, SessionState, Timer,
};

use crate::support::{bound, bound_with, frame, outcomes, response, sent_after};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn unbind_is_answered_reported_and_closes_both() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.unbind(now);
    pair.settle();

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::PeerUnbound));
    assert!(pair.mc.events.iter().any(|event| matches!(event, Event::UnbindReceived)));
    assert!(matches!(pair.mc.events.back(), Some(Event::Closed(CloseReason::PeerUnbound))));
}

#[test]
fn unbind_waits_for_open_requests_both_ways() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.mc.session.request(&DeliverSm::default(), RequestKey(2), now).unwrap();
    pair.settle();
    pair.esme.session.unbind(now);
    pair.settle();
    let unbinds =
        |pair: &Pair| pair.esme.sent().iter().filter(|pdu| pdu.command_id() == CommandId::UNBIND).count();
    assert_eq!(unbinds(&pair), 0);
    assert!(matches!(
        pair.esme.session.request(&SubmitSm::default(), RequestKey(3), now),
        Err(RequestError::NotPermitted(_))
    ));

    pair.accept_all(Role::Mc).unwrap();
    assert_eq!(unbinds(&pair), 0, "the deliver_sm is not answered yet");
    pair.accept_all(Role::Esme).unwrap();

    assert_eq!(unbinds(&pair), 1);
    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
}

#[test]
fn unbind_waits_no_longer_than_the_drain_timer() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    pair.esme.session.unbind(now);
    pair.advance(10 * SECOND);

    // The peer still has a request to answer, and answers the unbind behind it.
    assert_eq!(pair.esme.session.close_reason(), None);
    pair.accept_all(Role::Mc).unwrap();
    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
    assert_eq!(outcomes(&pair.esme.events).answered, [1]);
}

#[test]
fn an_unbind_without_answer_ends_with_its_timer_and_hands_everything_over() {
    let mut pair = bound();
    let now = pair.now();
    pair.lose();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.esme.receive(&frame(70, DeliverSm::default()), now);
    pair.settle();
    pair.esme.session.unbind(now);
    pair.advance(15 * SECOND);

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Unbind)));
    assert_eq!(outcomes(&pair.esme.events).lost, [(1, true)]);
    assert!(pair.esme.events.iter().any(|event| matches!(
        event,
        Event::Unanswered { sequence_number: SequenceNumber(70), command_id: CommandId::DELIVER_SM }
    )));
}

#[test]
fn a_received_unbind_is_answered_behind_what_was_asked_before() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&frame(20, SubmitSm::default()), now);
    pair.mc.receive(&frame(21, Unbind::default()), now);
    pair.mc.receive(&frame(22, SubmitSm::default()), now);
    pair.settle();
    pair.mc.session.respond(SequenceNumber(20), Reply::ok(SubmitSmResp::default()), now).unwrap();

    assert_eq!(
        sent_after(&pair.mc, before),
        [
            (CommandId::SUBMIT_SM_RESP, 22, CommandStatus::ESME_RINVBNDSTS),
            (CommandId::SUBMIT_SM_RESP, 20, CommandStatus::ESME_ROK),
            (CommandId::UNBIND_RESP, 21, CommandStatus::ESME_ROK),
        ]
    );
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::PeerUnbound));
}

#[test]
fn a_received_unbind_is_answered_in_time_even_if_a_handler_is_stuck() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.receive(&frame(20, SubmitSm::default()), now);
    pair.mc.receive(&frame(21, Unbind::default()), now);
    pair.advance(10 * SECOND);

    assert_eq!(pair.mc.sent().pop().unwrap().command_id(), CommandId::UNBIND_RESP);
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::PeerUnbound));
}

#[test]
fn responses_still_count_after_an_unbind_was_answered() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.mc.session.request(&DeliverSm::default(), RequestKey(4), now).unwrap();
    pair.lose();
    pair.mc.receive(&frame(21, Unbind::default()), now);
    pair.settle();
    assert_eq!(pair.mc.session.state(), SessionState::Unbound);

    let answer = response(number.0, CommandStatus::ESME_ROK, smpp_session::pdu::DeliverSmResp::default());
    pair.mc.receive(&answer, now);
    pair.settle();

    assert_eq!(outcomes(&pair.mc.events).answered, [4]);
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::PeerUnbound));
}

#[test]
fn crossing_unbinds_are_both_answered() {
    let mut pair = Pair::bound(SessionConfig::default(), SessionConfig::default()).latency(SECOND);
    let now = pair.now();
    pair.esme.session.unbind(now);
    pair.mc.session.unbind(now);
    pair.advance(5 * SECOND);

    for end in [&pair.esme, &pair.mc] {
        let answers = end.sent().iter().filter(|pdu| pdu.command_id() == CommandId::UNBIND_RESP).count();
        assert_eq!(answers, 1);
        assert_eq!(end.session.close_reason(), Some(CloseReason::Unbound));
    }
}

#[test]
fn requests_after_unbind_are_told_to_try_elsewhere() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.settle();
    pair.mc.session.unbind(now);
    pair.esme.session.request(&SubmitSm::default(), RequestKey(2), now).unwrap();
    pair.settle();

    let (key, status, _) = pair.esme.next_response().unwrap();
    assert_eq!((key, status), (RequestKey(2), CommandStatus::ESME_RTHROTTLED));
    pair.accept_all(Role::Mc).unwrap();
    assert_eq!(outcomes(&pair.esme.events).answered, [1], "what was asked before is answered");
}

#[test]
fn unbind_of_an_unbound_session_closes_at_once() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.esme.session.unbind(now);
    pair.settle();

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Local));
    assert!(pair.esme.sent().is_empty());
}

#[test]
fn an_unbind_refused_by_the_peer_still_ends_the_session() {
    let mut pair = bound();
    let now = pair.now();
    pair.lose();
    pair.esme.session.unbind(now);
    let number = pair.esme.sent().pop().unwrap().sequence_number.0;
    pair.esme.receive(&response(number, CommandStatus::ESME_RINVBNDSTS, UnbindResp::default()), now);
    pair.settle();

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
}

#[test]
fn a_peer_may_close_at_any_moment() {
    let cut = |prepare: fn(&mut Pair)| {
        let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
        prepare(&mut pair);
        pair.cut();
        assert_eq!(pair.esme.session.state(), SessionState::Closed);
        assert_eq!(pair.mc.session.state(), SessionState::Closed);
        assert!(pair.esme.session.poll_timeout().is_none(), "no timer is left");
        assert!(matches!(pair.esme.events.back(), Some(Event::Closed(_))));
        pair
    };

    let before_bind = cut(|_| {});
    let during_bind = cut(|pair| {
        let now = pair.now();
        pair.esme.session.request(&BindTransceiver::default(), RequestKey(1), now).unwrap();
        pair.settle();
    });
    let after_failed_bind = cut(|pair| {
        let now = pair.now();
        pair.esme.session.request(&BindTransceiver::default(), RequestKey(1), now).unwrap();
        pair.settle();
        let (number, _) = pair.mc.next_request().unwrap();
        pair.mc.session.respond(number, Reply::from(CommandStatus::ESME_RBINDFAIL), now).unwrap();
    });
    let bound = cut(|pair| assert!(pair.bind()));

    assert_eq!(before_bind.esme.session.close_reason(), Some(CloseReason::PeerClosed));
    assert_eq!(outcomes(&during_bind.esme.events).lost, [(1, true)]);
    assert!(outcomes(&after_failed_bind.esme.events).lost.is_empty());
    assert_eq!(bound.mc.session.close_reason(), Some(CloseReason::PeerClosed));
}

#[test]
fn whole_frames_in_front_of_the_end_are_worked_on_first() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.lose();
    pair.esme.receive(&response(number.0, CommandStatus::ESME_ROK, SubmitSmResp::default()), now);
    pair.cut();

    assert_eq!(outcomes(&pair.esme.events).answered, [1]);
    assert!(outcomes(&pair.esme.events).lost.is_empty());
}

#[test]
fn what_was_never_written_is_told_apart_and_never_written_afterwards() {
    let mut pair = bound();
    let now = pair.now();
    let submit = |pair: &mut Pair, key| pair.esme.session.request(&SubmitSm::default(), RequestKey(key), now);
    submit(&mut pair, 1).unwrap();
    pair.settle();
    pair.esme.stalled = true;
    submit(&mut pair, 2).unwrap();
    submit(&mut pair, 3).unwrap();
    pair.esme.session.transmitted(4);

    pair.esme.session.close(now);
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).lost, [(1, true), (2, true), (3, false)]);
    let length = pair.esme.sent().pop().unwrap().encoded_len();
    assert_eq!(
        pair.esme.session.transmit().len(),
        length - 4,
        "the rest of the second, nothing of the third"
    );
}

#[test]
fn a_failed_transport_loses_what_is_unsent_and_ends_at_once() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.stalled = true;
    pair.esme.session.request(&SubmitSm::default(), RequestKey(2), now).unwrap();
    pair.esme.session.handle_transport_error(std::io::ErrorKind::ConnectionReset, now);
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).lost, [(2, false)]);
    assert!(pair.esme.session.transmit().is_empty());
    let reason = CloseReason::Transport(std::io::ErrorKind::ConnectionReset);
    assert!(matches!(pair.esme.events.back(), Some(Event::Closed(found)) if *found == reason));
}

#[test]
fn the_end_is_told_once_and_last() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.session.close(now);
    pair.esme.session.close(now);
    pair.esme.session.unbind(now);
    pair.esme.session.handle_eof(now);
    pair.settle();
    pair.advance(600 * SECOND);

    let ends = pair.esme.events.iter().filter(|event| matches!(event, Event::Closed(_))).count();
    assert_eq!(ends, 1);
    assert!(matches!(
        pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now),
        Err(RequestError::Closed { reason: CloseReason::Local, sent: false })
    ));
}

#[test]
fn a_backlog_is_let_through_before_the_unbind() {
    let mut pair = bound_with(&SessionConfig::default().send_window(1).unwrap());
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.esme.session.set_backlog(true, now);
    pair.esme.session.unbind(now);
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(2), now).unwrap();
    pair.esme.session.set_backlog(false, now);
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();

    assert_eq!(outcomes(&pair.esme.events).answered, [1, 2]);
    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
}
