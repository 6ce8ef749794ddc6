//! Receipts matched with the messages of a load, one by one.

use std::collections::{BTreeMap, HashMap};

use smpp_session::pdu::MessageId;
use tokio::time::Instant;

use super::{Latencies, LoadReport};

/// Which messages wait for their receipt. A receipt may come before the answer
/// that names its message, and on any bind.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    waiting: HashMap<MessageId, Instant>,
    early: HashMap<MessageId, (String, Instant)>,
    states: BTreeMap<String, u64>,
    stray: u64,
    latencies: Latencies,
}

impl Receipts {
    /// A message was accepted as `message_id`.
    pub(super) fn expect(&mut self, message_id: MessageId, submitted: Instant) {
        match self.early.remove(&message_id) {
            Some((stat, came)) => self.matched_one(&stat, came.saturating_duration_since(submitted)),
            None => {
                self.waiting.insert(message_id, submitted);
            }
        }
    }

    /// A final receipt came.
    pub(super) fn came(&mut self, message_id: Option<&MessageId>, stat: &str, now: Instant) {
        let Some(message_id) = message_id else {
            self.stray += 1;
            return;
        };
        match self.waiting.remove(message_id) {
            Some(submitted) => self.matched_one(stat, now.saturating_duration_since(submitted)),
            None if self.early.len() < MAX_EARLY => {
                if self.early.insert(*message_id, (stat.to_owned(), now)).is_some() {
                    self.stray += 1;
                }
            }
            None => self.stray += 1,
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn matched(&self) -> u64 {
        self.states.values().sum()
    }

    pub(super) fn report(&self, report: &mut LoadReport) {
        report.receipts.clone_from(&self.states);
        report.receipts_missing = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        report.receipts_stray = self.stray + u64::try_from(self.early.len()).unwrap_or(u64::MAX);
        report.receipt_latencies = self.latencies.clone();
    }

    fn matched_one(&mut self, stat: &str, took: std::time::Duration) {
        match self.states.get_mut(stat) {
            Some(count) => *count += 1,
            None => {
                self.states.insert(stat.to_owned(), 1);
            }
        }
        self.latencies.record(took);
    }
}

/// Receipts kept for answers that have not come; beyond that they are stray.
const MAX_EARLY: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn early_late_repeated_and_foreign_receipts_are_told_apart() {
        let mut receipts = Receipts::default();
        let now = Instant::now();
        let [one, two, three, foreign] = ["1", "2", "3", "x"].map(|id| MessageId::try_from(id).unwrap());

        receipts.came(Some(&one), "DELIVRD", now);
        receipts.expect(one, now);
        receipts.expect(two, now);
        receipts.came(Some(&two), "UNDELIV", now + Duration::from_secs(1));
        receipts.came(Some(&two), "UNDELIV", now);
        receipts.expect(three, now);
        receipts.came(Some(&foreign), "DELIVRD", now);
        receipts.came(None, "DELIVRD", now);
        let mut report = LoadReport::default();
        receipts.report(&mut report);

        assert_eq!(
            report.receipts.into_iter().collect::<Vec<_>>(),
            [("DELIVRD".to_owned(), 1), ("UNDELIV".to_owned(), 1)]
        );
        assert_eq!((report.receipts_missing, report.receipts_stray), (1, 3));
    }
}
