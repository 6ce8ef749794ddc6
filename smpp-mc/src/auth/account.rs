//! `Account`: who may bind, from where and how often, and what is agreed with them.

use std::fmt::{self, Formatter};
use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use super::account_options::{BindModes, MessageMode, Throughput};
use super::password::{HashCost, PasswordError, PasswordHash};
use crate::SessionLimits;
use crate::network::Network;

/// One customer of the Message Centre: an ESME's credentials, limits and options.
///
/// Made by [`Account::builder`], never changed after; a new table takes its place at reload.
#[derive(Clone, Debug)]
pub struct Account {
    system_id: Box<str>,
    password: Option<PasswordHash>,
    enabled: bool,
    bind_modes: BindModes,
    max_binds: Option<u32>,
    networks: Box<[Network]>,
    limits: SessionLimits,
    throughput: Option<Throughput>,
    message_mode: MessageMode,
    tracking: bool,
    validity: Option<Duration>,
    deliver_window: u32,
}

/// Why an account cannot be made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AccountError {
    /// system_id is empty, longer than 63 octets, or has characters outside printable ASCII.
    #[error("system_id must be 1 to 63 printable ASCII characters")]
    SystemId,
    /// The plain-text password is empty, longer than 63 octets, or contains a NUL.
    #[error("password must be 1 to 63 octets without NUL")]
    Password,
    /// The password hash is unusable, or the password could not be hashed.
    #[error(transparent)]
    Hash(#[from] PasswordError),
    /// No bind operation is left.
    #[error("at least one of transmitter, receiver, transceiver must be permitted")]
    NoBindMode,
}

impl Account {
    /// Starts an account with the defaults: enabled, all binds from anywhere, no limits.
    pub fn builder(system_id: impl Into<String>) -> AccountBuilder {
        AccountBuilder {
            password: Password::None,
            cost: HashCost::default(),
            account: Self {
                system_id: system_id.into().into(),
                password: None,
                enabled: true,
                bind_modes: BindModes::default(),
                max_binds: None,
                networks: Box::default(),
                limits: SessionLimits::default(),
                throughput: None,
                message_mode: MessageMode::default(),
                tracking: true,
                validity: None,
                deliver_window: DELIVER_WINDOW,
            },
        }
    }

    /// The name the ESME binds with.
    #[must_use]
    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    /// What the bind's password is verified against; `None` if someone else verifies it.
    #[must_use]
    pub fn password(&self) -> Option<&PasswordHash> {
        self.password.as_ref()
    }

    /// False while the account may not bind at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The bind operations permitted.
    #[must_use]
    pub fn bind_modes(&self) -> BindModes {
        self.bind_modes
    }

    /// Binds of any kind at the same time; `None` is no limit but the server's.
    #[must_use]
    pub fn max_binds(&self) -> Option<u32> {
        self.max_binds
    }

    /// Networks that the account may bind from; empty is anywhere.
    #[must_use]
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Whether the account may bind from `address`.
    #[must_use]
    pub fn permits_address(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(address))
    }

    /// Limits for each of its sessions.
    #[must_use]
    pub fn limits(&self) -> SessionLimits {
        self.limits
    }

    /// Submissions per second over all binds; `None` is no limit.
    #[must_use]
    pub fn throughput(&self) -> Option<Throughput> {
        self.throughput
    }

    /// When its submissions are answered.
    #[must_use]
    pub fn message_mode(&self) -> MessageMode {
        self.message_mode
    }

    /// Whether a message that was only forwarded leaves a row behind, without its text, for
    /// query_sm and its receipt.
    #[must_use]
    pub fn tracking(&self) -> bool {
        self.tracking
    }

    /// Validity of messages that ask for none; `None` leaves the gateway's.
    #[must_use]
    pub fn validity(&self) -> Option<Duration> {
        self.validity
    }

    /// deliver_sm under way at the same time over all its binds.
    #[must_use]
    pub fn deliver_window(&self) -> u32 {
        self.deliver_window
    }
}

/// Makes an [`Account`].
#[derive(Clone, Debug)]
#[must_use]
pub struct AccountBuilder {
    account: Account,
    password: Password,
    cost: HashCost,
}

#[derive(Clone)]
enum Password {
    None,
    Plain(Box<str>),
    Hash(PasswordHash),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Plain(_) => "Plain(..)",
            Self::Hash(_) => "Hash(..)",
        })
    }
}

