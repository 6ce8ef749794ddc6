//! [`Password`]: a string that shows itself nowhere.

use core::fmt;

use super::{COctetString, FieldKind, FieldMut, FieldValue, WireField};
use crate::{InvalidField, reader::Reader, writer::Writer};

/// The password of a bind or an outbind (SMPP 3.4 section 5.2.2).
///
/// The specification allows 8 characters; up to 64 are kept, since many Message Centres issue longer
/// ones. `Debug` and dumps show nothing of it, not even its length.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct Password(COctetString<65>);

impl Password {
    /// No password: one NUL on the wire.
    pub const EMPTY: Self = Self(COctetString::EMPTY);

    /// The octets in clear. Keep them out of logs.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text in clear, if the octets are ASCII or UTF-8. Keep it out of logs.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl WireField for Password {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::COctet(65);

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
        FieldValue::Secret(self.as_bytes())
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::Other
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl TryFrom<&str> for Password {
    type Error = InvalidField;

    fn try_from(value: &str) -> Result<Self, InvalidField> {
        value.try_into().map(Self)
    }
}

impl TryFrom<String> for Password {
    type Error = InvalidField;

    fn try_from(value: String) -> Result<Self, InvalidField> {
        value.try_into().map(Self)
    }
}

impl TryFrom<&String> for Password {
    type Error = InvalidField;

    fn try_from(value: &String) -> Result<Self, InvalidField> {
        value.try_into().map(Self)
    }
}

impl TryFrom<&[u8]> for Password {
    type Error = InvalidField;

    fn try_from(value: &[u8]) -> Result<Self, InvalidField> {
        value.try_into().map(Self)
    }
}

impl From<COctetString<65>> for Password {
    fn from(value: COctetString<65>) -> Self {
        Self(value)
    }
}
