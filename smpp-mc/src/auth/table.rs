//! `AccountTable`: the authenticator over a list of accounts held in memory.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock};

use futures::future::BoxFuture;
use smpp_session::pdu::CommandStatus;
use thiserror::Error;

use super::Authenticator;
use super::account::Account;
use super::error::{AuthError, AuthReason};
use super::password::{
    HashCost, PasswordError, PasswordHash, PasswordVerifier, VerifierOptions, VerifyError,
};
use crate::BindRequest;

/// Accounts in memory, replaceable as a whole while binds go on.
///
/// An unknown system_id costs the same work as a wrong password: some account's hash is verified
/// in its place, always the same one for the same system_id, so that neither the time of one
/// answer nor a comparison of many tells them apart. All other checks come after the password, so
/// nobody learns about an account without it.
///
/// After a start nothing is remembered, and each account costs one verification at its first bind:
/// with the default cost, some tens of accounts a second for each that may run at a time
/// ([`VerifierOptions::concurrency`]).
///
/// It does not count binds: [`Account::max_binds`] is enforced by the server's registry, where a
/// session takes and gives back its place.
#[derive(Debug)]
pub struct AccountTable {
    accounts: RwLock<Arc<Accounts>>,
    verifier: PasswordVerifier,
    refusal: RefusalStatus,
    decoys: RandomState,
    decoy: PasswordHash,
}

/// What wrong credentials are answered with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RefusalStatus {
    /// One command_status for unknown system_id, wrong password and address not permitted.
    Uniform(CommandStatus),
    /// ESME_RINVSYSID for an unknown system_id, ESME_RINVPASWD for a wrong password, ESME_RBINDFAIL
    /// for an address that is not permitted. Lets anyone find out which accounts exist.
    Distinct,
}

/// How an [`AccountTable`] verifies and answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct TableOptions {
    /// What wrong credentials are answered with.
    pub refusal: RefusalStatus,
    /// How many passwords are verified at a time.
    pub verifier: VerifierOptions,
    /// The cost of the hash that an unknown system_id is verified against while the table has no
    /// hash of its own.
    pub hash_cost: HashCost,
}

/// Why a table cannot be made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TableError {
    /// Two accounts have the same system_id.
    #[error("system_id `{0}` occurs twice")]
    Twice(Box<str>),
    /// No random octets, or no memory for a hash.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

#[derive(Debug)]
struct Accounts {
    by_system_id: BTreeMap<Box<str>, Arc<Account>>,
    hashes: Vec<PasswordHash>,
}

impl AccountTable {
    /// A table of these accounts. Blocks for the time of one hash.
    pub fn new(
        accounts: impl IntoIterator<Item = Account>,
        options: TableOptions,
    ) -> Result<Self, TableError> {
        Ok(Self {
            accounts: RwLock::new(Arc::new(Accounts::new(accounts)?)),
            verifier: PasswordVerifier::new(options.verifier)?,
            refusal: options.refusal,
            decoys: RandomState::new(),
            decoy: PasswordHash::of(b"no account has this one", options.hash_cost)?,
        })
    }

    /// Takes `accounts` in place of the old ones, for binds from now on. Refused, the old ones stay.
    ///
    /// Bound sessions keep the account they were bound with.
    pub fn replace(&self, accounts: impl IntoIterator<Item = Account>) -> Result<(), TableError> {
        let accounts = Arc::new(Accounts::new(accounts)?);
        *self.accounts.write().unwrap_or_else(PoisonError::into_inner) = accounts;
        Ok(())
    }

    /// The account of that name.
    #[must_use]
    pub fn account(&self, system_id: &str) -> Option<Arc<Account>> {
        self.current().by_system_id.get(system_id).cloned()
    }

    /// All accounts, in the order of their system_ids.
    #[must_use]
    pub fn accounts(&self) -> Vec<Arc<Account>> {
        self.current().by_system_id.values().cloned().collect()
    }

    /// How passwords are verified, to see how busy that is.
    #[must_use]
    pub fn verifier(&self) -> &PasswordVerifier {
        &self.verifier
    }

