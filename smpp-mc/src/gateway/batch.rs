//! What one session accepts in one turn, committed together.
//!
//! A session hands over all it decoded from one read: one commit, one wake-up, however many submissions it held.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::store::{Change, StoreError};

/// The changes that gather until the turn ends.
#[derive(Debug, Default)]
pub(crate) struct TurnBatch {
    gathering: Mutex<Gathering>,
}

#[derive(Debug, Default)]
struct Gathering {
    changes: Vec<Change>,
    outcome: Arc<Outcome>,
    /// Whether somebody is going to call `take`.
    expected: bool,
}

impl TurnBatch {
    /// Says that the session is in a turn, at whose end `take` is called.
    pub(crate) fn turn_began(&self) {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner).expected = true;
    }

    /// Adds changes; the future completes when the commit they are part of has.
    ///
    /// True if the caller must see to it that `take` is called: the changes came between two turns.
    pub(crate) fn add(&self, changes: impl IntoIterator<Item = Change>) -> (Committed, bool) {
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        gathering.changes.extend(changes);
        let alone = !std::mem::replace(&mut gathering.expected, true);
        (Committed { outcome: Arc::clone(&gathering.outcome), place: None }, alone)
    }

    /// Takes what has gathered; none if nothing has.
    pub(crate) fn take(&self) -> Option<(Vec<Change>, Settle)> {
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let Gathering { changes, outcome, .. } = std::mem::take(&mut *gathering);
        if changes.is_empty() {
            // Nobody can be waiting for the outcome of nothing.
            return None;
        }
        Some((changes, Settle { outcome, settled: false }))
    }
}

/// Tells everyone whose changes were in the batch. Dropped without a word, it tells them that the store is closed.
#[derive(Debug)]
pub(crate) struct Settle {
    outcome: Arc<Outcome>,
    settled: bool,
}

impl Settle {
    /// The commit has ended like this.
    pub(crate) fn settle(mut self, result: Result<(), StoreError>) {
        self.tell(result);
    }

    fn tell(&mut self, result: Result<(), StoreError>) {
        self.settled = true;
        let waiting = {
            let mut state = self.outcome.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.result = Some(result);
            std::mem::take(&mut state.waiting)
        };
        // Woken outside the lock: a task on another worker would block on it.
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        if !self.settled {
            self.tell(Err(StoreError::Closed));
        }
    }
}

/// Completes with the outcome of the commit that the changes were part of.
#[derive(Debug)]
#[must_use = "nothing is safe before the commit has ended"]
pub(crate) struct Committed {
    outcome: Arc<Outcome>,
    /// Where its waker stands among the waiting ones.
    place: Option<usize>,
}

impl Future for Committed {
    type Output = Result<(), StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut state = this.outcome.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = &state.result {
            return Poll::Ready(result.clone());
        }
        match this.place.and_then(|place| state.waiting.get_mut(place)) {
            Some(waker) => waker.clone_from(context.waker()),
            None => {
                this.place = Some(state.waiting.len());
                state.waiting.push(context.waker().clone());
            }
        }
        Poll::Pending
    }
}

#[derive(Debug, Default)]
struct Outcome {
    state: Mutex<OutcomeState>,
}

#[derive(Debug, Default)]
struct OutcomeState {
    result: Option<Result<(), StoreError>>,
    waiting: Vec<Waker>,
}
