//! Numbers that differ from one process to the next.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Any number. For spreading delays and for first references, not for secrets.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
