//! The driver's side of the slab: once a turn, under one lock.

use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::{Duration, Instant};

use smpp_pdu::Body;

use super::slab::{Entry, Outcome, Shared, Slab};
use crate::counters::Statistics;
use crate::error::RequestError;
use crate::event::{CloseReason, RequestKey};
use crate::session::Session;
use crate::state::SessionState;

impl Shared {
    /// Passes new settings on to the session; one load if there are none.
    pub(crate) fn pass_on_config(&self, session: &mut Session, now: Instant) {
        if self.reconfigured.load(Ordering::Acquire) && self.reconfigured.swap(false, Ordering::AcqRel) {
            session.configure(self.config(), now);
        }
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
}

impl Slab {
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
