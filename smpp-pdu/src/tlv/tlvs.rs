//! [`Tlvs`]: the list of TLVs as it stands on the wire.

use core::fmt;

use super::TlvTag;
use crate::InvalidField;

/// The TLVs of a PDU in wire form: order and duplicates are kept, unknown tags survive.
///
/// It is checked when it is made, so going through it cannot fail. Finding one goes through the list;
/// adding one copies it, and [`extend`](Self::extend) copies once for several. `Debug` shows only how many
/// there are.
///
/// ```
/// use smpp_pdu::{Tlvs, tlv::TlvTag};
///
/// let mut tlvs = Tlvs::default();
/// tlvs.push_u16(TlvTag::USER_MESSAGE_REFERENCE, 7)?;
/// assert_eq!(tlvs.u16(TlvTag::USER_MESSAGE_REFERENCE), Some(7));
/// assert_eq!(tlvs.u16(TlvTag::SOURCE_PORT), None);
/// # Ok::<(), smpp_pdu::InvalidField>(())
/// ```
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct Tlvs(Box<[u8]>);

/// One TLV.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a tag and a value are what a TLV is")]
pub struct Tlv<'a> {
    /// What it is about.
    pub tag: TlvTag,
    /// Its octets, at most 65,535 when written.
    pub value: &'a [u8],
}

