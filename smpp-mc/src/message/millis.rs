//! Times as whole milliseconds since 1970, the form they have on disk.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, rounded down; times before 1970 become 0.
pub(crate) fn to_millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX).min(LATEST)
}

/// The reverse of [`to_millis`]; a number beyond the year 10000 is read as that year.
pub(crate) fn from_millis(millis: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis.min(LATEST))).unwrap_or(UNIX_EPOCH)
}

/// The year 10000: later than any date SMPP can write, and safe in every engine.
const LATEST: u64 = 253_402_300_800_000;
