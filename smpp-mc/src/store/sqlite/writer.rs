//! The one writer: what each change does to the tables.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{Connection, params};

use crate::message::{MessageKey, Place, QueueId, Sent, StoredMessage, to_millis};
use crate::store::engine::{Engine, Refusal};
use crate::store::life::{Life, growth};
use crate::store::window::Position;
use crate::store::{Change, Conflict, StoreError};

use super::names::Names;
use super::reader::{key_of, number, signed, signed_len};
use super::schema::sql_error;
use super::upkeep::{Upkeep, UpkeepSettings};

/// Owns the writing connection, and knows which messages the queue index does not hold yet.
pub(super) struct SqliteEngine {
    pub(super) connection: Connection,
    names: Names,
    /// Messages that are not final and have no row in `queue`, nor need one but for a restart.
    pub(super) fresh: BTreeMap<MessageKey, Fresh>,
    pub(super) upkeep: Upkeep,
    /// No key above this one was ever accepted.
    pub(super) top: MessageKey,
    quota: Option<Quota>,
    undo: Undo,
    /// Messages that the open transaction has entered in the index as they came.
    entered: Vec<MessageKey>,
    /// How many changes the open transaction has applied.
    pub(super) applied: usize,
    /// Set when there is something for a checkpoint.
    written: Arc<AtomicBool>,
}

/// Where a message waits that the index does not know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fresh {
    pub(super) queue: i64,
    pub(super) rank: u8,
    /// A connector has taken it: there is a row in `sent`.
    pub(super) sent: bool,
}

/// Limits the pages in use. What ends messages may go beyond, so that a full store can be emptied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    pub(super) pages: i64,
    pub(super) reached: bool,
}

/// How to take the open transaction back in memory.
#[derive(Default)]
struct Undo {
    fresh: Vec<(MessageKey, Option<Fresh>)>,
    names: Vec<i64>,
}

/// Where a message is, as the tables have it.
enum Current {
    Unknown,
    Final,
    Fresh(Fresh),
    Stored { queue: i64, rank: u8, due: i64, moved: bool, sent: bool },
}

impl Current {
    fn life(&self) -> Life {
        match self {
            Self::Unknown => Life::Unknown,
            Self::Final => Life::Final,
            Self::Fresh(Fresh { sent: true, .. }) | Self::Stored { sent: true, .. } => Life::Sent,
            Self::Fresh(_) | Self::Stored { .. } => Life::Waiting,
        }
    }
}

