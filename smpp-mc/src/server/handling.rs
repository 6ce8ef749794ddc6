//! `Handling`: the future behind [`SessionHandler::answer`].

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use pin_project_lite::pin_project;
use smpp_session::pdu::{Body, CommandStatus, Response};

use super::answer::Answer;
use crate::handler::SessionHandler;

pin_project! {
    /// One request being answered by one of the named methods.
    ///
    /// An enum of the methods' own futures: an `async fn` that matches and awaits would hold the
    /// body of the request twice. What is rare is boxed.
    #[project = Projected]
    pub(crate) enum Handling<'a, S, D> {
        SubmitSm { #[pin] future: S },
        DataSm { #[pin] future: D },
        Other { future: BoxFuture<'a, Answer> },
    }
}

impl Handling<'_, (), ()> {
    /// Starts the method that `body` belongs to.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is rare")]
    pub(crate) fn of<H: SessionHandler + ?Sized>(
        handler: &H,
        body: Body,
    ) -> impl Future<Output = Answer> + Send {
        match body {
            Body::SubmitSm(pdu) => Handling::SubmitSm { future: handler.submit_sm(pdu) },
            Body::DataSm(pdu) => Handling::DataSm { future: handler.data_sm(*pdu) },
            body => Handling::Other { future: Box::pin(rare(handler, body)) },
        }
    }
}

impl<S, D, R, T> Future for Handling<'_, S, D>
where
    S: Future<Output = Result<R, CommandStatus>>,
    D: Future<Output = Result<T, CommandStatus>>,
    R: Response,
    T: Response,
{
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        match self.project() {
            Projected::SubmitSm { future } => future.poll(cx).map(Answer::from),
            Projected::DataSm { future } => future.poll(cx).map(Answer::from),
            Projected::Other { future } => future.as_mut().poll(cx),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is unknown")]
async fn rare<H: SessionHandler + ?Sized>(handler: &H, body: Body) -> Answer {
    match body {
        Body::SubmitMulti(pdu) => handler.submit_multi(*pdu).await.into(),
        Body::QuerySm(pdu) => handler.query_sm(*pdu).await.into(),
        Body::CancelSm(pdu) => handler.cancel_sm(*pdu).await.into(),
        Body::ReplaceSm(pdu) => handler.replace_sm(*pdu).await.into(),
        Body::BroadcastSm(pdu) => handler.broadcast_sm(*pdu).await.into(),
        Body::QueryBroadcastSm(pdu) => handler.query_broadcast_sm(*pdu).await.into(),
        Body::CancelBroadcastSm(pdu) => handler.cancel_broadcast_sm(*pdu).await.into(),
        Body::Irregular(pdu) => Answer::from(pdu.command_status()),
        body => handler.unknown(body).await,
    }
}
