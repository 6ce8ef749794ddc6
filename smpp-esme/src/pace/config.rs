//! The settings of the pace.

use std::time::Duration;

/// How fast to send and how to react to ESME_RTHROTTLED and ESME_RMSGQFUL.
///
/// The default has no rate limit, sends a refused part again up to ten times,
/// pauses for a second, halves the rate and lets it climb back.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceConfig {
    pub(crate) rate: Option<f64>,
    pub(crate) burst: u32,
    pub(crate) pause: Duration,
    pub(crate) adapt: bool,
    pub(crate) attempts: u32,
    pub(crate) tolerated_percent: u8,
    pub(crate) minimum_samples: usize,
    pub(crate) sample: Duration,
}

impl Default for PaceConfig {
    fn default() -> Self {
        Self {
            rate: None,
            burst: 1,
            pause: Duration::from_secs(1),
            adapt: true,
            attempts: 10,
            tolerated_percent: 0,
            minimum_samples: 50,
            sample: Duration::from_secs(60),
        }
    }
}

impl PaceConfig {
    /// At most this many submit_sm per second; parts of a long message count
    /// one each. Default: no limit.
    #[must_use]
    pub fn rate(mut self, per_second: f64) -> Self {
        self.rate = Some(per_second);
        self
    }

    /// How many may leave at once after a pause in sending, at least 1.
    /// Default: 1, which spaces the PDUs evenly.
    #[must_use]
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = burst.max(1);
        self
    }

    /// How long nothing new leaves after a refusal. Default: 1 s.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Whether a refusal halves the rate, which then climbs by a tenth each
    /// second. Default: yes.
    #[must_use]
    pub fn adapt(mut self, adapt: bool) -> Self {
        self.adapt = adapt;
        self
    }

    /// How often one part is sent before its refusal is final, at least 1.
    /// Each attempt has a new sequence_number. Default: 10.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Pauses only when more than `percent` of the answers of the last
    /// `sample` were refusals, and at least `minimum_samples` came. A refused
    /// part is sent again either way. Default: 0 %, every refusal pauses.
    #[must_use]
    pub fn tolerate(mut self, percent: u8, minimum_samples: usize, sample: Duration) -> Self {
        self.tolerated_percent = percent.min(100);
        self.minimum_samples = minimum_samples;
        self.sample = sample;
        self
    }
}
