//! The handle: sends MTs and waits for their acknowledgements.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::client::builder::BearerboxClientBuilder;
use crate::client::error::SendError;
use crate::client::shared::{Queued, Shared, Waiter};
use crate::link::LossReason;
use crate::protocol::{AckStatus, Sms};

/// A box's side towards one bearerbox, across reconnects. Cheap to clone; the driver ends when all clones are dropped.
#[derive(Clone, Debug)]
pub struct BearerboxClient {
    owner: Arc<Owner>,
}

/// Tells the driver when the last handle is gone.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// Whether MTs can be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// No connection, or one that is closing. The driver connects again.
    Down,
    /// Connected and identified.
    Up,
    /// The driver has ended.
    Ended,
}

impl BearerboxClient {
    /// Begins a client of the bearerbox at `host` (a name or an address) and its `smsbox-port`, 13001 by custom.
    pub fn builder(host: impl Into<String>, port: u16) -> BearerboxClientBuilder {
        BearerboxClientBuilder::new(host.into(), port)
    }

    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { owner: Arc::new(Owner { shared }) }
    }

    /// Queues an MT at once, in the order of the calls, and returns what waits for its acknowledgement.
    ///
    /// `boxc_id` and, if absent, `time` are filled in. `success` and `buffered` mean that bearerbox took the message,
    /// not that it was sent. A report can arrive in the [`Inbox`](crate::Inbox) before this future is ready, so note the
    /// message's `dlr_url` before the call.
    ///
    /// Dropping the future withdraws a message that was not written yet; one that was is not affected. Without
    /// polling, the message is sent all the same.
    pub fn send(&self, sms: Sms) -> Sending {
        if let Err(error) = sms.check_mt() {
            return Sending { inner: Inner::Failed(SendError::Refused(error)) };
        }
        let shared = &self.owner.shared;
        #[expect(clippy::disallowed_methods, reason = "the clock's seam: when a message was handed over")]
        let now = Instant::now().into_std();
        let (answer, receiver) = oneshot::channel();
        let waiter = Waiter { deadline: now + shared.limits.send_timeout, answer: Some(answer) };
        match shared.enqueue(Queued { sms: Box::new(sms), waiter }) {
            Ok(()) => Sending { inner: Inner::Waiting(receiver) },
            Err(error) => Sending { inner: Inner::Failed(error) },
        }
    }

    /// Whether MTs can be sent now.
    pub fn state(&self) -> ConnectionState {
        self.owner.shared.state()
    }

    /// Tells whether there is a connection that takes MTs.
    pub fn is_up(&self) -> bool {
        self.state() == ConnectionState::Up
    }

    /// Waits until MTs can be sent. Returns at once if they can.
    ///
    /// # Errors
    ///
    /// [`SendError::Ended`] when the driver has ended.
    pub async fn up(&self) -> Result<(), SendError> {
        let mut state = self.owner.shared.watch_state();
        let reached = state.wait_for(|state| *state != ConnectionState::Down).await;
        match reached.map(|state| *state) {
            Ok(ConnectionState::Up) => Ok(()),
            Ok(ConnectionState::Down | ConnectionState::Ended) | Err(_) => Err(SendError::Ended),
        }
    }

    /// How many MTs wait to be written.
    pub fn waiting(&self) -> usize {
        self.owner.shared.queues().waiting.len()
    }

    /// Tells the driver to end: MTs not written yet fail with [`SendError::Ended`], those written have the drain time to
    /// be acknowledged, then the connection is closed. Does not wait for it; the future of the driver does.
    pub fn stop(&self) {
        self.owner.shared.stop();
    }
}

/// The acknowledgement of one MT, to come. Made by [`BearerboxClient::send`].
#[derive(Debug)]
#[must_use = "dropping it withdraws a message that was not written yet"]
pub struct Sending {
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Waiting(oneshot::Receiver<Result<AckStatus, SendError>>),
    Failed(SendError),
}

impl Future for Sending {
    type Output = Result<AckStatus, SendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.inner {
            // A driver dropped in its course answers nobody, and what it had written is in doubt.
            Inner::Waiting(receiver) => Poll::Ready(
                ready!(Pin::new(receiver).poll(context)).unwrap_or(Err(SendError::Lost(LossReason::Stopped))),
            ),
            Inner::Failed(error) => Poll::Ready(Err(*error)),
        }
    }
}
