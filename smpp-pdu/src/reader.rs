//! The hand reader of a PDU's body: integers, C-octet strings, octet strings.
//!
//! No primitive moves on when it fails, so what is left tells where the bad field begins.

use crate::InvalidField;

/// A cursor over the body of one PDU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// What has not been read yet.
    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline(always)]
    pub(crate) fn u8(&mut self) -> Result<u8, InvalidField> {
        let Some((octet, rest)) = self.rest.split_first() else { return Err(InvalidField::Truncated) };
        self.rest = rest;
        Ok(*octet)
    }

    #[inline(always)]
    pub(crate) fn u32(&mut self) -> Result<u32, InvalidField> {
        let Some((octets, rest)) = self.rest.split_first_chunk() else { return Err(InvalidField::Truncated) };
        self.rest = rest;
        Ok(u32::from_be_bytes(*octets))
    }

    #[inline(always)]
    pub(crate) fn octets(&mut self, len: usize) -> Result<&'a [u8], InvalidField> {
        let Some((octets, rest)) = self.rest.split_at_checked(len) else {
            return Err(InvalidField::Truncated);
        };
        self.rest = rest;
        Ok(octets)
    }

    /// Skips what the caller has looked at through [`rest`](Self::rest).
    #[inline(always)]
    pub(crate) fn skip(&mut self, len: usize) {
        self.rest = self.rest.split_at_checked(len).map_or(&[], |(_, rest)| rest);
    }

    /// A string up to its NUL, which is consumed and not returned; `max` counts it.
    #[inline(always)]
    pub(crate) fn c_octets(&mut self, max: usize) -> Result<&'a [u8], InvalidField> {
        let window = self.rest.split_at_checked(max).map_or(self.rest, |(window, _)| window);
        let Some(len) = window.iter().position(|octet| *octet == 0) else {
            return Err(no_nul(self.rest));
        };
        let (string, rest) = self.rest.split_at_checked(len).unwrap_or_default();
        self.rest = rest.split_first().map_or(&[], |(_, rest)| rest);
        Ok(string)
    }
}

/// Tells a string that is too long from one whose NUL is missing.
#[cold]
pub(crate) fn no_nul(rest: &[u8]) -> InvalidField {
    match rest {
        [] => InvalidField::Truncated,
        _ if rest.contains(&0) => InvalidField::TooLong,
        _ => InvalidField::MissingNul,
    }
}
