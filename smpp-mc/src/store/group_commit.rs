//! One durable commit for many waiting callers.
//!
//! Callers leave their changes in a backlog and wait, each for one completion. A writer thread swaps the
//! backlog whole and makes one transaction of it. When more than two callers waited for the last one, it
//! waits half a millisecond for more, which under load costs no answer time and saves a third of the
//! work; a lone caller never waits.

use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::message::{MessageKey, Place, QueueId, to_millis};

use super::backlog::{Done, Job, Purge, Shared};
use super::change::Change;
use super::engine::{Engine, Refusal};
use super::error::{Conflict, StoreError};
use super::window::{Position, Windows};

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

/// Runs until the store is closed and all that was handed over is written.
pub(super) fn write(shared: &Shared, mut engine: impl Engine) {
    let mut last_waiting = 0;
    let mut pause = COMPANY;
    loop {
        let upkeep_in = match shared.failure() {
            Some(_) => None,
            None => engine.upkeep_in().map(|after| after.max(pause.saturating_sub(COMPANY))),
        };
        let Some(jobs) = next_jobs(shared, last_waiting, upkeep_in, pause) else {
            return;
        };
        last_waiting = jobs.iter().filter(|job| job.is_waited_for()).count();
        if let Some(error) = shared.failure() {
            jobs.into_iter().for_each(|job| job.refuse(&error));
            continue;
        }
        // A full disk is not asked again at once, unless by someone who waits.
        pause = if transact(shared, &mut engine, jobs) { COMPANY } else { TROUBLED };
    }
}