impl SqliteEngine {
    /// `quota` in pages.
    pub(super) fn new(
        connection: Connection,
        names: Names,
        settings: UpkeepSettings,
        quota: Option<i64>,
        written: Arc<AtomicBool>,
    ) -> Result<Self, StoreError> {
        if let Some(pages) = quota {
            let most = pages.saturating_add((pages / 8).max(PAGES_TO_EMPTY));
            connection
                .query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))
                .map_err(sql_error)?;
        }
        let top = connection
            .query_row(
                "SELECT max(ifnull((SELECT max(key) FROM message), 0), ifnull((SELECT max(key) FROM final), 0))",
                [],
                |row| row.get(0),
            )
            .map_err(sql_error)?;
        let mut engine = Self {
            names,
            fresh: BTreeMap::new(),
            upkeep: Upkeep::load(&connection, settings, key_of(top))?,
            top: key_of(top),
            quota: quota.map(|pages| Quota { pages, reached: false }),
            undo: Undo::default(),
            entered: Vec::new(),
            applied: 0,
            written,
            connection,
        };
        engine.recover_fresh()?;
        Ok(engine)
    }

    /// The queues and positions that only `fresh` knows.
    pub(super) fn fresh_places(&self) -> Vec<(QueueId, Position)> {
        let place = |(key, fresh): (&MessageKey, &Fresh)| {
            Some((self.names.queue(fresh.queue)?, Position { rank: fresh.rank, key: *key }))
        };
        self.fresh.iter().filter_map(place).collect()
    }

    /// The queues that have rows in the index.
    pub(super) fn indexed_queues(&self) -> Result<Vec<QueueId>, StoreError> {
        let mut queues = Vec::new();
        let mut statement = self
            .connection
            .prepare("SELECT queue FROM queue WHERE queue > ?1 ORDER BY queue LIMIT 1")
            .map_err(sql_error)?;
        let mut last = i64::MIN;
        loop {
            let mut rows = statement.query([last]).map_err(sql_error)?;
            let Some(row) = rows.next().map_err(sql_error)? else {
                return Ok(queues);
            };
            last = row.get(0).map_err(sql_error)?;
            queues.extend(self.names.queue(last));
        }
    }

    pub(super) fn execute(&self, sql: &str, arguments: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(arguments))
            .map_err(sql_error)
    }

    pub(super) fn set_fresh(&mut self, key: MessageKey, fresh: Option<Fresh>) {
        let before = match fresh {
            Some(fresh) => self.fresh.insert(key, fresh),
            None => self.fresh.remove(&key),
        };
        self.undo.fresh.push((key, before));
    }

    pub(super) fn index(&self, queue: i64, rank: u8, key: MessageKey) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO queue (queue, rank, key) VALUES (?1, ?2, ?3)",
            params![queue, rank, number(key)],
        )?;
        Ok(())
    }

    /// After a start: what was accepted above the mark and left alone since. A sweep that was cut short has
    /// entered some of it.
    fn recover_fresh(&mut self) -> Result<(), StoreError> {
        let mut statement = self
            .connection
            .prepare(
                "SELECT key, queue, rank FROM message m WHERE key > ?1 AND indexed = 0
                 AND NOT EXISTS (SELECT 1 FROM final f WHERE f.key = m.key)
                 AND NOT EXISTS (SELECT 1 FROM sent s WHERE s.key = m.key)
                 AND NOT EXISTS (SELECT 1 FROM place p WHERE p.key = m.key)
                 AND NOT EXISTS
                 (SELECT 1 FROM queue q WHERE q.queue = m.queue AND q.rank = m.rank AND q.key = m.key)",
            )
            .map_err(sql_error)?;
        let mut rows = statement.query([number(self.upkeep.index_mark)]).map_err(sql_error)?;
        while let Some(row) = rows.next().map_err(sql_error)? {
            let key = key_of(row.get(0).map_err(sql_error)?);
            let queue = row.get(1).map_err(sql_error)?;
            let rank = row.get(2).map_err(sql_error)?;
            self.fresh.insert(key, Fresh { queue, rank, sent: false });
        }
        Ok(())
    }

    fn check(&self, changes: &[Change]) -> Result<(), Refusal> {
        let mut lives = HashMap::new();
        let mut heard = HashSet::new();
        for change in changes {
            if let Change::Heard { source, id, .. } = change {
                let known = !heard.insert((source, id)) || self.is_heard(source, id)?;
                if known {
                    return Err(list(Conflict::Heard { source_name: Arc::clone(source) }));
                }
            }
            let Some(key) = change.key() else {
                continue;
            };
            let life = match lives.get(&key) {
                Some(life) => *life,
                None => self.current(key)?.life(),
            };
            lives.insert(key, life.after(change, key).map_err(list)?);
        }
        Ok(())
    }

    fn current(&self, key: MessageKey) -> Result<Current, StoreError> {
        if let Some(fresh) = self.fresh.get(&key) {
            return Ok(Current::Fresh(*fresh));
        }
        if key > self.top {
            return Ok(Current::Unknown);
        }
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT f.key IS NOT NULL, m.key IS NOT NULL, p.key IS NOT NULL, s.key IS NOT NULL,
                        ifnull(p.queue, m.queue), ifnull(p.rank, m.rank), ifnull(p.due, m.due)
                 FROM (SELECT 1)
                 LEFT JOIN final f ON f.key = ?1
                 LEFT JOIN message m ON m.key = ?1
                 LEFT JOIN place p ON p.key = ?1
                 LEFT JOIN sent s ON s.key = ?1",
            )
            .map_err(sql_error)?;
        statement
            .query_row([number(key)], |row| {
                Ok(match (row.get(0)?, row.get(1)?) {
                    (true, _) => Current::Final,
                    (false, false) => Current::Unknown,
                    (false, true) => Current::Stored {
                        moved: row.get(2)?,
                        sent: row.get(3)?,
                        queue: row.get(4)?,
                        rank: row.get(5)?,
                        due: row.get(6)?,
                    },
                })
            })
            .map_err(sql_error)
    }

    fn is_heard(&self, source: &Arc<str>, id: &str) -> Result<bool, StoreError> {
        let Some(source) = self.names.number(&QueueId::Connector(Arc::clone(source))) else {
            return Ok(false);
        };
        self.connection
            .prepare_cached("SELECT 1 FROM heard WHERE source = ?1 AND id = ?2")
            .and_then(|mut statement| statement.exists(params![source, id]))
            .map_err(sql_error)
    }

    /// A change that [`check`](Self::check) allowed.
    fn make(&mut self, change: &Change, now: u64) -> Result<(), StoreError> {
        match change {
            Change::Accept(message) => self.accept(message, now),
            Change::Replace(message) => self.replace(message, now),
            Change::Place { key, place } => self.place(*key, place, now),
            Change::Sent { key, sent } => self.sent(*key, sent),
            Change::Final { key, outcome } | Change::Withdraw { key, outcome } => {
                self.leave(*key)?;
                self.execute(
                    "INSERT INTO final (key, done, record) VALUES (?1, ?2, ?3)",
                    params![number(*key), signed(to_millis(outcome.done)), outcome.to_record(*key)],
                )?;
                self.upkeep.finished(*key);
                Ok(())
            }
            Change::Heard { source, id, at } => {
                let source = self.number(&QueueId::Connector(Arc::clone(source)))?;
                self.execute(
                    "INSERT INTO heard (source, id, at) VALUES (?1, ?2, ?3)",
                    params![source, id, signed(to_millis(*at))],
                )?;
                Ok(())
            }
        }
    }

    fn accept(&mut self, message: &StoredMessage, now: u64) -> Result<(), StoreError> {
        let key = message.key;
        let queue = self.number(&message.place.queue)?;
        let rank = u8::MAX - message.place.priority;
        let due = to_millis(message.place.due);
        // Below the mark the index is complete, or will be in a moment: who comes late is entered at once.
        let indexed = due > now || key <= self.upkeep.accept_mark;
        self.execute(
            "INSERT INTO message (key, queue, rank, due, indexed, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![number(key), queue, rank, signed(due), indexed, message.to_record()],
        )?;
        self.top = self.top.max(key);
        if indexed {
            self.enter(key, queue, rank, due, now)
        } else {
            self.set_fresh(key, Some(Fresh { queue, rank, sent: false }));
            Ok(())
        }
    }

    fn replace(&mut self, message: &StoredMessage, now: u64) -> Result<(), StoreError> {
        let key = message.key;
        let queue = self.number(&message.place.queue)?;
        let rank = u8::MAX - message.place.priority;
        let due = to_millis(message.place.due);
        self.leave(key)?;
        self.execute(
            "UPDATE message SET queue = ?2, rank = ?3, due = ?4, indexed = 1, record = ?5 WHERE key = ?1",
            params![number(key), queue, rank, signed(due), message.to_record()],
        )?;
        self.enter(key, queue, rank, due, now)
    }

    fn place(&mut self, key: MessageKey, place: &Place, now: u64) -> Result<(), StoreError> {
        let queue = self.number(&place.queue)?;
        let rank = u8::MAX - place.priority;
        let due = to_millis(place.due);
        self.leave(key)?;
        self.execute(
            "INSERT INTO place (key, queue, rank, due, attempts) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![number(key), queue, rank, signed(due), place.attempts],
        )?;
        self.enter(key, queue, rank, due, now)
    }

    fn sent(&mut self, key: MessageKey, sent: &Sent) -> Result<(), StoreError> {
        match self.current(key)? {
            Current::Fresh(fresh) => self.set_fresh(key, Some(Fresh { sent: true, ..fresh })),
            Current::Stored { queue, rank, due, sent: false, .. } => {
                self.leave_queue(key, queue, rank, due)?
            }
            Current::Stored { .. } | Current::Unknown | Current::Final => {}
        }
        let connector = self.number(&QueueId::Connector(Arc::clone(&sent.connector)))?;
        self.execute(
            "INSERT OR REPLACE INTO sent (key, connector, remote_id, deadline) VALUES (?1, ?2, ?3, ?4)",
            params![number(key), connector, sent.remote_id.as_deref(), signed(to_millis(sent.deadline))],
        )?;
        Ok(())
    }

    /// Enters a message in the index of what is due, or of what is not.
    fn enter(&mut self, key: MessageKey, queue: i64, rank: u8, due: u64, now: u64) -> Result<(), StoreError> {
        if due <= now {
            self.entered.push(key);
            return self.index(queue, rank, key);
        }
        self.execute(
            "INSERT INTO delayed (due, key, queue, rank) VALUES (?1, ?2, ?3, ?4)",
            params![signed(due), number(key), queue, rank],
        )?;
        Ok(())
    }

    /// Takes a message out of every table but `message`.
    fn leave(&mut self, key: MessageKey) -> Result<(), StoreError> {
        match self.current(key)? {
            Current::Unknown | Current::Final => {}
            Current::Fresh(Fresh { sent, .. }) => {
                self.set_fresh(key, None);
                if sent {
                    self.execute("DELETE FROM sent WHERE key = ?1", [number(key)])?;
                }
            }
            Current::Stored { queue, rank, due, moved, sent } => {
                if sent {
                    self.execute("DELETE FROM sent WHERE key = ?1", [number(key)])?;
                } else {
                    self.leave_queue(key, queue, rank, due)?;
                }
                if moved {
                    self.execute("DELETE FROM place WHERE key = ?1", [number(key)])?;
                }
            }
        }
        Ok(())
    }

    fn leave_queue(&self, key: MessageKey, queue: i64, rank: u8, due: i64) -> Result<(), StoreError> {
        let left = self.execute(
            "DELETE FROM queue WHERE queue = ?1 AND rank = ?2 AND key = ?3",
            params![queue, rank, number(key)],
        )?;
        if left == 0 {
            self.execute("DELETE FROM delayed WHERE due = ?1 AND key = ?2", params![due, number(key)])?;
        }
        Ok(())
    }

    fn number(&mut self, queue: &QueueId) -> Result<i64, StoreError> {
        if let Some(number) = self.names.number(queue) {
            return Ok(number);
        }
        let number = self.names.insert(&self.connection, queue)?;
        self.undo.names.push(number);
        Ok(number)
    }

    fn measure_quota(&mut self) -> Result<(), StoreError> {
        let Some(quota) = &mut self.quota else {
            return Ok(());
        };
        let pragma = |sql| {
            self.connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(0)))
                .map_err(sql_error)
        };
        let used = pragma("PRAGMA page_count")?.saturating_sub(pragma("PRAGMA freelist_count")?);
        quota.reached = used >= quota.pages;
        if quota.reached {
            self.upkeep.make_room();
        }
        Ok(())
    }
}

