//! [`COctetString`]: a short string that a NUL ends on the wire.

use core::{cmp::Ordering, fmt, num::NonZeroU8};

use super::{FieldKind, FieldMut, FieldValue, WireField};
use crate::{
    InvalidField,
    reader::{Reader, no_nul},
    writer::Writer,
};

/// A string that a NUL ends on the wire, held inline (SMPP 3.4 section 3.1).
///
/// `MAX` counts the NUL, as the specification's tables do, and lies in 1..=255. Any octet but NUL is
/// kept; the specification asks for ASCII, peers do not. The octets behind the string are zero, so that
/// equality and hashes are those of the strings. `Debug` shows only the length.
///
/// ```
/// use smpp_pdu::COctetString;
///
/// let address: COctetString<21> = "447700900123".try_into()?;
/// assert_eq!(address, "447700900123");
/// assert_eq!(address.len(), 12);
/// # Ok::<(), smpp_pdu::InvalidField>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct COctetString<const MAX: usize> {
    /// The octets on the wire, the NUL included: never zero, so an `Option` costs nothing.
    wire_len: NonZeroU8,
    octets: [u8; MAX],
}

impl<const MAX: usize> COctetString<MAX> {
    /// The empty string: one NUL on the wire.
    pub const EMPTY: Self = {
        assert!(MAX >= 1 && MAX <= 255, "MAX counts the NUL and fits an octet");
        Self { wire_len: NonZeroU8::MIN, octets: [0; MAX] }
    };

    /// A string known when compiling; text that does not fit or contains a NUL fails the build when this
    /// is used in a constant.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        assert!(rest.len() < MAX, "the text is too long");
        let mut string = Self::EMPTY;
        let (mut free, _) = string.octets.split_at_mut(rest.len());
        while let (Some((from, more)), Some((to, places))) = (rest.split_first(), free.split_first_mut()) {
            assert!(*from != 0, "the text contains a NUL");
            *to = *from;
            string.wire_len = string.wire_len.saturating_add(1);
            rest = more;
            free = places;
        }
        string
    }

    /// The octets without the NUL.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len()).unwrap_or_default()
    }

    /// The text, if the octets are ASCII or UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }

    /// How many octets there are, without the NUL.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.wire_len.get() as usize - 1
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<const MAX: usize> WireField for COctetString<MAX> {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::COctet(MAX);

    /// Where as many octets follow, the whole array is copied at once and its tail cleared: cheaper than a
    /// copy of the string's length, and no neighbour's octets stay behind.
    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        let rest = reader.rest();
        if let Some(window) = rest.first_chunk::<MAX>() {
            let Some(len) = window.iter().position(|octet| *octet == 0) else { return Err(no_nul(rest)) };
            let mut octets = *window;
            for (index, octet) in octets.iter_mut().enumerate() {
                *octet = if index < len { *octet } else { 0 };
            }
            reader.skip(len + 1);
            return Ok(Self { wire_len: wire_len(len), octets });
        }
        let string = reader.c_octets(MAX)?;
        let mut octets = [0; MAX];
        for (to, from) in octets.iter_mut().zip(string) {
            *to = *from;
        }
        Ok(Self { wire_len: wire_len(string.len()), octets })
    }

    #[inline(always)]
    fn own(raw: Self) -> Self {
        raw
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.prefix(&self.octets, usize::from(self.wire_len.get()));
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        usize::from(self.wire_len.get())
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::String(self.as_bytes())
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::String(self.len())
    }
}

impl<const MAX: usize> Default for COctetString<MAX> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const MAX: usize> fmt::Debug for COctetString<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} octets)", self.len())
    }
}

/// The text as ISO-8859-1, in which every octet is a character.
impl<const MAX: usize> fmt::Display for COctetString<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for octet in self.as_bytes() {
            fmt::Write::write_char(f, char::from(*octet))?;
        }
        Ok(())
    }
}

impl<const MAX: usize> TryFrom<&[u8]> for COctetString<MAX> {
    type Error = InvalidField;

    fn try_from(value: &[u8]) -> Result<Self, InvalidField> {
        if value.contains(&0) {
            return Err(InvalidField::ContainsNul);
        }
        if value.len() >= MAX {
            return Err(InvalidField::TooLong);
        }
        let mut octets = [0; MAX];
        for (to, from) in octets.iter_mut().zip(value) {
            *to = *from;
        }
        Ok(Self { wire_len: wire_len(value.len()), octets })
    }
}

impl<const MAX: usize> TryFrom<&str> for COctetString<MAX> {
    type Error = InvalidField;

    fn try_from(value: &str) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl<const MAX: usize> TryFrom<&String> for COctetString<MAX> {
    type Error = InvalidField;

    fn try_from(value: &String) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl<const MAX: usize> TryFrom<String> for COctetString<MAX> {
    type Error = InvalidField;

    fn try_from(value: String) -> Result<Self, InvalidField> {
        value.as_bytes().try_into()
    }
}

impl<const MAX: usize> core::str::FromStr for COctetString<MAX> {
    type Err = InvalidField;

    fn from_str(value: &str) -> Result<Self, InvalidField> {
        value.try_into()
    }
}

impl<const MAX: usize> AsRef<[u8]> for COctetString<MAX> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<const MAX: usize> PartialEq<str> for COctetString<MAX> {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const MAX: usize> PartialEq<&str> for COctetString<MAX> {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const MAX: usize> Ord for COctetString<MAX> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl<const MAX: usize> PartialOrd for COctetString<MAX> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The length with the NUL. The callers have checked that it fits an octet.
#[inline(always)]
fn wire_len(len: usize) -> NonZeroU8 {
    NonZeroU8::MIN.saturating_add(len as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_costs_nothing() {
        assert_eq!(size_of::<Option<COctetString<95>>>(), 96);
    }

    #[test]
    fn holds_one_octet_less_than_its_maximum() {
        assert_eq!(COctetString::<6>::try_from("12345").unwrap(), "12345");
        assert_eq!(COctetString::<6>::try_from("123456"), Err(InvalidField::TooLong));
        assert_eq!(COctetString::<6>::try_from("1\0"), Err(InvalidField::ContainsNul));
        assert_eq!(COctetString::<6>::from_static("WAP"), "WAP");
    }

    #[test]
    fn debug_shows_no_text() {
        let string = COctetString::<21>::from_static("447700900123");
        assert_eq!(format!("{string:?}"), "(12 octets)");
    }

    #[test]
    fn no_neighbour_stays_in_the_tail() {
        let mut reader = Reader::new(b"ab\0secret-secret-secret");
        let read = COctetString::<21>::read(&mut reader).unwrap();
        assert_eq!(read, COctetString::from_static("ab"));
    }
}
