//! The primitives of the box protocol, written.

use bytes::{BufMut, BytesMut};

/// Appends a signed 32-bit integer, big endian.
pub(crate) fn integer(number: i32, dst: &mut BytesMut) {
    dst.put_i32(number);
}

/// Appends a length and the octets, or the length -1 for no string.
///
/// A string beyond 2 GiB would need a length that the protocol does not have; the limit on frames keeps such a
/// message from getting here.
pub(crate) fn octet_string(octets: Option<&[u8]>, dst: &mut BytesMut) {
    let Some(octets) = octets else {
        return integer(-1, dst);
    };
    integer(i32::try_from(octets.len()).unwrap_or(i32::MAX), dst);
    dst.put_slice(octets);
}
