//! What can go wrong: connecting, and submitting.

use std::{io, net::SocketAddr};

use smpp_session::{
    CloseReason, ConfigError, RequestError,
    pdu::{CommandStatus, InvalidField, MessageId},
};
use thiserror::Error;

use crate::message::MessageError;

/// Why no bound session came about; each step has its own.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConnectError {
    /// A field of the bind does not fit, for instance a system_id of more than
    /// 15 octets (SMPP v3.4 section 4.1). Nothing was sent.
    #[error("{field} is invalid")]
    Field {
        /// The field's name in the specification.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        reason: InvalidField,
    },
    /// A setting of the session is out of its range. Nothing was sent.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The host name has no address.
    #[error("cannot resolve {host}: {kind}")]
    Resolve {
        /// The name as given.
        host: String,
        /// What the resolver said.
        kind: io::ErrorKind,
    },
    /// No address of the host took the connection; the last one tried is named.
    #[error("cannot connect to {address}: {kind}")]
    Connect {
        /// The address tried last.
        address: SocketAddr,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// No address of the host answered in time.
    #[error("no connection within {}.{:03} s", .within.as_secs(), .within.subsec_millis())]
    ConnectTimeout {
        /// The limit, over all addresses.
        within: std::time::Duration,
    },
    /// The application's own way to connect
    /// ([`dial_with`](crate::EsmeClientBuilder::dial_with)) failed.
    #[error("cannot connect: {reason}")]
    Transport {
        /// What kind of error it was.
        kind: io::ErrorKind,
        /// What it said.
        reason: String,
    },
    /// The caller's outbind bore another system_id or password than expected;
    /// its connection was closed without a bind.
    #[error("outbind from an unknown caller")]
    Outbind,
    /// The centre answered the bind with this status, and the connection was closed.
    #[error("bind refused with {command_status:?}")]
    Refused {
        /// ESME_RINVPASWD, ESME_RALYBND, ESME_RBINDFAIL, …
        command_status: CommandStatus,
    },
    /// The bind was sent and not answered in time.
    #[error("the bind was not answered in time")]
    BindTimeout,
    /// The line was lost before the bind was answered.
    #[error("connection lost while binding: {reason}")]
    Lost {
        /// Why the session ended.
        reason: CloseReason,
    },
    /// The bind failed in a way that says nothing about the account, such as
    /// an answer that cannot be read.
    #[error("bind failed: {0}")]
    Bind(RequestError),
}

impl ConnectError {
    /// The status the centre refused the bind with, if it did.
    pub fn command_status(&self) -> Option<CommandStatus> {
        match self {
            Self::Refused { command_status } => Some(*command_status),
            Self::Field { .. }
            | Self::Setting(_)
            | Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Transport { .. }
            | Self::Outbind
            | Self::BindTimeout
            | Self::Lost { .. }
            | Self::Bind(_) => None,
        }
    }

    /// True if waiting was all that happened.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::ConnectTimeout { .. } | Self::BindTimeout)
    }

    /// True if trying again without a change cannot help: a field or setting
    /// that is wrong on this side.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Field { .. } | Self::Setting(_))
    }
}

impl From<RequestError> for ConnectError {
    /// Reads the outcome of a bind.
    fn from(error: RequestError) -> Self {
        if let Some(command_status) = error.command_status() {
            return Self::Refused { command_status };
        }
        match error {
            RequestError::Expired | RequestError::Closed { reason: CloseReason::TimerExpired(_), .. } => {
                Self::BindTimeout
            }
            RequestError::Closed { reason, .. } => Self::Lost { reason },
            RequestError::WindowFull
            | RequestError::QueueFull
            | RequestError::WindowTimeout
            | RequestError::NotPermitted(_)
            | RequestError::Version
            | RequestError::NoSequenceNumber
            | RequestError::Encode(_)
            | RequestError::Rejected { .. }
            | RequestError::Unreadable { .. }
            | _ => Self::Bind(error),
        }
    }
}

/// Why a message, or one of its parts, was not accepted.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SubmitError {
    /// The message cannot be made into PDUs. Nothing was sent.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The one part of a message was not accepted. [`RequestError`] says
    /// whether the centre refused it, or whether its fate is unknown.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A message of several parts was not accepted whole. What was accepted
    /// stays accepted: its receipts will come.
    #[error("{} of {} parts were accepted", .0.accepted().len(), .0.outcomes().len())]
    Parts(PartialSubmission),
}

impl SubmitError {
    /// The status the centre refused it with; of several refused parts, the
    /// first one's.
    pub fn command_status(&self) -> Option<CommandStatus> {
        match self {
            Self::Message(_) => None,
            Self::Request(error) => error.command_status(),
            Self::Parts(parts) => parts.errors().find_map(RequestError::command_status),
        }
    }

    /// True if the centre may have accepted something that it did not confirm:
    /// sent, and neither answered nor refused.
    pub fn is_fate_unknown(&self) -> bool {
        match self {
            Self::Message(_) => false,
            Self::Request(error) => fate_unknown(error),
            Self::Parts(parts) => parts.errors().any(fate_unknown),
        }
    }

    /// True if the only thing that went wrong was a missing answer.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Message(_) => false,
            Self::Request(error) => *error == RequestError::Expired,
            Self::Parts(parts) => parts.errors().all(|error| *error == RequestError::Expired),
        }
    }

    /// The message_id of every part that was accepted, in order of the parts.
    pub fn accepted(&self) -> Vec<MessageId> {
        match self {
            Self::Message(_) | Self::Request(_) => Vec::new(),
            Self::Parts(parts) => parts.accepted(),
        }
    }
}

/// True unless the peer refused the request or never had it.
pub(crate) fn fate_unknown(error: &RequestError) -> bool {
    !error.is_unsent() && error.command_status().is_none()
}

/// What became of each part of a message that was not accepted whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartialSubmission {
    outcomes: Vec<Result<MessageId, RequestError>>,
}

impl PartialSubmission {
    pub(crate) fn new(outcomes: Vec<Result<MessageId, RequestError>>) -> Self {
        Self { outcomes }
    }

    /// One outcome for each part, in order.
    pub fn outcomes(&self) -> &[Result<MessageId, RequestError>] {
        &self.outcomes
    }

    /// The message_id of every accepted part.
    pub fn accepted(&self) -> Vec<MessageId> {
        self.outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().cloned()).collect()
    }

    /// The errors, in order of the parts.
    pub fn errors(&self) -> impl Iterator<Item = &RequestError> {
        self.outcomes.iter().filter_map(|outcome| outcome.as_ref().err())
    }
}
