//! Messages whose report is due and that are nowhere else noted as sent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::message::{MessageKey, QueueId, StoredMessage};

/// Two kinds of message: those with a connector that does not remember, at most that connector's window, and those that were
/// forwarded for an account that gave up tracking, at most 65,536: beyond that, receipts of such messages are given up.
#[derive(Debug, Default)]
pub(crate) struct Awaited {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    messages: HashMap<MessageKey, AwaitedMessage>,
    /// Stored messages of each connector's queue.
    stored: HashMap<QueueId, usize>,
    untracked: usize,
}

/// A message whose report is due.
#[derive(Clone, Debug)]
pub(crate) struct AwaitedMessage {
    pub(crate) message: StoredMessage,
    /// Whether the store has it too.
    pub(crate) stored: bool,
}

impl Awaited {
    /// Keeps a message that the store has too until its report.
    pub(crate) fn keep_stored(&self, message: StoredMessage) {
        self.locked(|kept| {
            *kept.stored.entry(message.place.queue.clone()).or_default() += 1;
            let replaced = kept.messages.insert(message.key, AwaitedMessage { message, stored: true });
            kept.uncount(replaced);
        });
    }

    /// Keeps a message that the store does not have until its report; false if there are too many of them.
    pub(crate) fn keep_untracked(&self, message: StoredMessage) -> bool {
        self.locked(|kept| {
            if kept.untracked >= UNTRACKED {
                return false;
            }
            kept.untracked += 1;
            let replaced = kept.messages.insert(message.key, AwaitedMessage { message, stored: false });
            kept.uncount(replaced);
            true
        })
    }

    /// The message that a report speaks of, if it is kept here.
    pub(crate) fn find(&self, key: MessageKey) -> Option<AwaitedMessage> {
        self.locked(|kept| kept.messages.get(&key).cloned())
    }

    /// Forgets the message; true if it was kept.
    pub(crate) fn forget(&self, key: MessageKey) -> bool {
        self.locked(|kept| {
            let forgotten = kept.messages.remove(&key);
            let known = forgotten.is_some();
            kept.uncount(forgotten);
            known
        })
    }

    /// Forgets what the store does not have and what expired before this time; says how many.
    pub(crate) fn forget_overdue(&self, before: SystemTime) -> usize {
        self.locked(|kept| {
            let count = kept.messages.len();
            kept.messages.retain(|_, awaited| {
                awaited.stored || awaited.message.expires.is_none_or(|expires| expires >= before)
            });
            let forgotten = count - kept.messages.len();
            kept.untracked = kept.untracked.saturating_sub(forgotten);
            forgotten
        })
    }

    /// How many stored messages of this queue are kept.
    pub(crate) fn stored(&self, queue: &QueueId) -> usize {
        self.locked(|kept| kept.stored.get(queue).copied().unwrap_or(0))
    }

    fn locked<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        act(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn uncount(&mut self, gone: Option<AwaitedMessage>) {
        match gone {
            Some(AwaitedMessage { message, stored: true }) => {
                if let Some(count) = self.stored.get_mut(&message.place.queue) {
                    *count = count.saturating_sub(1);
                }
            }
            Some(AwaitedMessage { stored: false, .. }) => self.untracked = self.untracked.saturating_sub(1),
            None => {}
        }
    }
}

const UNTRACKED: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::message::MessageKind;

    fn message(number: u64, expires: u64) -> StoredMessage {
        let key = MessageKey::new(number).unwrap();
        let queue = QueueId::Connector("network".into());
        let mut message = StoredMessage::new(
            key,
            "esme".into(),
            MessageKind::Submission,
            queue,
            Box::default(),
            SystemTime::UNIX_EPOCH,
        );
        message.expires = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(expires));
        message
    }

    #[test]
    fn only_stored_messages_fill_a_connectors_window() {
        let awaited = Awaited::default();
        let (stored, untracked) = (message(1, 10), message(2, 10));
        let queue = stored.place.queue.clone();

        awaited.keep_stored(stored.clone());
        assert!(awaited.keep_untracked(untracked));

        assert_eq!(awaited.stored(&queue), 1);
        assert!(awaited.forget(stored.key));
        assert!(!awaited.forget(stored.key));
        assert_eq!(awaited.stored(&queue), 0);
    }

    #[test]
    fn what_nobody_reports_on_is_forgotten_and_makes_room() {
        let awaited = Awaited::default();
        for number in 0..UNTRACKED as u64 {
            assert!(awaited.keep_untracked(message(number, number % 2)));
        }
        assert!(!awaited.keep_untracked(message(u64::from(u32::MAX), 10)));

        let forgotten = awaited.forget_overdue(SystemTime::UNIX_EPOCH + Duration::from_secs(1));

        assert_eq!(forgotten, UNTRACKED / 2);
        assert!(awaited.keep_untracked(message(u64::from(u32::MAX), 10)));
    }
}
