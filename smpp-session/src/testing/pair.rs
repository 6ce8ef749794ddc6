//! Two sessions joined by a line, on a virtual clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smpp_pdu::{BindTransceiver, Body, CommandStatus, Pdu, SequenceNumber};

use crate::config::SessionConfig;
use crate::error::RespondError;
use crate::event::{Event, RequestKey};
use crate::reply::Reply;
use crate::role::Role;
use crate::session::Session;
use crate::state::SessionState;
use crate::trace::{Direction, Trace};

/// An ESME and an MC on one line, and the time both live in.
///
/// Nothing moves by itself: [`settle`](Self::settle) moves octets and events
/// until nothing is left to move, [`advance`](Self::advance) lets time pass and
/// does so at each moment at which something is due.
///
/// ```
/// use std::time::Duration;
/// use smpp_session::testing::Pair;
/// use smpp_session::{CloseReason, SessionConfig, Timer};
///
/// let mut pair = Pair::new(SessionConfig::default(), SessionConfig::default());
/// pair.advance(Duration::from_secs(30));
/// let reason = CloseReason::TimerExpired(Timer::SessionInit);
/// assert_eq!(pair.mc.session.close_reason(), Some(reason));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Pair {
    /// The end that binds.
    pub esme: End,
    /// The end that is bound to.
    pub mc: End,
    now: Instant,
    latency: Duration,
    /// How many octets arrive at once.
    chunk: usize,
    /// Octets vanish; neither end is told.
    silent: bool,
}

/// One end of a [`Pair`].
#[derive(Debug)]
#[non_exhaustive]
pub struct End {
    /// The session; commands may be given to it directly.
    pub session: Session,
    /// What it has told, oldest first, until taken.
    pub events: VecDeque<Event>,
    /// Octets are not taken from the session: its peer does not read.
    pub stalled: bool,
    /// Read and not parsed yet.
    input: BytesMut,
    /// On the line towards this end, with the time of their arrival.
    arriving: VecDeque<(Instant, Vec<u8>)>,
    /// The other end has closed; told once everything has arrived.
    end_of_stream: bool,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

/// A frame as the trace hook saw it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Recorded {
    /// Which way it went.
    pub direction: Direction,
    /// The whole frame.
    pub frame: Vec<u8>,
}

impl Pair {
    /// Joins two new sessions by a line without latency.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a virtual clock has to begin at some instant")]
    pub fn new(esme: SessionConfig, mc: SessionConfig) -> Self {
        let now = Instant::now();
        Self {
            esme: End::new(Role::Esme, esme, now),
            mc: End::new(Role::Mc, mc, now),
            now,
            latency: Duration::ZERO,
            chunk: usize::MAX,
            silent: false,
        }
    }

    /// Joins two new sessions and binds them as a transceiver.
    #[must_use]
    pub fn bound(esme: SessionConfig, mc: SessionConfig) -> Self {
        let mut pair = Self::new(esme, mc);
        pair.bind();
        pair.esme.events.clear();
        pair.mc.events.clear();
        pair
    }

    /// Sets how long octets are under way.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sets how many octets arrive at once, at least one.
    #[must_use]
    pub fn chunk(mut self, octets: usize) -> Self {
        self.chunk = octets.max(1);
        self
    }

    /// Returns the virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Sends a bind_transceiver of v5.0 and accepts it; false if either end refuses.
    pub fn bind(&mut self) -> bool {
        let bind = BindTransceiver {
            interface_version: smpp_pdu::InterfaceVersion::V5_0,
            ..BindTransceiver::default()
        };
        let asked = self.esme.session.request(&bind, RequestKey(0), self.now);
        self.settle();
        if let Some((number, _)) = self.mc.next_request() {
            let _answered = self.mc.session.respond(number, Reply::from(CommandStatus::ESME_ROK), self.now);
        }
        self.settle();
        asked.is_ok() && self.esme.session.state().is_bound() && self.mc.session.state().is_bound()
    }

    /// Moves octets and events until nothing moves any more; no time passes.
    pub fn settle(&mut self) {
        while self.step() {}
    }

    /// Lets time pass, stopping at each moment at which something is due.
    pub fn advance(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.settle();
        while let Some(moment) = self.next_moment().filter(|moment| *moment <= end) {
            self.now = self.now.max(moment);
            self.esme.check_timer(self.now);
            self.mc.check_timer(self.now);
            self.settle();
        }
        self.now = end;
    }

    /// Closes the line: each end sees the end of the stream behind what is under way.
    pub fn cut(&mut self) {
        self.settle();
        self.esme.end_of_stream = true;
        self.mc.end_of_stream = true;
        self.settle();
    }

    /// The line goes dead: octets vanish, and neither end is told.
    pub fn lose(&mut self) {
        self.silent = true;
        self.esme.arriving.clear();
        self.mc.arriving.clear();
    }

    /// Answers every request that the end was told of, ESME_ROK with default fields.
    ///
    /// # Errors
    ///
    /// [`RespondError`] of the first answer that is refused.
    pub fn accept_all(&mut self, role: Role) -> Result<usize, RespondError> {
        let now = self.now;
        let end = self.end(role);
        let mut answered = 0;
        while let Some((number, _)) = end.next_request() {
            end.session.respond(number, Reply::from(CommandStatus::ESME_ROK), now)?;
            answered += 1;
        }
        self.settle();
        Ok(answered)
    }

