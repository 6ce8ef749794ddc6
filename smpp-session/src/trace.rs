//! A hook that sees every PDU, the automatic ones too.

use std::fmt;

/// Which way a PDU went.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a line has two directions")]
pub enum Direction {
    /// From the peer.
    Received,
    /// To the peer.
    Sent,
}

/// Sees every frame of a session, both ways, in order: the owner's, and those
/// the session makes or swallows itself (enquire_link, unbind_resp, refusals).
///
/// It runs inside the session, so it must be short. Frames may hold passwords
/// and message text: whoever writes them down answers for that.
/// [`Pdu::decode`](smpp_pdu::Pdu::decode) makes a PDU of a frame.
pub trait Trace: Send + fmt::Debug {
    /// One whole frame, header included. A received one may be malformed.
    fn frame(&mut self, direction: Direction, frame: &[u8]);
}
