//! The send window and the receive window.

use std::time::Duration;

use smpp_session::pdu::{
    CommandId, CommandStatus, DeliverSmResp, GenericNack, QuerySmResp, SequenceNumber, SubmitSm, SubmitSmResp,
};
use smpp_session::testing::Pair;
use smpp_session::{
    Direction, Event, InboundPolicy, RefusedReason, Reply, RequestError, RequestKey, Role, SequenceCounter,
    Session, SessionConfig, UnmatchedKind,
};

use crate::support::{bound, bound_with, frame, outcomes, raw, response, sent_after};

#[test]
fn the_window_fills_refuses_and_tells_when_there_is_room() {
    let mut pair = bound_with(&SessionConfig::default().send_window(2).unwrap());
    submit(&mut pair, 1).unwrap();
    submit(&mut pair, 2).unwrap();

    assert_eq!(submit(&mut pair, 3), Err(RequestError::WindowFull));
    assert_eq!(pair.esme.session.window_available(), 0);
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();

    assert_eq!(outcomes(&pair.esme.events).answered, [1, 2]);
    assert!(pair.esme.events.iter().any(|event| matches!(event, Event::WindowAvailable)));
    assert_eq!(pair.esme.session.window_available(), 2);
}

#[test]
fn responses_may_come_in_any_order() {
    let mut pair = bound();
    for key in 1..=3 {
        submit(&mut pair, key).unwrap();
    }
    pair.settle();
    let requests: Vec<_> = std::iter::from_fn(|| pair.mc.next_request()).collect();
    let now = pair.now();
    for (number, _) in requests.iter().rev() {
        pair.mc.session.respond(*number, Reply::ok(SubmitSmResp::default()), now).unwrap();
    }
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).answered, [3, 2, 1]);
}

#[test]
fn a_timed_out_request_frees_its_slot_and_its_late_response_is_an_event() {
    let config =
        SessionConfig::default().send_window(1).unwrap().response_timeout(Some(Duration::from_secs(1)));
    let mut pair = bound_with(&config);
    let number = submit(&mut pair, 41).unwrap();
    pair.advance(Duration::from_secs(1));

    assert_eq!(outcomes(&pair.esme.events).expired, [41]);
    assert_eq!(pair.esme.session.window_available(), 1);
    assert_eq!(pair.esme.session.counters().expired, 1);

    let now = pair.now();
    pair.esme.receive(&response(number.0, CommandStatus::ESME_ROK, SubmitSmResp::default()), now);
    pair.settle();
    let Some(Event::Unmatched(late)) = pair.esme.events.pop_back() else { panic!("no event") };
    assert_eq!((late.kind, late.key), (UnmatchedKind::Late, Some(RequestKey(41))));
    assert_eq!(late.body, SubmitSmResp::default().into());
}

#[test]
fn window_slots_come_back_after_a_thousand_timeouts() {
    let config =
        SessionConfig::default().send_window(3).unwrap().response_timeout(Some(Duration::from_millis(10)));
    let mut pair = bound_with(&config);
    pair.mc.stalled = true;
    for round in 0..1_000 {
        submit(&mut pair, round).unwrap();
        pair.advance(Duration::from_millis(10));
    }

    assert_eq!(outcomes(&pair.esme.events).expired.len(), 1_000);
    assert_eq!(pair.esme.session.window_available(), 3);
}

#[test]
fn events_born_of_a_timer_need_no_octets() {
    let mut pair = bound_with(&SessionConfig::default().response_timeout(Some(Duration::from_secs(5))));
    submit(&mut pair, 1).unwrap();
    pair.lose();
    pair.esme.events.clear();

    pair.advance(Duration::from_secs(5));

    assert_eq!(outcomes(&pair.esme.events).expired, [1]);
}

#[test]
fn a_quiet_spell_does_not_expire_what_is_sent_after_it() {
    let config =
        SessionConfig::default().enquire_link_interval(None).response_timeout(Some(Duration::from_secs(5)));
    let mut pair = bound_with(&config);
    pair.advance(Duration::from_secs(3_600));

    submit(&mut pair, 1).unwrap();
    pair.advance(Duration::from_secs(4));
    assert!(outcomes(&pair.esme.events).expired.is_empty());
    pair.advance(Duration::from_secs(1));
    assert_eq!(outcomes(&pair.esme.events).expired, [1]);
}

