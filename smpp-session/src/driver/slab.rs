//! The owner's requests, shared by the handles and the driver under one short lock.
//!
//! A request is queued when it is asked for and waits in the queue for the
//! window, so that its future is only the answer. Each live future owns one
//! entry: whoever bounds futures bounds memory. No waker is woken and no
//! handler runs while the lock is held.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use smpp_pdu::Body;
use tokio::sync::{Notify, oneshot};

use crate::bind::BindInfo;
use crate::config::SessionConfig;
use crate::counters::Statistics;
use crate::error::RequestError;
use crate::event::{CloseReason, RequestKey};
use crate::session::Session;
use crate::state::SessionState;

/// What came of a request: its response, or nothing for a notification.
pub(crate) type Outcome = Result<Option<Body>, RequestError>;

#[derive(Debug)]
pub(crate) struct Shared {
    slab: Mutex<Slab>,
    /// The driver was parked and a command has woken it.
    command_wake: AtomicBool,
    /// New settings wait in the slab.
    reconfigured: AtomicBool,
    pub(crate) closed: Notify,
}

#[derive(Debug)]
pub(crate) struct Slab {
    entries: Vec<Entry>,
    free: Vec<u32>,
    queue: VecDeque<u32>,
    /// Entries in the queue whose futures were dropped.
    cancelled: usize,
    config: Arc<SessionConfig>,
    /// The driver's, while it sleeps.
    driver: Option<Waker>,
    /// Something was asked for since the driver looked.
    fresh: bool,
    wants: Wants,
    /// The instant of the driver's last turn.
    clock: Instant,
    pub(crate) state: SessionState,
    /// How many more requests would be sent at once.
    room: usize,
    in_flight: usize,
    pub(crate) bound: Option<Arc<BindInfo>>,
    pub(crate) closed: Option<CloseReason>,
    last: Option<Box<Statistics>>,
}

/// What the handles want besides requests.
#[derive(Debug, Default)]
struct Wants {
    close: bool,
    unbind: bool,
    /// Unbind was passed on: nothing new is taken.
    leaving: bool,
    statistics: Vec<oneshot::Sender<Statistics>>,
}

#[derive(Debug)]
enum Entry {
    Free,
    Queued {
        body: Body,
        response_timeout: Option<Duration>,
        since: Option<Instant>,
        waker: Option<Waker>,
    },
    Sent {
        waker: Option<Waker>,
    },
    Done(Outcome),
    /// Sent, and nobody waits for the answer; the slot is taken until it comes.
    Abandoned,
    /// Queued, and nobody waits any more; never sent.
    Cancelled,
}

/// How a request is to be queued.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queueing {
    pub(crate) response_timeout: Option<Duration>,
    /// Fails instead of waiting for the window.
    pub(crate) at_once: bool,
}

