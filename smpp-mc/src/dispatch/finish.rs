//! Bringing messages to their final state: once, with the receipt in the same commit.

use std::time::SystemTime;

use smpp_session::pdu::MessageState;

use crate::gateway::core::Core;
use crate::message::{FinalOutcome, MessageKey, StoredMessage};
use crate::store::Change;

impl Core {
    /// The changes that bring `message` to `state`: its final row, and its receipt if its sender asked for one.
    pub(crate) fn finishing(
        &self,
        message: &StoredMessage,
        state: MessageState,
        error: u16,
        done: SystemTime,
    ) -> Vec<Change> {
        let mut outcome = FinalOutcome::new(message.account.clone(), state, done);
        outcome.error_code = u8::try_from(error).unwrap_or(u8::MAX);
        let receipt = self.receipt(message, state, error, done);
        outcome.receipt = receipt.is_some();
        let mut changes = vec![Change::Final { key: message.key, outcome }];
        changes.extend(receipt.map(Change::Accept));
        changes
    }

    /// Brings messages to the same final state, but for those that somebody else is finishing: these are returned.
    pub(crate) async fn finish_all(
        &self,
        messages: Vec<StoredMessage>,
        state: MessageState,
        done: SystemTime,
    ) -> Vec<MessageKey> {
        let mut changes = Vec::new();
        let mut claims = Vec::new();
        let mut others = Vec::new();
        for message in &messages {
            match self.finals.claim(message.key) {
                Some(claim) => {
                    claims.push(claim);
                    changes.extend(self.finishing(message, state, 0, done));
                }
                None => others.push(message.key),
            }
        }
        self.settle(changes).await;
        others
    }
}
