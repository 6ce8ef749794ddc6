//! From acceptance to the next hop: order, times, refusals.

use std::time::Duration;

use smpp_mc::connector::SendOutcome;
use smpp_mc::pdu::{CommandStatus, PriorityFlag, SmppTime};

use crate::centre::{Centre, delivered, receipt, submission, submitted};

#[tokio::test(start_paused = true)]
async fn messages_leave_by_priority_and_then_in_the_order_of_their_acceptance() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    for (destination, priority) in [("1", 0), ("2", 3), ("3", 0), ("4", 3)] {
        let mut one = submission(destination);
        one.priority_flag = PriorityFlag(priority);
        submitted(&mut esme, one).await;
    }

    centre.hop.set_down(false);

    let destinations: Vec<String> =
        centre.hop.received(4).await.iter().map(|one| one.submission.destination_addr.to_string()).collect();
    assert_eq!(destinations, ["2", "4", "1", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_message_waits_for_its_time() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let mut later = submission("4790");
    later.schedule_delivery_time = Some(SmppTime::from_octets(b"000000020000000R").unwrap());

    submitted(&mut esme, later).await;
    submitted(&mut esme, submission("4791")).await;

    assert_eq!(centre.hop.received(1).await[0].submission.destination_addr, "4791");
    tokio::time::sleep(Duration::from_secs(2 * 3_600 - 10)).await;
    assert_eq!(centre.hop.count(), 1);
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(centre.hop.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_message_put_off_is_sent_again_with_growing_pauses() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    for _ in 0..3 {
        centre.hop.answer_next(SendOutcome::Postponed(CommandStatus::ESME_RTHROTTLED));
    }
    let started = centre.clock.now();

    submitted(&mut esme, submission("4790")).await;
    let tries = centre.hop.received(4).await;

    let took = centre.clock.now().duration_since(started).unwrap();
    assert!(took >= Duration::from_secs(1 + 2 + 4), "{took:?}");
    assert!(tries.iter().all(|one| one.key == tries[0].key));
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_for_good_is_rejected_and_its_receipt_says_so() {
    let centre = Centre::start();
    centre.hop.answer_next(SendOutcome::Refused(CommandStatus::ESME_RINVDSTADR));
    let mut esme = centre.bound("kept").await;

    let message_id = submitted(&mut esme, submission("4790")).await;

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "REJECTD".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_finds_no_next_hop_in_its_validity_expires() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let mut short_lived = submission("4790");
    short_lived.validity_period = Some(SmppTime::from_octets(b"000000000100000R").unwrap());

    let message_id = submitted(&mut esme, short_lived).await;
    drop(esme);
    tokio::time::sleep(Duration::from_secs(90)).await;
    centre.hop.set_down(false);
    let mut esme = centre.bound("kept").await;

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "EXPIRED".to_owned()));
    assert_eq!(centre.hop.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_report_never_comes_expires_after_a_grace() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    let mut short_lived = submission("4790");
    short_lived.validity_period = Some(SmppTime::from_octets(b"000000000100000R").unwrap());

    let message_id = submitted(&mut esme, short_lived).await;
    centre.hop.received(1).await;
    drop(esme);
    tokio::time::sleep(Duration::from_secs(2 * 3_600)).await;
    let mut esme = centre.bound("kept").await;

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "EXPIRED".to_owned()));
}
