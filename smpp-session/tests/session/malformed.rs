//! Bad input: what is answered, what is told, and that the session lives.

use smpp_session::pdu::{Body, CommandId, CommandStatus, EnquireLink, SubmitSm};
use smpp_session::testing::Pair;
use smpp_session::{CloseReason, Event, RefusedReason, RequestKey, SessionConfig, SessionState};

use crate::support::{bound, bound_with, frame, outcomes, raw, response, sent_after};

#[test]
fn an_unknown_command_is_nacked_told_and_survived() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&raw(0x0001_0200, 0, 5, b"vendor"), now);
    pair.settle();

    assert_eq!(sent_after(&pair.mc, before), [(CommandId::GENERIC_NACK, 5, CommandStatus::ESME_RINVCMDID)]);
    let Some(Event::Refused(refused)) = pair.mc.events.pop_front() else { panic!("no event") };
    assert!(matches!(refused.reason, RefusedReason::UnknownCommand));
    assert_eq!(refused.command_id, CommandId(0x0001_0200));
    still_works(&mut pair);
}

#[test]
fn unknown_commands_can_be_delivered() {
    let mut pair = bound_with(&SessionConfig::default().deliver_unknown(true));
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&raw(0x0001_0200, 0, 5, b"vendor"), now);
    pair.settle();

    let (number, body) = pair.mc.next_request().unwrap();
    let Body::Unknown { command_id, octets } = body else { panic!("another body") };
    assert_eq!((command_id, &octets[..]), (CommandId(0x0001_0200), &b"vendor"[..]));
    let answer = Body::Unknown { command_id: CommandId(0x8001_0200), octets: b"yes".into() };
    pair.mc
        .session
        .respond(number, smpp_session::Reply::with_body(CommandStatus::ESME_ROK, answer), now)
        .unwrap();
    assert_eq!(sent_after(&pair.mc, before), [(CommandId(0x8001_0200), 5, CommandStatus::ESME_ROK)]);
}

#[test]
fn an_unknown_response_is_never_answered() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    for id in [0x8001_0200, 0x8000_000B, 0x8000_0102] {
        pair.mc.receive(&raw(id, 0, 1, &[]), now);
    }
    pair.settle();

    assert!(sent_after(&pair.mc, before).is_empty());
    still_works(&mut pair);
}

#[test]
fn a_torn_body_is_answered_by_its_own_response() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&raw(0x0000_0004, 0, 6, b"\0\0"), now);
    pair.settle();

    let sent = sent_after(&pair.mc, before);
    assert_eq!((sent[0].0, sent[0].1), (CommandId::SUBMIT_SM_RESP, 6));
    assert_ne!(sent[0].2, CommandStatus::ESME_ROK);
    let Some(Event::Refused(refused)) = pair.mc.events.pop_front() else { panic!("no event") };
    let RefusedReason::Malformed(error) = &refused.reason else { panic!("another reason") };
    assert!(error.is_recoverable());
    assert_eq!(pair.mc.session.counters().malformed, 1);
    still_works(&mut pair);
}

#[test]
fn a_malformed_tlv_is_answered_by_its_status() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    let mut octets = frame(6, SubmitSm::default());
    octets.extend_from_slice(&[0x04, 0x24, 0x00, 0x09, 0x01]);
    let length = octets.len() as u32;
    octets[..4].copy_from_slice(&length.to_be_bytes());
    pair.mc.receive(&octets, now);
    pair.settle();

    let status = CommandStatus::ESME_RINVTLVSTREAM;
    assert_eq!(sent_after(&pair.mc, before), [(CommandId::SUBMIT_SM_RESP, 6, status)]);
    still_works(&mut pair);
}

#[test]
fn a_malformed_response_still_resolves_its_request() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(3), now).unwrap();
    pair.lose();
    pair.esme.receive(&raw(0x8000_0004, 0, number.0, b"id\0\x04\x24\x00\x09\x01"), now);
    pair.settle();

    let (key, _, body) = pair.esme.next_response().unwrap();
    assert_eq!(key, RequestKey(3));
    assert_eq!(body.command_id(), CommandId::SUBMIT_SM_RESP);
    assert_eq!(pair.esme.session.window_in_use(), 0);
}