impl Engine for SqliteEngine {
    fn begin(&mut self) -> Result<(), StoreError> {
        self.undo = Undo::default();
        self.applied = 0;
        self.entered.clear();
        self.execute("BEGIN IMMEDIATE", [])?;
        self.measure_quota()?;
        self.upkeep.begin(&self.fresh, self.top);
        Ok(())
    }

    fn apply(&mut self, changes: &[Change], now: u64) -> Result<(), Refusal> {
        if self.quota.is_some_and(|quota| quota.reached) && growth(changes) > 0 {
            return Err(Refusal::List(StoreError::Full));
        }
        self.check(changes)?;
        for change in changes {
            self.make(change, now)?;
        }
        self.applied = self.applied.saturating_add(changes.len());
        Ok(())
    }

    fn promote(&mut self, now: u64, max: usize) -> Result<Vec<(QueueId, Position)>, StoreError> {
        let mut due = Vec::new();
        {
            let mut statement = self
                .connection
                .prepare_cached(
                    "SELECT due, key, queue, rank FROM delayed WHERE due <= ?1 ORDER BY due, key LIMIT ?2",
                )
                .map_err(sql_error)?;
            let mut rows = statement.query([signed(now), signed_len(max)]).map_err(sql_error)?;
            while let Some(row) = rows.next().map_err(sql_error)? {
                let entry: (i64, i64, i64, u8) = row.try_into().map_err(sql_error)?;
                due.push(entry);
            }
        }
        let mut promoted = Vec::with_capacity(due.len());
        for (due, key, queue, rank) in due {
            self.execute("DELETE FROM delayed WHERE due = ?1 AND key = ?2", [due, key])?;
            self.index(queue, rank, key_of(key))?;
            promoted
                .extend(self.names.queue(queue).map(|queue| (queue, Position { rank, key: key_of(key) })));
        }
        Ok(promoted)
    }

