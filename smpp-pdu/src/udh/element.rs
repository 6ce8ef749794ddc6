//! [`Element`]: one information element of a user data header, and those with a meaning here.

#![expect(clippy::exhaustive_structs, reason = "3GPP TS 23.040 fixes what an element holds")]

use core::fmt;

use crate::WaitingKind;

/// One information element.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Element<'a> {
    /// Its identifier; see [`iei`].
    pub iei: u8,
    /// Its octets, at most 253.
    pub data: &'a [u8],
}

/// Identifiers of information elements (3GPP TS 23.040 section 9.2.3.24).
pub mod iei {
    /// Part of a long message, reference of 8 bits.
    pub const CONCATENATION_8: u8 = 0x00;
    /// Something waits for the receiver.
    pub const SPECIAL_INDICATION: u8 = 0x01;
    /// Application ports of 8 bits.
    pub const PORTS_8: u8 = 0x04;
    /// Application ports of 16 bits.
    pub const PORTS_16: u8 = 0x05;
    /// Parameters for the Message Centre.
    pub const SMSC_CONTROL: u8 = 0x06;
    /// Which side made the header.
    pub const UDH_SOURCE: u8 = 0x07;
    /// Part of a long message, reference of 16 bits.
    pub const CONCATENATION_16: u8 = 0x08;
    /// The table that replaces the extension table.
    pub const SINGLE_SHIFT: u8 = 0x24;
    /// The table that replaces the default alphabet.
    pub const LOCKING_SHIFT: u8 = 0x25;
}

impl<'a> Element<'a> {
    pub(super) fn split_from(octets: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let ([iei, len], rest) = octets.split_first_chunk::<2>()?;
        let (data, rest) = rest.split_at_checked(usize::from(*len))?;
        Some((Self { iei: *iei, data }, rest))
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02X}({} octets)", self.iei, self.data.len())
    }
}

/// Which part of a long message something is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Concatenation {
    /// The same in all parts.
    pub reference: u16,
    /// Whether the reference has 16 bits; otherwise its high octet is not sent.
    pub wide: bool,
    /// How many parts there are, 1-255.
    pub total: u8,
    /// Which one this is, from 1.
    pub sequence: u8,
}

impl Concatenation {
    pub(super) fn of(element: Element<'_>) -> Option<Self> {
        match (element.iei, element.data) {
            (iei::CONCATENATION_8, [reference, total, sequence]) => Some(Self {
                reference: u16::from(*reference),
                wide: false,
                total: *total,
                sequence: *sequence,
            }),
            (iei::CONCATENATION_16, [high, low, total, sequence]) => Some(Self {
                reference: u16::from_be_bytes([*high, *low]),
                wide: true,
                total: *total,
                sequence: *sequence,
            }),
            _ => None,
        }
    }

    /// Whether there are parts, and this is one of them.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.sequence >= 1 && self.sequence <= self.total
    }
}

/// Application ports.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Ports {
    /// Where the message goes.
    pub destination: u16,
    /// Where it comes from.
    pub originator: u16,
    /// Whether they are written with 16 bits even if 8 would do.
    pub wide: bool,
}

impl Ports {
    pub(super) fn of(element: Element<'_>) -> Option<Self> {
        match (element.iei, element.data) {
            (iei::PORTS_8, [destination, originator]) => Some(Self {
                destination: u16::from(*destination),
                originator: u16::from(*originator),
                wide: false,
            }),
            (iei::PORTS_16, [d1, d2, o1, o2]) => Some(Self {
                destination: u16::from_be_bytes([*d1, *d2]),
                originator: u16::from_be_bytes([*o1, *o2]),
                wide: true,
            }),
            _ => None,
        }
    }
}

/// Something waits for the receiver.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SpecialIndication {
    /// What waits.
    pub kind: WaitingKind,
    /// Whether the message that says so is kept.
    pub store: bool,
    /// How many wait; 0 clears the indication.
    pub count: u8,
}

impl SpecialIndication {
    pub(super) fn of(element: Element<'_>) -> Option<Self> {
        match (element.iei, element.data) {
            (iei::SPECIAL_INDICATION, [kind, count]) => {
                Some(Self { kind: WaitingKind::from_bits(*kind), store: kind & 0x80 != 0, count: *count })
            }
            _ => None,
        }
    }

    /// The octets of the element.
    #[must_use]
    pub fn to_data(self) -> [u8; 2] {
        [self.kind.bits() | if self.store { 0x80 } else { 0 }, self.count]
    }
}
