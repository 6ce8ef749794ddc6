//! When to connect, and whether what is reached lives.

use std::time::{Duration, Instant};

use crate::client::backoff::Backoff;
use crate::link::{LinkCounters, LossReason};

/// When to connect.
#[derive(Debug)]
pub(super) struct Attempts {
    backoff: Backoff,
    goodbye_pause: Duration,
    begun: Option<Instant>,
    next: Option<Instant>,
    /// Whether bearerbox ended the last connection with a goodbye.
    goodbye: bool,
}

impl Attempts {
    pub(super) const fn new(backoff: Backoff, goodbye_pause: Duration) -> Self {
        Self { backoff, goodbye_pause, begun: None, next: None, goodbye: false }
    }

    /// When the next attempt may begin; `None` for at once.
    pub(super) const fn until(&self) -> Option<Instant> {
        self.next
    }

    pub(super) fn begin(&mut self, now: Instant) {
        self.begun = Some(now);
    }

    pub(super) fn after_loss(
        &mut self,
        reason: LossReason,
        since: Instant,
        random: u32,
        now: Instant,
    ) -> Duration {
        // A connection closed right away, as to an address that is denied, is no better than none.
        if now.saturating_duration_since(since) >= HELD {
            self.backoff.reset();
        }
        let retry_in = self.after_failure(random, now);
        self.goodbye = matches!(reason, LossReason::Shutdown | LossReason::Restart);
        if !self.goodbye || retry_in >= self.goodbye_pause {
            return retry_in;
        }
        self.next = Some(now + self.goodbye_pause);
        self.goodbye_pause
    }

    /// Until when a new connection has to prove that bearerbox lives, if it has to.
    pub(super) fn probation(&self, now: Instant) -> Option<Instant> {
        self.goodbye.then(|| now + PROBATION)
    }

    pub(super) fn after_failure(&mut self, random: u32, now: Instant) -> Duration {
        let next = now + self.backoff.next_pause(random);
        let next = self.begun.map_or(next, |begun| next.max(begun + MIN_BETWEEN_ATTEMPTS));
        self.next = Some(next);
        next.saturating_duration_since(now)
    }
}

/// Whether bearerbox is one that lives, on a connection made after a goodbye.
pub(super) enum Proof {
    Alive,
    Open,
    GoingDown,
}

impl Proof {
    pub(super) fn of(counters: &LinkCounters) -> Self {
        let LinkCounters { acked_success, acked_failed, acked_buffered, .. } = *counters;
        let LinkCounters { mo_received, reports_received, acked_failed_tmp, .. } = *counters;
        if [acked_success, acked_failed, acked_buffered, mo_received, reports_received]
            .iter()
            .any(|count| *count > 0)
        {
            Self::Alive
        } else if acked_failed_tmp > 0 {
            Self::GoingDown
        } else {
            Self::Open
        }
    }
}

/// Bearerbox accepts one connection a second.
const MIN_BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// How long a connection made after a goodbye may bring nothing before it is made anew, lest it keeps a bearerbox from going
/// down that took longer still.
const PROBATION: Duration = Duration::from_secs(30);

/// How long a connection must have held for the pauses to start from the beginning.
const HELD: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_held_starts_the_pauses_anew() {
        let begin = begin();
        let mut attempts = attempts(begin);
        let at = |seconds| begin + Duration::from_secs(seconds);

        assert_eq!(attempts.after_failure(0, at(1)), Duration::from_secs(1));
        assert_eq!(attempts.after_failure(0, at(3)), Duration::from_secs(2));
        assert_eq!(attempts.after_loss(LossReason::Closed, at(9), 0, at(10)), Duration::from_secs(4));
        assert_eq!(attempts.after_loss(LossReason::Closed, at(20), 0, at(30)), Duration::from_secs(1));
        assert_eq!(attempts.until(), Some(at(31)));
    }

    #[test]
    fn a_goodbye_keeps_away_longer_and_asks_for_proof() {
        let begin = begin();
        let mut attempts = attempts(begin);
        assert_eq!(attempts.probation(begin), None);

        assert_eq!(attempts.after_loss(LossReason::Restart, begin, 0, begin), Duration::from_secs(12));
        assert_eq!(attempts.until(), Some(begin + Duration::from_secs(12)));
        // A failure to connect does not lift it.
        attempts.after_failure(0, begin);
        assert!(attempts.probation(begin).is_some());

        attempts.after_loss(LossReason::Doubtful, begin, 0, begin);
        assert_eq!(attempts.probation(begin), None);
    }

    fn attempts(now: Instant) -> Attempts {
        let mut attempts = Attempts::new(Backoff::default(), Duration::from_secs(12));
        attempts.begin(now);
        attempts
    }

    fn begin() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "only differences from this moment matter")]
        Instant::now()
    }
}
