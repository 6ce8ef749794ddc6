//! One behaviour suite for every broker, every correlator and every store of parts.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it goes wrong")]

use std::time::{Duration, SystemTime};

use futures::FutureExt as _;
use smpp_esme::{
    broker::{Broker, MemoryBroker, Outgoing, Settlement, TrackingId},
    correlator::{Correlator, Lives, MemoryCorrelator, PartState, SentPart},
    parts::{MemoryParts, Part, PartStore},
    pdu::{Body, DeliverSm, EsmClass, MessageId, SubmitSm, multipart::Splitter, text},
    sqlite::{SqliteBroker, SqliteCorrelator, SqliteError, SqliteParts},
};
use tempfile::TempDir;
use tokio::time::timeout;

/// Runs each behaviour on each implementation; the folder lives as long as the test.
macro_rules! suite {
    ($suite:ident: $($store:ident = $make:expr),+ => $($behaviour:ident),+ $(,)?) => {
        mod $suite {
            suite!(@each [$(($store, $make))+] $($behaviour)+);
        }
    };
    (@each $stores:tt $($behaviour:ident)+) => {
        $(suite!(@one $stores $behaviour);)+
    };
    (@one [$(($store:ident, $make:expr))+] $behaviour:ident) => {
        mod $behaviour {
            use super::super::*;
            $(
                #[tokio::test]
                async fn $store() {
                    let folder = TempDir::new().unwrap();
                    let make: fn(&TempDir) -> _ = $make;
                    super::super::$behaviour(make(&folder)).await;
                }
            )+
        }
    };
}

suite!(broker:
    memory = |_| MemoryBroker::default().lease_time(LEASE),
    sqlite = |folder| SqliteBroker::open(folder.path().join("broker.db")).unwrap().lease_time(LEASE)
    =>
    a_message_comes_back_as_it_was_put,
    what_is_leased_is_invisible_and_what_is_done_is_gone,
    the_oldest_comes_first,
    what_is_to_be_retried_comes_later_and_counts,
    an_unsettled_lease_returns_by_itself,
    a_lease_waits_for_a_message,
    a_lease_given_up_has_taken_nothing,
    an_id_is_never_used_twice,
    what_is_not_known_settles_without_error,
);

suite!(correlator:
    memory = |_| MemoryCorrelator::new(lives()),
    sqlite = |folder| SqliteCorrelator::open(folder.path().join("correlator.db"), lives()).unwrap()
    =>
    a_receipt_finds_its_part_and_its_reference,
    an_unknown_id_finds_nothing,
    an_id_stays_known_after_receipts_for_a_while,
    parts_are_counted_as_they_finish,
    a_part_about_to_be_written_is_known_without_id,
    a_refused_part_is_forgotten,
    an_id_given_twice_belongs_to_the_later_message,
    what_is_too_old_is_purged,
);

suite!(parts:
    memory = |_| MemoryParts::new(LIFE, 100),
    sqlite = |folder| SqliteParts::open(folder.path().join("parts.db"), LIFE).unwrap()
    =>
    the_last_part_completes_in_order,
    a_whole_stays_until_it_is_forgotten,
    a_part_that_came_again_counts_once,
    parts_too_old_are_dropped,
);

async fn a_message_comes_back_as_it_was_put(broker: impl Broker) {
    let message = outgoing("4790000000").with_reference("order 17").resend_unknown(false);

    let id = broker.enqueue(message.clone()).await.unwrap();
    let leased = broker.lease(10).await.unwrap();

    assert_eq!(leased.len(), 1);
    assert_eq!((leased[0].id, leased[0].attempts), (id, 0));
    assert_eq!(leased[0].message, message);
}

async fn what_is_leased_is_invisible_and_what_is_done_is_gone(broker: impl Broker) {
    broker.enqueue(outgoing("1")).await.unwrap();
    let id = broker.lease(10).await.unwrap()[0].id;
    assert!(nothing(&broker, Duration::from_millis(20)).await, "it is leased");

    broker.settle(id, Settlement::Done).await.unwrap();

    assert!(nothing(&broker, LEASE + Duration::from_millis(100)).await, "it is done");
}

