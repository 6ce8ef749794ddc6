//! [`Windows`]: which waiting messages may be leased, and what of that is held in memory.
//!
//! Each queue has a window: the positions that are known to be waiting. Below the window's edge all of
//! the queue is known; beyond it there may be more in the engine's index, to be read as a range when the
//! window has run empty. Whatever arrives goes into the window, wherever its position, so a range
//! read never has to be repeated for late arrivals, and nothing that is leased is scanned again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use crate::message::{MessageKey, QueueId, StoredMessage};

/// Where in its queue a message stands: priority, highest first, then key.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Position {
    /// 255 less the priority.
    pub(super) rank: u8,
    pub(super) key: MessageKey,
}

impl Position {
    pub(super) const fn new(priority: u8, key: MessageKey) -> Self {
        Self { rank: u8::MAX - priority, key }
    }
}

/// What was leased, in order, with the messages that were in memory.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) leased: Vec<(MessageKey, Option<Box<StoredMessage>>)>,
    /// Fewer than asked for, and the index may have more.
    pub(super) more: bool,
}

/// The windows of all queues, and the leases.
#[derive(Debug, Default)]
pub(super) struct Windows {
    queues: HashMap<QueueId, Window>,
    /// Queues in which something may be leased.
    available: BTreeSet<QueueId>,
    known: HashMap<MessageKey, Known>,
    /// Octets of the PDUs held in windows.
    octets: usize,
    octets_max: usize,
    trim_above: usize,
    /// Messages about to be replaced: not to be leased until it is known whether they were.
    held_back: HashSet<MessageKey>,
    reading: Option<Reading>,
}

impl Windows {
    /// No queue yet. Windows hold whole messages up to `octets_max` octets of PDUs in all; beyond that
    /// positions only.
    pub(super) fn new(octets_max: usize) -> Self {
        Self { octets_max, ..Self::default() }
    }

    /// The index holds entries of `queue`, none of which is known yet.
    pub(super) fn stored(&mut self, queue: QueueId) {
        self.queues.entry(queue.clone()).or_default().edge = Edge::After(None);
        self.available.insert(queue);
    }

    /// A message waits at `position` of `queue` from now on. Its lease, if any, ends.
    pub(super) fn waiting(
        &mut self,
        queue: &QueueId,
        position: Position,
        message: Option<Box<StoredMessage>>,
        indexed: bool,
    ) {
        self.gone(position.key);
        self.insert(queue, position, message, indexed);
    }

    /// The message does not wait any more, or waits for its time. Its lease, if any, ends.
    pub(super) fn gone(&mut self, key: MessageKey) {
        if let Some(reading) = &mut self.reading {
            reading.touched.insert(key);
        }
        if let Some(known) = self.known.remove(&key) {
            self.remove_ready(&known.queue, known.position);
        }
    }

    /// Leases up to `max` messages of `queue`.
    pub(super) fn take(&mut self, queue: &QueueId, max: usize) -> Taken {
        let mut taken = Taken::default();
        let Some(window) = self.queues.get_mut(queue) else {
            return taken;
        };
        let mut passed_over = Vec::new();
        while taken.leased.len() < max {
            let Some(first) = window.ready.first_entry().filter(|first| window.edge.covers(*first.key()))
            else {
                if let Edge::After(_) = window.edge {
                    taken.more = true;
                }
                break;
            };
            let (position, ready) = first.remove_entry();
            if self.held_back.contains(&position.key) {
                passed_over.push((position, ready));
                continue;
            }
            self.octets = self.octets.saturating_sub(ready.octets());
            if let Some(known) = self.known.get_mut(&position.key) {
                known.leased = true;
                known.indexed = ready.indexed;
            }
            taken.leased.push((position.key, ready.message));
        }
        window.ready.extend(passed_over);
        self.note_availability(queue);
        taken
    }

    /// Gives a lease back. What is not leased is passed over.
    pub(super) fn release(&mut self, key: MessageKey) {
        if let Some(known) = self.known.get(&key).filter(|known| known.leased).cloned() {
            self.known.remove(&key);
            self.insert(&known.queue, known.position, None, known.indexed);
        }
    }

    pub(super) fn is_leased(&self, key: MessageKey) -> bool {
        self.known.get(&key).is_some_and(|known| known.leased)
    }

    /// Keeps a message from being leased while it is replaced; false if it is leased already.
    pub(super) fn hold_back(&mut self, key: MessageKey) -> bool {
        let free = !self.is_leased(key);
        if free {
            self.held_back.insert(key);
        }
        free
    }

    /// Whatever was to be replaced is, or is not.
    pub(super) fn let_go(&mut self) {
        self.held_back.clear();
    }