    fn next_due(&mut self) -> Result<Option<u64>, StoreError> {
        let due: Option<i64> = self
            .connection
            .prepare_cached("SELECT min(due) FROM delayed")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(sql_error)?;
        Ok(due.map(|due| u64::try_from(due).unwrap_or(0)))
    }

    fn purge_final(&mut self, before: u64, max: usize) -> Result<u64, StoreError> {
        let keys: Vec<i64> = {
            let mut statement = self
                .connection
                .prepare_cached("SELECT key FROM final WHERE done < ?1 ORDER BY done, key LIMIT ?2")
                .map_err(sql_error)?;
            let rows = statement
                .query_map([signed(before), signed_len(max)], |row| row.get(0))
                .map_err(sql_error)?;
            rows.collect::<Result<_, _>>().map_err(sql_error)?
        };
        for key in &keys {
            // The message first: without its final outcome it would come back to life.
            self.execute("DELETE FROM message WHERE key = ?1", [key])?;
            self.execute("DELETE FROM final WHERE key = ?1", [key])?;
        }
        Ok(keys.len() as u64)
    }

    fn purge_heard(&mut self, before: u64, max: usize) -> Result<u64, StoreError> {
        let purged = self.execute(
            "DELETE FROM heard WHERE (source, id) IN
             (SELECT source, id FROM heard WHERE at < ?1 ORDER BY at, id LIMIT ?2)",
            [signed(before), signed_len(max)],
        )?;
        Ok(purged as u64)
    }

