//! [`SqliteStore`]: the durable default, embedded.
//!
//! One writer thread commits for all callers (`group_commit`), one thread reads, one moves the write-ahead
//! log into the file. The tables are those of `schema`; what is written later is in `upkeep`.

mod checkpoint;
mod names;
mod reader;
mod schema;
mod upkeep;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::message::{MessageIds, MessageKey, QueueId, SentMessage, StoredMessage, from_millis, to_millis};

use self::checkpoint::Checkpointer;
use self::names::Names;
use self::reader::{Reader, ReaderThread, key_of, meta, number};
use self::schema::{open_checkpointer, open_reader, open_writer};
use self::upkeep::UpkeepSettings;
use self::writer::{KEY_MARK, SqliteEngine, write_meta};
use super::MessageStore;
use super::backlog::{Limits, Purge, Shared};
use super::change::{Change, Due, Found};
use super::clock::{Clock, system};
use super::error::StoreError;
use super::group_commit::Writer;
use super::keys::KeySource;
use super::window::Windows;

/// Keeps messages in an SQLite file, durable when a commit completes.
///
/// The file `messages.sqlite` and its write-ahead log lie in a folder of the caller's, who sees to it that
/// one process at a time opens it. Memory does not grow with what is queued. When the disk or the quota
/// is full, commits that bring new messages answer [`StoreError::Full`] until there is room again; what ends
/// messages is let through as long as the disk allows. After any other error of the disk the store has
/// [failed](StoreError::Failed) and has to be opened again.
///
/// At most 65,536 changes with 64 MiB of PDUs wait to be written; beyond that a commit with new messages
/// answers [`StoreError::Full`] at once, one without at twice these limits.
///
/// Dropping the store writes what was handed over and waits for it.
pub struct SqliteStore {
    shared: Arc<Shared>,
    ids: MessageIds,
    // Dropped in this order: the writer first, which still has something to write.
    _writer: Writer,
    _checkpointer: Checkpointer,
    reader: ReaderThread,
}

impl SqliteStore {
    /// Opens the store in `folder`, creating it if there is none, and recovers: when this returns, all that
    /// was committed before is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Version`] if a later version of this program wrote the data, [`StoreError::Failed`]
    /// if the file cannot be opened or is not a message store.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::builder().open(folder)
    }

    /// Settings other than those of [`open`](Self::open).
    pub fn builder() -> SqliteStoreBuilder {
        SqliteStoreBuilder {
            clock: system(),
            max_octets: None,
            limits: Limits {
                backlog_changes: 65_536,
                backlog_octets: 64 << 20,
                window: 256,
                positions: 131_072,
            },
            upkeep: UpkeepSettings {
                index_after: Duration::from_secs(2),
                index_at: 65_536,
                remove_after: Duration::from_secs(60),
                remove_at: 500_000,
                step: 1_000,
            },
        }
    }

    async fn lease(
        &self,
        queue: QueueId,
        now: SystemTime,
        max: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.promote(now).await?;
        let mut leases = Leases { shared: &self.shared, taken: Vec::new() };
        loop {
            let taken = self.shared.windows().take(&queue, max.saturating_sub(leases.taken.len()));
            leases.taken.extend(taken.leased.into_iter().map(|(key, message)| (key, message.map(|m| *m))));
            if !taken.more {
                break;
            }
            let (shared, queue) = (Arc::clone(&self.shared), queue.clone());
            let entries = max.clamp(READ_AT_LEAST, READ_AT_MOST);
            self.reader.run(move |reader| reader.extend(&shared, &queue, entries)).await?;
        }
        let missing: Vec<_> =
            leases.taken.iter().filter(|(_, message)| message.is_none()).map(|(key, _)| *key).collect();
        if missing.is_empty() {
            return Ok(leases.keep());
        }
        let mut found = self.reader.run(move |reader| reader.messages(&missing)).await?.into_iter();
        for (_, message) in leases.taken.iter_mut().filter(|(_, message)| message.is_none()) {
            *message = found.next().flatten();
        }
        Ok(leases.keep())
    }

    /// Moves what is due at `now` into its queues.
    async fn promote(&self, now: SystemTime) -> Result<(), StoreError> {
        let now = to_millis(now);
        while self.shared.next_due().is_some_and(|due| due <= now) {
            completed(self.shared.promote(now)?).await?;
        }
        Ok(())
    }
}

