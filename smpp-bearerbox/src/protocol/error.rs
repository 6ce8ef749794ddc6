//! What can be wrong with a frame, a message, or an MT that is about to be sent.

use thiserror::Error;

/// Why the octets received cannot be cut into frames any more. The connection is lost.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FrameError {
    /// The length is negative, which no bearerbox sends.
    #[error("negative frame length {length}")]
    NegativeLength {
        /// The length as sent.
        length: i32,
    },
    /// The length exceeds the limit of the [`FrameDecoder`](crate::FrameDecoder).
    #[error("frame of {length} octets, the limit is {limit}")]
    TooLong {
        /// The length as sent, in octets.
        length: usize,
        /// The limit, in octets.
        limit: usize,
    },
}

/// Why one complete frame is no message. The next frame is not affected.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MsgError {
    /// The frame ends before or within a field.
    #[error("frame ends at field {field}")]
    Truncated {
        /// Kannel's name of the field.
        field: &'static str,
    },
    /// A string has a length below -1.
    #[error("negative length {length} of field {field}")]
    NegativeLength {
        /// Kannel's name of the field.
        field: &'static str,
        /// The length as sent.
        length: i32,
    },
    /// An id is not a UUID of 36 characters.
    #[error("field {field} is not a uuid of 36 characters")]
    InvalidId {
        /// Kannel's name of the field.
        field: &'static str,
    },
    /// The message type is none of the five.
    #[error("unknown message type {number}")]
    UnknownType {
        /// The type as sent.
        number: i32,
    },
}

/// Why an [`Sms`](crate::Sms) is refused before anything is written: bearerbox would exit, cut the text, or
/// take the message for another one.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SmsError {
    /// `sender`, `receiver` or `msgdata` is absent. Bearerbox exits or crashes over it; empty is permitted.
    #[error("required field {field} is absent")]
    Missing {
        /// Kannel's name of the field.
        field: &'static str,
    },
    /// A field that Kannel handles as text holds a NUL octet.
    #[error("field {field} holds a NUL octet")]
    Nul {
        /// Kannel's name of the field.
        field: &'static str,
    },
    /// Text (`coding` 0) is not UTF-8. Bearerbox would cut it at the first bad octet.
    #[error("msgdata of coding 0 is not UTF-8 from octet {valid_up_to} on")]
    NotUtf8 {
        /// How many octets from the start are valid.
        valid_up_to: usize,
    },
    /// `sms_type` is neither mt_push nor mt_reply.
    #[error("sms_type is not that of an MT")]
    NotMt,
    /// `validity` or `deferred` is to be sent in minutes, and `time`, from which they count, is absent.
    #[error("time is absent, so field {field} cannot be sent in minutes")]
    TimeMissing {
        /// Kannel's name of the field.
        field: &'static str,
    },
    /// The message would make a frame beyond the limit.
    #[error("message of {length} octets, the limit is {limit}")]
    TooLong {
        /// The length of the frame's body, in octets.
        length: usize,
        /// The limit, in octets.
        limit: usize,
    },
}
