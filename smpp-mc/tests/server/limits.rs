//! Connections that cost nothing: how many there may be, and for how long (S-01, S-02, S-05, S-07,
//! S-09).

use std::time::Duration;

use futures::future::join_all;
use smpp_mc::pdu::{CommandStatus, DeliverSm};
use smpp_session::{CloseReason, SessionConfig};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::esme::{Esme, connect, connect_from, to, transceiver};
use crate::test_mc::TestMc;

#[tokio::test(start_paused = true)]
async fn who_does_not_bind_is_closed_at_the_deadline() {
    let config = SessionConfig::default().session_init_timeout(Some(Duration::from_secs(5)));
    let mc = TestMc::builder().session(config).handler(TestMc::default());
    let start = Instant::now();
    let mut silent = connect(&mc);
    let mut guessing = connect(&mc);
    let mut dripping = connect(&mc);
    let mut chatting = connect(&mc);
    guessing.bind("esme", "guess").await;

    // Octet by octet, and by enquire_link: neither moves the deadline.
    let mut bind = bytes::BytesMut::new();
    let pdu = smpp_mc::pdu::Pdu::request(smpp_mc::pdu::SequenceNumber::FIRST, transceiver("esme", "secret"));
    pdu.encode(&mut bind).unwrap();
    for octet in bind.iter().take(4) {
        sleep(Duration::from_secs(1)).await;
        dripping.send_octets(&[*octet]).await;
        assert!(chatting.is_alive().await);
    }

    for esme in [&mut silent, &mut guessing, &mut dripping, &mut chatting] {
        esme.closed().await;
    }
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    assert_eq!(mc.counters().binds, 0);
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_takes_too_long_is_dropped() {
    let config = SessionConfig::default().session_init_timeout(Some(Duration::from_secs(5)));
    let mc = TestMc::builder().session(config).handler(TestMc::default());
    let mut esme = connect(&mc);
    esme.send(transceiver("slow-bind", "secret")).await;

    esme.closed().await;

    assert!(mc.registry().is_empty());
}

#[tokio::test]
async fn one_address_cannot_hold_all_places() {
    let mc = TestMc::builder().max_unbound_per_address(3).handler(TestMc::default());
    let mut held: Vec<_> = (0..3).map(|_| connect(&mc)).collect();
    for esme in &mut held {
        assert!(esme.is_alive().await);
    }

    assert!(connect(&mc).closed().await.is_empty());
    let (mut elsewhere, _session) = connect_from(&mc, "198.51.100.1:40000");
    assert_eq!(elsewhere.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    assert_eq!(held[0].bind("esme", "secret").await, CommandStatus::ESME_ROK);
    assert!(connect(&mc).is_alive().await);
    assert_eq!(mc.counters().refused_address, 1);
}

#[tokio::test]
async fn a_flood_of_silent_connections_pushes_out_its_own() {
    let mc = TestMc::builder().max_unbound(20).max_unbound_per_address(1_000).handler(TestMc::default());
    let mut customer = connect(&mc);
    assert_eq!(customer.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    let mut flood = Vec::new();

    for round in 0..300 {
        flood.push(connect(&mc));
        if round % 50 == 0 {
            // In the midst of it a customer comes, and gets in.
            let mut another = connect(&mc);
            assert_eq!(another.bind("esme", "secret").await, CommandStatus::ESME_ROK);
            another.unbind().await;
        }
    }

    assert!(flood[299].is_alive().await);
    assert!(flood[0].closed().await.is_empty());
    assert!(mc.unbound_connections() <= 20);
    assert!(mc.counters().evicted >= 280);
    assert_eq!(customer.ask(to("1")).await.command_status, CommandStatus::ESME_ROK);
}

#[tokio::test]
async fn connections_in_all_are_limited() {
    let mc = TestMc::builder().max_sessions(2).handler(TestMc::default());
    let mut one = connect(&mc);
    assert_eq!(one.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    let mut two = connect(&mc);
    assert_eq!(two.bind("esme", "secret").await, CommandStatus::ESME_ROK);

    assert!(connect(&mc).closed().await.is_empty());
    assert_eq!(mc.counters().refused_full, 1);
    let handle = mc.registry().sessions("esme").remove(0);
    drop(one);
    handle.closed().await;
    while mc.open_connections() > 1 {
        tokio::task::yield_now().await;
    }
    let mut three = connect(&mc);
    assert_eq!(three.bind("esme", "secret").await, CommandStatus::ESME_ROK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bind_storm_over_tcp_gets_everybody_in() {
    let mc = TestMc::builder().max_unbound_per_address(1_000).handler(TestMc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(mc.clone().serve(listener, std::future::pending()));

    let binds = (0..300).map(|_| async move {
        let mut esme = Esme::tcp(address).await;
        let status = esme.bind("esme", "secret").await;
        (esme, status)
    });
    let bound = join_all(binds).await;

    assert!(bound.iter().all(|(_, status)| *status == CommandStatus::ESME_ROK));
    assert_eq!(mc.registry().count("esme"), 300);
    serving.abort();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_vanished_is_found_out_and_its_place_is_free() {
    let config = SessionConfig::default()
        .enquire_link_interval(Some(Duration::from_secs(30)))
        .enquire_link_timeout(Some(Duration::from_secs(10)));
    let mc = TestMc::builder().session(config).handler(TestMc::default());
    let start = Instant::now();
    let (mut esme, session) = connect_from(&mc, "192.0.2.7:40000");
    assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    let delivery = mc.registry().receivers("esme").remove(0).deliver_sm(DeliverSm::default());

    session.await.unwrap();

    assert!(start.elapsed() <= Duration::from_secs(41), "{:?}", start.elapsed());
    assert!(mc.registry().is_empty());
    assert!(delivery.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_closed_and_costs_little() {
    let config = SessionConfig::default().write_timeout(Some(Duration::from_secs(20)));
    let mc = TestMc::builder().session(config).handler(TestMc::default());
    let (here, there) = tokio::io::duplex(4 << 10);
    let server = mc.clone();
    let session =
        tokio::spawn(async move { server.serve_transport(there, "192.0.2.7:40000".parse().unwrap()).await });
    let mut esme = Esme::new(here);
    assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    let handle = mc.registry().receivers("esme").remove(0);
    let deliveries: Vec<_> = (0..1_000).map(|_| handle.deliver_sm(DeliverSm::default())).collect();

    // Requests without end, and not one answer is read: the pipe fills, and then the server stops reading.
    let flood = async {
        loop {
            esme.send(to("1")).await;
        }
    };
    let reason = tokio::select! {
        reason = session => reason.unwrap(),
        () = flood => unreachable!("it goes on until the session is closed"),
    };

    assert!(matches!(reason, CloseReason::TimerExpired(_)), "{reason}");
    for delivery in deliveries {
        assert!(delivery.await.is_err());
    }
}
