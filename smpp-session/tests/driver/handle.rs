//! The owner's requests: queued when called, bounded, each with an outcome.

use std::time::Duration;

use smpp_session::driver::{self, RequestOptions, drive};
use smpp_session::pdu::{
    BindTransceiver, BindTransceiverResp, CommandId, CommandStatus, SubmitSm, SubmitSmResp,
};
use smpp_session::testing::ScriptedPeer;
use smpp_session::{CloseReason, RequestError, Role, SessionConfig, SessionState};

use crate::support::{Accepting, bound, connected, deliver, id, submit};

#[tokio::test(start_paused = true)]
async fn an_esme_binds_submits_receives_and_unbinds() {
    let ends = connected(SessionConfig::default(), Accepting::default());

    ends.esme.request(BindTransceiver::default()).await.unwrap();
    let submitted = ends.esme.request(submit("text")).await.unwrap();
    let delivered = ends.mc.request(deliver()).await;

    assert_eq!(id(&submitted), "text");
    assert!(delivered.is_ok());
    assert_eq!(ends.esme.state(), SessionState::BoundTrx);
    assert_eq!(ends.esme.unbind().await, CloseReason::Unbound);
    assert_eq!(ends.mc.closed().await, CloseReason::PeerUnbound);
    assert_eq!(ends.esme_end.await.unwrap(), CloseReason::Unbound);
    assert_eq!(ends.mc_end.await.unwrap(), CloseReason::PeerUnbound);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_when_asked_for_not_when_polled() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default()).await;

    let pending: Vec<_> = (0..10).map(|number| handle.request(submit(number))).collect();
    for _ in 0..10 {
        peer.expect::<SubmitSm>().await.unwrap();
    }

    assert_eq!(pending.len(), 10, "all ten came, and none was polled");
}

#[tokio::test(start_paused = true)]
async fn requests_wait_in_order_for_the_window() {
    let ends = bound(SessionConfig::default().send_window(3).unwrap(), Accepting::default()).await;

    let pending: Vec<_> = (0..100).map(|number| ends.esme.request(submit(number))).collect();
    for (number, pending) in pending.into_iter().enumerate() {
        assert_eq!(id(&pending.await.unwrap()), number.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_is_never_exceeded_and_an_answer_lets_the_next_out() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default().send_window(2).unwrap()).await;
    let _pending: Vec<_> = (0..3).map(|number| handle.request(submit(number))).collect();
    let (first, _) = peer.expect::<SubmitSm>().await.unwrap();
    peer.expect::<SubmitSm>().await.unwrap();

    let third = tokio::time::timeout(Duration::from_secs(1), peer.next()).await;
    assert!(third.is_err(), "the window holds two");
    peer.answer(first, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();

    assert_eq!(peer.expect::<SubmitSm>().await.unwrap().1, submit(2));
}

#[tokio::test(start_paused = true)]
async fn dropped_while_queued_is_never_sent() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let first = handle.request(submit("first"));
    let second = handle.request(submit("second"));
    let third = handle.request(submit("third"));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    drop(second);

    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();

    assert_eq!(peer.expect::<SubmitSm>().await.unwrap().1, submit("third"));
    assert!(first.await.is_ok());
    drop(third);
}

#[tokio::test(start_paused = true)]
async fn dropped_after_sending_keeps_the_slot_until_the_answer() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let first = handle.request(submit("first"));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    drop(first);
    let _second = handle.request(submit("second"));

    let early = tokio::time::timeout(Duration::from_secs(1), peer.next()).await;
    assert!(early.is_err(), "the peer still holds the slot");
    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();

    assert_eq!(peer.expect::<SubmitSm>().await.unwrap().1, submit("second"));
}

