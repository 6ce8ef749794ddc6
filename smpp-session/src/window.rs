//! Our requests in flight.
//!
//! A ring addressed by sequence_number modulo its size, so that a response
//! finds its request with one look and memory stays fixed even if one request
//! stays unanswered while millions pass. A number whose place is still taken is
//! skipped. A list threaded through the places keeps them by deadline; with one
//! response_timer for all that is the order of sending.
//!
//! The ring is allocated with the first request, grows with what is really in
//! flight and is given back by [`Window::shrink`].

use std::collections::VecDeque;
use std::time::Instant;

use smpp_pdu::{CommandId, SequenceNumber};

use crate::sequence::SequenceSource;

/// Why a request is in flight: only the owner's count against the window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// The owner's, with its key.
    Owner(u32),
    /// A bind, which also bears the owner's key; outside the window.
    Bind(u32),
    /// The session's own enquire_link.
    EnquireLink,
    /// The session's own unbind.
    Unbind,
}

/// One request that the peer has not answered yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InFlight {
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) command_id: CommandId,
    pub(crate) purpose: Purpose,
    pub(crate) sent_at: Instant,
    pub(crate) deadline: Option<Instant>,
    /// The position of its first octet in the output stream.
    pub(crate) starts_at: u64,
}

/// A request whose response_timer ran out, remembered for its late response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Late {
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) command_id: CommandId,
    pub(crate) key: u32,
}

/// The requests in flight.
#[derive(Debug)]
pub(crate) struct Window {
    /// A power of two, or empty.
    places: Vec<Option<Place>>,
    first: u32,
    last: u32,
    held: usize,
    /// How many of those held are the owner's.
    owned: usize,
    limit: usize,
    late: VecDeque<Late>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    request: InFlight,
    before: u32,
    after: u32,
}

/// No place: the end of the threaded list.
const NONE: u32 = u32::MAX;
const FIRST_SIZE: usize = 8;
/// How many expired requests are remembered for their late responses: a window
/// of them, within these bounds.
const LATE_MIN: usize = 64;
const LATE_MAX: usize = 4_096;
/// How many candidates a sequence source may offer in vain.
const ATTEMPTS: usize = 4_096;