    /// Queues in which something may be leased, in order.
    pub(super) fn available(&self) -> Vec<QueueId> {
        self.available.iter().cloned().collect()
    }

    /// A range of `queue` is about to be read, one at a time: what follows the position in the answer,
    /// which is below all positions for a queue that is not known at all. `None` if there is nothing to
    /// read.
    pub(super) fn reading(&mut self, queue: &QueueId) -> Option<Position> {
        let Edge::After(after) = self.queues.get(queue)?.edge else {
            return None;
        };
        self.reading = Some(Reading { queue: queue.clone(), touched: HashSet::new() });
        Some(after.unwrap_or(Position { rank: 0, key: MessageKey::MIN }))
    }

    /// What the index held in the range; `complete` if nothing follows. Entries that changed since
    /// [`reading`](Self::reading) was called are as the change left them.
    pub(super) fn read(&mut self, entries: &[Position], complete: bool) {
        let Some(Reading { queue, touched }) = self.reading.take() else {
            return;
        };
        for position in entries {
            if !touched.contains(&position.key) && !self.known.contains_key(&position.key) {
                self.insert(&queue, *position, None, true);
            }
        }
        if let Some(window) = self.queues.get_mut(&queue) {
            window.edge = match entries.last() {
                _ if complete => Edge::End,
                Some(last) => Edge::After(Some(*last)),
                None => window.edge,
            };
        }
        self.note_availability(&queue);
    }

    /// The range could not be read: nothing changes.
    pub(super) fn not_read(&mut self) {
        self.reading = None;
    }

    /// The index has an entry for this message now, so the window may forget it.
    pub(super) fn indexed(&mut self, key: MessageKey) {
        let Some(known) = self.known.get_mut(&key) else {
            return;
        };
        known.indexed = true;
        let window = self.queues.get_mut(&known.queue);
        if let Some(ready) = window.and_then(|window| window.ready.get_mut(&known.position)) {
            ready.indexed = true;
        }
    }

    /// Forgets what the index can bring back, until no more than `positions` are held: all but the first
    /// `keep` of each queue, or fewer. Leases and what the index does not have yet may be more than that;
    /// then it is not tried again before there are an eighth more.
    pub(super) fn trim(&mut self, positions: usize, keep: usize) {
        if self.known.len() <= self.trim_above.max(positions) {
            return;
        }
        let mut keep = keep;
        while self.known.len() > positions {
            self.trim_each(keep);
            if keep == 0 {
                break;
            }
            keep /= 4;
        }
        let held = self.known.len();
        self.trim_above = if held > positions { held.saturating_add(held / 8) } else { 0 };
    }

    fn trim_each(&mut self, keep: usize) {
        let reading = self.reading.as_ref().map(|reading| reading.queue.clone());
        for (queue, window) in self.queues.iter_mut().filter(|(queue, _)| Some(*queue) != reading.as_ref()) {
            if window.ready.len() <= keep {
                continue;
            }
            let last_kept = keep.checked_sub(1).and_then(|at| window.ready.keys().nth(at).copied());
            let beyond = (last_kept.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
            let forgotten: Vec<_> = window
                .ready
                .range(beyond)
                .filter(|(_, ready)| ready.indexed)
                .map(|(position, _)| *position)
                .collect();
            if forgotten.is_empty() {
                continue;
            }
            for position in forgotten {
                if let Some(ready) = window.ready.remove(&position) {
                    self.octets = self.octets.saturating_sub(ready.octets());
                }
                self.known.remove(&position.key);
            }
            if last_kept.is_none_or(|last_kept| window.edge.covers(last_kept)) {
                window.edge = Edge::After(last_kept);
            }
            self.available.insert(queue.clone());
        }
    }

    fn insert(
        &mut self,
        queue: &QueueId,
        position: Position,
        message: Option<Box<StoredMessage>>,
        indexed: bool,
    ) {
        let mut ready = Ready { message, indexed };
        if self.octets.saturating_add(ready.octets()) > self.octets_max {
            ready.message = None;
        }
        self.octets = self.octets.saturating_add(ready.octets());
        self.known.insert(position.key, Known { queue: queue.clone(), position, leased: false, indexed });
        if !self.queues.contains_key(queue) {
            self.queues.insert(queue.clone(), Window::default());
        }
        if let Some(window) = self.queues.get_mut(queue) {
            if window.ready.is_empty() {
                self.available.insert(queue.clone());
            }
            window.ready.insert(position, ready);
        }
    }

    fn remove_ready(&mut self, queue: &QueueId, position: Position) {
        let Some(ready) = self.queues.get_mut(queue).and_then(|window| window.ready.remove(&position)) else {
            return;
        };
        self.octets = self.octets.saturating_sub(ready.octets());
        self.note_availability(queue);
    }

    /// Keeps `available` and drops windows that hold nothing.
    fn note_availability(&mut self, queue: &QueueId) {
        let Some(window) = self.queues.get(queue) else {
            return;
        };
        if window.ready.is_empty() && window.edge == Edge::End {
            self.available.remove(queue);
            self.queues.remove(queue);
        }
    }
}

#[derive(Debug, Default)]
struct Window {
    ready: BTreeMap<Position, Ready>,
    edge: Edge,
}

/// Up to where a window knows its queue.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Edge {
    /// All of it: the index has nothing more.
    #[default]
    End,
    /// Up to this position, that included; `None` for nothing yet.
    After(Option<Position>),
}

