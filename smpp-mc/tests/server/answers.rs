//! Answers: refused operations, order, what follows them, and when they are on their way.

use std::sync::atomic::Ordering;

use smpp_mc::pdu::{
    Body, BroadcastSm, CancelSm, CommandId, CommandStatus, DataSm, DeliverSmResp, EnquireLink, Pdu, QuerySm,
    ReplaceSm, SubmitMulti, SubmitSmResp,
};
use smpp_mc::{Admission, BindRequest, EsmeHandle, Mc, McHandler, SessionHandler};

use crate::esme::{bound, to};
use crate::test_mc::TestMc;

struct Plain;

impl McHandler for Plain {
    type Session = Self;

    async fn bind(&self, _: BindRequest, _: EsmeHandle) -> Result<Admission<Self>, CommandStatus> {
        Ok(Self.into())
    }
}

impl SessionHandler for Plain {
    async fn data_sm(&self, _: DataSm) -> Result<smpp_mc::pdu::DataSmResp, CommandStatus> {
        Err(CommandStatus::ESME_RTHROTTLED)
    }
}

#[tokio::test]
async fn what_is_not_implemented_is_refused_each_in_its_own_response() {
    let mc = Mc::builder().handler(Plain);
    let mut esme = bound(&mc, "esme").await;
    let requests: [Body; 6] = [
        to("1").into(),
        SubmitMulti::default().into(),
        QuerySm::default().into(),
        CancelSm::default().into(),
        ReplaceSm::default().into(),
        BroadcastSm::default().into(),
    ];

    for request in requests {
        let expected = request.command_id().response().unwrap();
        let answer = esme.ask(request).await;
        assert_eq!(answer.command_status, CommandStatus::ESME_RINVCMDID);
        assert!([expected, CommandId::GENERIC_NACK].contains(&answer.command_id()), "{answer:?}");
    }
    assert_eq!(esme.ask(DataSm::default()).await.command_status, CommandStatus::ESME_RTHROTTLED);
    assert!(esme.is_alive().await);
}

#[tokio::test]
async fn a_value_that_its_field_cannot_hold_is_refused_with_the_status_of_the_field() {
    let mc = Mc::builder().handler(Plain);
    let mut esme = bound(&mc, "esme").await;
    let body = [b"\0\0\x001\0\x01\x01".as_slice(), &[b'2'; 260], &[0; 11]].concat();

    esme.send_frame(CommandId::SUBMIT_SM, &body).await;

    let answer = esme.receive().await;
    assert_eq!(answer.command_id(), CommandId::SUBMIT_SM_RESP);
    assert_eq!(answer.command_status, CommandStatus::ESME_RINVDSTADR);
    assert!(esme.is_alive().await);
}

#[tokio::test]
async fn a_handler_answers_with_a_message_id_or_a_status() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;

    let accepted = esme.ask(to("1")).await;
    let refused = esme.ask(to("full")).await;

    assert!(
        matches!(accepted.body, Body::SubmitSmResp(SubmitSmResp { message_id: Some(id), .. }) if id == "1")
    );
    assert_eq!(refused.command_status, CommandStatus::ESME_RMSGQFUL);
}

#[tokio::test]
async fn answers_keep_the_order_of_the_requests_and_keep_alive_goes_on() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let mut esme = bound(&mc, "esme").await;
    let slow = esme.send(to("gate")).await;
    let quick = esme.send(to("1")).await;
    let unordered = esme.send(to("unordered")).await;

    assert_eq!(esme.receive().await.sequence_number, unordered);
    assert!(esme.is_alive().await);
    handler.open_gate();

    assert_eq!(esme.receive().await.sequence_number, slow);
    assert_eq!(esme.receive().await.sequence_number, quick);
}

#[tokio::test]
async fn what_follows_an_answer_comes_right_behind_it() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    esme.send(to("then")).await;
    esme.send(to("1")).await;

    let order = [esme.receive().await, esme.receive().await, esme.receive().await];

    assert_eq!(
        order.each_ref().map(Pdu::command_id),
        [CommandId::SUBMIT_SM_RESP, CommandId::DELIVER_SM, CommandId::SUBMIT_SM_RESP]
    );
    esme.respond(&order[1], DeliverSmResp::default()).await;
    assert!(esme.is_alive().await);
}

#[tokio::test]
async fn a_guard_is_let_go_when_its_answer_is_on_its_way_or_never_will_be() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let mut esme = bound(&mc, "esme").await;
    let released = || handler.watch.released.load(Ordering::SeqCst);

    esme.ask(to("guard")).await;
    assert_eq!(released(), 1);

    // This one waits behind an answer that never comes.
    esme.send(to("gate")).await;
    esme.send(to("guard")).await;
    assert!(esme.is_alive().await);
    assert_eq!(released(), 1);
    let handle = mc.registry().sessions("esme").remove(0);
    drop(esme);
    handle.closed().await;
    while mc.open_connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(released(), 2);
}

#[tokio::test]
async fn the_handler_is_told_when_a_read_is_worked_off() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler.clone());
    let mut esme = bound(&mc, "esme").await;
    let before = handler.watch.turns.load(Ordering::SeqCst);

    esme.ask(to("1")).await;

    assert!(handler.watch.turns.load(Ordering::SeqCst) > before);
}

#[tokio::test]
async fn the_inbound_limit_stops_reading_and_loses_nothing() {
    let handler = TestMc::default();
    let config = smpp_session::SessionConfig::default().inbound_limit(10).unwrap();
    let mc = TestMc::builder().session(config).handler(handler.clone());
    let mut esme = bound(&mc, "esme").await;
    for _ in 0..200 {
        esme.send(to("gate")).await;
    }
    let probe = esme.send(EnquireLink::default()).await;
    while handler.watch.started.load(Ordering::SeqCst) < 10 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(handler.watch.started.load(Ordering::SeqCst), 10);

    handler.open_gate();

    for number in 2..=201 {
        assert_eq!(esme.receive().await.sequence_number.0, number);
    }
    assert_eq!(esme.receive().await.sequence_number, probe);
}
