//! Arbitrary values for fuzzing: every one can be encoded, and decodes to itself.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::{
    COctetString, CommandId, CommandStatus, SmppTime, Tlvs, operation::sealed::Operation, tlv::TlvTag,
};

/// What the wire form can hold, in the one form that decodes to itself: without a body nothing is there.
pub(crate) fn encodable<T: Operation>(operation: T) -> Result<T> {
    operation.check().map_err(|_| arbitrary::Error::IncorrectFormat)?;
    let mut fields = 0;
    operation.visit(&mut |_, _| fields += 1);
    Ok(if fields == T::FIELDS.len() { operation } else { T::without_body(Tlvs::default()) })
}

impl<'a, const MAX: usize> Arbitrary<'a> for COctetString<MAX> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = u.int_in_range(0..=MAX - 1)?;
        let octets: Vec<u8> = u.bytes(len)?.iter().map(|octet| (*octet).max(1)).collect();
        octets.as_slice().try_into().map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for SmppTime {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let sign = *u.choose(&["+", "-", "R", ""])?;
        let digits = if sign.is_empty() { 12 } else { 15 };
        let mut text = String::new();
        for _ in 0..digits {
            text.push(char::from(u.int_in_range(b'0'..=b'9')?));
        }
        text.push_str(sign);
        text.parse().map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Tlvs {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut tlvs = Self::default();
        for _ in 0..u.int_in_range(0..=6)? {
            let value: Vec<u8> = u.arbitrary()?;
            tlvs.push(TlvTag(u.arbitrary()?), &value).map_err(|_| arbitrary::Error::IncorrectFormat)?;
        }
        Ok(tlvs)
    }
}

impl<'a> Arbitrary<'a> for CommandStatus {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Self)
    }
}

impl<'a> Arbitrary<'a> for CommandId {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Self)
    }
}