async fn the_oldest_comes_first(broker: impl Broker) {
    for number in 0..5 {
        broker.enqueue(outgoing(&number.to_string())).await.unwrap();
    }

    let first = broker.lease(2).await.unwrap();
    let second = broker.lease(10).await.unwrap();

    let numbers = first.iter().chain(&second).map(|leased| to(&leased.message));
    assert_eq!(numbers.collect::<Vec<String>>(), ["0", "1", "2", "3", "4"]);
    assert_eq!(first.len(), 2);
}

async fn what_is_to_be_retried_comes_later_and_counts(broker: impl Broker) {
    let after = Duration::from_millis(50);
    let id = broker.enqueue(outgoing("1")).await.unwrap();
    broker.lease(1).await.unwrap();

    broker.settle(id, Settlement::Retry { after }).await.unwrap();
    let early = nothing(&broker, Duration::from_millis(5)).await;
    let again = broker.lease(1).await.unwrap();

    assert!(early);
    assert_eq!((again[0].id, again[0].attempts), (id, 1));
}

async fn an_unsettled_lease_returns_by_itself(broker: impl Broker) {
    let id = broker.enqueue(outgoing("1")).await.unwrap();
    broker.lease(1).await.unwrap();

    let again = timeout(LEASE * 20, broker.lease(1)).await.unwrap().unwrap();

    assert_eq!(again[0].id, id);
}

async fn a_lease_waits_for_a_message(broker: impl Broker) {
    let (leased, id) = tokio::join!(broker.lease(1), async {
        tokio::task::yield_now().await;
        broker.enqueue(outgoing("1")).await.unwrap()
    });

    assert_eq!(leased.unwrap()[0].id, id);
}

async fn a_lease_given_up_has_taken_nothing(broker: impl Broker) {
    broker.enqueue(outgoing("1")).await.unwrap();
    // Polled once, and dropped whether or not it is ready.
    for leased in broker.lease(1).now_or_never().into_iter().flat_map(Result::unwrap) {
        broker.settle(leased.id, Settlement::Retry { after: Duration::ZERO }).await.unwrap();
    }

    let leased = timeout(LEASE / 2, broker.lease(1)).await.unwrap().unwrap();

    assert_eq!(leased.len(), 1);
}

async fn an_id_is_never_used_twice(broker: impl Broker) {
    let first = broker.enqueue(outgoing("1")).await.unwrap();
    broker.lease(1).await.unwrap();
    broker.settle(first, Settlement::Done).await.unwrap();

    let second = broker.enqueue(outgoing("2")).await.unwrap();

    assert!(second > first);
}

async fn what_is_not_known_settles_without_error(broker: impl Broker) {
    assert!(broker.settle(TrackingId(99), Settlement::Done).await.is_ok());
}

async fn a_receipt_finds_its_part_and_its_reference(correlator: impl Correlator) {
    let part = SentPart { reference: Some("order 17".into()), ..part(1, 1, 1) };
    correlator.sending(&part, noon()).await.unwrap();
    correlator.submitted(&part, &id("a"), noon()).await.unwrap();

    let found = correlator.receipted(&id("a"), true, noon()).await.unwrap().unwrap();

    assert_eq!((found.part, found.finished), (part, 1));
}

async fn an_unknown_id_finds_nothing(correlator: impl Correlator) {
    correlator.submitted(&part(1, 1, 1), &id("a"), noon()).await.unwrap();

    assert_eq!(correlator.receipted(&id("b"), true, noon()).await.unwrap(), None);
}

async fn an_id_stays_known_after_receipts_for_a_while(correlator: impl Correlator) {
    correlator.submitted(&part(1, 1, 1), &id("a"), noon()).await.unwrap();

    let pending = correlator.receipted(&id("a"), false, noon()).await.unwrap().unwrap();
    let last = correlator.receipted(&id("a"), true, noon() + HOUR).await.unwrap().unwrap();
    let repeated = correlator.receipted(&id("a"), true, noon() + HOUR).await.unwrap();
    let late = correlator.receipted(&id("a"), true, noon() + HOUR * 3).await.unwrap();

    assert_eq!((pending.finished, last.finished), (0, 1));
    assert!(repeated.is_some());
    assert_eq!(late, None);
}

