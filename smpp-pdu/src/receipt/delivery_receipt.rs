//! [`DeliveryReceipt`]: what a receipt says, from TLVs first and text second.

use super::{IdMatching, ReceiptText, same_id};
use crate::{
    DataSm, DeliverSm, EsmClass, MessageState, Tlvs,
    tlv::{TlvTag, value::NetworkErrorCode},
    udh::UserDataHeader,
};

/// What a receipt says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeliveryReceipt {
    /// What the Message Centre calls the message: the TLV's, else the text's unless that is empty.
    pub message_id: Option<String>,
    /// What became of it: the TLV's, else the text's.
    pub message_state: Option<MessageState>,
    /// The network's error, of the TLV.
    pub network_error_code: Option<NetworkErrorCode>,
    /// The ESME's own reference, echoed.
    pub user_message_reference: Option<u16>,
    /// Whether esm_class calls it an intermediate notification.
    pub intermediate: bool,
    /// Whether id or state came from TLVs.
    pub by_tlvs: bool,
    /// The text, empty if it is none.
    pub text: ReceiptText,
}

/// What makes a message a receipt.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ReceiptPolicy {
    /// esm_class, or TLVs that only receipts have (an id with a state), or the text.
    #[default]
    Any,
    /// esm_class alone.
    EsmClass,
    /// esm_class or TLVs: for senders whose ordinary messages look like receipts.
    EsmClassOrTlvs,
}

impl DeliveryReceipt {
    /// The receipt that a deliver_sm is; `None` if it is a message.
    #[must_use]
    pub fn of_deliver_sm(pdu: &DeliverSm, policy: ReceiptPolicy) -> Option<Self> {
        let payload = pdu.tlvs.message_payload().filter(|payload| !payload.is_empty());
        Self::of(pdu.esm_class, payload.unwrap_or(&pdu.short_message), &pdu.tlvs, policy)
    }

    /// The receipt that a data_sm is; `None` if it is a message.
    #[must_use]
    pub fn of_data_sm(pdu: &DataSm, policy: ReceiptPolicy) -> Option<Self> {
        Self::of(pdu.esm_class, pdu.tlvs.message_payload().unwrap_or_default(), &pdu.tlvs, policy)
    }

    /// The receipt that these parts of a PDU are; `None` if they are a message. User data that begin with
    /// a header are read behind it.
    #[must_use]
    pub fn of(esm_class: EsmClass, user_data: &[u8], tlvs: &Tlvs, policy: ReceiptPolicy) -> Option<Self> {
        let intermediate = esm_class.is_intermediate_notification();
        let marked = intermediate || esm_class.is_delivery_receipt();
        let id = tlvs.c_octets(TlvTag::RECEIPTED_MESSAGE_ID).filter(|id| !id.is_empty());
        let state = tlvs.message_state();
        let by_tlvs = id.is_some() || state.is_some();
        let behind = esm_class.has_udhi().then(|| UserDataHeader::split_from(user_data).ok()).flatten();
        let text = ReceiptText::parse(behind.map_or(user_data, |(_, text)| text));
        let is_receipt = marked
            || match policy {
                ReceiptPolicy::Any => id.is_some() && state.is_some() || text.is_receipt(),
                ReceiptPolicy::EsmClassOrTlvs => id.is_some() && state.is_some(),
                ReceiptPolicy::EsmClass => false,
            };
        if !is_receipt {
            return None;
        }
        let id = id.map(|id| id.iter().map(|octet| char::from(*octet)).collect());
        Some(Self {
            message_id: id.or_else(|| text.id.clone().filter(|id| !id.is_empty())),
            message_state: state.or_else(|| text.message_state()),
            network_error_code: tlvs.network_error_code(),
            user_message_reference: tlvs.u16(TlvTag::USER_MESSAGE_REFERENCE),
            intermediate,
            by_tlvs,
            text,
        })
    }

    /// Whether no other receipt is expected: its state is final, and esm_class does not call it intermediate.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !self.intermediate && self.message_state.is_some_and(MessageState::is_final)
    }

    /// Whether it is about the message of that id, as the response to its submission gave it.
    #[must_use]
    pub fn is_about(&self, message_id: &str, matching: IdMatching) -> bool {
        self.message_id.as_deref().is_some_and(|own| same_id(own, message_id, matching))
    }

    /// The error as a number: the TLV's, else the text's.
    #[must_use]
    pub fn error_code(&self) -> Option<u32> {
        self.network_error_code.map(|error| u32::from(error.code)).or_else(|| self.text.error_code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlvs(id: &[u8], state: u8) -> Tlvs {
        let mut tlvs = Tlvs::new();
        tlvs.push_c_octets(TlvTag::RECEIPTED_MESSAGE_ID, id).unwrap();
        tlvs.push_u8(TlvTag::MESSAGE_STATE, state).unwrap();
        tlvs
    }

    #[test]
    fn tlvs_win_and_the_text_fills_in() {
        let text = b"id:5000 sub:001 stat:DELIVRD err:007 text:x";
        let receipt =
            DeliveryReceipt::of(EsmClass(0x04), text, &tlvs(b"6000", 6), ReceiptPolicy::Any).unwrap();
        assert_eq!(receipt.message_id.as_deref(), Some("6000"));
        assert_eq!(receipt.message_state, Some(MessageState::ACCEPTED));
        assert_eq!(receipt.error_code(), Some(7));

        let mut only_id = tlvs(b"6000", 6);
        only_id.retain(|tlv| tlv.tag == TlvTag::RECEIPTED_MESSAGE_ID);
        let receipt = DeliveryReceipt::of(EsmClass(0x04), text, &only_id, ReceiptPolicy::Any).unwrap();
        assert_eq!(receipt.message_state, Some(MessageState::DELIVERED));
    }

    #[test]
    fn the_policy_decides_what_is_a_receipt() {
        let text = b"id:5000 stat:DELIVRD";
        let is = |esm_class, tlvs: &Tlvs, policy| {
            DeliveryReceipt::of(EsmClass(esm_class), text, tlvs, policy).is_some()
        };
        let (none, both) = (Tlvs::new(), tlvs(b"1", 2));
        assert!(is(0x00, &none, ReceiptPolicy::Any));
        assert!(!is(0x00, &none, ReceiptPolicy::EsmClassOrTlvs));
        assert!(is(0x00, &both, ReceiptPolicy::EsmClassOrTlvs));
        assert!(!is(0x00, &both, ReceiptPolicy::EsmClass));
        assert!(is(0x04, &none, ReceiptPolicy::EsmClass));
        assert!(is(0x20, &none, ReceiptPolicy::EsmClass));
    }

    #[test]
    fn intermediate_is_told_from_final() {
        let of = |esm_class, state| {
            let receipt =
                DeliveryReceipt::of(EsmClass(esm_class), b"", &tlvs(b"1", state), ReceiptPolicy::Any);
            receipt.unwrap().is_final()
        };
        assert!(of(0x04, 2));
        assert!(!of(0x04, 1));
        assert!(!of(0x20, 2));
    }
}
