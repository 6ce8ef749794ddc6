//! Delivery reports: what an MT asks for, and what a report says.

/// The bits of `dlr_mask`. In an MT they say which reports are wanted; a report has those of the one thing that happened.
///
/// Kannel 1.4.4 has neither [`EXPIRED`](Self::EXPIRED) nor [`UNKNOWN`](Self::UNKNOWN): test bits, not equality.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an open bit field: the number is all there is")]
pub struct DlrMask(pub i32);

impl DlrMask {
    /// No report.
    pub const NONE: Self = Self(0);
    /// Delivered. Final.
    pub const DELIVERED: Self = Self(1);
    /// Not delivered. Final.
    pub const FAILED: Self = Self(2);
    /// Waiting at the SMSC.
    pub const BUFFERED: Self = Self(4);
    /// The SMSC took it.
    pub const SMSC_SUCCESS: Self = Self(8);
    /// The SMSC or bearerbox refused it. Final.
    pub const SMSC_FAIL: Self = Self(16);
    /// Expired: 32, together with [`FAILED`](Self::FAILED). Final.
    pub const EXPIRED: Self = Self(32 | 2);
    /// Not known: 64, together with [`FAILED`](Self::FAILED). Final. Defined and not produced by Kannel 1.4.5.
    pub const UNKNOWN: Self = Self(64 | 2);
    /// Every report, as a gateway wants it: 31.
    pub const ALL: Self = Self(31);

    /// Tells whether all bits of the other mask are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 >= 0 && self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for DlrMask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
