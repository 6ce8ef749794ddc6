//! What a new process makes of what the last one left.

use std::sync::Arc;

use smpp_mc::connector::{ConnectorEvent, Report, Subject};
use smpp_mc::pdu::MessageState;

use crate::centre::{Centre, delivered, receipt, submission, submitted};
use crate::hop::Hop;

#[tokio::test(start_paused = true)]
async fn what_a_next_hop_has_is_not_sent_again_and_its_report_still_counts() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    let sent = centre.hop.received(1).await.remove(0);
    drop(esme);
    let (store, clock) = centre.stop().await;

    let centre = Centre::on(store, Arc::clone(&clock), Hop::new("hop"));
    let mut esme = centre.bound("kept").await;
    let report = Report::new(Subject::Key(sent.key), MessageState::DELIVERED, 0, clock.now());
    assert!(centre.hop.event(ConnectorEvent::Report(report)).await.unwrap());

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "DELIVRD".to_owned()));
    assert_eq!(centre.hop.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_a_next_hop_is_sent() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    submitted(&mut esme, submission("4790")).await;
    drop(esme);
    let (store, clock) = centre.stop().await;

    let centre = Centre::on(store, clock, Hop::new("hop"));

    assert_eq!(centre.hop.received(1).await[0].submission.destination_addr, "4790");
}

#[tokio::test(start_paused = true)]
async fn a_second_report_makes_no_second_receipt() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    submitted(&mut esme, submission("4790")).await;
    let sent = centre.hop.received(1).await.remove(0);
    let report = || {
        ConnectorEvent::Report(Report::new(
            Subject::Key(sent.key),
            MessageState::DELIVERED,
            0,
            centre.clock.now(),
        ))
    };

    assert!(centre.hop.event(report()).await.unwrap());
    delivered(&mut esme).await;
    assert!(centre.hop.event(report()).await.unwrap());

    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}
