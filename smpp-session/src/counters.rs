//! Plain counters of one session. No clock, no metrics crate: whoever wants
//! reads them.
//!
//! Everything grows with what was really seen, so that an idle session holds
//! little, and is bounded: statuses beyond [`STATUS_LIMIT`] pairs and unknown
//! operations are counted together.

use std::time::{Duration, Instant};

use smpp_pdu::{CommandId, CommandStatus};

use crate::bind::BindMode;
use crate::role::Role;
use crate::state::SessionState;
use crate::trace::Direction;

/// What passed through a session since it began.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Frames and their octets, by direction.
    pub received: Traffic,
    /// Frames and their octets, by direction.
    pub sent: Traffic,
    /// Frames that were whole but whose body was not.
    pub malformed: u64,
    /// Requests with a command_id that no version defines.
    pub unknown: u64,
    /// The peer's requests refused by the operation matrix.
    pub not_permitted: u64,
    /// The peer's requests answered with ESME_RTHROTTLED by the inbound limit.
    pub throttled: u64,
    /// Responses that were late, of another operation, or to nothing.
    pub unmatched: u64,
    /// Our requests whose response_timer ran out.
    pub expired: u64,
    /// How often the peer was not read because it flooded us.
    pub flood_pauses: u64,
    /// From our requests to their responses.
    pub response_time: Histogram,
    /// How long requests waited for the window; filled by a driver.
    pub window_wait: Histogram,
    commands: Vec<CommandCount>,
    statuses: Vec<StatusCount>,
}

/// Frames in one direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Traffic {
    /// How many.
    pub frames: u64,
    /// How long together.
    pub octets: u64,
}

/// How often one operation passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CommandCount {
    /// Which; `CommandId(0)` stands for all that no version defines.
    pub command_id: CommandId,
    /// From the peer.
    pub received: u64,
    /// To the peer.
    pub sent: u64,
}

/// How often a response bore a status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StatusCount {
    /// The response; `CommandId(0)` beyond [`STATUS_LIMIT`].
    pub command_id: CommandId,
    /// Which way.
    pub direction: Direction,
    /// The status; ESME_RUNKNOWNERR beyond [`STATUS_LIMIT`].
    pub command_status: CommandStatus,
    /// How often.
    pub count: u64,
}

/// How many pairs of response and status are counted apart.
pub const STATUS_LIMIT: usize = 128;

impl Counters {
    /// Returns the operations seen, in no particular order.
    #[must_use]
    pub fn commands(&self) -> &[CommandCount] {
        &self.commands
    }

    /// Returns the statuses of responses seen, in no particular order.
    #[must_use]
    pub fn statuses(&self) -> &[StatusCount] {
        &self.statuses
    }

    /// Returns how often an operation passed in one direction.
    #[must_use]
    pub fn count(&self, command_id: CommandId, direction: Direction) -> u64 {
        self.commands.iter().find(|count| count.command_id == command_id).map_or(0, |count| match direction {
            Direction::Received => count.received,
            Direction::Sent => count.sent,
        })
    }

    /// Returns how many of the responses in one direction bore an error, 0.0 to
    /// 1.0; 0.0 without responses. Received: how our requests fared.
    #[must_use]
    pub fn failure_rate(&self, direction: Direction) -> f64 {
        let (mut failed, mut all) = (0_u64, 0_u64);
        for count in self.statuses.iter().filter(|count| count.direction == direction) {
            all += count.count;
            if count.command_status != CommandStatus::ESME_ROK {
                failed += count.count;
            }
        }
        if all == 0 { 0.0 } else { failed as f64 / all as f64 }
    }

    pub(crate) fn frame(
        &mut self,
        direction: Direction,
        command_id: CommandId,
        command_status: CommandStatus,
        octets: usize,
    ) {
        let traffic = match direction {
            Direction::Received => &mut self.received,
            Direction::Sent => &mut self.sent,
        };
        traffic.frames += 1;
        traffic.octets += octets as u64;
        let index = self.command_index(command_id);
        if let Some(count) = self.commands.get_mut(index) {
            match direction {
                Direction::Received => count.received += 1,
                Direction::Sent => count.sent += 1,
            }
        }
        if command_id.is_response() {
            self.status(direction, command_id, command_status);
        }
    }

    fn command_index(&mut self, command_id: CommandId) -> usize {
        if let Some(index) = self.commands.iter().position(|count| count.command_id == command_id) {
            return index;
        }
        let command_id = if command_id.name().is_some() { command_id } else { CommandId(0) };
        if let Some(index) = self.commands.iter().position(|count| count.command_id == command_id) {
            return index;
        }
        // Few operations pass through one session, and none through an idle one.
        self.commands.reserve_exact(1);
        self.commands.push(CommandCount { command_id, received: 0, sent: 0 });
        self.commands.len() - 1
    }