impl Tlvs {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes octets in wire form.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TlvStream`] if they are not whole TLVs.
    pub fn from_wire(octets: &[u8]) -> Result<Self, InvalidField> {
        check(octets)?;
        Ok(Self::from_checked(octets))
    }

    /// Makes the list of octets that [`check`] has passed.
    #[inline(always)]
    pub(crate) fn from_checked(octets: &[u8]) -> Self {
        Self(octets.into())
    }

    /// The octets in wire form.
    #[must_use]
    pub fn as_wire(&self) -> &[u8] {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// All of them, in wire order.
    #[must_use]
    pub fn iter(&self) -> TlvIter<'_> {
        TlvIter { rest: &self.0 }
    }

    /// The value of the first with that tag.
    #[must_use]
    pub fn get(&self, tag: TlvTag) -> Option<&[u8]> {
        self.iter().find(|tlv| tlv.tag == tag).map(|tlv| tlv.value)
    }

    /// The values of all with that tag, in wire order: callback_num and the broadcast TLVs repeat.
    pub fn get_all(&self, tag: TlvTag) -> impl Iterator<Item = &[u8]> {
        self.iter().filter(move |tlv| tlv.tag == tag).map(|tlv| tlv.value)
    }

    /// Whether there is one with that tag.
    #[must_use]
    pub fn contains(&self, tag: TlvTag) -> bool {
        self.get(tag).is_some()
    }

    /// The first with that tag as a number of one octet; `None` if it has another length.
    #[must_use]
    pub fn u8(&self, tag: TlvTag) -> Option<u8> {
        match self.get(tag)? {
            [octet] => Some(*octet),
            _ => None,
        }
    }

    /// The first with that tag as a number of two octets; `None` if it has another length.
    #[must_use]
    pub fn u16(&self, tag: TlvTag) -> Option<u16> {
        self.get(tag)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// The first with that tag as a number of four octets; `None` if it has another length.
    #[must_use]
    pub fn u32(&self, tag: TlvTag) -> Option<u32> {
        self.get(tag)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// The first with that tag as a string, up to its NUL or, if that is missing, to its end.
    #[must_use]
    pub fn c_octets(&self, tag: TlvTag) -> Option<&[u8]> {
        self.get(tag).map(|value| value.split(|octet| *octet == 0).next().unwrap_or_default())
    }

    /// Appends one.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] for a value above 65,535 octets; nothing is appended.
    pub fn push(&mut self, tag: TlvTag, value: &[u8]) -> Result<(), InvalidField> {
        self.extend([Tlv { tag, value }])
    }

    /// Appends a number of one octet.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn push_u8(&mut self, tag: TlvTag, value: u8) -> Result<(), InvalidField> {
        self.push(tag, &[value])
    }

    /// Appends a number of two octets.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn push_u16(&mut self, tag: TlvTag, value: u16) -> Result<(), InvalidField> {
        self.push(tag, &value.to_be_bytes())
    }

    /// Appends a number of four octets.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn push_u32(&mut self, tag: TlvTag, value: u32) -> Result<(), InvalidField> {
        self.push(tag, &value.to_be_bytes())
    }

    /// Appends a string with its NUL.
    ///
    /// # Errors
    ///
    /// [`InvalidField::ContainsNul`], [`InvalidField::TooLong`]; nothing is appended.
    pub fn push_c_octets(&mut self, tag: TlvTag, value: &[u8]) -> Result<(), InvalidField> {
        if value.contains(&0) {
            return Err(InvalidField::ContainsNul);
        }
        let mut octets = Vec::with_capacity(value.len().saturating_add(1));
        octets.extend_from_slice(value);
        octets.push(0);
        self.push(tag, &octets)
    }

    /// Appends several; the list is copied once.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] for a value above 65,535 octets; nothing is appended.
    pub fn extend<'a>(&mut self, tlvs: impl IntoIterator<Item = Tlv<'a>>) -> Result<(), InvalidField> {
        let mut octets = self.0.to_vec();
        for tlv in tlvs {
            let Ok(len) = u16::try_from(tlv.value.len()) else { return Err(InvalidField::TooLong) };
            octets.extend_from_slice(&tlv.tag.0.to_be_bytes());
            octets.extend_from_slice(&len.to_be_bytes());
            octets.extend_from_slice(tlv.value);
        }
        self.0 = octets.into();
        Ok(())
    }

    /// Removes all with that tag and appends one.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn set(&mut self, tag: TlvTag, value: &[u8]) -> Result<(), InvalidField> {
        if value.len() > usize::from(u16::MAX) {
            return Err(InvalidField::TooLong);
        }
        self.retain(|tlv| tlv.tag != tag);
        self.push(tag, value)
    }

    /// Removes those for which `keep` returns false.
    pub fn retain(&mut self, mut keep: impl FnMut(Tlv<'_>) -> bool) {
        let mut octets = Vec::with_capacity(self.0.len());
        let mut iter = self.iter();
        loop {
            let before = iter.rest;
            let Some(tlv) = iter.next() else { break };
            let len = before.len() - iter.rest.len();
            if keep(tlv) {
                octets.extend_from_slice(before.get(..len).unwrap_or_default());
            }
        }
        if octets.len() != self.0.len() {
            self.0 = octets.into();
        }
    }
}

/// The TLVs of a list, in wire order.
#[derive(Clone, Debug)]
pub struct TlvIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for TlvIter<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        let (tlv, rest) = split(self.rest)?;
        self.rest = rest;
        Some(tlv)
    }
}

impl<'a> IntoIterator for &'a Tlvs {
    type Item = Tlv<'a>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

/// Whether octets are whole TLVs and nothing else.
#[inline(always)]
pub(crate) fn check(octets: &[u8]) -> Result<(), InvalidField> {
    let mut rest = octets;
    while !rest.is_empty() {
        let Some((_, after)) = split(rest) else { return Err(InvalidField::TlvStream) };
        rest = after;
    }
    Ok(())
}

#[inline(always)]
fn split(octets: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let ([t1, t2, l1, l2], rest) = octets.split_first_chunk::<4>()?;
    let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*l1, *l2])))?;
    Some((Tlv { tag: TlvTag(u16::from_be_bytes([*t1, *t2])), value }, rest))
}

impl fmt::Debug for Tlvs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} TLVs, {} octets)", self.len(), self.0.len())
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} octets)", self.tag, self.value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_duplicates() {
        let wire = [0x03, 0x81, 0, 1, 9, 0x14, 0, 0, 0, 0x03, 0x81, 0, 1, 8];
        let tlvs = Tlvs::from_wire(&wire).unwrap();
        assert_eq!(tlvs.len(), 3);
        assert_eq!(tlvs.get_all(TlvTag::CALLBACK_NUM).collect::<Vec<_>>(), [&[9], &[8]]);
        assert_eq!(tlvs.get(TlvTag(0x1400)), Some(&[][..]));
        assert_eq!(tlvs.as_wire(), wire);
    }

    #[test]
    fn refuses_what_does_not_end_with_it() {
        for wire in [&[0x14][..], &[0x14, 0, 0], &[0x14, 0, 0, 2, 1], &[0x14, 0, 0xFF, 0xFF, 1]] {
            assert_eq!(Tlvs::from_wire(wire), Err(InvalidField::TlvStream));
        }
    }

    #[test]
    fn set_replaces_every_one() {
        let mut tlvs = Tlvs::new();
        tlvs.push_u8(TlvTag::PAYLOAD_TYPE, 1).unwrap();
        tlvs.push_u16(TlvTag::SOURCE_PORT, 2).unwrap();
        tlvs.push_u8(TlvTag::PAYLOAD_TYPE, 3).unwrap();
        tlvs.set(TlvTag::PAYLOAD_TYPE, &[4]).unwrap();
        assert_eq!(tlvs.len(), 2);
        assert_eq!(tlvs.u8(TlvTag::PAYLOAD_TYPE), Some(4));
        assert_eq!(tlvs.push(TlvTag::MESSAGE_PAYLOAD, &[0; 65_536]), Err(InvalidField::TooLong));
        assert_eq!(tlvs.len(), 2);
    }

    #[test]
    fn strings_do_without_their_nul() {
        let mut tlvs = Tlvs::new();
        tlvs.push(TlvTag::RECEIPTED_MESSAGE_ID, b"abc").unwrap();
        assert_eq!(tlvs.c_octets(TlvTag::RECEIPTED_MESSAGE_ID), Some(&b"abc"[..]));
        tlvs.set(TlvTag::RECEIPTED_MESSAGE_ID, b"abc\0").unwrap();
        assert_eq!(tlvs.c_octets(TlvTag::RECEIPTED_MESSAGE_ID), Some(&b"abc"[..]));
    }
}
