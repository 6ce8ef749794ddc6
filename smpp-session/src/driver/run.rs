//! The loop: clock; parked answers; commands; write; left-over frames; one
//! read and its events; timers; sleep.
//!
//! One `poll_fn` over boxed state, since what matters is the order of a turn:
//!
//! - A turn is one read and one write; then other sessions have theirs.
//! - The driver sleeps only after a turn in which nothing moved: a future that
//!   was started in this turn is polled once more, with its own waker, before.
//! - Frames that stay in the input because the inbound or the output limit
//!   stopped parsing are gone on with in each turn; no read will announce them.
//! - Woken by a command, the driver gives up its turn once, so that what other
//!   tasks are about to ask for leaves in the same write.
//! - The clock is read once a turn and once a read.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use smpp_pdu::{Body, CommandStatus, GenericNack, SequenceNumber};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::Sleep;
use tracing::Span;

use super::Driver;
use super::dispatch::Dispatch;
use super::parked::Parked;
use super::slab::{Outcome, Shared};
use crate::error::{RequestError, RespondError};
use crate::event::{CloseReason, Event, RequestKey};
use crate::reply::Reply;
use crate::session::Session;

/// How long a transport may take to shut down where the session sets no limit.
const SHUTDOWN: Duration = Duration::from_secs(5);

impl<T, D> Driver<T, D>
where
    T: AsyncRead + AsyncWrite + Unpin,
    D: Dispatch,
{
    /// Runs the session to its end and returns why it ended.
    ///
    /// Dropping the future ends the session at once: every pending request
    /// resolves with [`CloseReason::DriverDropped`].
    pub async fn run(mut self) -> CloseReason {
        let dispatch = &self.dispatch;
        let connection = &mut *self.connection;
        let mut parked = Parked::new();
        let start = |sequence_number, body| dispatch.dispatch(sequence_number, body);
        poll_fn(|cx| connection.poll(cx, dispatch, &start, &mut parked)).await
    }
}

/// A session on its transport.
#[derive(Debug)]
pub(super) struct Connection<T> {
    transport: T,
    session: Session,
    shared: Arc<Shared>,
    /// Entered for each turn, so that whatever is logged names its session.
    span: Span,
    /// Read and not parsed yet.
    input: BytesMut,
    /// Outcomes of the owner's requests, delivered once a turn.
    answers: Vec<(u32, Outcome)>,
    wakers: Vec<Waker>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// When `sleep` ends.
    armed: Option<Instant>,
    /// Written octets may still be in the transport.
    unflushed: bool,
    end_of_stream: bool,
    /// A request was dispatched in this turn.
    dispatched: bool,
    /// The session has told everything.
    closed: Option<CloseReason>,
    shut_by: Option<Instant>,
    finished: bool,
}

impl<T> Connection<T> {
    pub(super) fn new(transport: T, session: Session, shared: Arc<Shared>) -> Self {
        let span = tracing::info_span!(
            "session",
            role = session.role().as_str(),
            id = session.id(),
            system_id = tracing::field::Empty
        );
        Self {
            transport,
            session,
            shared,
            span,
            input: BytesMut::new(),
            answers: Vec::new(),
            wakers: Vec::new(),
            sleep: None,
            armed: None,
            unflushed: false,
            end_of_stream: false,
            dispatched: false,
            closed: None,
            shut_by: None,
            finished: false,
        }
    }

    fn finish(&mut self, reason: CloseReason, now: Instant) {
        self.finished = true;
        let statistics = self.session.statistics(now);
        self.shared.finish(reason, &mut self.answers, statistics);
    }
}

