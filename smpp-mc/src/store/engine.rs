//! [`Engine`]: what an embedded engine does; everything around it is written once, on top.

use std::time::Duration;

use crate::message::{MessageKey, QueueId};

use super::change::Change;
use super::error::StoreError;
use super::window::Position;

/// The one writer of an embedded store: synchronous, one transaction at a time.
///
/// The caller begins, applies what several callers asked for, and commits. An error within a
/// transaction, [`Refusal::Whole`] or from `commit`, calls for a rollback, after which nothing of the
/// transaction is left, in memory neither.
pub(super) trait Engine: Send + 'static {
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Applies one list, whole or not at all. `now` in milliseconds decides what is delayed.
    fn apply(&mut self, changes: &[Change], now: u64) -> Result<(), Refusal>;

    /// Moves up to `max` delayed messages that are due at `now` into their queues.
    fn promote(&mut self, now: u64, max: usize) -> Result<Vec<(QueueId, Position)>, StoreError>;

    /// When the earliest delayed message is due.
    fn next_due(&mut self) -> Result<Option<u64>, StoreError>;

    fn purge_final(&mut self, before: u64, max: usize) -> Result<u64, StoreError>;

    fn purge_heard(&mut self, before: u64, max: usize) -> Result<u64, StoreError>;

    /// Notes the mark up to which keys may be issued.
    fn reserve_keys(&mut self, mark: MessageKey) -> Result<(), StoreError>;

    /// Does a small piece of what is done later: queue index, removal of finished messages. Answers the
    /// messages that the transaction has brought into the index.
    fn upkeep(&mut self) -> Result<Vec<MessageKey>, StoreError>;

    /// How soon [`upkeep`](Self::upkeep) has something to do; `None` if not before the next change.
    fn upkeep_in(&self) -> Option<Duration>;

    /// Makes the transaction durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    fn rollback(&mut self);
}

/// Why a list was not applied.
#[derive(Debug)]
pub(super) enum Refusal {
    /// This list alone; the transaction goes on.
    List(StoreError),
    /// The transaction cannot go on.
    Whole(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Whole(error)
    }
}
