//! What the owner of a driven session holds.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use smpp_pdu::{Body, Request, Response};
use tokio::time::Sleep;

use super::slab::{Outcome, Queueing, Shared};
use crate::bind::BindInfo;
use crate::config::SessionConfig;
use crate::counters::Statistics;
use crate::error::RequestError;
use crate::event::CloseReason;
use crate::state::SessionState;

/// Sends requests on a session that a [`Driver`](super::Driver) runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SessionHandle {
    pub(super) shared: Arc<Shared>,
}

/// What one request may have for itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestOptions {
    /// How long it may wait for the window; `None`, the default, is as long as it takes.
    pub window_timeout: Option<Duration>,
    /// How long its response may take once it is sent; `None`, the default, is
    /// the session's ([`Timers::response`](crate::Timers::response)).
    pub response_timeout: Option<Duration>,
}

impl RequestOptions {
    /// Sets how long the request may wait for the window.
    #[must_use]
    pub fn window_timeout(mut self, limit: Duration) -> Self {
        self.window_timeout = Some(limit);
        self
    }

    /// Sets how long the response may take.
    #[must_use]
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.response_timeout = Some(limit);
        self
    }
}

impl SessionHandle {
    /// Queues a request at once; the future is its response.
    ///
    /// It waits in the queue for the window, behind what was asked before.
    /// Dropped while queued, it is never sent; dropped after, its slot stays
    /// taken until the response or response_timer.
    ///
    /// # Errors
    ///
    /// The future's: every [`RequestError`] but `WindowFull` and `WindowTimeout`.
    pub fn request<R: Request>(&self, request: R) -> PendingResponse<R::Response> {
        self.request_with(request, RequestOptions::default())
    }

    /// Queues a request with limits of its own.
    ///
    /// # Errors
    ///
    /// The future's: as [`request`](Self::request), and
    /// [`RequestError::WindowTimeout`].
    pub fn request_with<R: Request>(
        &self,
        request: R,
        options: RequestOptions,
    ) -> PendingResponse<R::Response> {
        let queueing = Queueing { response_timeout: options.response_timeout, at_once: false };
        let mut pending = match self.shared.queue(request.into(), queueing) {
            Ok(index) => PendingResponse::waiting(&self.shared, index),
            Err(error) => PendingResponse::failed(error),
        };
        pending.window_limit = options.window_timeout.map(|limit| Box::pin(tokio::time::sleep(limit)));
        pending
    }

    /// Sends a request if it need not wait for the window.
    ///
    /// # Errors
    ///
    /// [`RequestError::WindowFull`] if it would have to, and what is known at
    /// once: the session is closed or leaving.
    pub fn try_request<R: Request>(&self, request: R) -> Result<PendingResponse<R::Response>, RequestError> {
        let queueing = Queueing { response_timeout: None, at_once: true };
        let index = self.shared.queue(request.into(), queueing)?;
        Ok(PendingResponse::waiting(&self.shared, index))
    }

    /// Queues what has no response, outbind or alert_notification; the future
    /// is ready when it is in the output buffer.
    ///
    /// # Errors
    ///
    /// The future's: every [`RequestError`] that says nothing was sent.
    pub fn notify(&self, body: impl Into<Body>) -> PendingNotification {
        let queueing = Queueing { response_timeout: None, at_once: false };
        PendingNotification(match self.shared.queue(body.into(), queueing) {
            Ok(index) => Pending::waiting(&self.shared, index),
            Err(error) => Pending::Failed(Some(error)),
        })
    }

    /// Leaves: nothing new is taken, what is open is waited for up to
    /// drain_timeout, then unbind is sent and its answer waited for. Begins when
    /// called; the future is the end of the session.
    pub fn unbind(&self) -> impl Future<Output = CloseReason> + Send + use<> {
        self.shared.want_unbind();
        self.clone().until_closed()
    }

    /// Closes without unbinding. Begins when called; the future is the end of the session.
    pub fn close(&self) -> impl Future<Output = CloseReason> + Send + use<> {
        self.shared.want_close();
        self.clone().until_closed()
    }

    /// Waits for the end of the session.
    pub async fn closed(&self) -> CloseReason {
        self.clone().until_closed().await
    }