async fn parts_are_counted_as_they_finish(correlator: impl Correlator) {
    for number in 1..=3 {
        correlator.submitted(&part(7, number, 3), &id(&number.to_string()), noon()).await.unwrap();
    }

    let mut finished = Vec::new();
    for number in ["2", "2", "1", "3"] {
        finished.push(correlator.receipted(&id(number), true, noon()).await.unwrap().unwrap().finished);
    }

    assert_eq!(finished, [1, 1, 2, 3]);
}

async fn a_part_about_to_be_written_is_known_without_id(correlator: impl Correlator) {
    correlator.submitted(&part(7, 1, 2), &id("a"), noon()).await.unwrap();
    correlator.sending(&part(7, 2, 2), noon()).await.unwrap();

    let parts = correlator.parts(TrackingId(7)).await.unwrap();

    let known =
        [PartState { number: 1, message_id: Some(id("a")) }, PartState { number: 2, message_id: None }];
    assert_eq!(parts, known);
    assert!(correlator.parts(TrackingId(8)).await.unwrap().is_empty());
}

async fn a_refused_part_is_forgotten(correlator: impl Correlator) {
    correlator.sending(&part(7, 1, 1), noon()).await.unwrap();

    correlator.refused(&part(7, 1, 1)).await.unwrap();

    assert!(correlator.parts(TrackingId(7)).await.unwrap().is_empty());
}

async fn an_id_given_twice_belongs_to_the_later_message(correlator: impl Correlator) {
    correlator.submitted(&part(1, 1, 1), &id("a"), noon()).await.unwrap();
    correlator.submitted(&part(2, 1, 1), &id("a"), noon()).await.unwrap();

    let found = correlator.receipted(&id("a"), true, noon()).await.unwrap().unwrap();

    assert_eq!(found.part.id, TrackingId(2));
}

async fn what_is_too_old_is_purged(correlator: impl Correlator) {
    correlator.sending(&part(1, 1, 1), noon()).await.unwrap();
    correlator.submitted(&part(2, 1, 1), &id("a"), noon()).await.unwrap();

    assert_eq!(correlator.purge_expired(noon() + HOUR).await.unwrap(), 0);
    assert_eq!(correlator.purge_expired(noon() + HOUR * 3).await.unwrap(), 1, "written, never answered");
    assert_eq!(correlator.purge_expired(noon() + HOUR * 30).await.unwrap(), 1);
    assert_eq!(correlator.receipted(&id("a"), true, noon()).await.unwrap(), None);
}

async fn the_last_part_completes_in_order(store: impl PartStore) {
    let [one, two, three] = incoming();

    assert!(store.keep(three, noon()).await.unwrap().is_none());
    assert!(store.keep(one, noon()).await.unwrap().is_none());
    let whole = store.keep(two, noon()).await.unwrap().unwrap();

    assert_eq!(whole.iter().map(|part| part.number).collect::<Vec<u8>>(), [1, 2, 3]);
    assert_eq!(
        whole.iter().map(|part| &part.body).collect::<Vec<_>>(),
        incoming().iter().map(|part| &part.body).collect::<Vec<_>>()
    );
}

async fn a_whole_stays_until_it_is_forgotten(store: impl PartStore) {
    let [one, two, three] = incoming();
    let key = one.key.clone();
    store.keep(one, noon()).await.unwrap();
    store.keep(two, noon()).await.unwrap();
    assert!(store.keep(three.clone(), noon()).await.unwrap().is_some());
    assert!(store.keep(three.clone(), noon()).await.unwrap().is_some(), "rejected, and delivered again");

    store.forget(&key).await.unwrap();

    assert!(store.keep(three, noon()).await.unwrap().is_none());
}

async fn a_part_that_came_again_counts_once(store: impl PartStore) {
    let [one, two, three] = incoming();
    store.keep(one.clone(), noon()).await.unwrap();
    store.keep(one, noon()).await.unwrap();

    assert!(store.keep(two, noon()).await.unwrap().is_none());
    assert!(store.keep(three, noon()).await.unwrap().is_some());
}

