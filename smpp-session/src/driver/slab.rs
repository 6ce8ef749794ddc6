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
use crate::event::CloseReason;
use crate::session::Session;
use crate::state::SessionState;

/// What came of a request: its response, or nothing for a notification.
pub(crate) type Outcome = Result<Option<Body>, RequestError>;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) slab: Mutex<Slab>,
    /// The driver was parked and a command has woken it.
    pub(super) command_wake: AtomicBool,
    /// New settings wait in the slab.
    pub(super) reconfigured: AtomicBool,
    pub(crate) closed: Notify,
}

#[derive(Debug)]
pub(crate) struct Slab {
    pub(super) entries: Vec<Entry>,
    pub(super) free: Vec<u32>,
    pub(super) queue: VecDeque<u32>,
    /// Entries in the queue whose futures were dropped.
    pub(super) cancelled: usize,
    pub(super) config: Arc<SessionConfig>,
    /// The driver's, while it sleeps.
    pub(super) driver: Option<Waker>,
    /// Something was asked for since the driver looked.
    pub(super) fresh: bool,
    pub(super) wants: Wants,
    /// The instant of the driver's last turn.
    pub(super) clock: Instant,
    pub(crate) state: SessionState,
    /// How many more requests would be sent at once.
    pub(super) room: usize,
    pub(super) in_flight: usize,
    pub(crate) bound: Option<Arc<BindInfo>>,
    pub(crate) closed: Option<CloseReason>,
    pub(super) last: Option<Box<Statistics>>,
}

/// What the handles want besides requests.
#[derive(Debug, Default)]
pub(super) struct Wants {
    pub(super) close: bool,
    pub(super) unbind: bool,
    /// Unbind was passed on: nothing new is taken.
    pub(super) leaving: bool,
    pub(super) statistics: Vec<oneshot::Sender<Statistics>>,
}

#[derive(Debug)]
pub(super) enum Entry {
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

    pub(super) fn wake(&self, mut slab: MutexGuard<'_, Slab>) {
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

    pub(super) fn waiting(&self) -> usize {
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
    pub(super) fn finish(&mut self, index: u32, outcome: Outcome) -> Option<Waker> {
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
    pub(super) fn shrink(&mut self) {
        if self.entries.capacity() > 0 && self.entries.len() == self.free.len() {
            self.entries = Vec::new();
            self.free = Vec::new();
            self.queue = VecDeque::new();
        }
    }
}
