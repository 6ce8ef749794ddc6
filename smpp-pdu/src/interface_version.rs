//! [`InterfaceVersion`]: which SMPP a peer speaks.

#![expect(clippy::exhaustive_structs, reason = "an open number: peers send many")]

use core::fmt;

/// Which SMPP a peer speaks (SMPP 3.4 section 5.2.4, SMPP 5.0 section 4.7.13).
///
/// Open: the number is kept as sent. [`level`](Self::level) says what it is taken for.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct InterfaceVersion(pub u8);

impl InterfaceVersion {
    /// SMPP 3.3.
    pub const V3_3: Self = Self(0x33);
    /// SMPP 3.4.
    pub const V3_4: Self = Self(0x34);
    /// SMPP 5.0.
    pub const V5_0: Self = Self(0x50);

    /// The version that the number stands for: 0x00-0x33 is 3.3, 0x34-0x4F is 3.4, all above is 5.0.
    #[must_use]
    pub const fn level(self) -> Self {
        match self.0 {
            0x00..=0x33 => Self::V3_3,
            0x34..=0x4F => Self::V3_4,
            0x50..=0xFF => Self::V5_0,
        }
    }

    /// Whether TLVs, data_sm, alert_notification and outbind exist.
    #[must_use]
    pub const fn permits_tlvs(self) -> bool {
        self.0 >= Self::V3_4.0
    }

    /// Whether the operations, TLVs and values that SMPP 5.0 added exist.
    #[must_use]
    pub const fn permits_v5_0(self) -> bool {
        self.0 >= Self::V5_0.0
    }

    /// The version of a session: the lower of the two.
    #[must_use]
    pub fn negotiated_with(self, peer: Self) -> Self {
        self.level().min(peer.level())
    }
}

impl Default for InterfaceVersion {
    /// SMPP 3.4, which nearly every peer speaks.
    fn default() -> Self {
        Self::V3_4
    }
}

impl fmt::Debug for InterfaceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02X}", self.0)
    }
}

impl fmt::Display for InterfaceVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 >> 4, self.0 & 0x0F)
    }
}

crate::field::newtype_field!(InterfaceVersion);
