//! query_sm, cancel_sm, replace_sm.

use smpp_mc::connector::{ConnectorEvent, Report, Subject};
use smpp_mc::pdu::{
    Body, CancelSm, CommandStatus, MessageId, MessageState, QuerySm, ReplaceSm, SmppTime, TlvTag,
};
use tokio::io::DuplexStream;

use crate::centre::{Centre, delivered, receipt, submission, submitted};
use crate::esme::Esme;

async fn state(esme: &mut Esme<DuplexStream>, message_id: MessageId) -> Result<MessageState, CommandStatus> {
    let answer = esme.ask(QuerySm { message_id, ..QuerySm::default() }).await;
    match answer.body {
        Body::QuerySmResp(response) if answer.command_status == CommandStatus::ESME_ROK => {
            Ok(response.message_state)
        }
        _ => Err(answer.command_status),
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_on_its_way_until_its_report_and_then_what_that_said() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    let outgoing = centre.hop.received(1).await.remove(0);

    assert_eq!(state(&mut esme, message_id).await, Ok(MessageState::ENROUTE));
    let now = centre.clock.now();
    let report = Report::new(Subject::Key(outgoing.key), MessageState::UNDELIVERABLE, 11, now);
    assert!(centre.hop.event(ConnectorEvent::Report(report)).await.unwrap());
    let (id, stat) = receipt(&delivered(&mut esme).await);

    assert_eq!((id, stat.as_str()), (message_id.to_string(), "UNDELIV"));
    assert_eq!(state(&mut esme, message_id).await, Ok(MessageState::UNDELIVERABLE));
}

#[tokio::test(start_paused = true)]
async fn nobody_can_ask_about_cancel_or_replace_another_accounts_message() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut owner = centre.bound("kept").await;
    let mut other = centre.bound("asked").await;
    let message_id = submitted(&mut owner, submission("4790")).await;

    assert_eq!(state(&mut other, message_id).await, Err(CommandStatus::ESME_RQUERYFAIL));
    let cancel = CancelSm { message_id, ..CancelSm::default() };
    assert_eq!(other.ask(cancel.clone()).await.command_status, CommandStatus::ESME_RCANCELFAIL);
    let replace = ReplaceSm { message_id, ..ReplaceSm::default() };
    assert_eq!(other.ask(replace).await.command_status, CommandStatus::ESME_RREPLACEFAIL);
    assert_eq!(state(&mut owner, message_id).await, Ok(MessageState::ENROUTE));
    assert_eq!(owner.ask(cancel).await.command_status, CommandStatus::ESME_ROK);
}

#[tokio::test(start_paused = true)]
async fn a_message_id_that_was_never_given_is_refused() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;

    for text in ["0123456789abcdef", "not one of ours", ""] {
        let message_id = MessageId::try_from(text).unwrap();
        assert_eq!(state(&mut esme, message_id).await, Err(CommandStatus::ESME_RQUERYFAIL));
        let cancel = CancelSm { message_id, ..CancelSm::default() };
        assert_eq!(esme.ask(cancel).await.command_status, CommandStatus::ESME_RCANCELFAIL);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_message_is_not_sent_and_its_receipt_says_so() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;

    let cancel = CancelSm { message_id, ..CancelSm::default() };
    esme.send(cancel).await;
    let (first, second) = (esme.receive().await, esme.receive().await);
    let (answer, delivery) =
        if matches!(first.body, Body::CancelSmResp(_)) { (first, second) } else { (second, first) };
    assert_eq!(answer.command_status, CommandStatus::ESME_ROK);
    let Body::DeliverSm(delivery) = delivery.body else { panic!("no receipt") };
    assert_eq!(receipt(&delivery), (message_id.to_string(), "DELETED".to_owned()));

    centre.hop.set_down(false);
    submitted(&mut esme, submission("4791")).await;
    assert_eq!(centre.hop.received(1).await[0].submission.destination_addr, "4791");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_sent_can_be_neither_cancelled_nor_replaced() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    centre.hop.received(1).await;

    let cancel = CancelSm { message_id, ..CancelSm::default() };
    assert_eq!(esme.ask(cancel).await.command_status, CommandStatus::ESME_RCANCELFAIL);
    let replace = ReplaceSm { message_id, source_addr: "2000".try_into().unwrap(), ..ReplaceSm::default() };
    assert_eq!(esme.ask(replace).await.command_status, CommandStatus::ESME_RREPLACEFAIL);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_message_is_sent_as_it_is_now() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;

    let replace = ReplaceSm {
        message_id,
        source_addr: "2000".try_into().unwrap(),
        short_message: b"other".into(),
        ..ReplaceSm::default()
    };
    assert_eq!(esme.ask(replace).await.command_status, CommandStatus::ESME_ROK);
    centre.hop.set_down(false);

    assert_eq!(&*centre.hop.received(1).await[0].submission.short_message, b"other");
}

#[tokio::test(start_paused = true)]
async fn a_replacement_with_an_impossible_time_leaves_the_message_as_it_was() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;

    let replace = ReplaceSm {
        message_id,
        source_addr: "2000".try_into().unwrap(),
        schedule_delivery_time: Some(SmppTime::from_octets(b"260230120000000+").unwrap()),
        short_message: b"other".into(),
        ..ReplaceSm::default()
    };
    assert_eq!(esme.ask(replace).await.command_status, CommandStatus::ESME_RINVSCHED);
    centre.hop.set_down(false);

    assert_eq!(&*centre.hop.received(1).await[0].submission.short_message, b"hello");
}

#[tokio::test(start_paused = true)]
async fn a_message_is_not_replaced_by_one_that_has_expired_before_it_is_due() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    let replace = ReplaceSm {
        message_id,
        source_addr: "2000".try_into().unwrap(),
        schedule_delivery_time: Some(SmppTime::from_octets(b"000000020000000R").unwrap()),
        validity_period: Some(SmppTime::from_octets(b"000000010000000R").unwrap()),
        ..ReplaceSm::default()
    };

    assert_eq!(esme.ask(replace).await.command_status, CommandStatus::ESME_RINVEXPIRY);
    assert_eq!(state(&mut esme, message_id).await, Ok(MessageState::ENROUTE));
}

#[tokio::test(start_paused = true)]
async fn a_new_text_takes_the_place_of_a_payload() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let mut long = submission("4790");
    long.short_message = Default::default();
    long.tlvs.push(TlvTag::MESSAGE_PAYLOAD, b"the old text").unwrap();
    let message_id = submitted(&mut esme, long).await;
    let replace = ReplaceSm {
        message_id,
        source_addr: "2000".try_into().unwrap(),
        short_message: b"the new text".into(),
        ..ReplaceSm::default()
    };

    assert_eq!(esme.ask(replace).await.command_status, CommandStatus::ESME_ROK);
    centre.hop.set_down(false);
    let sent = centre.hop.received(1).await.remove(0).submission;

    assert_eq!((&*sent.short_message, sent.tlvs.get(TlvTag::MESSAGE_PAYLOAD)), (&b"the new text"[..], None));
}
