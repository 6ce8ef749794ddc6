//! What a peer of an older version must not see, as tables, and their application before writing.

use crate::{
    Body, CommandId, CommandStatus, EncodeError, InterfaceVersion, InvalidField, OctetString, Pdu,
    field::FieldMut,
    tlv::{Tlv, TlvSpec, TlvTag},
};

const V3_3: InterfaceVersion = InterfaceVersion::V3_3;
const V3_4: InterfaceVersion = InterfaceVersion::V3_4;
const V5_0: InterfaceVersion = InterfaceVersion::V5_0;

/// Requests that a peer below this version does not know (SMPP 3.4 section 2.3, SMPP 5.0 section 2.4).
/// bind_transceiver is not among them: it is how a peer is asked what it knows.
const OPERATIONS: [(CommandId, InterfaceVersion); 6] = [
    (CommandId::OUTBIND, V3_4),
    (CommandId::ALERT_NOTIFICATION, V3_4),
    (CommandId::DATA_SM, V3_4),
    (CommandId::BROADCAST_SM, V5_0),
    (CommandId::QUERY_BROADCAST_SM, V5_0),
    (CommandId::CANCEL_BROADCAST_SM, V5_0),
];

/// What happens to a field for peers up to and including a version.
const FIELDS: [(&str, InterfaceVersion, Rule); 13] = [
    ("registered_delivery", V3_3, Rule::Map(any_receipt)),
    ("registered_delivery", V3_4, Rule::Map(no_success_only)),
    ("priority_flag", V3_3, Rule::AtMost(1)),
    ("priority_flag", V3_4, Rule::AtMost(3)),
    ("message_state", V3_4, Rule::Map(no_new_state)),
    ("sm_default_msg_id", V3_3, Rule::Refuse(100)),
    ("sm_default_msg_id", V3_4, Rule::Refuse(254)),
    ("short_message", V3_3, Rule::Refuse(160)),
    ("short_message", V3_4, Rule::Refuse(254)),
    ("message_id", V3_3, Rule::Refuse(8)),
    ("original_message_id", V3_3, Rule::Refuse(8)),
    ("msgid", V3_3, Rule::Refuse(8)),
    ("dest_address", V3_4, Rule::Refuse(254)),
];

/// Statuses that SMPP 5.0 added, and what an older peer is told instead. The rest of 0x100-0x112 becomes
/// ESME_RUNKNOWNERR.
const STATUSES: [(CommandStatus, CommandStatus); 6] = [
    (CommandStatus::ESME_RSERTYPUNAUTH, CommandStatus::ESME_RINVSERTYP),
    (CommandStatus::ESME_RPROHIBITED, CommandStatus::ESME_RINVCMDID),
    (CommandStatus::ESME_RSERTYPUNAVAIL, CommandStatus::ESME_RSYSERR),
    (CommandStatus::ESME_RSERTYPDENIED, CommandStatus::ESME_RINVSERTYP),
    (CommandStatus::ESME_RINVDCS, CommandStatus::ESME_RSUBMITFAIL),
    (CommandStatus::ESME_RINVBCAST_REP, CommandStatus::ESME_RUNKNOWNERR),
];

enum Rule {
    /// A larger number becomes this one.
    AtMost(u8),
    /// Another number takes its place.
    Map(fn(u8) -> u8),
    /// A larger number, length or count cannot be sent.
    Refuse(usize),
}

/// The PDU as a peer of that version may see it; `None` if it may see all of it.
pub(crate) fn adapt(pdu: &Pdu, peer: InterfaceVersion) -> Result<Option<Pdu>, EncodeError> {
    let peer = peer.level();
    if peer == V5_0 || matches!(pdu.body, Body::Unknown { .. } | Body::Irregular(_)) {
        return Ok(None);
    }
    let command_id = pdu.command_id();
    let known = || is_known(command_id) && is_old(pdu.command_status);
    if peer == V3_4 && known() && pdu.body.is_plain() {
        return Ok(None);
    }
    if OPERATIONS.iter().any(|(id, since)| *id == command_id && peer < *since) {
        return Err(EncodeError::Version { command: command_id.name().unwrap_or_default() });
    }
    by_tables(pdu, peer).map(Some)
}

