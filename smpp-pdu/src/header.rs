//! [`Header`]: the sixteen octets that every PDU begins with.

#![expect(clippy::exhaustive_structs, reason = "the specification fixes the four fields")]

use crate::{CommandId, CommandStatus, SequenceNumber, reader::Reader};

/// The sixteen octets that every PDU begins with (SMPP 3.4 section 3.2, SMPP 5.0 section 3.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Header {
    /// The octets of the whole PDU, these sixteen included.
    pub command_length: u32,
    /// Which operation it is.
    pub command_id: CommandId,
    /// The outcome, 0 in requests.
    pub command_status: CommandStatus,
    /// What joins a response to its request.
    pub sequence_number: SequenceNumber,
}

impl Header {
    /// Its size on the wire.
    pub const LEN: usize = 16;

    /// Reads the header and returns what follows it, or `None` if there are fewer than 16 octets.
    /// No value is refused here.
    #[inline]
    #[must_use]
    pub fn split_from(octets: &[u8]) -> Option<(Self, &[u8])> {
        let (octets, rest) = octets.split_first_chunk::<{ Self::LEN }>()?;
        let mut reader = Reader::new(octets);
        let mut next = || reader.u32().unwrap_or_default();
        let header = Self {
            command_length: next(),
            command_id: CommandId(next()),
            command_status: CommandStatus(next()),
            sequence_number: SequenceNumber(next()),
        };
        Some((header, rest))
    }
}
