//! SMPPEX's session, transport, timer and storage tests, by their own names.
//!
//! Its callbacks are our events, its `stop` is `close`, the PDUs a callback
//! returns are further commands. Not here: invalid return values and
//! `code_change` (the types rule them out); `call`, `cast`, `info` and `reply`
//! from other processes (`driver/handle.rs`, `driver/dispatch.rs`); connecting
//! by name, TLS (`driver/transport.rs`, `driver/tls.rs`); its codec's tests
//! (smpp-pdu).

use std::time::Duration;

use smpp_session::pdu::{
    BindTransceiver, BindTransceiverResp, Body, CommandId, CommandStatus, DeliverSm, EnquireLink,
    EnquireLinkResp, Password, SequenceNumber, SubmitSm, SubmitSmResp,
};
use smpp_session::testing::Pair;
use smpp_session::{
    CloseReason, Direction, Event, RefusedReason, Reply, RequestError, RequestKey, Role, SessionConfig,
    SessionState, Timer, UnmatchedKind,
};

use crate::support::{bound, frame, outcomes, raw, response, sent_after};

const SECOND: Duration = Duration::from_secs(1);

mod session_test {
    use super::*;

    #[test]
    fn send_pdu() {
        let mut pair = bound();
        let now = pair.now();
        let submit = SubmitSm { short_message: b"hello".into(), ..SubmitSm::default() };
        pair.esme.session.request(&submit, RequestKey(1), now).unwrap();
        pair.settle();

        assert_eq!(pair.mc.next_request().unwrap().1, submit.into());
    }

    #[test]
    fn send_pdu_sequence_numbers() {
        let mut pair = bound();
        let numbers = [1, 2].map(|key| submit(&mut pair, key).0);

        assert_eq!(numbers, [2, 3], "the bind was 1");
    }

    #[test]
    fn reply() {
        let mut pair = bound();
        submit(&mut pair, 1);
        pair.settle();
        pair.accept_all(Role::Mc).unwrap();

        assert_eq!(pair.esme.next_response().unwrap().2.command_id(), CommandId::SUBMIT_SM_RESP);
    }

