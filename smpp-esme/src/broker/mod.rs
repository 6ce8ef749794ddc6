//! [`Broker`]: the queue of what is to be sent.

mod memory;
mod outgoing;

use std::{error::Error, fmt, future::Future, time::Duration};

pub use self::{
    memory::{BrokerFull, MemoryBroker},
    outgoing::Outgoing,
};

/// A queue of outgoing messages with at-least-once semantics: lease, then
/// settle.
///
/// A leased message is invisible until it is settled. A lease that is never
/// settled returns by itself: after a time of the broker's own while the
/// process lives, and at the latest when the broker is opened again.
pub trait Broker: Send + Sync + 'static {
    /// What can go wrong with the queue itself.
    type Error: Error + Send + Sync + 'static;

    /// Takes a message; when this returns it is as safe as the broker makes it.
    fn enqueue(&self, message: Outgoing) -> impl Future<Output = Result<TrackingId, Self::Error>> + Send;

    /// Waits until something is due and takes up to `max` messages, the oldest
    /// first. Dropped while waiting, it has taken nothing.
    fn lease(&self, max: usize) -> impl Future<Output = Result<Vec<Leased>, Self::Error>> + Send;

    /// Ends a lease. Of an id that is not known any more nothing happens.
    fn settle(
        &self,
        id: TrackingId,
        settlement: Settlement,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What a broker calls a message; never used twice by one broker.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a newtype that brokers of others have to make")]
pub struct TrackingId(pub u64);

impl fmt::Display for TrackingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message taken from a broker, to be settled.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "brokers of others have to make it")]
pub struct Leased {
    /// What the broker calls it.
    pub id: TrackingId,
    /// The message.
    pub message: Outgoing,
    /// How often it was leased before.
    pub attempts: u32,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "brokers of others have to know every way")]
pub enum Settlement {
    /// Accepted by the centre: forget it.
    Done,
    /// To be leased again after this time.
    Retry {
        /// From now.
        after: Duration,
    },
    /// Refused for good, or its fate must stay unknown: forget it, or keep it
    /// where the broker keeps what failed.
    Dead,
}