impl Shared {
    pub(crate) fn new(session: &Session, now: Instant) -> Self {
        Self {
            slab: Mutex::new(Slab {
                entries: Vec::new(),
                free: Vec::new(),
                queue: VecDeque::new(),
                cancelled: 0,
                config: Arc::clone(session.config()),
                driver: None,
                fresh: false,
                wants: Wants::default(),
                clock: now,
                state: session.state(),
                room: session.window_available(),
                in_flight: 0,
                bound: None,
                closed: None,
                last: None,
            }),
            command_wake: AtomicBool::new(false),
            reconfigured: AtomicBool::new(false),
            closed: Notify::new(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Slab> {
        // The slab is whole between any two statements that could panic.
        self.slab.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells once that the driver was woken by a command.
    pub(crate) fn take_command_wake(&self) -> bool {
        self.command_wake.load(Ordering::Relaxed) && self.command_wake.swap(false, Ordering::AcqRel)
    }

    /// Queues a request and returns its entry.
    pub(crate) fn queue(&self, body: Body, queueing: Queueing) -> Result<u32, RequestError> {
        let mut slab = self.lock();
        slab.admit(queueing.at_once)?;
        // An awake driver takes it in this very turn or the next: only the
        // queue in front of it can make it wait.
        let since = slab.driver.is_none().then_some(slab.clock);
        let Queueing { response_timeout, .. } = queueing;
        let index = slab.insert(Entry::Queued { body, response_timeout, since, waker: None });
        slab.queue.push_back(index);
        self.wake(slab);
        Ok(index)
    }

    pub(crate) fn poll(&self, index: u32, waker: &Waker) -> Poll<Outcome> {
        let mut slab = self.lock();
        let Some(entry) = slab.entries.get_mut(index as usize) else {
            return Poll::Pending;
        };
        match entry {
            Entry::Queued { waker: place, .. } | Entry::Sent { waker: place } => {
                if !place.as_ref().is_some_and(|old| old.will_wake(waker)) {
                    *place = Some(waker.clone());
                }
                Poll::Pending
            }
            Entry::Done(_) => match slab.release(index) {
                Entry::Done(outcome) => Poll::Ready(outcome),
                Entry::Free
                | Entry::Queued { .. }
                | Entry::Sent { .. }
                | Entry::Abandoned
                | Entry::Cancelled => Poll::Pending,
            },
            Entry::Free | Entry::Abandoned | Entry::Cancelled => Poll::Pending,
        }
    }

    /// Tells whether the request still waits in the queue.
    pub(crate) fn is_queued(&self, index: u32) -> bool {
        matches!(self.lock().entries.get(index as usize), Some(Entry::Queued { .. }))
    }

    /// The future of this entry is gone.
    pub(crate) fn forget(&self, index: u32) {
        let mut slab = self.lock();
        let Some(entry) = slab.entries.get_mut(index as usize) else {
            return;
        };
        // What it held is dropped after the lock.
        let _dropped = match entry {
            Entry::Queued { .. } => {
                let dropped = std::mem::replace(entry, Entry::Cancelled);
                slab.cancelled += 1;
                slab.compact();
                Some(dropped)
            }
            Entry::Sent { .. } => Some(std::mem::replace(entry, Entry::Abandoned)),
            Entry::Done(_) => Some(slab.release(index)),
            Entry::Free | Entry::Abandoned | Entry::Cancelled => None,
        };
        drop(slab);
    }

    /// Requests in flight after the driver's last turn, and those that wait.
    pub(crate) fn in_use(&self) -> usize {
        let slab = self.lock();
        slab.in_flight + slab.waiting()
    }

    pub(crate) fn config(&self) -> Arc<SessionConfig> {
        Arc::clone(&self.lock().config)
    }

    pub(crate) fn configure(&self, config: Arc<SessionConfig>) {
        let mut slab = self.lock();
        slab.config = config;
        self.reconfigured.store(true, Ordering::Release);
        self.wake(slab);
    }

    /// Passes new settings on to the session; one load if there are none.
    pub(crate) fn pass_on_config(&self, session: &mut Session, now: Instant) {
        if self.reconfigured.load(Ordering::Acquire) && self.reconfigured.swap(false, Ordering::AcqRel) {
            session.configure(self.config(), now);
        }
    }

    pub(crate) fn want_close(&self) {
        let mut slab = self.lock();
        slab.wants.close = true;
        self.wake(slab);
    }

    pub(crate) fn want_unbind(&self) {
        let mut slab = self.lock();
        slab.wants.unbind = true;
        self.wake(slab);
    }

    /// Asks for the statistics; at once if the session is over.
    pub(crate) fn want_statistics(&self) -> Result<oneshot::Receiver<Statistics>, Option<Box<Statistics>>> {
        let mut slab = self.lock();
        if slab.closed.is_some() {
            return Err(slab.last.clone());
        }
        let (sender, receiver) = oneshot::channel();
        slab.wants.statistics.push(sender);
        self.wake(slab);
        Ok(receiver)
    }

    /// Delivers `answers`, passes on what the handles want, fills the window
    /// from the queue. Called by the driver once a turn. True if anything moved.
    pub(crate) fn exchange(
        &self,
        session: &mut Session,
        answers: &mut Vec<(u32, Outcome)>,
        wakers: &mut Vec<Waker>,
        now: Instant,
    ) -> bool {
        self.pass_on_config(session, now);
        let mut slab = self.lock();
        let mut moved = !answers.is_empty();
        slab.clock = now;
        slab.fresh = false;
        // Awake: commands need not wake the driver, and what they asked for is seen to now.
        slab.driver = None;
        self.command_wake.store(false, Ordering::Relaxed);
        for (index, outcome) in answers.drain(..) {
            wakers.extend(slab.finish(index, outcome));
        }
        moved |= slab.pass_on_wants(session, now);
        moved |= slab.fill_window(session, wakers, now);
        slab.state = session.state();
        slab.room = if session.has_room() { session.window_available() } else { 0 };
        slab.in_flight = session.window_in_use();
        if slab.bound.is_none() {
            slab.bound = session.bind_info().cloned();
        }
        drop(slab);
        wakers.drain(..).for_each(Waker::wake);
        moved
    }

    /// Lets the driver sleep unless something was asked for meanwhile.
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        let mut slab = self.lock();
        if slab.fresh {
            return false;
        }
        if !slab.driver.as_ref().is_some_and(|old| old.will_wake(waker)) {
            slab.driver = Some(waker.clone());
        }
        slab.shrink();
        true
    }

    /// The end: delivers the last answers, refuses what is still queued.
    pub(crate) fn finish(
        &self,
        reason: CloseReason,
        answers: &mut Vec<(u32, Outcome)>,
        statistics: Statistics,
    ) {
        let mut slab = self.lock();
        let mut wakers = Vec::new();
        for (index, outcome) in answers.drain(..) {
            wakers.extend(slab.finish(index, outcome));
        }
        while let Some(index) = slab.queue.pop_front() {
            let outcome = Err(RequestError::Closed { reason, sent: false });
            wakers.extend(slab.finish(index, outcome));
        }
        slab.cancelled = 0;
        slab.state = SessionState::Closed;
        slab.room = 0;
        slab.closed = Some(reason);
        for sender in slab.wants.statistics.drain(..) {
            // Whoever asked may have gone away.
            let _gone = sender.send(statistics.clone());
        }
        slab.last = Some(Box::new(statistics));
        drop(slab);
        self.closed.notify_waiters();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn wake(&self, mut slab: MutexGuard<'_, Slab>) {
        slab.fresh = true;
        let waker = slab.driver.take();
        drop(slab);
        if let Some(waker) = waker {
            self.command_wake.store(true, Ordering::Release);
            waker.wake();
        }
    }
}

impl Slab {
    fn admit(&self, at_once: bool) -> Result<(), RequestError> {
        if let Some(reason) = self.closed {
            return Err(RequestError::Closed { reason, sent: false });
        }
        if self.wants.leaving || self.wants.unbind || self.wants.close {
            return Err(RequestError::NotPermitted(self.state));
        }
        let waiting = self.waiting();
        if at_once && waiting >= self.room {
            return Err(RequestError::WindowFull);
        }
        // What the window takes at once does not wait.
        if waiting >= self.config.limits().queue.saturating_add(self.room) {
            return Err(RequestError::QueueFull);
        }
        Ok(())
    }

    fn waiting(&self) -> usize {
        self.queue.len().saturating_sub(self.cancelled)
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        match self.free.pop() {
            Some(index) => {
                if let Some(place) = self.entries.get_mut(index as usize) {
                    *place = entry;
                }
                index
            }
            None => {
                self.entries.push(entry);
                // The queue limit keeps it far below.
                (self.entries.len() - 1) as u32
            }
        }
    }

    fn release(&mut self, index: u32) -> Entry {
        match self.entries.get_mut(index as usize) {
            Some(place) if !matches!(place, Entry::Free) => {
                self.free.push(index);
                std::mem::replace(place, Entry::Free)
            }
            _ => Entry::Free,
        }
    }

    /// Settles an entry; returns whom to wake.
    fn finish(&mut self, index: u32, outcome: Outcome) -> Option<Waker> {
        let place = self.entries.get_mut(index as usize)?;
        match place {
            Entry::Queued { waker, .. } | Entry::Sent { waker } => {
                let waker = waker.take();
                *place = Entry::Done(outcome);
                waker
            }
            Entry::Abandoned | Entry::Cancelled => {
                self.release(index);
                None
            }
            Entry::Free | Entry::Done(_) => None,
        }
    }

    fn pass_on_wants(&mut self, session: &mut Session, now: Instant) -> bool {
        let mut moved = false;
        if std::mem::take(&mut self.wants.close) {
            self.wants.leaving = true;
            session.close(now);
            moved = true;
        }
        if std::mem::take(&mut self.wants.unbind) && !self.wants.leaving {
            self.wants.leaving = true;
            session.set_backlog(self.waiting() > 0, now);
            session.unbind(now);
            moved = true;
        }
        if !self.wants.statistics.is_empty() {
            let mut statistics = session.statistics(now);
            statistics.queued += self.waiting();
            for sender in self.wants.statistics.drain(..) {
                // Whoever asked may have gone away.
                let _gone = sender.send(statistics.clone());
            }
        }
        moved
    }

    fn fill_window(&mut self, session: &mut Session, wakers: &mut Vec<Waker>, now: Instant) -> bool {
        let mut moved = false;
        // While a bind is open, what a handler has queued waits for its outcome.
        while session.state() != SessionState::Closed && session.has_room() && !session.is_binding() {
            let Some(index) = self.queue.pop_front() else {
                break;
            };
            moved = true;
            let Some(place) = self.entries.get_mut(index as usize) else {
                continue;
            };
            let Entry::Queued { body, response_timeout, since, waker } =
                std::mem::replace(place, Entry::Free)
            else {
                self.cancelled = self.cancelled.saturating_sub(1);
                self.free.push(index);
                continue;
            };
            let waited = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
            session.counters.window_wait.record(waited);
            *place = match send(session, index, body, response_timeout, now) {
                Ok(true) => Entry::Sent { waker },
                Ok(false) => {
                    wakers.extend(waker);
                    Entry::Done(Ok(None))
                }
                Err(error) => {
                    wakers.extend(waker);
                    Entry::Done(Err(error))
                }
            };
        }
        if self.wants.leaving && self.waiting() == 0 {
            session.set_backlog(false, now);
        }
        moved
    }

    /// Takes cancelled entries out of the queue once they are half of it, so
    /// that a loop of dropped futures does not grow it.
    fn compact(&mut self) {
        if self.cancelled * 2 < self.queue.len() || self.cancelled < 16 {
            return;
        }
        let (entries, free) = (&mut self.entries, &mut self.free);
        self.queue.retain(|index| match entries.get_mut(*index as usize) {
            Some(place @ Entry::Cancelled) => {
                *place = Entry::Free;
                free.push(*index);
                false
            }
            _ => true,
        });
        self.cancelled = 0;
    }

    /// Gives memory back while nothing is open.
    fn shrink(&mut self) {
        if self.entries.capacity() > 0 && self.entries.len() == self.free.len() {
            self.entries = Vec::new();
            self.free = Vec::new();
            self.queue = VecDeque::new();
        }
    }
}

/// True if a response is to come.
fn send(
    session: &mut Session,
    index: u32,
    body: Body,
    response_timeout: Option<Duration>,
    now: Instant,
) -> Result<bool, RequestError> {
    let response_timeout = response_timeout.or_else(|| session.config().timers().response);
    let sent = if body.command_id().response().is_some() {
        session.request_body(body, RequestKey(index), response_timeout, now).map(|_| true)
    } else {
        session.send_notification(body, now).map(|()| false)
    };
    sent.map_err(|not_sent| not_sent.error)
}
