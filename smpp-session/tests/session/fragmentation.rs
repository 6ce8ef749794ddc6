//! Any split of the byte stream gives the same events.

use smpp_session::pdu::{CommandStatus, DeliverSm, EnquireLink, SubmitSmResp};
use smpp_session::testing::Pair;
use smpp_session::{CloseReason, Event, RequestKey, SessionConfig, Timer};

use crate::support::{bound, frame, raw, response};

#[test]
fn every_split_point_gives_the_same_events() {
    let stream = stream();
    let whole = told_by(&[&stream]);
    assert!(whole.len() >= 6);

    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(told_by(&[first, second]), whole, "split at {at}");
    }
}

#[test]
fn every_pair_of_split_points_gives_the_same_events() {
    let stream = stream();
    let whole = told_by(&[&stream]);
    for first in (0..stream.len()).step_by(7) {
        for second in (first..stream.len()).step_by(11) {
            let parts = [&stream[..first], &stream[first..second], &stream[second..]];
            assert_eq!(told_by(&parts), whole, "split at {first} and {second}");
        }
    }
}

#[test]
fn one_octet_at_a_time_gives_the_same_events() {
    let stream = stream();
    let parts: Vec<&[u8]> = stream.chunks(1).collect();

    assert_eq!(told_by(&parts), told_by(&[&stream]));
}

#[test]
fn a_whole_conversation_in_chunks_of_any_size_works() {
    for chunk in 1..=40 {
        let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default()).chunk(chunk);
        assert!(pair.bind(), "in chunks of {chunk}");
        let now = pair.now();
        pair.esme.session.unbind(now);
        pair.settle();
        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::Unbound));
    }
}

#[test]
fn an_unfinished_frame_closes_and_a_finished_one_starts_the_time_anew() {
    let second = std::time::Duration::from_secs(1);
    let mut pair = bound();
    let octets = frame(1, EnquireLink::default());
    for _ in 0..5 {
        let now = pair.now();
        pair.mc.receive(&octets[..7], now);
        pair.advance(9 * second);
        let now = pair.now();
        pair.mc.receive(&octets[7..], now);
        pair.settle();
    }
    assert_eq!(pair.mc.session.close_reason(), None);

    // One octet a second does not move it.
    for octet in &octets[..11] {
        let now = pair.now();
        pair.mc.receive(&[*octet], now);
        pair.advance(second);
    }
    assert_eq!(pair.mc.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Frame)));
}

/// Requests, a notification, responses, a malformed frame and an unknown command.
fn stream() -> Vec<u8> {
    let message = DeliverSm { short_message: b"text".into(), ..DeliverSm::default() };
    [
        frame(1, message),
        frame(2, EnquireLink::default()),
        raw(0x0001_0200, 0, 3, b"vendor"),
        response(2, CommandStatus::ESME_ROK, SubmitSmResp::default()),
        frame(4, smpp_session::pdu::AlertNotification::default()),
        raw(0x0000_0005, 0, 5, b"torn"),
        response(99, CommandStatus::ESME_ROK, SubmitSmResp::default()),
    ]
    .concat()
}

/// What an ESME with one submit_sm in flight tells of the stream, and answers.
fn told_by(parts: &[&[u8]]) -> Vec<String> {
    let mut pair = bound();
    let now = pair.now();
    let submit = smpp_session::pdu::SubmitSm::default();
    let number = pair.esme.session.request(&submit, RequestKey(6), now).unwrap();
    assert_eq!(number.0, 2, "as the stream answers it");
    pair.settle();
    for part in parts {
        pair.esme.receive(part, now);
        pair.settle();
    }
    let mut told: Vec<String> = pair.esme.events.iter().map(describe).collect();
    told.extend(pair.esme.sent().iter().map(|pdu| format!("{} {}", pdu.command_id(), pdu.sequence_number)));
    told
}

fn describe(event: &Event) -> String {
    match event {
        Event::Pdu { command_status, id, body } => format!("{id} {command_status:?} {body:?}"),
        other => format!("{other:?}"),
    }
}
