//! How long to wait before the next attempt: exponential, capped, with jitter.
//!
//! Pure: the attempt number and the randomness are arguments.

use std::time::Duration;

/// Waiting times that double from `initial` up to `cap`, spread by `jitter`.
///
/// The jitter keeps a thousand clients that lost the same centre from coming
/// back in the same second. The cap holds for the spread value too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backoff {
    initial: Duration,
    cap: Duration,
    jitter_percent: u8,
}

impl Default for Backoff {
    /// 1 s, doubling to 60 s, spread by 20 % either way.
    fn default() -> Self {
        Self { initial: Duration::from_secs(1), cap: Duration::from_secs(60), jitter_percent: 20 }
    }
}

impl Backoff {
    /// Doubles from `initial` to `cap`, with the default jitter. A `cap` below
    /// `initial` is raised to it.
    pub fn new(initial: Duration, cap: Duration) -> Self {
        Self { initial, cap: cap.max(initial), ..Self::default() }
    }

    /// Spreads each delay by up to this many per cent either way; 0 for none,
    /// values above 100 count as 100.
    #[must_use]
    pub fn jitter_percent(mut self, percent: u8) -> Self {
        self.jitter_percent = percent.min(100);
        self
    }

    /// The longest delay.
    pub fn cap(&self) -> Duration {
        self.cap
    }

    /// The delay before attempt `attempt` (0 is the first retry). `random` is
    /// any evenly spread number; equal arguments give equal delays.
    pub fn delay(&self, attempt: u32, random: u64) -> Duration {
        let doubled = 1_u32.checked_shl(attempt).and_then(|factor| self.initial.checked_mul(factor));
        let base = doubled.map_or(self.cap, |delay| delay.min(self.cap));
        spread(base, self.jitter_percent, random).min(self.cap)
    }
}

/// Moves `base` by up to `percent` per cent either way.
pub(crate) fn spread(base: Duration, percent: u8, random: u64) -> Duration {
    let nanos = u64::try_from(base.as_nanos()).unwrap_or(u64::MAX);
    let reach = u128::from(nanos) * u128::from(percent) / 100;
    let width = reach * 2 + 1;
    let offset = u128::from(random) % width;
    let moved = (u128::from(nanos) + offset).saturating_sub(reach);
    Duration::from_nanos(u64::try_from(moved).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_until_the_cap() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30)).jitter_percent(0);

        let delays: Vec<u64> = (0..8).map(|attempt| backoff.delay(attempt, 7).as_secs()).collect();

        assert_eq!(delays, [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn an_absurd_attempt_number_stays_at_the_cap() {
        let backoff = Backoff::default();

        assert_eq!(backoff.jitter_percent(0).delay(u32::MAX, 0), Duration::from_secs(60));
    }

    #[test]
    fn jitter_stays_within_its_share_and_under_the_cap() {
        let backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(11)).jitter_percent(50);

        for random in [0, 1, u64::MAX / 3, u64::MAX] {
            let delay = backoff.delay(0, random);
            assert!(delay >= Duration::from_secs(5), "{delay:?}");
            assert!(delay <= Duration::from_secs(11), "{delay:?}");
        }
        assert_ne!(backoff.delay(0, 1), backoff.delay(0, 2_000_000_000));
    }

    #[test]
    fn a_cap_below_the_first_delay_is_raised() {
        let backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(1));

        assert_eq!(backoff.cap(), Duration::from_secs(10));
    }
}
