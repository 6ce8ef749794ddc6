//! [`FinalOutcome`]: what remains of a message after its final state.

use std::sync::Arc;
use std::time::SystemTime;

use smpp_session::pdu::{CommandStatus, MessageState};

/// What remains of a message after its final state, for query_sm and for accounting.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FinalOutcome {
    /// The final state (SMPP 3.4 section 5.2.28).
    pub state: MessageState,
    /// Network error as query_sm_resp.error_code carries it; 0 is none (SMPP 3.4 section 4.8.2).
    pub error_code: u8,
    /// The status with which the next hop or the ESME refused it; ESME_ROK if it was not refused.
    pub command_status: CommandStatus,
    /// When the final state was reached, in whole milliseconds.
    pub done: SystemTime,
    /// The account the message belonged to: only it may query the message.
    pub account: Arc<str>,
    /// Whether a receipt was created in the commit of the final state.
    pub receipt: bool,
}

impl FinalOutcome {
    /// `account`'s message reached `state` at `done`: no error, no receipt.
    #[must_use]
    pub fn new(account: Arc<str>, state: MessageState, done: SystemTime) -> Self {
        Self { state, error_code: 0, command_status: CommandStatus::ESME_ROK, done, account, receipt: false }
    }
}
