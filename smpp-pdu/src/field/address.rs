//! [`Ton`] and [`Npi`]: how the digits of an address are meant.

#![expect(clippy::exhaustive_structs, reason = "open enumerations: the number is all there is")]

use super::newtype_field;

/// Type of number (SMPP 3.4 section 5.2.5, SMPP 5.0 section 4.7.1). Open: any number is kept.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Ton(pub u8);

impl Ton {
    /// Not known; the peer decides.
    pub const UNKNOWN: Self = Self(0x00);
    /// With country code, without leading plus sign or zeros.
    pub const INTERNATIONAL: Self = Self(0x01);
    /// Without country code.
    pub const NATIONAL: Self = Self(0x02);
    /// A short code or service number of the network.
    pub const NETWORK_SPECIFIC: Self = Self(0x03);
    /// A local number.
    pub const SUBSCRIBER_NUMBER: Self = Self(0x04);
    /// A name, at most 11 characters in GSM networks.
    pub const ALPHANUMERIC: Self = Self(0x05);
    /// An abbreviated number.
    pub const ABBREVIATED: Self = Self(0x06);
}

/// Numbering plan indicator (SMPP 3.4 section 5.2.6, SMPP 5.0 section 4.7.2). Open: any number is kept.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Npi(pub u8);

impl Npi {
    /// Not known; the peer decides.
    pub const UNKNOWN: Self = Self(0x00);
    /// Telephone numbers: E.163, E.164.
    pub const ISDN: Self = Self(0x01);
    /// Data numbers: X.121.
    pub const DATA: Self = Self(0x03);
    /// Telex: F.69.
    pub const TELEX: Self = Self(0x04);
    /// Land mobile: E.212.
    pub const LAND_MOBILE: Self = Self(0x06);
    /// National.
    pub const NATIONAL: Self = Self(0x08);
    /// Private.
    pub const PRIVATE: Self = Self(0x09);
    /// ERMES paging.
    pub const ERMES: Self = Self(0x0A);
    /// Internet address.
    pub const INTERNET: Self = Self(0x0E);
    /// WAP client id.
    pub const WAP_CLIENT_ID: Self = Self(0x12);
}

newtype_field!(Ton);
newtype_field!(Npi);