    /// Returns why the session ended; `None` while it lives.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.shared.lock().closed
    }

    /// Returns where the session stood after the driver's last turn.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.shared.lock().state
    }

    /// Returns what the bind agreed on; `None` before.
    #[must_use]
    pub fn bind_info(&self) -> Option<Arc<BindInfo>> {
        self.shared.lock().bound.clone()
    }

    /// Returns the settings of the session.
    #[must_use]
    pub fn config(&self) -> Arc<SessionConfig> {
        self.shared.config()
    }

    /// Changes the settings while the session runs: an account's own limits,
    /// known once its bind is. Called while a request is dispatched, it takes
    /// effect before that request's reply is encoded.
    pub fn configure(&self, config: Arc<SessionConfig>) {
        self.shared.configure(config);
    }

    /// Returns how many requests are in flight, after the driver's last turn,
    /// or wait for the window.
    #[must_use]
    pub fn window_in_use(&self) -> usize {
        self.shared.in_use()
    }

    /// Returns the session's figures as of the driver's next turn, without
    /// stopping traffic; the last ones once it has ended, and `None` only if
    /// the driver was lost without a trace.
    pub async fn statistics(&self) -> Option<Statistics> {
        match self.shared.want_statistics() {
            Ok(receiver) => receiver.await.ok(),
            Err(last) => last.map(|statistics| *statistics),
        }
    }

    async fn until_closed(self) -> CloseReason {
        loop {
            let notified = self.shared.closed.notified();
            if let Some(reason) = self.close_reason() {
                return reason;
            }
            notified.await;
        }
    }
}

/// The response to one request, to come.
///
/// Dropping it while the request is queued takes the request back; dropping it
/// afterwards frees nothing early: the slot is free when the peer answers or
/// response_timer runs out.
#[must_use = "the response is in the future"]
#[derive(Debug)]
pub struct PendingResponse<R> {
    pending: Pending,
    window_limit: Option<Pin<Box<Sleep>>>,
    response: PhantomData<fn() -> R>,
}

impl<R: Response> PendingResponse<R> {
    /// Joins data of the caller's own to the response: it comes back with the
    /// outcome, whatever that is.
    pub async fn with<T>(self, data: T) -> (T, Result<R, RequestError>) {
        let outcome = self.await;
        (data, outcome)
    }
}

impl<R> PendingResponse<R> {
    fn waiting(shared: &Arc<Shared>, index: u32) -> Self {
        Self { pending: Pending::waiting(shared, index), window_limit: None, response: PhantomData }
    }

    fn failed(error: RequestError) -> Self {
        Self { pending: Pending::Failed(Some(error)), window_limit: None, response: PhantomData }
    }

    /// Takes the request back if it has waited for the window too long.
    fn poll_window_limit(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(limit) = &mut self.window_limit else {
            return Poll::Pending;
        };
        if !self.pending.is_queued() {
            self.window_limit = None;
            return Poll::Pending;
        }
        limit.as_mut().poll(cx)
    }
}

impl<R: Response> Future for PendingResponse<R> {
    type Output = Result<R, RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(outcome) = self.pending.poll(cx) else {
            if self.poll_window_limit(cx).is_ready() {
                self.pending = Pending::Failed(None);
                return Poll::Ready(Err(RequestError::WindowTimeout));
            }
            return Poll::Pending;
        };
        Poll::Ready(match outcome {
            Ok(Some(body)) => {
                R::try_from(body).map_err(|body| RequestError::Unreadable { body: Box::new(body) })
            }
            Ok(None) => Ok(R::default()),
            Err(error) => Err(error),
        })
    }
}

/// A notification on its way to the output buffer.
#[must_use = "whether it was sent is in the future"]
#[derive(Debug)]
pub struct PendingNotification(Pending);

impl Future for PendingNotification {
    type Output = Result<(), RequestError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map(|outcome| outcome.map(|_| ()))
    }
}

/// One entry of the slab, or what is known without one.
#[derive(Debug)]
enum Pending {
    Waiting {
        shared: Arc<Shared>,
        index: u32,
    },
    /// `None` after the error was returned.
    Failed(Option<RequestError>),
}

impl Pending {
    fn waiting(shared: &Arc<Shared>, index: u32) -> Self {
        Self::Waiting { shared: Arc::clone(shared), index }
    }

    fn is_queued(&self) -> bool {
        match self {
            Self::Waiting { shared, index } => shared.is_queued(*index),
            Self::Failed(_) => false,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self {
            Self::Waiting { shared, index } => {
                let poll = shared.poll(*index, cx.waker());
                if poll.is_ready() {
                    // The entry is released: nothing is left to be forgotten.
                    if let Self::Waiting { index, .. } = self {
                        *index = u32::MAX;
                    }
                }
                poll
            }
            Self::Failed(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Self::Waiting { shared, index } = self {
            shared.forget(*index);
        }
    }
}
