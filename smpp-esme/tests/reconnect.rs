//! Staying connected, under a paused clock: dropped, refused, silent, shared, failed over.

mod centre;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use smpp_esme::{
    AtLoss, Backoff, ConnectError, Delivery, EsmeClientBuilder, EsmePool, EsmePoolBuilder, Hook, Message,
    PoolError, Reaction, ReconnectPolicy, Share,
    pdu::CommandStatus,
    session::{BindMode, CloseReason, SessionConfig},
};
use tokio::time::Instant;

use self::centre::{network::network, receipt};

#[tokio::test(start_paused = true)]
async fn a_lost_bind_comes_back_and_what_was_waiting_goes_out() {
    let (mut network, member) = network();
    let (pool, _deliveries) = one(member).start();
    network.centre().await.cut();

    let (submitted, _) = tokio::join!(pool.submit(Message::text("4790000000", "x")), async {
        network.centre().await.accept("17").await
    });

    assert_eq!(submitted.unwrap().message_ids(), ["17"]);
}

#[tokio::test(start_paused = true)]
async fn attempts_back_off_while_nobody_listens() {
    let (mut network, member) = network();
    let policy = ReconnectPolicy::default()
        .backoff(Backoff::new(Duration::from_secs(1), Duration::from_secs(8)).jitter_percent(0));
    let (_pool, _deliveries) = one(member).policy(policy).start();
    let start = Instant::now();

    let mut at = Vec::new();
    for _ in 0..6 {
        network.refuse().await;
        at.push(start.elapsed().as_secs());
    }

    assert_eq!(at, [0, 1, 3, 7, 15, 23]);
}

