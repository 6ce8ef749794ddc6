//! [`SequenceNumber`]: what joins a response to its request.

#![expect(clippy::exhaustive_structs, reason = "an open number: an echo must be exact")]

use core::fmt;

/// Joins a response to its request (SMPP 3.4 section 5.1.4, SMPP 5.0 section 2.6).
///
/// Open: peers use 0 and numbers above 0x7FFF_FFFF, and an echo must be exact. What is generated here
/// keeps to 1..=0x7FFF_FFFF.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct SequenceNumber(pub u32);

impl SequenceNumber {
    /// Used only in a generic_nack to a PDU whose header could not be used.
    pub const ZERO: Self = Self(0);
    /// The first number of a session.
    pub const FIRST: Self = Self(1);
    /// The last number before the count begins again.
    pub const LAST: Self = Self(0x7FFF_FFFF);

    /// The number after this one: 1 follows 0x7FFF_FFFF and everything above it.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 < Self::LAST.0 { Self(self.0 + 1) } else { Self::FIRST }
    }

    /// Whether it lies in 1..=0x7FFF_FFFF.
    #[must_use]
    pub const fn is_regular(self) -> bool {
        self.0 >= Self::FIRST.0 && self.0 <= Self::LAST.0
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<u32> for SequenceNumber {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_to_one() {
        assert_eq!(SequenceNumber(1).next(), SequenceNumber(2));
        assert_eq!(SequenceNumber::LAST.next(), SequenceNumber::FIRST);
        assert_eq!(SequenceNumber(u32::MAX).next(), SequenceNumber::FIRST);
    }
}
