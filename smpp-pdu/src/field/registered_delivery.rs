//! [`RegisteredDelivery`]: which receipts and acknowledgements are asked for.

#![expect(clippy::exhaustive_structs, reason = "an open bit field: the octet is all there is")]

use super::{MessageState, newtype_field};

/// Which receipts and acknowledgements are asked for (SMPP 3.4 section 5.2.17, SMPP 5.0 section 4.7.21).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct RegisteredDelivery(pub u8);

impl RegisteredDelivery {
    /// Nothing is asked for.
    pub const NONE: Self = Self(0x00);
    /// A receipt for every final state.
    pub const FINAL: Self = Self(0x01);
    /// The bit that asks for an acknowledgement of the SME.
    pub const SME_DELIVERY_ACK: u8 = 0x04;
    /// The bit that asks for an acknowledgement by the SME's user.
    pub const SME_MANUAL_ACK: u8 = 0x08;
    /// The bit that asks for intermediate notifications. SMPP 3.4 once calls it bit 5; its pattern, SMPP
    /// 5.0 and implementations have bit 4.
    pub const INTERMEDIATE_NOTIFICATION: u8 = 0x10;

    /// Bits 1-0.
    #[must_use]
    pub const fn receipt(self) -> ReceiptRequest {
        ReceiptRequest(self.0 & 0x03)
    }

    /// Whether an acknowledgement of the SME is asked for.
    #[must_use]
    pub const fn wants_sme_delivery_ack(self) -> bool {
        self.0 & Self::SME_DELIVERY_ACK != 0
    }

    /// Whether an acknowledgement by the SME's user is asked for.
    #[must_use]
    pub const fn wants_sme_manual_ack(self) -> bool {
        self.0 & Self::SME_MANUAL_ACK != 0
    }

    /// Whether notifications of states that are not final are asked for.
    #[must_use]
    pub const fn wants_intermediate_notification(self) -> bool {
        self.0 & Self::INTERMEDIATE_NOTIFICATION != 0
    }

    /// Sets bits 1-0.
    #[must_use]
    pub const fn with_receipt(self, receipt: ReceiptRequest) -> Self {
        Self(self.0 & !0x03 | receipt.0 & 0x03)
    }

    /// Sets bit 4.
    #[must_use]
    pub const fn with_intermediate_notification(self, wanted: bool) -> Self {
        let bit = Self::INTERMEDIATE_NOTIFICATION;
        Self(if wanted { self.0 | bit } else { self.0 & !bit })
    }

    /// Whether reaching this state is to be reported: a final state by the receipt rule (a cancelled
    /// message counts as a failure), any other by the bit for intermediate notifications.
    #[must_use]
    pub fn wants_report_of(self, state: MessageState) -> bool {
        if !state.is_final() {
            return self.wants_intermediate_notification();
        }
        match self.receipt() {
            ReceiptRequest::SUCCESS_OR_FAILURE => true,
            ReceiptRequest::FAILURE_ONLY => !state.is_success(),
            ReceiptRequest::SUCCESS_ONLY => state.is_success(),
            _ => false,
        }
    }
}

/// Bits 1-0 of [`RegisteredDelivery`]: which final states are reported.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ReceiptRequest(pub u8);

impl ReceiptRequest {
    /// None.
    pub const NONE: Self = Self(0x00);
    /// Every one.
    pub const SUCCESS_OR_FAILURE: Self = Self(0x01);
    /// Those that are not a delivery.
    pub const FAILURE_ONLY: Self = Self(0x02);
    /// Delivery only (SMPP 5.0).
    pub const SUCCESS_ONLY: Self = Self(0x03);
}

newtype_field!(RegisteredDelivery, |octet| octet & 0x03 != 0x03);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_follow_the_rule() {
        let cases = [
            (0x00, false, false, false),
            (0x01, true, true, false),
            (0x02, false, true, false),
            (0x03, true, false, false),
            (0x10, false, false, true),
            (0x11, true, true, true),
        ];
        for (octet, delivered, failed, enroute) in cases {
            let asked = RegisteredDelivery(octet);
            assert_eq!(asked.wants_report_of(MessageState::DELIVERED), delivered, "{octet:#x}");
            assert_eq!(asked.wants_report_of(MessageState::DELETED), failed, "{octet:#x}");
            assert_eq!(asked.wants_report_of(MessageState::ENROUTE), enroute, "{octet:#x}");
        }
    }
}
