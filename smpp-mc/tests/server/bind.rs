//! Binding: who gets in, how often, and when a place is free again.

use std::sync::atomic::Ordering;

use futures::future::join_all;
use smpp_mc::Registry;
use smpp_mc::pdu::{
    BindTransmitter, Body, CommandId, CommandStatus, DeliverSm, DeliverSmResp, EnquireLink, InterfaceVersion,
    Outbind, TlvTag, Unbind,
};
use smpp_session::CloseReason;

use crate::esme::{Esme, bound, connect, connect_from, receiver, to, transceiver, transmitter};
use crate::test_mc::TestMc;

#[tokio::test]
async fn each_kind_of_bind_is_answered_with_name_and_version() {
    let mc = TestMc::builder().handler(TestMc::default());

    let trx = connect(&mc).ask(transceiver("esme", "secret")).await;
    let tx = connect(&mc).ask(transmitter("esme")).await;
    let rx = connect(&mc).ask(receiver("esme")).await;

    let Body::BindTransceiverResp(trx) = trx.body else { panic!("{trx:?}") };
    let Body::BindTransmitterResp(tx) = tx.body else { panic!("{tx:?}") };
    let Body::BindReceiverResp(rx) = rx.body else { panic!("{rx:?}") };
    for (system_id, tlvs) in [(trx.system_id, trx.tlvs), (tx.system_id, tx.tlvs), (rx.system_id, rx.tlvs)] {
        assert_eq!(system_id.unwrap(), "test-mc");
        assert!(tlvs.u8(TlvTag::SC_INTERFACE_VERSION).is_some());
    }
}

#[tokio::test]
async fn an_esme_of_version_3_3_gets_no_tlvs() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = connect(&mc);
    let old = BindTransmitter { interface_version: InterfaceVersion::V3_3, ..transmitter("esme") };

    let answer = esme.ask(old).await;

    let Body::BindTransmitterResp(answer) = answer.body else { panic!("{answer:?}") };
    assert!(answer.tlvs.is_empty());
    assert_eq!(mc.registry().sessions("esme")[0].interface_version(), InterfaceVersion::V3_3);
}

#[tokio::test]
async fn a_refused_bind_may_be_tried_again_a_few_times() {
    let mc = TestMc::builder().bind_attempts(3).handler(TestMc::default());
    let mut esme = connect(&mc);
    assert_eq!(esme.bind("esme", "guess").await, CommandStatus::ESME_RINVPASWD);
    assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);

    let mut guesser = connect(&mc);
    for _ in 0..3 {
        assert_eq!(guesser.bind("esme", "guess").await, CommandStatus::ESME_RINVPASWD);
    }
    assert!(guesser.closed().await.is_empty());
    assert_eq!(mc.counters().binds_refused, 4);
    assert_eq!(mc.counters().binds, 1);
}

#[tokio::test]
async fn nothing_is_submitted_without_a_bind_or_by_a_receiver() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut unbound = connect(&mc);
    let mut receiving = connect(&mc);
    receiving.ask(receiver("esme")).await;

    assert_eq!(unbound.ask(to("1")).await.command_status, CommandStatus::ESME_RINVBNDSTS);
    assert_eq!(receiving.ask(to("1")).await.command_status, CommandStatus::ESME_RINVBNDSTS);
    assert!(unbound.is_alive().await);
}

#[tokio::test]
async fn a_second_bind_is_refused_and_the_first_lives() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;

    assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_RALYBND);
    assert_eq!(esme.ask(to("1")).await.command_status, CommandStatus::ESME_ROK);
    assert_eq!(mc.registry().count("esme"), 1);
}

#[tokio::test]
async fn while_a_bind_is_decided_the_session_goes_on_and_takes_no_other() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let mut esme = connect(&mc);
    let first = esme.send(transceiver("slow-bind", "secret")).await;
    let second = esme.send(transceiver("esme", "secret")).await;
    let probe = esme.send(EnquireLink::default()).await;

    let mut answers = Vec::new();
    while answers.len() < 3 {
        let answer = esme.receive().await;
        if answer.sequence_number == probe {
            handler.open_gate();
        }
        answers.push((answer.sequence_number, answer.command_status));
    }

    assert!(answers.contains(&(first, CommandStatus::ESME_ROK)), "{answers:?}");
    assert!(!answers.contains(&(second, CommandStatus::ESME_ROK)), "{answers:?}");
    assert_eq!(mc.registry().count("slow-bind"), 1);
    assert_eq!(mc.registry().len(), 1);
}

