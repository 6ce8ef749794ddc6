//! The session: its state, its public methods, and nothing else.
//!
//! What a received PDU does is in `inbound`, what is sent in `outbound`, how a
//! session ends in `ending`, what its timers do in `liveness`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smpp_pdu::{Body, CodecOptions, InterfaceVersion, Request, SequenceNumber};

use crate::bind::{BindInfo, Binding};
use crate::config::SessionConfig;
use crate::counters::{Counters, Statistics};
use crate::ending::Ending;
use crate::error::{RequestError, RespondError};
use crate::event::{CloseReason, Event, RequestKey};
use crate::inbound::PeerRequest;
use crate::liveness::Liveness;
use crate::outbound::Output;
use crate::reply::Reply;
use crate::role::Role;
use crate::sequence::{SequenceCounter, SequenceSource};
use crate::state::SessionState;
use crate::timer::{Timer, TimerTable};
use crate::trace::Trace;
use crate::window::Window;

/// One SMPP session, either end. No sockets, no clock, no tasks, no locks.
///
/// Octets come in through [`poll_event`](Self::poll_event) and leave through
/// [`transmit`](Self::transmit); time is the last argument of whatever needs
/// it. After each input of any kind (octets, a command, a timer, the end of the
/// stream) call `poll_event` until it returns `None`, write what `transmit`
/// shows, and wait until [`poll_timeout`](Self::poll_timeout) at most. The
/// crate's first page shows the loop.
///
/// Made by the session itself, without the owner: enquire_link and its
/// response, unbind_resp, generic_nack, and the refusal of whatever the
/// [operation matrix](crate::operation_matrix) forbids.
#[derive(Debug)]
pub struct Session {
    pub(crate) role: Role,
    pub(crate) state: SessionState,
    pub(crate) config: Arc<SessionConfig>,
    pub(crate) id: u64,
    pub(crate) started: Instant,
    pub(crate) codec: CodecOptions,
    pub(crate) output: Output,
    pub(crate) window: Window,
    pub(crate) sequence: Box<dyn SequenceSource>,
    /// The window was full when the owner wanted to send; it is told when there is room.
    pub(crate) window_missed: bool,
    /// The peer's requests that the owner has not answered, in order of arrival.
    pub(crate) unanswered: VecDeque<PeerRequest>,
    /// What is to follow replies and waits for the window.
    pub(crate) following: VecDeque<Body>,
    /// What commands and the end of the session have left for the owner.
    pub(crate) events: VecDeque<Event>,
    pub(crate) timers: TimerTable,
    pub(crate) liveness: Liveness,
    pub(crate) binding: Option<Box<Binding>>,
    pub(crate) bound: Option<Arc<BindInfo>>,
    pub(crate) ending: Ending,
    pub(crate) counters: Counters,
    pub(crate) trace: Option<Box<dyn Trace>>,
}

impl Session {
    /// Starts a session over a line that has just come up; session_init_timer runs from now.
    #[must_use]
    pub fn new(role: Role, config: Arc<SessionConfig>, now: Instant) -> Self {
        let mut timers = TimerTable::default();
        timers.set(Timer::SessionInit, after(now, config.timers().session_init));
        let codec = codec(&config, config.own_interface_version());
        Self {
            role,
            state: SessionState::Open,
            id: 0,
            started: now,
            codec,
            output: Output::default(),
            window: Window::new(config.limits().send_window),
            sequence: Box::new(SequenceCounter::default()),
            window_missed: false,
            unanswered: VecDeque::new(),
            following: VecDeque::new(),
            events: VecDeque::new(),
            timers,
            liveness: Liveness::new(now),
            binding: None,
            bound: None,
            ending: Ending::default(),
            counters: Counters::default(),
            trace: None,
            config,
        }
    }

    /// Gives the session a number of the owner's, shown in its statistics.
    #[must_use]
    pub fn with_id(mut self, id: u64) -> Self {
        self.id = id;
        self
    }

    /// Takes sequence_numbers from another source than a counter from 1.
    #[must_use]
    pub fn with_sequence(mut self, source: impl SequenceSource + 'static) -> Self {
        self.sequence = Box::new(source);
        self
    }

