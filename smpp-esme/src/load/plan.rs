//! [`LoadPlan`]: how much, how fast, and of what.

use std::time::Duration;

use smpp_session::pdu::SubmitSm;

/// How much to submit, how fast, and of what.
#[derive(Clone, Debug)]
#[must_use]
pub struct LoadPlan {
    pub(super) binds: usize,
    pub(super) window: usize,
    pub(super) pace: Pace,
    pub(super) ramp: Duration,
    pub(super) duration: Option<Duration>,
    pub(super) count: Option<u64>,
    pub(super) messages: Vec<SubmitSm>,
    pub(super) receipts: bool,
    pub(super) receipt_wait: Duration,
}

/// What decides when the next message is submitted.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pace {
    /// An answer: each bind's window is kept full.
    Closed,
    /// The clock: so many a second over all binds, answered or not.
    Open {
        /// submit_sm per second.
        rate: f64,
    },
}

impl LoadPlan {
    /// Submits these PDUs, one after the other and again from the start. Until
    /// it is told when to end, it ends after ten seconds.
    pub fn new(messages: Vec<SubmitSm>) -> Self {
        Self {
            binds: 1,
            window: 10,
            pace: Pace::Closed,
            ramp: Duration::ZERO,
            duration: None,
            count: None,
            messages,
            receipts: false,
            receipt_wait: Duration::from_secs(10),
        }
    }

    /// How many binds share the load, at least 1. Default: 1.
    pub fn binds(mut self, binds: usize) -> Self {
        self.binds = binds.max(1);
        self
    }

    /// How many requests each bind may have in flight, 1 to 65,535. Default: 10.
    pub fn window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Open or closed loop. Default: closed.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// How long an open loop takes to reach its rate, in a straight line.
    /// Default: at once.
    pub fn ramp(mut self, ramp: Duration) -> Self {
        self.ramp = ramp;
        self
    }

    /// How long to submit.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// How many PDUs to submit, over all binds.
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Asks for receipts, and waits so long after the last answer for those
    /// that have not come. Each is matched with its message. Default: none.
    pub fn receipts(mut self, wait: Duration) -> Self {
        self.receipts = true;
        self.receipt_wait = wait;
        for message in &mut self.messages {
            message.registered_delivery = smpp_session::pdu::RegisteredDelivery::FINAL;
        }
        self
    }

    /// How many of the PDUs are the share of bind number `index`.
    pub(super) fn share(&self, index: usize) -> u64 {
        let Some(count) = self.count else {
            return u64::MAX;
        };
        let binds = u64::try_from(self.binds).unwrap_or(u64::MAX).max(1);
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        count / binds + u64::from(index < count % binds)
    }

    /// When to stop.
    pub(super) fn ends_after(&self) -> Option<Duration> {
        self.duration.or_else(|| self.count.is_none().then_some(DEFAULT_DURATION))
    }

    /// When PDU number `number` (from 0) of one bind is due, from the start.
    pub(super) fn due(&self, number: u64, rate: f64) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "2⁵² messages are beyond any load")]
        let number = number as f64;
        let ramp = self.ramp.as_secs_f64();
        // During the ramp rate × t² / (2 × ramp) are due, after it rate × (t − ramp / 2).
        let in_ramp = rate * ramp / 2.0;
        let seconds =
            if number < in_ramp { (2.0 * ramp * number / rate).sqrt() } else { number / rate + ramp / 2.0 };
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

const DEFAULT_DURATION: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_reaches_the_rate_in_a_straight_line() {
        let plan = LoadPlan::new(Vec::new()).ramp(Duration::from_secs(10));

        let due: Vec<f64> = [0, 125, 500, 600].map(|number| plan.due(number, 100.0).as_secs_f64()).to_vec();

        assert_eq!(due, [0.0, 5.0, 10.0, 11.0]);
    }

    #[test]
    fn shares_of_the_binds_are_the_whole() {
        let plan = LoadPlan::new(Vec::new()).binds(3).count(10);

        let shares: Vec<u64> = (0..3).map(|index| plan.share(index)).collect();

        assert_eq!(shares, [4, 3, 3]);
    }
}
