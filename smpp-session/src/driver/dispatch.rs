//! What answers the peer's requests.

use std::future::Future;

use smpp_pdu::{Body, SequenceNumber};

use crate::event::Event;
use crate::reply::Reply;

/// Answers the peer's requests and hears of everything else.
///
/// The driver calls it inline, in the session's own task. A future that is
/// ready when first polled costs no task, no channel and no wake-up; a pending
/// one is kept beside the session and polled when woken, while reading,
/// keep-alive and other requests go on. Answers leave in the order of the
/// requests unless a reply is [`unordered`](Reply::unordered). Pending futures
/// are bounded by the inbound limit, and dropped when the session ends: what
/// must go on without the session belongs into a task of its own.
///
/// No method may block. A method may use the session's own
/// [`SessionHandle`](super::SessionHandle): no lock is held while it runs.
pub trait Dispatch: Send + Sync + 'static {
    /// Answers one request. Called in the order of arrival; the sequence_number is the peer's.
    ///
    /// It may be written as `fn … -> impl Future` with a ready future where the
    /// answer is known at once, which is a little cheaper than an `async fn`.
    fn dispatch(&self, sequence_number: SequenceNumber, body: Body) -> impl Future<Output = Reply> + Send;

    /// Hears of what is neither a request nor an answer to the handle's requests:
    /// [`Event::Bound`], notifications ([`Event::Pdu`] of outbind and
    /// alert_notification), outcomes under [`RequestKey::FOLLOWING`](crate::RequestKey::FOLLOWING),
    /// [`Event::UnbindReceived`], [`Event::Unmatched`], [`Event::Refused`],
    /// [`Event::NotSent`], [`Event::Unanswered`] and, last, [`Event::Closed`].
    fn event(&self, event: Event) {
        drop(event);
    }

    /// The reply that bore this [`ticket`](Reply::ticket) is in the output buffer:
    /// whatever is sent from now on leaves behind it.
    ///
    /// Not called if the session ended first; then [`Event::Closed`] is all there is.
    fn replied(&self, ticket: u64) {
        let _ = ticket;
    }

    /// The last request of one read was dispatched: a good moment to commit them together.
    fn turn_ended(&self) {}
}