async fn parts_too_old_are_dropped(store: impl PartStore) {
    let [one, two, three] = incoming();
    store.keep(one, noon()).await.unwrap();

    store.keep(two, noon() + LIFE * 2).await.unwrap();

    assert!(store.keep(three, noon() + LIFE * 2).await.unwrap().is_none(), "the first is gone");
}

#[tokio::test]
async fn a_broker_on_disk_survives_and_unsettled_messages_are_due_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("broker.db");
    let broker = SqliteBroker::open(&path).unwrap();
    for number in 0..4 {
        broker.enqueue(outgoing(&number.to_string())).await.unwrap();
    }
    let leased = broker.lease(3).await.unwrap();
    broker.settle(leased[0].id, Settlement::Done).await.unwrap();
    broker.settle(leased[1].id, Settlement::Dead).await.unwrap();
    assert_eq!(SqliteBroker::open(&path).map(drop), Err(SqliteError::Held), "one process at a time");
    drop(broker);

    let broker = reopened(&path).await;

    assert_eq!(broker.len(), 2);
    let again = broker.lease(10).await.unwrap();
    assert_eq!(again.iter().map(|leased| to(&leased.message)).collect::<Vec<_>>(), ["2", "3"]);
    let dead = broker.dead(10).await.unwrap();
    assert_eq!((dead.len(), to(&dead[0].1)), (1, "1".to_owned()));
    broker.drop_dead(dead[0].0).await.unwrap();
    assert!(broker.dead(10).await.unwrap().is_empty());
    assert!(broker.enqueue(outgoing("5")).await.unwrap() > again[1].id);
}

#[tokio::test]
async fn a_hundred_callers_share_commits_and_none_is_lost() {
    let folder = TempDir::new().unwrap();
    let broker = SqliteBroker::open(folder.path().join("broker.db")).unwrap();

    let all =
        futures::future::join_all((0..500).map(|number| broker.enqueue(outgoing(&number.to_string())))).await;

    let mut ids: Vec<TrackingId> = all.into_iter().map(Result::unwrap).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), broker.len()), (500, 500));
}

#[tokio::test]
async fn a_memory_broker_has_an_end() {
    let broker = MemoryBroker::new(2);
    broker.enqueue(outgoing("1")).await.unwrap();
    broker.enqueue(outgoing("2")).await.unwrap();

    assert!(broker.enqueue(outgoing("3")).await.is_err());
}

/// The thread of the closed database may need a moment to let the file go.
async fn reopened(path: &std::path::Path) -> SqliteBroker {
    loop {
        match SqliteBroker::open(path) {
            Err(SqliteError::Held) => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
}

async fn nothing(broker: &impl Broker, within: Duration) -> bool {
    timeout(within, broker.lease(1)).await.is_err()
}

fn outgoing(to: &str) -> Outgoing {
    SubmitSm {
        destination_addr: to.try_into().unwrap(),
        short_message: b"Hello".into(),
        ..SubmitSm::default()
    }
    .into()
}

fn to(message: &Outgoing) -> String {
    message.parts()[0].destination_addr.to_string()
}

fn part(id: u64, number: u8, total: u8) -> SentPart {
    SentPart { id: TrackingId(id), number, total, reference: None }
}

fn id(text: &str) -> MessageId {
    text.try_into().unwrap()
}

/// The three parts of a long message.
fn incoming() -> [Part; 3] {
    let segments = Splitter::default().split(&text::encode(&"x".repeat(400)), 7).unwrap();
    let parts: Vec<Part> = segments
        .iter()
        .map(|segment| DeliverSm {
            source_addr: "4790000000".try_into().unwrap(),
            destination_addr: "2030".try_into().unwrap(),
            esm_class: EsmClass::DEFAULT.with_udhi(true),
            short_message: segment.user_data().into(),
            ..DeliverSm::default()
        })
        .map(|pdu| Part::of(Body::DeliverSm(pdu)).unwrap())
        .collect();
    parts.try_into().unwrap()
}

fn lives() -> Lives {
    Lives::default().unanswered(HOUR * 2).submitted(HOUR * 24).after_final(HOUR)
}

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const LEASE: Duration = Duration::from_millis(300);
const LIFE: Duration = Duration::from_secs(3600);
const HOUR: Duration = Duration::from_secs(3600);