#[tokio::test(start_paused = true)]
async fn a_loop_of_dropped_futures_grows_nothing() {
    let config = SessionConfig::default().send_window(1).unwrap().queue_limit(100).unwrap();
    let (handle, mut peer, _end) = bound_to_script(config).await;
    let first = handle.request(submit("first"));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();

    for _ in 0..100_000 {
        drop(handle.request(submit("dropped")));
    }
    assert!(handle.window_in_use() <= 2);
    let last = handle.request(submit("last"));
    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();

    assert!(first.await.is_ok() && last.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded() {
    let config = SessionConfig::default().send_window(1).unwrap().queue_limit(2).unwrap();
    let (handle, mut peer, _end) = bound_to_script(config).await;
    let sent = handle.request(submit(0));
    peer.expect::<SubmitSm>().await.unwrap();
    let queued = [handle.request(submit(1)), handle.request(submit(2))];

    assert_eq!(handle.request(submit(3)).await, Err(RequestError::QueueFull));
    drop((sent, queued));
}

#[tokio::test(start_paused = true)]
async fn try_request_fails_instead_of_waiting() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default().send_window(2).unwrap()).await;
    let one = handle.try_request(submit(1)).unwrap();
    let two = handle.try_request(submit(2)).unwrap();

    assert!(matches!(handle.try_request(submit(3)), Err(RequestError::WindowFull)));
    for _ in 0..2 {
        let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
        peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();
    }
    assert!(one.await.is_ok() && two.await.is_ok());
    assert!(handle.try_request(submit(3)).is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_window_may_have_a_limit() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let first = handle.request(submit(1));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    let options = RequestOptions::default().window_timeout(Duration::from_secs(2));

    let second = handle.request_with(submit(2), options).await;
    assert_eq!(second, Err(RequestError::WindowTimeout));

    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();
    assert!(first.await.is_ok());
    let third = handle.request(submit(3));
    assert_eq!(peer.expect::<SubmitSm>().await.unwrap().1, submit(3), "the second was never sent");
    drop(third);
}

#[tokio::test(start_paused = true)]
async fn one_request_may_have_its_own_response_limit() {
    let (handle, _peer, _end) = bound_to_script(SessionConfig::default()).await;
    let options = RequestOptions::default().response_timeout(Duration::from_secs(3));
    let start = tokio::time::Instant::now();

    let outcome = handle.request_with(submit(1), options).await;

    assert_eq!(outcome, Err(RequestError::Expired));
    assert_eq!(start.elapsed().as_secs(), 3);
    assert!(!RequestError::Expired.is_unsent());
}

#[tokio::test(start_paused = true)]
async fn an_expired_request_frees_the_slot_of_one_that_waits() {
    let config =
        SessionConfig::default().send_window(1).unwrap().response_timeout(Some(Duration::from_secs(1)));
    let (handle, mut peer, _end) = bound_to_script(config).await;
    let first = handle.request(submit(1));
    let second = handle.request(submit(2));
    peer.expect::<SubmitSm>().await.unwrap();

    assert_eq!(first.await, Err(RequestError::Expired));
    assert_eq!(peer.expect::<SubmitSm>().await.unwrap().1, submit(2));
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn data_of_the_callers_own_comes_back_with_every_outcome() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default()).await;
    let answered = handle.request(submit(1)).with("row 1");
    let lost = handle.request(submit(2)).with("row 2");
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    peer.expect::<SubmitSm>().await.unwrap();
    peer.answer(number, CommandStatus::ESME_ROK, SubmitSmResp::default()).await.unwrap();
    let (row, outcome) = answered.await;
    drop(peer);
    let (lost_row, loss) = lost.await;

    assert_eq!((row, outcome.is_ok()), ("row 1", true));
    assert_eq!(lost_row, "row 2");
    assert_eq!(loss, Err(RequestError::Closed { reason: CloseReason::PeerClosed, sent: true }));
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_was_sent_is_told_from_what_was_not() {
    let (handle, mut peer, end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let sent = handle.request(submit(1));
    let queued = handle.request(submit(2));
    peer.expect::<SubmitSm>().await.unwrap();
    drop(peer);

    let reason = CloseReason::PeerClosed;
    assert_eq!(sent.await, Err(RequestError::Closed { reason, sent: true }));
    let unsent = queued.await.unwrap_err();
    assert_eq!(unsent, RequestError::Closed { reason, sent: false });
    assert!(unsent.is_unsent());
    assert_eq!(end.await.unwrap(), reason);
    let after = handle.request(submit(3)).await;
    assert_eq!(after, Err(RequestError::Closed { reason, sent: false }));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_driver_resolves_everything() {
    let (handle, mut peer, end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let sent = handle.request(submit(1));
    let queued = handle.request(submit(2));
    peer.expect::<SubmitSm>().await.unwrap();
    let waiting = tokio::spawn({
        let handle = handle.clone();
        async move { handle.closed().await }
    });
    tokio::task::yield_now().await;
    end.abort();

    let reason = CloseReason::DriverDropped;
    assert_eq!(sent.await, Err(RequestError::Closed { reason, sent: true }));
    assert_eq!(queued.await, Err(RequestError::Closed { reason, sent: false }));
    assert_eq!(waiting.await.unwrap(), reason);
    assert!(handle.statistics().await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_never_ran_resolves_everything() {
    let (line, _peer) = ScriptedPeer::pipe();
    let session = driver::session(Role::Esme, SessionConfig::default().into());
    let (handle, driver) = drive(line, session, Accepting::default());
    let pending = handle.request(BindTransceiver::default());
    drop(driver);

    let outcome = pending.await;
    assert_eq!(outcome, Err(RequestError::Closed { reason: CloseReason::DriverDropped, sent: false }));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_keeps_its_body() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default()).await;
    let pending = handle.request(submit(1));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    let body = SubmitSmResp { message_id: Some("why".try_into().unwrap()), ..SubmitSmResp::default() };
    peer.answer(number, CommandStatus::ESME_RSUBMITFAIL, body.clone()).await.unwrap();

    let error = pending.await.unwrap_err();
    let body = Box::new(body.into());
    assert_eq!(error, RequestError::Rejected { command_status: CommandStatus::ESME_RSUBMITFAIL, body });
    assert_eq!(error.command_status(), Some(CommandStatus::ESME_RSUBMITFAIL));
}

#[tokio::test(start_paused = true)]
async fn a_response_that_cannot_be_read_is_an_outcome_too() {
    let (handle, mut peer, _end) = bound_to_script(SessionConfig::default()).await;
    let pending = handle.request(submit(1));
    let (number, _) = peer.expect::<SubmitSm>().await.unwrap();
    let mut octets = [0_u8, 0, 0, 24, 0x80, 0, 0, 4, 0, 0, 0, 0].to_vec();
    octets.extend(number.0.to_be_bytes());
    octets.extend(b"id\0\x04\x24\x00\x09\x01");
    peer.send_octets(&octets).await.unwrap();

    assert!(matches!(pending.await, Err(RequestError::Unreadable { .. })));
}

#[tokio::test(start_paused = true)]
async fn nothing_but_a_bind_is_sent_before_the_bind() {
    let ends = connected(SessionConfig::default(), Accepting::default());

    let early = ends.esme.request(submit(1)).await;

    assert_eq!(early, Err(RequestError::NotPermitted(SessionState::Open)));
    let bind = ends.esme.request(BindTransceiver::default());
    let behind = ends.esme.request(submit(2));
    assert!(bind.await.is_ok() && behind.await.is_ok(), "what is asked behind the bind waits for it");
}

#[tokio::test(start_paused = true)]
async fn unbind_lets_the_queue_out_and_takes_nothing_new() {
    let ends = bound(SessionConfig::default().send_window(1).unwrap(), Accepting::default()).await;
    let before: Vec<_> = (0..5).map(|number| ends.esme.request(submit(number))).collect();
    let unbind = ends.esme.unbind();
    let after = ends.esme.request(submit("after"));

    assert_eq!(unbind.await, CloseReason::Unbound);
    for pending in before {
        assert!(pending.await.is_ok());
    }
    assert!(matches!(after.await, Err(RequestError::NotPermitted(_))));
}

#[tokio::test(start_paused = true)]
async fn unbind_with_requests_that_are_never_answered_has_a_deadline() {
    let (handle, mut peer, end) = bound_to_script(SessionConfig::default().send_window(1).unwrap()).await;
    let sent = handle.request(submit(1));
    let queued = handle.request(submit(2));
    peer.expect::<SubmitSm>().await.unwrap();
    let start = tokio::time::Instant::now();
    let unbind = handle.unbind();
    let request = peer.expect_command(CommandId::UNBIND).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 10, "the drain time");
    peer.accept(&request).await.unwrap();

    assert_eq!(unbind.await, CloseReason::Unbound);
    assert_eq!(sent.await, Err(RequestError::Closed { reason: CloseReason::Unbound, sent: true }));
    assert!(queued.await.unwrap_err().is_unsent());
    assert_eq!(end.await.unwrap(), CloseReason::Unbound);
}

#[tokio::test(start_paused = true)]
async fn statistics_are_read_while_it_runs_and_after() {
    let ends = bound(SessionConfig::default(), Accepting::default()).await;
    ends.esme.request(submit(1)).await.unwrap();
    let during = ends.esme.statistics().await.unwrap();
    ends.esme.unbind().await;
    let after = ends.esme.statistics().await.unwrap();

    use smpp_session::Direction;
    assert_eq!(during.counters.count(CommandId::SUBMIT_SM_RESP, Direction::Received), 1);
    assert_eq!(during.counters.count(CommandId::UNBIND, Direction::Sent), 0);
    assert_eq!(during.counters.window_wait.count, 2);
    assert_eq!(after.counters.count(CommandId::UNBIND, Direction::Sent), 1);
    assert_eq!(after.state, SessionState::Closed);
}

#[tokio::test(start_paused = true)]
async fn notifications_have_an_outcome_too() {
    let ends = bound(SessionConfig::default(), Accepting::default()).await;

    let sent = ends.mc.notify(smpp_session::pdu::AlertNotification::default()).await;
    let refused = ends.esme.notify(smpp_session::pdu::AlertNotification::default()).await;

    assert_eq!(sent, Ok(()));
    assert!(matches!(refused, Err(RequestError::NotPermitted(_))));
}

#[tokio::test(start_paused = true)]
async fn bind_info_is_seen_by_the_handle() {
    let (handle, mut peer, _end) = scripted(SessionConfig::default());
    let bind = handle.request(BindTransceiver::default());
    let request = peer.expect_command(CommandId::BIND_TRANSCEIVER).await.unwrap();
    let response = BindTransceiverResp {
        system_id: Some("centre".try_into().unwrap()),
        ..BindTransceiverResp::default()
    };
    peer.answer(request.sequence_number, CommandStatus::ESME_ROK, response).await.unwrap();
    bind.await.unwrap();

    assert_eq!(handle.bind_info().unwrap().mc_system_id, "centre");
}

type End = tokio::task::JoinHandle<CloseReason>;

fn scripted(config: SessionConfig) -> (driver::SessionHandle, ScriptedPeer, End) {
    let (line, peer) = ScriptedPeer::pipe();
    let session = driver::session(Role::Esme, config.into());
    let (handle, driver) = drive(line, session, Accepting::default());
    (handle, peer, tokio::spawn(driver.run()))
}

async fn bound_to_script(config: SessionConfig) -> (driver::SessionHandle, ScriptedPeer, End) {
    let (handle, mut peer, end) = scripted(config);
    let bind = handle.request(BindTransceiver::default());
    peer.accept_bind().await.unwrap();
    bind.await.unwrap();
    (handle, peer, end)
}