#[test]
fn one_request_may_have_a_limit_of_its_own() {
    let mut pair = bound();
    let now = pair.now();
    pair.lose();
    let submit = SubmitSm::default();
    pair.esme.session.request(&submit, RequestKey(1), now).unwrap();
    pair.esme.session.request_within(&submit, RequestKey(2), Some(Duration::from_secs(1)), now).unwrap();
    pair.esme.session.request_within(&submit, RequestKey(3), None, now).unwrap();

    pair.advance(Duration::from_secs(1));
    assert_eq!(outcomes(&pair.esme.events).expired, [2]);
    assert_eq!(pair.esme.session.window_in_use(), 2);
}

#[test]
fn a_response_of_another_operation_is_no_match() {
    let mut pair = bound();
    let number = submit(&mut pair, 5).unwrap();
    let now = pair.now();
    pair.esme.receive(&response(number.0, CommandStatus::ESME_ROK, QuerySmResp::default()), now);
    pair.settle();

    let Some(Event::Unmatched(unmatched)) = pair.esme.events.pop_front() else { panic!("no event") };
    assert_eq!((unmatched.kind, unmatched.key), (UnmatchedKind::WrongCommand, Some(RequestKey(5))));
    assert_eq!(pair.esme.session.window_in_use(), 1, "the request is left to its timer");
    pair.accept_all(Role::Mc).unwrap();
    assert_eq!(outcomes(&pair.esme.events).answered, [5]);
}

#[test]
fn a_response_to_nothing_is_an_event_and_never_answered() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.esme.sent().len());
    pair.esme.receive(&response(999, CommandStatus::ESME_ROK, DeliverSmResp::default()), now);
    pair.settle();

    assert!(matches!(&pair.esme.events[0], Event::Unmatched(found) if found.kind == UnmatchedKind::Unknown));
    assert!(sent_after(&pair.esme, before).is_empty());
}

#[test]
fn a_duplicate_response_is_unmatched_and_frees_nothing_twice() {
    let mut pair = bound_with(&SessionConfig::default().send_window(2).unwrap());
    let number = submit(&mut pair, 1).unwrap();
    submit(&mut pair, 2).unwrap();
    let now = pair.now();
    let answer = response(number.0, CommandStatus::ESME_ROK, SubmitSmResp::default());
    pair.esme.receive(&[answer.clone(), answer].concat(), now);
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).answered, [1]);
    assert_eq!(pair.esme.session.window_available(), 1);
    assert_eq!(pair.esme.session.counters().unmatched, 1);
}

#[test]
fn generic_nack_resolves_the_request_it_names() {
    let mut pair = bound();
    let number = submit(&mut pair, 8).unwrap();
    let now = pair.now();
    pair.esme.receive(&response(number.0, CommandStatus::ESME_RINVCMDID, GenericNack::default()), now);
    pair.settle();

    let (key, status, body) = pair.esme.next_response().unwrap();
    assert_eq!((key, status), (RequestKey(8), CommandStatus::ESME_RINVCMDID));
    assert_eq!(body.command_id(), CommandId::GENERIC_NACK);
    assert_eq!(pair.esme.session.window_in_use(), 0);
}

#[test]
fn generic_nack_zero_is_an_event() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.receive(&response(0, CommandStatus::ESME_RSYSERR, GenericNack::default()), now);
    pair.settle();

    assert!(matches!(&pair.esme.events[0], Event::Unmatched(found) if found.kind == UnmatchedKind::Unknown));
    assert!(pair.esme.session.close_reason().is_none());
}

#[test]
fn numbers_wrap_and_skip_those_in_flight() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    let source = SequenceCounter::starting_at(SequenceNumber(0x7FFF_FFFD));
    pair.esme.session = Session::new(Role::Esme, SessionConfig::default().into(), now).with_sequence(source);
    assert!(pair.bind());

    let numbers: Vec<u32> = (0..4).map(|key| submit(&mut pair, key).unwrap().0).collect();

    assert_eq!(numbers, [0x7FFF_FFFE, 0x7FFF_FFFF, 1, 2]);
}

