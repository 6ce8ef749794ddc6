//! Reading beside the writer, on a connection and a thread of its own: never behind an fsync.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::oneshot;

use crate::message::{
    FinalOutcome, MessageKey, Place, QueueId, RecordDamage, RecordError, Sent, SentMessage, StoredMessage,
    from_millis,
};
use crate::store::backlog::Shared;
use crate::store::window::Position;
use crate::store::{Found, StoreError};

use super::names::Names;
use super::schema::sql_error;

/// The thread, stopped and joined when dropped.
pub(super) struct ReaderThread {
    jobs: Option<SyncSender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

type Job = Box<dyn FnOnce(&Reader) + Send>;

impl ReaderThread {
    pub(super) fn start(reader: Reader) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel::<Job>(READS_WAITING);
        let thread = thread::Builder::new()
            .name("store-reader".to_owned())
            .spawn(move || {
                for job in queue {
                    job(&reader);
                }
            })
            .map_err(StoreError::failed)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `read` on the thread. [`StoreError::Full`] if too many reads wait already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, waiting) = oneshot::channel();
        let job: Job = Box::new(move |reader| {
            // A receiver that is gone has dropped its future, which is its right.
            let _gone = done.send(read(reader));
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Full,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        waiting.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for ReaderThread {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the reader of the message store panicked");
        }
    }
}

pub(super) struct Reader {
    connection: Connection,
    names: Names,
}

impl Reader {
    pub(super) fn new(connection: Connection, names: Names) -> Self {
        Self { connection, names }
    }

    /// Whether a waiting message is leased is for the caller to add.
    pub(super) fn find(&self, key: MessageKey) -> Result<Option<Found>, StoreError> {
        let row = self
            .connection
            .prepare_cached(
                "SELECT m.record, p.queue, p.rank, p.due, p.attempts, s.connector, s.remote_id, s.deadline,
                        f.record
                 FROM (SELECT 1)
                 LEFT JOIN final f ON f.key = ?1
                 LEFT JOIN message m ON m.key = ?1
                 LEFT JOIN place p ON p.key = ?1
                 LEFT JOIN sent s ON s.key = ?1",
            )
            .map_err(sql_error)?
            .query_row([number(key)], |row| {
                Ok((
                    StoredRow::from_row(row, 0)?,
                    SentRow::from_row(row, 5)?,
                    row.get::<_, Option<Vec<u8>>>(8)?,
                ))
            })
            .map_err(sql_error)?;
        Ok(match row {
            (_, _, Some(outcome)) => Some(Found::Final(FinalOutcome::from_record(key, &outcome)?)),
            (None, _, None) => None,
            (Some(stored), None, None) => {
                Some(Found::Waiting { message: self.message(key, &stored)?, leased: false })
            }
            (Some(stored), Some(sent), None) => Some(Found::Sent(SentMessage {
                message: self.message(key, &stored)?,
                sent: self.sent_row(key, sent)?,
            })),
        })
    }

    pub(super) fn sent(
        &self,
        connector: &QueueId,
        remote_id: &str,
    ) -> Result<Option<SentMessage>, StoreError> {
        let Some(connector) = self.names.number(connector) else {
            return Ok(None);
        };
        let key = self
            .connection
            .prepare_cached("SELECT max(key) FROM sent WHERE connector = ?1 AND remote_id = ?2")
            .and_then(|mut statement| {
                statement.query_row(params![connector, remote_id], |row| row.get::<_, Option<i64>>(0))
            })
            .map_err(sql_error)?;
        let Some(key) = key else {
            return Ok(None);
        };
        Ok(match self.find(key_of(key))? {
            Some(Found::Sent(sent)) => Some(sent),
            // It became final between the two reads.
            Some(Found::Final(_) | Found::Waiting { .. }) | None => None,
        })
    }

    pub(super) fn heard(&self, source: &QueueId, id: &str) -> Result<bool, StoreError> {
        let Some(source) = self.names.number(source) else {
            return Ok(false);
        };
        self.connection
            .prepare_cached("SELECT 1 FROM heard WHERE source = ?1 AND id = ?2")
            .and_then(|mut statement| statement.exists(params![source, id]))
            .map_err(sql_error)
    }

    pub(super) fn sent_expired(&self, now: u64, max: usize) -> Result<Vec<SentMessage>, StoreError> {
        let mut expired = Vec::new();
        let keys = self.keys(
            "SELECT key FROM sent WHERE deadline < ?1 ORDER BY deadline, key LIMIT ?2",
            [signed(now), signed_len(max)],
        )?;
        for key in keys {
            match self.find(key) {
                Ok(Some(Found::Sent(sent))) => expired.push(sent),
                Ok(_) => {}
                Err(StoreError::Damaged(damage)) => log_damage(&damage),
                Err(error) => return Err(error),
            }
        }
        Ok(expired)
    }

