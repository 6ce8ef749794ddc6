//! How fast to send, and what to do when the centre says "slower".
//!
//! [`PaceConfig`] says the rate; `Pace` is the pure part that decides, with
//! the clock as an argument; `Pacer` waits on its behalf. What the user sees
//! are [`PaceEvent`]s.

mod bucket;
mod config;
mod pacer;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use smpp_session::pdu::CommandStatus;

use self::bucket::TokenBucket;
pub use self::config::PaceConfig;
pub(crate) use self::pacer::Pacer;

/// What the pace of sending did.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PaceEvent {
    /// The centre refused for being too fast; nothing new leaves for `pause`.
    Throttled {
        /// ESME_RTHROTTLED or ESME_RMSGQFUL.
        command_status: CommandStatus,
        /// How long intake stands still.
        pause: Duration,
        /// The rate after the pause, in submit_sm per second; none is unlimited.
        rate: Option<f64>,
    },
    /// The pause is over; sending goes on at `rate` submit_sm per second.
    Resumed {
        /// In submit_sm per second; none is unlimited.
        rate: Option<f64>,
    },
    /// The configured rate is reached again.
    Recovered,
}

/// True for the two statuses that mean "the same PDU, later": ESME_RTHROTTLED
/// and ESME_RMSGQFUL (SMPP v3.4 section 5.1.3).
pub(crate) fn is_throttling(status: CommandStatus) -> bool {
    status == CommandStatus::ESME_RTHROTTLED || status == CommandStatus::ESME_RMSGQFUL
}

/// Rate, pause and recovery of one session or pool. Pure.
#[derive(Debug)]
pub(crate) struct Pace {
    config: PaceConfig,
    bucket: Option<TokenBucket>,
    /// Below the configured rate while recovering; none is unlimited.
    rate: Option<f64>,
    recovering: bool,
    paused_until: Option<Instant>,
    raise_at: Option<Instant>,
    answers: VecDeque<(Instant, bool)>,
    second_began: Instant,
    accepted_this_second: u32,
    accepted_last_second: u32,
}

impl Pace {
    pub(crate) fn new(config: PaceConfig, now: Instant) -> Self {
        let bucket = config.rate.map(|rate| TokenBucket::new(rate, config.burst, now));
        Self {
            rate: config.rate,
            config,
            bucket,
            recovering: false,
            paused_until: None,
            raise_at: None,
            answers: VecDeque::new(),
            second_began: now,
            accepted_this_second: 0,
            accepted_last_second: 0,
        }
    }

    /// Takes the right to send one PDU, or says how long to wait before asking
    /// again. The event, if any, comes with either.
    pub(crate) fn admit(&mut self, now: Instant) -> (Result<(), Duration>, Option<PaceEvent>) {
        let mut event = None;
        if let Some(until) = self.paused_until {
            if now < until {
                return (Err(until - now), None);
            }
            self.paused_until = None;
            event = Some(PaceEvent::Resumed { rate: self.rate });
        }
        if let Some(raised) = self.raise(now) {
            event = Some(raised);
        }
        let admission = self.bucket.as_mut().map_or(Ok(()), |bucket| bucket.take(now));
        (admission, event)
    }

    /// Notes the status of a submit_sm_resp.
    pub(crate) fn answered(&mut self, command_status: CommandStatus, now: Instant) -> Option<PaceEvent> {
        let refused = is_throttling(command_status);
        self.note(refused, now);
        if !refused || self.paused_until.is_some_and(|until| now < until) || self.tolerated() {
            return None;
        }
        self.answers.clear();
        let until = now + self.config.pause;
        self.paused_until = Some(until);
        if self.config.adapt {
            self.lower(until);
        }
        Some(PaceEvent::Throttled { command_status, pause: self.config.pause, rate: self.rate })
    }

    fn note(&mut self, refused: bool, now: Instant) {
        if now.saturating_duration_since(self.second_began) >= SECOND {
            let gap = now.saturating_duration_since(self.second_began) >= 2 * SECOND;
            self.accepted_last_second = if gap { 0 } else { self.accepted_this_second };
            self.accepted_this_second = 0;
            self.second_began = now;
        }
        if !refused {
            self.accepted_this_second = self.accepted_this_second.saturating_add(1);
        }
        if self.config.tolerated_percent == 0 {
            return;
        }
        while self.answers.len() >= MAX_SAMPLES
            || self
                .answers
                .front()
                .is_some_and(|(at, _)| now.saturating_duration_since(*at) > self.config.sample)
        {
            self.answers.pop_front();
        }
        self.answers.push_back((now, refused));
    }

