//! [`LoadReport`] and [`Progress`]: what came of a load.

use std::{collections::BTreeMap, time::Duration};

use smpp_session::pdu::CommandStatus;

use super::Latencies;

/// What came of a load, over all its binds.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadReport {
    /// From the first submit_sm to the last answer.
    pub elapsed: Duration,
    /// submit_sm handed to the sessions.
    pub submitted: u64,
    /// Answered with ESME_ROK.
    pub accepted: u64,
    /// Answered with another status, by status.
    pub refused: BTreeMap<CommandStatus, u64>,
    /// Not answered within response_timer.
    pub expired: u64,
    /// Not answered, or never sent, because the session ended or its queue was
    /// full.
    pub lost: u64,
    /// From the submission (of an open loop: from the moment it was due) to the
    /// answer.
    pub latencies: Latencies,
    /// Final receipts that belong to a message of this load, by state.
    pub receipts: BTreeMap<String, u64>,
    /// Messages whose final receipt has not come.
    pub receipts_missing: u64,
    /// Receipts that belong to no message of this load, or came again.
    pub receipts_stray: u64,
    /// From the submission to the final receipt.
    pub receipt_latencies: Latencies,
}

impl LoadReport {
    /// Everything that was not accepted.
    pub fn failed(&self) -> u64 {
        self.refused.values().sum::<u64>() + self.expired + self.lost
    }

    /// Accepted per second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "2⁵² messages are beyond any load")]
        let accepted = self.accepted as f64;
        accepted / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.elapsed = self.elapsed.max(other.elapsed);
        self.submitted += other.submitted;
        self.accepted += other.accepted;
        self.expired += other.expired;
        self.lost += other.lost;
        for (status, count) in &other.refused {
            *self.refused.entry(*status).or_default() += count;
        }
        self.latencies.add(&other.latencies);
    }
}

/// How a load is doing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Since the start.
    pub elapsed: Duration,
    /// submit_sm handed to the sessions.
    pub submitted: u64,
    /// Answered with ESME_ROK.
    pub accepted: u64,
    /// Refused, expired or lost.
    pub failed: u64,
    /// Final receipts that belong to a message of this load.
    pub receipts: u64,
}