    /// Shows every PDU, both ways, to `trace`.
    #[must_use]
    pub fn with_trace(mut self, trace: impl Trace + 'static) -> Self {
        self.trace = Some(Box::new(trace));
        self
    }

    /// Returns what timers, commands and the end of the stream left first, then
    /// what the next whole frames of `input` make of it.
    ///
    /// Whole frames are taken from the front of `input`; a partial one stays.
    /// `None`: nothing left, no whole frame, or
    /// [`wants_input`](Self::wants_input) is false and frames may remain. Call
    /// it after every input of any kind, until it returns `None`.
    pub fn poll_event(&mut self, input: &mut BytesMut, now: Instant) -> Option<Event> {
        self.next_event(input, now)
    }

    /// Returns the octets to be written.
    #[must_use]
    pub fn transmit(&self) -> &[u8] {
        self.output.pending()
    }

    /// Takes note that the first `octets` of [`transmit`](Self::transmit) were written.
    pub fn transmitted(&mut self, octets: usize) {
        self.output.written(octets);
        if self.output.is_empty() {
            self.timers.disarm(Timer::Write);
        }
    }

    /// Tells whether the peer should be read.
    ///
    /// False with as many unanswered requests as the inbound limit allows (if
    /// the policy is to stop reading), with more unsent octets than the output
    /// limit, during a flood pause, and when closed.
    #[must_use]
    pub fn wants_input(&self) -> bool {
        self.state != SessionState::Closed
            && self.output.len() <= self.config.limits().output
            && !self.timers.is_armed(Timer::Flood)
            && !self.is_inbound_full()
    }

    /// Sends a request of the owner's, a bind included, and numbers it.
    ///
    /// It is encoded from the reference, so a refused request is still the
    /// caller's. `key` comes back with the response
    /// ([`Event::Pdu`]), with [`Event::Expired`] or with [`Event::Lost`]:
    /// exactly one of them, exactly once.
    ///
    /// # Errors
    ///
    /// Every [`RequestError`] that says nothing was sent.
    pub fn request<R: Request>(
        &mut self,
        request: &R,
        key: RequestKey,
        now: Instant,
    ) -> Result<SequenceNumber, RequestError> {
        self.request_within(request, key, self.config.timers().response, now)
    }

