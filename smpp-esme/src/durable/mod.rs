//! [`DurableEsme`]: what is enqueued is sent, what is delivered is told apart.

mod handler;
mod inbound;
mod send;
mod settle;

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use thiserror::Error;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

pub use self::{handler::DurableHandler, settle::SubmitFailure};
use self::{inbound::Inbound, send::Sender, settle::Retries};
use crate::{
    broker::{Broker, Leased},
    correlator::Correlator,
    deliveries::Deliveries,
    pool::{EsmePool, PoolError},
};

/// Takes messages from a [`Broker`], submits them through an [`EsmePool`], and
/// correlates receipts by a [`Correlator`].
///
/// A message stays with the broker until every part of it was accepted or
/// refused for good. A part is noted with the correlator before it is written,
/// and again with its message_id; after a restart only the parts without one
/// are sent. What was written and never answered is sent again unless the
/// message says otherwise ([`Outgoing::resend_unknown`]): its recipient may
/// then see it twice. That, and a crash between an answer and its note, are the
/// only ways to a double; none leads to a loss.
///
/// Nothing is taken from the broker while no bind is up. With a
/// [pace](crate::EsmeClientBuilder::pace) on the members, throttled parts are
/// sent again by the client itself.
///
/// [`Outgoing::resend_unknown`]: crate::broker::Outgoing::resend_unknown
#[derive(Debug)]
#[must_use = "nothing moves until `run` is awaited"]
pub struct DurableEsme<B, C> {
    pool: EsmePool,
    deliveries: Deliveries,
    broker: Arc<B>,
    correlator: Arc<C>,
    in_flight: usize,
    retries: Retries,
}

/// Why a durable ESME stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DurableError {
    /// Every bind was given up.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The broker failed.
    #[error("broker: {0}")]
    Broker(#[source] Box<dyn Error + Send + Sync>),
    /// The correlator failed.
    #[error("correlator: {0}")]
    Correlator(#[source] Box<dyn Error + Send + Sync>),
}

impl DurableError {
    fn broker(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Broker(Box::new(error))
    }

    fn correlator(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Correlator(Box::new(error))
    }
}

impl<B: Broker, C: Correlator> DurableEsme<B, C> {
    /// Sends through `pool`, whose deliveries these must be.
    pub fn new(pool: EsmePool, deliveries: Deliveries, broker: Arc<B>, correlator: Arc<C>) -> Self {
        Self { pool, deliveries, broker, correlator, in_flight: 100, retries: Retries::default() }
    }

    /// How many messages may be between lease and settlement, at least 1.
    /// Default: 100.
    pub fn in_flight(mut self, messages: usize) -> Self {
        self.in_flight = messages.max(1);
        self
    }

    /// How often a message is leased before a refusal that may pass is final,
    /// and how long it waits in between. Default: 20 times, from 1 s doubling
    /// to 5 minutes.
    pub fn retries(mut self, attempts: u32, backoff: crate::reconnect::Backoff) -> Self {
        self.retries = Retries { attempts: attempts.max(1), backoff };
        self
    }

    /// Sends and receives until `shutdown` completes; then takes nothing more,
    /// waits up to 30 s for the answers to what is under way, and unbinds. What
    /// is not settled by then stays with the broker.
    ///
    /// # Errors
    ///
    /// [`DurableError`]; what was leased is due again when the broker says so.
    pub async fn run<H: DurableHandler>(
        self,
        handler: H,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), DurableError> {
        let Self { pool, mut deliveries, broker, correlator, in_flight, retries } = self;
        let answered = Notify::new();
        let sender = Sender {
            pool: &pool,
            broker: &*broker,
            correlator: &*correlator,
            handler: &handler,
            answered: &answered,
            retries,
        };
        let inbound = Inbound { correlator: &*correlator, handler: &handler, answered: &answered };
        let mut sending = FuturesUnordered::new();
        let mut receiving = FuturesUnordered::new();
        let mut purge = tokio::time::interval_at(Instant::now() + PURGE_EVERY, PURGE_EVERY);
        let mut delivering = true;
        tokio::pin!(shutdown);
        let mut drained_by = None;
        while drained_by.is_none() || !sending.is_empty() {
            let open = drained_by.is_none();
            let under_way = sending.len();
            let room = if open { in_flight.saturating_sub(under_way) } else { 0 };
            tokio::select! {
                () = &mut shutdown, if open => drained_by = Some(Instant::now() + DRAIN),
                () = sleep_until(drained_by.unwrap_or_else(Instant::now)), if !open => break,
                Some(sent) = sending.next() => sent?,
                Some(received) = receiving.next() => received?,
                delivery = deliveries.next(), if delivering && receiving.len() < MAX_RECEIVING => match delivery {
                    Some(delivery) => receiving.push(inbound.take(delivery, under_way > 0)),
                    None => delivering = false,
                },
                leased = lease(&pool, &*broker, room), if room > 0 => {
                    sending.extend(leased?.into_iter().map(|leased| sender.send(leased)));
                }
                _ = purge.tick() => {
                    correlator.purge_expired(SystemTime::now()).await.map_err(DurableError::correlator)?;
                }
            }
        }
        pool.shutdown().await;
        Ok(())
    }
}

/// Takes messages once a bind is up that can carry them.
async fn lease<B: Broker>(pool: &EsmePool, broker: &B, max: usize) -> Result<Vec<Leased>, DurableError> {
    pool.client().await?;
    broker.lease(max).await.map_err(DurableError::broker)
}

/// For the answers to what is under way at shutdown.
const DRAIN: Duration = Duration::from_secs(30);
const PURGE_EVERY: Duration = Duration::from_secs(600);
/// Deliveries between their arrival and the handler's verdict.
const MAX_RECEIVING: usize = 1024;
