//! Password hashes (argon2id, PHC strings), and their verification off the runtime.
//!
//! SMPP carries the password in clear and gives it eight octets, so the hash protects a stolen
//! account table and nothing else. The cost is chosen low for that reason: a bind storm after a
//! restart must not take minutes.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier as _, Version};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::verified::VerifiedPasswords;

/// A password as kept at rest: an argon2 PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
///
/// Checked when made, so that a slip in an account table is found at load and not at a customer's
/// bind. `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub struct PasswordHash {
    phc: Box<str>,
}

/// What one verification costs. The default is 7 MiB and 5 passes, one of the equal choices that
/// OWASP recommends, and the one with the least memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
}

/// Why a text is no usable password hash, or a password cannot be hashed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PasswordError {
    /// Not a PHC string with salt and hash.
    #[error("password hash is not a complete PHC string")]
    NotPhc,
    /// A PHC string of another algorithm than argon2.
    #[error("password hash is of algorithm `{0}`, supported are argon2id, argon2i and argon2d")]
    Algorithm(String),
    /// Costs outside what argon2 defines (memory at least 8 KiB, at least one pass).
    #[error("argon2 cost parameters are out of range")]
    Cost,
    /// The operating system gave no random octets for a salt, or no memory.
    #[error("password could not be hashed")]
    Unavailable,
}

/// Why a password could be neither confirmed nor denied.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum VerifyError {
    /// More verifications are running and waiting than the verifier admits.
    #[error("too many password verifications are waiting")]
    Overloaded,
    /// The hash cannot be computed (no memory), or the runtime is shutting down.
    #[error("password verification is unavailable")]
    Unavailable,
}

/// Verifies passwords on tokio's blocking pool, few at a time.
///
/// Bounded twice: [`concurrency`](VerifierOptions::concurrency) verifications run, and at most
/// [`waiting`](VerifierOptions::waiting) more wait; beyond that [`VerifyError::Overloaded`]. A
/// verification whose future is dropped runs to its end and holds its place until then, so that
/// peers that connect, bind and vanish cannot pile up work.
///
/// With [`remember`](VerifierOptions::remember) a password that was right is right again for that
/// long without argon2, so that an account that binds fifty times at once costs at most
/// `concurrency` verifications. Wrong passwords are never remembered. What is kept is a keyed
/// hash under a key of this process.
#[derive(Debug)]
pub struct PasswordVerifier {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    verified: Option<Arc<VerifiedPasswords>>,
    computed: AtomicU64,
}

/// Limits of a [`PasswordVerifier`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VerifierOptions {
    concurrency: usize,
    waiting: usize,
    remember: Duration,
}

impl PasswordHash {
    /// Takes over a PHC string.
    ///
    /// Surrounding white space is dropped: hashes are pasted.
    pub fn parse(phc: &str) -> Result<Self, PasswordError> {
        let phc = phc.trim();
        let parsed = phc::PasswordHash::new(phc).map_err(|_| PasswordError::NotPhc)?;
        if parsed.salt.is_none() || parsed.hash.is_none() {
            return Err(PasswordError::NotPhc);
        }
        if Algorithm::try_from(parsed.algorithm.as_str()).is_err() {
            return Err(PasswordError::Algorithm(parsed.algorithm.to_string()));
        }
        if Params::try_from(&parsed).is_err() {
            return Err(PasswordError::Cost);
        }
        Ok(Self { phc: phc.into() })
    }

    /// Hashes `password` with argon2id and a fresh random salt. Blocks for the time of one hash.
    pub fn of(password: &[u8], cost: HashCost) -> Result<Self, PasswordError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|_| PasswordError::Cost)?;
        let hash: phc::PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password(password)
            .map_err(|_| PasswordError::Unavailable)?;
        Ok(Self { phc: hash.to_string().into() })
    }

    /// The PHC string, to be written to an account table.
    #[must_use]
    pub fn as_phc(&self) -> &str {
        &self.phc
    }

    /// Whether `password` is the one that was hashed. Blocks for the time of one hash.
    pub fn verify(&self, password: &[u8]) -> Result<bool, VerifyError> {
        let parsed = phc::PasswordHash::new(&self.phc).map_err(|_| VerifyError::Unavailable)?;
        match Argon2::default().verify_password(password, &parsed) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(_) => Err(VerifyError::Unavailable),
        }
    }
}