    /// Returns one of the ends.
    pub fn end(&mut self, role: Role) -> &mut End {
        match role {
            Role::Esme => &mut self.esme,
            Role::Mc => &mut self.mc,
        }
    }

    fn step(&mut self) -> bool {
        let (now, arrival) = (self.now, self.now + self.latency);
        let lost = self.silent;
        let mut moved = self.esme.tell(now) | self.mc.tell(now);
        let (esme, mc) = (&mut self.esme, &mut self.mc);
        moved |= carry(esme, mc, arrival, lost) | carry(mc, esme, arrival, lost);
        moved |= esme.arrive(now, self.chunk) | mc.arrive(now, self.chunk);
        moved
    }

    fn next_moment(&self) -> Option<Instant> {
        let ends = [&self.esme, &self.mc];
        let timers = ends.iter().filter_map(|end| end.session.poll_timeout());
        // What has arrived and is not read waits for the session, not for the clock.
        let arrivals = ends
            .iter()
            .filter_map(|end| end.arriving.front().map(|(moment, _)| *moment))
            .filter(|moment| *moment > self.now);
        timers.chain(arrivals).min()
    }
}

impl End {
    fn new(role: Role, config: SessionConfig, now: Instant) -> Self {
        let recorded = Arc::default();
        let recorder = Recorder { recorded: Arc::clone(&recorded) };
        Self {
            session: Session::new(role, Arc::new(config), now).with_trace(recorder),
            events: VecDeque::new(),
            stalled: false,
            input: BytesMut::new(),
            arriving: VecDeque::new(),
            end_of_stream: false,
            recorded,
        }
    }

    /// Takes the next request or notification of the peer's; what was told before it is dropped.
    pub fn next_request(&mut self) -> Option<(SequenceNumber, Body)> {
        while let Some(event) = self.events.pop_front() {
            if let Event::Pdu { id, body, .. } = event
                && body.is_request()
            {
                return Some((SequenceNumber(id), body));
            }
        }
        None
    }

    /// Takes the next response to a request of this end's; what was told before it is dropped.
    pub fn next_response(&mut self) -> Option<(RequestKey, CommandStatus, Body)> {
        while let Some(event) = self.events.pop_front() {
            if let Event::Pdu { id, command_status, body } = event
                && body.is_response()
            {
                return Some((RequestKey(id), command_status, body));
            }
        }
        None
    }

    /// Puts octets on the line towards this end, as if its peer had sent them.
    pub fn receive(&mut self, octets: &[u8], now: Instant) {
        self.arriving.push_back((now, octets.to_vec()));
    }

    /// Returns every frame that the trace hook saw so far, both ways, automatic ones included.
    #[must_use]
    pub fn trace(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the PDUs this end has sent so far; what cannot be read is left out.
    #[must_use]
    pub fn sent(&self) -> Vec<Pdu> {
        self.trace()
            .iter()
            .filter(|recorded| recorded.direction == Direction::Sent)
            .filter_map(|recorded| Pdu::decode(&recorded.frame).ok())
            .collect()
    }

    /// Takes what the session has to tell.
    fn tell(&mut self, now: Instant) -> bool {
        let before = self.input.len();
        let mut moved = false;
        while let Some(event) = self.session.poll_event(&mut self.input, now) {
            self.events.push_back(event);
            moved = true;
        }
        moved || self.input.len() != before
    }

    fn arrive(&mut self, now: Instant, chunk: usize) -> bool {
        if self.session.state() == SessionState::Closed {
            self.arriving.clear();
        }
        let due = self.arriving.front().is_some_and(|(moment, _)| *moment <= now);
        if due && self.session.wants_input() {
            if let Some((_, octets)) = self.arriving.front_mut() {
                let rest = octets.split_off(chunk.min(octets.len()));
                self.input.extend_from_slice(octets);
                *octets = rest;
            }
            if self.arriving.front().is_some_and(|(_, octets)| octets.is_empty()) {
                self.arriving.pop_front();
            }
            return true;
        }
        if self.end_of_stream && self.arriving.is_empty() {
            self.end_of_stream = false;
            self.session.handle_eof(now);
            return true;
        }
        false
    }

    fn check_timer(&mut self, now: Instant) {
        if self.session.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.session.handle_timeout(now);
        }
    }
}

/// Puts what one end wants to write on the line to the other.
fn carry(from: &mut End, to: &mut End, arrival: Instant, lost: bool) -> bool {
    let octets = from.session.transmit().to_vec();
    if octets.is_empty() || from.stalled {
        return false;
    }
    from.session.transmitted(octets.len());
    if !lost {
        to.arriving.push_back((arrival, octets));
    }
    true
}

#[derive(Debug)]
struct Recorder {
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

impl Trace for Recorder {
    fn frame(&mut self, direction: Direction, frame: &[u8]) {
        let recorded = Recorded { direction, frame: frame.to_vec() };
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(recorded);
    }
}
