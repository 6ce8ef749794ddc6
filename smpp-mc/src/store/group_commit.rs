//! One durable commit for many waiting callers.
//!
//! Callers leave their changes in a backlog and wait, each for one completion. A writer thread swaps the
//! backlog whole and makes one transaction of it. When more than two callers waited for the last one, it
//! waits half a millisecond for more, which under load costs no answer time and saves a third of the
//! work; a lone caller never waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::message::{MessageKey, Place, QueueId, to_millis};

use super::change::Change;
use super::clock::Clock;
use super::engine::{Engine, Refusal};
use super::error::{Conflict, StoreError};
use super::keys::KeySource;
use super::life::growth;
use super::window::{Position, Windows};

/// What callers, readers and the writer share.
pub(super) struct Shared {
    pub(super) keys: KeySource,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    backlog: Mutex<Backlog>,
    wake: Condvar,
    windows: Mutex<Windows>,
    next_due: Mutex<Option<u64>>,
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

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What can be purged.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purge {
    Final,
    Heard,
}

/// Runs until the store is closed and all that was handed over is written.
pub(super) fn write(shared: &Shared, mut engine: impl Engine) {
    let mut last_waiting = 0;
    while let Some(jobs) = next_jobs(shared, last_waiting, engine.upkeep_in()) {
        last_waiting = jobs.iter().filter(|job| job.is_waited_for()).count();
        if let Some(error) = shared.failure() {
            jobs.into_iter().for_each(|job| job.refuse(&error));
            continue;
        }
        transact(shared, &mut engine, jobs);
    }
}

#[derive(Default)]
struct Backlog {
    jobs: Vec<Job>,
    /// How many of the jobs someone waits for.
    waiting: usize,
    changes: usize,
    octets: usize,
    renew_keys: bool,
    writer_sleeps: bool,
    closed: bool,
}

enum Job {
    Commit { changes: Vec<Change>, done: Option<Done> },
    Promote { now: u64, done: Done },
    Purge { what: Purge, before: u64, max: usize, done: oneshot::Sender<Result<u64, StoreError>> },
}

type Done = oneshot::Sender<Result<(), StoreError>>;

impl Job {
    fn is_waited_for(&self) -> bool {
        match self {
            Self::Commit { done, .. } => done.is_some(),
            Self::Promote { .. } | Self::Purge { .. } => true,
        }
    }