    fn reserve_keys(&mut self, mark: MessageKey) -> Result<(), StoreError> {
        write_meta(&self.connection, KEY_MARK, &number(mark))
    }

    fn upkeep(&mut self) -> Result<Vec<MessageKey>, StoreError> {
        let mut indexed = std::mem::take(&mut self.entered);
        indexed.extend(self.sweep()?);
        self.remove_finished()?;
        self.remove_left_over()?;
        Ok(indexed)
    }

    fn upkeep_in(&self) -> Option<Duration> {
        self.upkeep.due_in(!self.fresh.is_empty())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT", [])?;
        self.upkeep.committed();
        self.written.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn rollback(&mut self) {
        // A statement that met a full disk may have rolled back already.
        if !self.connection.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK", [])
        {
            tracing::error!(%error, "rollback failed");
        }
        for (key, before) in std::mem::take(&mut self.undo.fresh).into_iter().rev() {
            match before {
                Some(fresh) => self.fresh.insert(key, fresh),
                None => self.fresh.remove(&key),
            };
        }
        for number in std::mem::take(&mut self.undo.names) {
            self.names.remove(number);
        }
        self.upkeep.rolled_back();
    }
}

/// Writes a value of `meta`.
pub(super) fn write_meta(
    connection: &Connection,
    name: &str,
    value: &impl rusqlite::ToSql,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")
        .and_then(|mut statement| statement.execute(params![name, value]))
        .map_err(sql_error)?;
    Ok(())
}

fn list(conflict: Conflict) -> Refusal {
    Refusal::List(conflict.into())
}

pub(super) const KEY_MARK: &str = "key_mark";

/// Beyond its quota a store may grow by so many pages, or an eighth, to be emptied.
const PAGES_TO_EMPTY: i64 = 1_024;