#[test]
fn header_only_responses_are_matches() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(3), now).unwrap();
    pair.lose();
    pair.esme.receive(&raw(0x8000_0004, 0, number.0, &[]), now);
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).answered, [3]);
}

#[test]
fn header_only_responses_of_every_operation_are_matches() {
    use smpp_session::pdu::{CancelSm, DataSm, QuerySm, ReplaceSm, SubmitMulti};
    let mut pair = bound();
    let now = pair.now();
    let session = &mut pair.esme.session;
    let mut numbers = vec![
        session.request(&QuerySm::default(), RequestKey(1), now).unwrap(),
        session.request(&CancelSm::default(), RequestKey(2), now).unwrap(),
        session.request(&ReplaceSm::default(), RequestKey(3), now).unwrap(),
        session.request(&SubmitMulti::default(), RequestKey(4), now).unwrap(),
        session.request(&DataSm::default(), RequestKey(5), now).unwrap(),
    ];
    pair.lose();
    for command in [0x8000_0003, 0x8000_0008, 0x8000_0007, 0x8000_0021, 0x8000_0103] {
        let number = numbers.remove(0);
        pair.esme.receive(&raw(command, 0, number.0, &[]), now);
    }
    pair.settle();

    assert_eq!(outcomes(&pair.esme.events).answered, [1, 2, 3, 4, 5]);
}

#[test]
fn bodies_of_error_responses_are_kept() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.lose();
    pair.esme.receive(&raw(0x8000_0004, 0x45, number.0, b"why\0"), now);
    pair.settle();

    let (_, status, body) = pair.esme.next_response().unwrap();
    assert_eq!(status, CommandStatus::ESME_RSUBMITFAIL);
    let Body::SubmitSmResp(response) = body else { panic!("another body") };
    assert_eq!(response.message_id.unwrap().as_str(), Some("why"));
}

#[test]
fn unlisted_statuses_pass() {
    let mut pair = bound();
    let now = pair.now();
    let number = pair.esme.session.request(&SubmitSm::default(), RequestKey(1), now).unwrap();
    pair.lose();
    pair.esme.receive(&raw(0x8000_0004, 0x0000_0442, number.0, &[]), now);
    pair.settle();

    assert_eq!(pair.esme.next_response().unwrap().1, CommandStatus(0x0000_0442));
}

#[test]
fn our_own_nack_is_not_pending() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.receive(&raw(0x0001_0200, 0, 5, &[]), now);
    pair.advance(std::time::Duration::from_secs(61));

    assert!(outcomes(&pair.mc.events).expired.is_empty());
    assert_eq!(pair.mc.session.window_in_use(), 0);
}

#[test]
fn command_length_out_of_bounds_nacks_and_closes() {
    for length in [0_u32, 15, 70_001, 0xFFFF_FFFF] {
        let mut pair = bound();
        let (now, before) = (pair.now(), pair.mc.sent().len());
        pair.mc.receive(&length.to_be_bytes(), now);
        pair.settle();

        assert_eq!(
            sent_after(&pair.mc, before),
            [(CommandId::GENERIC_NACK, 0, CommandStatus::ESME_RINVCMDLEN)],
            "{length}"
        );
        let reason = CloseReason::FrameLength { command_length: length, max: 70_000 };
        assert_eq!(pair.mc.session.close_reason(), Some(reason));
    }
}

#[test]
fn command_length_at_the_bounds_is_taken() {
    let mut pair = bound();
    let now = pair.now();
    pair.mc.receive(&raw(0x0000_0015, 0, 1, &[]), now);
    pair.mc.receive(&raw(0x0001_0200, 0, 2, &vec![0; 70_000 - 16]), now);
    pair.settle();

    assert_eq!(pair.mc.session.state(), SessionState::BoundTrx);
    still_works(&mut pair);
}

