//! A panic in a handler ends its own session and nothing else (S-12).

use std::sync::atomic::Ordering;

use smpp_mc::pdu::{CommandStatus, DeliverSm};
use smpp_session::RequestError;

use crate::esme::{bound, connect, connect_from, to, transceiver};
use crate::test_mc::TestMc;

#[tokio::test]
async fn a_panicking_request_closes_its_session_only() {
    for destination in ["panic", "panic-later"] {
        let handler = TestMc::default();
        let mc = TestMc::builder().handler(handler.clone());
        let mut other = bound(&mc, "other").await;
        let mut esme = bound(&mc, "esme").await;
        let handle = mc.registry().receivers("esme").remove(0);
        let delivery = handle.deliver_sm(DeliverSm::default());

        esme.send(to(destination)).await;
        handler.open_gate();
        esme.closed().await;

        assert!(matches!(delivery.await, Err(RequestError::Closed { .. })));
        assert_eq!(mc.counters().panics, 1);
        assert_eq!(mc.registry().count("esme"), 0);
        assert_eq!(other.ask(to("1")).await.command_status, CommandStatus::ESME_ROK);
        let mut again = bound(&mc, "esme").await;
        assert_eq!(again.ask(to("1")).await.command_status, CommandStatus::ESME_ROK);
    }
}

#[tokio::test]
async fn a_panicking_bind_closes_its_connection_only() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut other = bound(&mc, "other").await;
    let mut esme = connect(&mc);

    esme.send(transceiver("panic-bind", "secret")).await;
    assert!(esme.closed().await.is_empty());

    assert_eq!(mc.counters().panics, 1);
    assert_eq!(mc.registry().len(), 1);
    assert!(other.is_alive().await);
}

#[tokio::test]
async fn a_panic_at_the_end_is_counted_and_the_place_is_free() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let (mut esme, session) = connect_from(&mc, "192.0.2.7:40000");
    esme.bind("panic-closed", "secret").await;

    esme.unbind().await;
    drop(esme);
    session.await.unwrap();

    assert_eq!(handler.watch.closed.load(Ordering::SeqCst), 1);
    assert_eq!(mc.counters().panics, 1);
    assert_eq!(mc.open_connections(), 0);
    assert!(mc.registry().is_empty());
}
