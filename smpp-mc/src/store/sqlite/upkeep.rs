//! What is done later, a little with each commit: the queue index of what waits, and the removal of
//! finished messages in the order of their keys.
//!
//! Both would cost tens of kilobytes of scattered writes per message if done at once. The mark says up to
//! which key the index is complete; a message accepted below it is entered at once, so it does not
//! matter in which order commits finish. After a crash what lies above the mark is found by a scan, and
//! finished messages that were not removed yet by a walk through the table.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::message::MessageKey;
use crate::store::StoreError;

use super::reader::{key_of, meta, number, signed_len};
use super::schema::sql_error;
use super::writer::{Fresh, SqliteEngine, write_meta};

/// When upkeep is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct UpkeepSettings {
    /// A message gets its index row after waiting so long, up to twice.
    pub(super) index_after: Duration,
    /// Or when so many wait without one.
    pub(super) index_at: usize,
    /// Finished messages are removed so long after the first of them.
    pub(super) remove_after: Duration,
    /// Or when there are so many.
    pub(super) remove_at: usize,
    /// How many rows one transaction writes or removes at least.
    pub(super) step: usize,
}

/// The state of upkeep between transactions.
pub(super) struct Upkeep {
    settings: UpkeepSettings,
    /// Every waiting message up to this key has its row in `queue` or `delayed`.
    pub(super) index_mark: MessageKey,
    /// Messages up to this key are entered when they are accepted.
    pub(super) accept_mark: MessageKey,
    sweep: Pass<(i64, u8, MessageKey)>,
    last_sweep: Instant,
    /// The greatest key at the last sweep.
    last_top: MessageKey,
    finished: Vec<MessageKey>,
    /// How many of `finished` are committed.
    finished_before: usize,
    first_finished: Option<Instant>,
    removal: Pass<MessageKey>,
    /// How far the walk for what earlier processes left over has come, and where it ends.
    walk: Option<Walk>,
    walk_before: Option<Walk>,
}

impl Upkeep {
    pub(super) fn load(
        connection: &Connection,
        settings: UpkeepSettings,
        top: MessageKey,
    ) -> Result<Self, StoreError> {
        let mark = key_of(meta(connection, INDEX_MARK)?.unwrap_or(0));
        let walk = (top > MessageKey::MIN).then_some(Walk { from: MessageKey::MIN, to: top });
        Ok(Self {
            settings,
            index_mark: mark,
            accept_mark: mark,
            sweep: Pass::default(),
            last_sweep: Instant::now(),
            last_top: top,
            finished: Vec::new(),
            finished_before: 0,
            first_finished: None,
            removal: Pass::default(),
            walk,
            walk_before: walk,
        })
    }

    /// Starts what is due, before the transaction changes anything.
    pub(super) fn begin(&mut self, fresh: &BTreeMap<MessageKey, Fresh>, top: MessageKey) {
        let many = fresh.len() >= self.settings.index_at;
        if self.sweep.is_done() && (many || self.last_sweep.elapsed() >= self.settings.index_after) {
            let target = if many { top } else { self.last_top };
            self.last_sweep = Instant::now();
            self.last_top = top;
            if target > self.index_mark {
                let mut entries: Vec<_> =
                    fresh.range(..=target).map(|(key, fresh)| (fresh.queue, fresh.rank, *key)).collect();
                entries.sort_unstable();
                self.sweep = Pass::of(entries);
                self.accept_mark = target;
            }
        }
        let waited = self.first_finished.is_some_and(|first| first.elapsed() >= self.settings.remove_after);
        if self.removal.is_done() && (waited || self.finished.len() >= self.settings.remove_at) {
            self.first_finished = None;
            let mut keys = std::mem::take(&mut self.finished);
            keys.sort_unstable();
            self.removal = Pass::of(keys);
        }
        self.finished_before = self.finished.len();
        self.walk_before = self.walk;
    }

    pub(super) fn finished(&mut self, key: MessageKey) {
        self.first_finished.get_or_insert_with(Instant::now);
        self.finished.push(key);
    }

    /// The quota is reached: what is finished is removed at once.
    pub(super) fn make_room(&mut self) {
        if let Some(long_ago) = Instant::now().checked_sub(self.settings.remove_after)
            && !self.finished.is_empty()
        {
            self.first_finished = Some(long_ago);
        }
    }

    pub(super) fn committed(&mut self) {
        self.sweep.committed();
        self.removal.committed();
        if self.sweep.is_done() {
            self.index_mark = self.accept_mark;
        }
    }

