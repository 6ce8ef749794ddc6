//! Receipts and mobile-originated messages to bound ESMEs.

use std::time::Duration;

use smpp_mc::connector::{ConnectorEvent, Mobile};
use smpp_mc::pdu::{Body, CommandStatus, DeliverSm, DeliverSmResp, Pdu};

use crate::centre::{Centre, delivered, receipt, submission, submitted};
use crate::esme::{connect, receiver, transmitter};

fn mobile(text: &[u8]) -> Mobile {
    Mobile::new(DeliverSm {
        source_addr: "4790".try_into().unwrap(),
        destination_addr: "2000".try_into().unwrap(),
        short_message: text.into(),
        ..DeliverSm::default()
    })
}

#[tokio::test(start_paused = true)]
async fn the_final_states_of_the_number_plan_arrive_under_the_message_id() {
    let centre = Centre::start();
    for system_id in ["simulated", "fast"] {
        let mut esme = centre.bound(system_id).await;
        for (destination, stat) in
            [("4790", "DELIVRD"), ("8800", "UNDELIV"), ("8801", "EXPIRED"), ("8802", "REJECTD")]
        {
            let message_id = submitted(&mut esme, submission(destination)).await;
            assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), stat.to_owned()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_receipt_waits_for_a_receiver() {
    let centre = Centre::start();
    let mut sender = connect(&centre.mc);
    sender.ask(transmitter("simulated")).await;
    let message_id = submitted(&mut sender, submission("4790")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;

    let mut listener = connect(&centre.mc);
    listener.ask(receiver("simulated")).await;

    assert_eq!(receipt(&delivered(&mut listener).await).0, message_id.to_string());
}

#[tokio::test(start_paused = true)]
async fn no_receipt_comes_that_nobody_asked_for() {
    let centre = Centre::start();
    let mut esme = centre.bound("simulated").await;
    let mut silent = submission("4790");
    silent.registered_delivery = Default::default();
    let mut on_failure = submission("4790");
    on_failure.registered_delivery = smpp_mc::pdu::RegisteredDelivery(2);
    let mut failing = submission("8800");
    failing.registered_delivery = smpp_mc::pdu::RegisteredDelivery(2);

    submitted(&mut esme, silent).await;
    submitted(&mut esme, on_failure).await;
    let message_id = submitted(&mut esme, failing).await;

    assert_eq!(receipt(&delivered(&mut esme).await).0, message_id.to_string());
    assert!(esme.is_alive().await);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_back_has_its_octets_unchanged() {
    let centre = Centre::start();
    let mut esme = centre.bound("simulated").await;
    let mut binary = submission("7700123");
    binary.registered_delivery = Default::default();
    binary.data_coding = smpp_mc::pdu::DataCoding(4);
    binary.short_message = [0, 1, 2, 0xFE, 0xFF].as_slice().into();

    submitted(&mut esme, binary).await;
    let echo = delivered(&mut esme).await;

    assert_eq!(&*echo.short_message, [0, 1, 2, 0xFE, 0xFF]);
    assert_eq!(echo.data_coding.0, 4);
    assert_eq!(
        (echo.source_addr.to_string(), echo.destination_addr.to_string()),
        ("7700123".into(), "2000".into())
    );
}

#[tokio::test(start_paused = true)]
async fn what_comes_from_below_is_safe_before_an_esme_has_it() {
    let centre = Centre::start();

    let safe = centre.hop.event(ConnectorEvent::Mobile(mobile(b"hello"))).await;

    assert!(safe.unwrap());
    let mut esme = centre.bound("kept").await;
    assert_eq!(&*delivered(&mut esme).await.short_message, b"hello");
}

#[tokio::test(start_paused = true)]
async fn what_comes_from_below_twice_is_delivered_once() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    for _ in 0..2 {
        let mut again = mobile(b"hello");
        again.id = Some("0f0e".into());
        assert!(centre.hop.event(ConnectorEvent::Mobile(again)).await.unwrap());
    }

    delivered(&mut esme).await;

    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_refused_for_now_is_tried_again_and_one_refused_for_good_is_not() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let refuse = |pdu: &Pdu, command_status| Pdu {
        command_status,
        sequence_number: pdu.sequence_number,
        body: DeliverSmResp::default().into(),
    };
    assert!(centre.hop.event(ConnectorEvent::Mobile(mobile(b"hello"))).await.unwrap());

    let first = esme.receive().await;
    esme.send_pdu(&refuse(&first, CommandStatus::ESME_RX_T_APPN)).await;
    let second = esme.receive().await;
    assert!(matches!(&second.body, Body::DeliverSm(delivery) if *delivery.short_message == *b"hello"));
    esme.send_pdu(&refuse(&second, CommandStatus::ESME_RX_R_APPN)).await;

    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}

#[tokio::test(start_paused = true)]
async fn what_an_esme_did_not_answer_before_it_left_is_delivered_to_its_next_bind() {
    let centre = Centre::start();
    let mut first = centre.bound("kept").await;
    assert!(centre.hop.event(ConnectorEvent::Mobile(mobile(b"hello"))).await.unwrap());
    assert!(matches!(first.receive().await.body, Body::DeliverSm(_)));
    drop(first);

    let mut second = centre.bound("kept").await;

    assert_eq!(&*delivered(&mut second).await.short_message, b"hello");
}

#[tokio::test(start_paused = true)]
async fn one_esme_that_does_not_answer_holds_up_nobody_else() {
    let centre = Centre::start();
    let mut silent = centre.bound("kept").await;
    for _ in 0..300 {
        assert!(centre.hop.event(ConnectorEvent::Mobile(mobile(b"hello"))).await.unwrap());
    }
    assert!(matches!(silent.receive().await.body, Body::DeliverSm(_)));

    let mut other = centre.bound("simulated").await;
    let message_id = submitted(&mut other, submission("4790")).await;

    assert_eq!(receipt(&delivered(&mut other).await).0, message_id.to_string());
}