    async fn decide(&self, request: &BindRequest) -> Result<Arc<Account>, AuthReason> {
        let accounts = self.current();
        let account = accounts.by_system_id.get(request.system_id());
        let own_hash = account.and_then(|account| account.password());
        let hash = own_hash.unwrap_or_else(|| self.decoy(&accounts, request.system_id()));
        let right =
            self.verifier.verify(request.system_id(), request.password(), hash).await.map_err(|error| {
                match error {
                    VerifyError::Overloaded => AuthReason::Overloaded,
                    VerifyError::Unavailable => AuthReason::Unavailable,
                }
            })?;
        let account = account.ok_or(AuthReason::UnknownSystemId)?;
        if !right || own_hash.is_none() {
            return Err(AuthReason::WrongPassword);
        }
        if !account.permits_address(request.peer().ip()) {
            return Err(AuthReason::AddressNotPermitted);
        }
        if !account.is_enabled() {
            return Err(AuthReason::Disabled);
        }
        if !account.bind_modes().permits(request.bind_mode()) {
            return Err(AuthReason::BindModeNotPermitted);
        }
        Ok(Arc::clone(account))
    }

    fn decoy<'a>(&'a self, accounts: &'a Accounts, system_id: &str) -> &'a PasswordHash {
        let number = usize::try_from(self.decoys.hash_one(system_id) >> 32).unwrap_or(0);
        number
            .checked_rem(accounts.hashes.len())
            .and_then(|index| accounts.hashes.get(index))
            .unwrap_or(&self.decoy)
    }

    fn current(&self) -> Arc<Accounts> {
        Arc::clone(&self.accounts.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Authenticator for AccountTable {
    fn authenticate<'a>(
        &'a self,
        request: &'a BindRequest,
    ) -> BoxFuture<'a, Result<Arc<Account>, AuthError>> {
        Box::pin(async move { self.decide(request).await.map_err(|reason| self.refusal.error(reason)) })
    }
}

impl RefusalStatus {
    fn error(self, reason: AuthReason) -> AuthError {
        let error = AuthError::new(reason);
        match (self, reason) {
            (
                Self::Uniform(command_status),
                AuthReason::UnknownSystemId | AuthReason::WrongPassword | AuthReason::AddressNotPermitted,
            ) => error.with_command_status(command_status),
            (Self::Distinct, AuthReason::UnknownSystemId) => {
                error.with_command_status(CommandStatus::ESME_RINVSYSID)
            }
            (Self::Distinct, AuthReason::AddressNotPermitted) => {
                error.with_command_status(CommandStatus::ESME_RBINDFAIL)
            }
            (Self::Uniform(_) | Self::Distinct, _) => error,
        }
    }
}

impl Default for RefusalStatus {
    fn default() -> Self {
        Self::Uniform(CommandStatus::ESME_RINVPASWD)
    }
}

impl Accounts {
    fn new(accounts: impl IntoIterator<Item = Account>) -> Result<Self, TableError> {
        let mut by_system_id = BTreeMap::new();
        let mut hashes = Vec::new();
        for account in accounts {
            let system_id: Box<str> = account.system_id().into();
            hashes.extend(account.password().cloned());
            if by_system_id.insert(system_id.clone(), Arc::new(account)).is_some() {
                return Err(TableError::Twice(system_id));
            }
        }
        Ok(Self { by_system_id, hashes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_system_id_is_verified_against_an_accounts_hash_always_the_same() {
        let cost = HashCost::new(8, 1).unwrap();
        let account = |name: &str| Account::builder(name).password("secret").hash_cost(cost).build().unwrap();
        let options = TableOptions { hash_cost: cost, ..TableOptions::default() };
        let table = AccountTable::new(["a", "b", "c"].map(account), options).unwrap();
        let accounts = table.current();

        let mut seen = std::collections::BTreeSet::new();
        for number in 0..100 {
            let system_id = format!("unknown{number}");
            let decoy = table.decoy(&accounts, &system_id);
            assert!(accounts.hashes.contains(decoy));
            assert_eq!(table.decoy(&accounts, &system_id), decoy);
            seen.insert(decoy.as_phc().to_owned());
        }
        assert_eq!(seen.len(), 3);
    }

    #[test]
    fn without_accounts_there_is_a_hash_all_the_same() {
        let options = TableOptions { hash_cost: HashCost::new(8, 1).unwrap(), ..TableOptions::default() };
        let table = AccountTable::new([], options).unwrap();
        assert_eq!(table.decoy(&table.current(), "unknown"), &table.decoy);
    }
}
