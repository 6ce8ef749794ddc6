//! The two traits that a Message Centre is made of.

use std::future::{Future, ready};

use smpp_session::CloseReason;
use smpp_session::pdu::{
    Body, BroadcastSm, BroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp, CancelSm, CancelSmResp,
    CommandStatus, DataSm, DataSmResp, QueryBroadcastSm, QueryBroadcastSmResp, QuerySm, QuerySmResp,
    ReplaceSm, ReplaceSmResp, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp,
};

use crate::bind_request::BindRequest;
use crate::server::{Admission, Answer, EsmeHandle, Handling};

/// Decides who may bind, and makes the handler of each session.
///
/// Both methods run in the session's own task: other sessions go on meanwhile. A panic in either
/// closes this session and nothing else.
pub trait McHandler: Send + Sync + 'static {
    /// What answers the requests of one bound ESME.
    type Session: SessionHandler;

    /// Lets the ESME in, with limits for its session if they differ from the server's, or refuses
    /// with a command_status.
    ///
    /// `esme` is the way to send to the ESME; it may be kept, and what is sent on it leaves after
    /// the bind's answer. The future is dropped when the ESME vanishes or the bind deadline passes.
    /// After a refusal the ESME may bind again on the same connection, a few times.
    fn bind(
        &self,
        request: BindRequest,
        esme: EsmeHandle,
    ) -> impl Future<Output = Result<Admission<Self::Session>, CommandStatus>> + Send;

    /// Is told that a bound session has ended, after its place in the registry is free.
    fn closed(&self, session: &Self::Session, reason: CloseReason) -> impl Future<Output = ()> + Send {
        let _ = (session, reason);
        ready(())
    }
}

/// Answers the requests of one bound ESME.
///
/// Every operation is refused with ESME_RINVCMDID until it is implemented. Requests are started in
/// the order in which they came, and run at the same time: a slow one delays only the answers to
/// later ones, which leave in the order of the requests. While as many are unanswered as the
/// session's inbound limit, the ESME is not read.
///
/// The methods are called in the session's task and polled at once; one that can answer without
/// waiting may be written as `fn` with [`ready`] instead of `async fn`, which is a little cheaper.
/// They must not block the thread. No lock is held: a handler may push to its own session. What is
/// still pending when the session ends is dropped: what must go on without the session belongs into
/// a task of its own.
///
/// enquire_link, unbind and generic_nack are the session's affair and never come here.
pub trait SessionHandler: Send + Sync + 'static {
    /// Answers any request, by the methods below; implemented instead of them by who needs more than
    /// they return: answers out of order, requests that follow an answer, or word of when an answer
    /// was sent ([`Answer`]).
    ///
    /// A request with a value that its type cannot hold, such as an address of forty digits
    /// ([`Body::Irregular`]), is refused with the command_status of that field.
    ///
    /// ```
    /// use smpp_mc::{Answer, SessionHandler};
    /// use smpp_session::pdu::{Body, CommandStatus, SubmitSmResp};
    ///
    /// struct FirstComeFirstAnswered;
    ///
    /// impl SessionHandler for FirstComeFirstAnswered {
    ///     async fn answer(&self, body: Body) -> Answer {
    ///         match body {
    ///             Body::SubmitSm(_) => Answer::ok(SubmitSmResp::default()).unordered(),
    ///             _ => CommandStatus::ESME_RINVCMDID.into(),
    ///         }
    ///     }
    /// }
    /// ```
    fn answer(&self, body: Body) -> impl Future<Output = Answer> + Send {
        Handling::of(self, body)
    }

    /// Answers a submit_sm (SMPP v3.4 section 4.4, v5.0 section 4.2.1).
    fn submit_sm(&self, pdu: SubmitSm) -> impl Future<Output = Result<SubmitSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a submit_multi (v3.4 section 4.5, v5.0 section 4.2.3).
    fn submit_multi(
        &self,
        pdu: SubmitMulti,
    ) -> impl Future<Output = Result<SubmitMultiResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a data_sm (v3.4 section 4.7, v5.0 section 4.2.2).
    fn data_sm(&self, pdu: DataSm) -> impl Future<Output = Result<DataSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a query_sm (v3.4 section 4.8, v5.0 section 4.5.2).
    fn query_sm(&self, pdu: QuerySm) -> impl Future<Output = Result<QuerySmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a cancel_sm (v3.4 section 4.9, v5.0 section 4.5.1).
    fn cancel_sm(&self, pdu: CancelSm) -> impl Future<Output = Result<CancelSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a replace_sm (v3.4 section 4.10, v5.0 section 4.5.3).
    fn replace_sm(
        &self,
        pdu: ReplaceSm,
    ) -> impl Future<Output = Result<ReplaceSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a broadcast_sm (v5.0 section 4.4.1).
    fn broadcast_sm(
        &self,
        pdu: BroadcastSm,
    ) -> impl Future<Output = Result<BroadcastSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a query_broadcast_sm (v5.0 section 4.6.1).
    fn query_broadcast_sm(
        &self,
        pdu: QueryBroadcastSm,
    ) -> impl Future<Output = Result<QueryBroadcastSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers a cancel_broadcast_sm (v5.0 section 4.6.2).
    fn cancel_broadcast_sm(
        &self,
        pdu: CancelBroadcastSm,
    ) -> impl Future<Output = Result<CancelBroadcastSmResp, CommandStatus>> + Send {
        refused(pdu)
    }

    /// Answers any other request: those that only v3.3 has, and vendors' own if the session's
    /// configuration lets them through. The default is generic_nack ESME_RINVCMDID.
    fn unknown(&self, body: Body) -> impl Future<Output = Answer> + Send {
        drop(body);
        ready(Answer::nack(CommandStatus::ESME_RINVCMDID))
    }

    /// Is told that all requests of one read have been started: a handler that gathers them into one
    /// commit may commit now. Must be short.
    fn turn_ended(&self) {}
}

fn refused<P, R: Send>(pdu: P) -> impl Future<Output = Result<R, CommandStatus>> + Send {
    drop(pdu);
    ready(Err(CommandStatus::ESME_RINVCMDID))
}
