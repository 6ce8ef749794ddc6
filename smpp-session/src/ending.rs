//! How a session ends: unbind either way, closing, and handing everything over.

use std::time::Instant;

use smpp_pdu::{CommandStatus, SequenceNumber, Unbind, UnbindResp};

use crate::error::RequestError;
use crate::event::{CloseReason, Event, NotSent};
use crate::inbound::owner_key;
use crate::session::{Session, after};
use crate::state::SessionState;
use crate::timer::Timer;
use crate::window::{InFlight, Purpose};

/// How far a session has come towards its end.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    own: OwnUnbind,
    peer: PeerUnbind,
    /// Open requests are waited for no longer.
    drained: bool,
    /// The owner still holds requests it accepted before the unbind.
    pub(crate) backlog: bool,
    /// The peer sends nothing more; whole frames may still be in the input.
    pub(crate) end_of_stream: bool,
    /// What the session closes with once its unbind is answered.
    reason: Option<CloseReason>,
    pub(crate) closed: Option<CloseReason>,
    /// Our unanswered requests in order of sending, made when the session closes; last first.
    lost: Option<Vec<InFlight>>,
    told: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum OwnUnbind {
    #[default]
    No,
    /// Wanted; open requests are waited for.
    Draining,
    /// Sent; the answer is waited for.
    Sent,
    Answered,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum PeerUnbind {
    #[default]
    No,
    /// Received; what the peer asked before is answered first.
    Received(SequenceNumber),
    Answered,
}

impl Ending {
    /// Whether new requests of the owner's are refused. What it accepted before
    /// ([`backlog`](Self::backlog)) is let through while draining.
    pub(crate) fn refuses_requests(&self) -> bool {
        let draining = self.own == OwnUnbind::Draining && self.backlog;
        (self.own != OwnUnbind::No && !draining) || self.peer != PeerUnbind::No
    }

    pub(crate) fn peer_has_unbound(&self) -> bool {
        self.peer != PeerUnbind::No
    }

    /// Whether new requests of the peer's are refused.
    pub(crate) fn is_unbinding(&self) -> bool {
        self.own != OwnUnbind::No
    }
}

impl Session {
    /// Starts to drain; `reason` is what the session will close with.
    pub(crate) fn begin_unbind(&mut self, reason: CloseReason, now: Instant) {
        self.liveness.now = now;
        if self.ending.own != OwnUnbind::No || self.ending.closed.is_some() || self.ending.peer_has_unbound()
        {
            return;
        }
        if !self.state.is_bound() {
            self.end(CloseReason::Local, now);
            return;
        }
        self.ending.own = OwnUnbind::Draining;
        self.ending.reason = Some(reason);
        self.begin_draining(now);
        self.advance_ending(now);
    }

    pub(crate) fn unbind_received(&mut self, sequence_number: SequenceNumber, now: Instant) {
        self.ending.peer = PeerUnbind::Received(sequence_number);
        if self.ending.own == OwnUnbind::Draining {
            // Nothing to ask for any more: the peer's unbind does for both.
            self.ending.own = OwnUnbind::No;
        }
        self.begin_draining(now);
        self.advance_ending(now);
    }

    pub(crate) fn unbind_answered(&mut self, now: Instant) {
        self.ending.own = OwnUnbind::Answered;
        self.advance_ending(now);
    }

    pub(crate) fn drain_expired(&mut self, now: Instant) {
        self.ending.drained = true;
        self.advance_ending(now);
    }

    /// The unbind timer: no answer to ours, or ours in flight have none after the peer's.
    pub(crate) fn unbind_expired(&mut self, now: Instant) {
        let reason = match self.ending.own {
            OwnUnbind::Sent => CloseReason::TimerExpired(Timer::Unbind),
            OwnUnbind::No | OwnUnbind::Draining | OwnUnbind::Answered => CloseReason::PeerUnbound,
        };
        self.end(reason, now);
    }

    /// Takes the next step towards the end if nothing stands against it.
    pub(crate) fn advance_ending(&mut self, now: Instant) {
        if self.ending.closed.is_some() || (!self.ending.is_unbinding() && !self.ending.peer_has_unbound()) {
            return;
        }
        let asked = self.unanswered.is_empty() || self.ending.drained;
        let open = self.window.owned() > 0 || !self.following.is_empty() || self.ending.backlog;
        if self.ending.own == OwnUnbind::Draining && asked && (!open || self.ending.drained) {
            self.ending.own = OwnUnbind::Sent;
            self.timers.disarm(Timer::Drain);
            self.timers.set(Timer::Unbind, after(now, self.config.timers().unbind));
            // Without a free number the unbind timer ends the session all the same.
            let _number = self.send_own(Unbind::default().into(), Purpose::Unbind, now);
        }
        if let PeerUnbind::Received(number) = self.ending.peer
            && asked
        {
            self.ending.peer = PeerUnbind::Answered;
            self.timers.disarm(Timer::Drain);
            self.put_own(UnbindResp::default().into(), CommandStatus::ESME_ROK, number, now);
            if self.ending.own != OwnUnbind::Sent {
                self.state = SessionState::Unbound;
                self.timers.set(Timer::Unbind, after(now, self.config.timers().unbind));
            }
        }
        match (self.ending.own, self.ending.peer) {
            (OwnUnbind::Answered, _) => {
                self.end(self.ending.reason.unwrap_or(CloseReason::Unbound), now);
            }
            // Responses to what is in flight may still come.
            (OwnUnbind::No, PeerUnbind::Answered) if self.window.owned() == 0 => {
                self.end(CloseReason::PeerUnbound, now);
            }
            _ => {}
        }
    }

    pub(crate) fn end_of_stream(&mut self, now: Instant) {
        let reason = match (self.ending.own, self.ending.peer) {
            (OwnUnbind::Sent | OwnUnbind::Answered, _) => self.ending.reason.unwrap_or(CloseReason::Unbound),
            (OwnUnbind::No | OwnUnbind::Draining, PeerUnbind::No) => CloseReason::PeerClosed,
            (OwnUnbind::No | OwnUnbind::Draining, _) => CloseReason::PeerUnbound,
        };
        self.end(reason, now);
    }

    /// Closes; what was open is handed over by the events that follow.
    pub(crate) fn end(&mut self, reason: CloseReason, now: Instant) {
        self.liveness.now = now;
        if self.ending.closed.is_some() {
            return;
        }
        self.ending.closed = Some(reason);
        self.state = SessionState::Closed;
        self.binding = None;
        self.timers.disarm_all();
        // What is told to be unsent must not be sent afterwards.
        let written_to = self.output.written_to();
        let unsent = |request: &InFlight| owner_key(request).is_some() && request.starts_at >= written_to;
        if let Some(position) =
            self.window.iter().filter(|request| unsent(request)).map(|request| request.starts_at).min()
        {
            self.output.cut(position);
        }
        if !self.output.is_empty() {
            self.timers.set(Timer::Write, after(now, self.config.timers().unbind));
        }
        tracing::info!(role = self.role.as_str(), %reason, "closed");
    }

    /// The driver is dropped: nothing more can be written.
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "the driver's"))]
    pub(crate) fn abandon(&mut self, now: Instant) {
        self.end(CloseReason::DriverDropped, now);
        self.output.discard();
    }

    /// What was open when the session closed, one by one, then the end itself.
    pub(crate) fn hand_over(&mut self) -> Option<Event> {
        let reason = self.ending.closed?;
        let written_to = self.output.written_to();
        while let Some(request) = self.next_lost() {
            if let Some(key) = owner_key(&request) {
                return Some(Event::Lost { key, sent: request.starts_at < written_to });
            }
        }
        if let Some(body) = self.following.pop_front() {
            let error = RequestError::Closed { reason, sent: false };
            return Some(Event::NotSent(Box::new(NotSent { body, error })));
        }
        if let Some(request) = self.unanswered.pop_front() {
            let (sequence_number, command_id) = (request.sequence_number, request.command_id);
            return Some(Event::Unanswered { sequence_number, command_id });
        }
        if self.ending.told {
            return None;
        }
        self.ending.told = true;
        Some(Event::Closed(reason))
    }

    fn next_lost(&mut self) -> Option<InFlight> {
        let window = &mut self.window;
        let lost = self.ending.lost.get_or_insert_with(|| {
            let mut lost: Vec<_> = std::iter::from_fn(|| window.take_first()).collect();
            // Where a request stands in the stream is the order of sending.
            lost.sort_by_key(|request| std::cmp::Reverse(request.starts_at));
            lost
        });
        lost.pop()
    }

    /// The last octets did not leave in time.
    pub(crate) fn give_up_writing(&mut self) {
        self.output.discard();
    }
}
