//! [`StoredMessage`]: a message as the gateway keeps it.

use core::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::{MessageKey, QueueId};

/// A message as the gateway keeps it: who owns it, where and until when it waits, and its PDU.
///
/// The PDU is kept as its own encoded octets, header included, so what was accepted is what is
/// stored. A gateway that only forwards stores the same PDU with an empty text.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredMessage {
    /// What the store calls it.
    pub key: MessageKey,
    /// The system_id of the account it belongs to.
    pub account: Arc<str>,
    /// What it is.
    pub kind: MessageKind,
    /// Where it waits.
    pub place: Place,
    /// When it expires, in whole milliseconds; `None` never.
    pub expires: Option<SystemTime>,
    /// When it was accepted, in whole milliseconds.
    pub accepted: SystemTime,
    /// The message_id the ESME was given, only where it is not the one that
    /// [`MessageIds`](super::MessageIds) makes of `key`.
    pub message_id: Option<Box<str>>,
    /// The whole encoded PDU: submit_sm, data_sm, deliver_sm and so on.
    pub pdu: Box<[u8]>,
}

impl StoredMessage {
    /// A message accepted at `accepted`, due at once in `queue`, with the lowest priority, that never
    /// expires and has no message_id of its own.
    #[must_use]
    pub fn new(
        key: MessageKey,
        account: Arc<str>,
        kind: MessageKind,
        queue: QueueId,
        pdu: Box<[u8]>,
        accepted: SystemTime,
    ) -> Self {
        let place = Place::new(queue, accepted);
        Self { key, account, kind, place, expires: None, accepted, message_id: None, pdu }
    }
}

impl fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredMessage")
            .field("key", &self.key)
            .field("account", &self.account)
            .field("kind", &self.kind)
            .field("place", &self.place)
            .field("expires", &self.expires)
            .field("accepted", &self.accepted)
            .field("message_id_len", &self.message_id.as_deref().map(str::len))
            .field("pdu_len", &self.pdu.len())
            .finish()
    }
}

/// What a stored message is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MessageKind {
    /// What an ESME submitted.
    Submission,
    /// A delivery receipt or intermediate notification for an ESME.
    Receipt,
    /// A mobile-originated message for an ESME.
    Mobile,
}

/// Where a message waits, and since how many attempts.
///
/// A queue is ordered by priority, highest first, and then by key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// The queue.
    pub queue: QueueId,
    /// The greater, the sooner. SMPP's priority_flag uses 0 to 4.
    pub priority: u8,
    /// Not before this time, in whole milliseconds.
    pub due: SystemTime,
    /// How often sending was tried.
    pub attempts: u16,
}

impl Place {
    /// In `queue` at priority 0, from `due` on, not tried yet.
    #[must_use]
    pub fn new(queue: QueueId, due: SystemTime) -> Self {
        Self { queue, priority: 0, due, attempts: 0 }
    }
}
