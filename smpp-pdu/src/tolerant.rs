//! What lenient reading does with a body that the ordinary reader refused: the cold path.
//!
//! It follows the list "disagreements a codec should tolerate": one stray NUL behind the body is dropped, a
//! missing last NUL is supplied, octets behind a PDU without body are ignored, a submit_multi_resp may end
//! before its list, error responses may carry anything. What is left becomes [`Body::Irregular`] if the
//! frame is whole, and an error if it is not.

use crate::{
    Body, CommandId, DecodeError, Header, InvalidField, Tlvs, error::FieldError, irregular::Irregular, tlv,
};

/// Reads once more, with more patience.
///
/// # Errors
///
/// The first error, if the body cannot be taken.
#[cold]
pub(crate) fn decode(header: &Header, octets: &[u8], error: FieldError) -> Result<Body, DecodeError> {
    let command_id = header.command_id;
    if let Some(body) = mended(command_id, octets, &error) {
        return Ok(body);
    }
    let failed = command_id.is_response() && !header.command_status.is_ok();
    if failed {
        let without = Tlvs::from_wire(octets).ok().and_then(|tlvs| Body::without_body(command_id, tlvs));
        if let Some(body) = without {
            return Ok(body);
        }
    }
    let (irregular, whole) = Irregular::new(command_id, octets, error.field, error.reason);
    let tolerable = whole && matches!(error.reason, InvalidField::TooLong | InvalidField::Time);
    if tolerable || failed {
        return Ok(Body::Irregular(Box::new(irregular)));
    }
    Err(error.into_decode_error(header, octets))
}

/// The regular body that was meant, if one change to the octets makes it.
fn mended(command_id: CommandId, octets: &[u8], error: &FieldError) -> Option<Body> {
    if Body::fields_of(command_id).is_some_and(<[_]>::is_empty) {
        return Body::default_of(command_id);
    }
    let changed = match (error.field, error.reason) {
        ("tlvs", _) => without_stray_nul(octets, error.remaining)?.to_vec(),
        ("unsuccess_sme", InvalidField::Truncated) => [octets, &[0]].concat(),
        ("unsuccess_sme", InvalidField::Count) if error.remaining == 1 => {
            [octets.split_last().map_or(octets, |(_, before)| before), &[0]].concat()
        }
        (_, InvalidField::MissingNul) => [octets, &[0]].concat(),
        _ => return None,
    };
    Body::decode(command_id, &changed).ok()
}

/// The octets without the one NUL that follows the body or its last TLV.
fn without_stray_nul(octets: &[u8], tlvs_len: usize) -> Option<&[u8]> {
    let without = octets.strip_suffix(&[0])?;
    let tlvs = without.get(octets.len().checked_sub(tlvs_len)?..)?;
    tlv::check(tlvs).is_ok().then_some(without)
}
