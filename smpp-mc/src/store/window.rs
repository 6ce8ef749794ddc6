//! [`Windows`]: which waiting messages may be leased, and what of that is held in memory.
//!
//! Each queue has a window: the positions that are known to be waiting. Below the window's edge all of
//! the queue is known; beyond it there may be more in the engine's index, to be read as a range when the
//! window has run empty. Whatever arrives goes into the window, wherever its position, so a range
//! read never has to be repeated for late arrivals, and nothing that is leased is scanned again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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

/// A range of the index to be read: what follows `after` in `queue`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Range {
    pub(super) queue: QueueId,
    /// `None`: from the front.
    pub(super) after: Option<Position>,
}

/// What was leased, in order, with the messages that were in memory; and the range to be read if there
/// may be more.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) leased: Vec<(MessageKey, Option<Box<StoredMessage>>)>,
    pub(super) more: Option<Range>,
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
        while taken.leased.len() < max {
            let Some(first) = window.ready.first_entry().filter(|first| window.edge.covers(*first.key()))
            else {
                if let Edge::After(after) = window.edge {
                    taken.more = Some(Range { queue: queue.clone(), after });
                }
                break;
            };
            let (position, ready) = first.remove_entry();
            self.octets = self.octets.saturating_sub(ready.octets());
            if let Some(known) = self.known.get_mut(&position.key) {
                known.leased = true;
                known.indexed = ready.indexed;
            }
            taken.leased.push((position.key, ready.message));
        }
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

    /// Queues in which something may be leased, in order.
    pub(super) fn available(&self) -> Vec<QueueId> {
        self.available.iter().cloned().collect()
    }

    /// A range of `queue` is about to be read. One at a time.
    pub(super) fn reading(&mut self, queue: &QueueId) {
        self.reading = Some(Reading { queue: queue.clone(), touched: HashSet::new() });
    }

    /// What the index held in the range; `complete` if nothing follows. Entries that changed since
    /// [`reading`](Self::reading) was called are as the change left them.
    pub(super) fn read(&mut self, range: &Range, entries: &[Position], complete: bool) {
        let touched = self.reading.take().map(|reading| reading.touched).unwrap_or_default();
        for position in entries {
            if !touched.contains(&position.key) && !self.known.contains_key(&position.key) {
                self.insert(&range.queue, *position, None, true);
            }
        }
        if let Some(window) = self.queues.get_mut(&range.queue) {
            window.edge = match entries.last() {
                _ if complete => Edge::End,
                Some(last) => Edge::After(Some(*last)),
                None => window.edge,
            };
        }
        self.note_availability(&range.queue);
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

    /// Forgets what the index can bring back: all but the first `keep` of each queue.
    pub(super) fn trim(&mut self, keep: usize) {
        let reading = self.reading.as_ref().map(|reading| reading.queue.clone());
        for (queue, window) in self.queues.iter_mut().filter(|(queue, _)| Some(*queue) != reading.as_ref()) {
            let Some(last_kept) = window.ready.keys().nth(keep.saturating_sub(1)).copied() else {
                continue;
            };
            let beyond = (core::ops::Bound::Excluded(last_kept), core::ops::Bound::Unbounded);
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
            if window.edge.covers(last_kept) {
                window.edge = Edge::After(Some(last_kept));
            }
            self.available.insert(queue.clone());
        }
    }

    /// How many positions are held in memory, leases included.
    pub(super) fn len(&self) -> usize {
        self.known.len()
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
