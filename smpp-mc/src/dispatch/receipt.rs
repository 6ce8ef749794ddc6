//! The delivery receipt of a message that has come to a state, as an ordinary message of its account's queue.

use std::sync::Arc;
use std::time::SystemTime;

use smpp_session::pdu::receipt::{ReceiptFormat, Submission, delivery_receipt};
use smpp_session::pdu::tlv::value::{ErrorNetwork, NetworkErrorCode};
use smpp_session::pdu::{CivilTime, MessageState};

use crate::gateway::contents;
use crate::gateway::core::Core;
use crate::message::{MessageKind, QueueId, StoredMessage};

impl Core {
    /// The receipt for a final state of `message`, or the intermediate notification for one that is not final, if its
    /// sender asked for such.
    pub(crate) fn receipt(
        &self,
        message: &StoredMessage,
        state: MessageState,
        error: u16,
        done: SystemTime,
    ) -> Option<StoredMessage> {
        if message.kind != MessageKind::Submission {
            return None;
        }
        let submission = contents::submission(message)?;
        if !submission.registered_delivery.wants_report_of(state) {
            return None;
        }
        let mut outcome = Submission::new(
            self.message_id(message),
            state,
            CivilTime::of_utc(message.accepted),
            CivilTime::of_utc(done),
        );
        if error != 0 {
            outcome = outcome.with_network_error_code(NetworkErrorCode {
                network: ErrorNetwork::MC_SPECIFIC,
                code: error,
            });
        }
        let receipt = match delivery_receipt(&submission, &outcome, &ReceiptFormat::default()) {
            Ok(receipt) => receipt,
            Err(error) => {
                tracing::error!(key = %message.key, %error, "a receipt cannot be made");
                return None;
            }
        };
        let pdu = contents::encoded(receipt).ok()?;
        let queue = QueueId::Esme(Arc::clone(&message.account));
        let now = self.clock.now();
        let account = Arc::clone(&message.account);
        let key = self.store.issue_key();
        let mut stored = StoredMessage::new(key, account, MessageKind::Receipt, queue, pdu, now);
        stored.expires = Some(now + self.options.keep_receipts);
        Some(stored)
    }
}