impl Debug for PasswordHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

impl HashCost {
    /// A cost of `memory_kib` KiB of memory (8 or more) and `passes` over it (1 or more).
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, PasswordError> {
        Params::new(memory_kib, passes, 1, None).map_err(|_| PasswordError::Cost)?;
        Ok(Self { memory_kib, passes })
    }
}

impl Default for HashCost {
    fn default() -> Self {
        Self { memory_kib: 7 * 1024, passes: 5 }
    }
}

impl VerifierOptions {
    /// How many verifications run at the same time; at least one. Default 2.
    ///
    /// Each takes a thread of tokio's blocking pool and the memory of its hash.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.clamp(1, LARGEST);
        self
    }

    /// How many more may wait for their turn. Default 4,096.
    #[must_use]
    pub fn waiting(mut self, waiting: usize) -> Self {
        self.waiting = waiting.min(LARGEST);
        self
    }

    /// How long a right password is remembered; zero switches remembering off. Default one minute.
    #[must_use]
    pub fn remember(mut self, remember: Duration) -> Self {
        self.remember = remember;
        self
    }
}

impl Default for VerifierOptions {
    fn default() -> Self {
        Self { concurrency: 2, waiting: 4096, remember: Duration::from_secs(60) }
    }
}

impl PasswordVerifier {
    /// A verifier with these limits.
    ///
    /// Fails with [`PasswordError::Unavailable`] if the operating system gives no random key for
    /// what is remembered.
    pub fn new(options: VerifierOptions) -> Result<Self, PasswordError> {
        let verified = match options.remember {
            Duration::ZERO => None,
            remember => Some(Arc::new(VerifiedPasswords::new(remember)?)),
        };
        Ok(Self {
            running: Arc::new(Semaphore::new(options.concurrency)),
            admitted: Arc::new(Semaphore::new(options.concurrency.saturating_add(options.waiting))),
            verified,
            computed: AtomicU64::new(0),
        })
    }

    /// Whether `password` is what `hash` was made of. `system_id` only names what is remembered.
    ///
    /// Safe to drop at any time; see the type for what that leaves running.
    pub async fn verify(
        &self,
        system_id: &str,
        password: &[u8],
        hash: &PasswordHash,
    ) -> Result<bool, VerifyError> {
        if self.remembers(system_id, password, hash) {
            return Ok(true);
        }
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| VerifyError::Overloaded)?;
        let running =
            Arc::clone(&self.running).acquire_owned().await.map_err(|_| VerifyError::Unavailable)?;
        // Of many equal binds that waited, the first to be verified settles the others.
        if self.remembers(system_id, password, hash) {
            return Ok(true);
        }
        self.computed.fetch_add(1, Ordering::Relaxed);
        let (system_id, secret, stored) = (Box::<str>::from(system_id), password.to_vec(), hash.clone());
        let verified = self.verified.clone();
        let verification = tokio::task::spawn_blocking(move || {
            let outcome = stored.verify(&secret);
            if outcome == Ok(true)
                && let Some(verified) = verified
            {
                verified.remember(&system_id, &secret, &stored, Instant::now().into_std());
            }
            // Only now may the next one begin: it finds what is remembered.
            drop((running, admitted));
            outcome
        });
        verification.await.map_err(|_| VerifyError::Unavailable)?
    }

    /// How many hashes were computed so far; what was remembered is not among them.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn remembers(&self, system_id: &str, password: &[u8], hash: &PasswordHash) -> bool {
        self.verified
            .as_ref()
            .is_some_and(|verified| verified.holds(system_id, password, hash, Instant::now().into_std()))
    }
}

