//! A store in memory that is slow or full when the test says so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use smpp_mc::message::{MessageIds, MessageKey, QueueId, SentMessage, StoredMessage};
use smpp_mc::store::{Change, Due, Found, MemoryStore, MessageStore, StoreError};

pub(crate) struct Hindered {
    store: MemoryStore,
    full: AtomicBool,
    refused: AtomicUsize,
    slow_gets: Mutex<Vec<Duration>>,
    slow_overdue: Mutex<Duration>,
}

impl Hindered {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self {
            store,
            full: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            slow_gets: Mutex::default(),
            slow_overdue: Mutex::default(),
        }
    }

    /// From now on whether the disk has no room for anything.
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// Commits that found no room.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// The next message that is looked up is found so late.
    pub(crate) fn find_late(&self, delay: Duration) {
        self.slow_gets.lock().unwrap().push(delay);
    }

    /// Overdue messages are told of so late, when they may not be overdue any more.
    pub(crate) fn tell_overdue_late(&self, delay: Duration) {
        *self.slow_overdue.lock().unwrap() = delay;
    }
}

impl MessageStore for Hindered {
    fn issue_key(&self) -> MessageKey {
        self.store.issue_key()
    }

    fn message_ids(&self) -> MessageIds {
        self.store.message_ids()
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.full.load(Ordering::Relaxed) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return ready(Err(StoreError::Full)).boxed();
        }
        self.store.commit(changes)
    }

    fn commit_later(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.store.commit_later(changes)
    }

    fn get(&self, key: MessageKey) -> BoxFuture<'_, Result<Option<Found>, StoreError>> {
        let delay = self.slow_gets.lock().unwrap().pop().unwrap_or_default();
        let found = self.store.get(key);
        async move {
            tokio::time::sleep(delay).await;
            found.await
        }
        .boxed()
    }

    fn sent<'a>(
        &'a self,
        connector: &'a str,
        remote_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<SentMessage>, StoreError>> {
        self.store.sent(connector, remote_id)
    }

    fn heard<'a>(&'a self, source: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.heard(source, id)
    }

    fn lease_due(
        &self,
        queue: QueueId,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredMessage>, StoreError>> {
        self.store.lease_due(queue, now, max)
    }

    fn release(&self, keys: &[MessageKey]) {
        self.store.release(keys);
    }

    fn due_queues(&self, now: SystemTime) -> BoxFuture<'_, Result<Due, StoreError>> {
        self.store.due_queues(now)
    }

    fn sent_expired(
        &self,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<SentMessage>, StoreError>> {
        let delay = *self.slow_overdue.lock().unwrap();
        let overdue = self.store.sent_expired(now, max);
        async move {
            let overdue = overdue.await?;
            if !overdue.is_empty() {
                tokio::time::sleep(delay).await;
            }
            Ok(overdue)
        }
        .boxed()
    }

    fn purge_final(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.purge_final(before, max)
    }

    fn purge_heard(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.purge_heard(before, max)
    }
}