    /// Sends a request with a response limit of its own; `None` waits for ever.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn request_within<R: Request>(
        &mut self,
        request: &R,
        key: RequestKey,
        response_timeout: Option<Duration>,
        now: Instant,
    ) -> Result<SequenceNumber, RequestError> {
        self.send_request(R::COMMAND_ID, key, response_timeout, now, |number, dst, codec| {
            request.encode_pdu(number, dst, codec)
        })
    }

    /// Sends what has no response: outbind or alert_notification.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotPermitted`] for any other operation, and as [`request`](Self::request).
    pub fn notify(&mut self, body: impl Into<Body>, now: Instant) -> Result<(), RequestError> {
        self.send_notification(body.into(), now).map_err(|not_sent| not_sent.error)
    }

    /// Answers the peer's request with this number, the oldest if it bears more than one.
    ///
    /// A bind response with ESME_ROK binds the session; sc_interface_version
    /// is added for peers of v3.4 and later. What is to follow the reply
    /// ([`Reply::then`]) is sent right behind it, or waits for the window.
    ///
    /// # Errors
    ///
    /// [`RespondError`]; if the reply itself is at fault the peer is answered ESME_RSYSERR.
    pub fn respond(
        &mut self,
        sequence_number: SequenceNumber,
        reply: Reply,
        now: Instant,
    ) -> Result<(), RespondError> {
        self.send_reply(sequence_number, reply, now)
    }

    /// Begins to leave: no new requests, open ones are waited for up to
    /// drain_timeout, then unbind is sent and its answer waited for.
    ///
    /// A session that is not bound closes at once.
    pub fn unbind(&mut self, now: Instant) {
        self.begin_unbind(CloseReason::Unbound, now);
    }

    /// Changes the settings while the session runs: an account's own limits,
    /// known once its bind is. Timers that run keep their deadlines, but for
    /// enquire_link and inactivity, which start again.
    pub fn configure(&mut self, config: Arc<SessionConfig>, now: Instant) {
        self.codec = codec(&config, self.codec.peer_version());
        self.window.set_limit(config.limits().send_window);
        self.config = config;
        if self.state.is_bound() {
            self.watch(now);
        }
    }

    /// Tells the session whether the owner still holds requests it accepted
    /// before an unbind: they are let through, and waited for up to drain_timeout.
    pub fn set_backlog(&mut self, backlog: bool, now: Instant) {
        self.ending.backlog = backlog;
        if !backlog {
            self.advance_ending(now);
        }
    }

    /// Closes without unbinding. What waits to be written may still be written.
    pub fn close(&mut self, now: Instant) {
        self.end(CloseReason::Local, now);
    }

    /// Looks at all deadlines; call it at [`poll_timeout`](Self::poll_timeout) or later.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.check_timers(now);
    }

    /// Takes note that the peer will send nothing more. Whole frames that are
    /// still in the input are worked on first.
    pub fn handle_eof(&mut self, now: Instant) {
        self.liveness.now = now;
        self.ending.end_of_stream = true;
    }

    /// Takes note that the transport failed: nothing can be read or written any more.
    pub fn handle_transport_error(&mut self, kind: std::io::ErrorKind, now: Instant) {
        self.end(CloseReason::Transport(kind), now);
        self.output.discard();
        self.timers.disarm_all();
    }

    /// Returns when [`handle_timeout`](Self::handle_timeout) is due. It may be
    /// due early: a timer that traffic has moved is moved when it fires.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match (self.timers.next(), self.window.next_deadline()) {
            (Some(timer), Some(response)) if self.state != SessionState::Closed => Some(timer.min(response)),
            (None, Some(response)) if self.state != SessionState::Closed => Some(response),
            (timer, _) => timer,
        }
    }

    /// Gives back buffers while nothing is held in them; for going to sleep.
    pub fn shrink(&mut self) {
        self.output.shrink();
        self.window.shrink();
        give_back(&mut self.unanswered);
        give_back(&mut self.following);
        give_back(&mut self.events);
    }

    /// Returns the owner's number; 0 if it gave none.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns which end this is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns where the session stands.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// Returns why the session ended; `None` while it lives.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.ending.closed
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &Arc<SessionConfig> {
        &self.config
    }

    /// Returns what the bind agreed on; `None` before.
    #[must_use]
    pub fn bind_info(&self) -> Option<&Arc<BindInfo>> {
        self.bound.as_ref()
    }

    /// Tells whether a bind was sent or received and is not answered yet.
    #[must_use]
    pub fn is_binding(&self) -> bool {
        self.binding.is_some()
    }

    /// Returns how many of our requests are in flight.
    #[must_use]
    pub fn window_in_use(&self) -> usize {
        self.window.owned()
    }

    /// Returns how many more requests the window takes.
    #[must_use]
    pub fn window_available(&self) -> usize {
        self.window.available()
    }

    /// Tells whether a request would be taken and could leave soon: the window
    /// has room and the octets that wait are under the output limit.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.window.available() > 0
            && self.following.is_empty()
            && self.output.len() <= self.config.limits().output
    }

    /// Returns how many of the peer's requests wait for their answer.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// Returns what passed so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Returns the session as it is at this moment.
    #[must_use]
    pub fn statistics(&self, now: Instant) -> Statistics {
        Statistics {
            session_id: self.id,
            role: self.role,
            bind_mode: self.bound.as_ref().map(|info| info.mode),
            state: self.state,
            started: self.started,
            uptime: now.saturating_duration_since(self.started),
            send_window_used: self.window.owned(),
            send_window: self.window.limit(),
            receive_window_used: self.unanswered.len(),
            receive_window: self.config.limits().inbound,
            queued: self.following.len(),
            counters: self.counters.clone(),
        }
    }
}

fn codec(config: &SessionConfig, peer_version: InterfaceVersion) -> CodecOptions {
    config
        .codec_options()
        .clone()
        .with_peer_version(peer_version)
        .with_max_command_length(config.limits().command_length)
}

/// The instant a limit runs out; `None` if it is off or beyond what the clock can name.
pub(crate) fn after(now: Instant, limit: Option<Duration>) -> Option<Instant> {
    now.checked_add(limit?)
}

fn give_back<T>(queue: &mut VecDeque<T>) {
    if queue.is_empty() && queue.capacity() > 0 {
        *queue = VecDeque::new();
    }
}
