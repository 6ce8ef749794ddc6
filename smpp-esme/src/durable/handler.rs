//! [`DurableHandler`]: what the application hears.

use std::future::{Future, ready};

use smpp_session::pdu::{CommandStatus, MessageId};

use super::SubmitFailure;
use crate::{
    broker::TrackingId,
    correlator::{Correlated, SentPart},
    deliveries::{IncomingMessage, Receipt},
};

/// Hears what became of messages, and takes what is delivered.
pub trait DurableHandler: Send + Sync + 'static {
    /// A part was accepted as `message_id`. Must not block.
    fn submitted(&self, part: &SentPart, message_id: &MessageId) {
        let _ = (part, message_id);
    }

    /// A message is settled as dead: it will not be sent again. Must not block.
    fn failed(&self, id: TrackingId, reference: Option<&str>, failure: &SubmitFailure) {
        let _ = (id, reference, failure);
    }

    /// A receipt came; `correlated` names the message, if it is one of ours.
    /// The centre is answered when the future is ready: ESME_ROK, or the
    /// status returned. By default it is accepted.
    fn receipt(
        &self,
        receipt: &Receipt,
        correlated: Option<&Correlated>,
    ) -> impl Future<Output = Result<(), CommandStatus>> + Send {
        let _ = (receipt, correlated);
        ready(Ok(()))
    }

    /// A message came. The centre is answered when the future is ready. By
    /// default it is refused with ESME_RX_T_APPN, so that the centre keeps it.
    fn message(&self, message: &IncomingMessage) -> impl Future<Output = Result<(), CommandStatus>> + Send {
        let _ = message;
        ready(Err(CommandStatus::ESME_RX_T_APPN))
    }
}
