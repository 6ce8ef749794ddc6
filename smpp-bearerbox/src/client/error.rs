//! Why an MT got no acknowledgement.

use thiserror::Error;

use crate::link::{LossReason, SendRefusal};
use crate::protocol::SmsError;

/// Why [`BearerboxClient::send`](crate::BearerboxClient::send) gives no acknowledgement.
///
/// What matters first is [`is_in_doubt`](Self::is_in_doubt): whether bearerbox may have the message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// The message may never be sent; see [`Sms::check_mt`](crate::Sms::check_mt). Never sent.
    #[error("message refused: {0}")]
    Refused(#[from] SmsError),
    /// As many messages wait as the builder permits. Never sent.
    #[error("too many messages wait")]
    QueueFull,
    /// There is no connection, or it was lost before the message was written. Never sent.
    #[error("not connected to bearerbox")]
    NotConnected,
    /// The message waited for its turn longer than the send timeout. Never sent.
    #[error("not sent in time")]
    NotSentInTime,
    /// The driver has ended or was told to. Never sent.
    #[error("the client has ended")]
    Ended,
    /// Sent, and no acknowledgement came within the send timeout. In doubt. One that comes later is told by
    /// [`Incoming::LateAck`](crate::Incoming::LateAck).
    #[error("no acknowledgement in time")]
    AckTimeout,
    /// Sent, and the connection ended without an acknowledgement. In doubt.
    #[error("connection lost before the acknowledgement: {0}")]
    Lost(LossReason),
}

impl SendError {
    /// Tells whether bearerbox may have the message, so that sending it again may double it. When false, bearerbox
    /// cannot have it.
    pub const fn is_in_doubt(self) -> bool {
        match self {
            Self::AckTimeout | Self::Lost(_) => true,
            Self::Refused(_) | Self::QueueFull | Self::NotConnected | Self::NotSentInTime | Self::Ended => {
                false
            }
        }
    }
}

/// What a link refuses was not sent.
impl From<SendRefusal> for SendError {
    fn from(refusal: SendRefusal) -> Self {
        match refusal {
            SendRefusal::Invalid(error) => Self::Refused(error),
            SendRefusal::Full => Self::QueueFull,
            SendRefusal::Closing => Self::NotConnected,
        }
    }
}
