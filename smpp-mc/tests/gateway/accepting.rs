//! How a submission is answered.

use std::time::Duration;

use smpp_mc::connector::{ConnectorEvent, Report, SendOutcome, Subject};
use smpp_mc::pdu::{
    Body, CommandStatus, DataSm, DestAddress, EsmClass, MessageState, MessagingMode, SmppTime, SubmitMulti,
    TlvTag,
};

use crate::centre::{Centre, delivered, receipt, submission, submitted};

#[tokio::test(start_paused = true)]
async fn a_kept_message_is_answered_while_the_next_hop_is_down() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;

    submitted(&mut esme, submission("4790")).await;

    assert_eq!(centre.hop.count(), 0);
    centre.hop.set_down(false);
    assert_eq!(centre.hop.received(1).await[0].submission.destination_addr, "4790");
}

#[tokio::test(start_paused = true)]
async fn a_forwarded_message_is_answered_with_what_the_next_hop_says() {
    let centre = Centre::start();
    let mut esme = centre.bound("forward").await;

    centre.hop.answer_next(SendOutcome::Refused(CommandStatus::ESME_RINVSRCADR));
    assert_eq!(esme.ask(submission("4790")).await.command_status, CommandStatus::ESME_RINVSRCADR);
    centre.hop.answer_next(SendOutcome::Postponed(CommandStatus::ESME_RTHROTTLED));
    assert_eq!(esme.ask(submission("4790")).await.command_status, CommandStatus::ESME_RTHROTTLED);
    centre.hop.answer_next(SendOutcome::Unknown);
    assert_eq!(esme.ask(submission("4790")).await.command_status, CommandStatus::ESME_RSYSERR);
    submitted(&mut esme, submission("4790")).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_to_be_forwarded_is_kept_when_no_next_hop_is_up() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("forward").await;

    submitted(&mut esme, submission("4790")).await;
    centre.hop.set_down(false);

    assert_eq!(centre.hop.received(1).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_receipt_is_delivered_for_a_refused_submission() {
    let centre = Centre::start();
    centre.hop.hold();
    let mut esme = centre.bound("forward").await;
    esme.send(submission("4790")).await;
    let outgoing = centre.hop.received(1).await.remove(0);

    // The report overtakes the refusal, as Kannel's does.
    let told = centre.hop.event(ConnectorEvent::Report(Report::new(
        Subject::Key(outgoing.key),
        MessageState::REJECTED,
        0,
        centre.clock.now(),
    )));
    tokio::time::sleep(Duration::from_secs(1)).await;
    centre.hop.release(SendOutcome::Refused(CommandStatus::ESME_RSUBMITFAIL));

    assert_eq!(esme.receive().await.command_status, CommandStatus::ESME_RSUBMITFAIL);
    assert!(told.await.unwrap());
    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_overtakes_the_answer_follows_it() {
    let centre = Centre::start();
    centre.hop.hold();
    let mut esme = centre.bound("forward").await;
    let number = esme.send(submission("4790")).await;
    let outgoing = centre.hop.received(1).await.remove(0);

    let told = centre.hop.event(ConnectorEvent::Report(Report::new(
        Subject::Key(outgoing.key),
        MessageState::DELIVERED,
        0,
        centre.clock.now(),
    )));
    tokio::time::sleep(Duration::from_secs(1)).await;
    centre.hop.release(SendOutcome::Taken { remote_id: None });

    let answer = esme.receive().await;
    assert_eq!(answer.sequence_number, number);
    let Body::SubmitSmResp(response) = answer.body else { panic!("no answer") };
    let (id, stat) = receipt(&delivered(&mut esme).await);
    assert_eq!(id, response.message_id.unwrap().to_string());
    assert_eq!(stat, "DELIVRD");
    assert!(told.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn esm_class_decides_where_the_account_leaves_it_open() {
    let centre = Centre::start();
    centre.hop.hold();
    let mut esme = centre.bound("asked").await;
    let mut forward = submission("4790");
    forward.esm_class = EsmClass::default().with_messaging_mode(MessagingMode::FORWARD);

    submitted(&mut esme, submission("1")).await;
    centre.hop.received(1).await;
    let number = esme.send(forward).await;
    centre.hop.received(2).await;
    centre.hop.release(SendOutcome::Taken { remote_id: None });
    tokio::time::sleep(Duration::from_secs(1)).await;
    centre.hop.release(SendOutcome::Refused(CommandStatus::ESME_RINVDSTADR));

    let answer = esme.receive().await;
    assert_eq!((answer.sequence_number, answer.command_status), (number, CommandStatus::ESME_RINVDSTADR));
}

#[tokio::test(start_paused = true)]
async fn numbers_that_the_simulator_refuses_are_refused_at_the_door() {
    let centre = Centre::start();
    for system_id in ["simulated", "fast"] {
        let mut esme = centre.bound(system_id).await;

        let answer = esme.ask(submission("990058")).await;

        assert_eq!(answer.command_status, CommandStatus::ESME_RTHROTTLED);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_malformed_is_refused_with_its_own_status() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let time = |text: &[u8]| Some(SmppTime::from_octets(text).unwrap());

    let mut no_destination = submission("1");
    no_destination.destination_addr = Default::default();
    assert_eq!(esme.ask(no_destination).await.command_status, CommandStatus::ESME_RINVDSTADR);
    let mut no_such_day = submission("1");
    no_such_day.schedule_delivery_time = time(b"260230120000000+");
    assert_eq!(esme.ask(no_such_day).await.command_status, CommandStatus::ESME_RINVSCHED);
    let mut past = submission("1");
    past.validity_period = time(b"200101120000000+");
    assert_eq!(esme.ask(past).await.command_status, CommandStatus::ESME_RINVEXPIRY);
    let mut short_header = submission("1");
    short_header.esm_class = EsmClass::default().with_udhi(true);
    short_header.short_message = [9, 0, 3].as_slice().into();
    assert_eq!(esme.ask(short_header).await.command_status, CommandStatus::ESME_RINVESMCLASS);

    assert_eq!(centre.hop.count(), 0);
    submitted(&mut esme, submission("1")).await;
}

#[tokio::test(start_paused = true)]
async fn many_submissions_in_one_read_are_each_answered_in_order() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let mut numbers = Vec::new();

    for number in 0..200 {
        let mut one = submission(&format!("47{number:03}"));
        one.registered_delivery = Default::default();
        numbers.push(esme.send(one).await);
    }

    let mut ids = std::collections::BTreeSet::new();
    for number in numbers {
        let answer = esme.receive().await;
        assert_eq!(answer.sequence_number, number);
        let Body::SubmitSmResp(response) = answer.body else { panic!("no answer") };
        ids.insert(response.message_id.unwrap().to_string());
    }
    assert_eq!(ids.len(), 200, "no message_id comes twice");
}

#[tokio::test(start_paused = true)]
async fn submit_multi_accepts_what_it_can_and_names_the_rest() {
    let centre = Centre::start();
    let mut esme = centre.bound("simulated").await;
    let sme = |number: &str| DestAddress::SmeAddress {
        dest_addr_ton: Default::default(),
        dest_addr_npi: Default::default(),
        destination_addr: number.try_into().unwrap(),
    };
    let pdu = SubmitMulti {
        source_addr: "2000".try_into().unwrap(),
        dest_address: vec![
            sme("4790"),
            sme("99000B"),
            DestAddress::DistributionList { dl_name: "list".try_into().unwrap() },
            sme("8800"),
        ],
        registered_delivery: smpp_mc::pdu::RegisteredDelivery(1),
        short_message: b"hello".into(),
        ..SubmitMulti::default()
    };

    let answer = esme.ask(pdu).await;

    assert_eq!(answer.command_status, CommandStatus::ESME_ROK);
    let Body::SubmitMultiResp(response) = answer.body else { panic!("no answer") };
    let failed: Vec<CommandStatus> = response.unsuccess_sme.iter().map(|sme| sme.error_status_code).collect();
    assert_eq!(failed, [CommandStatus::ESME_RINVDSTADR, CommandStatus::ESME_RINVDLNAME]);
    let shared = response.message_id.unwrap().to_string();
    let mut receipts = vec![receipt(&delivered(&mut esme).await), receipt(&delivered(&mut esme).await)];
    receipts.sort();
    assert_eq!(receipts, [(shared.clone(), "DELIVRD".to_owned()), (shared, "UNDELIV".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_data_sm_is_accepted_like_a_submit_sm() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let mut data = DataSm {
        source_addr: "2000".try_into().unwrap(),
        destination_addr: "4790".try_into().unwrap(),
        ..DataSm::default()
    };
    data.tlvs.push(TlvTag::MESSAGE_PAYLOAD, b"payload").unwrap();

    let answer = esme.ask(data).await;

    assert_eq!(answer.command_status, CommandStatus::ESME_ROK);
    let outgoing = centre.hop.received(1).await.remove(0);
    assert_eq!(outgoing.submission.tlvs.message_payload(), Some(b"payload".as_slice()));
    let too_long =
        DataSm { destination_addr: "1".repeat(30).as_str().try_into().unwrap(), ..DataSm::default() };
    assert_eq!(esme.ask(too_long).await.command_status, CommandStatus::ESME_RINVDSTADR);
}

#[tokio::test(start_paused = true)]
async fn more_than_an_account_may_submit_is_throttled_and_passes_later() {
    let centre = Centre::start();
    let mut esme = centre.bound("slow").await;
    for _ in 0..10 {
        submitted(&mut esme, submission("4790")).await;
    }

    assert_eq!(esme.ask(submission("4790")).await.command_status, CommandStatus::ESME_RTHROTTLED);
    tokio::time::sleep(Duration::from_secs(2)).await;

    submitted(&mut esme, submission("4790")).await;
}