    #[test]
    fn reply_sequence_number() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&frame(123, SubmitSm::default()), now);
        pair.settle();
        pair.accept_all(Role::Mc).unwrap();

        assert_eq!(pair.mc.sent().pop().unwrap().sequence_number, SequenceNumber(123));
    }

    #[test]
    fn stop() {
        let mut pair = bound();
        let now = pair.now();
        pair.esme.session.close(now);
        pair.settle();

        assert!(matches!(pair.esme.events.back(), Some(Event::Closed(CloseReason::Local))));
    }

    #[test]
    fn terminate_with_sending_pdus() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&frame(5, SubmitSm::default()), now);
        pair.settle();
        let reply = Reply::ok(SubmitSmResp::default());
        pair.mc.session.respond(SequenceNumber(5), reply, now).unwrap();
        pair.mc.session.close(now);

        assert!(!pair.mc.session.transmit().is_empty(), "the last PDU is still written");
    }

    #[test]
    fn call_with_delayed_reply() {
        let mut pair = bound();
        submit(&mut pair, 1);
        pair.settle();
        pair.advance(20 * SECOND);
        pair.accept_all(Role::Mc).unwrap();

        assert_eq!(outcomes(&pair.esme.events).answered, [1]);
    }

    #[test]
    fn call_with_delayed_reply_and_pdu() {
        let mut pair = bound();
        let now = pair.now();
        submit(&mut pair, 1);
        pair.settle();
        let (number, _) = pair.mc.next_request().unwrap();
        let reply = Reply::ok(SubmitSmResp::default()).then(DeliverSm::default());
        pair.mc.session.respond(number, reply, now).unwrap();
        pair.settle();

        assert_eq!(outcomes(&pair.esme.events).answered, [1]);
        assert!(matches!(pair.esme.next_request(), Some((_, Body::DeliverSm(_)))));
    }

    #[test]
    fn handle_pdu_with_ok_and_pdus() {
        let mut pair = bound();
        let (now, before) = (pair.now(), pair.mc.sent().len());
        pair.mc.receive(&[frame(1, SubmitSm::default()), frame(2, EnquireLink::default())].concat(), now);
        pair.settle();
        pair.mc.session.respond(SequenceNumber(1), Reply::ok(SubmitSmResp::default()), now).unwrap();
        pair.mc.session.request(&DeliverSm::default(), RequestKey(1), now).unwrap();

        let sent: Vec<_> = sent_after(&pair.mc, before).iter().map(|(id, _, _)| *id).collect();
        assert_eq!(sent[1..], [CommandId::SUBMIT_SM_RESP, CommandId::DELIVER_SM]);
    }

    #[test]
    fn handle_pdu_with_stop() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&[frame(1, SubmitSm::default()), frame(2, SubmitSm::default())].concat(), now);
        pair.settle();
        pair.mc.session.close(now);
        pair.settle();

        let unanswered = |event: &&Event| matches!(event, Event::Unanswered { .. });
        assert_eq!(pair.mc.events.iter().filter(unanswered).count(), 2);
    }

    #[test]
    fn handle_resp_ok() {
        let mut pair = bound();
        submit(&mut pair, 77);
        pair.settle();
        pair.accept_all(Role::Mc).unwrap();

        assert_eq!(pair.esme.next_response().unwrap().0, RequestKey(77), "the original is found by its key");
    }

    #[test]
    fn handle_resp_with_additional_submit_sm() {
        let mut pair = bound();
        submit(&mut pair, 1);
        pair.settle();
        pair.accept_all(Role::Mc).unwrap();
        submit(&mut pair, 2);
        pair.settle();
        pair.accept_all(Role::Mc).unwrap();

        assert_eq!(outcomes(&pair.esme.events).answered, [1, 2]);
    }

    #[test]
    fn handle_resp_with_unknown_resp() {
        let mut pair = bound();
        let now = pair.now();
        pair.esme.receive(&response(12_345, CommandStatus::ESME_ROK, SubmitSmResp::default()), now);
        pair.settle();

        assert!(pair.esme.next_response().is_none(), "never a match");
    }

    #[test]
    fn handle_resp_timeout_with_ok() {
        let mut pair = bound();
        pair.mc.stalled = true;
        let number = submit(&mut pair, 1);
        pair.settle();
        let now = pair.now() + 60 * SECOND;
        pair.esme.session.handle_timeout(now);
        pair.settle();
        assert_eq!(outcomes(&pair.esme.events).expired, [1], "told once");
        pair.esme.receive(&response(number.0, CommandStatus::ESME_ROK, SubmitSmResp::default()), now);
        pair.settle();

        assert!(outcomes(&pair.esme.events).answered.is_empty(), "the later response is no answer");
    }

    #[test]
    fn handle_resp_timeout_with_invalid_pdu() {
        let mut pair = bound();
        let now = pair.now();
        let unbuildable = SubmitSm { short_message: vec![0; 300].into(), ..SubmitSm::default() };

        let error = pair.esme.session.request(&unbuildable, RequestKey(1), now);
        pair.advance(120 * SECOND);

        assert!(matches!(error, Err(RequestError::Encode(_))));
        assert!(outcomes(&pair.esme.events).expired.is_empty(), "it never times out");
    }

    #[test]
    fn handle_send_pdu_result() {
        // The type has no room for what no relaxed peer takes: the error comes before there is a PDU.
        assert!(Password::try_from("x".repeat(65).as_str()).is_err());
    }

    #[test]
    fn handle_unparsed_pdu_with_ok() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&raw(0x0000_0004, 0, 9, b"\0"), now);
        pair.settle();

        let Some(Event::Refused(refused)) = pair.mc.events.pop_front() else { panic!("no event") };
        assert!(matches!(refused.reason, RefusedReason::Malformed(_)));
        assert_eq!(pair.mc.session.state(), SessionState::BoundTrx);
    }

    #[test]
    fn enquire_link_by_timeout() {
        let mut pair = bound();
        pair.advance(30 * SECOND);

        assert!(pair.esme.sent().iter().any(|pdu| pdu.command_id() == CommandId::ENQUIRE_LINK));
        assert!(pair.esme.events.is_empty(), "the owner need not know");
    }

    #[test]
    fn enquire_link_by_timeout_and_consequent_submit_sm() {
        let mut pair = bound();
        pair.advance(30 * SECOND);
        submit(&mut pair, 1);

        let numbers: Vec<u32> = pair
            .esme
            .sent()
            .iter()
            .filter(|pdu| pdu.body.is_request())
            .map(|pdu| pdu.sequence_number.0)
            .collect();
        assert_eq!(numbers, [1, 2, 3], "bind, enquire_link and submit_sm share the numbers");
    }

    #[test]
    fn enquire_link_cancel_by_peer_action() {
        let mut pair =
            Pair::bound(SessionConfig::default(), SessionConfig::default().enquire_link_interval(None));
        pair.advance(20 * SECOND);
        let now = pair.now();
        pair.esme.receive(&frame(1, EnquireLink::default()), now);
        pair.advance(29 * SECOND);

        let sent: Vec<_> = sent_after(&pair.esme, 1).iter().map(|(id, _, _)| *id).collect();
        assert_eq!(sent, [CommandId::ENQUIRE_LINK_RESP], "answered, and the own one postponed");
    }

    #[test]
    fn enquire_link_timeout_cancel_by_peer_action() {
        let mut pair = bound();
        pair.lose();
        pair.advance(55 * SECOND);
        let now = pair.now();
        pair.esme.receive(&frame(1, DeliverSm::default()), now);
        pair.advance(20 * SECOND);

        assert_eq!(pair.esme.session.close_reason(), None);
    }

    #[test]
    fn stop_by_enquire_link_timeout() {
        let mut pair = bound();
        pair.lose();
        pair.advance(60 * SECOND);

        let reason = CloseReason::TimerExpired(Timer::EnquireLinkAnswer);
        assert_eq!(pair.esme.session.close_reason(), Some(reason));
    }

    #[test]
    fn stop_by_inactivity_timeout() {
        let config = SessionConfig::default().inactivity_timeout(Some(10 * SECOND));
        let mut pair = Pair::bound(config, SessionConfig::default());
        pair.advance(10 * SECOND);

        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Inactivity)));
    }

    #[test]
    fn stop_by_session_init_time() {
        let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
        pair.advance(30 * SECOND);

        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::SessionInit)));
    }

    #[test]
    fn stop_by_session_init_time_cancelled_for_esme_and_mc() {
        let mut pair = bound();
        pair.advance(31 * SECOND);

        assert!(pair.esme.session.state().is_bound(), "by the bind_resp received");
        assert!(pair.mc.session.state().is_bound(), "by the bind_resp sent");
    }

    #[test]
    fn lost_pdus() {
        let mut pair = bound();
        pair.lose();
        for key in [4, 5, 6] {
            submit(&mut pair, key);
        }
        pair.settle();
        let now = pair.now();
        pair.esme.session.close(now);
        pair.settle();

        assert_eq!(outcomes(&pair.esme.events).lost, [(4, true), (5, true), (6, true)]);
    }

    #[test]
    fn socket_closed() {
        let mut pair = bound();
        pair.cut();

        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::PeerClosed));
    }

    #[test]
    fn socket_error() {
        let mut pair = bound();
        let now = pair.now();
        pair.esme.session.handle_transport_error(std::io::ErrorKind::TimedOut, now);

        let reason = CloseReason::Transport(std::io::ErrorKind::TimedOut);
        assert_eq!(pair.esme.session.close_reason(), Some(reason));
    }
}

