//! A token bucket, kept as one point in time.
//!
//! Pure: the clock is an argument, nothing waits here.

use std::time::{Duration, Instant};

/// Lets `rate` PDUs pass in a second, and up to `burst` at once after a pause.
///
/// Kept as the time at which the bucket would be full again, so there is no
/// timer that refills it and no rounding that adds up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct TokenBucket {
    interval: Duration,
    burst: u32,
    full_at: Instant,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens (at least one) that gains `rate` tokens
    /// in a second. A rate of zero, or one that is no number, counts as one
    /// token in a thousand seconds; above 10⁹ it counts as 10⁹.
    pub(super) fn new(rate: f64, burst: u32, now: Instant) -> Self {
        Self { interval: interval(rate), burst: burst.max(1), full_at: now }
    }

    /// Takes one token, or says how long to wait for one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let wait = self.wait(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.full_at = self.full_at.max(now) + self.interval;
        Ok(())
    }

    /// How long until [`take`](Self::take) succeeds; zero if it would now.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let depth = self.interval.saturating_mul(self.burst);
        let after = self.full_at.max(now) + self.interval;
        after.saturating_duration_since(now).saturating_sub(depth)
    }

    /// Changes the rate; tokens already there stay.
    pub(super) fn set_rate(&mut self, rate: f64, now: Instant) {
        let owed = self.full_at.saturating_duration_since(now);
        let tokens = owed.as_secs_f64() / self.interval.as_secs_f64();
        self.interval = interval(rate);
        self.full_at = now + self.interval.mul_f64(tokens.clamp(0.0, f64::from(self.burst)));
    }
}

fn interval(rate: f64) -> Duration {
    let rate = if rate.is_finite() { rate.clamp(MIN_RATE, MAX_RATE) } else { MIN_RATE };
    Duration::from_secs_f64(1.0 / rate)
}

const MIN_RATE: f64 = 0.001;
const MAX_RATE: f64 = 1e9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10.0, 3, start);

        let first: Vec<bool> = (0..4).map(|_| bucket.take(start).is_ok()).collect();
        let wait = bucket.take(start).unwrap_err();

        assert_eq!(first, [true, true, true, false]);
        assert_eq!(wait, Duration::from_millis(100));
        assert!(bucket.take(start + wait).is_ok());
        assert!(bucket.take(start + wait).is_err());
    }

    #[test]
    fn over_a_long_time_exactly_the_rate_passes() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(7.0, 1, start);

        let passed =
            (0..10_000_u64).filter(|ms| bucket.take(start + Duration::from_millis(*ms)).is_ok()).count();

        assert!((69..=71).contains(&passed), "{passed}");
    }

    #[test]
    fn a_pause_fills_no_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(100.0, 5, start);

        let later = start + Duration::from_secs(3600);
        let passed = (0..50).filter(|_| bucket.take(later).is_ok()).count();

        assert_eq!(passed, 5);
    }

    #[test]
    fn a_lower_rate_keeps_the_debt() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10.0, 1, start);
        bucket.take(start).unwrap();

        bucket.set_rate(1.0, start);

        assert_eq!(bucket.wait(start), Duration::from_secs(1));
    }

    #[test]
    fn senseless_rates_do_not_panic() {
        let start = Instant::now();
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut bucket = TokenBucket::new(rate, 0, start);
            assert!(bucket.take(start).is_ok());
            assert!(bucket.wait(start) >= Duration::from_secs(1));
        }
    }
}
