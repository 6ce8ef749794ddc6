//! [`Change`], what one commit may hold; [`Found`] and [`Due`], what the store answers.

use core::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::message::{FinalOutcome, MessageKey, Place, QueueId, Sent, SentMessage, StoredMessage};

/// What one commit may hold, in order.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A new message, or a receipt: an ordinary message of its ESME's queue. It is waiting from now on.
    /// Conflicts if the key is known.
    Accept(StoredMessage),
    /// A connector took the message. Allowed while it is waiting; and while it is sent, to add what
    /// became known later.
    Sent {
        /// Which message.
        key: MessageKey,
        /// Who took it.
        sent: Sent,
    },
    /// The message reached its final state; allowed once. What it leaves behind is the outcome.
    Final {
        /// Which message.
        key: MessageKey,
        /// What remains.
        outcome: FinalOutcome,
    },
    /// The message reached its final state because somebody withdrew it (cancel_sm). Allowed while it is waiting and
    /// not leased, so that what is withdrawn was never sent.
    Withdraw {
        /// Which message.
        key: MessageKey,
        /// What remains.
        outcome: FinalOutcome,
    },
    /// The message waits here from now on, its record untouched: another attempt, another queue. Allowed
    /// while it is waiting, and while it is sent, which takes it back.
    Place {
        /// Which message.
        key: MessageKey,
        /// Where it waits.
        place: Place,
    },
    /// The message was replaced (replace_sm): record and place. Allowed while it is waiting and not leased.
    Replace(StoredMessage),
    /// What `source` calls `id` was received and is being dealt with in this commit. Conflicts if it was
    /// heard before, so a redelivery brings nothing twice.
    Heard {
        /// Who sent it: a connector, by name.
        source: Arc<str>,
        /// What the sender calls it, such as the UUID of a bearerbox message.
        id: Box<str>,
        /// When, in whole milliseconds.
        at: SystemTime,
    },
}

impl Change {
    /// Whether it is allowed only while nobody has leased its message.
    pub(super) fn needs_unleased(&self) -> bool {
        matches!(self, Self::Replace(_) | Self::Withdraw { .. })
    }

    /// The message it is about; `None` for [`Heard`](Self::Heard).
    #[must_use]
    pub fn key(&self) -> Option<MessageKey> {
        match self {
            Self::Accept(message) | Self::Replace(message) => Some(message.key),
            Self::Sent { key, .. }
            | Self::Final { key, .. }
            | Self::Withdraw { key, .. }
            | Self::Place { key, .. } => Some(*key),
            Self::Heard { .. } => None,
        }
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept(message) => f.debug_tuple("Accept").field(message).finish(),
            Self::Sent { key, sent } => f.debug_struct("Sent").field("key", key).field("sent", sent).finish(),
            Self::Final { key, outcome } => {
                f.debug_struct("Final").field("key", key).field("outcome", outcome).finish()
            }
            Self::Withdraw { key, outcome } => {
                f.debug_struct("Withdraw").field("key", key).field("outcome", outcome).finish()
            }
            Self::Place { key, place } => {
                f.debug_struct("Place").field("key", key).field("place", place).finish()
            }
            Self::Replace(message) => f.debug_tuple("Replace").field(message).finish(),
            Self::Heard { source, id, at } => f
                .debug_struct("Heard")
                .field("source", source)
                .field("id_len", &id.len())
                .field("at", at)
                .finish(),
        }
    }
}

/// What is known of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// It waits.
    Waiting {
        /// The message, with the place where it waits now.
        message: StoredMessage,
        /// Whether someone is sending it at this moment.
        leased: bool,
    },
    /// A connector has it.
    Sent(SentMessage),
    /// It is done.
    Final(FinalOutcome),
}

/// Where something is due.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Due {
    /// Queues in which something may be leased now, in order of their ids.
    pub queues: Vec<QueueId>,
    /// When the next message that is not due yet will be, in whatever queue.
    pub next: Option<SystemTime>,
}
