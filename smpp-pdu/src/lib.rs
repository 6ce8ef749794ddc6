//! SMPP 3.3, 3.4 and 5.0 protocol data units: a pure codec, no I/O and no clock.
//!
//! A PDU is a header of four numbers and a body:
//!
//! ```text
//! 0              4            8                12                16
//! | command_length | command_id | command_status | sequence_number | fields … | tag len value | …
//! ```
//!
//! [`Pdu`] holds the header (command_id follows from the body) and a [`Body`], one type for each operation with
//! public fields under the specification's names. [`FrameDecoder`] cuts a stream of octets into PDUs.
//! Reading is tolerant by default and writing exact; [`CodecOptions`] says how, per peer.
//!
//! ```
//! use bytes::BytesMut;
//! use smpp_pdu::{BindTransceiver, Body, CommandStatus, FrameDecoder, Pdu, SequenceNumber};
//!
//! let bind = BindTransceiver {
//!     system_id: "esme".try_into()?,
//!     password: "secret".try_into()?,
//!     ..BindTransceiver::default()
//! };
//! let mut wire = BytesMut::new();
//! Pdu::request(SequenceNumber::FIRST, bind).encode(&mut wire)?;
//!
//! let mut decoder = FrameDecoder::default();
//! let pdu = decoder.decode(&mut wire)?.expect("one whole frame");
//! assert_eq!(pdu.command_status, CommandStatus::ESME_ROK);
//! let Body::BindTransceiver(bind) = pdu.body else { panic!("another operation") };
//! assert_eq!(bind.system_id, "esme");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `serde`: PDUs to and from JSON and its like.
//! - `arbitrary`: arbitrary PDUs for fuzzing.

#[cfg(any(test, feature = "arbitrary"))]
mod arbitrary;
mod body;
mod command_id;
mod command_status;
#[cfg(test)]
mod conformance;
mod dump;
mod error;
pub mod field;
mod frame;
mod header;
mod interface_version;
mod irregular;
pub mod multipart;
pub mod operation;
mod options;
mod pdu;
mod reader;
pub mod receipt;
mod sequence_number;
#[cfg(any(test, feature = "serde"))]
mod serde;
pub mod service;
mod strict;
pub mod text;
pub mod tlv;
mod tolerant;
pub mod udh;
mod user_data;
mod version;
mod writer;

pub use body::Body;
pub use command_id::CommandId;
pub use command_status::{CommandStatus, RetryClass};
pub use dump::Dump;
pub use error::{DecodeError, EncodeError, InvalidField};
pub use field::{
    Address, Alphabet, COctetString, CivilTime, DataCoding, EsmClass, MessageClass, MessageId, MessageState,
    MessageType, MessageWaiting, MessagingMode, Npi, OctetString, Password, PriorityFlag, ReceiptRequest,
    RegisteredDelivery, ServiceType, SmppTime, TimeRules, Ton, WaitingKind,
};
pub use frame::FrameDecoder;
pub use header::Header;
pub use interface_version::InterfaceVersion;
pub use irregular::Irregular;
pub use operation::*;
pub use options::{CodecOptions, Strictness};
pub use pdu::Pdu;
pub use sequence_number::SequenceNumber;
pub use tlv::{Tlv, TlvTag, Tlvs};

/// Compiles and runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
