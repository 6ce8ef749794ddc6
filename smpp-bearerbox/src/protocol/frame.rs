//! Cutting a stream into frames.

use bytes::{Buf, Bytes, BytesMut};

use crate::protocol::error::FrameError;

/// Cuts received octets into frames. A frame is a 32-bit length and as many octets.
///
/// Each frame gets memory of its own size, so a message that is kept does not hold on to the read buffer.
#[derive(Clone, Copy, Debug)]
pub struct FrameDecoder {
    limit: usize,
}

impl FrameDecoder {
    /// The limit unless another is set: 1 MiB, several times the longest message Kannel can make.
    pub const DEFAULT_LIMIT: usize = 1 << 20;

    /// Makes a decoder that refuses frames with a body of more than `limit` octets.
    pub const fn new(limit: usize) -> Self {
        Self { limit }
    }

    /// Takes the next complete frame off the front of `buffer` and returns its body, the length removed. An empty
    /// body is returned like any other.
    ///
    /// Returns `None`, and leaves `buffer` alone, while the frame is incomplete.
    ///
    /// # Errors
    ///
    /// When the length is negative or above the limit. The position in the stream is lost then, so the connection
    /// has to be closed; `buffer` is left alone and every later call gives the same error.
    pub fn decode(&self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        let Some(prefix) = buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = i32::from_be_bytes(*prefix);
        let Ok(size) = usize::try_from(length) else {
            return Err(FrameError::NegativeLength { length });
        };
        if size > self.limit {
            return Err(FrameError::TooLong { length: size, limit: self.limit });
        }
        let Some(body) = buffer.get(4..).and_then(|rest| rest.get(..size)) else {
            return Ok(None);
        };
        let frame = Bytes::copy_from_slice(body);
        buffer.advance(4 + size);
        Ok(Some(frame))
    }
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_the_whole_frame() {
        let whole = [0, 0, 0, 2, 7, 8, 0, 0];
        for cut in 0..6 {
            let mut buffer = BytesMut::from(&whole[..cut]);

            assert_eq!(FrameDecoder::default().decode(&mut buffer), Ok(None));
            assert_eq!(buffer.len(), cut);
        }

        let mut buffer = BytesMut::from(&whole[..]);
        assert_eq!(FrameDecoder::default().decode(&mut buffer), Ok(Some(Bytes::from_static(&[7, 8]))));
        assert_eq!(buffer.len(), 2);
    }

    #[test]
    fn an_empty_body_is_a_frame() {
        let mut buffer = BytesMut::from(&[0, 0, 0, 0][..]);

        assert_eq!(FrameDecoder::default().decode(&mut buffer), Ok(Some(Bytes::new())));
        assert!(buffer.is_empty());
    }

    #[test]
    fn a_length_out_of_range_is_refused_before_its_octets_came() {
        let mut negative = BytesMut::from(&[0xFF, 0xFF, 0xFF, 0xFE][..]);
        let mut long = BytesMut::from(&[0, 0, 0, 9][..]);

        let decoder = FrameDecoder::new(8);
        assert_eq!(decoder.decode(&mut negative), Err(FrameError::NegativeLength { length: -2 }));
        assert_eq!(decoder.decode(&mut long), Err(FrameError::TooLong { length: 9, limit: 8 }));
    }
}
