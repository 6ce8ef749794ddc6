//! What can be wrong with octets received ([`DecodeError`]), with a PDU to be sent ([`EncodeError`]),
//! and with one field ([`InvalidField`]).

use thiserror::Error;

use crate::{CommandStatus, Header, OctetString};

/// Octets that are no PDU.
///
/// Two of its kinds lose the position in the stream: the connection must close after them. The third is
/// a bad body inside a good frame: it is answered with [`command_status`](Self::command_status), and the
/// session carries on (SMPP 3.4 section 3.3, SMPP 5.0 section 3.4).
#[derive(Clone, Debug, Eq, PartialEq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// command_length is below 16 or above the limit; the stream position is lost.
    #[error("command_length {command_length} is outside 16..={max}")]
    CommandLength {
        /// The number received.
        command_length: u32,
        /// The limit it was held against, in octets.
        max: u32,
        /// The whole header, if 16 octets had arrived.
        header: Option<Header>,
    },
    /// The octets given to [`Pdu::decode`](crate::Pdu::decode) are not exactly one frame.
    #[error("command_length {command_length} but {octets} octets")]
    FrameLength {
        /// The number in the header, 0 if fewer than four octets were given.
        command_length: u32,
        /// How many octets were given.
        octets: usize,
    },
    /// The frame was well delimited, its body is not: answer and carry on.
    #[error("{field} at octet {offset}: {reason}")]
    Field {
        /// The header of the frame.
        header: Header,
        /// The field, under the specification's name; `tlvs` for the TLV section.
        field: &'static str,
        /// Where the field begins, counted from the start of the frame.
        offset: usize,
        /// What is wrong with it.
        reason: InvalidField,
        /// The body as received, for whoever wants to look at it.
        octets: OctetString,
    },
}

impl DecodeError {
    /// Whether the stream can be read on: true for a bad body inside a good frame.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        matches!(self, Self::Field { .. })
    }

    /// The status to put into the generic_nack or the response (SMPP 3.4 section 5.1.3).
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        match self {
            Self::CommandLength { .. } | Self::FrameLength { .. } => CommandStatus::ESME_RINVCMDLEN,
            Self::Field { field, reason, .. } => reason.command_status(field),
        }
    }

    /// The header of the PDU, if all of it had arrived.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        match self {
            Self::CommandLength { header, .. } => header.as_ref(),
            Self::FrameLength { .. } => None,
            Self::Field { header, .. } => Some(header),
        }
    }
}

/// A PDU that cannot be put into octets. Nothing was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A field holds more than its wire form can, or, under
    /// [`Strictness::Strict`](crate::Strictness::Strict), more than the specification allows.
    #[error("{field}: {reason}")]
    Field {
        /// The field, under the specification's name.
        field: &'static str,
        /// What is wrong with it.
        reason: InvalidField,
    },
    /// The operation does not exist in the peer's version of the protocol.
    #[error("{command} is unknown to the peer's version")]
    Version {
        /// The operation, under the specification's name.
        command: &'static str,
    },
    /// The frame would pass the limit on command_length.
    #[error("command_length {command_length} is above {max}")]
    CommandLength {
        /// What the frame would hold, in octets.
        command_length: usize,
        /// The limit.
        max: u32,
    },
}

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidField {
    /// The body ends before or inside it.
    #[error("the body ends inside it")]
    Truncated,
    /// The body ends before its NUL.
    #[error("its NUL is missing")]
    MissingNul,
    /// It is longer than its maximum.
    #[error("it is too long")]
    TooLong,
    /// It is shorter than its minimum.
    #[error("it is too short")]
    TooShort,
    /// A NUL inside a string that a NUL ends.
    #[error("it contains a NUL")]
    ContainsNul,
    /// Not a time of the form YYMMDDhhmmsstnnp, or no such moment exists.
    #[error("it is not a time")]
    Time,
    /// Its length octet promises more than the body holds.
    #[error("its length passes the end of the body")]
    Length,
    /// dest_flag is neither 1 nor 2.
    #[error("dest_flag is neither 1 nor 2")]
    DestFlag,
    /// A count promises more entries than the body holds, or a list has more than 255.
    #[error("its count is wrong")]
    Count,
    /// One to three octets are left over, or a TLV runs past the end of the PDU.
    #[error("the TLVs do not end with the PDU")]
    TlvStream,
    /// A TLV whose length its type does not allow.
    #[error("a TLV has the wrong length")]
    TlvLength,
    /// A TLV whose value cannot be understood.
    #[error("a TLV has an invalid value")]
    TlvValue,
    /// A TLV that this operation requires is not there.
    #[error("a required TLV is missing")]
    TlvMissing,
    /// A value that is not allowed here.
    #[error("its value is not allowed")]
    Value,
}

