//! Where a connection comes from, behind a load balancer or not (S-14), and addresses that guess.

use std::net::SocketAddr;
use std::time::Duration;

use smpp_mc::pdu::CommandStatus;
use smpp_mc::{BlockPolicy, Mc, McBuilder};
use smpp_session::SessionConfig;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::esme::{Esme, connect, connect_from};
use crate::test_mc::TestMc;

#[tokio::test]
async fn a_trusted_proxy_tells_where_the_esme_is() {
    let (mc, address, serving) = listening(TestMc::builder().proxies(["127.0.0.0/8".parse().unwrap()])).await;
    let mut esme = Esme::tcp(address).await;
    esme.send_octets(b"PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\r\n").await;

    assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);

    assert_eq!(mc.registry().sessions("esme")[0].peer(), "192.0.2.1:40000".parse().unwrap());
    serving.abort();
}

#[tokio::test]
async fn a_trusted_proxy_must_send_its_header() {
    let config = SessionConfig::default().session_init_timeout(Some(Duration::from_millis(200)));
    let builder = TestMc::builder().session(config).proxies(["127.0.0.1".parse().unwrap()]);
    let (mc, address, serving) = listening(builder).await;

    let mut bare = Esme::tcp(address).await;
    bare.send(crate::esme::transceiver("esme", "secret")).await;
    assert!(bare.closed().await.is_empty());
    let mut bad = Esme::tcp(address).await;
    bad.send_octets(b"PROXY TCP4 192.0.2.1 198.51.100.1 40000\r\n").await;
    assert!(bad.closed().await.is_empty());
    let mut silent = Esme::tcp(address).await;
    assert!(silent.closed().await.is_empty());

    while mc.open_connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(mc.counters().proxy_errors, 3);
    serving.abort();
}

#[tokio::test]
async fn nobody_else_can_claim_another_address() {
    let (mc, address, serving) =
        listening(TestMc::builder().proxies(["203.0.113.0/24".parse().unwrap()])).await;
    for header in [
        &b"PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\r\n"[..],
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x01\x9c\x40\x0a\xd7",
    ] {
        let mut liar = Esme::tcp(address).await;
        liar.send_octets(header).await;
        liar.send(crate::esme::transceiver("esme", "secret")).await;
        let answers = liar.closed().await;
        assert!(answers.iter().all(|pdu| pdu.command_status != CommandStatus::ESME_ROK), "{answers:?}");
    }
    assert!(mc.registry().is_empty());

    let mut honest = Esme::tcp(address).await;
    assert_eq!(honest.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    assert!(mc.registry().sessions("esme")[0].peer().ip().is_loopback());
    serving.abort();
}

#[tokio::test]
async fn places_behind_a_proxy_are_counted_by_source() {
    let builder = TestMc::builder().max_unbound_per_address(1).proxies(["127.0.0.1".parse().unwrap()]);
    let (mc, address, serving) = listening(builder).await;
    let mut first = Esme::tcp(address).await;
    first.send_octets(b"PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\r\n").await;
    assert!(first.is_alive().await);

    let mut second = Esme::tcp(address).await;
    second.send_octets(b"PROXY TCP4 192.0.2.1 198.51.100.1 40001 2775\r\n").await;
    assert!(second.closed().await.is_empty());
    let mut elsewhere = Esme::tcp(address).await;
    elsewhere.send_octets(b"PROXY TCP4 192.0.2.2 198.51.100.1 40000 2775\r\n").await;

    assert!(elsewhere.is_alive().await);
    assert_eq!(mc.counters().refused_address, 1);
    serving.abort();
}

#[tokio::test(start_paused = true)]
async fn an_address_that_guesses_is_blocked_for_a_while() {
    let policy = BlockPolicy::new(4, Duration::from_secs(60), Duration::from_secs(300));
    let mc = TestMc::builder()
        .block(policy.exempt(["198.51.100.0/24".parse().unwrap()]))
        .handler(TestMc::default());
    let mut customer = connect(&mc);
    assert_eq!(customer.bind("esme", "secret").await, CommandStatus::ESME_ROK);

    for _ in 0..2 {
        let mut guesser = connect(&mc);
        assert_eq!(guesser.bind("esme", "guess").await, CommandStatus::ESME_RINVPASWD);
        assert_eq!(guesser.bind("esme", "guess").await, CommandStatus::ESME_RINVPASWD);
    }

    assert!(connect(&mc).closed().await.is_empty());
    assert!(customer.is_alive().await);
    assert_eq!(mc.counters().refused_blocked, 1);
    let blocked = mc.blocked();
    assert_eq!(blocked.len(), 1);
    let (mut elsewhere, _session) = connect_from(&mc, "203.0.113.9:40000");
    assert_eq!(elsewhere.bind("esme", "secret").await, CommandStatus::ESME_ROK);
    let (mut exempt, _session) = connect_from(&mc, "198.51.100.9:40000");
    assert!(exempt.is_alive().await);

    tokio::time::advance(Duration::from_secs(300)).await;
    assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_ROK);
    assert!(mc.blocked().is_empty());
}

#[tokio::test]
async fn probes_and_full_accounts_block_nobody_and_a_block_can_be_released() {
    let policy = BlockPolicy::new(2, Duration::from_secs(60), Duration::from_secs(300));
    let mc = TestMc::builder().block(policy).handler(TestMc::default());
    for _ in 0..10 {
        let mut probe = connect(&mc);
        probe.send_octets(b"GET / HTTP/1.1\r\n\r\n").await;
        probe.closed().await;
        drop(connect(&mc));
    }
    let mut full = vec![];
    for _ in 0..10 {
        let mut esme = connect(&mc);
        esme.bind("two", "secret").await;
        full.push(esme);
    }
    assert!(mc.blocked().is_empty());

    let mut guesser = connect(&mc);
    guesser.bind("esme", "guess").await;
    guesser.bind("esme", "guess").await;
    // The block reaches the connection that brought it about, too.
    assert!(guesser.closed().await.is_empty());
    assert!(mc.release("192.0.2.7".parse().unwrap()));
    assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_ROK);
}

async fn listening(builder: McBuilder) -> (Mc<TestMc>, SocketAddr, JoinHandle<std::io::Result<()>>) {
    let mc = builder.handler(TestMc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(mc.clone().serve(listener, std::future::pending()));
    (mc, address, serving)
}
