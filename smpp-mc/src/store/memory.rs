//! [`MemoryStore`]: everything in memory, forgotten with the process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::message::{
    FinalOutcome, MessageIds, MessageKey, QueueId, Sent, SentMessage, StoredMessage, from_millis, to_millis,
};

use super::MessageStore;
use super::change::{Change, Due, Found};
use super::clock::{Clock, system};
use super::error::{Conflict, StoreError};
use super::keys::KeySource;
use super::life::{Life, growth};
use super::window::{Position, Windows};

/// Keeps everything in memory and forgets it with the process: for tests, and where losing what is
/// queued in a crash is acceptable.
///
/// Bounded in messages: waiting and sent ones together up to the capacity, beyond which a commit that
/// adds some answers [`StoreError::Full`]. As many final outcomes and heard ids are remembered; beyond
/// that the earliest are forgotten.
pub struct MemoryStore {
    keys: KeySource,
    ids: MessageIds,
    clock: Clock,
    state: Mutex<State>,
}

impl MemoryStore {
    /// A store for 100,000 messages with a new secret for its message_ids.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the system gives no randomness.
    pub fn new() -> Result<Self, StoreError> {
        Self::builder().build()
    }

    /// Settings other than those of [`new`](Self::new).
    pub fn builder() -> MemoryStoreBuilder {
        MemoryStoreBuilder { capacity: 100_000, secret: None, clock: system() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settings of a [`MemoryStore`].
#[must_use]
pub struct MemoryStoreBuilder {
    capacity: usize,
    secret: Option<[u8; 32]>,
    clock: Clock,
}

impl MemoryStoreBuilder {
    /// How many messages may wait or be sent at once.
    pub fn capacity(self, messages: usize) -> Self {
        Self { capacity: messages, ..self }
    }

    /// The secret of the message_ids, in place of a random one.
    pub fn secret(self, secret: [u8; 32]) -> Self {
        Self { secret: Some(secret), ..self }
    }

    /// The clock that keys follow, in place of the system's.
    pub fn clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The store.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the system gives no randomness.
    pub fn build(self) -> Result<MemoryStore, StoreError> {
        let secret = match self.secret {
            Some(secret) => secret,
            None => {
                let mut secret = [0; 32];
                getrandom::fill(&mut secret).map_err(StoreError::failed)?;
                secret
            }
        };
        let (keys, mark) = KeySource::new(Arc::clone(&self.clock), MessageKey::MIN);
        keys.renewed(mark);
        Ok(MemoryStore {
            keys,
            ids: MessageIds::new(&secret),
            clock: self.clock,
            state: Mutex::new(State {
                capacity: self.capacity,
                messages: BTreeMap::new(),
                windows: Windows::new(0),
                delayed: BTreeSet::new(),
                deadlines: BTreeSet::new(),
                remote: HashMap::new(),
                finals: BTreeMap::new(),
                finals_by_time: BTreeSet::new(),
                heard: HashMap::new(),
                heard_by_time: BTreeSet::new(),
            }),
        })
    }
}

impl MessageStore for MemoryStore {
    fn issue_key(&self) -> MessageKey {
        let (key, renew) = self.keys.issue();
        if let Some(mark) = renew.then(|| self.keys.renewal()).flatten() {
            self.keys.renewed(mark);
        }
        key
    }

    fn message_ids(&self) -> MessageIds {
        self.ids.clone()
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        let now = to_millis((self.clock)());
        ready(self.state().commit(changes, now)).boxed()
    }

    fn commit_later(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let now = to_millis((self.clock)());
        match self.state().commit(changes, now) {
            Err(StoreError::Conflict(conflict)) => {
                tracing::warn!(%conflict, "change dropped");
                Ok(())
            }
            other => other,
        }
    }

    fn get(&self, key: MessageKey) -> BoxFuture<'_, Result<Option<Found>, StoreError>> {
        ready(Ok(self.state().find(key))).boxed()
    }

    fn sent<'a>(
        &'a self,
        connector: &'a str,
        remote_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<SentMessage>, StoreError>> {
        let state = self.state();
        let remote = (Arc::from(connector), Box::from(remote_id));
        let key = state.remote.get(&remote).and_then(|keys| keys.last().copied());
        ready(Ok(key.and_then(|key| state.sent_message(key)))).boxed()
    }

    fn heard<'a>(&'a self, source: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        let heard = (Arc::from(source), Box::from(id));
        ready(Ok(self.state().heard.contains_key(&heard))).boxed()
    }

    fn lease_due(
        &self,
        queue: QueueId,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredMessage>, StoreError>> {
        let mut state = self.state();
        state.promote(to_millis(now));
        let taken = state.windows.take(&queue, max);
        let messages = taken
            .leased
            .iter()
            .filter_map(|(key, _)| state.messages.get(key).map(|entry| entry.message.clone()))
            .collect();
        ready(Ok(messages)).boxed()
    }

    fn release(&self, keys: &[MessageKey]) {
        let mut state = self.state();
        for key in keys {
            state.windows.release(*key);
        }
    }

    fn due_queues(&self, now: SystemTime) -> BoxFuture<'_, Result<Due, StoreError>> {
        let mut state = self.state();
        state.promote(to_millis(now));
        let next = state.delayed.first().map(|(due, _)| from_millis(*due));
        ready(Ok(Due { queues: state.windows.available(), next })).boxed()
    }

    fn sent_expired(
        &self,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<SentMessage>, StoreError>> {
        let state = self.state();
        let now = to_millis(now);
        let expired = state.deadlines.iter().take_while(|(deadline, _)| *deadline < now).take(max);
        ready(Ok(expired.filter_map(|(_, key)| state.sent_message(*key)).collect())).boxed()
    }

    fn purge_final(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut state = self.state();
        let before = to_millis(before);
        let mut purged = 0;
        while (purged as usize) < max && state.forget_final(|done| done < before) {
            purged += 1;
        }
        ready(Ok(purged)).boxed()
    }

    fn purge_heard(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut state = self.state();
        let before = to_millis(before);
        let mut purged = 0;
        while (purged as usize) < max && state.forget_heard(|at| at < before) {
            purged += 1;
        }
        ready(Ok(purged)).boxed()
    }
}

impl core::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryStore")
            .field("messages", &state.messages.len())
            .field("finals", &state.finals.len())
            .finish_non_exhaustive()
    }
}

