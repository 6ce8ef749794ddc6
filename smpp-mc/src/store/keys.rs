//! [`KeySource`]: keys that never come back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::message::{MessageKey, to_millis};

use super::clock::Clock;

/// Issues keys: `max(last + 1, unix milliseconds << 20)`, below a mark that is stored ahead of use.
///
/// A restart goes on above the mark, so a key that was issued and never stored does not come back,
/// whatever the clock did meanwhile. A block is 2^40 keys, or 17 minutes of the clock; it is renewed
/// when half of it is used up. Where the clock has run past the block (nothing happened for an hour),
/// keys are counted on one by one until the renewal is stored. Using up a block takes 2^40 keys
/// without one successful commit, twelve days at a million per second; then counting goes on.
pub(super) struct KeySource {
    clock: Clock,
    last: AtomicU64,
    mark: AtomicU64,
    renewing: AtomicBool,
}

impl KeySource {
    /// Goes on above `stored`, the mark found on disk. The answer is a source, and the mark to be stored
    /// before the source is used.
    pub(super) fn new(clock: Clock, stored: MessageKey) -> (Self, MessageKey) {
        let last = from_clock(&clock).max(stored.number());
        let mark = last.saturating_add(BLOCK);
        let source = Self {
            clock,
            last: AtomicU64::new(last),
            mark: AtomicU64::new(mark),
            renewing: AtomicBool::new(false),
        };
        (source, key(mark))
    }

    /// A key, and whether the writer is to be woken for a renewal: true once per renewal.
    pub(super) fn issue(&self) -> (MessageKey, bool) {
        let clock = from_clock(&self.clock);
        let mark = self.mark.load(Ordering::Relaxed);
        if clock < mark {
            self.last.fetch_max(clock.saturating_sub(1), Ordering::Relaxed);
        }
        let number = self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let used_up = number.max(clock) > mark.saturating_sub(BLOCK / 2);
        (key(number), used_up && !self.renewing.swap(true, Ordering::Relaxed))
    }

    /// The mark to store now, if a renewal was asked for.
    pub(super) fn renewal(&self) -> Option<MessageKey> {
        if !self.renewing.load(Ordering::Relaxed) {
            return None;
        }
        let used = self.last.load(Ordering::Relaxed).max(from_clock(&self.clock));
        Some(key(used.saturating_add(BLOCK)))
    }

    /// The mark is durable: keys up to it may be issued.
    pub(super) fn renewed(&self, mark: MessageKey) {
        self.mark.fetch_max(mark.number(), Ordering::Relaxed);
        self.renewing.store(false, Ordering::Relaxed);
    }
}

fn from_clock(clock: &Clock) -> u64 {
    to_millis(clock()).min(LAST_MILLISECOND) << 20
}

fn key(number: u64) -> MessageKey {
    MessageKey::new(number).unwrap_or(MessageKey::MAX)
}

const BLOCK: u64 = 1 << 40;
/// In the year 2248; keys are 63 bits.
const LAST_MILLISECOND: u64 = (1 << 43) - 1;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn keys_increase_while_the_clock_jumps() {
        let (clock, time) = settable(1_800_000_000_000);
        let (source, _) = KeySource::new(clock, MessageKey::MIN);
        let mut last = MessageKey::MIN;
        for step in [0, 0, 5, -3_600_000, 0, 7_200_000, 86_400_000, -86_400_000, 1] {
            time.fetch_add(step as u64, Ordering::Relaxed);
            for _ in 0..3 {
                let (key, _) = source.issue();
                assert!(key > last);
                last = key;
            }
        }
    }

    #[test]
    fn no_key_passes_the_stored_mark_before_its_renewal() {
        let (clock, time) = settable(1_800_000_000_000);
        let (source, mark) = KeySource::new(clock, MessageKey::MIN);
        time.fetch_add(3_600_000, Ordering::Relaxed);

        let (before, wake) = source.issue();
        assert!(before < mark && wake);
        assert!(!source.issue().1);
        let renewed = source.renewal().unwrap();
        source.renewed(renewed);

        assert_eq!(source.renewal(), None);
        assert!(source.issue().0.number() >= 1_800_003_600_000 << 20);
    }

    #[test]
    fn a_restart_with_the_clock_back_an_hour_repeats_nothing() {
        let (clock, time) = settable(1_800_000_000_000);
        let (source, mark) = KeySource::new(clock.clone(), MessageKey::MIN);
        let issued: Vec<_> = (0..100).map(|_| source.issue().0).collect();
        time.fetch_sub(3_600_000, Ordering::Relaxed);

        let (restarted, _) = KeySource::new(clock, mark);

        assert!(restarted.issue().0 > *issued.last().unwrap());
    }

    #[test]
    fn threads_never_share_a_key() {
        let (clock, _) = settable(1_800_000_000_000);
        let source = Arc::new(KeySource::new(clock, MessageKey::MIN).0);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let source = Arc::clone(&source);
                std::thread::spawn(move || (0..10_000).map(|_| source.issue().0).collect::<Vec<_>>())
            })
            .collect();
        let mut keys: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        keys.sort_unstable();
        keys.dedup();

        assert_eq!(keys.len(), 40_000);
    }

    fn settable(millis: u64) -> (Clock, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(millis));
        let shared = Arc::clone(&time);
        let clock = move || UNIX_EPOCH + Duration::from_millis(shared.load(Ordering::Relaxed));
        (Arc::new(clock), time)
    }
}
