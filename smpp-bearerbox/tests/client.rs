//! The client on a turned clock, over pipes of which the test holds the other end.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "support code of tests, which own their tasks and their clock"
)]

use std::collections::VecDeque;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use smpp_bearerbox::testing::{self, BoxConnection};
use smpp_bearerbox::{
    AckStatus, Admin, AdminCommand, Backoff, BearerboxClient, BearerboxClientBuilder, ConnectionState, Inbox,
    Incoming, IncomingSms, KannelVersion, LossReason, Msg, SendError, Sms, SmsError, SmsId,
};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

#[tokio::test(start_paused = true)]
async fn identifies_sends_and_waits_for_the_acknowledgement() {
    let mut end = End::start(builder());
    let mut bearerbox = end.accept().await;
    assert!(matches!(end.next().await, Incoming::Up));

    let sending = end.client.send(mt(1));
    let identify = bearerbox.receive().await.unwrap();
    let received = bearerbox.receive_sms().await.unwrap().unwrap();
    bearerbox.send(&testing::ack(&received, AckStatus::Buffered)).await.unwrap();

    assert_eq!(identify, Some(Admin { command: AdminCommand::Identify, boxc_id: Some("box".into()) }.into()));
    assert_eq!((received.id, received.boxc_id.as_deref()), (id(1), Some(&b"box"[..])));
    assert!(received.time.is_some());
    assert_eq!(sending.await, Ok(AckStatus::Buffered));
}

#[tokio::test(start_paused = true)]
async fn sends_in_the_order_of_the_calls_and_without_being_polled() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();

    let sendings: Vec<_> = (1..=9).map(|number| end.client.send(mt(number))).collect();

    for number in 1..=9 {
        assert_eq!(bearerbox.receive_sms().await.unwrap().unwrap().id, id(number));
    }
    drop(sendings);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_is_acknowledged_when_the_owner_says_so() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();
    let report = testing::report(&mt(1), id(7), 1, "");
    let mo = testing::mo(id(8), "1", "2", "hello");
    bearerbox.send(&report.clone().into()).await.unwrap();
    bearerbox.send(&mo.clone().into()).await.unwrap();

    let (first, second) = (end.sms().await, end.sms().await);
    assert_eq!((&*first.sms, &*second.sms), (&report, &mo));
    second.acknowledge(AckStatus::Success);
    first.acknowledge(AckStatus::Failed);

    assert_eq!(bearerbox.receive().await.unwrap(), Some(testing::ack(&mo, AckStatus::Success)));
    assert_eq!(bearerbox.receive().await.unwrap(), Some(testing::ack(&report, AckStatus::Failed)));
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_nothing_is_taken() {
    let end = End::start(builder());

    assert_eq!(end.client.state(), ConnectionState::Down);
    assert_eq!(end.client.send(mt(1)).await, Err(SendError::NotConnected));
}

#[tokio::test(start_paused = true)]
async fn held_messages_wait_for_the_connection() {
    let mut end = End::start(builder().hold_while_down(true).max_waiting(2));
    let (first, second, third) = (end.client.send(mt(1)), end.client.send(mt(2)), end.client.send(mt(3)));
    assert_eq!(third.await, Err(SendError::QueueFull));

    let mut bearerbox = end.accept().await;
    bearerbox.receive().await.unwrap();
    for _ in 0..2 {
        let received = bearerbox.receive_sms().await.unwrap().unwrap();
        bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();
    }

    assert_eq!((first.await, second.await), (Ok(AckStatus::Success), Ok(AckStatus::Success)));
}

#[tokio::test(start_paused = true)]
async fn a_message_held_too_long_was_never_sent() {
    let end = End::failing(builder().hold_while_down(true).send_timeout(Duration::from_secs(5)), 99);
    let begun = Instant::now();

    let error = end.client.send(mt(1)).await.unwrap_err();

    assert_eq!(error, SendError::NotSentInTime);
    assert!(!error.is_in_doubt());
    assert!((5.0..=5.5).contains(&begun.elapsed().as_secs_f64()));
}

#[tokio::test(start_paused = true)]
async fn no_acknowledgement_in_time_is_doubt_and_a_late_one_is_told() {
    let mut end = End::up(builder().send_timeout(Duration::from_secs(5))).await;
    let mut bearerbox = end.bearerbox();
    let sending = end.client.send(mt(1));
    let received = bearerbox.receive_sms().await.unwrap().unwrap();

    let error = sending.await.unwrap_err();
    assert_eq!((error, error.is_in_doubt()), (SendError::AckTimeout, true));

    bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();
    assert!(
        matches!(end.next().await, Incoming::LateAck { id, status: AckStatus::Success } if id == received.id)
    );
}

