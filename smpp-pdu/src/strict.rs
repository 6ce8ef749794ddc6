//! What [`Strictness::Strict`](crate::Strictness::Strict) asks beyond the wire form: the specification's
//! sizes, whole responses, TLVs of the right length, mandatory TLVs.

use crate::{
    Body, CommandId, CommandStatus, InvalidField, Tlvs,
    error::FieldError,
    field::FieldValue,
    tlv::{Tlv, TlvKind, TlvRegistry, TlvSpec, TlvTag},
};

/// Strings whose type holds more than the specification allows; the numbers count the NUL.
const MAXIMA: [(&str, usize); 6] = [
    ("system_id", 16),
    ("password", 9),
    ("system_type", 13),
    ("message_id", 65),
    ("original_message_id", 9),
    ("msgid", 9),
];

/// The TLVs that an operation must have (SMPP 5.0 sections 4.4.1.1 and 4.6.1.3).
const MANDATORY: [(CommandId, &[TlvTag]); 2] = [
    (
        CommandId::BROADCAST_SM,
        &[
            TlvTag::BROADCAST_AREA_IDENTIFIER,
            TlvTag::BROADCAST_CONTENT_TYPE,
            TlvTag::BROADCAST_REP_NUM,
            TlvTag::BROADCAST_FREQUENCY_INTERVAL,
        ],
    ),
    (
        CommandId::QUERY_BROADCAST_SM_RESP,
        &[TlvTag::MESSAGE_STATE, TlvTag::BROADCAST_AREA_IDENTIFIER, TlvTag::BROADCAST_AREA_SUCCESS],
    ),
];

/// Whether a body keeps to the specification.
#[cold]
pub(crate) fn check(
    body: &Body,
    command_status: CommandStatus,
    registry: Option<&TlvRegistry>,
) -> Result<(), FieldError> {
    if let Body::Irregular(irregular) = body {
        let (field, reason) = irregular.defect();
        return Err(FieldError::new(field, reason, 0));
    }
    let command_id = body.command_id();
    let len = body.encoded_len();
    let mut position = 0;
    let mut first = Ok(());
    body.visit(&mut |name, value| {
        if first.is_ok()
            && let Err(reason) = check_value(name, value)
        {
            first = Err(FieldError::new(name, reason, len - position));
        }
        position += value.wire_len();
    });
    first?;
    if position == 0
        && command_status.is_ok()
        && let Some([field, ..]) = Body::fields_of(command_id)
    {
        return Err(FieldError::new(field.name, InvalidField::Truncated, len));
    }
    let Some(tlvs) = body.tlvs() else { return Ok(()) };
    check_tlvs(tlvs, registry).map_err(|reason| FieldError::new("tlvs", reason, tlvs.as_wire().len()))?;
    let missing = MANDATORY.iter().filter(|(id, _)| *id == command_id && command_status.is_ok());
    if missing.flat_map(|(_, tags)| *tags).any(|tag| !tlvs.contains(*tag)) {
        return Err(FieldError::new("tlvs", InvalidField::TlvMissing, tlvs.as_wire().len()));
    }
    Ok(())
}

/// The specification's maximum of a string whose type holds more, the NUL counted.
pub(crate) fn max_of(name: &str) -> Option<usize> {
    MAXIMA.iter().find(|(field, _)| *field == name).map(|(_, max)| *max)
}

fn check_value(name: &str, value: FieldValue<'_>) -> Result<(), InvalidField> {
    match value {
        FieldValue::String(string) | FieldValue::Secret(string) => {
            if max_of(name).is_some_and(|max| string.len() >= max) {
                Err(InvalidField::TooLong)
            } else {
                Ok(())
            }
        }
        FieldValue::Time(Some(time)) if time.is_local() && name != "final_date" => Err(InvalidField::Time),
        FieldValue::DestAddresses([]) => Err(InvalidField::Count),
        FieldValue::MessageIds(ids) if ids.iter().any(|id| id.len() > 8) => Err(InvalidField::TooLong),
        FieldValue::Absent
        | FieldValue::Integer(_)
        | FieldValue::Time(_)
        | FieldValue::Octets(_)
        | FieldValue::DestAddresses(_)
        | FieldValue::UnsuccessSmes(_)
        | FieldValue::MessageIds(_) => Ok(()),
    }
}

/// The length of every known TLV; a vendor's registry comes before the specification's table.
fn check_tlvs(tlvs: &Tlvs, registry: Option<&TlvRegistry>) -> Result<(), InvalidField> {
    for Tlv { tag, value } in tlvs {
        let right = match (registry.and_then(|registry| registry.by_tag(tag)), TlvSpec::of(tag)) {
            (Some(vendor), _) => vendor.accepts(value),
            (None, Some(spec)) => {
                let len = (usize::from(spec.min)..=usize::from(spec.max)).contains(&value.len());
                let ended = spec.kind != TlvKind::COctets
                    || value.last() == Some(&0)
                    || tag == TlvTag::BROADCAST_END_TIME && value.len() == 16;
                len && ended && (tag != TlvTag::MS_VALIDITY || matches!(value.len(), 1 | 4))
            }
            (None, None) => true,
        };
        if !right {
            return Err(InvalidField::TlvLength);
        }
    }
    Ok(())
}