impl InvalidField {
    /// The status that answers this defect in the field of that name (SMPP 3.4 section 5.1.3).
    #[must_use]
    pub fn command_status(self, field: &str) -> CommandStatus {
        match self {
            Self::Truncated | Self::MissingNul => CommandStatus::ESME_RINVCMDLEN,
            Self::DestFlag => CommandStatus::ESME_RINVDESTFLAG,
            Self::Count if field == "dest_address" => CommandStatus::ESME_RINVNUMDESTS,
            Self::Count => CommandStatus::ESME_RINVCMDLEN,
            Self::TlvStream => CommandStatus::ESME_RINVTLVSTREAM,
            Self::TlvLength => CommandStatus::ESME_RINVTLVLEN,
            Self::TlvValue => CommandStatus::ESME_RINVTLVVAL,
            Self::TlvMissing => CommandStatus::ESME_RMISSINGTLV,
            Self::TooLong | Self::TooShort | Self::ContainsNul | Self::Time | Self::Length | Self::Value => {
                of_field(field)
            }
        }
    }
}

/// The specific status of a field whose length or value is illegal.
fn of_field(field: &str) -> CommandStatus {
    match field {
        "service_type" => CommandStatus::ESME_RINVSERTYP,
        "source_addr_ton" => CommandStatus::ESME_RINVSRCTON,
        "source_addr_npi" => CommandStatus::ESME_RINVSRCNPI,
        "source_addr" => CommandStatus::ESME_RINVSRCADR,
        "dest_addr_ton" => CommandStatus::ESME_RINVDSTTON,
        "dest_addr_npi" => CommandStatus::ESME_RINVDSTNPI,
        "destination_addr" | "dest_address" => CommandStatus::ESME_RINVDSTADR,
        "dl_name" => CommandStatus::ESME_RINVDLNAME,
        "esm_class" => CommandStatus::ESME_RINVESMCLASS,
        "priority_flag" => CommandStatus::ESME_RINVPRTFLG,
        "schedule_delivery_time" => CommandStatus::ESME_RINVSCHED,
        "validity_period" => CommandStatus::ESME_RINVEXPIRY,
        "registered_delivery" => CommandStatus::ESME_RINVREGDLVFLG,
        "replace_if_present_flag" => CommandStatus::ESME_RINVREPFLAG,
        "data_coding" => CommandStatus::ESME_RINVDCS,
        "sm_default_msg_id" => CommandStatus::ESME_RINVDFTMSGID,
        "short_message" => CommandStatus::ESME_RINVMSGLEN,
        "message_id" | "original_message_id" | "msgid" => CommandStatus::ESME_RINVMSGID,
        "system_id" => CommandStatus::ESME_RINVSYSID,
        "password" => CommandStatus::ESME_RINVPASWD,
        "system_type" => CommandStatus::ESME_RINVSYSTYP,
        "num_messages" => CommandStatus::ESME_RINVNUMMSGS,
        _ => CommandStatus::ESME_RSYSERR,
    }
}

/// What a field reader returns: small, so that the good path stays dense. The header joins later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    pub(crate) reason: InvalidField,
    /// Octets of the body from the start of the field to the end.
    pub(crate) remaining: usize,
}

impl FieldError {
    #[cold]
    pub(crate) fn new(field: &'static str, reason: InvalidField, remaining: usize) -> Self {
        Self { field, reason, remaining }
    }

    /// Joins the header and the octets of the body.
    #[cold]
    pub(crate) fn into_decode_error(self, header: &Header, octets: &[u8]) -> DecodeError {
        let offset = Header::LEN + octets.len().saturating_sub(self.remaining);
        let (field, reason) = (self.field, self.reason);
        DecodeError::Field { header: *header, field, offset, reason, octets: octets.into() }
    }
}