impl<T> Drop for Connection<T> {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let now = clock();
        self.session.abandon(now);
        while let Some(event) = self.session.poll_event(&mut self.input, now) {
            if let Event::Lost { key, sent } = event {
                let reason = CloseReason::DriverDropped;
                self.answers.push((key.0, Err(RequestError::Closed { reason, sent })));
            }
        }
        self.finish(self.session.close_reason().unwrap_or(CloseReason::DriverDropped), now);
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Connection<T> {
    fn poll<D, F>(
        &mut self,
        cx: &mut Context<'_>,
        dispatch: &D,
        start: &impl Fn(SequenceNumber, Body) -> F,
        parked: &mut Parked<F>,
    ) -> Poll<CloseReason>
    where
        D: Dispatch,
        F: Future<Output = Reply>,
    {
        let span = self.span.clone();
        let _entered = span.enter();
        if self.shared.take_command_wake() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let now = clock();
        let mut moved = parked.poll(cx, |number, reply| {
            self.shared.pass_on_config(&mut self.session, now);
            respond(&mut self.session, dispatch, number, reply, now);
        });
        moved |= self.shared.exchange(&mut self.session, &mut self.answers, &mut self.wakers, now);
        moved |= self.write(cx, now);
        let mut turn = Turn { dispatch, start, parked };
        moved |= self.drain(cx, &mut turn, now);
        moved |= self.read(cx, &mut turn);
        moved |= self.check_timers(cx, &mut turn);
        if std::mem::take(&mut self.dispatched) {
            dispatch.turn_ended();
        }
        if let Some(reason) = self.closed
            && self.session.transmit().is_empty()
            && self.shut_down(cx)
        {
            self.finish(reason, clock());
            return Poll::Ready(reason);
        }
        if moved || !self.sleep(cx, parked) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn write(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = false;
        if !self.session.transmit().is_empty() {
            match Pin::new(&mut self.transport).poll_write(cx, self.session.transmit()) {
                Poll::Ready(Ok(0)) => self.fail(io::ErrorKind::WriteZero, now),
                Poll::Ready(Ok(octets)) => {
                    self.session.transmitted(octets);
                    self.unflushed = true;
                }
                Poll::Ready(Err(error)) => self.fail(error.kind(), now),
                Poll::Pending => return false,
            }
            moved = true;
        }
        if self.unflushed && self.session.transmit().is_empty() {
            match Pin::new(&mut self.transport).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => {
                    self.unflushed = false;
                    self.fail(error.kind(), now);
                }
                Poll::Pending => {}
            }
        }
        moved
    }

    /// One read and what comes of it.
    fn read<D, F, S>(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_, D, F, S>) -> bool
    where
        D: Dispatch,
        F: Future<Output = Reply>,
        S: Fn(SequenceNumber, Body) -> F,
    {
        if self.end_of_stream || !self.session.wants_input() {
            return false;
        }
        let size = self.session.config().limits().read_buffer;
        self.input.reserve(size);
        let read = {
            let mut buffer = (&mut self.input).limit(size);
            pin!(self.transport.read_buf(&mut buffer)).poll(cx)
        };
        let Poll::Ready(read) = read else {
            return false;
        };
        let now = clock();
        match read {
            Ok(0) => {
                self.end_of_stream = true;
                self.session.handle_eof(now);
            }
            Ok(_) => {}
            Err(error) => self.fail(error.kind(), now),
        }
        self.drain(cx, turn, now);
        true
    }

    fn check_timers<D, F, S>(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_, D, F, S>) -> bool
    where
        D: Dispatch,
        F: Future<Output = Reply>,
        S: Fn(SequenceNumber, Body) -> F,
    {
        let deadline = match (self.session.poll_timeout(), self.shut_by) {
            (Some(session), Some(shut)) => Some(session.min(shut)),
            (session, shut) => session.or(shut),
        };
        let Some(deadline) = deadline else {
            return false;
        };
        if self.armed.is_none_or(|armed| deadline < armed) {
            self.armed = Some(deadline);
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().reset(deadline.into()),
                None => self.sleep = Some(Box::pin(tokio::time::sleep_until(deadline.into()))),
            }
        }
        let fired = self.sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready());
        if !fired {
            return false;
        }
        self.armed = None;
        let now = clock();
        self.session.handle_timeout(now);
        self.drain(cx, turn, now);
        true
    }

    /// Takes what the session has to tell. True if there was anything.
    fn drain<D, F, S>(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_, D, F, S>, now: Instant) -> bool
    where
        D: Dispatch,
        F: Future<Output = Reply>,
        S: Fn(SequenceNumber, Body) -> F,
    {
        let mut any = false;
        while let Some(event) = self.session.poll_event(&mut self.input, now) {
            any = true;
            match event {
                Event::Pdu { command_status, id, body }
                    if body.is_response() && id != RequestKey::FOLLOWING.0 =>
                {
                    self.answers.push((id, outcome(command_status, body)));
                }
                Event::Pdu { id, body, .. } if body.command_id().response().is_some() => {
                    self.dispatched = true;
                    self.start(cx, turn, SequenceNumber(id), body, now);
                }
                Event::Expired { key } if key != RequestKey::FOLLOWING => {
                    self.answers.push((key.0, Err(RequestError::Expired)));
                }
                Event::Lost { key, sent } if key != RequestKey::FOLLOWING => {
                    let reason = self.session.close_reason().unwrap_or(CloseReason::DriverDropped);
                    self.answers.push((key.0, Err(RequestError::Closed { reason, sent })));
                }
                Event::WindowAvailable => {}
                Event::Bound(info) => {
                    self.span.record("system_id", info.system_id.as_str());
                    turn.dispatch.event(Event::Bound(info));
                }
                Event::Closed(reason) => {
                    self.closed = Some(reason);
                    turn.dispatch.event(event);
                }
                event @ (Event::Pdu { .. }
                | Event::UnbindReceived
                | Event::Expired { .. }
                | Event::Unmatched(_)
                | Event::Refused(_)
                | Event::NotSent(_)
                | Event::Lost { .. }
                | Event::Unanswered { .. }) => turn.dispatch.event(event),
            }
        }
        any
    }

    /// Polls the handler once inline; parks what is not ready, and what must not overtake.
    fn start<D, F, S>(
        &mut self,
        cx: &mut Context<'_>,
        turn: &mut Turn<'_, D, F, S>,
        sequence_number: SequenceNumber,
        body: Body,
        now: Instant,
    ) where
        D: Dispatch,
        F: Future<Output = Reply>,
        S: Fn(SequenceNumber, Body) -> F,
    {
        let mut future = Box::pin((turn.start)(sequence_number, body));
        match future.as_mut().poll(cx) {
            Poll::Ready(reply) if reply.unordered || turn.parked.is_empty() => {
                self.shared.pass_on_config(&mut self.session, now);
                respond(&mut self.session, turn.dispatch, sequence_number, reply, now);
            }
            Poll::Ready(reply) => turn.parked.push_ready(sequence_number, reply),
            Poll::Pending => turn.parked.push(sequence_number, future),
        }
    }

    fn fail(&mut self, kind: io::ErrorKind, now: Instant) {
        self.unflushed = false;
        self.session.handle_transport_error(kind, now);
    }

    /// True when the transport is shut or will not be in time.
    fn shut_down(&mut self, cx: &mut Context<'_>) -> bool {
        let now = clock();
        let limit = self.session.config().timers().unbind.unwrap_or(SHUTDOWN);
        let shut_by = *self.shut_by.get_or_insert_with(|| now + limit);
        Pin::new(&mut self.transport).poll_shutdown(cx).is_ready() || now >= shut_by
    }

    /// Gives memory back and waits to be woken. False if there is something to do after all.
    fn sleep<F: Future<Output = Reply>>(&mut self, cx: &mut Context<'_>, parked: &mut Parked<F>) -> bool {
        self.session.shrink();
        parked.shrink();
        if self.input.is_empty() {
            self.input = BytesMut::new();
        }
        if self.answers.capacity() > 0 {
            self.answers = Vec::new();
        }
        self.shared.park(cx.waker())
    }
}

