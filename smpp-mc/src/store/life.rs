//! Which change may follow which: the same rule for every engine.

use crate::message::MessageKey;

use super::change::Change;
use super::error::Conflict;

/// Where a message is in its life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Life {
    Unknown,
    Waiting,
    Sent,
    Final,
}

impl Life {
    /// Where `change` of message `key` leads from here.
    pub(super) fn after(self, change: &Change, key: MessageKey) -> Result<Self, Conflict> {
        match (change, self) {
            (Change::Accept(_), Self::Unknown) => Ok(Self::Waiting),
            (Change::Accept(_), Self::Waiting | Self::Sent | Self::Final) => Err(Conflict::Exists(key)),
            (_, Self::Unknown) => Err(Conflict::Unknown(key)),
            (_, Self::Final) => Err(Conflict::Final(key)),
            (Change::Replace(_) | Change::Withdraw { .. }, Self::Sent) => Err(Conflict::Sent(key)),
            (Change::Sent { .. }, Self::Waiting | Self::Sent) => Ok(Self::Sent),
            (Change::Final { .. }, Self::Waiting | Self::Sent) | (Change::Withdraw { .. }, Self::Waiting) => {
                Ok(Self::Final)
            }
            (Change::Place { .. }, Self::Waiting | Self::Sent) | (Change::Replace(_), Self::Waiting) => {
                Ok(Self::Waiting)
            }
            (Change::Heard { .. }, life) => Ok(life),
        }
    }
}

/// How many more unfinished messages there are after these changes; negative if fewer.
pub(super) fn growth(changes: &[Change]) -> isize {
    changes
        .iter()
        .map(|change| match change {
            Change::Accept(_) => 1,
            Change::Final { .. } | Change::Withdraw { .. } => -1,
            Change::Sent { .. } | Change::Place { .. } | Change::Replace(_) | Change::Heard { .. } => 0,
        })
        .sum()
}
