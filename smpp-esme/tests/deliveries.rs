//! Receiving: messages, receipts and the rest, each answered once.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it goes wrong")]

mod centre;

use std::time::Duration;

use smpp_esme::{
    AwaitedReceipts, Deliveries, Delivery, MessageIdForm, ReceiptPolicy,
    pdu::{
        AlertNotification, Body, CommandStatus, DataCoding, DataSm, DeliverSm, EsmClass, MessageId,
        MessageState, Tlvs,
        multipart::{Method, Splitter},
        receipt::ReceiptText,
        text,
        tlv::TlvTag,
    },
    session::{RequestError, SessionConfig, driver::PendingResponse},
};

use self::centre::{account, bound, receipt};

#[tokio::test(start_paused = true)]
async fn a_message_is_accepted_or_rejected_once() {
    let (_client, mut deliveries, centre) = bound(account()).await;

    let accepted = centre.handle.request(message(b"one"));
    let rejected = centre.handle.request(message(b"two"));
    let dropped = centre.handle.request(message(b"three"));
    next(&mut deliveries).await.accept();
    next(&mut deliveries).await.reject(CommandStatus::ESME_RX_P_APPN);
    drop(next(&mut deliveries).await);

    assert!(accepted.await.is_ok());
    assert_eq!(status(rejected).await, CommandStatus::ESME_RX_P_APPN);
    assert_eq!(status(dropped).await, CommandStatus::ESME_RX_T_APPN, "no verdict means later");
}

