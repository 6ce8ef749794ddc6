//! What can go wrong with a request, an answer or a setting.

use smpp_pdu::{Body, CommandId, CommandStatus, EncodeError, SequenceNumber};
use thiserror::Error;

use crate::event::CloseReason;
use crate::state::SessionState;

/// Why a request brought no positive response.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RequestError {
    /// As many requests as the window allows are in flight. Nothing was sent.
    #[error("request window is full")]
    WindowFull,
    /// As many requests as the queue allows wait for the window. Nothing was sent.
    #[error("request queue is full")]
    QueueFull,
    /// The request waited for the window as long as it was allowed to. Nothing was sent.
    #[error("no room in the request window in time")]
    WindowTimeout,
    /// The operation matrix forbids it in this state, for this end or in this
    /// version, or an unbind has begun. Nothing was sent.
    #[error("not permitted in session state {}", .0.as_str())]
    NotPermitted(SessionState),
    /// The session's version has no such operation. Nothing was sent.
    #[error("the peer's version has no such operation")]
    Version,
    /// The sequence source offers no number that is free. Nothing was sent.
    #[error("no free sequence_number")]
    NoSequenceNumber,
    /// The PDU cannot be encoded. Nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// No response came within response_timer; whether the peer acted is not known.
    #[error("no response within response_timer")]
    Expired,
    /// The peer answered with another status than ESME_ROK, or with generic_nack.
    #[error("peer answered {command_status:?}")]
    Rejected {
        /// What the peer said.
        command_status: CommandStatus,
        /// What came with it: TLVs that say why, or nothing.
        body: Box<Body>,
    },
    /// The peer answered ESME_ROK, but the body is not what the operation's response looks like.
    #[error("the response cannot be read")]
    Unreadable {
        /// What came: [`Body::Irregular`] or [`Body::Unknown`] with its octets.
        body: Box<Body>,
    },
    /// The session ended first.
    #[error("session closed: {reason}")]
    Closed {
        /// Why.
        reason: CloseReason,
        /// False: nothing of it reached the transport, so it may be sent again
        /// without harm. True: it did, and whether the peer acted is not known.
        sent: bool,
    },
}

impl RequestError {
    /// Tells whether the peer certainly never had the request, so that sending it again doubles nothing.
    #[must_use]
    pub const fn is_unsent(&self) -> bool {
        match self {
            Self::WindowFull
            | Self::QueueFull
            | Self::WindowTimeout
            | Self::NotPermitted(_)
            | Self::Version
            | Self::NoSequenceNumber
            | Self::Encode(_) => true,
            Self::Closed { sent, .. } => !*sent,
            Self::Expired | Self::Rejected { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// Returns the status the peer answered with, if it did.
    #[must_use]
    pub const fn command_status(&self) -> Option<CommandStatus> {
        if let Self::Rejected { command_status, .. } = self { Some(*command_status) } else { None }
    }
}

/// Why an answer to a peer's request was not sent as given.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RespondError {
    /// No request with this number waits for an answer: it never came, was
    /// answered already, or the session closed meanwhile. Nothing was sent.
    #[error("no request {} waits for an answer", .0.0)]
    NotPending(SequenceNumber),
    /// The body answers another operation. The peer was answered ESME_RSYSERR.
    #[error("{answer:?} does not answer {request:?}")]
    WrongCommand {
        /// What was asked.
        request: CommandId,
        /// What the reply's body would answer.
        answer: CommandId,
    },
    /// The reply cannot be encoded. The peer was answered ESME_RSYSERR.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// A setting outside its range.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{setting} is {value}, not within {min} to {max}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The setter's name.
    pub setting: &'static str,
    /// What was given.
    pub value: usize,
    /// The least allowed.
    pub min: usize,
    /// The most allowed.
    pub max: usize,
}
