//! The MTs sent and not yet acknowledged.

use std::collections::VecDeque;
use std::time::Instant;

use crate::link::event::Unsettled;
use crate::protocol::SmsId;

/// MTs in the order they were written. Bearerbox acknowledges in that order, so the one looked for is nearly always
/// the first.
#[derive(Debug)]
pub(super) struct Window<T> {
    in_flight: VecDeque<InFlight<T>>,
}

/// One MT in the window.
#[derive(Debug)]
pub(super) struct InFlight<T> {
    pub(super) message: Unsettled<T>,
    /// When it was handed to the link.
    pub(super) since: Instant,
    /// When it was put into the output.
    pub(super) sent: Instant,
    /// How many octets of the stream are before its end.
    pub(super) end: u64,
}

impl<T> Window<T> {
    pub(super) const fn new() -> Self {
        Self { in_flight: VecDeque::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.in_flight.is_empty()
    }

    pub(super) fn push(&mut self, message: InFlight<T>) {
        self.in_flight.push_back(message);
    }

    /// Takes the MT with this id out. Of two with the same id, the older one.
    pub(super) fn take(&mut self, id: SmsId) -> Option<InFlight<T>> {
        let at = self.in_flight.iter().position(|entry| entry.message.sms.id == id)?;
        self.in_flight.remove(at)
    }

    /// What the caller gave along with each MT, oldest first.
    pub(super) fn tags_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.in_flight.iter_mut().map(|entry| &mut entry.message.tag)
    }

    /// When the oldest MT was put into the output.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.in_flight.front().map(|entry| entry.sent)
    }

    /// Empties the window: first the MTs of which `transmitted` octets of the stream hold the end, then the others.
    pub(super) fn split(&mut self, transmitted: u64) -> (Vec<Unsettled<T>>, Vec<Unsettled<T>>) {
        let (written, unwritten): (Vec<_>, Vec<_>) =
            self.in_flight.drain(..).partition(|entry| entry.end <= transmitted);
        let messages = |entries: Vec<InFlight<T>>| entries.into_iter().map(|entry| entry.message).collect();
        (messages(written), messages(unwritten))
    }
}