// Far below tokio's limit for a semaphore, far above what a machine can serve.
const LARGEST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_its_password_only() {
        let hash = PasswordHash::of(b"secret", cheap()).unwrap();
        assert_eq!(hash.verify(b"secret"), Ok(true));
        assert_eq!(hash.verify(b"Secret"), Ok(false));
        assert_eq!(hash.verify(b""), Ok(false));
        assert_eq!(PasswordHash::parse(hash.as_phc()), Ok(hash));
    }

    #[test]
    fn the_same_password_never_hashes_alike() {
        let (one, other) = (PasswordHash::of(b"secret", cheap()), PasswordHash::of(b"secret", cheap()));
        assert_ne!(one.unwrap(), other.unwrap());
    }

    #[test]
    fn a_hash_from_the_reference_implementation_verifies() {
        let phc = "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$";
        assert_eq!(PasswordHash::parse(phc), Err(PasswordError::NotPhc));
        let phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(PasswordHash::parse(phc).unwrap().verify(b"password"), Ok(true));
    }

    #[test]
    fn text_that_is_no_argon2_hash_is_refused() {
        assert_eq!(PasswordHash::parse("secret"), Err(PasswordError::NotPhc));
        assert_eq!(PasswordHash::parse("$argon2id$v=19$m=256,t=2,p=1"), Err(PasswordError::NotPhc));
        let scrypt =
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
        assert!(
            matches!(PasswordHash::parse(scrypt), Err(PasswordError::Algorithm(name)) if name == "scrypt")
        );
        assert_eq!(HashCost::new(1, 1), Err(PasswordError::Cost));
        assert_eq!(HashCost::new(8, 0), Err(PasswordError::Cost));
    }

    #[test]
    fn debug_shows_no_hash() {
        let hash = PasswordHash::of(b"secret", cheap()).unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }

    #[tokio::test]
    async fn right_is_remembered_until_the_password_changes() {
        let verifier = PasswordVerifier::new(VerifierOptions::default()).unwrap();
        let (old, new) =
            (PasswordHash::of(b"old", cheap()).unwrap(), PasswordHash::of(b"new", cheap()).unwrap());
        assert_eq!(verifier.verify("esme", b"old", &old).await, Ok(true));
        assert!(verifier.remembers("esme", b"old", &old));
        assert!(!verifier.remembers("esme", b"old", &new));
        assert_eq!(verifier.verify("esme", b"old", &new).await, Ok(false));
        assert!(!verifier.remembers("esme", b"new", &old));
        assert!(!verifier.remembers("other", b"old", &old));
    }

    #[tokio::test]
    async fn wrong_is_not_remembered() {
        let verifier = PasswordVerifier::new(VerifierOptions::default()).unwrap();
        let hash = PasswordHash::of(b"secret", cheap()).unwrap();
        assert_eq!(verifier.verify("esme", b"guess", &hash).await, Ok(false));
        assert!(!verifier.remembers("esme", b"guess", &hash));
    }

    #[tokio::test]
    async fn beyond_its_places_it_refuses_at_once() {
        let options = VerifierOptions::default().concurrency(1).waiting(1).remember(Duration::ZERO);
        let verifier = PasswordVerifier::new(options).unwrap();
        let hash = PasswordHash::of(b"secret", cheap()).unwrap();
        let busy = verifier.running.acquire().await.unwrap();
        let (one, two, three) = tokio::join!(
            verifier.verify("a", b"secret", &hash),
            verifier.verify("b", b"secret", &hash),
            async {
                let third = verifier.verify("c", b"secret", &hash).await;
                drop(busy);
                third
            },
        );
        assert_eq!((one, two, three), (Ok(true), Ok(true), Err(VerifyError::Overloaded)));
        assert_eq!(verifier.verify("d", b"secret", &hash).await, Ok(true));
    }

    fn cheap() -> HashCost {
        HashCost::new(8, 1).unwrap()
    }
}
