//! A settable clock, stores on it, and short ways to make messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smpp_mc::message::{FinalOutcome, MessageKey, MessageKind, Place, QueueId, Sent, StoredMessage};
use smpp_mc::store::{Change, Found, MemoryStore, MessageStore};
#[cfg(feature = "sqlite")]
use smpp_mc::store::{SqliteStore, SqliteStoreBuilder};
use smpp_session::pdu::MessageState;

/// A clock that moves when told to.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    pub(crate) fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    pub(crate) fn step_back(&self, by: Duration) {
        self.0.fetch_sub(by.as_millis() as u64, Ordering::SeqCst);
    }

    pub(crate) fn function(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}

pub(crate) fn memory(clock: &TestClock) -> MemoryStore {
    MemoryStore::builder().clock(clock.function()).build().unwrap()
}

#[cfg(feature = "sqlite")]
pub(crate) fn sqlite(clock: &TestClock) -> SqliteStoreBuilder {
    SqliteStore::builder().clock(clock.function())
}

/// Index at once, remove at once, keep nothing in memory that the index has.
#[cfg(feature = "sqlite")]
pub(crate) fn eager(store: SqliteStoreBuilder) -> SqliteStoreBuilder {
    store.index_after(Duration::ZERO, 0).remove_after(Duration::ZERO, 0).windows(0, 0)
}

pub(crate) fn connector(name: &str) -> QueueId {
    QueueId::Connector(Arc::from(name))
}

pub(crate) fn esme(name: &str) -> QueueId {
    QueueId::Esme(Arc::from(name))
}

/// A message for `queue`, due now, its PDU telling its key.
pub(crate) fn message(store: &dyn MessageStore, clock: &TestClock, queue: &QueueId) -> StoredMessage {
    let key = store.issue_key();
    let pdu = format!("pdu of {key}").into_bytes().into_boxed_slice();
    StoredMessage::new(key, Arc::from("esme"), MessageKind::Submission, queue.clone(), pdu, clock.now())
}

/// Accepts `count` messages in one commit.
pub(crate) async fn accept(
    store: &dyn MessageStore,
    clock: &TestClock,
    queue: &QueueId,
    count: usize,
) -> Vec<MessageKey> {
    let messages: Vec<_> = (0..count).map(|_| message(store, clock, queue)).collect();
    let keys = messages.iter().map(|message| message.key).collect();
    store.commit(messages.into_iter().map(Change::Accept).collect()).await.unwrap();
    keys
}

pub(crate) async fn lease(
    store: &dyn MessageStore,
    clock: &TestClock,
    queue: &QueueId,
    max: usize,
) -> Vec<MessageKey> {
    let messages = store.lease_due(queue.clone(), clock.now(), max).await.unwrap();
    messages.iter().map(|message| message.key).collect()
}

pub(crate) fn sent(key: MessageKey, connector: &str, remote_id: &str, deadline: SystemTime) -> Change {
    let sent = Sent::new(Arc::from(connector), Some(Box::from(remote_id)), deadline);
    Change::Sent { key, sent }
}

pub(crate) fn delivered(key: MessageKey, done: SystemTime) -> Change {
    Change::Final { key, outcome: FinalOutcome::new(Arc::from("esme"), MessageState::DELIVERED, done) }
}

pub(crate) fn place(key: MessageKey, queue: &QueueId, due: SystemTime, attempts: u16) -> Change {
    let mut place = Place::new(queue.clone(), due);
    place.attempts = attempts;
    Change::Place { key, place }
}

pub(crate) fn heard(source: &str, id: &str, at: SystemTime) -> Change {
    Change::Heard { source: Arc::from(source), id: Box::from(id), at }
}

/// One letter for where a message is: w, l(eased), s, f, or - for nothing.
pub(crate) async fn state_of(store: &dyn MessageStore, key: MessageKey) -> char {
    match store.get(key).await.unwrap() {
        None => '-',
        Some(Found::Waiting { leased: false, .. }) => 'w',
        Some(Found::Waiting { leased: true, .. }) => 'l',
        Some(Found::Sent(_)) => 's',
        Some(Found::Final(_)) => 'f',
        Some(_) => '?',
    }
}