/// What a turn needs besides the connection.
struct Turn<'a, D, F, S> {
    dispatch: &'a D,
    start: &'a S,
    parked: &'a mut Parked<F>,
}

fn respond<D: Dispatch>(
    session: &mut Session,
    dispatch: &D,
    sequence_number: SequenceNumber,
    reply: Reply,
    now: Instant,
) {
    let ticket = reply.ticket;
    match session.respond(sequence_number, reply, now) {
        Ok(()) => {}
        // The session ended while the handler was at it.
        Err(error @ RespondError::NotPending(_)) => tracing::debug!(%error, "a reply came too late"),
        Err(error @ (RespondError::WrongCommand { .. } | RespondError::Encode(_))) => {
            tracing::warn!(sequence_number = sequence_number.0, %error, "the reply was not sent as given");
        }
    }
    if let Some(ticket) = ticket.filter(|_| session.close_reason().is_none()) {
        dispatch.replied(ticket);
    }
}

fn outcome(command_status: CommandStatus, body: Body) -> Outcome {
    let nack = matches!(body, Body::GenericNack(GenericNack { .. }));
    if command_status == CommandStatus::ESME_ROK && !nack {
        Ok(Some(body))
    } else {
        Err(RequestError::Rejected { command_status, body: Box::new(body) })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the driver reads the clock, tokio's so that tests can pause it"
)]
pub(super) fn clock() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;
    use crate::driver::InboundRequests;

    /// What an idle session holds besides the two queues of its channel, here without one:
    /// the task's future, the boxed connection and the slab. Ring, queues and buffers are
    /// given back; what was counted takes some hundred octets more.
    #[test]
    fn an_idle_session_is_small() {
        let (dispatch, _requests) = InboundRequests::new(1);
        let size_of_run =
            size_of_future(|driver: Driver<TcpStream, crate::driver::InboundDispatch>| driver.run());
        drop(dispatch);

        let held = size_of_run + size_of::<Connection<TcpStream>>() + size_of::<Shared>();

        assert!(
            held <= 2_048,
            "{size_of_run} + {} + {}",
            size_of::<Connection<TcpStream>>(),
            size_of::<Shared>()
        );
    }

    fn size_of_future<A, F>(_: impl FnOnce(A) -> F) -> usize {
        size_of::<F>()
    }
}
