//! [`OctetString`]: octets of any value, such as short_message.

use core::{fmt, ops::Deref};

use bytes::Bytes;

use super::{FieldKind, FieldMut, FieldValue, WireField};
use crate::{InvalidField, reader::Reader, writer::Writer};

/// Octets of any value, in a box of exactly their size (SMPP 3.4 section 3.1).
///
/// Nothing points into the read buffer: a kept message holds its own octets and no more. A clone copies;
/// to hand one long payload to many, turn it into [`Bytes`] once, which does not copy. `Debug` shows only
/// the length.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct OctetString(Box<[u8]>);

impl OctetString {
    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The octets, without copying.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.0.into_vec()
    }
}

/// As a mandatory field: one octet of length, then the octets (sm_length and short_message).
impl WireField for OctetString {
    type Raw<'a> = &'a [u8];
    const KIND: FieldKind = FieldKind::ShortMessage;

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], InvalidField> {
        let mut ahead = *reader;
        let len = ahead.u8()?;
        match ahead.octets(usize::from(len)) {
            Ok(octets) => {
                *reader = ahead;
                Ok(octets)
            }
            Err(reason) => Err(if ahead.rest().is_empty() { reason } else { InvalidField::Length }),
        }
    }

    #[inline(always)]
    fn own(raw: &[u8]) -> Self {
        Self(raw.into())
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.0.len() as u8);
        writer.octets(&self.0);
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        1 + self.0.len()
    }

    #[inline(always)]
    fn check(&self) -> Result<(), InvalidField> {
        if self.0.len() > 255 { Err(InvalidField::TooLong) } else { Ok(()) }
    }

    #[inline(always)]
    fn is_plain(&self, _: &str) -> bool {
        self.0.len() <= 254
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::Octets(&self.0)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::Octets(self)
    }
}

impl Deref for OctetString {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for OctetString {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for OctetString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} octets)", self.0.len())
    }
}

impl From<&[u8]> for OctetString {
    fn from(octets: &[u8]) -> Self {
        Self(octets.into())
    }
}

impl<const N: usize> From<&[u8; N]> for OctetString {
    fn from(octets: &[u8; N]) -> Self {
        Self(octets.as_slice().into())
    }
}

impl From<Vec<u8>> for OctetString {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets.into())
    }
}

impl From<Box<[u8]>> for OctetString {
    fn from(octets: Box<[u8]>) -> Self {
        Self(octets)
    }
}

impl From<OctetString> for Bytes {
    fn from(octets: OctetString) -> Self {
        Self::from(octets.0)
    }
}

impl PartialEq<[u8]> for OctetString {
    fn eq(&self, other: &[u8]) -> bool {
        *self.0 == *other
    }
}

impl<const N: usize> PartialEq<&[u8; N]> for OctetString {
    fn eq(&self, other: &&[u8; N]) -> bool {
        *self.0 == **other
    }
}
