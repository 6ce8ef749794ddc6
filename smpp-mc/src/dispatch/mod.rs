//! What happens to a message after it was accepted: it is sent to its connector, its reports are turned into a final
//! state and a receipt, and what is for an ESME is delivered when a receiver is bound.
//!
//! One task for each connector's sending, one for its events, one for each ESME that has something to get and a
//! receiver bound. None waits for another.

mod deliver;
mod events;
mod finish;
pub(crate) mod receipt;
mod retry;
mod schedule;
mod send;

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::gateway::core::Core;

/// The half of the gateway that sends. It does nothing until it is run.
#[must_use = "accepted messages go nowhere until the dispatcher is run"]
#[derive(Debug)]
pub struct Dispatcher {
    core: Arc<Core>,
}

impl Dispatcher {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Dispatches until `shutdown` completes, then takes on nothing new and waits, within the gateway's drain time, for
    /// what is under way. What is not settled then is dispatched again by the next run.
    ///
    /// # Errors
    ///
    /// [`DispatcherFailed`] if a part of it ended by itself: what is accepted from then on is kept and not sent.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), DispatcherFailed> {
        let core = self.core;
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for connector in core.connectors.values() {
            tasks.spawn(send::run(Arc::clone(&core), Arc::clone(connector), stop.clone()));
            tasks.spawn(events::run(Arc::clone(&core), Arc::clone(connector), stop.clone()));
        }
        tasks.spawn(deliver::run(Arc::clone(&core), stop.clone()));
        tasks.spawn(schedule::run(Arc::clone(&core), stop.clone()));

        let outcome = tokio::select! {
            () = shutdown => Ok(()),
            ended = tasks.join_next() => {
                if let Some(Err(error)) = ended {
                    tracing::error!(%error, "a part of the dispatcher has failed");
                }
                Err(DispatcherFailed)
            }
        };
        stop.cancel();
        core.tasks.close();
        let drained = async {
            while tasks.join_next().await.is_some() {}
            core.tasks.wait().await;
        };
        if tokio::time::timeout(core.options.drain, drained).await.is_err() {
            tracing::warn!(
                "not everything under way was settled within the drain time; it is dispatched again"
            );
        }
        outcome
    }
}

/// A part of the dispatcher ended before it was told to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the dispatcher has failed")]
#[non_exhaustive]
pub struct DispatcherFailed;
