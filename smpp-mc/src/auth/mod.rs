//! Who may bind: accounts, passwords, permitted networks.
//!
//! [`Authenticator`] is the seam; [`AccountTable`] is the authenticator over accounts in memory.
//! How many binds an account has at a time is not decided here but in the server's registry,
//! where a place is taken and given back in one step with the session.

mod account;
mod account_options;
mod error;
mod password;
mod table;
mod verified;

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::BindRequest;

pub use crate::network::{Network, NetworkError};
pub use account::{Account, AccountBuilder, AccountError};
pub use account_options::{BindModes, MessageMode, Throughput, UnknownWord};
pub use error::{AuthError, AuthReason};
pub use password::{HashCost, PasswordError, PasswordHash, PasswordVerifier, VerifierOptions, VerifyError};
pub use table::{AccountTable, RefusalStatus, TableError, TableOptions};

/// Decides whether a bind is let in, and as whom.
///
/// Called once for each bind, in that session's task: it may take its time, for only this session
/// waits, until the server's bind deadline drops the future. It must not block the thread.
/// An implementation should spend the same time on an unknown system_id as on a wrong password.
pub trait Authenticator: Send + Sync + 'static {
    /// The account that `request` may bind as.
    fn authenticate<'a>(&'a self, request: &'a BindRequest)
    -> BoxFuture<'a, Result<Arc<Account>, AuthError>>;
}