impl AccountBuilder {
    /// A password in clear, hashed by [`build`](Self::build), and in no memory of ours after it.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Password::Plain(password.into());
        self
    }

    /// A password that is hashed already.
    pub fn password_hash(mut self, hash: PasswordHash) -> Self {
        self.password = Password::Hash(hash);
        self
    }

    /// The cost of hashing a password in clear.
    pub fn hash_cost(mut self, cost: HashCost) -> Self {
        self.cost = cost;
        self
    }

    /// Whether the account may bind; true by default.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.account.enabled = enabled;
        self
    }

    /// The bind operations permitted.
    pub fn bind_modes(mut self, modes: BindModes) -> Self {
        self.account.bind_modes = modes;
        self
    }

    /// Binds of any kind at the same time.
    pub fn max_binds(mut self, max_binds: u32) -> Self {
        self.account.max_binds = Some(max_binds);
        self
    }

    /// Networks that the account may bind from; empty is anywhere.
    pub fn networks(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.account.networks = networks.into_iter().collect();
        self
    }

    /// Requests that the Message Centre may have unanswered at each bind.
    pub fn window(mut self, window: u32) -> Self {
        self.account.limits.window = Some(window);
        self
    }

    /// Requests that each bind may have unanswered here before its socket is no longer read.
    pub fn inbound_limit(mut self, inbound_limit: u32) -> Self {
        self.account.limits.inbound_limit = Some(inbound_limit);
        self
    }

    /// All limits of its sessions at once.
    pub fn limits(mut self, limits: SessionLimits) -> Self {
        self.account.limits = limits;
        self
    }

    /// Submissions per second over all binds.
    pub fn throughput(mut self, throughput: Throughput) -> Self {
        self.account.throughput = Some(throughput);
        self
    }

    /// When its submissions are answered.
    pub fn message_mode(mut self, mode: MessageMode) -> Self {
        self.account.message_mode = mode;
        self
    }

    /// Whether a message that was only forwarded leaves a row behind; true by default.
    ///
    /// Without it nothing of such a message is stored: query_sm does not know it, and its receipt
    /// relies on what travels with it.
    pub fn tracking(mut self, tracking: bool) -> Self {
        self.account.tracking = tracking;
        self
    }

    /// Validity of messages that ask for none.
    pub fn validity(mut self, validity: Duration) -> Self {
        self.account.validity = Some(validity);
        self
    }

    /// deliver_sm under way at the same time over all its binds; at least 1, by default 100.
    pub fn deliver_window(mut self, deliver_window: u32) -> Self {
        self.account.deliver_window = deliver_window.max(1);
        self
    }

    /// The account. Blocks for the time of one hash if the password was given in clear.
    pub fn build(self) -> Result<Account, AccountError> {
        let Self { mut account, password, cost } = self;
        let system_id = account.system_id.as_bytes();
        if system_id.is_empty()
            || system_id.len() > LONGEST
            || !system_id.iter().all(|octet| (b' '..=b'~').contains(octet))
        {
            return Err(AccountError::SystemId);
        }
        if account.bind_modes.is_empty() {
            return Err(AccountError::NoBindMode);
        }
        account.password = match password {
            Password::None => None,
            Password::Hash(hash) => Some(hash),
            Password::Plain(plain) => {
                let plain = plain.as_bytes();
                if plain.is_empty() || plain.len() > LONGEST || plain.contains(&0) {
                    return Err(AccountError::Password);
                }
                Some(PasswordHash::of(plain, cost)?)
            }
        };
        Ok(account)
    }
}

const DELIVER_WINDOW: u32 = 100;

// The specification grants 15 octets of system_id and 8 of password; centres and ESMEs use more.
const LONGEST: usize = 63;

#[cfg(test)]
mod tests {
    use smpp_session::BindMode;

    use super::*;

    #[test]
    fn a_new_account_may_do_everything() {
        let account = Account::builder("esme").build().unwrap();
        assert!(account.is_enabled());
        assert!(account.permits_address("203.0.113.9".parse().unwrap()));
        assert!(account.bind_modes().permits(BindMode::Transceiver));
        assert_eq!(account.max_binds(), None);
        assert_eq!(account.message_mode(), MessageMode::AsAsked);
    }

    #[test]
    fn slips_are_found_when_it_is_built() {
        let fails = |builder: AccountBuilder| builder.build().unwrap_err();
        assert_eq!(fails(Account::builder("")), AccountError::SystemId);
        assert_eq!(fails(Account::builder("a".repeat(64))), AccountError::SystemId);
        assert_eq!(fails(Account::builder("a\nb")), AccountError::SystemId);
        assert_eq!(fails(Account::builder("a").password("")), AccountError::Password);
        assert_eq!(fails(Account::builder("a").password("b\0c")), AccountError::Password);
        assert_eq!(fails(Account::builder("a").bind_modes(BindModes::none())), AccountError::NoBindMode);
    }

    #[test]
    fn networks_restrict_where_it_binds_from() {
        let networks = ["192.0.2.0/24", "2001:db8::/32"].map(|network| network.parse().unwrap());
        let account = Account::builder("esme").networks(networks).build().unwrap();
        assert!(account.permits_address("192.0.2.8".parse().unwrap()));
        assert!(account.permits_address("2001:db8::9".parse().unwrap()));
        assert!(!account.permits_address("203.0.113.9".parse().unwrap()));
    }

    #[test]
    fn debug_shows_neither_password_nor_hash() {
        let builder = Account::builder("esme").password("sesame1").hash_cost(HashCost::new(8, 1).unwrap());
        assert!(!format!("{builder:?}").contains("sesame1"));
        let account = builder.build().unwrap();
        assert!(!format!("{account:?}").contains("argon2"));
    }
}
