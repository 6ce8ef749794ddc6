//! What a session tells its owner.

use std::io;
use std::sync::Arc;

use smpp_pdu::{Body, CommandId, CommandStatus, DecodeError, SequenceNumber};
use thiserror::Error;

use crate::bind::BindInfo;
use crate::error::RequestError;
use crate::timer::Timer;

/// The owner's own name for a request; it comes back with the answer.
///
/// The session never looks at it. Row numbers, slab indexes and counters all
/// do; two requests in flight may bear the same key. `u32::MAX` is
/// [`FOLLOWING`](Self::FOLLOWING), and better left to it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a newtype to be built by the owner")]
pub struct RequestKey(pub u32);

impl RequestKey {
    /// The key under which the outcome of requests that [followed](crate::Reply::then) a reply is told.
    pub const FOLLOWING: Self = Self(u32::MAX);
}

/// What happened, as [`Session::poll_event`](crate::Session::poll_event) returns it.
///
/// At most 128 octets, so that it is moved in registers; what is rare is boxed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A PDU for the owner: a peer's request, a notification (outbind,
    /// alert_notification), or the response to one of ours. The session has
    /// checked that it is due; [`Body::command_id`] says which it is.
    Pdu {
        /// What the header says; of interest in responses only.
        command_status: CommandStatus,
        /// A peer's request: its sequence_number, for
        /// [`Session::respond`](crate::Session::respond). A response to ours,
        /// generic_nack included: our [`RequestKey`].
        id: u32,
        /// The body, by value.
        body: Body,
    },
    /// A bind succeeded; the state has changed.
    Bound(Arc<BindInfo>),
    /// The peer wants to unbind. The answer goes out when what it asked before
    /// is answered; nothing new may be sent to it.
    UnbindReceived,
    /// response_timer ran out for our request; its slot is free. A late response
    /// becomes [`Unmatched`](Self::Unmatched).
    Expired {
        /// The request's key.
        key: RequestKey,
    },
    /// The window was full when a request was tried, and has room again.
    WindowAvailable,
    /// A response that belongs to no request of ours in flight. Nothing was done about it.
    Unmatched(Box<Unmatched>),
    /// A peer's PDU that was answered, or dropped, without reaching the owner.
    Refused(Box<Refused>),
    /// A request that should have [followed](crate::Reply::then) a reply was not sent.
    NotSent(Box<NotSent>),
    /// The session ended with our request unanswered. One for each, in order of sending.
    Lost {
        /// The request's key.
        key: RequestKey,
        /// Whether any of it was written to the transport. If not, the peer never
        /// had it, and the session has taken it out of what is still to be written.
        sent: bool,
    },
    /// The session ended before the owner answered this request of the peer's. One for each, in order.
    Unanswered {
        /// The peer's number.
        sequence_number: SequenceNumber,
        /// What was asked.
        command_id: CommandId,
    },
    /// The end. Nothing follows; what is left of [`Session::transmit`](crate::Session::transmit)
    /// should still be written.
    Closed(CloseReason),
}

const _: () = assert!(size_of::<Event>() <= 128, "an event is moved in registers up to 128 octets");

/// A response that matched no request in flight.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unmatched {
    /// Why it is not a match.
    pub kind: UnmatchedKind,
    /// The key of the request it is late for or collides with, if known.
    pub key: Option<RequestKey>,
    /// The number it bears.
    pub sequence_number: SequenceNumber,
    /// What the header says.
    pub command_status: CommandStatus,
    /// The response itself.
    pub body: Body,
}

/// Why a response is not a match.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UnmatchedKind {
    /// Its request expired before.
    Late,
    /// Its number is that of a request of another operation, which stays in flight.
    WrongCommand,
    /// No request bears its number; also a generic_nack with sequence_number 0.
    Unknown,
}

/// A peer's PDU that did not reach the owner.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// Which operation.
    pub command_id: CommandId,
    /// The peer's number.
    pub sequence_number: SequenceNumber,
    /// Why.
    pub reason: RefusedReason,
    /// The status the peer was answered with; `None` if the PDU calls for no answer.
    pub answered: Option<CommandStatus>,
}

/// Why a peer's PDU was refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RefusedReason {
    /// The operation matrix forbids it in this state; ESME_RINVBNDSTS, or
    /// ESME_RALYBND for a second bind.
    NotPermitted,
    /// No operation with this command_id is known; ESME_RINVCMDID.
    UnknownCommand,
    /// The frame was whole and its body was not; the octets are in the error.
    Malformed(DecodeError),
    /// Too many requests are unanswered; ESME_RTHROTTLED.
    Throttled,
    /// This end is about to unbind; ESME_RTHROTTLED, so that the peer tries again elsewhere or later.
    Leaving,
}

/// A request that should have followed a reply.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotSent {
    /// The request, the owner's again.
    pub body: Body,
    /// Why it was not sent.
    pub error: RequestError,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This end unbound, and the peer answered.
    #[error("unbound")]
    Unbound,
    /// The peer unbound, and was answered.
    #[error("unbound by the peer")]
    PeerUnbound,
    /// The owner closed without unbinding.
    #[error("closed by this end")]
    Local,
    /// The peer closed the line without unbinding.
    #[error("closed by the peer")]
    PeerClosed,
    /// A limit ran out; which one is named.
    #[error("{0:?} timer expired")]
    TimerExpired(Timer),
    /// A command_length below 16 or above the limit: the position in the stream is lost.
    #[error("command_length {command_length} is outside 16..={max}")]
    FrameLength {
        /// What the peer sent.
        command_length: u32,
        /// What was allowed at that moment.
        max: u32,
    },
    /// The peer says by generic_nack ESME_RINVCMDLEN that it lost its position in our stream.
    #[error("the peer lost its position in the stream")]
    PeerLostPosition,
    /// The transport failed.
    #[error("transport failed: {0}")]
    Transport(io::ErrorKind),
    /// The driver was dropped before the session ended.
    #[error("the driver was dropped")]
    DriverDropped,
}
