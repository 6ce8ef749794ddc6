//! Writing the same primitives into a slice that is exactly as long as the PDU.
//!
//! The caller has extended the buffer by the encoded length, so nothing here can run out of room unless
//! a length was computed wrongly; then the octets are dropped and [`Writer::is_full`] stays false.

/// The part of the output that is not written yet.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    #[inline(always)]
    pub(crate) fn new(rest: &'a mut [u8]) -> Self {
        Self { rest }
    }

    /// Whether every octet was written.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self, octets: [u8; N]) {
        let rest = core::mem::take(&mut self.rest);
        if let Some((place, rest)) = rest.split_first_chunk_mut::<N>() {
            *place = octets;
            self.rest = rest;
        }
    }

    #[inline(always)]
    pub(crate) fn u8(&mut self, octet: u8) {
        self.array([octet]);
    }

    #[inline(always)]
    pub(crate) fn u32(&mut self, number: u32) {
        self.array(number.to_be_bytes());
    }

    #[inline(always)]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        let rest = core::mem::take(&mut self.rest);
        if let Some((place, rest)) = rest.split_at_mut_checked(octets.len()) {
            place.copy_from_slice(octets);
            self.rest = rest;
        }
    }

    /// Writes the first `len` octets of `octets`. Where there is room the whole array is copied, since a
    /// copy of fixed size is faster and the next field overwrites what is too much.
    #[inline(always)]
    pub(crate) fn prefix<const N: usize>(&mut self, octets: &[u8; N], len: usize) {
        let rest = core::mem::take(&mut self.rest);
        if let Some(place) = rest.first_chunk_mut::<N>() {
            *place = *octets;
        } else if let (Some(place), Some(octets)) = (rest.get_mut(..len), octets.get(..len)) {
            place.copy_from_slice(octets);
        }
        self.rest = rest.split_at_mut_checked(len).map_or(&mut [], |(_, rest)| rest);
    }
}
