//! `AccountCounters`: what passed between the Message Centre and one system_id.

use std::collections::BTreeMap;

use smpp_session::pdu::{CommandId, CommandStatus};
use smpp_session::{Counters, Direction, Traffic};

/// What passed on all binds of a system_id since the server began; each number only grows, whoever
/// unbinds and binds again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AccountCounters {
    /// Binds accepted.
    pub binds: u64,
    /// Frames from the ESME, and their octets.
    pub received: Traffic,
    /// Frames to the ESME, and their octets.
    pub sent: Traffic,
    commands: BTreeMap<CommandId, [u64; 2]>,
    statuses: BTreeMap<(CommandId, CommandStatus), [u64; 2]>,
}

impl AccountCounters {
    /// How many different statuses are counted apart; the others together under `CommandId(0)`.
    pub const STATUSES: usize = 256;

    /// How often an operation passed in one direction.
    #[must_use]
    pub fn count(&self, command_id: CommandId, direction: Direction) -> u64 {
        self.commands.get(&command_id).map_or(0, |counts| of(*counts, direction))
    }

    /// How often a response bore a status in one direction: submit_sm_resp, `Sent` and ESME_RTHROTTLED
    /// are the submissions that were throttled.
    #[must_use]
    pub fn responses(
        &self,
        command_id: CommandId,
        command_status: CommandStatus,
        direction: Direction,
    ) -> u64 {
        self.statuses.get(&(command_id, command_status)).map_or(0, |counts| of(*counts, direction))
    }

    /// The operations seen, with how often they were received and sent.
    pub fn commands(&self) -> impl Iterator<Item = (CommandId, u64, u64)> {
        self.commands.iter().map(|(command_id, [received, sent])| (*command_id, *received, *sent))
    }

    /// The statuses of responses seen, with how often they were received and sent.
    pub fn statuses(&self) -> impl Iterator<Item = (CommandId, CommandStatus, u64, u64)> {
        self.statuses.iter().map(|((command_id, command_status), [received, sent])| {
            (*command_id, *command_status, *received, *sent)
        })
    }

    /// Adds what passed through one session.
    pub(super) fn add(&mut self, session: &Counters) {
        self.received.frames += session.received.frames;
        self.received.octets += session.received.octets;
        self.sent.frames += session.sent.frames;
        self.sent.octets += session.sent.octets;
        for count in session.commands() {
            let [received, sent] = self.commands.entry(count.command_id).or_default();
            *received += count.received;
            *sent += count.sent;
        }
        for count in session.statuses() {
            let pair = (count.command_id, count.command_status);
            let full = self.statuses.len() >= Self::STATUSES && !self.statuses.contains_key(&pair);
            let pair = if full { (CommandId(0), CommandStatus::ESME_RUNKNOWNERR) } else { pair };
            let [received, sent] = self.statuses.entry(pair).or_default();
            match count.direction {
                Direction::Received => *received += count.count,
                Direction::Sent => *sent += count.count,
            }
        }
    }
}

fn of([received, sent]: [u64; 2], direction: Direction) -> u64 {
    match direction {
        Direction::Received => received,
        Direction::Sent => sent,
    }
}