#[tokio::test]
async fn of_many_binds_at_once_no_more_get_in_than_may() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esmes: Vec<_> = (0..10).map(|_| connect(&mc)).collect();

    let answers = join_all(esmes.iter_mut().map(|esme| esme.bind("two", "secret"))).await;

    let let_in = answers.iter().filter(|status| **status == CommandStatus::ESME_ROK).count();
    let refused = answers.iter().filter(|status| **status == CommandStatus::ESME_RBINDFAIL).count();
    assert_eq!((let_in, refused), (2, 8));
    assert_eq!(mc.registry().count("two"), 2);
}

#[tokio::test]
async fn a_place_is_free_when_unbind_is_answered() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esmes = vec![bound(&mc, "two").await, bound(&mc, "two").await];

    for _ in 0..50 {
        let mut old = esmes.remove(0);
        old.unbind().await;
        // The old connection is not even closed yet.
        esmes.push(bound(&mc, "two").await);
        drop(old);
    }
    assert_eq!(mc.registry().count("two"), 2);
}

#[tokio::test]
async fn a_place_is_free_when_the_line_is_cut() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let (mut esme, session) = connect_from(&mc, "192.0.2.7:40000");
    esme.bind("esme", "secret").await;
    assert_eq!(mc.registry().count("esme"), 1);

    drop(esme);
    session.await.unwrap();

    assert_eq!(mc.registry().count("esme"), 0);
    assert!(mc.registry().is_empty());
    assert_eq!(mc.open_connections(), 0);
    assert_eq!(handler.watch.closed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_newest_bind_may_take_the_place_of_the_oldest() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut old = bound(&mc, "newest").await;

    let mut new = bound(&mc, "newest").await;

    assert!(old.closed().await.is_empty());
    assert!(new.is_alive().await);
    assert_eq!(mc.registry().count("newest"), 1);
}

#[tokio::test]
async fn the_registry_tells_who_got_a_receiver() {
    let registry = Registry::new();
    let mc = TestMc::builder().registry(registry.clone()).handler(TestMc::default());
    let _early = bound(&mc, "early").await;
    let mut news = registry.new_receivers();
    assert_eq!(Vec::from_iter(news.next().await), vec!["early".into()]);

    let mut sender = connect(&mc);
    sender.ask(transmitter("sender")).await;
    let _one = bound(&mc, "one").await;
    let mut two = connect(&mc);
    two.ask(receiver("two")).await;

    assert_eq!(Vec::from_iter(news.next().await), vec!["one".into(), "two".into()]);
    assert_eq!(registry.receivers("sender").len(), 0);
    assert_eq!(registry.count("sender"), 1);
    assert_eq!(registry.receivers("two").len(), 1);
    assert_eq!(registry.len(), 4);
}

#[tokio::test]
async fn a_handle_outlives_its_session_and_says_so() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    let handle = mc.registry().receivers("esme").remove(0);
    assert!(handle.state().is_bound());
    assert_eq!(handle.interface_version(), InterfaceVersion::V3_4);
    assert_eq!(handle.peer(), "192.0.2.7:40000".parse().unwrap());

    esme.send(Unbind::default()).await;
    esme.closed().await;

    handle.closed().await;
    assert!(!handle.state().is_bound());
    assert!(handle.deliver_sm(DeliverSm::default()).await.is_err());
}

#[tokio::test]
async fn an_over_long_field_that_nobody_needs_keeps_nobody_out() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = connect(&mc);
    let body = [b"esme\0secret\0\0\x34\x01\x01".as_slice(), &[b'9'; 90], b"\0"].concat();

    esme.send_frame(CommandId::BIND_TRANSCEIVER, &body).await;

    assert_eq!(esme.receive().await.command_status, CommandStatus::ESME_ROK);
    assert_eq!(mc.registry().count("esme"), 1);
}