/// Settings of a [`SqliteStore`].
#[must_use]
pub struct SqliteStoreBuilder {
    clock: Clock,
    max_octets: Option<u64>,
    limits: Limits,
    upkeep: UpkeepSettings,
}

impl SqliteStoreBuilder {
    /// The clock that keys follow and that decides what is delayed, in place of the system's.
    pub fn clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// From which size of the file on no new messages are accepted. Unlimited if not set. A margin of an
    /// eighth, and at least 4 MiB, is kept for what ends messages.
    pub fn max_octets(self, octets: u64) -> Self {
        Self { max_octets: Some(octets), ..self }
    }

    /// How many changes, with how many octets of PDUs, may wait to be written.
    pub fn backlog(mut self, changes: usize, octets: usize) -> Self {
        self.limits.backlog_changes = changes;
        self.limits.backlog_octets = octets;
        self
    }

    /// A message is entered in the queue index after waiting for `after`, up to twice as long, or when
    /// `messages` wait without an entry: 2 s and 65,536 if not set. Until then it is in memory, and found
    /// after a crash by a scan. Zero messages: with the next commit.
    pub fn index_after(mut self, after: Duration, messages: usize) -> Self {
        self.upkeep.index_after = after;
        self.upkeep.index_at = messages;
        self
    }

    /// Finished messages are removed from the file `after` the first of them finished, or when there are
    /// so many: 60 s and 500,000 if not set.
    pub fn remove_after(mut self, after: Duration, messages: usize) -> Self {
        self.upkeep.remove_after = after;
        self.upkeep.remove_at = messages;
        self
    }

    /// How many rows one transaction writes or removes for upkeep at least, at most so many and twice the
    /// changes it makes: 1,000 if not set, which takes a millisecond or two.
    pub fn upkeep_step(mut self, rows: usize) -> Self {
        self.upkeep.step = rows.max(1);
        self
    }

    /// Beyond `positions` waiting messages held in memory, all but the first `window` of each queue are
    /// left to the index: 131,072 and 256 if not set. Some 150 octets each.
    pub fn windows(mut self, positions: usize, window: usize) -> Self {
        self.limits.positions = positions;
        self.limits.window = window;
        self
    }

    /// Opens the store, as [`SqliteStore::open`] does.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    pub fn open(self, folder: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let file = folder.as_ref().join(FILE);
        let connection = open_writer(&file)?;
        let ids = MessageIds::new(&secret(&connection)?);
        let stored = key_of(meta(&connection, KEY_MARK)?.unwrap_or(0));
        let (keys, mark) = KeySource::new(Arc::clone(&self.clock), stored);
        write_meta(&connection, KEY_MARK, &number(mark))?;
        let names = Names::load(&connection)?;
        let written = Arc::new(AtomicBool::new(true));
        let quota = self.max_octets.map(|octets| i64::try_from(octets / PAGE).unwrap_or(i64::MAX));
        let mut engine =
            SqliteEngine::new(connection, names.clone(), self.upkeep, quota, Arc::clone(&written))?;
        let mut windows = Windows::new(WINDOW_OCTETS);
        for queue in engine.indexed_queues()? {
            windows.stored(queue);
        }
        for (queue, position) in engine.fresh_places() {
            windows.waiting(&queue, position, None, false);
        }
        let next_due = super::engine::Engine::next_due(&mut engine)?;
        let shared = Arc::new(Shared::new(keys, self.clock, self.limits, windows, next_due));
        let reader = ReaderThread::start(Reader::new(open_reader(&file)?, names))?;
        let checkpointer = Checkpointer::start(open_checkpointer(&file)?, Arc::clone(&shared), written)?;
        let writer = Writer::start(&shared, engine)?;
        Ok(SqliteStore { shared, ids, _writer: writer, _checkpointer: checkpointer, reader })
    }
}

impl MessageStore for SqliteStore {
    fn issue_key(&self) -> MessageKey {
        self.shared.issue_key()
    }

