//! [`Latencies`]: percentiles of how long answers took.

use std::{fmt, time::Duration};

use hdrhistogram::Histogram;

/// How long answers took, in microseconds, to three significant digits.
#[derive(Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    #[expect(clippy::expect_used, reason = "the argument is a constant within the bounds")]
    fn default() -> Self {
        Self(Histogram::new(3).expect("3 digits are within 0 to 5"))
    }
}

impl Latencies {
    /// Counts one.
    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // An hour and more are an hour: the histogram grows with its highest value.
        let _ = self.0.record(micros.min(HOUR));
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency that so many per cent were at or below; zero if none was
    /// counted.
    pub fn percentile(&self, percent: f64) -> Duration {
        Duration::from_micros(self.0.value_at_percentile(percent))
    }

    /// The longest; zero if none was counted.
    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// The mean; zero if none was counted.
    pub fn mean(&self) -> Duration {
        Duration::try_from_secs_f64(self.0.mean() / 1e6).unwrap_or_default()
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        // It grows to fit; only a full memory could refuse.
        let _ = self.0.add(&other.0);
    }
}

impl fmt::Debug for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Latencies({} counted, p50 {:?}, p99 {:?})",
            self.count(),
            self.percentile(50.0),
            self.percentile(99.0)
        )
    }
}

const HOUR: u64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_three_digits() {
        let mut latencies = Latencies::default();
        for millis in 1..=1000 {
            latencies.record(Duration::from_millis(millis));
        }
        let mut all = Latencies::default();
        all.add(&latencies);
        all.record(Duration::MAX);

        assert_eq!(latencies.percentile(50.0).as_millis(), 500);
        assert_eq!(latencies.percentile(99.0).as_millis(), 990);
        assert_eq!((all.count(), all.max().as_secs() / 60), (1001, 60));
    }
}