    /// Reads on in the index of `queue` and tells the windows.
    pub(super) fn extend(&self, shared: &Shared, queue: &QueueId, max: usize) -> Result<(), StoreError> {
        let Some(after) = shared.windows().reading(queue) else {
            return Ok(());
        };
        match self.range(queue, after, max) {
            Ok(entries) => shared.windows().read(&entries, entries.len() < max),
            Err(error) => {
                shared.windows().not_read();
                return Err(error);
            }
        }
        Ok(())
    }

    /// The messages of these keys that still wait, in the same order. A damaged one is logged and `None`.
    pub(super) fn messages(&self, keys: &[MessageKey]) -> Result<Vec<Option<StoredMessage>>, StoreError> {
        let mut messages = Vec::with_capacity(keys.len());
        for key in keys {
            messages.push(match self.find(*key) {
                Ok(Some(Found::Waiting { message, .. })) => Some(message),
                Ok(_) => None,
                Err(StoreError::Damaged(damage)) => {
                    log_damage(&damage);
                    None
                }
                Err(error) => return Err(error),
            });
        }
        Ok(messages)
    }

    fn range(&self, queue: &QueueId, after: Position, max: usize) -> Result<Vec<Position>, StoreError> {
        let Some(queue) = self.names.number(queue) else {
            return Ok(Vec::new());
        };
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT rank, key FROM queue WHERE queue = ?1 AND (rank, key) > (?2, ?3)
                 ORDER BY rank, key LIMIT ?4",
            )
            .map_err(sql_error)?;
        let rows = statement
            .query_map(params![queue, after.rank, number(after.key), signed_len(max)], |row| {
                Ok(Position { rank: row.get(0)?, key: key_of(row.get(1)?) })
            })
            .map_err(sql_error)?;
        rows.collect::<Result<_, _>>().map_err(sql_error)
    }

    fn keys(&self, sql: &str, arguments: [i64; 2]) -> Result<Vec<MessageKey>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(sql_error)?;
        let rows = statement.query_map(arguments, |row| Ok(key_of(row.get(0)?))).map_err(sql_error)?;
        rows.collect::<Result<_, _>>().map_err(sql_error)
    }

    fn message(&self, key: MessageKey, stored: &StoredRow) -> Result<StoredMessage, StoreError> {
        let mut message = StoredMessage::from_record(key, &stored.record)?;
        if let Some(place) = &stored.place {
            let queue = self.names.queue(place.queue).ok_or_else(|| unknown_name(key))?;
            message.place = Place::new(queue, from_millis(unsigned(place.due)));
            message.place.priority = u8::MAX - place.rank;
            message.place.attempts = place.attempts;
        }
        Ok(message)
    }

    fn sent_row(&self, key: MessageKey, sent: SentRow) -> Result<Sent, StoreError> {
        let connector = self.names.queue(sent.connector).ok_or_else(|| unknown_name(key))?;
        let remote_id = sent.remote_id.map(String::into_boxed_str);
        Ok(Sent::new(connector.name().clone(), remote_id, from_millis(unsigned(sent.deadline))))
    }
}

struct StoredRow {
    record: Vec<u8>,
    place: Option<PlaceRow>,
}

struct PlaceRow {
    queue: i64,
    rank: u8,
    due: i64,
    attempts: u16,
}

impl StoredRow {
    fn from_row(row: &Row<'_>, at: usize) -> Result<Option<Self>, rusqlite::Error> {
        let Some(record) = row.get(at)? else {
            return Ok(None);
        };
        let place = match row.get::<_, Option<i64>>(at + 1)? {
            Some(queue) => Some(PlaceRow {
                queue,
                rank: row.get(at + 2)?,
                due: row.get(at + 3)?,
                attempts: row.get(at + 4)?,
            }),
            None => None,
        };
        Ok(Some(Self { record, place }))
    }
}

struct SentRow {
    connector: i64,
    remote_id: Option<String>,
    deadline: i64,
}

impl SentRow {
    fn from_row(row: &Row<'_>, at: usize) -> Result<Option<Self>, rusqlite::Error> {
        let Some(connector) = row.get(at)? else {
            return Ok(None);
        };
        Ok(Some(Self { connector, remote_id: row.get(at + 1)?, deadline: row.get(at + 2)? }))
    }
}

/// Reads a value of `meta`.
pub(super) fn meta<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> Result<Option<T>, StoreError> {
    connection
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(sql_error)
}

/// A key as SQLite holds it.
pub(super) fn number(key: MessageKey) -> i64 {
    signed(key.number())
}

pub(super) fn key_of(number: i64) -> MessageKey {
    MessageKey::new(unsigned(number)).unwrap_or(MessageKey::MAX)
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn signed_len(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn unknown_name(key: MessageKey) -> StoreError {
    StoreError::Damaged(RecordError { key, damage: RecordDamage::Header })
}

fn log_damage(damage: &RecordError) {
    tracing::error!(key = %damage.key, damage = %damage.damage, "message left out, its record is damaged");
}

/// How many reads may wait; one more is answered with [`StoreError::Full`].
const READS_WAITING: usize = 16_384;
