//! Passwords found right a moment ago, as keyed hashes.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};

use super::password::{PasswordError, PasswordHash};

/// The last right password of each account, under a key that lives only in this process.
///
/// Holds at most [`CAPACITY`] accounts; beyond that, nothing more is remembered until entries
/// expire.
pub(super) struct VerifiedPasswords {
    key: [u8; 32],
    lifetime: Duration,
    entries: Mutex<BTreeMap<Box<str>, Entry>>,
}

struct Entry {
    digest: [u8; 32],
    expires: Instant,
}

impl VerifiedPasswords {
    /// Keeps what it is told for `lifetime`.
    pub(super) fn new(lifetime: Duration) -> Result<Self, PasswordError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| PasswordError::Unavailable)?;
        Ok(Self { key, lifetime, entries: Mutex::default() })
    }

    /// Notes that `password` was right for `system_id` while its stored hash is `hash`.
    pub(super) fn remember(&self, system_id: &str, password: &[u8], hash: &PasswordHash, now: Instant) {
        let (Some(digest), Some(expires)) =
            (self.digest(system_id, password, hash), now.checked_add(self.lifetime))
        else {
            return;
        };
        let mut entries = self.entries();
        if entries.len() >= CAPACITY && !entries.contains_key(system_id) {
            entries.retain(|_, entry| entry.expires > now);
            if entries.len() >= CAPACITY {
                return;
            }
        }
        entries.insert(system_id.into(), Entry { digest, expires });
    }

    /// Whether this password was right for this account and hash within the lifetime.
    pub(super) fn holds(&self, system_id: &str, password: &[u8], hash: &PasswordHash, now: Instant) -> bool {
        let known = match self.entries().get(system_id) {
            Some(entry) if entry.expires > now => entry.digest,
            _ => return false,
        };
        self.digest(system_id, password, hash) == Some(known)
    }

    /// Argon2 at its smallest is a keyed hash of a few microseconds; the secrecy is in the key.
    fn digest(&self, system_id: &str, password: &[u8], hash: &PasswordHash) -> Option<[u8; 32]> {
        let mut input = Vec::new();
        for part in [system_id.as_bytes(), hash.as_phc().as_bytes(), password] {
            input.extend_from_slice(&u64::try_from(part.len()).ok()?.to_be_bytes());
            input.extend_from_slice(part);
        }
        let params = Params::new(Params::MIN_M_COST, 1, 1, Some(32)).ok()?;
        let keyed = Argon2::new_with_secret(&self.key, Algorithm::Argon2id, Version::V0x13, params).ok()?;
        let mut digest = [0; 32];
        keyed.hash_password_into(&input, b"verified password", &mut digest).ok()?;
        Some(digest)
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Box<str>, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Debug for VerifiedPasswords {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPasswords").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

const CAPACITY: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::HashCost;

    #[test]
    fn an_entry_expires() {
        let now = Instant::now();
        let verified = VerifiedPasswords::new(Duration::from_secs(60)).unwrap();
        let hash = PasswordHash::of(b"secret", HashCost::new(8, 1).unwrap()).unwrap();
        verified.remember("esme", b"secret", &hash, now);
        assert!(verified.holds("esme", b"secret", &hash, now + Duration::from_secs(59)));
        assert!(!verified.holds("esme", b"secret", &hash, now + Duration::from_secs(60)));
    }

    #[test]
    fn neighbours_in_the_input_do_not_merge() {
        let verified = VerifiedPasswords::new(Duration::from_secs(60)).unwrap();
        let hash = PasswordHash::of(b"secret", HashCost::new(8, 1).unwrap()).unwrap();
        assert_ne!(verified.digest("ab", b"c", &hash), verified.digest("a", b"bc", &hash));
        let other = VerifiedPasswords::new(Duration::from_secs(60)).unwrap();
        assert_ne!(verified.digest("ab", b"c", &hash), other.digest("ab", b"c", &hash));
    }
}
