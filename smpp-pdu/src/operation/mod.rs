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

use crate::{Body, CommandId};

/// An operation that is answered; pairs it with its response when compiling. Sealed.
pub trait Request: sealed::Sealed + Into<Body> + TryFrom<Body, Error = Body> {
    /// Its command_id.
    const COMMAND_ID: CommandId;
    /// What answers it.
    type Response: Response;
}

/// The answer to a [`Request`]. Sealed.
pub trait Response: sealed::Sealed + Into<Body> + TryFrom<Body, Error = Body> + Default {
    /// Its command_id.
    const COMMAND_ID: CommandId;
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