/// A copy with all rules applied.
pub(crate) fn by_tables(pdu: &Pdu, peer: InterfaceVersion) -> Result<Pdu, EncodeError> {
    let mut adapted = pdu.clone();
    adapted.command_status = status(pdu.command_status);
    if peer == V3_3 {
        fill_body(&mut adapted.body);
        payload_to_short_message(&mut adapted.body)?;
    }
    fields(&mut adapted.body, peer)?;
    tlvs(&mut adapted.body, peer);
    Ok(adapted)
}

/// Whether a peer of SMPP 3.4 knows the operation.
#[inline]
pub(crate) fn is_known(command_id: CommandId) -> bool {
    command_id.0 & 0xFFF0 != 0x0110
}

/// Whether a peer of SMPP 3.4 knows the status.
#[inline]
pub(crate) fn is_old(status: CommandStatus) -> bool {
    !(0x100..=0x112).contains(&status.0)
}

/// Whether a peer of SMPP 3.4 knows every TLV and its value.
#[inline]
pub(crate) fn tlvs_are_plain(tlvs: &crate::Tlvs) -> bool {
    tlvs.is_empty()
        || tlvs.iter().all(|tlv| match tlv.tag {
            TlvTag::ALERT_ON_MESSAGE_DELIVERY => tlv.value.is_empty(),
            TlvTag::MS_VALIDITY => tlv.value.len() <= 1 && tlv.value != [4],
            TlvTag::MESSAGE_STATE => !matches!(tlv.value, [0 | 9]),
            TlvTag(0x0000..=0x0427 | 0x0429..=0x05FF | 0x0700..) => true,
            tag => TlvSpec::of(tag).is_none_or(|spec| spec.since <= V3_4),
        })
}

fn status(status: CommandStatus) -> CommandStatus {
    match STATUSES.iter().find(|(new, _)| *new == status) {
        Some((_, old)) => *old,
        None if !is_old(status) => CommandStatus::ESME_RUNKNOWNERR,
        None => status,
    }
}

/// SMPP 3.3 has no rule for leaving a response's body out: it gets its default.
fn fill_body(body: &mut Body) {
    let mut empty = true;
    body.visit(&mut |_, _| empty = false);
    if empty
        && body.is_response()
        && let Some(filled) = Body::default_of(body.command_id())
    {
        *body = filled;
    }
}

/// Without TLVs a text can travel in short_message only.
fn payload_to_short_message(body: &mut Body) -> Result<(), EncodeError> {
    let payload = body.tlvs().and_then(|tlvs| tlvs.get(TlvTag::MESSAGE_PAYLOAD)).map(OctetString::from);
    let Some(payload) = payload.filter(|payload| !payload.is_empty()) else { return Ok(()) };
    if payload.len() > 160 {
        return Err(EncodeError::Field { field: "message_payload", reason: InvalidField::TooLong });
    }
    body.visit_mut(&mut |_, value| {
        if let FieldMut::Octets(short_message) = value {
            *short_message = payload.clone();
        }
    });
    Ok(())
}

fn fields(body: &mut Body, peer: InterfaceVersion) -> Result<(), EncodeError> {
    let mut result = Ok(());
    body.visit_mut(&mut |name, value| {
        let Some((field, _, rule)) = FIELDS.iter().find(|(field, until, _)| *field == name && peer <= *until)
        else {
            return;
        };
        let reason = match (rule, value) {
            (Rule::AtMost(max), FieldMut::Integer(number)) => {
                *number = (*number).min(*max);
                return;
            }
            (Rule::Map(map), FieldMut::Integer(number)) => {
                *number = map(*number);
                return;
            }
            (Rule::Refuse(max), FieldMut::Integer(number)) if usize::from(*number) > *max => {
                InvalidField::Value
            }
            (Rule::Refuse(max), FieldMut::String(len)) if len > *max => InvalidField::TooLong,
            (Rule::Refuse(max), FieldMut::Octets(octets)) if octets.len() > *max => InvalidField::TooLong,
            (Rule::Refuse(max), FieldMut::List(count)) if count > *max => InvalidField::Count,
            (Rule::AtMost(_) | Rule::Map(_) | Rule::Refuse(_), _) => return,
        };
        if result.is_ok() {
            result = Err(EncodeError::Field { field, reason });
        }
    });
    result
}

