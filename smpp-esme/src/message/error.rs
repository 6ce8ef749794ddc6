//! [`MessageError`]: why a message cannot be made into PDUs.

use smpp_session::pdu::{InvalidField, multipart::SplitError, text::TextError};
use thiserror::Error;

/// Why a message cannot be made into PDUs. Nothing was sent.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MessageError {
    /// A field does not fit the protocol, for instance an address of more than
    /// 20 octets.
    #[error("{field} is invalid")]
    Field {
        /// The field's name in the specification.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        reason: InvalidField,
    },
    /// The text cannot be encoded as was asked for: a character is not in the
    /// alphabet, or data_coding names none.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It takes more parts than there can be, or a part has no room for text.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The message does not fit one PDU, and is not to be split.
    #[error("{octets} octets do not fit")]
    TooLong {
        /// The length of the encoded text.
        octets: usize,
    },
}
