//! [`CodecOptions`]: what reading and writing depend on, per peer.

use std::sync::Arc;

use crate::{InterfaceVersion, tlv::TlvRegistry};

/// How much is forgiven.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Strictness {
    /// Reading takes what can be understood: over-long strings, odd times, one stray NUL after the body, a
    /// missing last NUL. Writing holds only to what the wire form can carry.
    #[default]
    Lenient,
    /// Reading and writing hold to the specification's sizes.
    Strict,
}

/// What reading and writing depend on; one per peer.
///
/// The default is lenient, SMPP 5.0 (nothing is left out), 70,000 octets, no vendor TLVs.
///
/// ```
/// use smpp_pdu::{CodecOptions, InterfaceVersion, Strictness};
///
/// let options = CodecOptions::default()
///     .with_strictness(Strictness::Strict)
///     .with_peer_version(InterfaceVersion::V3_4)
///     .with_max_command_length(8_192);
/// assert_eq!(options.max_command_length(), 8_192);
/// ```
#[derive(Clone, Debug)]
pub struct CodecOptions {
    strictness: Strictness,
    peer_version: InterfaceVersion,
    max_command_length: u32,
    tlv_registry: Option<Arc<TlvRegistry>>,
}

impl CodecOptions {
    /// The limit on command_length by default, in octets: the largest submit_sm with a message_payload of
    /// 65,535 octets and every other TLV stays below it.
    pub const DEFAULT_MAX_COMMAND_LENGTH: u32 = 70_000;

    /// How much is forgiven.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        self.strictness
    }

    /// The version that the peer speaks; what it must not see is left out when writing.
    #[must_use]
    pub fn peer_version(&self) -> InterfaceVersion {
        self.peer_version
    }

    /// The largest PDU that is read or written, in octets.
    #[must_use]
    pub fn max_command_length(&self) -> u32 {
        self.max_command_length
    }

    /// The vendor's TLVs.
    #[must_use]
    pub fn tlv_registry(&self) -> Option<&TlvRegistry> {
        self.tlv_registry.as_deref()
    }

    /// Whether a PDU is written as it is: nothing is left out, nothing is checked but the wire form.
    pub(crate) fn writes_everything(&self) -> bool {
        self.peer_version.permits_v5_0() && self.strictness == Strictness::Lenient
    }

    /// Whether what existed in SMPP 3.4 is written as it is.
    pub(crate) fn writes_plain(&self) -> bool {
        self.peer_version.permits_tlvs() && self.strictness == Strictness::Lenient
    }

    /// Sets how much is forgiven.
    #[must_use]
    pub fn with_strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Sets the version that the peer speaks.
    #[must_use]
    pub fn with_peer_version(mut self, peer_version: InterfaceVersion) -> Self {
        self.peer_version = peer_version;
        self
    }

    /// Sets the largest PDU, in octets; numbers below 16 count as 16.
    #[must_use]
    pub fn with_max_command_length(mut self, octets: u32) -> Self {
        self.max_command_length = octets.max(16);
        self
    }

    /// Sets the vendor's TLVs: their lengths are checked under [`Strictness::Strict`], and
    /// dumps shows them by name.
    #[must_use]
    pub fn with_tlv_registry(mut self, tlv_registry: Arc<TlvRegistry>) -> Self {
        self.tlv_registry = Some(tlv_registry);
        self
    }
}

impl Default for CodecOptions {
    fn default() -> Self {
        Self {
            strictness: Strictness::Lenient,
            peer_version: InterfaceVersion::V5_0,
            max_command_length: Self::DEFAULT_MAX_COMMAND_LENGTH,
            tlv_registry: None,
        }
    }
}