#[tokio::test(start_paused = true)]
async fn a_slow_verdict_holds_up_no_other_answer() {
    let (_client, mut deliveries, centre) = bound(account()).await;

    let first = centre.handle.request(message(b"slow"));
    let second = centre.handle.request(message(b"quick"));
    let slow = next(&mut deliveries).await;
    next(&mut deliveries).await.accept();

    assert!(second.await.is_ok());
    slow.accept();
    assert!(first.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn without_listener_the_centre_keeps_what_it_has() {
    let (client, deliveries, centre) = bound(account()).await;
    drop(deliveries);

    let refused = centre.handle.request(message(b"one"));

    assert_eq!(status(refused).await, CommandStatus::ESME_RX_T_APPN);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn text_and_addresses_of_a_message_are_readable() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let sent = DeliverSm {
        source_addr: "4790000000".try_into().unwrap(),
        destination_addr: "2030".try_into().unwrap(),
        data_coding: DataCoding::UCS2,
        short_message: text::encode("Привет").octets().into(),
        ..DeliverSm::default()
    };

    let _answer = centre.handle.request(sent);

    let Delivery::Message(message) = next(&mut deliveries).await else { panic!("a message was due") };
    assert_eq!(message.text(), Some("Привет"));
    assert_eq!(message.source().as_str(), "4790000000");
    assert_eq!(message.destination().as_str(), "2030");
    message.accept();
}

#[tokio::test(start_paused = true)]
async fn parts_are_joined_in_any_order_and_decoded_after() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let whole = "Ω emoji 😀 ".repeat(120);
    let mut parts = parts_of(&whole, 7);
    assert!(parts.len() > 12, "more parts than one digit can number");
    parts.reverse();
    let last = parts.pop().unwrap();

    for part in parts {
        assert!(centre.handle.request(part).await.is_ok(), "a part is answered before the others come");
    }
    let answer = centre.handle.request(last);

    let Delivery::Message(message) = next(&mut deliveries).await else { panic!("a message was due") };
    assert_eq!(message.text(), Some(whole.as_str()));
    message.accept();
    assert!(answer.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn two_senders_with_one_reference_are_not_mixed() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let one = parts_of(&"a".repeat(200), 7);
    let two = parts_of(&"b".repeat(200), 7)
        .into_iter()
        .map(|part| DeliverSm { source_addr: "4799999999".try_into().unwrap(), ..part });

    for part in one.into_iter().take(1).chain(two.take(1)) {
        assert!(centre.handle.request(part).await.is_ok());
    }

    assert!(deliveries.try_next().is_none(), "each lacks its second part");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_whole_comes_again_by_its_last_part_alone() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let parts = parts_of(&"a".repeat(200), 7);
    let [first, last] = parts.try_into().expect("two parts");
    assert!(centre.handle.request(first).await.is_ok());

    let answer = centre.handle.request(last.clone());
    next(&mut deliveries).await.reject(CommandStatus::ESME_RX_T_APPN);
    assert_eq!(status(answer).await, CommandStatus::ESME_RX_T_APPN);
    let again = centre.handle.request(last);

    let Delivery::Message(message) = next(&mut deliveries).await else { panic!("a message was due") };
    assert_eq!(message.text(), Some("a".repeat(200).as_str()));
    message.accept();
    assert!(again.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_receipt_is_known_by_its_esm_class_and_read_from_its_text() {
    let (_client, mut deliveries, centre) = bound(account()).await;

    let answer = centre.handle.request(receipt("17", "UNDELIV"));

    let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
    let read = incoming.accept();
    assert_eq!(read.message_id().unwrap(), &"17");
    assert_eq!(read.state(), Some(MessageState::UNDELIVERABLE));
    assert_eq!((read.stat(), read.err()), ("UNDELIV", "000"));
    assert!(read.is_final() && !read.is_success());
    assert!(answer.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_receipt_of_tlvs_alone_needs_no_text_and_no_esm_class() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let pdu = DeliverSm { tlvs: receipt_tlvs("abc", MessageState::DELIVERED), ..DeliverSm::default() };

    let _answer = centre.handle.request(pdu);

    let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
    assert_eq!(incoming.message_id().unwrap(), &"abc");
    assert_eq!(incoming.stat(), "DELIVRD");
    assert!(incoming.is_success());
    incoming.accept();
}

#[tokio::test(start_paused = true)]
async fn a_receipt_by_data_sm_is_a_receipt() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let pdu = DataSm {
        esm_class: EsmClass(0x04),
        tlvs: receipt_tlvs("abc", MessageState::DELIVERED),
        ..DataSm::default()
    };

    let answer = centre.handle.request(pdu);

    let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
    assert!(matches!(incoming.body(), Body::DataSm(_)));
    incoming.accept();
    assert!(answer.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_text_alone_decides_only_where_asked() {
    let plain = DeliverSm { esm_class: EsmClass::DEFAULT, ..receipt("17", "DELIVRD") };
    for by_text in [false, true] {
        let policy = ReceiptPolicy::default().by_text(by_text);
        let (_client, mut deliveries, centre) = bound(account().receipts(policy)).await;

        let _answer = centre.handle.request(plain.clone());

        let delivery = next(&mut deliveries).await;
        assert_eq!(matches!(delivery, Delivery::Receipt(_)), by_text);
        delivery.accept();
    }
}

#[tokio::test(start_paused = true)]
async fn an_intermediate_notification_is_not_final() {
    let (_client, mut deliveries, centre) = bound(account()).await;

    let _enroute = centre.handle.request(receipt("17", "ENROUTE"));
    let _intermediate =
        centre.handle.request(DeliverSm { esm_class: EsmClass(0x20), ..receipt("17", "DELIVRD") });

    for _ in 0..2 {
        let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
        assert!(!incoming.is_final());
        incoming.accept();
    }
}

#[tokio::test(start_paused = true)]
async fn ids_are_converted_to_the_form_of_the_answer() {
    for (form, in_receipt, in_answer) in [
        (MessageIdForm::DecimalForHex, "171", "AB"),
        (MessageIdForm::DecimalForLowerHex, "171", "ab"),
        (MessageIdForm::HexForDecimal, "ab", "171"),
        (MessageIdForm::DecimalForHex, "not a number", "not a number"),
    ] {
        let policy = ReceiptPolicy::default().message_id_form(form);
        let (_client, mut deliveries, centre) = bound(account().receipts(policy)).await;
        let pdu =
            DeliverSm { tlvs: receipt_tlvs(in_receipt, MessageState::DELIVERED), ..DeliverSm::default() };

        let _answer = centre.handle.request(pdu);

        let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
        assert_eq!(incoming.message_id().unwrap(), &in_answer, "{form:?}");
        incoming.accept();
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_and_states_of_ones_own_are_used() {
    let policy = ReceiptPolicy::default().state("GONE", MessageState::EXPIRED).reader(|octets| {
        let (id, stat) = std::str::from_utf8(octets).ok()?.split_once('/')?;
        let mut text = ReceiptText::default();
        text.id = Some(id.to_owned());
        text.stat = Some(stat.to_owned());
        Some(text)
    });
    let (_client, mut deliveries, centre) = bound(account().receipts(policy)).await;

    let _answer = centre.handle.request(DeliverSm { esm_class: EsmClass(0x04), ..message(b"17/gone") });

    let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
    assert_eq!(incoming.message_id().unwrap(), &"17");
    assert_eq!(incoming.state(), Some(MessageState::EXPIRED));
    incoming.accept();
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_receipt_is_still_a_receipt() {
    let (_client, mut deliveries, centre) = bound(account()).await;

    let answer =
        centre.handle.request(DeliverSm { esm_class: EsmClass(0x04), ..message(b"\xff\xfe not a receipt") });

    let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
    assert_eq!(incoming.message_id(), None);
    incoming.accept();
    assert!(answer.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn alert_notification_and_unknown_requests_come_too() {
    let session = SessionConfig::default().deliver_unknown(true);
    let (_client, mut deliveries, centre) = bound(account().session(session)).await;

    let alert = AlertNotification { source_addr: "4790000000".try_into().unwrap(), ..Default::default() };
    centre.handle.notify(alert).await.unwrap();
    let Delivery::Alert(alert) = next(&mut deliveries).await else { panic!("an alert was due") };

    assert_eq!(alert.source_addr, "4790000000");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_makes_the_centre_wait_and_loses_nothing() {
    let (_client, mut deliveries, centre) = bound(account().delivery_queue(2)).await;
    let answers: Vec<PendingResponse<_>> =
        (0..20_u8).map(|number| centre.handle.request(message(&[number]))).collect();

    let mut seen = Vec::new();
    for _ in 0..20 {
        let Delivery::Message(message) = next(&mut deliveries).await else { panic!("a message was due") };
        seen.push(message.octets()[0]);
        message.accept();
    }

    assert_eq!(seen, (0..20).collect::<Vec<u8>>());
    for answer in answers {
        assert!(answer.await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn awaited_receipts_count_the_final_ones() {
    let (_client, mut deliveries, centre) = bound(account()).await;
    let ids: Vec<MessageId> = ["a", "b"].map(|id| id.try_into().unwrap()).to_vec();
    let mut awaited = AwaitedReceipts::new(&ids);

    for (id, stat) in
        [("b", "ENROUTE"), ("other", "DELIVRD"), ("b", "DELIVRD"), ("b", "EXPIRED"), ("a", "REJECTD")]
    {
        let _answer = centre.handle.request(receipt(id, stat));
        let Delivery::Receipt(incoming) = next(&mut deliveries).await else { panic!("a receipt was due") };
        assert_eq!(awaited.note(&incoming.accept()), id != "other");
    }

    assert!(awaited.is_complete());
    assert_eq!(
        awaited.receipts().map(|receipt| receipt.stat()).collect::<Vec<&str>>(),
        ["REJECTD", "DELIVRD"]
    );
}

async fn next(deliveries: &mut Deliveries) -> Delivery {
    tokio::time::timeout(Duration::from_secs(60), deliveries.next())
        .await
        .expect("in time")
        .expect("the session lives")
}

async fn status<R>(pending: PendingResponse<R>) -> CommandStatus
where
    PendingResponse<R>: Future<Output = Result<R, RequestError>>,
{
    match pending.await {
        Ok(_) => CommandStatus::ESME_ROK,
        Err(error) => error.command_status().expect("an answer"),
    }
}

fn message(octets: &[u8]) -> DeliverSm {
    DeliverSm {
        source_addr: "4790000000".try_into().unwrap(),
        destination_addr: "2030".try_into().unwrap(),
        short_message: octets.into(),
        ..DeliverSm::default()
    }
}

fn parts_of(whole: &str, reference: u16) -> Vec<DeliverSm> {
    let segments =
        Splitter::default().with_method(Method::Udh8).split(&text::encode(whole), reference).unwrap();
    let part = |segment: &smpp_esme::pdu::multipart::Segment| DeliverSm {
        esm_class: EsmClass::DEFAULT.with_udhi(true),
        data_coding: segment.data_coding,
        ..message(&segment.user_data())
    };
    segments.iter().map(part).collect()
}

fn receipt_tlvs(message_id: &str, state: MessageState) -> Tlvs {
    let mut tlvs = Tlvs::new();
    tlvs.push(TlvTag::RECEIPTED_MESSAGE_ID, &[message_id.as_bytes(), &[0]].concat()).unwrap();
    tlvs.push(TlvTag::MESSAGE_STATE, &[state.0]).unwrap();
    tlvs
}