impl Window {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { places: Vec::new(), first: NONE, last: NONE, held: 0, owned: 0, limit, late: VecDeque::new() }
    }

    /// How many more of the owner's requests fit.
    pub(crate) const fn available(&self) -> usize {
        self.limit.saturating_sub(self.owned)
    }

    /// Sets how many of the owner's requests fit; those in flight stay.
    pub(crate) const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// How many of the owner's requests are in flight.
    pub(crate) const fn owned(&self) -> usize {
        self.owned
    }

    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// Draws the next number that is in range and whose place is free.
    /// `None` if the source keeps offering numbers that cannot be used.
    pub(crate) fn next_number(&mut self, source: &mut dyn SequenceSource) -> Option<SequenceNumber> {
        self.grow_if_half_full();
        for _ in 0..ATTEMPTS {
            let number = source.next_number();
            if number.is_regular() && self.place(self.position(number)).is_none() {
                return Some(number);
            }
        }
        None
    }

    /// Takes a request in; its number must come from [`next_number`](Self::next_number).
    pub(crate) fn insert(&mut self, request: InFlight) {
        let position = self.position(request.sequence_number);
        let mut before = self.last;
        while let Some(place) = self.place(before) {
            if due_first(place.request.deadline, request.deadline) {
                break;
            }
            before = place.before;
        }
        let after = match self.place(before) {
            Some(place) => place.after,
            None => self.first,
        };
        match self.place_mut(before) {
            Some(place) => place.after = position,
            None => self.first = position,
        }
        match self.place_mut(after) {
            Some(place) => place.before = position,
            None => self.last = position,
        }
        if let Some(slot) = self.places.get_mut(position as usize) {
            *slot = Some(Place { request, before, after });
            self.held += 1;
            self.owned += usize::from(matches!(request.purpose, Purpose::Owner(_)));
        }
    }

    /// Looks at the request with this number.
    pub(crate) fn find(&self, number: SequenceNumber) -> Option<&InFlight> {
        self.place(self.position(number))
            .map(|place| &place.request)
            .filter(|request| request.sequence_number == number)
    }

    /// Takes the request with this number out.
    pub(crate) fn remove(&mut self, number: SequenceNumber) -> Option<InFlight> {
        self.find(number)?;
        self.take(self.position(number))
    }

    /// The earliest deadline of all.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.place(self.first).and_then(|place| place.request.deadline)
    }

    /// Takes out one request whose deadline has come; the owner's is remembered as late.
    pub(crate) fn take_expired(&mut self, now: Instant) -> Option<InFlight> {
        let expired = self.next_deadline().is_some_and(|deadline| deadline <= now);
        if !expired {
            return None;
        }
        let request = self.take(self.first)?;
        if let Purpose::Owner(key) | Purpose::Bind(key) = request.purpose {
            if self.late.len() >= self.limit.clamp(LATE_MIN, LATE_MAX) {
                self.late.pop_front();
            }
            let InFlight { sequence_number, command_id, .. } = request;
            self.late.push_back(Late { sequence_number, command_id, key });
        }
        Some(request)
    }

    /// Takes out whatever is first; for handing everything over at the end.
    pub(crate) fn take_first(&mut self) -> Option<InFlight> {
        self.take(self.first)
    }

    /// Forgets and returns the expired request that a late response names.
    pub(crate) fn take_late(&mut self, number: SequenceNumber) -> Option<Late> {
        let index = self.late.iter().position(|late| late.sequence_number == number)?;
        self.late.remove(index)
    }

    /// All of them, in order of their deadlines.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &InFlight> {
        let mut position = self.first;
        std::iter::from_fn(move || {
            let place = self.place(position)?;
            position = place.after;
            Some(&place.request)
        })
    }

    /// Gives the ring back while nothing is in flight.
    pub(crate) fn shrink(&mut self) {
        if self.held == 0 && self.places.capacity() > FIRST_SIZE {
            self.places = Vec::new();
        }
        if self.late.is_empty() && self.late.capacity() > 0 {
            self.late = VecDeque::new();
        }
    }

    fn take(&mut self, position: u32) -> Option<InFlight> {
        let place = self.places.get_mut(position as usize)?.take()?;
        match self.place_mut(place.before) {
            Some(before) => before.after = place.after,
            None => self.first = place.after,
        }
        match self.place_mut(place.after) {
            Some(after) => after.before = place.before,
            None => self.last = place.before,
        }
        self.held = self.held.saturating_sub(1);
        if matches!(place.request.purpose, Purpose::Owner(_)) {
            self.owned = self.owned.saturating_sub(1);
        }
        Some(place.request)
    }

    /// Twice as many places as requests, so that skipping stays short.
    fn grow_if_half_full(&mut self) {
        if self.places.is_empty() {
            self.places.resize_with(FIRST_SIZE, || None);
        }
        if self.held * 2 < self.places.len() {
            return;
        }
        let grown = Self {
            places: vec![None; self.places.len() * 2],
            late: VecDeque::new(),
            ..Self::new(self.limit)
        };
        let old = std::mem::replace(self, grown);
        self.late = old.late;
        // Two numbers that differ modulo n differ modulo 2n, so each finds its place free.
        let mut position = old.first;
        while let Some(place) = old.places.get(position as usize).and_then(Option::as_ref) {
            self.insert(place.request);
            position = place.after;
        }
    }

    fn position(&self, number: SequenceNumber) -> u32 {
        match self.places.len() {
            0 => NONE,
            // A power of two: the mask is the modulus.
            size => number.0 & (size as u32).wrapping_sub(1),
        }
    }

    fn place(&self, position: u32) -> Option<&Place> {
        self.places.get(position as usize)?.as_ref()
    }

    fn place_mut(&mut self, position: u32) -> Option<&mut Place> {
        self.places.get_mut(position as usize)?.as_mut()
    }
}

