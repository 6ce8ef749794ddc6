//! The one answer to a delivery.

use smpp_session::{Reply, pdu::CommandStatus};
use tokio::sync::oneshot;

/// Gives one answer; dropped, it says "later".
#[derive(Debug)]
pub(super) struct Verdict(oneshot::Sender<Reply>);

impl Verdict {
    pub(super) fn new() -> (Self, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// A session that has ended does not hear it, and that is no error: the
    /// centre delivers again.
    pub(super) fn give(self, reply: Reply) {
        let _ = self.0.send(reply);
    }
}

/// What is answered when the application gives no verdict.
pub(super) const NO_VERDICT: CommandStatus = CommandStatus::ESME_RX_T_APPN;