#[tokio::test(start_paused = true)]
async fn a_loss_divides_what_was_sent_from_what_was_not() {
    let mut end = End::up(builder().window(1)).await;
    let mut bearerbox = end.bearerbox();
    let (sent, waiting) = (end.client.send(mt(1)), end.client.send(mt(2)));
    bearerbox.receive_sms().await.unwrap().unwrap();

    drop(bearerbox);

    let error = sent.await.unwrap_err();
    assert!(error.is_in_doubt());
    assert!(matches!(error, SendError::Lost(LossReason::Closed | LossReason::Io(_))));
    assert_eq!(waiting.await, Err(SendError::NotConnected));
    assert!(matches!(end.next().await, Incoming::Down { in_doubt: 1, .. }));
}

#[tokio::test(start_paused = true)]
async fn held_messages_never_written_go_out_on_the_next_connection_in_order() {
    let mut end = End::up(builder().window(1).hold_while_down(true)).await;
    let mut bearerbox = end.bearerbox();
    let sendings: Vec<_> = (1..=3).map(|number| end.client.send(mt(number))).collect();
    bearerbox.receive_sms().await.unwrap().unwrap();
    drop(bearerbox);

    let mut bearerbox = end.accept().await;
    for number in 2..=3 {
        let received = bearerbox.receive_sms().await.unwrap().unwrap();
        assert_eq!(received.id, id(number));
        bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();
    }

    let mut results = Vec::new();
    for sending in sendings {
        results.push(sending.await.map_err(SendError::is_in_doubt));
    }
    assert_eq!(results, [Err(true), Ok(AckStatus::Success), Ok(AckStatus::Success)]);
}

#[tokio::test(start_paused = true)]
async fn connects_again_with_growing_pauses_and_never_twice_a_second() {
    let mut end = End::failing(builder().backoff(Backoff::new(Duration::ZERO, Duration::from_secs(4))), 4);
    let begun = Instant::now();

    let mut pauses = Vec::new();
    for _ in 0..4 {
        let Incoming::ConnectFailed { error, retry_in } = end.next().await else { panic!("connected") };
        assert_eq!(error, io::ErrorKind::ConnectionRefused);
        pauses.push(retry_in.as_secs());
    }
    assert!(matches!(end.next().await, Incoming::Up));

    assert_eq!(pauses, [1, 2, 4, 4]);
    assert_eq!(begun.elapsed().as_secs(), 11);
    assert_eq!(end.client.state(), ConnectionState::Up);
}