fn tlvs(body: &mut Body, peer: InterfaceVersion) {
    let Some(tlvs) = body.tlvs_mut() else { return };
    if peer == V3_3 {
        tlvs.retain(|_| false);
        return;
    }
    let relative = |tlv: &Tlv<'_>| tlv.tag == TlvTag::MS_VALIDITY && tlv.value.first() == Some(&4);
    tlvs.retain(|tlv| TlvSpec::of(tlv.tag).is_none_or(|spec| spec.since <= peer) && !relative(&tlv));
    for (tag, max) in [(TlvTag::ALERT_ON_MESSAGE_DELIVERY, 0), (TlvTag::MS_VALIDITY, 1)] {
        shorten(tlvs, tag, max);
    }
    if let Some(state) = tlvs.u8(TlvTag::MESSAGE_STATE).filter(|state| no_new_state(*state) != *state) {
        // A value of one octet always fits.
        let _ = tlvs.set(TlvTag::MESSAGE_STATE, &[no_new_state(state)]);
    }
}

/// Cuts a TLV's value to what the older version allows, where it stands.
fn shorten(tlvs: &mut crate::Tlvs, tag: TlvTag, max: usize) {
    if tlvs.get(tag).is_none_or(|value| value.len() <= max) {
        return;
    }
    let old = tlvs.clone();
    *tlvs = crate::Tlvs::new();
    let cut = |tlv: Tlv<'_>| tlv.value.len().min(if tlv.tag == tag { max } else { usize::MAX });
    // Every value comes from a list of TLVs and is not longer than it was.
    let _ = tlvs
        .extend(old.iter().map(|tlv| Tlv { value: tlv.value.get(..cut(tlv)).unwrap_or_default(), ..tlv }));
}

/// SMPP 3.3 knows 0 and 1.
fn any_receipt(registered_delivery: u8) -> u8 {
    u8::from(registered_delivery & 0x03 != 0)
}

/// "Success only" is of SMPP 5.0; both outcomes include it.
fn no_success_only(registered_delivery: u8) -> u8 {
    if registered_delivery & 0x03 == 0x03 { registered_delivery & !0x03 | 0x01 } else { registered_delivery }
}

