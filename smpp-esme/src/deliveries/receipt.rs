//! [`IncomingReceipt`]: what became of a message of ours.

use std::fmt;

use smpp_session::{
    Reply,
    pdu::{Body, CommandStatus, MessageId, MessageState, receipt::ReceiptText, tlv::value::NetworkErrorCode},
};

use super::{envelope::Envelope, verdict::Verdict};
use crate::message::MessageAddress;

/// What a centre says became of a message that was submitted.
///
/// What a TLV says wins over what the text says; the text fills in the rest.
#[derive(Clone, PartialEq)]
pub struct Receipt {
    pub(super) message_id: Option<MessageId>,
    pub(super) state: Option<MessageState>,
    pub(super) network_error_code: Option<NetworkErrorCode>,
    pub(super) intermediate: bool,
    pub(super) text: ReceiptText,
    pub(super) body: Body,
}

impl Receipt {
    /// The message it speaks of, in the form that submit_sm_resp used
    /// ([`ReceiptPolicy::message_id_form`](super::ReceiptPolicy::message_id_form)).
    /// `None` if the receipt does not say.
    pub fn message_id(&self) -> Option<&MessageId> {
        self.message_id.as_ref()
    }

    /// The state, from the TLV message_state or from `stat`. `None` if the
    /// receipt names none, or one that nobody knows.
    pub fn state(&self) -> Option<MessageState> {
        self.state
    }

    /// The state as the text names it (`DELIVRD`), or the specification's word
    /// for the TLV's number; empty if there is neither.
    pub fn stat(&self) -> &str {
        match (&self.text.stat, self.state) {
            (Some(stat), _) => stat,
            (None, Some(state)) => state.receipt_text(),
            (None, None) => "",
        }
    }

    /// The error as the text names it, mostly three digits of the network's or
    /// the centre's own; empty if there is none.
    pub fn err(&self) -> &str {
        self.text.err.as_deref().unwrap_or_default()
    }

    /// All that the text says, dates and counts included.
    pub fn text(&self) -> &ReceiptText {
        &self.text
    }

    /// The TLV network_error_code.
    pub fn network_error_code(&self) -> Option<NetworkErrorCode> {
        self.network_error_code
    }

    /// True if nothing further is to come: the state is final, and it is no
    /// intermediate notification. A receipt without a state counts as final.
    /// Centres are known to repeat final receipts.
    pub fn is_final(&self) -> bool {
        !self.intermediate && self.state.is_none_or(MessageState::is_final)
    }

    /// True if the message reached its destination, or was accepted there on
    /// its behalf.
    pub fn is_success(&self) -> bool {
        self.state.is_some_and(MessageState::is_success)
    }

    /// The address that the message was sent to.
    pub fn source(&self) -> MessageAddress {
        Envelope::of(&self.body).map(|envelope| envelope.source()).unwrap_or_default()
    }

    /// The address that the message came from.
    pub fn destination(&self) -> MessageAddress {
        Envelope::of(&self.body).map(|envelope| envelope.destination()).unwrap_or_default()
    }

    /// The PDU it came in: deliver_sm or data_sm.
    pub fn body(&self) -> &Body {
        &self.body
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("message_id", &self.message_id)
            .field("state", &self.state)
            .field("is_final", &self.is_final())
            .finish_non_exhaustive()
    }
}

/// A [`Receipt`] that waits to be answered.
#[derive(Debug)]
pub struct IncomingReceipt {
    receipt: Box<Receipt>,
    verdict: Verdict,
}

impl IncomingReceipt {
    pub(super) fn new(receipt: Box<Receipt>, verdict: Verdict) -> Self {
        Self { receipt, verdict }
    }

    /// What it says.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Answers ESME_ROK and keeps what it says.
    pub fn accept(self) -> Receipt {
        self.verdict.give(Reply::from(CommandStatus::ESME_ROK));
        *self.receipt
    }

    /// Answers with another status.
    pub fn reject(self, command_status: CommandStatus) {
        self.answer(command_status);
    }

    pub(super) fn answer(self, command_status: CommandStatus) {
        self.verdict.give(Reply::from(command_status));
    }
}

impl std::ops::Deref for IncomingReceipt {
    type Target = Receipt;

    fn deref(&self) -> &Receipt {
        &self.receipt
    }
}
