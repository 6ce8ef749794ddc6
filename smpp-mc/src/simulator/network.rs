//! What the simulated network still owes: events with the moment they are due. Pure: time is an argument.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::SystemTime;

use crate::connector::ConnectorEvent;

/// Events in the order they fall due, those of one moment in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Network {
    owed: BinaryHeap<Reverse<Owed>>,
    added: u64,
}

impl Network {
    /// Adds an event that falls due at `due`.
    pub(crate) fn owe(&mut self, due: SystemTime, event: ConnectorEvent) {
        self.added += 1;
        self.owed.push(Reverse(Owed { due, order: self.added, event }));
    }

    /// How many events are owed.
    pub(crate) fn len(&self) -> usize {
        self.owed.len()
    }

    /// When the next event falls due.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        self.owed.peek().map(|Reverse(owed)| owed.due)
    }

    /// Takes what is due, at most `max`.
    pub(crate) fn take_due(&mut self, max: usize, now: SystemTime) -> Vec<ConnectorEvent> {
        let mut events = Vec::new();
        while events.len() < max && self.next_due().is_some_and(|due| due <= now) {
            if let Some(Reverse(owed)) = self.owed.pop() {
                events.push(owed.event);
            }
        }
        events
    }
}

#[derive(Debug)]
struct Owed {
    due: SystemTime,
    order: u64,
    event: ConnectorEvent,
}

impl Ord for Owed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.order).cmp(&(other.due, other.order))
    }
}

impl PartialOrd for Owed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Owed {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Owed {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_due_comes_in_the_order_of_its_time() {
        let mut network = Network::default();
        network.owe(at(20), ConnectorEvent::Down);
        network.owe(at(10), ConnectorEvent::Up);

        assert_eq!(network.next_due(), Some(at(10)));
        assert!(network.take_due(10, at(9)).is_empty());
        assert!(matches!(
            network.take_due(10, at(30)).as_slice(),
            [ConnectorEvent::Up, ConnectorEvent::Down]
        ));
        assert_eq!(network.len(), 0);
    }

    #[test]
    fn one_moment_keeps_the_order_of_adding_and_max_is_kept() {
        let mut network = Network::default();
        network.owe(at(1), ConnectorEvent::Down);
        network.owe(at(1), ConnectorEvent::Up);

        assert!(matches!(network.take_due(1, at(1)).as_slice(), [ConnectorEvent::Down]));
        assert!(matches!(network.take_due(1, at(1)).as_slice(), [ConnectorEvent::Up]));
    }
}
