//! One token bucket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Admits `per_second` things a second in the long run, and up to `burst` of them at once.
///
/// Shared by all sessions of an account: taking is one compare-and-swap, no lock. Time is an
/// argument; a clock that stands still or steps back only means that no tokens come in.
///
/// In any span of `t` seconds at most `burst + t × per_second` are admitted.
///
/// ```
/// use std::time::{Duration, Instant};
/// use smpp_mc::throttle::TokenBucket;
///
/// let now = Instant::now();
/// let bucket = TokenBucket::new(10, 2, now);
/// assert_eq!(bucket.take(2, now), Ok(()));
/// assert_eq!(bucket.take(1, now), Err(Duration::from_millis(100)));
/// assert_eq!(bucket.take(1, now + Duration::from_millis(100)), Ok(()));
/// ```
#[derive(Debug)]
pub struct TokenBucket {
    epoch: Instant,
    /// Nanoseconds that one token takes to come in.
    interval: u64,
    /// Nanoseconds that a full bucket takes to come in.
    depth: u64,
    /// Nanoseconds after the epoch at which the bucket will be full again.
    full_at: AtomicU64,
}

impl TokenBucket {
    /// A full bucket. Both numbers count as 1 if they are 0.
    #[must_use]
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let interval = NANOS / u64::from(per_second.max(1));
        Self {
            epoch: now,
            interval,
            depth: interval.saturating_mul(u64::from(burst.max(1))),
            full_at: AtomicU64::new(0),
        }
    }

    /// Takes `tokens`, all or none. Refused, it says how long until as many will be there.
    ///
    /// More tokens than the burst are never there at once: asking for them is refused for as long
    /// as the missing ones would take.
    pub fn take(&self, tokens: u32, now: Instant) -> Result<(), Duration> {
        let now = nanos(now.saturating_duration_since(self.epoch));
        let price = self.interval.saturating_mul(u64::from(tokens));
        let mut full_at = self.full_at.load(Ordering::Relaxed);
        loop {
            let full_after = full_at.max(now).saturating_add(price);
            let excess = full_after.saturating_sub(now.saturating_add(self.depth));
            if excess > 0 {
                return Err(Duration::from_nanos(excess));
            }
            match self.full_at.compare_exchange_weak(
                full_at,
                full_after,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(()),
                Err(current) => full_at = current,
            }
        }
    }
}

const NANOS: u64 = 1_000_000_000;

// 584 years of nanoseconds fit; a longer time is the same as for ever.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_bucket_gives_its_burst_and_then_the_rate() {
        let start = Instant::now();
        let bucket = TokenBucket::new(50, 5, start);
        assert_eq!((0..10).filter(|_| bucket.take(1, start).is_ok()).count(), 5);

        let admitted = (1..=1000)
            .filter(|millisecond| bucket.take(1, start + Duration::from_millis(*millisecond)).is_ok())
            .count();
        assert_eq!(admitted, 50);
    }

    #[test]
    fn refusal_tells_the_time_to_wait() {
        let start = Instant::now();
        let bucket = TokenBucket::new(4, 1, start);
        assert_eq!(bucket.take(1, start), Ok(()));
        let wait = bucket.take(1, start).unwrap_err();
        assert_eq!(wait, Duration::from_millis(250));
        assert!(bucket.take(1, start + wait - Duration::from_nanos(1)).is_err());
        assert_eq!(bucket.take(1, start + wait), Ok(()));
    }

    #[test]
    fn more_than_the_burst_is_never_admitted() {
        let start = Instant::now();
        let bucket = TokenBucket::new(1000, 3, start);
        assert!(bucket.take(4, start + Duration::from_secs(3600)).is_err());
        assert_eq!(bucket.take(3, start + Duration::from_secs(3600)), Ok(()));
    }

    #[test]
    fn a_clock_that_steps_back_gives_nothing_and_takes_nothing() {
        let start = Instant::now();
        let later = start + Duration::from_secs(10);
        let bucket = TokenBucket::new(1, 1, start);
        assert_eq!(bucket.take(1, later), Ok(()));
        assert!(bucket.take(1, start).is_err());
        assert_eq!(bucket.take(1, later + Duration::from_secs(1)), Ok(()));
    }

    proptest! {
        #[test]
        fn any_span_keeps_the_limit(
            per_second in 1u32..5000,
            burst in 1u32..200,
            steps in prop::collection::vec((0u64..50_000_000, 1u32..4), 1..400),
        ) {
            let start = Instant::now();
            let bucket = TokenBucket::new(per_second, burst, start);
            let (mut now, mut admitted) = (Duration::ZERO, Vec::new());
            for (pause, tokens) in steps {
                now += Duration::from_nanos(pause);
                if bucket.take(tokens, start + now).is_ok() {
                    admitted.push((now, u128::from(tokens)));
                }
            }
            let interval = u128::from(NANOS) / u128::from(per_second);
            for (index, (from, _)) in admitted.iter().enumerate() {
                let mut taken = 0;
                for (at, tokens) in admitted.iter().skip(index) {
                    taken += tokens;
                    let earned = (*at - *from).as_nanos();
                    prop_assert!(taken * interval <= u128::from(burst) * interval + earned);
                }
            }
        }
    }
}
