//! The primitives of the box protocol, read with nom.
//!
//! Every parser borrows from the frame; nothing is copied.

use nom::bytes::complete::take;
use nom::number::complete::be_i32;
use nom::{Err, IResult, Parser};

use crate::protocol::error::MsgError;
use crate::protocol::sms_id::SmsId;

/// What is left of the frame, and the value read off its front.
pub(crate) type Parsed<'a, T> = IResult<&'a [u8], T, MsgError>;

/// Reads a signed 32-bit integer, big endian.
pub(crate) fn integer<'a>(field: &'static str, input: &'a [u8]) -> Parsed<'a, i32> {
    be_i32::<_, ()>.parse(input).map_err(|_| truncated(field))
}

/// Reads a length and as many octets. The length -1 stands for no string, which is not the empty one.
pub(crate) fn octet_string<'a>(field: &'static str, input: &'a [u8]) -> Parsed<'a, Option<&'a [u8]>> {
    let (input, length) = integer(field, input)?;
    if length == -1 {
        return Ok((input, None));
    }
    let Ok(count) = usize::try_from(length) else {
        return Err(Err::Error(MsgError::NegativeLength { field, length }));
    };
    let (input, octets) = take::<_, _, ()>(count).parse(input).map_err(|_| truncated(field))?;
    Ok((input, Some(octets)))
}

/// Reads a UUID as a string of 36 characters in either case. It is never absent.
pub(crate) fn id<'a>(field: &'static str, input: &'a [u8]) -> Parsed<'a, SmsId> {
    let (input, octets) = octet_string(field, input)?;
    let id = octets.and_then(SmsId::parse).ok_or(Err::Error(MsgError::InvalidId { field }))?;
    Ok((input, id))
}

fn truncated(field: &'static str) -> Err<MsgError> {
    Err::Error(MsgError::Truncated { field })
}
