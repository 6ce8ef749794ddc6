//! Optional parameters: tag, length, value (SMPP 3.4 section 5.3, SMPP 5.0 section 4.8).
//!
//! [`Tlvs`] is the list as it stands on the wire, [`TlvTag`] names the registered tags, [`value`]
//! the types of values that are more than a number, [`TlvRegistry`] the tags of a vendor.

mod registry;
mod tag;
mod tlvs;
pub mod value;

pub use registry::{TlvRegistry, VendorTlv, VendorValue};
#[cfg(test)]
pub(crate) use tag::TLVS;
pub(crate) use tag::TlvSpec;
pub use tag::{TlvKind, TlvTag};
pub(crate) use tlvs::check;
pub use tlvs::{Tlv, TlvIter, Tlvs};
