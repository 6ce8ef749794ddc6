//! Why a bind is refused.

use smpp_session::pdu::CommandStatus;
use thiserror::Error;

/// A refused bind: the reason for ourselves, and the command_status for the peer.
///
/// They are two things on purpose. The peer must not learn from its answer whether a system_id
/// exists; the log, the counters and a block list must know.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("bind refused: {reason}")]
pub struct AuthError {
    reason: AuthReason,
    command_status: CommandStatus,
}

/// Why a bind was refused, for logs and counters. Never sent.
#[derive(Clone, Copy, Debug, Eq, Error, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum AuthReason {
    /// There is no such account.
    #[error("unknown system_id")]
    UnknownSystemId,
    /// The account has another password.
    #[error("wrong password")]
    WrongPassword,
    /// The account may not bind from the peer's address.
    #[error("address not permitted")]
    AddressNotPermitted,
    /// The account is switched off.
    #[error("account disabled")]
    Disabled,
    /// The account may not bind in this way.
    #[error("bind operation not permitted")]
    BindModeNotPermitted,
    /// The account has as many binds as it may have.
    #[error("too many binds")]
    TooManyBinds,
    /// Too many binds are being verified; the peer may try again.
    #[error("too many binds are being verified")]
    Overloaded,
    /// The accounts, or the means to verify a password, cannot be reached; the peer may try again.
    #[error("authentication unavailable")]
    Unavailable,
}

impl AuthError {
    /// A refusal answered with the usual command_status of its reason:
    ///
    /// | reason | command_status |
    /// |---|---|
    /// | unknown system_id, wrong password, address not permitted | ESME_RINVPASWD |
    /// | disabled, bind operation not permitted, too many binds | ESME_RBINDFAIL |
    /// | overloaded, unavailable | ESME_RSYSERR |
    #[must_use]
    pub fn new(reason: AuthReason) -> Self {
        let command_status = match reason {
            AuthReason::UnknownSystemId | AuthReason::WrongPassword | AuthReason::AddressNotPermitted => {
                CommandStatus::ESME_RINVPASWD
            }
            AuthReason::Disabled | AuthReason::BindModeNotPermitted | AuthReason::TooManyBinds => {
                CommandStatus::ESME_RBINDFAIL
            }
            AuthReason::Overloaded | AuthReason::Unavailable => CommandStatus::ESME_RSYSERR,
        };
        Self { reason, command_status }
    }

    /// The same refusal, answered with `command_status`.
    #[must_use]
    pub fn with_command_status(self, command_status: CommandStatus) -> Self {
        Self { command_status, ..self }
    }

    /// The reason, for ourselves.
    #[must_use]
    pub fn reason(&self) -> AuthReason {
        self.reason
    }

    /// What the peer is answered.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        self.command_status
    }
}
