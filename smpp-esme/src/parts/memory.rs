//! Parts in memory: lost with the process.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use futures::future::{BoxFuture, ready};

use super::{Part, PartKey, PartStore, PartStoreError};

/// Keeps parts in memory, for at most a day and at most 10,000 of them.
///
/// A message whose parts do not all come is dropped after its time; a new one
/// that finds no room is refused with [`PartStoreError::Full`] once nothing is
/// left that is too old.
#[derive(Debug)]
pub struct MemoryParts {
    waiting: Mutex<Waiting>,
    life: Duration,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    messages: BTreeMap<PartKey, Incomplete>,
    parts: usize,
}

#[derive(Debug)]
struct Incomplete {
    parts: BTreeMap<u8, Part>,
    last: SystemTime,
}

impl Default for MemoryParts {
    fn default() -> Self {
        Self::new(Duration::from_secs(24 * 3600), 10_000)
    }
}

impl MemoryParts {
    /// Keeps up to `capacity` parts, each message for `life` after its latest
    /// part.
    pub fn new(life: Duration, capacity: usize) -> Self {
        Self { waiting: Mutex::default(), life, capacity }
    }

    fn put(&self, part: Part, now: SystemTime) -> Result<Option<Vec<Part>>, PartStoreError> {
        let mut waiting = self.lock();
        if waiting.messages.get(&part.key).is_some_and(|message| message.is_older_than(self.life, now)) {
            waiting.remove(&part.key);
        }
        if waiting.parts >= self.capacity {
            waiting.drop_older_than(self.life, now);
        }
        if waiting.parts >= self.capacity {
            return Err(PartStoreError::Full);
        }
        let total = usize::from(part.key.total);
        let message = waiting.messages.entry(part.key.clone()).or_insert_with(|| Incomplete::new(now));
        message.last = now;
        let added = message.parts.insert(part.number, part).is_none();
        let whole = (message.parts.len() >= total).then(|| message.parts.values().cloned().collect());
        waiting.parts += usize::from(added);
        Ok(whole)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn remove(&mut self, key: &PartKey) {
        if let Some(message) = self.messages.remove(key) {
            self.parts = self.parts.saturating_sub(message.parts.len());
        }
    }

    fn drop_older_than(&mut self, life: Duration, now: SystemTime) {
        self.messages.retain(|_, message| !message.is_older_than(life, now));
        self.parts = self.messages.values().map(|message| message.parts.len()).sum();
    }
}

impl Incomplete {
    fn new(now: SystemTime) -> Self {
        Self { parts: BTreeMap::new(), last: now }
    }

    fn is_older_than(&self, life: Duration, now: SystemTime) -> bool {
        now.duration_since(self.last).is_ok_and(|age| age > life)
    }
}

impl PartStore for MemoryParts {
    fn keep(&self, part: Part, now: SystemTime) -> BoxFuture<'_, Result<Option<Vec<Part>>, PartStoreError>> {
        Box::pin(ready(self.put(part, now)))
    }

    fn forget<'a>(&'a self, key: &'a PartKey) -> BoxFuture<'a, Result<(), PartStoreError>> {
        self.lock().remove(key);
        Box::pin(ready(Ok(())))
    }
}
