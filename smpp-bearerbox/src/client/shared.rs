//! What the handles, the inbox's acknowledgements and the driver share.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot, watch};

use crate::client::error::SendError;
use crate::client::handle::ConnectionState;
use crate::link::AckToken;
use crate::protocol::{AckStatus, Sms};

/// The queues between the caller and the driver. The lock is held for moments only, never across an await.
pub(super) struct Shared {
    queues: Mutex<Queues>,
    state: watch::Sender<ConnectionState>,
    wake: Notify,
    pub(super) limits: Limits,
}

/// What a handle needs to know of the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_waiting: usize,
    pub(super) send_timeout: Duration,
    pub(super) hold_while_down: bool,
}

#[derive(Debug, Default)]
pub(super) struct Queues {
    /// MTs not yet handed to a link, oldest first.
    pub(super) waiting: VecDeque<Queued>,
    /// Acknowledgements not yet handed to a link, with the number of the connection they belong to.
    pub(super) acknowledgements: Vec<(u64, AckToken, AckStatus)>,
    pub(super) stopped: bool,
}

#[derive(Debug)]
pub(super) struct Queued {
    pub(super) sms: Box<Sms>,
    pub(super) waiter: Waiter,
}

/// The other end of one [`Sending`](crate::Sending).
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) deadline: Instant,
    /// `None` once it was answered.
    pub(super) answer: Option<oneshot::Sender<Result<AckStatus, SendError>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("state", &self.state())
            .field("waiting", &self.queues().waiting.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            queues: Mutex::default(),
            state: watch::Sender::new(ConnectionState::Down),
            wake: Notify::new(),
            limits,
        }
    }

    pub(super) fn queues(&self) -> MutexGuard<'_, Queues> {
        // No panic can happen while it is held that leaves it half changed.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> ConnectionState {
        *self.state.borrow()
    }

    pub(super) fn watch_state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    pub(super) fn set_state(&self, state: ConnectionState) {
        self.state.send_replace(state);
    }

    /// Puts an MT into the queue, or says why not.
    pub(super) fn enqueue(&self, queued: Queued) -> Result<(), SendError> {
        let mut queues = self.queues();
        match self.state() {
            _ if queues.stopped => return Err(SendError::Ended),
            ConnectionState::Ended => return Err(SendError::Ended),
            ConnectionState::Down if !self.limits.hold_while_down => return Err(SendError::NotConnected),
            ConnectionState::Down | ConnectionState::Up => {}
        }
        if queues.waiting.len() >= self.limits.max_waiting {
            return Err(SendError::QueueFull);
        }
        queues.waiting.push_back(queued);
        drop(queues);
        self.wake.notify_one();
        Ok(())
    }

    pub(super) fn acknowledge(&self, connection: u64, token: AckToken, status: AckStatus) {
        self.queues().acknowledgements.push((connection, token, status));
        self.wake.notify_one();
    }

    /// Tells the driver to end.
    pub(super) fn stop(&self) {
        self.queues().stopped = true;
        self.wake.notify_one();
    }

    /// When to look next for MTs that have waited too long; `None` when none waits, here or `in_flight`.
    pub(super) fn next_sweep(&self, in_flight: usize, now: Instant) -> Option<Instant> {
        let every = (self.limits.send_timeout / 10).clamp(Duration::from_millis(10), Duration::from_secs(1));
        (in_flight > 0 || !self.queues().waiting.is_empty()).then(|| now + every)
    }

    /// Waits until something was queued or the driver was told to end.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }
}

impl Queues {
    /// Takes the MTs whose deadline has passed off the front. All have the same time-out, so the oldest are first.
    pub(super) fn take_expired(&mut self, now: Instant) -> Vec<Queued> {
        std::iter::from_fn(|| self.waiting.pop_front_if(|queued| queued.waiter.deadline <= now)).collect()
    }
}

impl Waiter {
    /// Answers, unless that was done before or nobody listens any more.
    pub(super) fn answer(&mut self, result: Result<AckStatus, SendError>) {
        if let Some(answer) = self.answer.take() {
            // The other end may be gone: whoever dropped the future does not want to know.
            let _ = answer.send(result);
        }
    }

    /// Tells whether nobody waits any more: it was answered, or the future was dropped.
    pub(super) fn is_late(&self) -> bool {
        self.answer.is_none() || self.is_abandoned()
    }

    /// Tells whether the future was dropped before it was answered.
    pub(super) fn is_abandoned(&self) -> bool {
        self.answer.as_ref().is_some_and(oneshot::Sender::is_closed)
    }
}
