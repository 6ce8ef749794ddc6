//! One bind that is brought up again whenever it is lost.

use smpp_session::CloseReason;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep},
};
use tracing::{debug, info, warn};

use super::policy::{Next, ReconnectPolicy};
use crate::{
    builder::EsmeClientBuilder, client::EsmeClient, connect::connect_to, deliveries::Delivery,
    error::ConnectError, random::random,
};

/// Where a link stands.
#[derive(Clone, Debug)]
pub(crate) enum LinkState {
    /// Connecting, or waiting for the next attempt.
    Down,
    /// Bound.
    Up(EsmeClient),
    /// Given up, or told to stop; the error is that of the last attempt.
    Stopped(Option<ConnectError>),
}

/// Keeps one bind up until `stop` turns true or the policy gives up.
pub(crate) struct Link {
    pub(crate) builder: EsmeClientBuilder,
    pub(crate) policy: ReconnectPolicy,
    pub(crate) deliveries: mpsc::Sender<Delivery>,
    pub(crate) state: watch::Sender<LinkState>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Link {
    pub(crate) async fn keep(mut self) {
        let mut failures = 0_u32;
        loop {
            self.builder.hooks.connecting(failures.saturating_add(1));
            let Some(connected) =
                self.unless_stopped(connect_to(self.builder.clone(), self.deliveries.clone())).await
            else {
                return self.stopped(None);
            };
            let error = match connected {
                Ok(client) => {
                    let since = Instant::now();
                    let Some(reason) = self.up(client).await else {
                        return self.stopped(None);
                    };
                    let settled = self.policy.is_settled(since.elapsed());
                    failures = if settled { 0 } else { failures.saturating_add(1) };
                    debug!(%reason, settled, "session lost");
                    None
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    Some(error)
                }
            };
            let Next::After(delay) = self.next(failures, error.as_ref()) else {
                return self.stopped(error);
            };
            if self.unless_stopped(sleep(delay)).await.is_none() {
                return self.stopped(None);
            }
        }
    }

    /// Holds a bound session until it ends; none if it was told to stop.
    async fn up(&mut self, client: EsmeClient) -> Option<CloseReason> {
        self.state.send_replace(LinkState::Up(client.clone()));
        let ended = self.unless_stopped(client.closed()).await;
        if ended.is_none() {
            client.unbind().await;
        }
        self.state.send_replace(LinkState::Down);
        ended
    }

    fn next(&self, failures: u32, error: Option<&ConnectError>) -> Next {
        let next = match error {
            Some(error) if error.is_permanent() => Next::Stop,
            _ => self.policy.next(failures, error, random()),
        };
        let retry = match next {
            Next::After(delay) => Some(delay),
            Next::Stop => None,
        };
        if let Some(error) = error {
            self.builder.hooks.connect_failed(error, retry);
        }
        match (error, retry) {
            (Some(error), None) => warn!(%error, "connection given up"),
            (Some(error), Some(delay)) => info!(%error, ?delay, "no session; trying again"),
            (None, None) => warn!("connection given up: sessions do not last"),
            (None, Some(delay)) => info!(?delay, "session lost; connecting again"),
        }
        next
    }

    fn stopped(&self, error: Option<ConnectError>) {
        self.state.send_replace(LinkState::Stopped(error));
    }

    async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            // An owner that has gone wants the link as little as one that says so.
            _ = self.stop.wait_for(|stop| *stop) => None,
            done = work => Some(done),
        }
    }
}
