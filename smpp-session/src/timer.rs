//! The deadlines a session keeps.
//!
//! A table of instants, no clock: the session arms and checks them with the
//! time it is given. Timers that are moved by traffic (enquire_link,
//! inactivity) are not re-armed for each PDU: when one fires, the session asks
//! whether there was life meanwhile and moves it then.

use std::time::Instant;

/// What a session waits for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Timer {
    /// From the start of the session to a successful bind (session_init_timer,
    /// SMPP v5.0 section 2.7).
    SessionInit,
    /// From the last octet of the peer to our enquire_link (enquire_link_timer).
    EnquireLink,
    /// From our enquire_link to any PDU of the peer.
    EnquireLinkAnswer,
    /// From the last transaction to the end of the session (inactivity_timer).
    Inactivity,
    /// From one of our requests to its response (response_timer).
    Response,
    /// From our wish to unbind to the unbind itself, while requests are answered.
    Drain,
    /// From our unbind to its answer.
    Unbind,
    /// For the octets that wait to be written to leave.
    Write,
    /// From the first octet of a frame to its last.
    Frame,
    /// Until a peer that flooded us with empty talk is read again.
    Flood,
}

/// How many timers [`TimerTable`] holds; [`Timer::Response`] lives in the window.
const COUNT: usize = 9;

/// One optional deadline for each timer but [`Timer::Response`].
#[derive(Debug, Default)]
pub(crate) struct TimerTable {
    deadlines: [Option<Instant>; COUNT],
}

impl TimerTable {
    pub(crate) const ALL: [Timer; COUNT] = [
        Timer::SessionInit,
        Timer::EnquireLink,
        Timer::EnquireLinkAnswer,
        Timer::Inactivity,
        Timer::Drain,
        Timer::Unbind,
        Timer::Write,
        Timer::Frame,
        Timer::Flood,
    ];

    /// Sets the deadline; `None` disarms.
    pub(crate) fn set(&mut self, timer: Timer, deadline: Option<Instant>) {
        if let Some(slot) = self.deadlines.get_mut(index(timer)) {
            *slot = deadline;
        }
    }

    pub(crate) fn disarm(&mut self, timer: Timer) {
        self.set(timer, None);
    }

    pub(crate) fn disarm_all(&mut self) {
        self.deadlines = [None; COUNT];
    }

    pub(crate) fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.deadlines.get(index(timer)).copied().flatten()
    }

    pub(crate) fn is_armed(&self, timer: Timer) -> bool {
        self.deadline(timer).is_some()
    }

    /// Disarms the timer and returns true if its deadline has come.
    pub(crate) fn take_expired(&mut self, timer: Timer, now: Instant) -> bool {
        let expired = self.deadline(timer).is_some_and(|deadline| deadline <= now);
        if expired {
            self.disarm(timer);
        }
        expired
    }

    /// Returns the earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.deadlines.iter().flatten().min().copied()
    }
}

const fn index(timer: Timer) -> usize {
    match timer {
        Timer::SessionInit => 0,
        Timer::EnquireLink => 1,
        Timer::EnquireLinkAnswer => 2,
        Timer::Inactivity => 3,
        Timer::Drain => 4,
        Timer::Unbind => 5,
        Timer::Write => 6,
        Timer::Frame => 7,
        Timer::Flood => 8,
        // Lives in the window; no slot here.
        Timer::Response => COUNT,
    }
}
