//! What is counted, for a bind and for an account over all of its binds.

use smpp_mc::pdu::{CommandId, CommandStatus};
use smpp_session::Direction;

use crate::esme::{bound, connect_from, to};
use crate::test_mc::TestMc;

#[tokio::test]
async fn an_accounts_figures_outlive_its_binds() {
    let mc = TestMc::builder().handler(TestMc::default());
    let registry = mc.registry();
    let submitted = async || {
        let counters = registry.counters("esme").await.unwrap();
        counters.count(CommandId::SUBMIT_SM, Direction::Received)
    };
    let (mut first, session) = connect_from(&mc, "192.0.2.7:40000");
    first.bind("esme", "secret").await;
    let mut second = bound(&mc, "esme").await;
    let mut other = bound(&mc, "other").await;

    first.ask(to("1")).await;
    second.ask(to("1")).await;
    second.ask(to("full")).await;
    other.ask(to("1")).await;
    assert_eq!(submitted().await, 3);

    first.unbind().await;
    assert_eq!(submitted().await, 3);
    drop(first);
    session.await.unwrap();
    assert_eq!(submitted().await, 3);
    let mut third = bound(&mc, "esme").await;
    third.ask(to("1")).await;

    let counters = registry.counters("esme").await.unwrap();
    assert_eq!(counters.binds, 3);
    assert_eq!(counters.count(CommandId::SUBMIT_SM, Direction::Received), 4);
    let full = CommandStatus::ESME_RMSGQFUL;
    assert_eq!(counters.responses(CommandId::SUBMIT_SM_RESP, full, Direction::Sent), 1);
    assert!(counters.received.octets > 0 && counters.sent.frames >= 7);
    assert_eq!(registry.counters("nobody").await, None);
    assert_eq!(registry.known(), ["esme".into(), "other".into()]);
}

#[tokio::test]
async fn a_dropped_session_is_counted_once() {
    let mc = TestMc::builder().handler(TestMc::default());
    let (mut esme, session) = connect_from(&mc, "192.0.2.7:40000");
    esme.bind("esme", "secret").await;
    esme.ask(to("1")).await;

    session.abort();
    esme.closed().await;
    assert!(session.await.unwrap_err().is_cancelled());

    let counters = mc.registry().counters("esme").await.unwrap();
    assert_eq!(counters.count(CommandId::SUBMIT_SM, Direction::Received), 1);
    assert_eq!(mc.registry().counters("esme").await.unwrap(), counters);
}

#[tokio::test]
async fn a_bind_has_its_own_figures() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut one = bound(&mc, "esme").await;
    let _two = bound(&mc, "esme").await;
    one.ask(to("1")).await;

    let mut submitted = Vec::new();
    for esme in mc.registry().sessions("esme") {
        let statistics = esme.statistics().await.unwrap();
        assert_eq!(statistics.session_id, esme.id());
        submitted.push(statistics.counters.count(CommandId::SUBMIT_SM, Direction::Received));
    }

    assert_eq!(submitted, [1, 0]);
}
