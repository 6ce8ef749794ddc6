//! [`MessageState`]: what became of a message.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

use super::newtype_field;

/// What became of a message (SMPP 3.4 section 5.2.28, SMPP 5.0 section 4.7.15). Open: any number is kept.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct MessageState(pub u8);

impl MessageState {
    /// Waiting for its schedule_delivery_time (SMPP 5.0).
    pub const SCHEDULED: Self = Self(0);
    /// On its way.
    pub const ENROUTE: Self = Self(1);
    /// Delivered to its destination. Final.
    pub const DELIVERED: Self = Self(2);
    /// Its validity period ended first. Final.
    pub const EXPIRED: Self = Self(3);
    /// Cancelled. Final.
    pub const DELETED: Self = Self(4);
    /// Cannot be delivered. Final.
    pub const UNDELIVERABLE: Self = Self(5);
    /// Read by customer service on behalf of the subscriber. Final by the specification; many Message
    /// Centres use it for "accepted by the network".
    pub const ACCEPTED: Self = Self(6);
    /// Not known.
    pub const UNKNOWN: Self = Self(7);
    /// Refused. Final.
    pub const REJECTED: Self = Self(8);
    /// Passed over on purpose (SMPP 5.0). Final.
    pub const SKIPPED: Self = Self(9);

    /// Whether no other state follows: every listed one but SCHEDULED, ENROUTE and UNKNOWN. Numbers that
    /// are not listed count as not final.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::DELIVERED
                | Self::EXPIRED
                | Self::DELETED
                | Self::UNDELIVERABLE
                | Self::ACCEPTED
                | Self::REJECTED
                | Self::SKIPPED
        )
    }

    /// Whether the message was delivered or read on the subscriber's behalf.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::DELIVERED | Self::ACCEPTED)
    }

    /// The specification's name.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::SCHEDULED => "SCHEDULED",
            Self::ENROUTE => "ENROUTE",
            Self::DELIVERED => "DELIVERED",
            Self::EXPIRED => "EXPIRED",
            Self::DELETED => "DELETED",
            Self::UNDELIVERABLE => "UNDELIVERABLE",
            Self::ACCEPTED => "ACCEPTED",
            Self::UNKNOWN => "UNKNOWN",
            Self::REJECTED => "REJECTED",
            Self::SKIPPED => "SKIPPED",
            _ => return None,
        })
    }

    /// The seven letters of a receipt's `stat:` (SMPP 3.4 appendix B). UNKNOWN for numbers that are not
    /// listed.
    #[must_use]
    pub const fn receipt_text(self) -> &'static str {
        match self {
            Self::SCHEDULED => "SCHEDLD",
            Self::ENROUTE => "ENROUTE",
            Self::DELIVERED => "DELIVRD",
            Self::EXPIRED => "EXPIRED",
            Self::DELETED => "DELETED",
            Self::UNDELIVERABLE => "UNDELIV",
            Self::ACCEPTED => "ACCEPTD",
            Self::REJECTED => "REJECTD",
            Self::SKIPPED => "SKIPPED",
            _ => "UNKNOWN",
        }
    }

    /// The state that a receipt's `stat:` means: the seven letters, the long names, and words that known
    /// Message Centres write (ACKED, BUFFRED, BUFFERD, FAILED). Case does not matter.
    #[must_use]
    pub fn from_receipt_text(stat: &str) -> Option<Self> {
        const WORDS: [(&str, MessageState); 20] = [
            ("DELIVRD", MessageState::DELIVERED),
            ("DELIVERED", MessageState::DELIVERED),
            ("EXPIRED", MessageState::EXPIRED),
            ("DELETED", MessageState::DELETED),
            ("UNDELIV", MessageState::UNDELIVERABLE),
            ("UNDELIVERABLE", MessageState::UNDELIVERABLE),
            ("FAILED", MessageState::UNDELIVERABLE),
            ("ACCEPTD", MessageState::ACCEPTED),
            ("ACCEPTED", MessageState::ACCEPTED),
            ("ACKED", MessageState::ACCEPTED),
            ("UNKNOWN", MessageState::UNKNOWN),
            ("REJECTD", MessageState::REJECTED),
            ("REJECTED", MessageState::REJECTED),
            ("ENROUTE", MessageState::ENROUTE),
            ("BUFFRED", MessageState::ENROUTE),
            ("BUFFERD", MessageState::ENROUTE),
            ("BUFFERED", MessageState::ENROUTE),
            ("SKIPPED", MessageState::SKIPPED),
            ("SCHEDLD", MessageState::SCHEDULED),
            ("SCHEDULED", MessageState::SCHEDULED),
        ];
        WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(stat)).map(|(_, state)| *state)
    }
}

newtype_field!(MessageState, |state| !matches!(state, 0 | 9));
