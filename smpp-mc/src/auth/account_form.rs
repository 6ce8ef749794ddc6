//! The account as it stands in a configuration file.

use std::fmt::{self, Debug, Formatter};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use thiserror::Error;

use super::account::{Account, AccountBuilder, AccountError};
use super::account_options::{BindModes, InterfaceOptions, ReceiptOptions, Throughput, UnknownWord};
use super::password::{HashCost, PasswordError, PasswordHash};
use crate::network::NetworkError;

/// One account of a configuration file, as `serde` reads it; [`AccountForm::build`] checks it.
///
/// Unknown keys are refused. Only `system_id` and one of `password` (in clear, hashed when it is
/// loaded) and `password_hash` (argon2, PHC string) are required:
///
/// ```toml
/// system_id = "esme"
/// password_hash = "$argon2id$v=19$m=7168,t=5,p=1$…"
/// binds = ["transmitter", "receiver", "transceiver"]
/// networks = ["192.0.2.0/24"]
/// max_binds = 50
/// window = 100                       # unanswered deliver_sm per bind
/// inbound_limit = 1000               # unanswered submit_sm per bind
/// throughput = 100                   # submit_sm per second over all binds
/// burst = 200
/// message_mode = "store_and_forward" # or "forward", "as_asked"
/// tracking = true                    # a row for each message that was only forwarded
/// validity_seconds = 172800          # for messages that ask for none
/// deliver_window = 100               # unanswered deliver_sm over all binds
/// default_alphabet = "gsm7"          # or "latin1", "utf8"
/// max_validity_seconds = 86400
/// receipt_operation = "deliver_sm"   # or "data_sm"
/// receipt_tlvs = true
/// receipt_seconds = false
/// ```
///
/// Passwords in clear cost one hash each when they are loaded, tens of milliseconds: write hashes if
/// there are more than a few hundred accounts.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountForm {
    system_id: String,
    password: Option<String>,
    password_hash: Option<String>,
    enabled: Option<bool>,
    binds: Option<Vec<String>>,
    networks: Option<Vec<String>>,
    max_binds: Option<u32>,
    window: Option<u32>,
    inbound_limit: Option<u32>,
    throughput: Option<u32>,
    burst: Option<u32>,
    message_mode: Option<String>,
    tracking: Option<bool>,
    #[serde(default, deserialize_with = "seconds")]
    validity_seconds: Option<Duration>,
    deliver_window: Option<u32>,
    default_alphabet: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    max_validity_seconds: Option<Duration>,
    receipt_operation: Option<String>,
    receipt_tlvs: Option<bool>,
    receipt_seconds: Option<bool>,
}

/// What is wrong with an account of a configuration file. The text names the key.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AccountFormError {
    /// Neither or both of `password` and `password_hash` are given.
    #[error("exactly one of password and password_hash must be given")]
    OnePassword,
    /// `password_hash` is unusable.
    #[error("password_hash: {0}")]
    PasswordHash(#[source] PasswordError),
    /// One of `networks` is no network.
    #[error("networks: {0}")]
    Network(#[source] NetworkError),
    /// A word is none of those that its key knows.
    #[error("{key}: {word}")]
    Word {
        /// The key.
        key: &'static str,
        /// The word, and those that would do.
        #[source]
        word: UnknownWord,
    },
    /// `burst` without `throughput`.
    #[error("burst needs throughput")]
    BurstAlone,
    /// The account as a whole is refused.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl AccountForm {
    /// The name the account has in the file, for messages about it.
    #[must_use]
    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    /// The account. Blocks for the time of one hash if the password is in clear.
    pub fn build(&self, cost: HashCost) -> Result<Account, AccountFormError> {
        let builder = self.with_password(Account::builder(&self.system_id).hash_cost(cost))?;
        Ok(self.with_options(self.with_policy(builder)?)?.build()?)
    }

    fn with_password(&self, builder: AccountBuilder) -> Result<AccountBuilder, AccountFormError> {
        match (&self.password, &self.password_hash) {
            (Some(password), None) => Ok(builder.password(password)),
            (None, Some(hash)) => PasswordHash::parse(hash)
                .map(|hash| builder.password_hash(hash))
                .map_err(AccountFormError::PasswordHash),
            (None, None) | (Some(_), Some(_)) => Err(AccountFormError::OnePassword),
        }
    }

    fn with_policy(&self, mut builder: AccountBuilder) -> Result<AccountBuilder, AccountFormError> {
        builder = builder.enabled(self.enabled.unwrap_or(true));
        if let Some(binds) = &self.binds {
            let modes = binds.iter().map(|bind| bind.parse());
            let modes: Result<BindModes, UnknownWord> = modes.collect();
            builder =
                builder.bind_modes(modes.map_err(|word| AccountFormError::Word { key: "binds", word })?);
        }
        if let Some(networks) = &self.networks {
            let networks: Result<Vec<_>, _> = networks.iter().map(|network| network.parse()).collect();
            builder = builder.networks(networks.map_err(AccountFormError::Network)?);
        }
        if let Some(max_binds) = self.max_binds {
            builder = builder.max_binds(max_binds);
        }
        if let Some(window) = self.window {
            builder = builder.window(window);
        }
        if let Some(inbound_limit) = self.inbound_limit {
            builder = builder.inbound_limit(inbound_limit);
        }
        match (self.throughput, self.burst) {
            (Some(per_second), burst) => Ok(builder.throughput(Throughput::new(per_second, burst))),
            (None, None) => Ok(builder),
            (None, Some(_)) => Err(AccountFormError::BurstAlone),
        }
    }

    fn with_options(&self, mut builder: AccountBuilder) -> Result<AccountBuilder, AccountFormError> {
        let mut interface = InterfaceOptions::default();
        let mut receipts = ReceiptOptions::default();
        if let Some(alphabet) = word("default_alphabet", self.default_alphabet.as_deref())? {
            interface.default_alphabet = alphabet;
        }
        interface.max_validity = self.max_validity_seconds;
        if let Some(operation) = word("receipt_operation", self.receipt_operation.as_deref())? {
            receipts.operation = operation;
        }
        receipts.tlvs = self.receipt_tlvs.unwrap_or(receipts.tlvs);
        receipts.seconds = self.receipt_seconds.unwrap_or(receipts.seconds);
        builder = builder.tracking(self.tracking.unwrap_or(true));
        if let Some(validity) = self.validity_seconds {
            builder = builder.validity(validity);
        }
        if let Some(deliver_window) = self.deliver_window {
            builder = builder.deliver_window(deliver_window);
        }
        let mode = word("message_mode", self.message_mode.as_deref())?.unwrap_or_default();
        Ok(builder.message_mode(mode).interface(interface).receipts(receipts))
    }
}

impl Debug for AccountForm {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountForm").field("system_id", &self.system_id).finish_non_exhaustive()
    }
}

fn word<T>(key: &'static str, word: Option<&str>) -> Result<Option<T>, AccountFormError>
where
    T: FromStr<Err = UnknownWord>,
{
    word.map(str::parse).transpose().map_err(|word| AccountFormError::Word { key, word })
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(0) => Err(de::Error::custom("must be at least 1")),
        seconds => Ok(seconds.map(Duration::from_secs)),
    }
}
