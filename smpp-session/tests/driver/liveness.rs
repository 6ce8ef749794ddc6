//! Nothing gets stuck: wake-ups, partial writes, back-pressure, fairness of a turn.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use smpp_session::driver::{self, Dispatch, SessionHandle, drive};
use smpp_session::pdu::{BindTransceiver, Body, CommandId, CommandStatus, Pdu, SequenceNumber};
use smpp_session::testing::ScriptedPeer;
use smpp_session::{CloseReason, Reply, RequestError, Role, SessionConfig, Timer};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::support::{Accepting, bound, connected_by, id, response_to, submit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rounds_of_concurrent_requests_never_get_stuck_on_two_workers() {
    rounds().await;
}

#[tokio::test]
async fn rounds_of_concurrent_requests_never_get_stuck_on_one_worker() {
    rounds().await;
}

/// A lost wake-up shows as a request that waits for the next enquire_link.
async fn rounds() {
    let ends = bound(SessionConfig::default().send_window(40).unwrap(), Accepting::default()).await;
    for size in [1, 2, 8, 10, 50, 300] {
        for _ in 0..30 {
            let tasks: Vec<_> = (0..size)
                .map(|number| {
                    let esme = ends.esme.clone();
                    tokio::spawn(async move { esme.request(submit(number)).await })
                })
                .collect();
            for task in tasks {
                let answered = tokio::time::timeout(Duration::from_secs(10), task).await;
                assert!(answered.is_ok_and(|joined| joined.unwrap().is_ok()), "a request got stuck");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn futures_dropped_at_random_leak_no_slot() {
    let ends = bound(SessionConfig::default().send_window(50).unwrap(), Answering).await;
    let tasks: Vec<_> = (0..100_u64)
        .map(|task| {
            let esme = ends.esme.clone();
            tokio::spawn(async move {
                let mut random = Random(task + 1);
                for _ in 0..50 {
                    let pending = esme.request(submit(random.next() % 4));
                    match random.next() % 4 {
                        0 => drop(pending),
                        1 => {
                            let limit = Duration::from_millis(random.next() % 3);
                            let _late = tokio::time::timeout(limit, pending).await;
                        }
                        2 => tokio::spawn(pending).abort(),
                        _ => assert!(pending.await.is_ok()),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let after: Vec<_> = (0..200).map(|number| ends.esme.request(submit(number % 4))).collect();
    for pending in after {
        assert!(pending.await.is_ok());
    }
    assert_eq!(ends.esme.window_in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn handlers_of_every_temper_answer_in_order() {
    for inbound in [1, 7, 64, 1000] {
        let config = SessionConfig::default().inbound_limit(inbound).unwrap().send_window(3_000).unwrap();
        let ends = bound(config, Answering).await;
        let pending: Vec<_> = (0..2_000).map(|number| ends.esme.request(submit(number))).collect();
        for (number, pending) in pending.into_iter().enumerate() {
            assert_eq!(id(&pending.await.unwrap()), number.to_string());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn partial_writes_keep_framing() {
    for pipe in [1, 7, 16, 100] {
        let ends = connected_by(pipe, SessionConfig::default(), Accepting::default(), Accepting::default());
        ends.esme.request(BindTransceiver::default()).await.unwrap();
        let pending: Vec<_> = (0..200).map(|number| ends.esme.request(submit(number))).collect();
        for (number, pending) in pending.into_iter().enumerate() {
            assert_eq!(id(&pending.await.unwrap()), number.to_string(), "a pipe of {pipe} octets");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stops_reading_for_a_while_loses_nothing() {
    let (mut peer, _handle, _end) = mc(SessionConfig::default(), 4 << 10).await;
    let (mut sent, mut seen) = (0_u32, 0_u32);
    // It writes until nothing more goes, as its kernel would let it.
    loop {
        let mut frame = bytes::BytesMut::new();
        Pdu::new(SequenceNumber(sent + 10), submit("x".repeat(60))).encode(&mut frame).unwrap();
        match tokio::time::timeout(Duration::from_secs(4), peer.send_octets(&frame)).await {
            Ok(written) => written.unwrap(),
            Err(_) => break,
        }
        sent += 1;
    }
    assert!(sent > 100, "back-pressure reached the peer after {sent}");

    while let Ok(Ok(pdu)) = tokio::time::timeout(Duration::from_secs(1), peer.next()).await {
        assert_eq!(pdu.sequence_number, SequenceNumber(seen + 10));
        seen += 1;
    }
    assert!(seen >= sent - 1, "{seen} answers for {sent} requests; the last was torn by the test");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_cut_off_with_its_reason() {
    let (mut peer, _handle, end) = mc(SessionConfig::default(), 1 << 10).await;
    let start = tokio::time::Instant::now();
    while peer.request(submit("x")).await.is_ok() {}

    assert_eq!(end.await.unwrap(), CloseReason::TimerExpired(Timer::Write));
    assert!(start.elapsed() <= Duration::from_secs(60), "within two write times");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_hour_expires_nothing_that_is_sent_after_it() {
    let config =
        SessionConfig::default().enquire_link_interval(None).response_timeout(Some(Duration::from_secs(1)));
    let ends = bound(config, Accepting::default()).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;

    assert!(ends.esme.request(submit(1)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn requests_expire_while_the_peer_is_silent() {
    let config = SessionConfig::default()
        .send_window(10)
        .unwrap()
        .enquire_link_interval(None)
        .response_timeout(Some(Duration::from_secs(1)));
    let (line, mut peer) = ScriptedPeer::pipe();
    let (handle, driver) = drive(line, driver::session(Role::Esme, config.into()), Accepting::default());
    let _end = tokio::spawn(driver.run());
    let bind = handle.request(BindTransceiver::default());
    peer.accept_bind().await.unwrap();
    bind.await.unwrap();

    let pending: Vec<_> = (0..30).map(|number| handle.request(submit(number))).collect();
    for pending in pending {
        assert_eq!(pending.await, Err(RequestError::Expired), "no slot waits for octets to come");
    }
}

#[tokio::test(start_paused = true)]
async fn what_many_tasks_ask_at_once_leaves_in_few_writes() {
    let writes = Arc::new(AtomicUsize::new(0));
    let (line, mut peer) = ScriptedPeer::pipe();
    let line = Counted { line, writes: Arc::clone(&writes) };
    let config = SessionConfig::default().send_window(1_000).unwrap();
    let (handle, driver) = drive(line, driver::session(Role::Esme, config.into()), Accepting::default());
    let _end = tokio::spawn(driver.run());
    let bind = handle.request(BindTransceiver::default());
    peer.accept_bind().await.unwrap();
    bind.await.unwrap();
    let before = writes.load(Ordering::Relaxed);
    for number in 0..100 {
        tokio::spawn(handle.request(submit(number)));
    }
    for _ in 0..100 {
        peer.expect_command(CommandId::SUBMIT_SM).await.unwrap();
    }

    assert_eq!(writes.load(Ordering::Relaxed) - before, 1, "one write for a hundred requests");
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_answered_in_one_write() {
    let writes = Arc::new(AtomicUsize::new(0));
    let (line, mut peer) = ScriptedPeer::pipe();
    let line = Counted { line, writes: Arc::clone(&writes) };
    let (_handle, driver) =
        drive(line, driver::session(Role::Mc, SessionConfig::default().into()), Accepting::default());
    let _end = tokio::spawn(driver.run());
    peer.request(BindTransceiver::default()).await.unwrap();
    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();
    let before = writes.load(Ordering::Relaxed);
    let mut octets = bytes::BytesMut::new();
    for number in 10..110 {
        Pdu::new(SequenceNumber(number), submit(number)).encode(&mut octets).unwrap();
    }
    peer.send_octets(&octets).await.unwrap();
    for _ in 0..100 {
        peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
    }

    assert_eq!(writes.load(Ordering::Relaxed) - before, 1);
}

#[tokio::test(start_paused = true)]
async fn ends_of_the_line_are_told_apart() {
    let (peer, _handle, end) = mc(SessionConfig::default(), 1 << 10).await;
    drop(peer);
    assert_eq!(end.await.unwrap(), CloseReason::PeerClosed);

    let (mut peer, _handle, end) = mc(SessionConfig::default(), 1 << 10).await;
    peer.send_octets(&3_u32.to_be_bytes()).await.unwrap();
    let nack = peer.expect_command(CommandId::GENERIC_NACK).await.unwrap();
    assert_eq!(nack.command_status, CommandStatus::ESME_RINVCMDLEN);
    peer.expect_closed().await.unwrap();
    let reason = CloseReason::FrameLength { command_length: 3, max: 70_000 };
    assert_eq!(end.await.unwrap(), reason);

    let (peer, handle, end) = mc(SessionConfig::default(), 1 << 10).await;
    assert_eq!(handle.close().await, CloseReason::Local);
    assert_eq!(end.await.unwrap(), CloseReason::Local);
    drop(peer);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stops_sending_still_gets_its_answers() {
    let (mut peer, _handle, end) = mc(SessionConfig::default(), 1 << 10).await;
    for number in 0..5 {
        peer.request(submit(number)).await.unwrap();
    }
    peer.stop_sending().await.unwrap();

    for _ in 0..5 {
        peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
    }
    assert_eq!(end.await.unwrap(), CloseReason::PeerClosed);
}

/// Ready, yielding, sleeping or spawning, by the text's number.
struct Answering;

impl Dispatch for Answering {
    async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
        let Body::SubmitSm(submit) = body else { return Reply::from(CommandStatus::ESME_ROK) };
        let number: u64 = std::str::from_utf8(&submit.short_message).unwrap().parse().unwrap();
        match number % 4 {
            0 => {}
            1 => tokio::task::yield_now().await,
            2 => tokio::time::sleep(Duration::from_millis(number % 3)).await,
            _ => tokio::spawn(tokio::task::yield_now()).await.unwrap(),
        }
        Reply::ok(response_to(&submit))
    }
}

async fn mc(
    config: SessionConfig,
    pipe: usize,
) -> (ScriptedPeer, SessionHandle, tokio::task::JoinHandle<CloseReason>) {
    let (line, mut peer) = ScriptedPeer::pipe_of(pipe);
    let (handle, driver) = drive(line, driver::session(Role::Mc, config.into()), Accepting::default());
    let end = tokio::spawn(driver.run());
    peer.request(BindTransceiver::default()).await.unwrap();
    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();
    (peer, handle, end)
}

/// Xorshift; the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Counts the writes that took something.
struct Counted {
    line: DuplexStream,
    writes: Arc<AtomicUsize>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.line).poll_write(cx, octets);
        if poll.is_ready() {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(cx)
    }
}
