//! [`Sent`]: a message that a connector has taken.

use core::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::StoredMessage;

/// A connector has taken the message and its final report is awaited.
///
/// Such a message is neither queued nor final. It survives a restart as such and is not sent again.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent {
    /// The connector that took it.
    pub connector: Arc<str>,
    /// What the next hop calls it, by which its report finds it. `None` where the next hop gives no id.
    pub remote_id: Option<Box<str>>,
    /// When waiting for the report ends, in whole milliseconds: the validity plus a grace.
    pub deadline: SystemTime,
}

impl Sent {
    /// Taken by `connector`, which names it `remote_id`; its report is awaited until `deadline`.
    #[must_use]
    pub fn new(connector: Arc<str>, remote_id: Option<Box<str>>, deadline: SystemTime) -> Self {
        Self { connector, remote_id, deadline }
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("connector", &self.connector)
            .field("remote_id_len", &self.remote_id.as_deref().map(str::len))
            .field("deadline", &self.deadline)
            .finish()
    }
}

/// A message together with who took it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The message, its place being the last one it waited in.
    pub message: StoredMessage,
    /// Who took it.
    pub sent: Sent,
}
