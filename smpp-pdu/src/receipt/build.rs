//! [`delivery_receipt`]: the deliver_sm that reports on a submit_sm.

use super::{ReceiptFormat, ReceiptText};
use crate::{
    CivilTime, DeliverSm, EncodeError, EsmClass, MessageId, MessageState, MessageType, SubmitSm,
    text::{Encoding, TextOptions, Unencodable},
    tlv::{TlvTag, value::NetworkErrorCode},
    udh::UserDataHeader,
};

/// What became of a submission.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Submission {
    /// What the Message Centre calls the message.
    pub message_id: MessageId,
    /// What became of it.
    pub message_state: MessageState,
    /// When it was submitted, in the Message Centre's local time.
    pub submitted: CivilTime,
    /// When it reached this state, in the Message Centre's local time.
    pub done: CivilTime,
    /// How many messages it was.
    pub sub: u16,
    /// How many of them were delivered.
    pub dlvrd: u16,
    /// The network's error, if there is one: the TLV and `err:`.
    pub network_error_code: Option<NetworkErrorCode>,
}

impl Submission {
    /// One message in that state, without an error.
    #[must_use]
    pub fn new(
        message_id: MessageId,
        message_state: MessageState,
        submitted: CivilTime,
        done: CivilTime,
    ) -> Self {
        let dlvrd = u16::from(message_state == MessageState::DELIVERED);
        Self { message_id, message_state, submitted, done, sub: 1, dlvrd, network_error_code: None }
    }

    /// Sets the network's error.
    #[must_use]
    pub fn with_network_error_code(mut self, error: NetworkErrorCode) -> Self {
        self.network_error_code = Some(error);
        self
    }

    /// Sets how many messages it was, and how many of them were delivered.
    #[must_use]
    pub fn with_parts(mut self, sub: u16, dlvrd: u16) -> Self {
        (self.sub, self.dlvrd) = (sub, dlvrd);
        self
    }
}

/// The deliver_sm that reports on a submit_sm: addresses swapped, esm_class of a receipt (of an intermediate
/// notification while the state is not final), the text of SMPP 3.4 appendix B, and the TLVs
/// receipted_message_id, message_state, network_error_code if there is an error, and user_message_reference if
/// the submission had one. The TLV carries the id in the same form as the text.
///
/// # Errors
///
/// [`EncodeError::Field`] if the format makes the text or the id too long.
///
/// ```
/// use smpp_pdu::{CivilTime, MessageState, SubmitSm};
/// use smpp_pdu::receipt::{ReceiptFormat, Submission, delivery_receipt};
///
/// let submit_sm = SubmitSm {
///     source_addr: "12345".try_into()?,
///     destination_addr: "447700900123".try_into()?,
///     short_message: b"Hello".into(),
///     ..SubmitSm::default()
/// };
/// let at = CivilTime::new(2026, 1, 31, 12, 0, 0).unwrap();
/// let outcome = Submission::new("42".try_into()?, MessageState::DELIVERED, at, at);
///
/// let receipt = delivery_receipt(&submit_sm, &outcome, &ReceiptFormat::default())?;
/// assert_eq!(receipt.destination_addr, "12345");
/// assert!(receipt.esm_class.is_delivery_receipt());
/// assert_eq!(receipt.tlvs.message_state(), Some(MessageState::DELIVERED));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn delivery_receipt(
    submit_sm: &SubmitSm,
    submission: &Submission,
    format: &ReceiptFormat,
) -> Result<DeliverSm, EncodeError> {
    let id = format.id(&submission.message_id);
    let code = submission.network_error_code.map_or(0, |error| error.code);
    let width = format.err_width;
    let text = ReceiptText {
        id: Some(id.clone()),
        sub: Some(format!("{:03}", submission.sub)),
        dlvrd: Some(format!("{:03}", submission.dlvrd)),
        submit_date: Some(format.date(submission.submitted)),
        done_date: Some(format.date(submission.done)),
        stat: Some(submission.message_state.receipt_text().to_owned()),
        err: Some(format!("{code:0width$}")),
        text: Some(excerpt(submit_sm, format.text_len).into()),
        extra: Vec::new(),
    };
    let message_type = if submission.message_state.is_final() {
        MessageType::MC_DELIVERY_RECEIPT
    } else {
        MessageType::INTERMEDIATE_NOTIFICATION
    };
    let mut receipt = DeliverSm {
        service_type: submit_sm.service_type,
        source_addr_ton: submit_sm.dest_addr_ton,
        source_addr_npi: submit_sm.dest_addr_npi,
        source_addr: submit_sm.destination_addr,
        dest_addr_ton: submit_sm.source_addr_ton,
        dest_addr_npi: submit_sm.source_addr_npi,
        destination_addr: submit_sm.source_addr,
        esm_class: EsmClass::DEFAULT.with_message_type(message_type),
        short_message: format.write(&text).into(),
        ..DeliverSm::default()
    };
    let tlvs = &mut receipt.tlvs;
    let id: Vec<u8> = id.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
    tlvs.push_c_octets(TlvTag::RECEIPTED_MESSAGE_ID, &id)
        .and_then(|()| tlvs.push_u8(TlvTag::MESSAGE_STATE, submission.message_state.0))
        .and_then(|()| {
            submission.network_error_code.map_or(Ok(()), |error| tlvs.set_network_error_code(error))
        })
        .and_then(|()| {
            let reference = submit_sm.tlvs.u16(TlvTag::USER_MESSAGE_REFERENCE);
            reference.map_or(Ok(()), |reference| tlvs.push_u16(TlvTag::USER_MESSAGE_REFERENCE, reference))
        })
        .map_err(|reason| EncodeError::Field { field: "tlvs", reason })?;
    if receipt.short_message.len() > 254 {
        return Err(EncodeError::Field { field: "short_message", reason: crate::InvalidField::TooLong });
    }
    Ok(receipt)
}

