//! A broker on disk.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    SqliteError,
    database::Database,
    wire::{decode_parts, encode_parts, millis},
};
use crate::broker::{Broker, Leased, Outgoing, Settlement, TrackingId};

/// A queue in a SQLite file: what was enqueued survives a crash of the process
/// or of the machine.
///
/// A settled message is deleted; one that settled as dead stays, out of the
/// queue, until [`drop_dead`](Self::drop_dead). Leases are in memory: after a
/// crash everything unsettled is due again, so a message may be sent twice, and
/// none is lost. Of each waiting message some 50 octets are in memory.
#[derive(Debug)]
pub struct SqliteBroker {
    database: Database,
    queue: Mutex<Queue>,
    changed: Notify,
    lease_time: Duration,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<(Instant, TrackingId), u32>,
    leased: BTreeMap<TrackingId, (Instant, u32)>,
}

impl SqliteBroker {
    /// Opens or creates the file, and takes up what it holds. Reads a few
    /// octets of each waiting message.
    ///
    /// # Errors
    ///
    /// [`SqliteError::Held`] if another broker has it open.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SqliteError> {
        let connection = Connection::open(path.as_ref())?;
        connection.execute_batch(SCHEMA)?;
        let queue = Mutex::new(Queue { waiting: waiting(&connection)?, leased: BTreeMap::new() });
        drop(connection);
        let database = Database::open(path.as_ref(), SCHEMA)?;
        Ok(Self { database, queue, changed: Notify::new(), lease_time: LEASE_TIME })
    }

    /// After how long an unsettled lease returns by itself. Default: 10 minutes.
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

    /// The messages that settled as dead, the oldest first, up to `max`.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn dead(&self, max: usize) -> Result<Vec<(TrackingId, Outgoing)>, SqliteError> {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let ids = self
            .database
            .run(move |connection| {
                let mut select = connection
                    .prepare_cached("SELECT id FROM message WHERE dead = 1 ORDER BY id LIMIT ?1")?;
                let ids =
                    select.query_map([max], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
                ids.into_iter()
                    .map(|id| Ok((tracking(id), read(connection, tracking(id))?)))
                    .collect::<Result<Vec<_>, SqliteError>>()
            })
            .await?;
        Ok(ids.into_iter().filter_map(|(id, message)| message.map(|message| (id, message))).collect())
    }

    /// Forgets a message that settled as dead.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn drop_dead(&self, id: TrackingId) -> Result<(), SqliteError> {
        let row = row_of(id);
        self.database
            .run(move |connection| {
                connection
                    .prepare_cached("DELETE FROM message WHERE id = ?1 AND dead = 1")?
                    .execute([row])?;
                Ok(())
            })
            .await
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waits(&self, due: Instant, id: TrackingId, attempts: u32) {
        self.lock().waiting.insert((due, id), attempts);
        self.changed.notify_one();
    }

    /// Takes ids, or says when there may be some.
    fn take(&self, max: usize) -> Result<Vec<(TrackingId, u32)>, Option<Instant>> {
        let now = Instant::now();
        let mut queue = self.lock();
        let returned: Vec<_> = queue.leased.extract_if(.., |_, (until, _)| *until <= now).collect();
        queue.waiting.extend(returned.into_iter().map(|(id, (_, attempts))| ((now, id), attempts)));
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some(first) = queue.waiting.first_entry()
            && first.key().0 <= now
        {
            let ((_, id), attempts) = first.remove_entry();
            queue.leased.insert(id, (now + self.lease_time, attempts.saturating_add(1)));
            taken.push((id, attempts));
        }
        if !taken.is_empty() {
            return Ok(taken);
        }
        let due = queue.waiting.keys().next().map(|(at, _)| *at);
        Err(due.into_iter().chain(queue.leased.values().map(|(until, _)| *until)).min())
    }
}

impl Broker for SqliteBroker {
    type Error = SqliteError;

    async fn enqueue(&self, message: Outgoing) -> Result<TrackingId, SqliteError> {
        let parts = encode_parts(message.parts())?;
        let reference = message.reference().map(str::to_owned);
        let resend = message.resends_unknown();
        let row = self
            .database
            .run(move |connection| {
                let insert = "INSERT INTO message (due, attempts, dead, resend, reference, parts) VALUES (0, 0, 0, ?1, ?2, ?3)";
                connection.prepare_cached(insert)?.execute(params![resend, reference, parts])?;
                Ok(connection.last_insert_rowid())
            })
            .await?;
        let id = tracking(row);
        self.waits(Instant::now(), id, 0);
        Ok(id)
    }

