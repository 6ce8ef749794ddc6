//! Parts of long messages that wait for each other: [`PartStore`].

mod memory;

use std::{fmt, time::SystemTime};

use futures::future::BoxFuture;
use smpp_session::pdu::{Address, Body, multipart};
use thiserror::Error;

pub use self::memory::MemoryParts;

/// Keeps the parts of incoming long messages until each message is whole.
///
/// A part is answered with ESME_ROK as soon as [`keep`](Self::keep) has
/// returned, so a store that writes to disk first loses none by a crash. The
/// part that completes a message is answered by the application's verdict.
pub trait PartStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps `part`, in place of one with the same number, and returns all
    /// parts in order if it completed the message. They stay until
    /// [`forget`](Self::forget): a centre whose last part was rejected sends
    /// only that one again.
    fn keep(&self, part: Part, now: SystemTime) -> BoxFuture<'_, Result<Option<Vec<Part>>, PartStoreError>>;

    /// Drops all parts of a message; the application has it.
    fn forget<'a>(&'a self, key: &'a PartKey) -> BoxFuture<'a, Result<(), PartStoreError>>;
}

/// Which long message a part belongs to. Two senders may use the same
/// reference, and so may two messages to different addresses.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct PartKey {
    /// The sender.
    pub source: Address,
    /// The recipient.
    pub destination: Address,
    /// The reference that all parts share.
    pub reference: u16,
    /// True for a 16-bit reference: 7 of one kind is not 7 of the other.
    pub wide: bool,
    /// How many parts there are.
    pub total: u8,
}

/// One part of a long message.
#[derive(Clone)]
#[non_exhaustive]
pub struct Part {
    /// Which message.
    pub key: PartKey,
    /// Which part, from 1.
    pub number: u8,
    /// The whole PDU: deliver_sm or data_sm.
    pub body: Body,
}

impl Part {
    /// The part that a deliver_sm or data_sm is; the body comes back if it is a
    /// message of its own.
    pub fn of(body: Body) -> Result<Self, Body> {
        let Some(part) = segment(&body) else {
            return Err(body);
        };
        let place = part.concatenation;
        if place.total < 2 || !place.is_possible() {
            return Err(body);
        }
        let key = PartKey {
            source: part.source,
            destination: part.destination,
            reference: place.reference,
            wide: place.wide,
            total: place.total,
        };
        Ok(Self { key, number: place.sequence, body })
    }
}

/// What the codec knows of a part.
pub(crate) fn segment(body: &Body) -> Option<multipart::Part> {
    if let Body::DeliverSm(pdu) = body {
        return multipart::Part::of_deliver_sm(pdu);
    }
    if let Body::DataSm(pdu) = body {
        return multipart::Part::of_data_sm(pdu);
    }
    None
}

/// A part could not be kept; it is answered with ESME_RX_T_APPN.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PartStoreError {
    /// As many parts as the store may hold are waiting.
    #[error("too many parts are waiting")]
    Full,
    /// The store itself failed.
    #[error("part store: {0}")]
    Store(String),
}

impl fmt::Debug for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartKey(reference {}, {} parts)", self.reference, self.total)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} of {}, reference {})", self.number, self.key.total, self.key.reference)
    }
}