#[test]
fn a_lost_position_is_nacked_with_the_number_if_the_header_came() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    let mut octets = raw(0x0000_0004, 0, 77, &[]);
    octets[..4].copy_from_slice(&8_u32.to_be_bytes());
    pair.mc.receive(&octets, now);
    pair.settle();

    assert_eq!(sent_after(&pair.mc, before), [(CommandId::GENERIC_NACK, 77, CommandStatus::ESME_RINVCMDLEN)]);
}

#[test]
fn an_http_request_is_refused_and_closed() {
    let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
    let now = pair.now();
    pair.mc.receive(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", now);
    pair.settle();

    assert_eq!(pair.mc.sent()[0].command_status, CommandStatus::ESME_RINVCMDLEN);
    assert!(matches!(pair.mc.session.close_reason(), Some(CloseReason::FrameLength { .. })));
}

#[test]
fn a_peer_that_lost_its_position_ends_the_session() {
    let mut pair = bound();
    let now = pair.now();
    let nack = smpp_session::pdu::GenericNack::default();
    pair.esme.receive(&response(0, CommandStatus::ESME_RINVCMDLEN, nack), now);
    pair.settle();

    assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::PeerLostPosition));
}

#[test]
fn framing_survives_a_bad_pdu_in_front_of_good_ones() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    let stream = [
        // No NUL at all, then a good frame, then stray octets behind a header-only PDU.
        raw(0x0000_0004, 0, 1, &[b'x'; 40]),
        frame(2, EnquireLink::default()),
        raw(0x0000_0015, 0, 3, &[1, 2, 3, 4]),
        frame(4, EnquireLink::default()),
    ]
    .concat();
    pair.mc.receive(&stream, now);
    pair.settle();

    let numbers: Vec<u32> = sent_after(&pair.mc, before).iter().map(|(_, number, _)| *number).collect();
    assert!(numbers.ends_with(&[2, 3, 4]), "{numbers:?}");
    still_works(&mut pair);
}

#[test]
fn sequence_numbers_zero_and_above_the_range_are_echoed() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    for number in [0, 0x8000_0000, u32::MAX] {
        pair.mc.receive(&frame(number, SubmitSm::default()), now);
        pair.settle();
        pair.accept_all(smpp_session::Role::Mc).unwrap();
    }

    let numbers: Vec<u32> = sent_after(&pair.mc, before).iter().map(|(_, number, _)| *number).collect();
    assert_eq!(numbers, [0, 0x8000_0000, u32::MAX]);
}

#[test]
fn two_requests_with_one_number_are_both_answered() {
    let mut pair = bound();
    let (now, before) = (pair.now(), pair.mc.sent().len());
    pair.mc.receive(&[frame(5, SubmitSm::default()), frame(5, EnquireLink::default())].concat(), now);
    pair.mc.receive(&frame(5, SubmitSm::default()), now);
    pair.settle();
    assert_eq!(pair.accept_all(smpp_session::Role::Mc), Ok(2));

    let answers = sent_after(&pair.mc, before);
    assert_eq!(answers.iter().filter(|(id, _, _)| *id == CommandId::SUBMIT_SM_RESP).count(), 2);
}

#[test]
fn floods_of_bad_frames_and_responses_are_slowed_down() {
    let bad = || raw(0x0000_0004, 0, 1, b"\0");
    let unknown = || raw(0x0001_0200, 0, 1, &[]);
    let unmatched = || raw(0x8000_0004, 0, 1, b"\0");
    for flood in [bad(), unknown(), unmatched()] {
        let mut pair = bound_with(&SessionConfig::default().flood_limit(50).unwrap());
        let now = pair.now();
        pair.mc.receive(&flood.repeat(10_000), now);
        pair.settle();

        assert_eq!(pair.mc.events.len(), 50);
        assert_eq!(pair.mc.session.counters().flood_pauses, 1);
        assert!(pair.mc.session.transmit().len() < 64 << 10);
    }
}

fn still_works(pair: &mut Pair) {
    let now = pair.now();
    pair.mc.receive(&frame(1_000, EnquireLink::default()), now);
    pair.settle();
    let last = pair.mc.sent().pop().unwrap();
    assert_eq!((last.command_id(), last.sequence_number.0), (CommandId::ENQUIRE_LINK_RESP, 1_000));
}