    async fn lease(&self, max: usize) -> Result<Vec<Leased>, SqliteError> {
        let taken = loop {
            let changed = self.changed.notified();
            match self.take(max) {
                Ok(taken) => break Taken { broker: self, ids: taken },
                Err(Some(at)) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(at) => {}
                },
                Err(None) => changed.await,
            }
        };
        let ids = taken.ids.clone();
        let read_all = move |connection: &Connection| {
            let each = ids.into_iter().map(|(id, attempts)| Ok((id, attempts, read(connection, id)?)));
            each.collect::<Result<Vec<_>, SqliteError>>()
        };
        let rows = self.database.run(read_all).await?;
        taken.kept();
        let leased = rows
            .into_iter()
            .filter_map(|(id, attempts, message)| Some(Leased { id, message: message?, attempts }));
        Ok(leased.collect())
    }

    async fn settle(&self, id: TrackingId, settlement: Settlement) -> Result<(), SqliteError> {
        let Some(attempts) = self.lock().leased.get(&id).map(|(_, attempts)| *attempts) else {
            return Ok(());
        };
        let row = row_of(id);
        self.database
            .run(move |connection| {
                match settlement {
                    Settlement::Done => {
                        connection.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([row])?
                    }
                    Settlement::Dead => connection
                        .prepare_cached("UPDATE message SET dead = 1 WHERE id = ?1")?
                        .execute([row])?,
                    Settlement::Retry { after } => connection
                        .prepare_cached("UPDATE message SET due = ?2, attempts = ?3 WHERE id = ?1")?
                        .execute(params![row, millis(SystemTime::now() + after), attempts])?,
                };
                Ok(())
            })
            .await?;
        self.lock().leased.remove(&id);
        if let Settlement::Retry { after } = settlement {
            self.waits(Instant::now() + after, id, attempts);
        }
        Ok(())
    }
}

/// Ids taken from the queue; they go back if the lease is given up.
struct Taken<'a> {
    broker: &'a SqliteBroker,
    ids: Vec<(TrackingId, u32)>,
}

impl Taken<'_> {
    fn kept(mut self) {
        self.ids.clear();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.ids.is_empty() {
            return;
        }
        let mut queue = self.broker.lock();
        for (id, attempts) in self.ids.drain(..) {
            queue.leased.remove(&id);
            queue.waiting.insert((Instant::now(), id), attempts);
        }
        drop(queue);
        self.broker.changed.notify_one();
    }
}

fn waiting(connection: &Connection) -> Result<BTreeMap<(Instant, TrackingId), u32>, SqliteError> {
    let (now, now_millis) = (Instant::now(), millis(SystemTime::now()));
    let mut select = connection.prepare("SELECT id, due, attempts FROM message WHERE dead = 0")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))?;
    let mut waiting = BTreeMap::new();
    for row in rows {
        let (id, due, attempts) = row?;
        let after = u64::try_from(due.saturating_sub(now_millis)).unwrap_or(0);
        waiting.insert((now + Duration::from_millis(after), tracking(id)), attempts);
    }
    Ok(waiting)
}

fn read(connection: &Connection, id: TrackingId) -> Result<Option<Outgoing>, SqliteError> {
    let mut select =
        connection.prepare_cached("SELECT parts, reference, resend FROM message WHERE id = ?1")?;
    let row = select.query_row([row_of(id)], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, bool>(2)?))
    });
    let Some((parts, reference, resend)) = row.optional()? else {
        return Ok(None);
    };
    Ok(Some(Outgoing::from_parts(decode_parts(&parts)?, reference, resend)))
}

fn row_of(TrackingId(id): TrackingId) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

fn tracking(row: i64) -> TrackingId {
    TrackingId(u64::try_from(row).unwrap_or_default())
}

const LEASE_TIME: Duration = Duration::from_secs(600);

/// AUTOINCREMENT: an id is never used twice.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        due INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        dead INTEGER NOT NULL,
        resend INTEGER NOT NULL,
        reference TEXT,
        parts BLOB NOT NULL
    ) STRICT;
";
