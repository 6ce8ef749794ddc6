//! [`PriorityFlag`]: how urgent a message is.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

use super::newtype_field;

/// How urgent a message is (SMPP 3.4 section 5.2.14, SMPP 5.0 section 4.7.19).
///
/// 0 is the lowest, 3 the highest; SMPP 3.3 knows 0 and 1, cell broadcast in SMPP 5.0 also 4. What a level
/// means depends on the network.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct PriorityFlag(pub u8);

impl PriorityFlag {
    /// Level 0: bulk or normal.
    pub const LEVEL_0: Self = Self(0);
    /// Level 1.
    pub const LEVEL_1: Self = Self(1);
    /// Level 2: urgent.
    pub const LEVEL_2: Self = Self(2);
    /// Level 3: very urgent, emergency.
    pub const LEVEL_3: Self = Self(3);
    /// Level 4: background, cell broadcast only (SMPP 5.0).
    pub const LEVEL_4: Self = Self(4);
}

newtype_field!(PriorityFlag, |level| level <= 3);