/// SCHEDULED and SKIPPED are of SMPP 5.0.
fn no_new_state(state: u8) -> u8 {
    match state {
        0 => 1,
        9 => 5,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::{
        CodecOptions, DataSm, PriorityFlag, RegisteredDelivery, SequenceNumber, SubmitSm, SubmitSmResp,
    };

    fn sent(pdu: &Pdu, peer: InterfaceVersion) -> Result<Pdu, EncodeError> {
        let mut wire = BytesMut::new();
        pdu.encode_with(&mut wire, &CodecOptions::default().with_peer_version(peer))?;
        Ok(Pdu::decode(&wire).unwrap())
    }

    fn rich() -> SubmitSm {
        let mut submit_sm = SubmitSm {
            registered_delivery: RegisteredDelivery(0x03),
            priority_flag: PriorityFlag(4),
            short_message: b"text".into(),
            ..SubmitSm::default()
        };
        submit_sm.tlvs.push(TlvTag::ALERT_ON_MESSAGE_DELIVERY, &[1]).unwrap();
        submit_sm.tlvs.push(TlvTag::BILLING_IDENTIFICATION, &[0x80]).unwrap();
        submit_sm.tlvs.push(TlvTag(0x1400), &[7]).unwrap();
        submit_sm
    }

    #[test]
    fn a_peer_of_5_0_sees_everything() {
        let pdu = Pdu::new(SequenceNumber(1), rich());
        assert_eq!(sent(&pdu, V5_0), Ok(pdu));
    }

    #[test]
    fn a_peer_of_3_4_sees_no_values_of_5_0() {
        let pdu = sent(&Pdu::new(SequenceNumber(1), rich()), V3_4).unwrap();
        let submit_sm = SubmitSm::try_from(pdu.body).unwrap();
        assert_eq!(submit_sm.registered_delivery, RegisteredDelivery(0x01));
        assert_eq!(submit_sm.priority_flag, PriorityFlag(3));
        assert_eq!(submit_sm.tlvs.as_wire(), [0x13, 0x0C, 0, 0, 0x14, 0, 0, 1, 7]);
    }

    #[test]
    fn what_existed_in_3_4_is_plain() {
        let mut submit_sm = SubmitSm { short_message: b"text".into(), ..SubmitSm::default() };
        submit_sm.tlvs.push_u16(TlvTag::USER_MESSAGE_REFERENCE, 7).unwrap();
        submit_sm.tlvs.push_u8(TlvTag::MESSAGE_STATE, 2).unwrap();
        submit_sm.tlvs.push(TlvTag(0x1400), b"vendor").unwrap();
        assert!(Body::from(submit_sm).is_plain());
        assert!(!Body::from(rich()).is_plain());
        for tag in [TlvTag::CONGESTION_STATE, TlvTag::BROADCAST_REP_NUM, TlvTag::DEST_ADDR_NP_COUNTRY] {
            let mut tlvs = crate::Tlvs::new();
            tlvs.push_u8(tag, 1).unwrap();
            assert!(!tlvs_are_plain(&tlvs), "{tag}");
        }
    }

    #[test]
    fn a_peer_of_3_3_sees_no_tlvs_but_the_payload() {
        let mut submit_sm = rich();
        submit_sm.short_message = OctetString::default();
        submit_sm.tlvs.push(TlvTag::MESSAGE_PAYLOAD, b"payload").unwrap();
        let pdu = sent(&Pdu::new(SequenceNumber(1), submit_sm), V3_3).unwrap();
        let submit_sm = SubmitSm::try_from(pdu.body).unwrap();
        assert_eq!(submit_sm.short_message, b"payload");
        assert!(submit_sm.tlvs.is_empty());
        assert_eq!(submit_sm.priority_flag, PriorityFlag(1));
    }

    #[test]
    fn a_peer_of_3_3_gets_bodies_and_short_ids() {
        let refused = Pdu {
            command_status: CommandStatus::ESME_RINVSRCADR,
            sequence_number: SequenceNumber(7),
            body: Body::refusal_of(CommandId::SUBMIT_SM).unwrap(),
        };
        assert_eq!(refused.encoded_len(), 16);
        assert_eq!(sent(&refused, V3_3).unwrap().encoded_len(), 17);

        let id = "0123456789".try_into().unwrap();
        let long =
            Pdu::new(SequenceNumber(7), SubmitSmResp { message_id: Some(id), ..SubmitSmResp::default() });
        let error = EncodeError::Field { field: "message_id", reason: InvalidField::TooLong };
        assert_eq!(sent(&long, V3_3), Err(error));
        assert!(sent(&long, V3_4).is_ok());
    }

    #[test]
    fn operations_unknown_to_the_peer_are_not_sent() {
        let data_sm = Pdu::new(SequenceNumber(1), DataSm::default());
        assert_eq!(sent(&data_sm, V3_3), Err(EncodeError::Version { command: "data_sm" }));
        assert!(sent(&data_sm, V3_4).is_ok());
    }

    #[test]
    fn new_statuses_are_translated() {
        let mut pdu = Pdu::new(SequenceNumber(1), SubmitSmResp::default());
        pdu.command_status = CommandStatus::ESME_RSERTYPUNAVAIL;
        assert_eq!(sent(&pdu, V3_4).unwrap().command_status, CommandStatus::ESME_RSYSERR);
        pdu.command_status = CommandStatus::ESME_RINVBCASTAREAFMT;
        assert_eq!(sent(&pdu, V3_4).unwrap().command_status, CommandStatus::ESME_RUNKNOWNERR);
    }
}
