//! PDUs and times as they are stored: PDUs as their own octets.

use std::time::{Duration, SystemTime};

use bytes::BytesMut;
use smpp_session::pdu::{Body, Pdu, SequenceNumber, SubmitSm};

use super::SqliteError;

pub(super) fn encode(body: impl Into<Body>, into: &mut BytesMut) -> Result<(), SqliteError> {
    let unreadable = |error: smpp_session::pdu::EncodeError| SqliteError::Unreadable(error.to_string());
    Pdu::new(SequenceNumber::FIRST, body).encode(into).map_err(unreadable)
}

pub(super) fn decode(octets: &[u8]) -> Result<Body, SqliteError> {
    Pdu::decode(octets).map(|pdu| pdu.body).map_err(|error| SqliteError::Unreadable(error.to_string()))
}

/// Several submit_sm, one after the other.
pub(super) fn encode_parts(parts: &[SubmitSm]) -> Result<Vec<u8>, SqliteError> {
    let mut octets = BytesMut::new();
    for part in parts {
        encode(part.clone(), &mut octets)?;
    }
    Ok(octets.into())
}

pub(super) fn decode_parts(mut octets: &[u8]) -> Result<Vec<SubmitSm>, SqliteError> {
    let short = || SqliteError::Unreadable("the octets end within a PDU".to_owned());
    let mut parts = Vec::new();
    while let Some(length) = octets.first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short())?;
        let (frame, rest) =
            octets.split_at_checked(length).filter(|(frame, _)| !frame.is_empty()).ok_or_else(short)?;
        let Body::SubmitSm(part) = decode(frame)? else {
            return Err(SqliteError::Unreadable("it is no submit_sm".to_owned()));
        };
        parts.push(part);
        octets = rest;
    }
    if octets.is_empty() { Ok(parts) } else { Err(short()) }
}

/// Milliseconds since 1970; what is before is 1970.
pub(super) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
