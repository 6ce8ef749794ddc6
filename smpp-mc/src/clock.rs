//! The time of day, as an argument: the system's, or one that follows tokio's paused clock in tests.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Tells the time of day.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> SystemTime;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is one system clock and nothing to say about it")]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that starts at a given time of day and goes as tokio's does: in a paused runtime only when it is advanced.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: SystemTime,
    started: Instant,
}

impl TokioClock {
    /// A clock that reads `origin` now.
    #[must_use]
    pub fn starting_at(origin: SystemTime) -> Self {
        Self { origin, started: Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> SystemTime {
        self.origin + self.started.elapsed()
    }
}

impl Default for TokioClock {
    /// A clock that reads one second past midnight of 1 January 2026, UTC.
    fn default() -> Self {
        Self::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_601))
    }
}
