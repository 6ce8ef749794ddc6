//! The clock of a store, replaceable in tests.

use std::sync::Arc;
use std::time::SystemTime;

/// What time it is. It may step back: keys go on increasing.
pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

pub(super) fn system() -> Clock {
    Arc::new(SystemTime::now)
}
