//! Bringing messages to their final state: once, with the receipt in the same commit.

use std::time::SystemTime;

use smpp_session::pdu::MessageState;

use crate::gateway::core::Core;
use crate::message::{FinalOutcome, StoredMessage};
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

    /// Brings leased messages to the same final state. What cannot be committed is released, to be tried again.
    pub(crate) async fn finish_all(
        &self,
        messages: Vec<StoredMessage>,
        state: MessageState,
        done: SystemTime,
    ) {
        let mut changes = Vec::new();
        let mut claims = Vec::new();
        for message in &messages {
            let Some(claim) = self.finals.claim(message.key) else { continue };
            claims.push(claim);
            changes.extend(self.finishing(message, state, 0, done));
        }
        self.settle(changes).await;
    }
}
