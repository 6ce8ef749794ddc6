//! What the timers do: probing, giving up, slowing down a flood.
//!
//! Any PDU of the peer is life. enquire_link goes out after as long a silence
//! as the setting says, and only where the peer is being read: silence that our
//! own back-pressure makes is no sign of death.

use std::time::{Duration, Instant};

use smpp_pdu::{EnquireLink, SequenceNumber};

use crate::event::CloseReason;
use crate::session::{Session, after};
use crate::state::SessionState;
use crate::timer::{Timer, TimerTable};
use crate::window::Purpose;

/// When what was last heard and done.
#[derive(Debug)]
pub(crate) struct Liveness {
    /// The latest time any input brought.
    pub(crate) now: Instant,
    last_received: Instant,
    /// Of either end; enquire_link is none.
    pub(crate) last_transaction: Instant,
    /// Responses are due at this instant: the next events expire them.
    pub(crate) responses_due: Option<Instant>,
    /// The position in the output that must be written when the write timer fires.
    pub(crate) write_mark: u64,
    probe: Option<SequenceNumber>,
    empty_talk: u32,
    empty_talk_since: Instant,
}

const SECOND: Duration = Duration::from_secs(1);

impl Liveness {
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            now,
            last_received: now,
            last_transaction: now,
            responses_due: None,
            write_mark: 0,
            probe: None,
            empty_talk: 0,
            empty_talk_since: now,
        }
    }
}

impl Session {
    /// A whole frame came.
    pub(crate) fn peer_is_alive(&mut self, now: Instant) {
        self.liveness.last_received = now;
        if self.timers.is_armed(Timer::EnquireLinkAnswer) {
            self.timers.disarm(Timer::EnquireLinkAnswer);
            self.timers.set(Timer::EnquireLink, after(now, self.config.timers().enquire_link));
        }
    }

    /// Starts to look for silence and inactivity.
    pub(crate) fn watch(&mut self, now: Instant) {
        let timers = *self.config.timers();
        if !self.timers.is_armed(Timer::EnquireLinkAnswer) {
            self.timers.set(Timer::EnquireLink, after(now, timers.enquire_link));
        }
        self.timers.set(Timer::Inactivity, after(now, timers.inactivity));
    }

    /// A PDU came that serves no transaction: too many in a second, and the
    /// peer is not read for the rest of it.
    pub(crate) fn empty_talk(&mut self, now: Instant) {
        if now.saturating_duration_since(self.liveness.empty_talk_since) >= SECOND {
            self.liveness.empty_talk_since = now;
            self.liveness.empty_talk = 0;
        }
        self.liveness.empty_talk += 1;
        if self.liveness.empty_talk >= self.config.limits().flood && !self.timers.is_armed(Timer::Flood) {
            self.counters.flood_pauses += 1;
            self.timers.set(Timer::Flood, after(self.liveness.empty_talk_since, Some(SECOND)));
            tracing::warn!(role = self.role.as_str(), "flooded by the peer, reading pauses");
        }
    }

    pub(crate) fn check_timers(&mut self, now: Instant) {
        self.liveness.now = now;
        for timer in TimerTable::ALL {
            if self.timers.take_expired(timer, now) {
                self.timer_expired(timer, now);
            }
        }
        if self.state != SessionState::Closed
            && self.window.next_deadline().is_some_and(|deadline| deadline <= now)
        {
            self.liveness.responses_due = Some(now);
        }
    }

    fn timer_expired(&mut self, timer: Timer, now: Instant) {
        match timer {
            Timer::EnquireLink => self.probe_if_silent(now),
            Timer::EnquireLinkAnswer if !self.wants_input() => {
                self.timers.set(timer, after(now, self.config.timers().enquire_link_answer));
            }
            Timer::Inactivity => self.leave_if_inactive(now),
            Timer::Drain => self.drain_expired(now),
            Timer::Unbind => self.unbind_expired(now),
            Timer::Write => self.write_is_late(now),
            // Reading goes on by itself: the timer was all that stopped it.
            Timer::Flood => self.liveness.empty_talk = 0,
            // The window's; it has no place in the table.
            Timer::Response => {}
            Timer::SessionInit | Timer::EnquireLinkAnswer | Timer::Frame => {
                self.end(CloseReason::TimerExpired(timer), now);
            }
        }
    }

    fn probe_if_silent(&mut self, now: Instant) {
        let interval = self.config.timers().enquire_link;
        let due = after(self.liveness.last_received, interval);
        if due.is_some_and(|due| due > now) {
            self.timers.set(Timer::EnquireLink, due);
            return;
        }
        if !self.wants_input() || !self.state.is_bound() {
            self.timers.set(Timer::EnquireLink, after(now, interval));
            return;
        }
        // A probe that other traffic made superfluous, and that was never answered.
        if let Some(number) = self.liveness.probe.take()
            && self.window.find(number).is_some_and(|request| request.purpose == Purpose::EnquireLink)
        {
            self.window.remove(number);
        }
        self.liveness.probe = self.send_own(EnquireLink::default().into(), Purpose::EnquireLink, now);
        match after(now, self.config.timers().enquire_link_answer) {
            Some(limit) => self.timers.set(Timer::EnquireLinkAnswer, Some(limit)),
            None => self.timers.set(Timer::EnquireLink, after(now, interval)),
        }
    }

    fn leave_if_inactive(&mut self, now: Instant) {
        let due = after(self.liveness.last_transaction, self.config.timers().inactivity);
        if due.is_some_and(|due| due > now) {
            self.timers.set(Timer::Inactivity, due);
        } else {
            self.begin_unbind(CloseReason::TimerExpired(Timer::Inactivity), now);
        }
    }

    /// What was waiting when the timer was armed must be gone by now; one octet
    /// a second is not enough.
    fn write_is_late(&mut self, now: Instant) {
        if self.state == SessionState::Closed {
            self.give_up_writing();
        } else if self.output.written_to() < self.liveness.write_mark {
            self.end(CloseReason::TimerExpired(Timer::Write), now);
            self.give_up_writing();
            self.timers.disarm_all();
        } else if !self.output.is_empty() {
            self.liveness.write_mark = self.output.end();
            self.timers.set(Timer::Write, after(now, self.config.timers().write));
        }
    }

    /// Open requests are waited for, but not for ever.
    pub(crate) fn begin_draining(&mut self, now: Instant) {
        match after(now, self.config.timers().drain) {
            Some(limit) => self.timers.set(Timer::Drain, Some(limit)),
            None => self.drain_expired(now),
        }
    }
}