#[tokio::test(start_paused = true)]
async fn a_bind_that_does_not_last_is_not_retried_in_a_hot_loop() {
    let (mut network, member) = network();
    let policy = ReconnectPolicy::default()
        .backoff(Backoff::new(Duration::from_secs(1), Duration::from_secs(60)).jitter_percent(0));
    let (_pool, _deliveries) = one(member).policy(policy).start();
    let start = Instant::now();

    for _ in 0..5 {
        network.centre().await.cut();
    }
    network.centre().await;

    assert!(start.elapsed() >= Duration::from_secs(1 + 2 + 4 + 8 + 16), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_held_resets_the_back_off() {
    let (mut network, member) = network();
    let policy = ReconnectPolicy::default()
        .backoff(Backoff::new(Duration::from_secs(1), Duration::from_secs(60)).jitter_percent(0));
    let (pool, _deliveries) = one(member).policy(policy).start();
    for _ in 0..4 {
        network.refuse().await;
    }
    let centre = network.centre().await;
    pool.client().await.unwrap();
    tokio::time::advance(Duration::from_secs(20)).await;
    let lost = Instant::now();
    centre.cut();

    network.centre().await;

    assert_eq!(lost.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_waits_a_minute_or_stops_if_told_so() {
    let (mut patient, member) = network();
    let (_pool, _deliveries) = one(member).start();
    let start = Instant::now();
    patient.refuse_bind(CommandStatus::ESME_RINVPASWD).await;
    patient.refuse_bind(CommandStatus::ESME_RINVPASWD).await;
    assert!(start.elapsed() >= Duration::from_secs(54), "{:?}", start.elapsed());

    let (mut strict, member) = network();
    let policy = ReconnectPolicy::default().on_refused(CommandStatus::ESME_RINVPASWD, Reaction::Stop);
    let (pool, mut deliveries) = one(member).policy(policy).start();
    strict.refuse_bind(CommandStatus::ESME_RINVPASWD).await;

    let refused = ConnectError::Refused { command_status: CommandStatus::ESME_RINVPASWD };
    let submitted = pool.submit(Message::text("4790000000", "x")).await;
    assert_eq!(submitted.unwrap_err(), PoolError::Stopped { last: Some(refused) });
    assert!(deliveries.next().await.is_none(), "nothing will ever come");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_on_this_side_is_not_tried_again() {
    let (_network, member) = network();
    let (pool, _deliveries) = one(member.system_id("x".repeat(100))).start();

    let submitted = pool.submit(Message::text("4790000000", "x")).await;

    assert!(matches!(submitted, Err(PoolError::Stopped { last: Some(ConnectError::Field { .. }) })));
}

#[tokio::test(start_paused = true)]
async fn a_half_open_line_is_found_by_silence() {
    let (mut network, member) = network();
    let session = SessionConfig::default()
        .enquire_link_interval(Some(Duration::from_secs(30)))
        .enquire_link_timeout(Some(Duration::from_secs(10)));
    let (_pool, _deliveries) = one(member.session(session)).start();
    let (silent, start) = (network.dead_centre().await, Instant::now());

    network.centre().await;

    assert!(start.elapsed() < Duration::from_secs(50), "{:?}", start.elapsed());
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn open_requests_at_loss_are_returned_or_sent_again_as_asked() {
    for (at_loss, again) in [(AtLoss::Return, false), (AtLoss::ResendUnsent, false), (AtLoss::Resend, true)] {
        let (mut network, member) = network();
        let (pool, _deliveries) = one(member).at_loss(at_loss).start();

        let (submitted, ()) = tokio::join!(pool.submit(Message::text("4790000000", "x")), async {
            let mut centre = network.centre().await;
            let silent = centre.submit_sm().await;
            centre.cut();
            drop(silent);
            if again {
                network.centre().await.accept("17").await;
            }
        });

        match submitted {
            Ok(submission) => assert!(again && submission.message_ids() == ["17"]),
            Err(PoolError::Submit(error)) => assert!(!again && error.is_fate_unknown()),
            Err(error) => panic!("{at_loss:?}: {error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_transmitter_and_a_receiver_are_one_client() {
    let (mut outward, transmitter) = network();
    let (mut inward, receiver) = network();
    let (pool, mut deliveries) = EsmePool::builder()
        .member(receiver.bind_mode(BindMode::Receiver))
        .member(transmitter.bind_mode(BindMode::Transmitter))
        .start();
    let (mut transmitter, receiver) = (outward.centre().await, inward.centre().await);

    let (submitted, _) =
        tokio::join!(pool.submit(Message::text("4790000000", "x")), transmitter.accept("17"));
    let _answer = receiver.handle.request(receipt("17", "DELIVRD"));

    let Some(Delivery::Receipt(receipt)) = deliveries.next().await else { panic!("a receipt was due") };
    assert_eq!(receipt.message_id(), submitted.unwrap().message_ids().first());
    receipt.accept();
}

#[tokio::test(start_paused = true)]
async fn the_second_host_stands_in_for_the_first() {
    let (mut first, one) = network();
    let (mut second, two) = network();
    let (pool, _deliveries) = EsmePool::builder().member(one).member(two).share(Share::FailOver).start();
    let (mut preferred, mut standby) = (first.centre().await, second.centre().await);
    while pool.bound() < 2 {
        tokio::task::yield_now().await;
    }

    let (before, _) = tokio::join!(pool.submit(Message::text("4790000000", "x")), preferred.accept("first"));
    preferred.cut();
    while pool.bound() > 1 {
        tokio::task::yield_now().await;
    }
    let (after, _) = tokio::join!(pool.submit(Message::text("4790000000", "x")), standby.accept("second"));

    assert_eq!(before.unwrap().message_ids(), ["first"]);
    assert_eq!(after.unwrap().message_ids(), ["second"]);
}

#[tokio::test(start_paused = true)]
async fn spread_load_keeps_one_conversation_on_one_bind() {
    let (mut first, one) = network();
    let (mut second, two) = network();
    let (pool, _deliveries) = EsmePool::builder().member(one).member(two).start();
    let served = Arc::new(Mutex::new([Vec::new(), Vec::new()]));
    for (index, mut centre) in [(0, first.centre().await), (1, second.centre().await)] {
        let served = Arc::clone(&served);
        tokio::spawn(async move {
            while let Some(request) = centre.requests.next().await {
                if let smpp_esme::pdu::Body::SubmitSm(pdu) = &request.body {
                    served.lock().unwrap()[index].push(pdu.destination_addr.to_string());
                }
                request.responder.respond(CommandStatus::ESME_ROK);
            }
        });
    }
    while pool.bound() < 2 {
        tokio::task::yield_now().await;
    }

    for _ in 0..2 {
        for number in 0..40 {
            pool.submit(Message::text(format!("479000{number:04}"), "x")).await.unwrap();
        }
    }

    let [one, two] = &*served.lock().unwrap();
    assert!(one.len() > 20 && two.len() > 20, "{} and {}", one.len(), two.len());
    assert!(one.iter().all(|number| !two.contains(number)));
}

#[tokio::test(start_paused = true)]
async fn shutdown_unbinds_and_ends_the_deliveries() {
    let (mut network, member) = network();
    let (pool, mut deliveries) = one(member).start();
    let centre = network.centre().await;
    pool.client().await.unwrap();

    let ((), reason) = tokio::join!(pool.shutdown(), centre.handle.closed());

    assert_eq!(reason, CloseReason::PeerUnbound);
    assert!(deliveries.next().await.is_none());
    assert!(matches!(pool.client().await, Err(PoolError::Stopped { .. })));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_pool_ends_its_binds() {
    let (mut network, member) = network();
    let (pool, _deliveries) = one(member).start();
    let centre = network.centre().await;
    pool.client().await.unwrap();

    drop(pool);

    assert_eq!(centre.handle.closed().await, CloseReason::PeerUnbound);
}

#[tokio::test(start_paused = true)]
async fn hooks_see_the_whole_life() {
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<String>>>);
    impl Seen {
        fn note(&self, what: &str) {
            self.0.lock().unwrap().push(what.to_owned());
        }
    }
    impl Hook for Seen {
        fn connecting(&self, attempt: u32) {
            self.note(&format!("connecting {attempt}"));
        }
        fn bound(&self, _: &smpp_esme::session::BindInfo) {
            self.note("bound");
        }
        fn connect_failed(&self, _: &ConnectError, retry: Option<Duration>) {
            self.note(if retry.is_some() { "failed, again" } else { "failed" });
        }
        fn disconnected(&self, reason: &CloseReason) {
            self.note(if *reason == CloseReason::PeerClosed { "lost" } else { "closed" });
        }
    }
    let (mut network, member) = network();
    let seen = Seen::default();
    let (pool, _deliveries) = one(member.hook(seen.clone())).start();

    network.refuse().await;
    network.centre().await.cut();
    let _centre = network.centre().await;
    pool.client().await.unwrap();

    assert_eq!(
        *seen.0.lock().unwrap(),
        ["connecting 1", "failed, again", "connecting 2", "bound", "lost", "connecting 3", "bound"]
    );
}

fn one(member: EsmeClientBuilder) -> EsmePoolBuilder {
    EsmePool::builder().member(member)
}