#[test]
fn the_sequence_source_is_replaceable() {
    #[derive(Debug)]
    struct Odd(u32);
    impl smpp_session::SequenceSource for Odd {
        fn next_number(&mut self) -> SequenceNumber {
            self.0 += 2;
            SequenceNumber(self.0)
        }
    }
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.esme.session = Session::new(Role::Esme, SessionConfig::default().into(), now).with_sequence(Odd(99));
    assert!(pair.bind());

    assert_eq!(submit(&mut pair, 1), Ok(SequenceNumber(103)));
}

#[test]
fn enquire_link_and_unbind_pass_a_full_window() {
    let mut pair = bound_with(&SessionConfig::default().send_window(1).unwrap());
    submit(&mut pair, 1).unwrap();
    pair.settle();
    pair.advance(Duration::from_secs(30));
    let now = pair.now();
    pair.esme.session.unbind(now);
    pair.advance(Duration::from_secs(10));

    let sent: Vec<_> = pair.esme.sent().iter().map(|pdu| pdu.command_id()).collect();
    assert!(sent.contains(&CommandId::ENQUIRE_LINK) && sent.contains(&CommandId::UNBIND));
}

#[test]
fn the_inbound_limit_stops_reading_and_left_over_frames_follow_the_answers() {
    let mut pair = bound_with(&SessionConfig::default().inbound_limit(2).unwrap());
    let now = pair.now();
    let five: Vec<u8> = (1..=5).flat_map(|number| frame(number, SubmitSm::default())).collect();
    pair.mc.receive(&five, now);
    pair.settle();
    assert_eq!(pair.mc.session.unanswered(), 2);
    assert!(!pair.mc.session.wants_input());

    let mut seen = Vec::new();
    while let Some((number, _)) = pair.mc.next_request() {
        seen.push(number.0);
        pair.mc.session.respond(number, Reply::ok(SubmitSmResp::default()), now).unwrap();
        pair.settle();
    }

    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert!(pair.mc.session.wants_input());
}

#[test]
fn beyond_the_inbound_limit_a_peer_may_be_throttled_instead() {
    let config =
        SessionConfig::default().inbound_limit(2).unwrap().when_inbound_full(InboundPolicy::Throttle);
    let mut pair = bound_with(&config);
    let (now, before) = (pair.now(), pair.mc.sent().len());
    let three: Vec<u8> = (1..=3).flat_map(|number| frame(number, SubmitSm::default())).collect();
    pair.mc.receive(&three, now);
    pair.settle();

    assert_eq!(
        sent_after(&pair.mc, before),
        [(CommandId::SUBMIT_SM_RESP, 3, CommandStatus::ESME_RTHROTTLED)]
    );
    assert!(pair.mc.events.iter().any(
        |event| matches!(event, Event::Refused(refused) if matches!(refused.reason, RefusedReason::Throttled))
    ));
    assert_eq!(pair.mc.session.counters().throttled, 1);
}

#[test]
fn the_output_limit_stops_reading_a_peer_that_never_reads() {
    let mut pair = bound_with(&SessionConfig::default().output_limit(1 << 10).unwrap());
    let now = pair.now();
    pair.mc.stalled = true;
    for number in 1..=1_000 {
        pair.mc.receive(&frame(number, SubmitSm::default()), now);
        pair.settle();
        let _answered = pair.accept_all(Role::Mc).unwrap();
    }

    assert!(!pair.mc.session.wants_input());
    assert!(pair.mc.session.transmit().len() < 2 << 10, "bounded by the limit and one read");

    pair.mc.stalled = false;
    pair.settle();
    while pair.accept_all(Role::Mc).unwrap() > 0 {}
    let answers = pair.mc.session.counters().count(CommandId::SUBMIT_SM_RESP, Direction::Sent);
    assert_eq!(answers, 1_000, "reading went on where it stopped");
}

#[test]
fn a_peer_that_drips_or_never_reads_is_cut_off() {
    let config = SessionConfig::default().enquire_link_interval(None);
    let mut pair = bound_with(&config);
    let now = pair.now();
    pair.mc.stalled = true;
    pair.mc.receive(&frame(1, SubmitSm::default()), now);
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    for _ in 0..40 {
        pair.mc.session.transmitted(1);
        pair.mc.session.transmitted(0);
        pair.advance(Duration::from_secs(1));
    }

    let reason = smpp_session::CloseReason::TimerExpired(smpp_session::Timer::Write);
    assert_eq!(pair.mc.session.close_reason(), None, "all of 17 octets dripped out in time");

    let mut pair = bound_with(&config);
    let now = pair.now();
    pair.mc.stalled = true;
    for number in 1..=10 {
        pair.mc.receive(&frame(number, SubmitSm::default()), now);
    }
    pair.settle();
    pair.accept_all(Role::Mc).unwrap();
    for _ in 0..60 {
        pair.mc.session.transmitted(1);
        pair.advance(Duration::from_secs(1));
    }
    assert_eq!(pair.mc.session.close_reason(), Some(reason), "170 octets did not");
    assert!(pair.mc.session.transmit().is_empty());
}