mod transport_session_test {
    use super::*;

    #[test]
    fn parse_error() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&[0; 4], now);
        pair.settle();
        assert!(matches!(
            pair.mc.session.close_reason(),
            Some(CloseReason::FrameLength { command_length: 0, .. })
        ));

        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&15_u32.to_be_bytes(), now);
        pair.settle();
        assert!(matches!(
            pair.mc.session.close_reason(),
            Some(CloseReason::FrameLength { command_length: 15, .. })
        ));
    }

    #[test]
    fn valid_pdu_and_unknown_id() {
        let mut pair = bound();
        let now = pair.now();
        pair.mc.receive(&[frame(1, SubmitSm::default()), raw(0x0001_0255, 0, 2, &[])].concat(), now);
        pair.settle();

        assert!(matches!(pair.mc.events[0], Event::Pdu { id: 1, body: Body::SubmitSm(_), .. }));
        assert!(
            matches!(&pair.mc.events[1], Event::Refused(refused) if refused.command_id == CommandId(0x0001_0255))
        );
    }

    #[test]
    fn pdus_order_on_the_wire() {
        let mut pair = bound();
        let now = pair.now();
        let before = pair.mc.sent().len();
        for key in 0..5 {
            pair.mc.session.request(&DeliverSm::default(), RequestKey(key), now).unwrap();
        }

        let numbers: Vec<u32> = sent_after(&pair.mc, before).iter().map(|(_, number, _)| *number).collect();
        assert!(numbers.is_sorted() && numbers.len() == 5);
        pair.settle();
        let received: Vec<_> =
            pair.esme.trace().into_iter().filter(|frame| frame.direction == Direction::Received).collect();
        assert_eq!(received.len(), 6, "the bind_resp and the five");
    }
}