    fn status(&mut self, direction: Direction, command_id: CommandId, command_status: CommandStatus) {
        let seen = |count: &&mut StatusCount, command_id, command_status| {
            count.command_status == command_status
                && count.command_id == command_id
                && count.direction == direction
        };
        if let Some(count) = self.statuses.iter_mut().find(|count| seen(count, command_id, command_status)) {
            count.count += 1;
            return;
        }
        let full = self.statuses.len() >= STATUS_LIMIT;
        let (command_id, command_status) =
            if full { (CommandId(0), CommandStatus::ESME_RUNKNOWNERR) } else { (command_id, command_status) };
        match self.statuses.iter_mut().find(|count| seen(count, command_id, command_status)) {
            Some(count) => count.count += 1,
            None => {
                self.statuses.reserve_exact(1);
                self.statuses.push(StatusCount { command_id, direction, command_status, count: 1 });
            }
        }
    }
}

/// Durations by powers of two of a microsecond; nothing is kept of single values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// How many durations.
    pub count: u64,
    /// Their sum in microseconds.
    pub sum_micros: u64,
    /// The longest in microseconds.
    pub max_micros: u64,
    buckets: Vec<u64>,
}

impl Histogram {
    /// Adds one duration.
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.count += 1;
        self.sum_micros = self.sum_micros.saturating_add(micros);
        self.max_micros = self.max_micros.max(micros);
        let bucket = (u64::BITS - micros.leading_zeros()) as usize;
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
    }

    /// Returns the average, zero if nothing was recorded.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_micros(self.sum_micros.checked_div(self.count).unwrap_or(0))
    }

    /// Returns the counts: bucket 0 holds what is under 1 µs, bucket n what is
    /// from 2ⁿ⁻¹ to under 2ⁿ µs. As long as the longest duration asks for, at most 65.
    #[must_use]
    pub fn buckets(&self) -> &[u64] {
        &self.buckets
    }

    /// Returns an upper bound of the `quantile` (0.0 to 1.0): the upper edge of its bucket.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Duration {
        let wanted = (self.count as f64 * quantile.clamp(0.0, 1.0)).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                let edge = 1_u64.checked_shl(bucket as u32).unwrap_or(u64::MAX);
                return Duration::from_micros(edge.min(self.max_micros.max(1)));
            }
        }
        Duration::ZERO
    }
}

/// A session at one moment: who it is, what is open, what passed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statistics {
    /// The owner's number for the session, as given to [`Session::with_id`](crate::Session::with_id); 0 if none.
    pub session_id: u64,
    /// Which end this is.
    pub role: Role,
    /// The kind of bind, once there was one.
    pub bind_mode: Option<BindMode>,
    /// Where the session stands.
    pub state: SessionState,
    /// When it began.
    pub started: Instant,
    /// For how long it has been.
    pub uptime: Duration,
    /// Our requests in flight.
    pub send_window_used: usize,
    /// The most there may be.
    pub send_window: usize,
    /// The peer's requests not answered yet.
    pub receive_window_used: usize,
    /// The most there may be.
    pub receive_window: usize,
    /// Requests that wait for the window in a driver's queue.
    pub queued: usize,
    /// What passed.
    pub counters: Counters,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_beyond_the_limit_are_counted_together() {
        let mut counters = Counters::default();

        for status in 0..1_000 {
            counters.frame(Direction::Received, CommandId::SUBMIT_SM_RESP, CommandStatus(status), 16);
        }

        assert!(counters.statuses().len() <= STATUS_LIMIT + 1);
        assert_eq!(counters.statuses().iter().map(|count| count.count).sum::<u64>(), 1_000);
        assert_eq!(counters.count(CommandId::SUBMIT_SM_RESP, Direction::Received), 1_000);
    }

    #[test]
    fn unknown_operations_are_counted_together() {
        let mut counters = Counters::default();

        for id in 0x0001_0200..0x0001_0300 {
            counters.frame(Direction::Received, CommandId(id), CommandStatus::ESME_ROK, 16);
        }

        assert_eq!(counters.commands().len(), 1);
        assert_eq!(counters.count(CommandId(0), Direction::Received), 256);
    }

    #[test]
    fn failure_rate_counts_errors_among_responses() {
        let mut counters = Counters::default();
        for status in [CommandStatus::ESME_ROK, CommandStatus::ESME_ROK, CommandStatus::ESME_RTHROTTLED] {
            counters.frame(Direction::Received, CommandId::SUBMIT_SM_RESP, status, 17);
        }

        let rate = counters.failure_rate(Direction::Received);

        assert!((rate - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(counters.failure_rate(Direction::Sent), 0.0);
    }

    #[test]
    fn quantiles_are_upper_edges() {
        let mut histogram = Histogram::default();
        for micros in [0, 1, 3, 100, 1_000] {
            histogram.record(Duration::from_micros(micros));
        }

        assert_eq!(histogram.quantile(0.5), Duration::from_micros(4));
        assert_eq!(histogram.quantile(1.0), Duration::from_micros(1_000));
        assert_eq!(histogram.mean(), Duration::from_micros(1104 / 5));
        assert_eq!(Histogram::default().quantile(0.9), Duration::ZERO);
    }
}