/// The beginning of the message in GSM 03.38, since data_coding 0 is what a receipt has; nothing of binary
/// data.
fn excerpt(submit_sm: &SubmitSm, len: usize) -> Vec<u8> {
    let payload = submit_sm.tlvs.message_payload().filter(|payload| !payload.is_empty());
    let user_data = payload.unwrap_or(&submit_sm.short_message);
    let split = submit_sm.esm_class.has_udhi().then(|| UserDataHeader::split_from(user_data));
    let (header, octets) = match split {
        None => (UserDataHeader::new(), user_data),
        Some(Ok(split)) => split,
        Some(Err(_)) => return Vec::new(),
    };
    let options = TextOptions::default().with_unencodable(Unencodable::Transliterate);
    let text = options.decode_user_data(submit_sm.data_coding, octets, header.shifts(), 0);
    let beginning: String = text.unwrap_or_default().chars().take(len).collect();
    options.encode_as(&beginning, Encoding::Gsm7).map(|encoded| encoded.octets().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DataCoding,
        receipt::{DeliveryReceipt, IdForm, IdMatching, ReceiptPolicy},
        text,
        tlv::value::ErrorNetwork,
    };

    fn at() -> CivilTime {
        CivilTime::new(2026, 1, 31, 12, 5, 9).unwrap()
    }

    #[test]
    fn says_everything_twice() {
        let mut submit_sm = SubmitSm {
            source_addr_ton: crate::Ton::ALPHANUMERIC,
            source_addr: "Shop".try_into().unwrap(),
            dest_addr_ton: crate::Ton::INTERNATIONAL,
            destination_addr: "447700900123".try_into().unwrap(),
            short_message: b"Your order of twenty things is on its way".into(),
            ..SubmitSm::default()
        };
        submit_sm.tlvs.push_u16(TlvTag::USER_MESSAGE_REFERENCE, 77).unwrap();
        let error = NetworkErrorCode { network: ErrorNetwork::GSM, code: 27 };
        let submission = Submission::new("ab12".try_into().unwrap(), MessageState::UNDELIVERABLE, at(), at());
        let submission = submission.with_network_error_code(error);
        let format = ReceiptFormat::default().with_id(IdForm::Decimal { width: 10 });

        let deliver_sm = delivery_receipt(&submit_sm, &submission, &format).unwrap();

        let text = b"id:0000043794 sub:001 dlvrd:000 submit date:2601311205 done date:2601311205 stat:UNDELIV err:027 text:Your order of twenty";
        assert_eq!(deliver_sm.short_message, text);
        assert_eq!(
            (deliver_sm.source_addr, deliver_sm.destination_addr),
            (submit_sm.destination_addr, submit_sm.source_addr)
        );
        assert_eq!(deliver_sm.dest_addr_ton, crate::Ton::ALPHANUMERIC);
        let receipt = DeliveryReceipt::of_deliver_sm(&deliver_sm, ReceiptPolicy::EsmClass).unwrap();
        assert!(receipt.is_about("ab12", IdMatching::AnyBase));
        assert!(receipt.is_final());
        assert_eq!(receipt.message_state, Some(MessageState::UNDELIVERABLE));
        assert_eq!(receipt.network_error_code, Some(error));
        assert_eq!(receipt.user_message_reference, Some(77));
    }

    #[test]
    fn states_that_are_not_final_are_notifications() {
        let submission = Submission::new("1".try_into().unwrap(), MessageState::ENROUTE, at(), at());
        let deliver_sm =
            delivery_receipt(&SubmitSm::default(), &submission, &ReceiptFormat::default()).unwrap();
        assert_eq!(deliver_sm.esm_class, EsmClass(0x20));
    }

    #[test]
    fn the_excerpt_is_in_the_default_alphabet() {
        let of = |submit_sm: &SubmitSm| {
            let submission = Submission::new("1".try_into().unwrap(), MessageState::DELIVERED, at(), at());
            let deliver_sm = delivery_receipt(submit_sm, &submission, &ReceiptFormat::default()).unwrap();
            ReceiptText::parse(&deliver_sm.short_message).text.unwrap().into_vec()
        };
        let encoded = text::encode("“Ž” и");
        let mut submit_sm = SubmitSm { short_message: encoded.octets().into(), ..SubmitSm::default() };
        submit_sm.data_coding = encoded.data_coding();
        assert_eq!(of(&submit_sm), b"\"Z\" ?");
        submit_sm.data_coding = DataCoding::OCTET;
        assert_eq!(of(&submit_sm), b"");
        submit_sm =
            SubmitSm { short_message: b"\x05\x00\x03\x01\x02\x01Hello".into(), ..SubmitSm::default() };
        submit_sm.esm_class = EsmClass(0x40);
        assert_eq!(of(&submit_sm), b"Hello");
    }
}
