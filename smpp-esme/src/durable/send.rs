//! One leased message: submitted, noted, settled.

use std::time::SystemTime;

use futures::future::join_all;
use smpp_session::{RequestError, pdu::SubmitSm};
use tokio::sync::Notify;

use super::{
    DurableError, DurableHandler,
    settle::{Retries, SubmitFailure, settlement},
};
use crate::{
    broker::{Broker, Leased, Outgoing, Settlement},
    client::EsmeClient,
    correlator::{Correlator, PartState, SentPart},
    error::fate_unknown,
    pool::EsmePool,
};

pub(super) struct Sender<'a, B, C, H> {
    pub(super) pool: &'a EsmePool,
    pub(super) broker: &'a B,
    pub(super) correlator: &'a C,
    pub(super) handler: &'a H,
    pub(super) answered: &'a Notify,
    pub(super) retries: Retries,
}

impl<B: Broker, C: Correlator, H: DurableHandler> Sender<'_, B, C, H> {
    pub(super) async fn send(&self, leased: Leased) -> Result<(), DurableError> {
        let Leased { id, message, attempts } = leased;
        let known = self.correlator.parts(id).await.map_err(DurableError::correlator)?;
        let outcomes = if is_unknown(&known) && !message.resends_unknown() {
            vec![Err(SubmitFailure::FateUnknown)]
        } else {
            self.submit(id, &message, &known).await?
        };
        let settled = settlement(&outcomes, message.resends_unknown(), attempts, &self.retries);
        if settled == Settlement::Dead
            && let Some(Err(failure)) = outcomes.iter().find(|outcome| outcome.is_err())
        {
            self.handler.failed(id, message.reference(), failure);
        }
        self.broker.settle(id, settled).await.map_err(DurableError::broker)
    }

    /// Submits the parts that have no message_id yet, all under way at once.
    async fn submit(
        &self,
        id: crate::broker::TrackingId,
        message: &Outgoing,
        known: &[PartState],
    ) -> Result<Vec<Result<(), SubmitFailure>>, DurableError> {
        let client = self.pool.client_for(&affinity(message)).await?;
        let total = u8::try_from(message.parts().len()).unwrap_or(u8::MAX);
        let mut due = Vec::new();
        for (pdu, number) in message.parts().iter().zip(1..=u8::MAX) {
            if known.iter().any(|part| part.number == number && part.message_id.is_some()) {
                continue;
            }
            let part = SentPart { id, number, total, reference: message.reference().map(str::to_owned) };
            self.correlator.sending(&part, SystemTime::now()).await.map_err(DurableError::correlator)?;
            due.push(self.submit_part(&client, part, pdu));
        }
        join_all(due).await.into_iter().collect()
    }

    async fn submit_part(
        &self,
        client: &EsmeClient,
        part: SentPart,
        pdu: &SubmitSm,
    ) -> Result<Result<(), SubmitFailure>, DurableError> {
        let outcome = client.submit_part(pdu.clone(), part.reference.as_deref()).await;
        let noted = match &outcome {
            Ok(message_id) => self.correlator.submitted(&part, message_id, SystemTime::now()).await,
            Err(error) if !fate_unknown(error) => self.correlator.refused(&part).await,
            Err(_) => Ok(()),
        };
        noted.map_err(DurableError::correlator)?;
        self.answered.notify_waiters();
        if let Ok(message_id) = &outcome {
            self.handler.submitted(&part, message_id);
        }
        Ok(outcome.map(drop).map_err(SubmitFailure::from))
    }
}

/// True if a part was about to be written when its process ended, or was
/// written and never answered.
fn is_unknown(known: &[PartState]) -> bool {
    known.iter().any(|part| part.message_id.is_none())
}

fn affinity(message: &Outgoing) -> Vec<u8> {
    let address = |pdu: &SubmitSm| [pdu.source_addr.as_bytes(), pdu.destination_addr.as_bytes()].concat();
    message.parts().first().map(address).unwrap_or_default()
}

impl From<RequestError> for SubmitFailure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}