    /// True while too few answers were refused for a pause.
    fn tolerated(&self) -> bool {
        if self.config.tolerated_percent == 0 {
            return false;
        }
        let refused = self.answers.iter().filter(|(_, refused)| *refused).count();
        self.answers.len() < self.config.minimum_samples
            || refused * 100 <= self.answers.len() * usize::from(self.config.tolerated_percent)
    }

    /// Halves the rate; without a configured one, halves what was accepted of late.
    fn lower(&mut self, at: Instant) {
        let seen = f64::from(self.accepted_last_second.max(self.accepted_this_second));
        let rate = self.rate.unwrap_or(seen).max(2.0) / 2.0;
        self.rate = Some(rate);
        self.recovering = true;
        self.bucket = Some(TokenBucket::new(rate, self.config.burst, at));
        self.raise_at = Some(at + SECOND);
    }

    /// Once a second without a refusal: a tenth more, until the configured rate.
    fn raise(&mut self, now: Instant) -> Option<PaceEvent> {
        if !self.recovering || self.raise_at.is_none_or(|at| now < at) {
            return None;
        }
        self.raise_at = Some(now + SECOND);
        let raised = self.rate.unwrap_or(1.0) * 1.1;
        let goal = self.config.rate.unwrap_or(UNLIMITED_AGAIN);
        if raised >= goal {
            self.recovering = false;
            self.raise_at = None;
            self.rate = self.config.rate;
            self.bucket = self.config.rate.map(|rate| TokenBucket::new(rate, self.config.burst, now));
            return Some(PaceEvent::Recovered);
        }
        self.rate = Some(raised);
        if let Some(bucket) = &mut self.bucket {
            bucket.set_rate(raised, now);
        }
        None
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// Answers kept for the share of refusals; older ones leave first.
const MAX_SAMPLES: usize = 10_000;
/// Without a configured rate, this many per second count as unlimited again.
const UNLIMITED_AGAIN: f64 = 100_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_pauses_everything_once() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceConfig::default().pause(SECOND), start);

        let first = pace.answered(CommandStatus::ESME_RTHROTTLED, start);
        let second = pace.answered(CommandStatus::ESME_RMSGQFUL, start);

        assert!(matches!(first, Some(PaceEvent::Throttled { pause: SECOND, .. })));
        assert_eq!(second, None, "the whole window is refused at once and counts once");
        assert_eq!(pace.admit(start).0, Err(SECOND));
        let (admission, event) = pace.admit(start + SECOND);
        assert_eq!(admission, Ok(()));
        assert!(matches!(event, Some(PaceEvent::Resumed { .. })));
    }

    #[test]
    fn the_rate_is_halved_and_climbs_back() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceConfig::default().rate(100.0).pause(SECOND), start);

        pace.answered(CommandStatus::ESME_RTHROTTLED, start);
        let mut now = start + SECOND;
        let (_, event) = pace.admit(now);
        assert_eq!(event, Some(PaceEvent::Resumed { rate: Some(50.0) }));
        let mut recovered = None;
        for second in 0..20_u32 {
            now += SECOND;
            if pace.admit(now).1 == Some(PaceEvent::Recovered) {
                recovered = Some(second);
                break;
            }
        }

        assert_eq!(recovered, Some(7), "50 × 1.1⁸ passes 100");
        assert_eq!(pace.rate, Some(100.0));
    }

    #[test]
    fn without_a_rate_the_accepted_share_sets_one() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceConfig::default(), start);
        for _ in 0..40 {
            pace.answered(CommandStatus::ESME_ROK, start);
        }

        let event = pace.answered(CommandStatus::ESME_RMSGQFUL, start);

        assert!(matches!(event, Some(PaceEvent::Throttled { rate: Some(rate), .. }) if rate == 20.0));
    }

    #[test]
    fn a_tolerated_share_does_not_pause() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceConfig::default().tolerate(10, 10, 60 * SECOND), start);
        for _ in 0..20 {
            pace.answered(CommandStatus::ESME_ROK, start);
        }

        assert_eq!(pace.answered(CommandStatus::ESME_RTHROTTLED, start), None);
        assert_eq!(pace.answered(CommandStatus::ESME_RTHROTTLED, start), None);
        assert!(pace.answered(CommandStatus::ESME_RTHROTTLED, start).is_some(), "3 of 23 is more than 10 %");
    }

    #[test]
    fn other_refusals_are_no_reason_to_slow_down() {
        let start = Instant::now();
        let mut pace = Pace::new(PaceConfig::default(), start);

        assert_eq!(pace.answered(CommandStatus::ESME_RINVDSTADR, start), None);
        assert_eq!(pace.admit(start).0, Ok(()));
    }
}
