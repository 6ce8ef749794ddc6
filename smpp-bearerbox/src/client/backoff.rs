//! How long to wait before connecting again.

use std::time::Duration;

/// Growing pauses between attempts to connect. Pure: randomness is an argument.
///
/// The n-th pause is `base` doubled n - 1 times, at most `max`, and up to as much again at random, so that boxes that
/// lost the same bearerbox do not all come back in the same second.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    base: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    /// Makes a back-off that starts at `base` and stops growing at `max`. Both are at least 1 s: bearerbox accepts one
    /// connection a second.
    pub fn new(base: Duration, max: Duration) -> Self {
        let base = base.max(Duration::from_secs(1));
        Self { base, max: max.max(base), failures: 0 }
    }

    /// The next pause, by a random number of which every value is equally likely.
    pub fn next_pause(&mut self, random: u32) -> Duration {
        let factor = 2_u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        let pause = self.base.saturating_mul(factor).min(self.max);
        let jitter = pause.mul_f64(f64::from(random) / (f64::from(u32::MAX) + 1.0));
        pause.saturating_add(jitter)
    }

    /// Starts from the beginning, after a connection that held.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

impl Default for Backoff {
    /// From 1 s to 30 s.
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(30))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_its_maximum_and_starts_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));

        let pauses: Vec<_> = (0..5).map(|_| backoff.next_pause(0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);

        backoff.reset();
        assert_eq!(backoff.next_pause(0), Duration::from_secs(1));
    }

    #[test]
    fn jitter_at_most_doubles_a_pause() {
        let mut backoff = Backoff::default();

        assert_eq!(backoff.next_pause(1 << 31), Duration::from_millis(1_500));
        let pause = backoff.next_pause(u32::MAX);
        assert!(pause <= Duration::from_secs(4) && pause > Duration::from_millis(3_999));
    }

    #[test]
    fn never_pauses_less_than_a_second() {
        let mut backoff = Backoff::new(Duration::ZERO, Duration::ZERO);

        assert_eq!(backoff.next_pause(0), Duration::from_secs(1));
    }

    #[test]
    fn does_not_overflow_however_often_it_fails() {
        let mut backoff = Backoff::default();

        let last = (0..100).map(|_| backoff.next_pause(u32::MAX)).last();
        assert!(last.is_some_and(|pause| pause <= Duration::from_secs(60)));
    }
}
