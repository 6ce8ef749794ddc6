//! The answer to an `sms`, in either direction.

use crate::protocol::field::fields;
use crate::protocol::sms_id::SmsId;

/// What becomes of an [`Sms`](crate::Sms): Kannel's `nack` field.
///
/// From bearerbox, for an MT: `Success` is queued for an SMSC link and not yet sent, `Buffered` the same while no
/// link is up, `Failed` final, `FailedTmp` a full queue or a shutdown, nothing kept.
///
/// To bearerbox, for an MO or a report: `Success`, `Failed` and `Buffered` remove it for good; `FailedTmp` makes
/// bearerbox send it again at once, without any pause.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol has these four and no room for a fifth")]
pub enum AckStatus {
    /// 0.
    Success,
    /// 1, and whatever is not in 0..=3.
    Failed,
    /// 2.
    FailedTmp,
    /// 3.
    Buffered,
}

impl AckStatus {
    /// Tells whether the message was taken: `Success` and `Buffered`.
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Success | Self::Buffered)
    }

    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::FailedTmp => 2,
            Self::Buffered => 3,
        }
    }

    /// Reads the number on the wire. One outside 0..=3 counts as `Failed`.
    pub const fn from_number(number: i32) -> Self {
        match number {
            0 => Self::Success,
            2 => Self::FailedTmp,
            3 => Self::Buffered,
            _ => Self::Failed,
        }
    }
}

fields! {
    /// The acknowledgement of one [`Sms`](crate::Sms).
    #[derive(Clone, Copy, Eq, PartialEq)]
    pub struct Ack {
        /// What becomes of the message.
        pub nack: AckStatus,
        /// The `time` of that message. Nobody uses it.
        pub time: Option<i32>,
        /// The `id` of that message.
        pub id: SmsId,
    }
}