impl Edge {
    fn covers(self, position: Position) -> bool {
        match self {
            Self::End => true,
            Self::After(after) => after.is_some_and(|after| position <= after),
        }
    }
}

#[derive(Debug)]
struct Ready {
    message: Option<Box<StoredMessage>>,
    indexed: bool,
}

impl Ready {
    fn octets(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.pdu.len() + OVERHEAD)
    }
}

#[derive(Clone, Debug)]
struct Known {
    queue: QueueId,
    position: Position,
    leased: bool,
    indexed: bool,
}

#[derive(Debug)]
struct Reading {
    queue: QueueId,
    touched: HashSet<MessageKey>,
}

/// What a message in a window takes beside its PDU.
const OVERHEAD: usize = 256;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_trimmed_is_read_again_in_order() {
        let (mut windows, queue) = (Windows::new(0), queue());
        (1..=100).for_each(|number| windows.waiting(&queue, position(number), None, true));
        assert_eq!(keys(windows.take(&queue, 2)), [1, 2]);

        windows.trim(10, 4);

        assert_eq!(windows.known.len(), 2 + 4);
        let taken = windows.take(&queue, 10);
        assert!(taken.more);
        assert_eq!(keys(taken), [3, 4, 5, 6]);
        assert_eq!(windows.reading(&queue), Some(position(6)));
        // Someone cancels 8, and 200 arrives, while the range is read.
        windows.gone(position(8).key);
        windows.waiting(&queue, position(200), None, false);
        windows.read(&(7..=100).map(position).collect::<Vec<_>>(), true);
        let rest = (9..=100).chain([200]);
        assert_eq!(keys(windows.take(&queue, 1_000)), std::iter::once(7).chain(rest).collect::<Vec<_>>());
        assert_eq!(windows.available(), []);
    }

    #[test]
    fn what_the_index_does_not_have_is_never_trimmed() {
        let (mut windows, queue) = (Windows::new(0), queue());
        (1..=100).for_each(|number| windows.waiting(&queue, position(number), None, number % 2 == 0));

        windows.trim(0, 0);

        assert_eq!(windows.known.len(), 50);
        assert_eq!(windows.reading(&queue), Some(Position { rank: 0, key: MessageKey::MIN }));
        windows.read(&(1..=50).map(|half| position(half * 2)).collect::<Vec<_>>(), true);
        assert_eq!(keys(windows.take(&queue, 1_000)), (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_held_back_is_passed_over_and_keeps_its_turn() {
        let (mut windows, queue) = (Windows::new(0), queue());
        (1..=3).for_each(|number| windows.waiting(&queue, position(number), None, false));
        assert!(windows.hold_back(position(1).key));

        assert_eq!(keys(windows.take(&queue, 1)), [2]);
        assert!(!windows.hold_back(position(2).key));
        windows.let_go();
        windows.release(position(2).key);

        assert_eq!(keys(windows.take(&queue, 10)), [1, 2, 3]);
    }

    #[test]
    fn messages_are_held_up_to_the_limit_and_positions_beyond() {
        let (mut windows, queue) = (Windows::new(2 * (OVERHEAD + 10)), queue());
        for number in 1..=3 {
            windows.waiting(&queue, position(number), Some(Box::new(message(number))), false);
        }

        let held: Vec<_> = windows.take(&queue, 3).leased.iter().map(|(_, held)| held.is_some()).collect();

        assert_eq!(held, [true, true, false]);
        assert_eq!(windows.octets, 0);
    }

    fn queue() -> QueueId {
        QueueId::Esme(Arc::from("esme"))
    }

    fn position(number: u64) -> Position {
        Position::new(0, MessageKey::new(number).unwrap())
    }

    fn keys(taken: Taken) -> Vec<u64> {
        taken.leased.iter().map(|(key, _)| key.number()).collect()
    }

    fn message(number: u64) -> StoredMessage {
        StoredMessage::new(
            MessageKey::new(number).unwrap(),
            Arc::from("esme"),
            crate::message::MessageKind::Mobile,
            queue(),
            Box::from([0; 10]),
            std::time::SystemTime::UNIX_EPOCH,
        )
    }
}