    fn message_ids(&self) -> MessageIds {
        self.ids.clone()
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        let handed_over = self.shared.commit(changes);
        async move { completed(handed_over?).await }.boxed()
    }

    fn commit_later(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.shared.commit_later(changes)
    }

    fn get(&self, key: MessageKey) -> BoxFuture<'_, Result<Option<Found>, StoreError>> {
        async move {
            let mut found = self.reader.run(move |reader| reader.find(key)).await?;
            if let Some(Found::Waiting { leased, .. }) = &mut found {
                *leased = self.shared.windows().is_leased(key);
            }
            Ok(found)
        }
        .boxed()
    }

    fn sent<'a>(
        &'a self,
        connector: &'a str,
        remote_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<SentMessage>, StoreError>> {
        let connector = QueueId::Connector(Arc::from(connector));
        let remote_id = remote_id.to_owned();
        self.reader.run(move |reader| reader.sent(&connector, &remote_id)).boxed()
    }

    fn heard<'a>(&'a self, source: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        let source = QueueId::Connector(Arc::from(source));
        let id = id.to_owned();
        self.reader.run(move |reader| reader.heard(&source, &id)).boxed()
    }

    fn lease_due(
        &self,
        queue: QueueId,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredMessage>, StoreError>> {
        self.lease(queue, now, max).boxed()
    }

    fn release(&self, keys: &[MessageKey]) {
        let mut windows = self.shared.windows();
        for key in keys {
            windows.release(*key);
        }
    }

    fn due_queues(&self, now: SystemTime) -> BoxFuture<'_, Result<Due, StoreError>> {
        async move {
            self.promote(now).await?;
            let queues = self.shared.windows().available();
            Ok(Due { queues, next: self.shared.next_due().map(from_millis) })
        }
        .boxed()
    }

    fn sent_expired(
        &self,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<SentMessage>, StoreError>> {
        self.reader.run(move |reader| reader.sent_expired(to_millis(now), max)).boxed()
    }

    fn purge_final(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        let handed_over = self.shared.purge(Purge::Final, to_millis(before), max);
        async move { completed(handed_over?).await }.boxed()
    }

    fn purge_heard(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>> {
        let handed_over = self.shared.purge(Purge::Heard, to_millis(before), max);
        async move { completed(handed_over?).await }.boxed()
    }
}

impl core::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SqliteStore").field("failure", &self.shared.failure()).finish_non_exhaustive()
    }
}

/// Leases of a call under way, given back if it fails or is dropped.
struct Leases<'a> {
    shared: &'a Shared,
    taken: Vec<(MessageKey, Option<StoredMessage>)>,
}

impl Leases<'_> {
    /// The call succeeded. What could not be read is left out and stays leased, so that it is not met again.
    fn keep(mut self) -> Vec<StoredMessage> {
        std::mem::take(&mut self.taken).into_iter().filter_map(|(_, message)| message).collect()
    }
}

impl Drop for Leases<'_> {
    fn drop(&mut self) {
        let mut windows = self.shared.windows();
        for (key, _) in &self.taken {
            windows.release(*key);
        }
    }
}

async fn completed<T>(waiting: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
    waiting.await.unwrap_or(Err(StoreError::Closed))
}

/// The secret of the message_ids, made once.
fn secret(connection: &rusqlite::Connection) -> Result<[u8; 32], StoreError> {
    const NAME: &str = "message_id_secret";
    match meta::<Vec<u8>>(connection, NAME)? {
        Some(secret) => {
            <[u8; 32]>::try_from(secret).map_err(|_| StoreError::failed("secret of the message_ids damaged"))
        }
        None => {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(StoreError::failed)?;
            write_meta(connection, NAME, &secret.as_slice())?;
            Ok(secret)
        }
    }
}

const FILE: &str = "messages.sqlite";
/// Octets in a page of the file.
const PAGE: u64 = 4_096;
/// How much of the messages themselves the windows hold in memory.
const WINDOW_OCTETS: usize = 16 << 20;
/// How many entries of the index one read brings.
const READ_AT_LEAST: usize = 64;
const READ_AT_MOST: usize = 1_024;
