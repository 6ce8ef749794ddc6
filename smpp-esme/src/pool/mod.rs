//! [`EsmePool`]: several binds as one client that stays connected.

mod builder;
mod choose;

use std::sync::Arc;

use smpp_session::{
    RequestError,
    pdu::{MessageId, Request, SubmitSm},
};
use thiserror::Error;
use tokio::{sync::watch, task::JoinSet};

pub use self::builder::{AtLoss, EsmePoolBuilder, Share};
use self::choose::{Choice, choose};
use crate::{
    client::EsmeClient,
    error::{ConnectError, SubmitError},
    message::Message,
    reconnect::LinkState,
    submit::Submission,
};

/// One or more binds, each brought up again whenever it is lost, used as one
/// client. Cheap to clone.
///
/// A transmitter and a receiver make a pair, several transceivers to one centre
/// share the load, and binds to several hosts stand in for each other; receipts
/// come in one stream of deliveries whichever bind they arrive on.
///
/// The binds end when every clone of the pool has been dropped.
#[derive(Clone, Debug)]
pub struct EsmePool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    links: Vec<watch::Receiver<LinkState>>,
    share: Share,
    at_loss: AtLoss,
    stop: watch::Sender<bool>,
    /// Changes whenever any link does.
    changed: watch::Receiver<u64>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

/// No bind can carry a request any more.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PoolError {
    /// Every bind that could submit was given up or told to stop.
    #[error("no bind is left{}", .last.as_ref().map(|error| format!(": {error}")).unwrap_or_default())]
    Stopped {
        /// Why the last one was given up, if it failed.
        last: Option<ConnectError>,
    },
    /// The request itself failed.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl From<RequestError> for PoolError {
    fn from(error: RequestError) -> Self {
        Self::Submit(error.into())
    }
}

impl EsmePool {
    /// Begins to describe a pool.
    pub fn builder() -> EsmePoolBuilder {
        EsmePoolBuilder::default()
    }

    /// Waits for a bind that may submit. All parts of one message should go
    /// through the client returned.
    ///
    /// # Errors
    ///
    /// [`PoolError::Stopped`] if none will ever be up again.
    pub async fn client(&self) -> Result<EsmeClient, PoolError> {
        self.client_for(&[]).await
    }

    /// Encodes, splits and submits a message through one bind, as
    /// [`EsmeClient::submit`] does; waits until a bind is up. What happens when
    /// that bind is lost in between is [`EsmePoolBuilder::at_loss`].
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::submit`], and [`PoolError::Stopped`].
    pub async fn submit(&self, message: Message) -> Result<Submission, PoolError> {
        let affinity = message.affinity();
        loop {
            let client = self.client_for(&affinity).await?;
            match client.submit(message.clone()).await {
                Err(SubmitError::Request(error)) if self.shared.at_loss.sends_again(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// Submits one PDU; waits until a bind is up.
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::submit_sm`], and [`PoolError::Stopped`].
    pub async fn submit_sm(&self, pdu: SubmitSm) -> Result<MessageId, PoolError> {
        let affinity = [pdu.source_addr.as_bytes(), pdu.destination_addr.as_bytes()].concat();
        loop {
            let client = self.client_for(&affinity).await?;
            match client.submit_sm(pdu.clone()).await {
                Err(SubmitError::Request(error)) if self.shared.at_loss.sends_again(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// Sends any request; waits until a bind is up.
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::request`], and [`PoolError::Stopped`].
    pub async fn request<R: Request + Clone>(&self, request: R) -> Result<R::Response, PoolError> {
        loop {
            let client = self.client().await?;
            match client.request(request.clone()).await {
                Err(error) if self.shared.at_loss.sends_again(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// How many binds are up.
    pub fn bound(&self) -> usize {
        self.shared.links.iter().filter(|link| matches!(*link.borrow(), LinkState::Up(_))).count()
    }

    /// Unbinds every bind and waits until all are closed.
    pub async fn shutdown(&self) {
        self.shared.stop.send_replace(true);
        let mut tasks = self.shared.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
    }

    /// Waits for a bind that may submit; equal `affinity` finds the same bind
    /// while the same binds are up.
    pub(crate) async fn client_for(&self, affinity: &[u8]) -> Result<EsmeClient, PoolError> {
        let mut changed = self.shared.changed.clone();
        loop {
            changed.mark_unchanged();
            match choose(&self.shared.links, self.shared.share, affinity) {
                Choice::Up(client) => return Ok(client),
                Choice::Stopped(last) => return Err(PoolError::Stopped { last }),
                Choice::Wait => {}
            }
            if changed.changed().await.is_err() {
                return Err(PoolError::Stopped { last: None });
            }
        }
    }
}