#[tokio::test]
async fn an_outbind_asks_an_esme_to_bind() {
    let mc = TestMc::builder().handler(TestMc::default());
    let (here, there) = tokio::io::duplex(4096);
    let (server, outbind) = (
        mc.clone(),
        Outbind {
            system_id: "test-mc".try_into().unwrap(),
            password: "knock".try_into().unwrap(),
            ..Outbind::default()
        },
    );
    let session =
        tokio::spawn(async move { server.outbind(there, "192.0.2.7:2775".parse().unwrap(), outbind).await });
    let mut esme = Esme::new(here);

    let asked = esme.receive().await;
    assert!(matches!(asked.body, Body::Outbind(outbind) if outbind.system_id == "test-mc"));
    assert_eq!(esme.ask(receiver("esme")).await.command_status, CommandStatus::ESME_ROK);
    let delivered = mc.registry().receivers("esme").remove(0).deliver_sm(DeliverSm::default());
    let request = esme.receive().await;
    esme.respond(&request, DeliverSmResp::default()).await;
    assert!(delivered.await.is_ok());
    esme.unbind().await;
    drop(esme);

    assert_eq!(session.await.unwrap(), CloseReason::PeerUnbound);
}

#[tokio::test]
async fn a_session_dropped_by_its_owner_leaves_nothing_behind() {
    let mc = TestMc::builder().handler(TestMc::default());
    let (mut esme, session) = connect_from(&mc, "192.0.2.7:40000");
    esme.bind("esme", "secret").await;

    session.abort();

    assert!(esme.closed().await.is_empty());
    assert!(session.await.unwrap_err().is_cancelled());
    assert!(mc.registry().is_empty());
    assert_eq!(mc.open_connections(), 0);
}

#[cfg(feature = "gateway")]
mod accounts {
    use std::sync::Arc;

    use smpp_mc::auth::{Account, AccountTable, Authenticator, HashCost, TableOptions};
    use smpp_mc::{Admission, BindRequest, EsmeHandle, Mc, McHandler, SessionHandler};

    use super::*;

    struct Accounts(Arc<AccountTable>);
    struct Customer {
        _account: Arc<Account>,
    }

    impl McHandler for Accounts {
        type Session = Customer;

        async fn bind(
            &self,
            request: BindRequest,
            _: EsmeHandle,
        ) -> Result<Admission<Customer>, CommandStatus> {
            let account = self.0.authenticate(&request).await.map_err(|refused| refused.command_status())?;
            let (limits, max_binds) = (account.limits(), account.max_binds());
            let admission = Admission::new(Customer { _account: account }).limits(limits);
            Ok(match max_binds {
                Some(max_binds) => admission.max_binds(max_binds),
                None => admission,
            })
        }
    }

    impl SessionHandler for Customer {}

    #[tokio::test]
    async fn an_account_binds_as_it_may_and_nobody_else() {
        let cheap = HashCost::new(8, 1).unwrap();
        let account =
            Account::builder("esme").password("secret").hash_cost(cheap).max_binds(1).build().unwrap();
        let mut options = TableOptions::default();
        options.hash_cost = cheap;
        let table = Arc::new(AccountTable::new([account], options).unwrap());
        let mc = Mc::builder().handler(Accounts(Arc::clone(&table)));
        let mut esme = connect(&mc);

        assert_eq!(connect(&mc).bind("nobody", "secret").await, CommandStatus::ESME_RINVPASWD);
        assert_eq!(connect(&mc).bind("esme", "guess").await, CommandStatus::ESME_RINVPASWD);
        assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);
        assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_RBINDFAIL);
        esme.unbind().await;
        assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_ROK);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn stuffing_does_not_keep_a_customer_out() {
        let cost = HashCost::new(1024, 1).unwrap();
        let account = Account::builder("esme").password("secret").hash_cost(cost).build().unwrap();
        let mut options = TableOptions::default();
        options.hash_cost = cost;
        let table = Arc::new(AccountTable::new([account], options).unwrap());
        let mc = Mc::builder().handler(Accounts(Arc::clone(&table)));
        assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_ROK);

        let guesses = (0..60).map(|guess| {
            let mut guesser = connect(&mc);
            tokio::spawn(async move { guesser.bind("esme", &format!("g{guess}")).await })
        });
        let guesses: Vec<_> = guesses.collect();
        for _ in 0..5 {
            assert_eq!(connect(&mc).bind("esme", "secret").await, CommandStatus::ESME_ROK);
        }

        for guess in guesses {
            assert_eq!(guess.await.unwrap(), CommandStatus::ESME_RINVPASWD);
        }
        // One for the customer's first bind, one for each guess: it never waited behind them again.
        assert_eq!(table.verifier().computed(), 61);
    }
}
