//! Between SMPP's messages and Kannel's.
//!
//! The mapping of fields is KSMPPD's, with its losses mended: what Kannel can carry is carried, and what it cannot is
//! refused with the status the ESME deserves, before anything is sent.
//!
//! | SMPP | Kannel | |
//! |---|---|---|
//! | source_addr, destination_addr | `sender`, `receiver` | TON 1 becomes a leading `+`, and back |
//! | service_type | `binfo` | |
//! | esm_class | `udhdata`, `rpi` | the header is cut off the user data, and put back |
//! | protocol_id, priority_flag | `pid`, `priority` | |
//! | data_coding | `coding`, `mclass`, `mwi`, `compress`, `alt_dcs` | by the groups of GSM 03.38; text as UTF-8 |
//! | schedule_delivery_time, validity_period | `deferred`, `validity` | Unix seconds |
//! | registered_delivery | `dlr_mask` | every report is asked for; what the ESME sees is decided when one comes |
//! | sar_* | `udhdata` | a concatenation element |
//! | message_payload | `msgdata` | also back, for what is too long for short_message |
//! | other TLVs | `meta_data` | by the names of a [`TlvRegistry`](smpp_pdu::tlv::TlvRegistry) |
//!
//! Not carried: replace_if_present_flag, sm_default_msg_id, TLVs without a name.

mod address;
mod coding;
mod converter;
mod mo;
mod mt;
mod tlvs;

use thiserror::Error;

use smpp_pdu::CommandStatus;

pub use converter::Converter;

/// Why a message cannot be converted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConvertError {
    /// The source is no number though its type says so, or too long.
    #[error("invalid source address")]
    SourceAddress,
    /// The destination is missing, is no number though its type says so, or is too long.
    #[error("invalid destination address")]
    DestinationAddress,
    /// esm_class promises a user data header that is longer than the user data.
    #[error("user data header longer than the user data")]
    UserDataHeader,
    /// A user data header and sar_* TLVs in one message.
    #[error("user data header together with sar TLVs")]
    HeaderAndSar,
    /// validity_period names no moment.
    #[error("invalid validity_period")]
    ValidityPeriod,
    /// schedule_delivery_time names no moment.
    #[error("invalid schedule_delivery_time")]
    ScheduleDeliveryTime,
    /// `binfo` is no service_type.
    #[error("invalid service_type")]
    ServiceType,
    /// More octets than a TLV holds.
    #[error("message too long")]
    TooLong,
}

impl ConvertError {
    /// What to answer the ESME.
    pub const fn command_status(self) -> CommandStatus {
        match self {
            Self::SourceAddress => CommandStatus::ESME_RINVSRCADR,
            Self::DestinationAddress => CommandStatus::ESME_RINVDSTADR,
            Self::UserDataHeader => CommandStatus::ESME_RINVESMCLASS,
            Self::HeaderAndSar => CommandStatus::ESME_RINVTLVVAL,
            Self::ValidityPeriod => CommandStatus::ESME_RINVEXPIRY,
            Self::ScheduleDeliveryTime => CommandStatus::ESME_RINVSCHED,
            Self::ServiceType => CommandStatus::ESME_RINVSERTYP,
            Self::TooLong => CommandStatus::ESME_RINVMSGLEN,
        }
    }
}
