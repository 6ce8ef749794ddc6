//! What goes wrong around a message must neither lose it, nor report it twice, nor send it again and again.

use std::sync::Arc;
use std::time::Duration;

use smpp_mc::clock::{Clock, TokioClock};
use smpp_mc::connector::{ConnectorEvent, Mobile, Report, Subject};
use smpp_mc::message::QueueId;
use smpp_mc::pdu::{Body, DeliverSm, DeliverSmResp, MessageState, SmppTime, SubmitSm};
use smpp_mc::store::{MemoryStore, MessageStore};

use crate::centre::{Centre, delivered, receipt, submission, submitted};
use crate::esme::{connect, transmitter};
use crate::hindered::Hindered;
use crate::hop::Hop;

fn hindered() -> (Centre, Arc<Hindered>) {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::default());
    let told = Arc::clone(&clock);
    let store = MemoryStore::builder().clock(move || told.now()).build().unwrap();
    let store = Arc::new(Hindered::new(store));
    let centre = Centre::on(Arc::clone(&store) as Arc<dyn MessageStore>, clock, Hop::new("hop"));
    (centre, store)
}

fn ten_minutes(destination: &str) -> SubmitSm {
    SubmitSm {
        validity_period: Some(SmppTime::from_octets(b"000000001000000R").unwrap()),
        ..submission(destination)
    }
}

fn mobile(id: Option<&str>) -> ConnectorEvent {
    let mut mobile = Mobile::new(DeliverSm {
        source_addr: "4790".try_into().unwrap(),
        destination_addr: "2000".try_into().unwrap(),
        short_message: b"hello".into(),
        ..DeliverSm::default()
    });
    mobile.id = id.map(Into::into);
    ConnectorEvent::Mobile(mobile)
}

#[tokio::test(start_paused = true)]
async fn a_full_store_makes_no_next_hop_get_a_message_twice() {
    let (centre, store) = hindered();
    centre.hop.hold();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    let sent = centre.hop.received(1).await.remove(0);

    store.set_full(true);
    centre.hop.release(smpp_mc::connector::SendOutcome::Taken { remote_id: None });
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!((1..100).contains(&store.refused()), "{} tries", store.refused());
    store.set_full(false);
    tokio::time::sleep(Duration::from_secs(5)).await;

    assert_eq!(centre.hop.count(), 1);
    let report = Report::new(Subject::Key(sent.key), MessageState::DELIVERED, 0, centre.clock.now());
    assert!(centre.hop.event(ConnectorEvent::Report(report)).await.unwrap());
    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "DELIVRD".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_full_store_makes_no_esme_get_a_message_again_and_again() {
    let (centre, store) = hindered();
    let mut esme = centre.bound("kept").await;
    assert!(centre.hop.event(mobile(None)).await.unwrap());
    let first = esme.receive().await;

    store.set_full(true);
    esme.respond(&first, DeliverSmResp::default()).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    store.set_full(false);
    tokio::time::sleep(Duration::from_secs(5)).await;

    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_meets_a_full_store_is_not_lost() {
    let (centre, store) = hindered();
    let mut esme = centre.bound("fast").await;
    let message_id = {
        store.set_full(true);
        submitted(&mut esme, submission("4790")).await
    };
    tokio::time::sleep(Duration::from_secs(10)).await;

    store.set_full(false);

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "DELIVRD".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_final_report_close_behind_an_intermediate_one_is_not_lost() {
    let (centre, store) = hindered();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, submission("4790")).await;
    let sent = centre.hop.received(1).await.remove(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let report =
        |state| ConnectorEvent::Report(Report::new(Subject::Key(sent.key), state, 0, centre.clock.now()));

    store.find_late(Duration::from_millis(10));
    let intermediate = centre.hop.event(report(MessageState::ENROUTE));
    let last = centre.hop.event(report(MessageState::DELIVERED));

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "DELIVRD".to_owned()));
    assert!(intermediate.await.unwrap() && last.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_report_in_the_moment_of_the_deadline_makes_one_receipt() {
    let (centre, store) = hindered();
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, ten_minutes("4790")).await;
    let sent = centre.hop.received(1).await.remove(0);
    drop(esme);
    store.tell_overdue_late(Duration::from_secs(10));
    tokio::time::sleep(Duration::from_secs(600 + 3_600 + 5)).await;

    let report = Report::new(Subject::Key(sent.key), MessageState::DELIVERED, 0, centre.clock.now());
    assert!(centre.hop.event(ConnectorEvent::Report(report)).await.unwrap());
    tokio::time::sleep(Duration::from_secs(20)).await;
    let mut esme = centre.bound("kept").await;

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "DELIVRD".to_owned()));
    assert!(esme.is_alive().await, "nothing but the answer to enquire_link comes");
}

#[tokio::test(start_paused = true)]
async fn a_bind_that_is_leaving_is_not_offered_anything() {
    let centre = Centre::start();
    let mut esme = centre.bound("kept").await;
    assert!(centre.hop.event(mobile(None)).await.unwrap());
    let open = esme.receive().await;
    // It waits for its open request before it unbinds, and is listed as bound meanwhile.
    for session in centre.registry.receivers("kept") {
        drop(session.unbind());
    }
    assert!(centre.hop.event(mobile(None)).await.unwrap());
    tokio::time::sleep(Duration::from_secs(3)).await;
    esme.respond(&open, DeliverSmResp::default()).await;
    assert!(matches!(esme.receive().await.body, Body::Unbind(_)));
    drop(esme);

    let mut next = centre.bound("kept").await;

    assert_eq!(&*delivered(&mut next).await.short_message, b"hello");
}

#[tokio::test(start_paused = true)]
async fn a_message_expires_while_its_next_hop_stays_away() {
    let centre = Centre::start();
    centre.hop.set_down(true);
    let mut esme = centre.bound("kept").await;
    let message_id = submitted(&mut esme, ten_minutes("4790")).await;
    drop(esme);
    tokio::time::sleep(Duration::from_secs(600 + 120)).await;

    let mut esme = centre.bound("kept").await;

    assert_eq!(receipt(&delivered(&mut esme).await), (message_id.to_string(), "EXPIRED".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn receipts_that_nobody_ever_fetches_are_not_kept_for_ever() {
    let centre = Centre::start();
    let mut sender = connect(&centre.mc);
    sender.ask(transmitter("simulated")).await;
    submitted(&mut sender, submission("4790")).await;
    drop(sender);
    let queue = QueueId::Esme("simulated".into());
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(centre.store.due_queues(centre.clock.now()).await.unwrap().queues.contains(&queue));

    tokio::time::sleep(Duration::from_secs(3 * 86_400 + 120)).await;

    assert!(!centre.store.due_queues(centre.clock.now()).await.unwrap().queues.contains(&queue));
}

#[tokio::test(start_paused = true)]
async fn what_was_heard_from_below_is_forgotten_after_a_day() {
    let centre = Centre::start();
    assert!(centre.hop.event(mobile(Some("0f0e"))).await.unwrap());
    tokio::time::sleep(Duration::from_secs(86_000)).await;
    assert!(centre.store.heard("hop", "0f0e").await.unwrap());

    tokio::time::sleep(Duration::from_secs(600)).await;

    assert!(!centre.store.heard("hop", "0f0e").await.unwrap());
}