/// Waits for work. `None` when the store is closed and nothing is left.
fn next_jobs(
    shared: &Shared,
    last_waiting: usize,
    upkeep_in: Option<Duration>,
    company: Duration,
) -> Option<Vec<Job>> {
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
            let until = *company_until.get_or_insert(now + company);
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

/// Whether the transaction was committed.
fn transact(shared: &Shared, engine: &mut impl Engine, jobs: Vec<Job>) -> bool {
    let now = to_millis((shared.clock)());
    let mut results = Vec::with_capacity(jobs.len());
    match run(shared, engine, &jobs, now, &mut results) {
        Ok(written) => {
            settle(shared, jobs, results, now, written);
            true
        }
        Err(error) => {
            engine.rollback();
            shared.windows().let_go();
            give_up(shared, jobs, &error);
            false
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
        if change.needs_unleased()
            && let Some(key) = change.key()
            && !shared.windows().hold_back(key)
        {
            return Err(Refusal::List(Conflict::Leased(key).into()));
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
        windows.trim(shared.limits.positions, shared.limits.window);
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
        Change::Sent { key, .. } | Change::Final { key, .. } | Change::Withdraw { key, .. } => {
            windows.gone(key)
        }
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

/// How long the writer waits for more callers when it may.
const GATHER: Duration = Duration::from_micros(500);
/// More than so many callers last time: waiting pays.
const CALLERS_WORTH_WAITING_FOR: usize = 2;
/// How long changes nobody waits for wait for others.
const COMPANY: Duration = Duration::from_millis(10);
/// The same, and how long upkeep waits, after a transaction that met a full disk.
const TROUBLED: Duration = Duration::from_millis(250);
/// How many delayed messages one transaction moves into their queues.
const PROMOTED_AT_ONCE: usize = 4_096;

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;
    use std::time::SystemTime;

    use tokio::sync::oneshot;

    use super::*;
    use crate::store::backlog::Limits;
    use crate::store::clock::system;
    use crate::store::keys::KeySource;
    use crate::store::window::Windows;

    #[tokio::test]
    async fn after_a_failed_commit_nothing_is_tried_again() {
        let failed = StoreError::failed("fsync");
        let (shared, _writer, log) = start([Err(failed.clone()), Ok(())]);

        assert_eq!(shared.commit(vec![heard("1")]).unwrap().await, Ok(Err(failed.clone())));

        assert_eq!(shared.commit(vec![heard("2")]).unwrap_err(), failed);
        assert_eq!(shared.commit_later(vec![heard("3")]), Err(failed));
        assert_eq!(*log.lock().unwrap(), ["begin", "apply 1", "commit", "rollback"]);
    }

    #[tokio::test]
    async fn a_full_disk_is_answered_and_recovered_from() {
        let (shared, _writer, log) = start([Err(StoreError::Full), Ok(())]);

        assert_eq!(shared.commit(vec![heard("1")]).unwrap().await, Ok(Err(StoreError::Full)));
        assert_eq!(shared.commit(vec![heard("2")]).unwrap().await, Ok(Ok(())));

        let log = log.lock().unwrap();
        assert_eq!(*log, ["begin", "apply 1", "commit", "rollback", "begin", "apply 2", "commit"]);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_kept_while_the_disk_is_full() {
        let (shared, writer, log) = start([Err(StoreError::Full), Err(StoreError::Full), Ok(())]);

        shared.commit_later(vec![heard("1")]).unwrap();
        drop(shared.commit(vec![]).unwrap().await);
        drop(shared.commit(vec![]).unwrap().await);
        assert_eq!(shared.commit(vec![heard("2")]).unwrap().await, Ok(Ok(())));
        drop(writer);

        let log = log.lock().unwrap();
        let applied: Vec<_> = log.iter().filter(|entry| entry.starts_with("apply")).collect();
        assert_eq!(applied, ["apply 1", "apply 1", "apply 1", "apply 2"]);
    }

    #[tokio::test]
    async fn a_refused_list_leaves_the_transaction_to_the_others() {
        let (shared, _writer, _) = start([]);
        let lists = ["1", "refused", "2"];
        let waiting: Vec<_> = lists.map(|id| shared.commit(vec![heard(id)]).unwrap()).into();

        let mut results = Vec::new();
        for waiting in waiting {
            results.push(waiting.await.unwrap().is_ok());
        }

        assert_eq!(results, [true, false, true]);
    }

    #[tokio::test]
    async fn what_was_handed_over_is_written_before_the_store_is_closed() {
        let (shared, writer, log) = start([]);
        shared.commit_later(vec![heard("1")]).unwrap();
        let waiting = shared.commit(vec![heard("2")]).unwrap();

        drop(writer);

        assert_eq!(waiting.await, Ok(Ok(())));
        assert_eq!(shared.commit(vec![heard("3")]).unwrap_err(), StoreError::Closed);
        let log = log.lock().unwrap();
        assert!(log.contains(&"apply 1".to_owned()) && log.contains(&"apply 2".to_owned()));
    }

    #[tokio::test]
    async fn a_backlog_at_its_limit_refuses_new_messages_and_lets_others_end() {
        let (gate, opened) = oneshot::channel();
        let (shared, _writer, _) = start_behind(Some(opened), []);
        let ends = |n: usize| (0..n).map(|at| heard(&at.to_string())).collect::<Vec<_>>();
        // The first goes to the writer, who is held up; ten fill the backlog.
        let first = shared.commit(vec![heard("first")]).unwrap();
        while shared.backlog().changes > 0 {
            tokio::task::yield_now().await;
        }
        let filling = shared.commit(ends(10)).unwrap();

        assert_eq!(shared.commit(vec![Change::Accept(message())]).unwrap_err(), StoreError::Full);
        let settling = shared.commit(ends(10)).unwrap();
        assert_eq!(shared.commit(ends(1)).unwrap_err(), StoreError::Full);

        gate.send(()).unwrap();
        for waiting in [first, filling, settling] {
            assert_eq!(waiting.await, Ok(Ok(())));
        }
        assert!(shared.commit(vec![Change::Accept(message())]).is_ok());
    }

    type Log = Arc<Mutex<Vec<String>>>;

    fn start<const N: usize>(commits: [Result<(), StoreError>; N]) -> (Arc<Shared>, Writer, Log) {
        start_behind(None, commits)
    }

    fn start_behind<const N: usize>(
        gate: Option<oneshot::Receiver<()>>,
        commits: [Result<(), StoreError>; N],
    ) -> (Arc<Shared>, Writer, Log) {
        let limits = Limits { backlog_changes: 10, backlog_octets: 1_000, window: 1, positions: 1 };
        let (keys, _) = KeySource::new(system(), MessageKey::MIN);
        let shared = Arc::new(Shared::new(keys, system(), limits, Windows::new(0), None));
        let log = Log::default();
        let engine = Scripted { gate, commits: commits.into(), log: Arc::clone(&log) };
        let writer = Writer::start(&shared, engine).unwrap();
        (shared, writer, log)
    }

    fn heard(id: &str) -> Change {
        Change::Heard { source: Arc::from("k"), id: Box::from(id), at: SystemTime::UNIX_EPOCH }
    }

    fn message() -> crate::message::StoredMessage {
        crate::message::StoredMessage::new(
            MessageKey::MAX,
            Arc::from("esme"),
            crate::message::MessageKind::Submission,
            QueueId::Esme(Arc::from("esme")),
            Box::default(),
            SystemTime::UNIX_EPOCH,
        )
    }

    /// An engine that keeps nothing and commits as it is told; `refused` is refused.
    struct Scripted {
        gate: Option<oneshot::Receiver<()>>,
        commits: VecDeque<Result<(), StoreError>>,
        log: Log,
    }

    impl Scripted {
        fn note(&self, entry: impl ToString) {
            self.log.lock().unwrap().push(entry.to_string());
        }
    }

    impl Engine for Scripted {
        fn begin(&mut self) -> Result<(), StoreError> {
            if let Some(gate) = self.gate.take() {
                gate.blocking_recv().unwrap();
            }
            self.note("begin");
            Ok(())
        }

        fn apply(&mut self, changes: &[Change], _: u64) -> Result<(), Refusal> {
            for change in changes {
                if let Change::Heard { id, .. } = change {
                    if &**id == "refused" {
                        return Err(Refusal::List(StoreError::Full));
                    }
                    self.note(format!("apply {id}"));
                }
            }
            Ok(())
        }

        fn promote(&mut self, _: u64, _: usize) -> Result<Vec<(QueueId, Position)>, StoreError> {
            Ok(Vec::new())
        }

        fn next_due(&mut self) -> Result<Option<u64>, StoreError> {
            Ok(None)
        }

        fn purge_final(&mut self, _: u64, _: usize) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn purge_heard(&mut self, _: u64, _: usize) -> Result<u64, StoreError> {
            Ok(0)
        }

        fn reserve_keys(&mut self, _: MessageKey) -> Result<(), StoreError> {
            Ok(())
        }

        fn upkeep(&mut self) -> Result<Vec<MessageKey>, StoreError> {
            Ok(Vec::new())
        }

        fn upkeep_in(&self) -> Option<Duration> {
            None
        }

        fn commit(&mut self) -> Result<(), StoreError> {
            self.note("commit");
            self.commits.pop_front().unwrap_or(Ok(()))
        }

        fn rollback(&mut self) {
            self.note("rollback");
        }
    }
}
