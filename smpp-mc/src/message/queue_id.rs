//! [`QueueId`]: where a message waits.

use std::sync::Arc;

/// Where a message waits: the queue of one ESME account, or that of one connector.
///
/// Each queue is leased, ordered and held up on its own.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum QueueId {
    /// For the ESMEs bound under this system_id.
    Esme(Arc<str>),
    /// For the connector of this name.
    Connector(Arc<str>),
}

impl QueueId {
    /// The system_id or the name of the connector.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        match self {
            Self::Esme(name) | Self::Connector(name) => name,
        }
    }
}
