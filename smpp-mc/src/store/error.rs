//! [`StoreError`]: why the store could not do as asked.

use std::sync::Arc;

use smpp_session::pdu::CommandStatus;

use crate::message::{MessageKey, RecordError};

/// Why the store could not do as asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room, on the disk, within the quota or in the backlog of unwritten changes. Nothing was
    /// applied. Recovers by itself as messages become final or space returns.
    #[error("the message store is full")]
    Full,
    /// The store cannot be read or written any more. It stays so until it is opened again: after a failed
    /// fsync nobody knows what the disk holds, so nothing is tried again in place.
    #[error("the message store has failed: {0}")]
    Failed(Arc<str>),
    /// One record cannot be read.
    #[error("damaged {0}")]
    Damaged(#[from] RecordError),
    /// The data was written by a later version of this program.
    #[error("the message store has schema version {found}, this program knows versions up to {known}")]
    Version {
        /// The version found in the data.
        found: i64,
        /// The latest version this program can read.
        known: i64,
    },
    /// A change does not fit the state of its message. Nothing was applied.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store is being closed.
    #[error("the message store is closed")]
    Closed,
}

impl StoreError {
    /// How a submit_sm that met this error is answered: ESME_RMSGQFUL if trying again later helps,
    /// ESME_RSYSERR else.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        match self {
            Self::Full => CommandStatus::ESME_RMSGQFUL,
            Self::Failed(_) | Self::Damaged(_) | Self::Version { .. } | Self::Conflict(_) | Self::Closed => {
                CommandStatus::ESME_RSYSERR
            }
        }
    }

    pub(super) fn failed(reason: impl ToString) -> Self {
        Self::Failed(Arc::from(reason.to_string()))
    }
}

/// Why a change does not fit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// To be accepted, but there is such a message.
    #[error("message {0} exists")]
    Exists(MessageKey),
    /// There is no such message, or its final outcome was purged.
    #[error("message {0} is unknown")]
    Unknown(MessageKey),
    /// The message has its final state.
    #[error("message {0} has its final state")]
    Final(MessageKey),
    /// To be replaced, but a connector has taken it.
    #[error("message {0} was sent")]
    Sent(MessageKey),
    /// To be replaced, but it is being sent at this moment.
    #[error("message {0} is being sent")]
    Leased(MessageKey),
    /// It was heard before.
    #[error("a message of {source_name} was received before")]
    Heard {
        /// Who sent it.
        source_name: Arc<str>,
    },
}
