//! [`MessageId`]: what the Message Centre calls a message.

use core::fmt;

use super::{COctetString, FieldKind, FieldMut, FieldValue, WireField};
use crate::{InvalidField, reader::Reader, writer::Writer};

/// What the Message Centre calls a message (SMPP 3.4 section 5.2.23, SMPP 5.0 section 4.7.14).
///
/// Opaque: up to 64 characters by the specification (8 hexadecimal digits in SMPP 3.3); up to 94 are kept
/// when reading. `Debug` shows only the length, `Display` the id.
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct MessageId(COctetString<95>);

impl MessageId {
    /// The longest id that the specification allows, without the NUL.
    pub const MAX_LEN: usize = 64;
    /// The empty id: one NUL on the wire.
    pub const EMPTY: Self = Self(COctetString::EMPTY);

    /// An id of up to 94 characters, for peers that issue longer ones than the specification allows.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] above 94 octets, [`InvalidField::ContainsNul`].
    pub fn relaxed(octets: &[u8]) -> Result<Self, InvalidField> {
        octets.try_into().map(Self)
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text, if the octets are ASCII or UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// How many octets there are, without the NUL.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl WireField for MessageId {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::COctet(95);

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        COctetString::read(reader).map(Self)
    }

    #[inline(always)]
    fn own(raw: Self) -> Self {
        raw
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        self.0.write(writer);
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        self.0.wire_len()
    }

    fn value(&self) -> FieldValue<'_> {
        self.0.value()
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::String(self.len())
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Up to 64 octets; see [`relaxed`](MessageId::relaxed) for more.
impl TryFrom<&[u8]> for MessageId {
    type Error = InvalidField;

    fn try_from(value: &[u8]) -> Result<Self, InvalidField> {
        if value.len() > Self::MAX_LEN { Err(InvalidField::TooLong) } else { Self::relaxed(value) }
    }
}

impl TryFrom<&str> for MessageId {
    type Error = InvalidField;

    fn try_from(value: &str) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl TryFrom<String> for MessageId {
    type Error = InvalidField;

    fn try_from(value: String) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl TryFrom<&String> for MessageId {
    type Error = InvalidField;

    fn try_from(value: &String) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl core::str::FromStr for MessageId {
    type Err = InvalidField;

    fn from_str(value: &str) -> Result<Self, InvalidField> {
        value.try_into()
    }
}

impl AsRef<[u8]> for MessageId {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq<str> for MessageId {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for MessageId {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}
