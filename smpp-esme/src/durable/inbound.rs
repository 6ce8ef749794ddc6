//! What is delivered: receipts correlated, messages handed over.

use std::time::{Duration, SystemTime};

use smpp_session::pdu::CommandStatus;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{DurableError, DurableHandler};
use crate::{
    correlator::{Correlated, Correlator},
    deliveries::{Delivery, Receipt},
};

pub(super) struct Inbound<'a, C, H> {
    pub(super) correlator: &'a C,
    pub(super) handler: &'a H,
    /// Told whenever a submit_sm was answered and noted.
    pub(super) answered: &'a Notify,
}

impl<C: Correlator, H: DurableHandler> Inbound<'_, C, H> {
    /// Answers one delivery. `sending` says that an answer is awaited, which a
    /// receipt may have overtaken.
    pub(super) async fn take(&self, delivery: Delivery, sending: bool) -> Result<(), DurableError> {
        match delivery {
            Delivery::Receipt(incoming) => {
                let correlated = self.correlate(&incoming, sending).await?;
                match self.handler.receipt(&incoming, correlated.as_ref()).await {
                    Ok(()) => drop(incoming.accept()),
                    Err(status) => incoming.reject(status),
                }
            }
            Delivery::Message(message) => {
                let verdict = self.handler.message(&message).await;
                message.reject(verdict.err().unwrap_or(CommandStatus::ESME_ROK));
            }
            Delivery::Request(_) => delivery.reject(CommandStatus::ESME_RINVCMDID),
            Delivery::Alert(_) | Delivery::Notification(_) => {}
        }
        Ok(())
    }

    /// The message of a receipt. One that overtook its answer waits for it.
    async fn correlate(&self, receipt: &Receipt, sending: bool) -> Result<Option<Correlated>, DurableError> {
        let Some(message_id) = receipt.message_id() else {
            return Ok(None);
        };
        let until = Instant::now() + OVERTAKING;
        loop {
            let answered = self.answered.notified();
            tokio::pin!(answered);
            // From here on no answer is missed.
            answered.as_mut().enable();
            let now = SystemTime::now();
            let found = self.correlator.receipted(message_id, receipt.is_final(), now).await;
            let found = found.map_err(DurableError::correlator)?;
            if found.is_some() || !sending || timeout_at(until, answered).await.is_err() {
                return Ok(found);
            }
        }
    }
}

/// How long a receipt may be ahead of the answer that names its message.
const OVERTAKING: Duration = Duration::from_secs(5);
