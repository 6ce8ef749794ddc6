//! What the Message Centre sends on its own.

use smpp_mc::pdu::{
    AlertNotification, Body, CommandId, CommandStatus, DataSm, DataSmResp, DeliverSm, DeliverSmResp, Pdu,
    SequenceNumber, UnbindResp,
};
use smpp_session::{CloseReason, RequestError};

use crate::esme::{bound, connect, receiver, to, transceiver, transmitter};
use crate::test_mc::TestMc;

#[tokio::test]
async fn a_bound_receiver_is_delivered_to() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = connect(&mc);
    esme.ask(receiver("esme")).await;
    let handle = mc.registry().receivers("esme").remove(0);

    let delivered = handle.deliver_sm(DeliverSm { short_message: b"hi".into(), ..DeliverSm::default() });
    let request = esme.receive().await;
    assert!(matches!(&request.body, Body::DeliverSm(pdu) if pdu.short_message.len() == 2));
    esme.respond(&request, DeliverSmResp::default()).await;

    assert!(delivered.await.is_ok());
}

#[tokio::test]
async fn a_refusal_of_the_esme_comes_back_with_its_status() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    let handle = mc.registry().receivers("esme").remove(0);

    let delivered = handle.deliver_sm(DeliverSm::default());
    let request = esme.receive().await;
    let refusal = Pdu {
        command_status: CommandStatus::ESME_RX_T_APPN,
        sequence_number: request.sequence_number,
        body: DeliverSmResp::default().into(),
    };
    esme.send_pdu(&refusal).await;

    assert_eq!(delivered.await.unwrap_err().command_status(), Some(CommandStatus::ESME_RX_T_APPN));
}

#[tokio::test]
async fn nothing_is_delivered_to_a_transmitter() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = connect(&mc);
    esme.ask(transmitter("esme")).await;
    let handle = mc.registry().sessions("esme").remove(0);

    assert!(mc.registry().receivers("esme").is_empty());
    assert!(matches!(handle.deliver_sm(DeliverSm::default()).await, Err(RequestError::NotPermitted(_))));
    assert!(esme.is_alive().await);
}

#[tokio::test]
async fn many_are_queued_at_once_and_the_window_is_kept() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "narrow").await;
    let handle = mc.registry().receivers("narrow").remove(0);
    let pending: Vec<_> = (0..20).map(|_| handle.deliver_sm(DeliverSm::default())).collect();

    for _ in 0..20 {
        let request = esme.receive().await;
        assert_eq!(request.command_id(), CommandId::DELIVER_SM);
        assert!(handle.window_in_use() >= 1);
        // One at a time: this answer comes before the next deliver_sm.
        assert!(esme.is_alive().await);
        esme.respond(&request, DeliverSmResp::default()).await;
    }

    for delivered in pending {
        assert!(delivered.await.is_ok());
    }
    assert_eq!(handle.window_in_use(), 0);
}

#[tokio::test]
async fn a_handler_may_push_on_its_own_session() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    esme.send(to("push")).await;

    let arrived = [esme.receive().await.command_id(), esme.receive().await.command_id()];

    assert!(arrived.contains(&CommandId::SUBMIT_SM_RESP), "{arrived:?}");
    assert!(arrived.contains(&CommandId::DELIVER_SM), "{arrived:?}");
}

#[tokio::test]
async fn what_is_pushed_during_the_bind_leaves_after_its_answer() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = connect(&mc);
    esme.send(transceiver("eager", "secret")).await;

    assert_eq!(esme.receive().await.command_id(), CommandId::BIND_TRANSCEIVER_RESP);
    assert_eq!(esme.receive().await.command_id(), CommandId::DELIVER_SM);
}

#[tokio::test]
async fn data_sm_and_alert_notification_go_out_too() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    let handle = mc.registry().receivers("esme").remove(0);

    let sent = handle.data_sm(DataSm::default());
    let request = esme.receive().await;
    assert_eq!(request.command_id(), CommandId::DATA_SM);
    esme.respond(&request, DataSmResp::default()).await;
    assert!(sent.await.is_ok());

    handle.alert_notification(AlertNotification::default()).await.unwrap();
    assert_eq!(esme.receive().await.command_id(), CommandId::ALERT_NOTIFICATION);
}

#[tokio::test]
async fn the_message_centre_can_unbind() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    let handle = mc.registry().receivers("esme").remove(0);

    let unbound = handle.unbind();
    let request = esme.receive().await;
    assert_eq!(request.command_id(), CommandId::UNBIND);
    esme.respond(&request, UnbindResp::default()).await;

    assert!(esme.closed().await.is_empty());
    assert_eq!(unbound.await, CloseReason::Unbound);
}

#[tokio::test]
async fn an_answer_nobody_asked_for_changes_nothing() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    let handle = mc.registry().receivers("esme").remove(0);
    let delivered = handle.deliver_sm(DeliverSm::default());
    let request = esme.receive().await;

    for number in [0, 77, 0x8000_0000, u32::MAX] {
        let stray = Pdu {
            command_status: CommandStatus::ESME_ROK,
            sequence_number: SequenceNumber(number),
            body: DeliverSmResp::default().into(),
        };
        esme.send_pdu(&stray).await;
    }
    assert!(esme.is_alive().await);
    esme.respond(&request, DeliverSmResp::default()).await;

    assert!(delivered.await.is_ok());
}