/// What a sender calls something: its name, and its id.
type Remote = (Arc<str>, Box<str>);

struct State {
    capacity: usize,
    messages: BTreeMap<MessageKey, Entry>,
    windows: Windows,
    delayed: BTreeSet<(u64, MessageKey)>,
    deadlines: BTreeSet<(u64, MessageKey)>,
    remote: HashMap<Remote, BTreeSet<MessageKey>>,
    finals: BTreeMap<MessageKey, FinalOutcome>,
    finals_by_time: BTreeSet<(u64, MessageKey)>,
    heard: HashMap<Remote, u64>,
    heard_by_time: BTreeSet<(u64, Remote)>,
}

struct Entry {
    message: StoredMessage,
    sent: Option<Sent>,
}

impl State {
    fn commit(&mut self, changes: Vec<Change>, now: u64) -> Result<(), StoreError> {
        self.check(&changes)?;
        let growth = growth(&changes);
        if growth > 0 && self.messages.len().saturating_add_signed(growth) > self.capacity {
            return Err(StoreError::Full);
        }
        for change in changes {
            self.apply(change, now);
        }
        Ok(())
    }

    fn check(&self, changes: &[Change]) -> Result<(), Conflict> {
        let mut lives = HashMap::new();
        let mut heard = BTreeSet::new();
        for change in changes {
            if let Change::Heard { source, id, .. } = change {
                let remote = (Arc::clone(source), id.clone());
                if self.heard.contains_key(&remote) || !heard.insert(remote) {
                    return Err(Conflict::Heard { source_name: Arc::clone(source) });
                }
            }
            let Some(key) = change.key() else {
                continue;
            };
            if change.needs_unleased() && self.windows.is_leased(key) {
                return Err(Conflict::Leased(key));
            }
            let life = lives.entry(key).or_insert_with(|| self.life(key));
            *life = life.after(change, key)?;
        }
        Ok(())
    }

    fn life(&self, key: MessageKey) -> Life {
        match self.messages.get(&key) {
            Some(Entry { sent: None, .. }) => Life::Waiting,
            Some(Entry { sent: Some(_), .. }) => Life::Sent,
            None if self.finals.contains_key(&key) => Life::Final,
            None => Life::Unknown,
        }
    }

