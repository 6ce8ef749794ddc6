//! A queue in memory: lost with the process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{Broker, Leased, Outgoing, Settlement, TrackingId};

/// Keeps what is to be sent in memory, up to a number of messages.
#[derive(Debug)]
pub struct MemoryBroker {
    queue: Mutex<Queue>,
    changed: Notify,
    capacity: usize,
    lease_time: Duration,
}

/// No room for another message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{capacity} messages are waiting already")]
#[non_exhaustive]
pub struct BrokerFull {
    /// How many may wait.
    pub capacity: usize,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<(Instant, TrackingId), Entry>,
    leased: BTreeMap<TrackingId, (Instant, Entry)>,
    last: u64,
}

#[derive(Debug)]
struct Entry {
    message: Outgoing,
    attempts: u32,
}

impl Default for MemoryBroker {
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl MemoryBroker {
    /// Keeps up to `capacity` messages, leased ones included.
    pub fn new(capacity: usize) -> Self {
        Self { queue: Mutex::default(), changed: Notify::new(), capacity, lease_time: LEASE_TIME }
    }

    /// After how long an unsettled lease returns by itself. Default: 10 minutes,
    /// well above any response_timer.
    #[must_use]
    pub fn lease_time(mut self, lease_time: Duration) -> Self {
        self.lease_time = lease_time;
        self
    }

    /// How many messages there are, leased ones included.
    pub fn len(&self) -> usize {
        let queue = self.lock();
        queue.waiting.len() + queue.leased.len()
    }

    /// True if there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Broker for MemoryBroker {
    type Error = BrokerFull;

    async fn enqueue(&self, message: Outgoing) -> Result<TrackingId, BrokerFull> {
        let mut queue = self.lock();
        if queue.waiting.len() + queue.leased.len() >= self.capacity {
            return Err(BrokerFull { capacity: self.capacity });
        }
        queue.last += 1;
        let id = TrackingId(queue.last);
        queue.waiting.insert((Instant::now(), id), Entry { message, attempts: 0 });
        drop(queue);
        self.changed.notify_one();
        Ok(id)
    }

    async fn lease(&self, max: usize) -> Result<Vec<Leased>, BrokerFull> {
        loop {
            let changed = self.changed.notified();
            let next = {
                let now = Instant::now();
                let mut queue = self.lock();
                queue.return_unsettled(now);
                let taken = queue.take(max, now, now + self.lease_time);
                if !taken.is_empty() {
                    return Ok(taken);
                }
                queue.next()
            };
            match next {
                Some(at) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(at) => {}
                },
                None => changed.await,
            }
        }
    }

    async fn settle(&self, id: TrackingId, settlement: Settlement) -> Result<(), BrokerFull> {
        let mut queue = self.lock();
        let Some((_, entry)) = queue.leased.remove(&id) else {
            return Ok(());
        };
        if let Settlement::Retry { after } = settlement {
            queue.waiting.insert((Instant::now() + after, id), entry);
            drop(queue);
            self.changed.notify_one();
        }
        Ok(())
    }
}

impl Queue {
    fn return_unsettled(&mut self, now: Instant) {
        let returned = self.leased.extract_if(.., |_, (until, _)| *until <= now);
        self.waiting.extend(returned.map(|(id, (_, entry))| ((now, id), entry)));
    }

    fn take(&mut self, max: usize, now: Instant, until: Instant) -> Vec<Leased> {
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some(first) = self.waiting.first_entry()
            && first.key().0 <= now
        {
            let ((_, id), mut entry) = first.remove_entry();
            taken.push(Leased { id, message: entry.message.clone(), attempts: entry.attempts });
            entry.attempts = entry.attempts.saturating_add(1);
            self.leased.insert(id, (until, entry));
        }
        taken
    }

    /// When something becomes due without anybody's doing.
    fn next(&self) -> Option<Instant> {
        let due = self.waiting.keys().next().map(|(at, _)| *at);
        let returns = self.leased.values().map(|(until, _)| *until).min();
        due.into_iter().chain(returns).min()
    }
}

const LEASE_TIME: Duration = Duration::from_secs(600);