#[tokio::test(start_paused = true)]
async fn a_connection_closed_at_once_is_not_tried_without_pause() {
    let mut end = End::start(builder());
    let begun = Instant::now();

    for _ in 0..3 {
        drop(end.accept().await);
    }
    end.accept().await;

    // 1, 2 and 4 seconds: bearerbox closes like this on a box whose address it denies.
    assert_eq!(begun.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_is_told_and_acknowledgements_under_way_arrive() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();
    let sending = end.client.send(mt(1));
    let received = bearerbox.receive_sms().await.unwrap().unwrap();

    bearerbox.send(&testing::admin(AdminCommand::Shutdown)).await.unwrap();
    assert!(matches!(end.next().await, Incoming::Draining { command: AdminCommand::Shutdown }));
    assert_eq!(end.client.send(mt(2)).await, Err(SendError::NotConnected));
    bearerbox.send(&testing::ack(&received, AckStatus::FailedTmp)).await.unwrap();

    assert_eq!(sending.await, Ok(AckStatus::FailedTmp));
    assert_eq!(bearerbox.receive().await.unwrap(), None);
    assert!(matches!(end.next().await, Incoming::Down { reason: LossReason::Shutdown, in_doubt: 0, .. }));
    end.accept().await;
    assert!(matches!(end.next().await, Incoming::Up));
}

#[tokio::test(start_paused = true)]
async fn a_connection_after_a_goodbye_is_made_anew_unless_bearerbox_lives() {
    for (sign, anew) in [(None, true), (Some(AckStatus::FailedTmp), true), (Some(AckStatus::Success), false)]
    {
        let mut end = End::up(builder()).await;
        let mut bearerbox = end.bearerbox();
        bearerbox.send(&testing::admin(AdminCommand::Restart)).await.unwrap();
        let mut bearerbox = end.accept().await;
        bearerbox.receive().await.unwrap();

        let sending = sign.map(|_| end.client.send(mt(1)));
        if let Some(status) = sign {
            let received = bearerbox.receive_sms().await.unwrap().unwrap();
            bearerbox.send(&testing::ack(&received, status)).await.unwrap();
        }
        let ended =
            timeout(Duration::from_secs(40), async { while bearerbox.receive().await.unwrap().is_some() {} });

        assert_eq!(ended.await.is_ok(), anew, "{sign:?}");
        if let (Some(sending), Some(status)) = (sending, sign) {
            assert_eq!(sending.await, Ok(status));
        }
        if anew {
            // The next one needs no proof.
            let mut bearerbox = end.accept().await;
            let quiet = async { while bearerbox.receive().await.unwrap().is_some() {} };
            assert!(timeout(Duration::from_secs(120), quiet).await.is_err());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_for_an_earlier_connection_is_not_sent() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();
    let mo = testing::mo(id(7), "1", "2", "hello");
    bearerbox.send(&mo.clone().into()).await.unwrap();
    let first = end.sms().await;
    drop(bearerbox);
    let mut bearerbox = end.accept().await;
    bearerbox.receive().await.unwrap();
    bearerbox.send(&mo.clone().into()).await.unwrap();
    assert!(matches!(end.next().await, Incoming::Down { .. }));
    assert!(matches!(end.next().await, Incoming::Up));
    let again = end.sms().await;

    first.acknowledge(AckStatus::Failed);
    again.acknowledge(AckStatus::Success);

    assert_eq!(bearerbox.receive().await.unwrap(), Some(testing::ack(&mo, AckStatus::Success)));
    assert!(timeout(Duration::from_secs(9), bearerbox.receive()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn refuses_what_would_harm_bearerbox() {
    let end = End::up(builder()).await;

    let refused = end.client.send(Sms { receiver: None, ..mt(1) }).await;

    assert_eq!(refused, Err(SendError::Refused(SmsError::Missing { field: "receiver" })));
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_future_is_dropped_in_time_is_not_sent() {
    let mut end = End::up(builder().window(1)).await;
    let mut bearerbox = end.bearerbox();
    let first = end.client.send(mt(1));
    let received = bearerbox.receive_sms().await.unwrap().unwrap();
    drop(end.client.send(mt(2)));
    let third = end.client.send(mt(3));

    bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();

    assert_eq!(first.await, Ok(AckStatus::Success));
    assert_eq!(bearerbox.receive_sms().await.unwrap().unwrap().id, id(3));
    drop(third);
}

#[tokio::test(start_paused = true)]
async fn a_silent_bearerbox_is_noticed_and_its_return_too() {
    let mut end = End::up(builder().stall_after(Duration::from_secs(10))).await;
    let mut bearerbox = end.bearerbox();
    let sending = end.client.send(mt(1));
    let received = bearerbox.receive_sms().await.unwrap().unwrap();

    assert!(matches!(end.next().await, Incoming::Stalled { unacknowledged: 1 }));
    bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();

    assert!(matches!(end.next().await, Incoming::Resumed));
    assert_eq!(sending.await, Ok(AckStatus::Success));
}

#[tokio::test(start_paused = true)]
async fn a_full_inbox_stops_the_reading_and_loses_nothing() {
    let mut end = End::up(builder().inbox(2)).await;
    let mut bearerbox = end.bearerbox();
    for number in 1..=20 {
        bearerbox.send(&testing::mo(id(number), "1", "2", "x").into()).await.unwrap();
    }

    for number in 1..=20 {
        let incoming = end.sms().await;
        assert_eq!(incoming.sms.id, id(number));
        incoming.acknowledge(AckStatus::Success);
    }
}

#[tokio::test(start_paused = true)]
async fn stops_after_the_acknowledgements_under_way() {
    let mut end = End::up(builder().window(1)).await;
    let mut bearerbox = end.bearerbox();
    let (sent, waiting) = (end.client.send(mt(1)), end.client.send(mt(2)));
    let received = bearerbox.receive_sms().await.unwrap().unwrap();

    end.client.stop();
    assert_eq!(end.client.send(mt(3)).await, Err(SendError::Ended));
    bearerbox.send(&testing::ack(&received, AckStatus::Success)).await.unwrap();

    assert_eq!(sent.await, Ok(AckStatus::Success));
    assert_eq!(waiting.await, Err(SendError::Ended));
    assert_eq!(bearerbox.receive().await.unwrap(), None);
    end.driver.await.unwrap();
    assert_eq!(end.client.state(), ConnectionState::Ended);
    assert_eq!(end.client.up().await, Err(SendError::Ended));
    assert!(end.inbox.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn stops_while_it_waits_to_connect() {
    let mut end = End::failing(builder(), 99);
    assert!(matches!(end.next().await, Incoming::ConnectFailed { .. }));

    end.client.stop();

    end.driver.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ends_when_nobody_is_left_to_acknowledge() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();
    bearerbox.send(&testing::mo(id(1), "1", "2", "x").into()).await.unwrap();

    drop(end.inbox);

    end.driver.await.unwrap();
    assert_eq!(end.client.state(), ConnectionState::Ended);
}

#[tokio::test(start_paused = true)]
async fn ends_when_the_last_handle_is_dropped() {
    let end = End::up(builder()).await;
    let clone = end.client.clone();
    drop(end.client);
    assert!(clone.is_up());

    drop(clone);

    end.driver.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_driver_dropped_in_its_course_leaves_doubt_and_ends_the_client() {
    let mut end = End::up(builder()).await;
    let mut bearerbox = end.bearerbox();
    let sending = end.client.send(mt(1));
    bearerbox.receive_sms().await.unwrap().unwrap();

    end.driver.abort();

    assert!(sending.await.unwrap_err().is_in_doubt());
    assert_eq!(end.client.send(mt(2)).await, Err(SendError::Ended));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_does_not_block_the_clock() {
    let mut end = End::with_pipe(builder().window(50).send_timeout(Duration::from_secs(3)), 64);
    let _bearerbox = end.accept().await;
    assert!(matches!(end.next().await, Incoming::Up));

    let sending = end.client.send(mt(1));

    // Written in part only, but what the pipe took is not ours any more.
    assert_eq!(sending.await, Err(SendError::AckTimeout));
    assert!(end.client.is_up());
}

/// A client, its driver in a task, and where its connections go.
struct End {
    client: BearerboxClient,
    inbox: Inbox,
    driver: JoinHandle<()>,
    accepted: mpsc::UnboundedReceiver<DuplexStream>,
    ready: VecDeque<BoxConnection<DuplexStream>>,
}

impl End {
    fn start(builder: BearerboxClientBuilder) -> Self {
        Self::with(builder, 0, 64 * 1024)
    }

    /// The first attempts fail.
    fn failing(builder: BearerboxClientBuilder, failures: usize) -> Self {
        Self::with(builder, failures, 64 * 1024)
    }

    fn with_pipe(builder: BearerboxClientBuilder, octets: usize) -> Self {
        Self::with(builder, 0, octets)
    }

    fn with(builder: BearerboxClientBuilder, failures: usize, octets: usize) -> Self {
        let (client, inbox, driver) = builder.build();
        let (sender, accepted) = mpsc::unbounded_channel();
        let failures = Arc::new(Mutex::new(failures));
        let connect = move || {
            let mut failures = failures.lock().unwrap();
            if *failures > 0 {
                *failures -= 1;
                return ready(Err(io::ErrorKind::ConnectionRefused.into()));
            }
            let (ours, theirs) = tokio::io::duplex(octets);
            let _ = sender.send(theirs);
            ready(Ok(ours))
        };
        let driver = tokio::spawn(driver.run_over(connect));
        Self { client, inbox, driver, accepted, ready: VecDeque::new() }
    }

    /// Connected and identified, both of which was seen.
    async fn up(builder: BearerboxClientBuilder) -> Self {
        let mut end = Self::start(builder);
        let mut bearerbox = end.accept().await;
        assert!(matches!(bearerbox.receive().await.unwrap(), Some(Msg::Admin(_))));
        assert!(matches!(end.next().await, Incoming::Up));
        end.ready.push_back(bearerbox);
        end
    }

    fn bearerbox(&mut self) -> BoxConnection<DuplexStream> {
        self.ready.pop_front().unwrap()
    }

    async fn accept(&mut self) -> BoxConnection<DuplexStream> {
        BoxConnection::new(self.accepted.recv().await.unwrap(), KannelVersion::default())
    }

    async fn next(&mut self) -> Incoming {
        self.inbox.recv().await.unwrap()
    }

    async fn sms(&mut self) -> IncomingSms {
        match self.next().await {
            Incoming::Sms(sms) => sms,
            other => panic!("{other:?}"),
        }
    }
}

fn builder() -> BearerboxClientBuilder {
    BearerboxClient::builder("nowhere.invalid", 1).boxc_id("box").random(|| 0)
}

fn id(number: u8) -> SmsId {
    SmsId::from_bytes([number; 16])
}

fn mt(number: u8) -> Sms {
    Sms::text(id(number), "1000", "2000", Bytes::from_static(b"text"))
}