    // A receiver that is gone has dropped its future, which is its right.
    fn refuse(self, error: &StoreError) {
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

/// Waits for work. `None` when the store is closed and nothing is left.
fn next_jobs(shared: &Shared, last_waiting: usize, upkeep_in: Option<Duration>) -> Option<Vec<Job>> {
    let upkeep_at = upkeep_in.map(|after| Instant::now() + after);
    let mut company_until = None;
    let mut backlog = shared.backlog();
    loop {
        if backlog.closed && backlog.jobs.is_empty() {
            return None;
        }
        let now = Instant::now();
        let upkeep_due = upkeep_at.is_some_and(|at| at <= now);
        if backlog.waiting > 0 || backlog.renew_keys || upkeep_due {
            break;
        }
        if !backlog.jobs.is_empty() {
            // Nobody waits for these: they are given a while to find company.
            let until = *company_until.get_or_insert(now + COMPANY);
            if until <= now || backlog.closed {
                break;
            }
        }
        let until = [upkeep_at, company_until].into_iter().flatten().min();
        backlog.writer_sleeps = true;
        backlog = match until {
            Some(until) => {
                let timeout = until.saturating_duration_since(now);
                shared.wake.wait_timeout(backlog, timeout).unwrap_or_else(PoisonError::into_inner).0
            }
            None => shared.wake.wait(backlog).unwrap_or_else(PoisonError::into_inner),
        };
        backlog.writer_sleeps = false;
    }
    if last_waiting > CALLERS_WORTH_WAITING_FOR && backlog.waiting > 0 && !backlog.closed {
        drop(backlog);
        thread::sleep(GATHER);
        backlog = shared.backlog();
    }
    backlog.renew_keys = false;
    backlog.waiting = 0;
    backlog.changes = 0;
    backlog.octets = 0;
    Some(std::mem::take(&mut backlog.jobs))
}

fn transact(shared: &Shared, engine: &mut impl Engine, jobs: Vec<Job>) {
    let now = to_millis((shared.clock)());
    let mut results = Vec::with_capacity(jobs.len());
    match run(shared, engine, &jobs, now, &mut results) {
        Ok(written) => {
            settle(shared, jobs, results, now, written);
        }
        Err(error) => {
            engine.rollback();
            shared.windows().let_go();
            give_up(shared, jobs, &error);
        }
    }
}

/// What one job came to.
enum Outcome {
    Committed,
    Promoted(Vec<(QueueId, Position)>),
    Purged(u64),
    Refused(StoreError),
}

/// What a transaction did beside its jobs.
struct Written {
    mark: Option<MessageKey>,
    indexed: Vec<MessageKey>,
    next_due: Option<u64>,
}

fn run(
    shared: &Shared,
    engine: &mut impl Engine,
    jobs: &[Job],
    now: u64,
    results: &mut Vec<Outcome>,
) -> Result<Written, StoreError> {
    engine.begin()?;
    for job in jobs {
        results.push(match job {
            Job::Commit { changes, .. } => match apply(shared, engine, changes, now) {
                Ok(()) => Outcome::Committed,
                Err(Refusal::List(error)) => Outcome::Refused(error),
                Err(Refusal::Whole(error)) => return Err(error),
            },
            Job::Promote { now, .. } => Outcome::Promoted(engine.promote(*now, PROMOTED_AT_ONCE)?),
            Job::Purge { what: Purge::Final, before, max, .. } => {
                Outcome::Purged(engine.purge_final(*before, *max)?)
            }
            Job::Purge { what: Purge::Heard, before, max, .. } => {
                Outcome::Purged(engine.purge_heard(*before, *max)?)
            }
        });
    }
    let mark = shared.keys.renewal();
    if let Some(mark) = mark {
        engine.reserve_keys(mark)?;
    }
    let indexed = engine.upkeep()?;
    let next_due = engine.next_due()?;
    engine.commit()?;
    Ok(Written { mark, indexed, next_due })
}

fn apply(shared: &Shared, engine: &mut impl Engine, changes: &[Change], now: u64) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Replace(message) = change
            && !shared.windows().hold_back(message.key)
        {
            return Err(Refusal::List(Conflict::Leased(message.key).into()));
        }
    }
    engine.apply(changes, now)
}

/// Makes the windows follow what is durable now, then tells the callers.
fn settle(shared: &Shared, jobs: Vec<Job>, results: Vec<Outcome>, now: u64, written: Written) {
    if let Some(mark) = written.mark {
        shared.keys.renewed(mark);
    }
    *shared.next_due.lock().unwrap_or_else(PoisonError::into_inner) = written.next_due;
    let mut answers = Vec::with_capacity(jobs.len());
    {
        let mut windows = shared.windows();
        windows.let_go();
        for (job, outcome) in jobs.into_iter().zip(results) {
            match (job, outcome) {
                (Job::Commit { changes, done }, Outcome::Committed) => {
                    changes.into_iter().for_each(|change| follow(&mut windows, change, now));
                    answers.extend(done.map(|done| Answer::Done(done, Ok(()))));
                }
                (Job::Promote { done, .. }, Outcome::Promoted(places)) => {
                    for (queue, position) in places {
                        windows.waiting(&queue, position, None, true);
                    }
                    answers.push(Answer::Done(done, Ok(())));
                }
                (Job::Purge { done, .. }, Outcome::Purged(count)) => {
                    answers.push(Answer::Count(done, Ok(count)));
                }
                (job, Outcome::Refused(error)) => job.refuse(&error),
                // Each kind of job has its own outcome.
                (job, _) => job.refuse(&StoreError::failed("outcome of another job")),
            }
        }
        for key in &written.indexed {
            windows.indexed(*key);
        }
        if !written.indexed.is_empty() && windows.len() > shared.limits.positions {
            windows.trim(shared.limits.positions, shared.limits.window);
        }
    }
    for answer in answers {
        match answer {
            Answer::Done(done, result) => drop(done.send(result)),
            Answer::Count(done, result) => drop(done.send(result)),
        }
    }
}

enum Answer {
    Done(Done, Result<(), StoreError>),
    Count(oneshot::Sender<Result<u64, StoreError>>, Result<u64, StoreError>),
}

fn follow(windows: &mut Windows, change: Change, now: u64) {
    match change {
        Change::Accept(message) | Change::Replace(message) => {
            let (key, place) = (message.key, message.place.clone());
            if to_millis(place.due) > now {
                windows.gone(key);
            } else {
                let position = Position::new(place.priority, key);
                windows.waiting(&place.queue, position, Some(Box::new(message)), false);
            }
        }
        Change::Place { key, place } => follow_place(windows, key, &place, now),
        Change::Sent { key, .. } | Change::Final { key, .. } => windows.gone(key),
        Change::Heard { .. } => {}
    }
}

fn follow_place(windows: &mut Windows, key: MessageKey, place: &Place, now: u64) {
    if to_millis(place.due) > now {
        windows.gone(key);
    } else {
        windows.waiting(&place.queue, Position::new(place.priority, key), None, true);
    }
}

/// The transaction did not happen. What nobody waits for is kept for the next one if the store was only
/// full: it was promised.
fn give_up(shared: &Shared, jobs: Vec<Job>, error: &StoreError) {
    if *error != StoreError::Full {
        shared.fail(error);
        jobs.into_iter().for_each(|job| job.refuse(error));
        return;
    }
    let (refused, kept): (Vec<_>, Vec<_>) = jobs.into_iter().partition(Job::is_waited_for);
    refused.into_iter().for_each(|job| job.refuse(error));
    let mut backlog = shared.backlog();
    if backlog.closed {
        drop(backlog);
        kept.into_iter().for_each(|job| job.refuse(error));
        return;
    }
    for job in &kept {
        if let Job::Commit { changes, .. } = job {
            backlog.changes = backlog.changes.saturating_add(changes.len());
        }
    }
    let newer = std::mem::replace(&mut backlog.jobs, kept);
    backlog.jobs.extend(newer);
}

/// Joins the writer when the store is dropped.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(shared: &Arc<Shared>, engine: impl Engine) -> Result<Self, StoreError> {
        let own = Arc::clone(shared);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write(&own, engine))
            .map_err(StoreError::failed)?;
        Ok(Self { shared: Arc::clone(shared), thread: Some(thread) })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the message store panicked");
        }
    }
}

fn octets(change: &Change) -> usize {
    match change {
        Change::Accept(message) | Change::Replace(message) => message.pdu.len(),
        Change::Sent { .. } | Change::Final { .. } | Change::Place { .. } | Change::Heard { .. } => 0,
    }
}

/// How long the writer waits for more callers when it may.
const GATHER: Duration = Duration::from_micros(500);
/// More than so many callers last time: waiting pays.
const CALLERS_WORTH_WAITING_FOR: usize = 2;
/// How long changes nobody waits for wait for others.
const COMPANY: Duration = Duration::from_millis(10);
/// How many delayed messages one transaction moves into their queues.
const PROMOTED_AT_ONCE: usize = 4_096;