    pub(super) fn rolled_back(&mut self) {
        self.sweep.rolled_back();
        self.removal.rolled_back();
        self.finished.truncate(self.finished_before);
        self.walk = self.walk_before;
    }

    pub(super) fn due_in(&self, fresh: bool) -> Option<Duration> {
        if !self.sweep.is_done() || self.accept_mark != self.index_mark || !self.removal.is_done() {
            return Some(BETWEEN_STEPS);
        }
        let walk = self.walk.map(|_| BETWEEN_STEPS_OF_THE_WALK);
        let sweep = fresh.then(|| self.settings.index_after.saturating_sub(self.last_sweep.elapsed()));
        let removal =
            self.first_finished.map(|first| self.settings.remove_after.saturating_sub(first.elapsed()));
        [walk, sweep, removal].into_iter().flatten().min()
    }
}

impl SqliteEngine {
    /// Enters some of the messages that have waited. Answers those.
    pub(super) fn sweep(&mut self) -> Result<Vec<MessageKey>, StoreError> {
        let mut indexed = Vec::new();
        if self.upkeep.accept_mark == self.upkeep.index_mark {
            return Ok(indexed);
        }
        // More than what comes in, so that the sweep ends.
        let step = self.upkeep.settings.step.saturating_add(self.applied.saturating_mul(2));
        for _ in 0..step {
            let Some((queue, rank, key)) = self.upkeep.sweep.next() else {
                break;
            };
            // Finished or moved since the sweep began, or taken by a connector: then `sent` knows it.
            let Some(fresh) = self.fresh.get(&key).copied() else {
                continue;
            };
            self.set_fresh(key, None);
            if !fresh.sent {
                self.index(queue, rank, key)?;
                indexed.push(key);
            }
        }
        if self.upkeep.sweep.is_done() {
            write_meta(&self.connection, INDEX_MARK, &number(self.upkeep.accept_mark))?;
        }
        Ok(indexed)
    }

    pub(super) fn remove_finished(&mut self) -> Result<(), StoreError> {
        let step = self.upkeep.settings.step.saturating_add(self.applied.saturating_mul(2));
        for _ in 0..step {
            let Some(key) = self.upkeep.removal.next() else {
                break;
            };
            self.execute(
                "DELETE FROM message WHERE key = ?1 AND EXISTS (SELECT 1 FROM final WHERE key = ?1)",
                [number(key)],
            )?;
        }
        Ok(())
    }

    /// Removes finished messages that an earlier process had no time to remove.
    pub(super) fn remove_left_over(&mut self) -> Result<(), StoreError> {
        let Some(walk) = self.upkeep.walk else {
            return Ok(());
        };
        let last: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT max(key) FROM
                 (SELECT key FROM message WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3)",
            )
            .and_then(|mut statement| {
                let arguments = [number(walk.from), number(walk.to), signed_len(self.upkeep.settings.step)];
                statement.query_row(arguments, |row| row.get(0))
            })
            .map_err(sql_error)?;
        let Some(last) = last else {
            self.upkeep.walk = None;
            return Ok(());
        };
        self.execute(
            "DELETE FROM message WHERE key > ?1 AND key <= ?2
             AND EXISTS (SELECT 1 FROM final f WHERE f.key = message.key)",
            [number(walk.from), last],
        )?;
        self.upkeep.walk = Some(Walk { from: key_of(last), to: walk.to });
        Ok(())
    }
}

/// Work taken step by step, of which a rolled back transaction takes back its steps.
struct Pass<T> {
    entries: Vec<T>,
    taken: usize,
    committed: usize,
}

impl<T: Copy> Pass<T> {
    fn of(entries: Vec<T>) -> Self {
        Self { entries, taken: 0, committed: 0 }
    }

    fn next(&mut self) -> Option<T> {
        let next = self.entries.get(self.taken).copied()?;
        self.taken += 1;
        Some(next)
    }

    fn is_done(&self) -> bool {
        self.taken == self.entries.len()
    }

    fn committed(&mut self) {
        self.committed = self.taken;
        if self.is_done() {
            *self = Self::default();
        }
    }

    fn rolled_back(&mut self) {
        self.taken = self.committed;
    }
}

impl<T> Default for Pass<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), taken: 0, committed: 0 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Walk {
    from: MessageKey,
    to: MessageKey,
}

const INDEX_MARK: &str = "index_mark";
/// How long upkeep waits for a commit to go with.
const BETWEEN_STEPS: Duration = Duration::from_millis(5);
/// The same for the walk after a start, which may have to read the whole table.
const BETWEEN_STEPS_OF_THE_WALK: Duration = Duration::from_millis(20);