#[test]
fn a_partial_write_keeps_its_place() {
    let mut pair = bound();
    pair.esme.stalled = true;
    let before = pair.esme.session.transmit().len();
    assert_eq!(before, 0);
    submit(&mut pair, 1).unwrap();
    let whole = pair.esme.session.transmit().to_vec();
    pair.esme.session.transmitted(5);
    submit(&mut pair, 2).unwrap();

    let rest = pair.esme.session.transmit().to_vec();
    assert_eq!(rest[..whole.len() - 5], whole[5..]);
    assert_eq!(rest.len(), 2 * whole.len() - 5);
}

#[test]
fn a_refused_request_is_still_the_callers_and_nothing_was_sent() {
    let mut pair = bound();
    let now = pair.now();
    pair.esme.stalled = true;
    let too_long = SubmitSm { short_message: vec![b'x'; 256].into(), ..SubmitSm::default() };

    let refused = pair.esme.session.request(&too_long, RequestKey(1), now);

    assert!(matches!(refused, Err(RequestError::Encode(_))));
    assert!(pair.esme.session.transmit().is_empty());
    assert_eq!(pair.esme.session.window_in_use(), 0);
    assert_eq!(too_long.short_message.len(), 256);
}

#[test]
fn statistics_show_windows_counts_and_times() {
    let mut pair =
        Pair::bound(SessionConfig::default(), SessionConfig::default()).latency(Duration::from_millis(50));
    submit(&mut pair, 1).unwrap();
    submit(&mut pair, 2).unwrap();
    pair.advance(Duration::from_millis(50));
    let now = pair.now();
    let (first, _) = pair.mc.next_request().unwrap();
    let (second, _) = pair.mc.next_request().unwrap();
    pair.mc.session.respond(first, Reply::ok(SubmitSmResp::default()), now).unwrap();
    pair.mc.session.respond(second, Reply::from(CommandStatus::ESME_RSUBMITFAIL), now).unwrap();
    pair.advance(Duration::from_millis(50));

    let statistics = pair.esme.session.statistics(pair.now());
    let counters = &statistics.counters;
    assert_eq!((statistics.send_window_used, statistics.send_window), (0, 10));
    assert_eq!(counters.count(CommandId::SUBMIT_SM, Direction::Sent), 2);
    assert_eq!(counters.count(CommandId::SUBMIT_SM_RESP, Direction::Received), 2);
    // The bind among them.
    assert_eq!(counters.response_time.count, 3);
    assert_eq!(counters.response_time.max_micros, 100_000);
    assert!((counters.failure_rate(Direction::Received) - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(statistics.uptime, Duration::from_millis(100));
}

#[test]
fn the_trace_sees_every_pdu_both_ways_the_automatic_ones_too() {
    let mut pair = bound();
    pair.advance(Duration::from_secs(30));
    let now = pair.now();
    pair.mc.receive(&raw(0x0001_0200, 0, 5, &[]), now);
    pair.settle();

    let seen = |direction, id: CommandId| {
        pair.mc
            .trace()
            .iter()
            .any(|frame| frame.direction == direction && frame.frame[4..8] == id.0.to_be_bytes())
    };
    assert!(seen(Direction::Received, CommandId::BIND_TRANSCEIVER));
    assert!(seen(Direction::Sent, CommandId::BIND_TRANSCEIVER_RESP));
    assert!(seen(Direction::Received, CommandId::ENQUIRE_LINK));
    assert!(seen(Direction::Sent, CommandId::ENQUIRE_LINK_RESP));
    assert!(seen(Direction::Received, CommandId(0x0001_0200)));
    assert!(seen(Direction::Sent, CommandId::GENERIC_NACK));
}

fn submit(pair: &mut Pair, key: u32) -> Result<SequenceNumber, RequestError> {
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(key), now)
}
