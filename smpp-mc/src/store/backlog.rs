//! What callers leave for the writer, and what they share with it.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::oneshot;

use crate::message::MessageKey;

use super::change::Change;
use super::clock::Clock;
use super::error::StoreError;
use super::keys::KeySource;
use super::life::growth;
use super::window::Windows;

/// What callers, readers and the writer share.
pub(super) struct Shared {
    pub(super) keys: KeySource,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    backlog: Mutex<Backlog>,
    pub(super) wake: Condvar,
    windows: Mutex<Windows>,
    pub(super) next_due: Mutex<Option<u64>>,
    failed: OnceLock<StoreError>,
}

/// What is bounded, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Changes that may wait to be written.
    pub(super) backlog_changes: usize,
    /// Octets of PDUs that may wait to be written.
    pub(super) backlog_octets: usize,
    /// Messages of one queue that stay in memory when memory is short.
    pub(super) window: usize,
    /// Positions in memory above which windows are trimmed.
    pub(super) positions: usize,
}

impl Shared {
    pub(super) fn new(
        keys: KeySource,
        clock: Clock,
        limits: Limits,
        windows: Windows,
        next_due: Option<u64>,
    ) -> Self {
        Self {
            keys,
            clock,
            limits,
            backlog: Mutex::default(),
            wake: Condvar::new(),
            windows: Mutex::new(windows),
            next_due: Mutex::new(next_due),
            failed: OnceLock::new(),
        }
    }

    pub(super) fn windows(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        *self.next_due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn issue_key(&self) -> MessageKey {
        let (key, renew) = self.keys.issue();
        if renew {
            let mut backlog = self.backlog();
            backlog.renew_keys = true;
            self.notify(&backlog);
        }
        key
    }

    /// Leaves changes for the writer. The receiver is told once they are durable.
    pub(super) fn commit(
        &self,
        changes: Vec<Change>,
    ) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        let (done, waiting) = oneshot::channel();
        self.hand_over(changes, Some(done))?;
        Ok(waiting)
    }

    pub(super) fn commit_later(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.hand_over(changes, None)
    }

    pub(super) fn promote(&self, now: u64) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        let (done, waiting) = oneshot::channel();
        self.push(Job::Promote { now, done }, 0, 0)?;
        Ok(waiting)
    }

    pub(super) fn purge(
        &self,
        what: Purge,
        before: u64,
        max: usize,
    ) -> Result<oneshot::Receiver<Result<u64, StoreError>>, StoreError> {
        let (done, waiting) = oneshot::channel();
        self.push(Job::Purge { what, before, max, done }, 0, 0)?;
        Ok(waiting)
    }

    /// Nothing more is taken; what was handed over is still written.
    pub(super) fn close(&self) {
        let mut backlog = self.backlog();
        backlog.closed = true;
        self.wake.notify_all();
    }

    /// The store can no longer be written.
    pub(super) fn fail(&self, error: &StoreError) {
        if self.failed.set(error.clone()).is_ok() {
            tracing::error!(%error, "message store failed: nothing more is accepted until it is opened again");
        }
    }

    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failed.get().cloned()
    }

    fn hand_over(&self, changes: Vec<Change>, done: Option<Done>) -> Result<(), StoreError> {
        let octets = changes.iter().map(octets).sum();
        // What ends messages may wait twice as long as what brings new ones, so that a flood of
        // submissions never keeps the gateway from settling what it has.
        let room = if growth(&changes) > 0 { 1 } else { 2 };
        let count = changes.len();
        {
            let backlog = self.backlog();
            let fits = backlog.changes.saturating_add(count)
                <= self.limits.backlog_changes.saturating_mul(room)
                && backlog.octets.saturating_add(octets) <= self.limits.backlog_octets.saturating_mul(room);
            if !fits && backlog.changes > 0 {
                return Err(StoreError::Full);
            }
        }
        self.push(Job::Commit { changes, done }, count, octets)
    }

    fn push(&self, job: Job, changes: usize, octets: usize) -> Result<(), StoreError> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        let mut backlog = self.backlog();
        if backlog.closed {
            return Err(StoreError::Closed);
        }
        backlog.changes = backlog.changes.saturating_add(changes);
        backlog.octets = backlog.octets.saturating_add(octets);
        backlog.waiting += usize::from(job.is_waited_for());
        backlog.jobs.push(job);
        self.notify(&backlog);
        Ok(())
    }

    fn notify(&self, backlog: &Backlog) {
        if backlog.writer_sleeps {
            self.wake.notify_one();
        }
    }

    pub(super) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What can be purged.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purge {
    Final,
    Heard,
}

#[derive(Default)]
pub(super) struct Backlog {
    pub(super) jobs: Vec<Job>,
    /// How many of the jobs someone waits for.
    pub(super) waiting: usize,
    pub(super) changes: usize,
    pub(super) octets: usize,
    pub(super) renew_keys: bool,
    pub(super) writer_sleeps: bool,
    pub(super) closed: bool,
}

pub(super) enum Job {
    Commit { changes: Vec<Change>, done: Option<Done> },
    Promote { now: u64, done: Done },
    Purge { what: Purge, before: u64, max: usize, done: oneshot::Sender<Result<u64, StoreError>> },
}

pub(super) type Done = oneshot::Sender<Result<(), StoreError>>;

impl Job {
    pub(super) fn is_waited_for(&self) -> bool {
        match self {
            Self::Commit { done, .. } => done.is_some(),
            Self::Promote { .. } | Self::Purge { .. } => true,
        }
    }

    // A receiver that is gone has dropped its future, which is its right.
    pub(super) fn refuse(self, error: &StoreError) {
        match self {
            Self::Commit { done: Some(done), .. } | Self::Promote { done, .. } => {
                let _gone = done.send(Err(error.clone()));
            }
            Self::Commit { done: None, .. } => tracing::warn!(%error, "changes dropped"),
            Self::Purge { done, .. } => {
                let _gone = done.send(Err(error.clone()));
            }
        }
    }
}

fn octets(change: &Change) -> usize {
    match change {
        Change::Accept(message) | Change::Replace(message) => message.pdu.len(),
        Change::Sent { .. }
        | Change::Final { .. }
        | Change::Withdraw { .. }
        | Change::Place { .. }
        | Change::Heard { .. } => 0,
    }
}
