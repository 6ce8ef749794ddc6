//! The peer's requests as a stream: one [`Dispatch`] over a bounded channel.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use smpp_pdu::{Body, CommandStatus, SequenceNumber};
use tokio::sync::{mpsc, oneshot};

use super::dispatch::Dispatch;
use crate::event::Event;
use crate::reply::Reply;

/// The peer's requests, for clients and tests that would rather pull than be called.
///
/// It costs about twice the processor time of a [`Dispatch`] of one's own and
/// 5 KiB a session. It is bounded: while it is full, requests wait, and at the
/// inbound limit the peer is not read. Its consumer must not await the answer
/// to one request before it takes the next, or the whole session has a window of one.
#[derive(Debug)]
pub struct InboundRequests {
    receiver: mpsc::Receiver<InboundRequest>,
}

impl InboundRequests {
    /// Makes the stream and the [`Dispatch`] that fills it; `capacity` requests wait at most, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> (InboundDispatch, Self) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (InboundDispatch { sender }, Self { receiver })
    }

    /// Waits for the next request; `None` when the session is over.
    pub async fn next(&mut self) -> Option<InboundRequest> {
        self.receiver.recv().await
    }
}

impl Stream for InboundRequests {
    type Item = InboundRequest;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<InboundRequest>> {
        self.receiver.poll_recv(cx)
    }
}

/// Fills an [`InboundRequests`].
#[derive(Debug)]
pub struct InboundDispatch {
    sender: mpsc::Sender<InboundRequest>,
}

impl Dispatch for InboundDispatch {
    async fn dispatch(&self, sequence_number: SequenceNumber, body: Body) -> Reply {
        let (answer, answered) = oneshot::channel();
        let request = InboundRequest { sequence_number, body, responder: Responder { answer: Some(answer) } };
        if self.sender.send(request).await.is_err() {
            return CommandStatus::ESME_RSYSERR.into();
        }
        answered.await.unwrap_or_else(|_| CommandStatus::ESME_RSYSERR.into())
    }

    /// Notifications join the requests as far as there is room; there is nothing to answer.
    fn event(&self, event: Event) {
        if let Event::Pdu { id, body, .. } = event {
            let responder = Responder { answer: None };
            let request = InboundRequest { sequence_number: SequenceNumber(id), body, responder };
            if self.sender.try_send(request).is_err() {
                tracing::warn!("a notification found no room and was dropped");
            }
        }
    }
}

/// One request of the peer's, or a notification.
#[derive(Debug)]
#[non_exhaustive]
pub struct InboundRequest {
    /// The peer's number.
    pub sequence_number: SequenceNumber,
    /// What is asked.
    pub body: Body,
    /// Answers it.
    pub responder: Responder,
}

/// Answers one request, at most once.
#[must_use = "dropping a Responder answers ESME_RSYSERR"]
#[derive(Debug)]
pub struct Responder {
    /// `None` for a notification.
    answer: Option<oneshot::Sender<Reply>>,
}

impl Responder {
    /// Answers; without effect for a notification and after the session's end.
    pub fn respond(self, reply: impl Into<Reply>) {
        if let Some(answer) = self.answer {
            // The session may have ended meanwhile.
            let _ended = answer.send(reply.into());
        }
    }
}
