//! The operations, one type each, with their fields under the specification's names.
//!
//! They are plain structs, filled in by struct update:
//!
//! ```
//! use smpp_pdu::{SubmitSm, Ton};
//!
//! let submit_sm = SubmitSm {
//!     dest_addr_ton: Ton::INTERNATIONAL,
//!     destination_addr: "447700900123".try_into()?,
//!     short_message: b"Hello".into(),
//!     ..SubmitSm::default()
//! };
//! # Ok::<(), smpp_pdu::InvalidField>(())
//! ```
//!
//! A response whose body may be missing has an `Option` as its first field: `None` is a PDU that is only a
//! header (and TLVs, if there are any), `Some` of an empty string is one NUL. Both re-encode as they came.

mod alert_notification;
mod bind;
mod broadcast_sm;
mod cancel_sm;
mod data_sm;
mod deliver_sm;
mod enquire_link;
pub(crate) mod fields;
mod generic_nack;
mod legacy;
mod outbind;
mod query_sm;
mod replace_sm;
mod submit_multi;
mod submit_sm;
mod unbind;

use core::fmt::Debug;

use bytes::BytesMut;

pub use alert_notification::AlertNotification;
pub use bind::{
    BindReceiver, BindReceiverResp, BindTransceiver, BindTransceiverResp, BindTransmitter,
    BindTransmitterResp,
};
pub use broadcast_sm::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp, QueryBroadcastSm,
    QueryBroadcastSmResp,
};
pub use cancel_sm::{CancelSm, CancelSmResp};
pub use data_sm::{DataSm, DataSmResp};
pub use deliver_sm::{DeliverSm, DeliverSmResp};
pub use enquire_link::{EnquireLink, EnquireLinkResp};
pub use generic_nack::GenericNack;
pub use legacy::{
    ParamRetrieve, ParamRetrieveResp, QueryLastMsgs, QueryLastMsgsResp, QueryMsgDetails, QueryMsgDetailsResp,
};
pub use outbind::Outbind;
pub use query_sm::{QuerySm, QuerySmResp};
pub use replace_sm::{ReplaceSm, ReplaceSmResp};
pub use submit_multi::{DestAddress, SubmitMulti, SubmitMultiResp, UnsuccessSme};
pub use submit_sm::{SubmitSm, SubmitSmResp};
pub use unbind::{Unbind, UnbindResp};

use crate::{
    Body, CodecOptions, CommandId, CommandStatus, EncodeError, Header, Pdu, SequenceNumber, version,
    writer::Writer,
};

/// An operation that is answered; pairs it with its response when compiling. Sealed.
pub trait Request: sealed::Sealed + Clone + Debug + Into<Body> + TryFrom<Body, Error = Body> {
    /// Its command_id.
    const COMMAND_ID: CommandId;
    /// What answers it.
    type Response: Response;

    /// Appends the PDU of this request to `dst`, as [`Pdu::encode_with`] does, without taking it.
    ///
    /// # Errors
    ///
    /// As [`Pdu::encode_with`].
    fn encode_pdu(
        &self,
        sequence_number: SequenceNumber,
        dst: &mut BytesMut,
        options: &CodecOptions,
    ) -> Result<(), EncodeError>;
}

/// The answer to a [`Request`]. Sealed.
pub trait Response:
    sealed::Sealed + Clone + Debug + Into<Body> + TryFrom<Body, Error = Body> + Default
{
    /// Its command_id.
    const COMMAND_ID: CommandId;

    /// Appends the PDU of this response to `dst`, as [`Pdu::encode_with`] does, without taking it.
    ///
    /// # Errors
    ///
    /// As [`Pdu::encode_with`].
    fn encode_pdu(
        &self,
        command_status: CommandStatus,
        sequence_number: SequenceNumber,
        dst: &mut BytesMut,
        options: &CodecOptions,
    ) -> Result<(), EncodeError>;
}

/// Writes an operation from a reference; only what an older peer or strict writing asks for takes a copy.
pub(crate) fn encode_pdu<T: sealed::Operation + Clone + Into<Body>>(
    operation: &T,
    command_status: CommandStatus,
    sequence_number: SequenceNumber,
    dst: &mut BytesMut,
    options: &CodecOptions,
) -> Result<(), EncodeError> {
    let plain =
        || version::is_known(T::COMMAND_ID) && version::is_old(command_status) && operation.is_plain();
    if !(options.writes_everything() || options.writes_plain() && plain()) {
        return Pdu { command_status, sequence_number, body: operation.clone().into() }
            .encode_with(dst, options);
    }
    write(operation, command_status, sequence_number, options.max_command_length(), dst)
}

/// Writes an operation as it is.
#[inline(always)]
pub(crate) fn write<T: sealed::Operation>(
    operation: &T,
    command_status: CommandStatus,
    sequence_number: SequenceNumber,
    max: u32,
    dst: &mut BytesMut,
) -> Result<(), EncodeError> {
    operation.check()?;
    let header = (T::COMMAND_ID, command_status, sequence_number);
    frame(header, operation.body_len(), max, dst, |writer| operation.write_body(writer))
}

/// Appends a header and what `write` writes behind it, which is `len` octets long.
#[inline(always)]
pub(crate) fn frame(
    (command_id, command_status, sequence_number): (CommandId, CommandStatus, SequenceNumber),
    len: usize,
    max: u32,
    dst: &mut BytesMut,
    write: impl FnOnce(&mut Writer<'_>),
) -> Result<(), EncodeError> {
    let len = Header::LEN + len;
    let command_length = u32::try_from(len).unwrap_or(u32::MAX);
    if command_length > max {
        return Err(EncodeError::CommandLength { command_length: len, max });
    }
    let start = dst.len();
    dst.resize(start + len, 0);
    let mut writer = Writer::new(dst.get_mut(start..).unwrap_or_default());
    writer.u32(command_length);
    writer.u32(command_id.0);
    writer.u32(command_status.0);
    writer.u32(sequence_number.0);
    write(&mut writer);
    debug_assert!(writer.is_full(), "the length of {command_id} is computed wrongly");
    Ok(())
}

pub(crate) mod sealed {
    //! What every operation can do, inside the crate only.

    use crate::{
        CommandId, EncodeError, Tlvs,
        error::FieldError,
        field::{FieldMut, FieldSpec, FieldValue},
        writer::Writer,
    };

    /// Keeps the public traits to this crate.
    #[expect(unnameable_types, reason = "it seals the public traits")]
    pub trait Sealed {}

    /// Reads and writes one operation.
    pub(crate) trait Operation: Sized {
        const COMMAND_ID: CommandId;
        const FIELDS: &'static [FieldSpec];
        /// Whether a PDU that is only a header is whole.
        const OPTIONAL_BODY: bool;

        fn decode_body(body: &[u8]) -> Result<Self, FieldError>;
        fn body_len(&self) -> usize;
        fn write_body(&self, writer: &mut Writer<'_>);
        fn check(&self) -> Result<(), EncodeError>;
        /// Whether every value of it existed in SMPP 3.4.
        fn is_plain(&self) -> bool;
        /// Calls back with each field in wire order, without the TLVs.
        fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'static str, FieldValue<'a>));
        /// The same, to change them.
        fn visit_mut(&mut self, visit: &mut dyn FnMut(&'static str, FieldMut<'_>));
        fn tlvs(&self) -> &Tlvs;
        fn tlvs_mut(&mut self) -> &mut Tlvs;
        /// The form that is only a header and TLVs.
        fn without_body(tlvs: Tlvs) -> Self;
    }
}