mod smpp_timers_test {
    use super::*;

    #[test]
    fn enquire_link_then_stop_and_recover_by_peer_transaction() {
        let mut pair = bound();
        pair.lose();
        pair.advance(59 * SECOND);
        let now = pair.now();
        pair.esme.receive(&frame(1, DeliverSm::default()), now);
        pair.settle();
        pair.accept_all(Role::Esme).unwrap();
        pair.advance(59 * SECOND);
        assert_eq!(pair.esme.session.close_reason(), None);
        pair.advance(SECOND);

        assert!(pair.esme.session.close_reason().is_some());
    }

    #[test]
    fn inactivity_not_postponed_by_responses_and_postponed_by_requests() {
        let config = SessionConfig::default().inactivity_timeout(Some(40 * SECOND));
        let mut pair = Pair::bound(config, SessionConfig::default());
        pair.advance(30 * SECOND);
        let now = pair.now();
        pair.esme.receive(&frame(1, DeliverSm::default()), now);
        pair.settle();
        pair.accept_all(Role::Esme).unwrap();
        pair.advance(30 * SECOND);
        assert_eq!(pair.esme.session.close_reason(), None, "postponed by the request");
        let now = pair.now();
        pair.esme.receive(&response(9, CommandStatus::ESME_ROK, EnquireLinkResp::default()), now);
        pair.advance(10 * SECOND);

        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::TimerExpired(Timer::Inactivity)));
    }
}

mod pdu_storage_test {
    use super::*;

    #[test]
    fn fetch_removes_and_unknown_is_empty() {
        let mut pair = bound();
        let number = submit(&mut pair, 1);
        pair.lose();
        let now = pair.now();
        let answer = response(number.0, CommandStatus::ESME_ROK, SubmitSmResp::default());
        pair.esme.receive(&[answer.clone(), answer].concat(), now);
        pair.settle();

        assert_eq!(outcomes(&pair.esme.events).answered, [1]);
        let again =
            pair.esme.events.iter().any(
                |event| matches!(event, Event::Unmatched(found) if found.kind == UnmatchedKind::Unknown),
            );
        assert!(again);
    }

    #[test]
    fn expire_only_the_old_one() {
        let mut pair = bound();
        pair.lose();
        submit(&mut pair, 1);
        pair.advance(SECOND);
        submit(&mut pair, 2);
        pair.settle();
        let now = pair.now() + 59 * SECOND;
        pair.esme.session.handle_timeout(now);
        let mut nothing = bytes::BytesMut::new();
        let expired: Vec<_> =
            std::iter::from_fn(|| pair.esme.session.poll_event(&mut nothing, now)).collect();

        assert!(expired.iter().any(|event| matches!(event, Event::Expired { key: RequestKey(1) })));
        assert!(!expired.iter().any(|event| matches!(event, Event::Expired { key: RequestKey(2) })));
    }
}

mod edge_cases_test {
    use super::*;

    #[test]
    fn an_mc_that_refuses_at_once_is_seen_as_closed() {
        let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
        let now = pair.now();
        pair.esme.session.request(&BindTransceiver::default(), RequestKey(1), now).unwrap();
        pair.mc.session.close(now);
        pair.cut();

        assert_eq!(pair.esme.session.close_reason(), Some(CloseReason::PeerClosed));
        assert_eq!(outcomes(&pair.esme.events).lost, [(1, true)]);
    }

    #[test]
    fn bind_response_after_the_end_changes_nothing() {
        let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
        let now = pair.now();
        pair.esme.session.request(&BindTransceiver::default(), RequestKey(1), now).unwrap();
        pair.esme.session.close(now);
        pair.esme.receive(&response(1, CommandStatus::ESME_ROK, BindTransceiverResp::default()), now);
        pair.settle();

        assert_eq!(pair.esme.session.state(), SessionState::Closed);
    }
}

fn submit(pair: &mut Pair, key: u32) -> SequenceNumber {
    let now = pair.now();
    pair.esme.session.request(&SubmitSm::default(), RequestKey(key), now).unwrap()
}
