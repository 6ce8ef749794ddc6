//! [`EsmClass`]: how a message is sent and what kind it is.

#![expect(clippy::exhaustive_structs, reason = "an open bit field: the octet is all there is")]

use super::newtype_field;

/// How a message is sent and what kind it is (SMPP 3.4 section 5.2.12, SMPP 5.0 section 4.7.12).
///
/// ```
/// use smpp_pdu::{EsmClass, MessageType};
///
/// let esm_class = EsmClass::DEFAULT.with_udhi(true).with_message_type(MessageType::MC_DELIVERY_RECEIPT);
/// assert_eq!(esm_class, EsmClass(0x44));
/// assert!(esm_class.is_delivery_receipt());
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct EsmClass(pub u8);

impl EsmClass {
    /// The Message Centre's mode, an ordinary message, no user data header.
    pub const DEFAULT: Self = Self(0x00);
    /// The bit that says that the user data begin with a header.
    pub const UDHI: u8 = 0x40;
    /// The bit that asks for a reply path.
    pub const REPLY_PATH: u8 = 0x80;

    /// Bits 1-0; meaningful from ESME to Message Centre only.
    #[must_use]
    pub const fn messaging_mode(self) -> MessagingMode {
        MessagingMode(self.0 & 0x03)
    }

    /// Bits 5-2.
    #[must_use]
    pub const fn message_type(self) -> MessageType {
        MessageType(self.0 & 0x3C)
    }

    /// Whether the user data begin with a user data header.
    #[must_use]
    pub const fn has_udhi(self) -> bool {
        self.0 & Self::UDHI != 0
    }

    /// Whether a reply path is set.
    #[must_use]
    pub const fn has_reply_path(self) -> bool {
        self.0 & Self::REPLY_PATH != 0
    }

    /// Whether the message is a delivery receipt of the Message Centre.
    #[must_use]
    pub const fn is_delivery_receipt(self) -> bool {
        self.message_type().0 == MessageType::MC_DELIVERY_RECEIPT.0
    }

    /// Whether the message is an intermediate notification.
    #[must_use]
    pub const fn is_intermediate_notification(self) -> bool {
        self.message_type().0 == MessageType::INTERMEDIATE_NOTIFICATION.0
    }

    /// Sets bits 1-0.
    #[must_use]
    pub const fn with_messaging_mode(self, mode: MessagingMode) -> Self {
        Self(self.0 & !0x03 | mode.0 & 0x03)
    }

    /// Sets bits 5-2.
    #[must_use]
    pub const fn with_message_type(self, message_type: MessageType) -> Self {
        Self(self.0 & !0x3C | message_type.0 & 0x3C)
    }

    /// Sets bit 6.
    #[must_use]
    pub const fn with_udhi(self, udhi: bool) -> Self {
        Self(if udhi { self.0 | Self::UDHI } else { self.0 & !Self::UDHI })
    }

    /// Sets bit 7.
    #[must_use]
    pub const fn with_reply_path(self, reply_path: bool) -> Self {
        Self(if reply_path { self.0 | Self::REPLY_PATH } else { self.0 & !Self::REPLY_PATH })
    }
}

/// Bits 1-0 of [`EsmClass`]: how a submitted message is handled.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct MessagingMode(pub u8);

impl MessagingMode {
    /// What the Message Centre does by default.
    pub const DEFAULT: Self = Self(0x00);
    /// One attempt, no answer about its outcome.
    pub const DATAGRAM: Self = Self(0x01);
    /// The response waits for the attempt (SMPP 3.4: data_sm only).
    pub const FORWARD: Self = Self(0x02);
    /// Kept until delivered or expired.
    pub const STORE_AND_FORWARD: Self = Self(0x03);
}

/// Bits 5-2 of [`EsmClass`], in place: what kind of message it is.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct MessageType(pub u8);

impl MessageType {
    /// An ordinary message.
    pub const DEFAULT: Self = Self(0x00);
    /// A delivery receipt of the Message Centre.
    pub const MC_DELIVERY_RECEIPT: Self = Self(0x04);
    /// An acknowledgement of the SME's own.
    pub const SME_DELIVERY_ACK: Self = Self(0x08);
    /// An acknowledgement by the SME's user.
    pub const SME_MANUAL_USER_ACK: Self = Self(0x10);
    /// The end of a conversation (Korean CDMA).
    pub const CONVERSATION_ABORT: Self = Self(0x18);
    /// A notification of a state that is not final.
    pub const INTERMEDIATE_NOTIFICATION: Self = Self(0x20);
}

newtype_field!(EsmClass);
