//! [`FrameDecoder`]: a stream of octets cut into PDUs.

use bytes::{Buf, BytesMut};

use crate::{CodecOptions, DecodeError, Header, Pdu};

/// Cuts a stream of octets into PDUs. Pure: owns no socket, no timer and no buffer.
///
/// The buffer is never split, so nothing but its owner refers to it and `reserve` moves the rest to the
/// front instead of allocating. A command_length out of bounds is refused as soon as its four octets are
/// there; nothing is reserved for it.
///
/// ```
/// use bytes::BytesMut;
/// use smpp_pdu::{EnquireLink, FrameDecoder, Pdu, SequenceNumber};
///
/// let mut wire = BytesMut::new();
/// Pdu::request(SequenceNumber(1), EnquireLink::default()).encode(&mut wire)?;
/// let rest = wire.split_off(10);
///
/// let mut decoder = FrameDecoder::default();
/// assert_eq!(decoder.decode(&mut wire)?, None);
/// wire.extend_from_slice(&rest);
/// assert!(decoder.decode(&mut wire)?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FrameDecoder {
    options: CodecOptions,
}

impl FrameDecoder {
    /// A decoder for one peer.
    #[must_use]
    pub fn new(options: CodecOptions) -> Self {
        Self { options }
    }

    /// What it depends on.
    #[must_use]
    pub fn options(&self) -> &CodecOptions {
        &self.options
    }

    /// Changes what it depends on, from the next frame: after a bind, for one.
    pub fn set_options(&mut self, options: CodecOptions) {
        self.options = options;
    }

    /// Takes the next PDU from the front of `src`. `Ok(None)` means "feed me more octets".
    ///
    /// # Errors
    ///
    /// [`DecodeError::CommandLength`] leaves `src` as it is: the position is lost, and the same error
    /// comes back each time. After [`DecodeError::Field`] the bad frame has been consumed, and the next
    /// call goes on behind it.
    pub fn decode(&mut self, src: &mut BytesMut) -> Result<Option<Pdu>, DecodeError> {
        let Some(command_length) = src.first_chunk().copied().map(u32::from_be_bytes) else {
            return Ok(None);
        };
        let max = self.options.max_command_length();
        let len = command_length as usize;
        if len < Header::LEN || command_length > max {
            let header = Header::split_from(src).map(|(header, _)| header);
            return Err(DecodeError::CommandLength { command_length, max, header });
        }
        let Some(frame) = src.get(..len) else { return Ok(None) };
        let pdu = Pdu::decode_with(frame, &self.options);
        src.advance(len);
        pdu.map(Some)
    }
}