    /// A change that [`check`](Self::check) allowed.
    fn apply(&mut self, change: Change, now: u64) {
        match change {
            Change::Accept(message) | Change::Replace(message) => {
                let message = whole_milliseconds(message);
                self.remove(message.key);
                self.wait(Entry { message, sent: None }, now);
            }
            Change::Place { key, place } => {
                if let Some(mut entry) = self.remove(key) {
                    entry.message.place = place;
                    entry.message = whole_milliseconds(entry.message);
                    entry.sent = None;
                    self.wait(entry, now);
                }
            }
            Change::Sent { key, mut sent } => {
                if let Some(mut entry) = self.remove(key) {
                    sent.deadline = from_millis(to_millis(sent.deadline));
                    self.deadlines.insert((to_millis(sent.deadline), key));
                    if let Some(remote) = remote(&sent) {
                        self.remote.entry(remote).or_default().insert(key);
                    }
                    entry.sent = Some(sent);
                    self.messages.insert(key, entry);
                }
            }
            Change::Final { key, mut outcome } | Change::Withdraw { key, mut outcome } => {
                self.remove(key);
                if self.finals.len() >= self.capacity {
                    self.forget_final(|_| true);
                }
                outcome.done = from_millis(to_millis(outcome.done));
                self.finals_by_time.insert((to_millis(outcome.done), key));
                self.finals.insert(key, outcome);
            }
            Change::Heard { source, id, at } => {
                if self.heard.len() >= self.capacity {
                    self.forget_heard(|_| true);
                }
                let (remote, at) = ((source, id), to_millis(at));
                self.heard_by_time.insert((at, remote.clone()));
                self.heard.insert(remote, at);
            }
        }
    }

    fn wait(&mut self, entry: Entry, now: u64) {
        let (key, place) = (entry.message.key, &entry.message.place);
        let due = to_millis(place.due);
        if due > now {
            self.delayed.insert((due, key));
        } else {
            self.windows.waiting(&place.queue, Position::new(place.priority, key), None, false);
        }
        self.messages.insert(key, entry);
    }

    /// Takes the message out of wherever it is.
    fn remove(&mut self, key: MessageKey) -> Option<Entry> {
        self.windows.gone(key);
        let entry = self.messages.remove(&key)?;
        self.delayed.remove(&(to_millis(entry.message.place.due), key));
        if let Some(sent) = &entry.sent {
            self.deadlines.remove(&(to_millis(sent.deadline), key));
            if let Some(remote) = remote(sent) {
                let keys = self.remote.get_mut(&remote);
                if keys.is_some_and(|keys| keys.remove(&key) && keys.is_empty()) {
                    self.remote.remove(&remote);
                }
            }
        }
        Some(entry)
    }

    fn promote(&mut self, now: u64) {
        while let Some((due, key)) = self.delayed.first().copied().filter(|(due, _)| *due <= now) {
            self.delayed.remove(&(due, key));
            if let Some(entry) = self.messages.get(&key) {
                let place = &entry.message.place;
                self.windows.waiting(&place.queue, Position::new(place.priority, key), None, false);
            }
        }
    }

    fn find(&self, key: MessageKey) -> Option<Found> {
        if let Some(outcome) = self.finals.get(&key) {
            return Some(Found::Final(outcome.clone()));
        }
        if let Some(sent) = self.sent_message(key) {
            return Some(Found::Sent(sent));
        }
        let message = self.messages.get(&key)?.message.clone();
        Some(Found::Waiting { message, leased: self.windows.is_leased(key) })
    }

    fn sent_message(&self, key: MessageKey) -> Option<SentMessage> {
        let entry = self.messages.get(&key)?;
        let sent = entry.sent.clone()?;
        Some(SentMessage { message: entry.message.clone(), sent })
    }

    /// Forgets the earliest final outcome if its time fits.
    fn forget_final(&mut self, fits: impl Fn(u64) -> bool) -> bool {
        let Some((done, key)) = self.finals_by_time.first().copied().filter(|(done, _)| fits(*done)) else {
            return false;
        };
        self.finals_by_time.remove(&(done, key));
        self.finals.remove(&key).is_some()
    }

    fn forget_heard(&mut self, fits: impl Fn(u64) -> bool) -> bool {
        let Some(first) = self.heard_by_time.first().filter(|(at, _)| fits(*at)).cloned() else {
            return false;
        };
        self.heard_by_time.remove(&first);
        self.heard.remove(&first.1).is_some()
    }
}

fn remote(sent: &Sent) -> Option<Remote> {
    let remote_id = sent.remote_id.clone()?;
    Some((Arc::clone(&sent.connector), remote_id))
}

/// The message as it would come back from a disk.
fn whole_milliseconds(mut message: StoredMessage) -> StoredMessage {
    let whole = |time| from_millis(to_millis(time));
    message.place.due = whole(message.place.due);
    message.expires = message.expires.map(whole);
    message.accepted = whole(message.accepted);
    message
}