/// Whether `a` may stand before `b`; no deadline is the latest.
fn due_first(a: Option<Instant>, b: Option<Instant>) -> bool {
    b.is_none_or(|b| a.is_some_and(|a| a <= b))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sequence::SequenceCounter;

    #[test]
    fn sequence_wrap_skips_numbers_still_pending() {
        let mut window = Window::new(10);
        let mut source = SequenceCounter::starting_at(SequenceNumber::LAST);
        let epoch = epoch();
        send(&mut window, &mut source, epoch, 60);
        send(&mut window, &mut source, epoch, 60);

        let mut again = SequenceCounter::starting_at(SequenceNumber::LAST);
        let next = window.next_number(&mut again).unwrap();

        assert_eq!(next, SequenceNumber(2), "0x7FFFFFFF and 1 are in flight");
    }

    #[test]
    fn one_unanswered_request_does_not_stop_millions() {
        let mut window = Window::new(10);
        let mut source = SequenceCounter::default();
        let epoch = epoch();
        let stuck = send(&mut window, &mut source, epoch, 60);

        for _ in 0..100_000 {
            let number = send(&mut window, &mut source, epoch, 60);
            assert!(window.remove(number).is_some());
        }

        assert!(window.find(stuck).is_some());
        assert!(window.places.len() <= 16, "the ring does not grow by what passes");
    }

    #[test]
    fn deadlines_come_in_order_even_when_limits_differ() {
        let mut window = Window::new(100);
        let mut source = SequenceCounter::default();
        let epoch = epoch();
        let limits = [60, 5, 60, 1, 30, 60, 2];
        for seconds in limits {
            send(&mut window, &mut source, epoch, seconds);
        }

        let mut expired = Vec::new();
        while let Some(request) = window.take_expired(epoch + Duration::from_secs(60)) {
            expired.push(request.deadline.unwrap().duration_since(epoch).as_secs());
        }

        assert_eq!(expired, [1, 2, 5, 30, 60, 60, 60]);
        assert_eq!(window.owned(), 0);
    }

    #[test]
    fn growth_keeps_every_request() {
        let mut window = Window::new(1000);
        let mut source = SequenceCounter::starting_at(SequenceNumber(77));
        let epoch = epoch();

        let numbers: Vec<_> = (0..1000).map(|_| send(&mut window, &mut source, epoch, 60)).collect();

        assert_eq!(window.available(), 0);
        assert!(numbers.iter().all(|number| window.find(*number).is_some()));
        assert!(numbers.iter().rev().all(|number| window.remove(*number).is_some()));
        window.shrink();
        assert!(window.places.is_empty());
    }

    #[test]
    fn an_expired_request_is_remembered_for_its_late_response() {
        let mut window = Window::new(1);
        let mut source = SequenceCounter::default();
        let epoch = epoch();
        let number = send(&mut window, &mut source, epoch, 1);

        assert!(window.take_expired(epoch + Duration::from_secs(1)).is_some());

        assert_eq!(window.available(), 1, "the slot is free again");
        assert_eq!(window.take_late(number).map(|late| late.key), Some(number.0));
        assert!(window.take_late(number).is_none());
    }

    #[test]
    fn a_source_that_offers_nothing_usable_is_given_up() {
        #[derive(Debug)]
        struct Zero;
        impl SequenceSource for Zero {
            fn next_number(&mut self) -> SequenceNumber {
                SequenceNumber(0)
            }
        }
        assert_eq!(Window::new(1).next_number(&mut Zero), None);
    }

    #[expect(clippy::disallowed_methods, reason = "a test begins at some instant")]
    fn epoch() -> Instant {
        Instant::now()
    }

    fn send(
        window: &mut Window,
        source: &mut SequenceCounter,
        epoch: Instant,
        seconds: u64,
    ) -> SequenceNumber {
        let sequence_number = window.next_number(source).unwrap();
        window.insert(InFlight {
            sequence_number,
            command_id: CommandId(0x0000_0004),
            purpose: Purpose::Owner(sequence_number.0),
            sent_at: epoch,
            deadline: Some(epoch + Duration::from_secs(seconds)),
            starts_at: 0,
        });
        sequence_number
    }
}
