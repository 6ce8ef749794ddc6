//! Whether, and when, to try again.

use std::{collections::BTreeMap, time::Duration};

use smpp_session::pdu::CommandStatus;

use super::backoff::{Backoff, spread};
use crate::error::ConnectError;

/// When a lost or refused connection is tried again.
///
/// The default waits with [`Backoff::default`], but at least a minute after a
/// refusal that speaks of the account (a wrong password tried ten times a
/// second locks it), at least 30 s after ESME_RALYBND (the centre still holds
/// the old session), and never gives up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReconnectPolicy {
    backoff: Backoff,
    reactions: BTreeMap<CommandStatus, Reaction>,
    attempts: Option<u32>,
    /// A session shorter than this does not reset the back-off.
    settled_after: Duration,
}

/// What follows a bind refused with a certain command_status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reaction {
    /// The usual back-off.
    BackOff,
    /// The back-off, but no less than this (spread by a tenth).
    AtLeast(Duration),
    /// No further attempt.
    Stop,
}

/// What the policy says after a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    After(Duration),
    Stop,
}

impl Default for ReconnectPolicy {
    fn default() -> Self {
        let account = Reaction::AtLeast(Duration::from_secs(60));
        let reactions = [
            (CommandStatus::ESME_RINVPASWD, account),
            (CommandStatus::ESME_RINVSYSID, account),
            (CommandStatus::ESME_RINVSYSTYP, account),
            (CommandStatus::ESME_RALYBND, Reaction::AtLeast(Duration::from_secs(30))),
        ];
        Self {
            backoff: Backoff::default(),
            reactions: BTreeMap::from(reactions),
            attempts: None,
            settled_after: Duration::from_secs(5),
        }
    }
}

impl ReconnectPolicy {
    /// The waiting times between attempts.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// What to do when a bind is refused with `command_status`.
    #[must_use]
    pub fn on_refused(mut self, command_status: CommandStatus, reaction: Reaction) -> Self {
        self.reactions.insert(command_status, reaction);
        self
    }

    /// Gives up after this many failures in a row, at least 1. Default: never.
    #[must_use]
    pub fn stop_after(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts.max(1));
        self
    }

    /// A session that lasted this long resets the back-off; one that was lost
    /// sooner counts as a failed attempt, so that a centre which accepts every
    /// bind and closes at once is not met in a hot loop. Default: 5 s.
    #[must_use]
    pub fn settled_after(mut self, lasted: Duration) -> Self {
        self.settled_after = lasted;
        self
    }

    /// After failed attempt number `failures` (the first is 1) with `error`;
    /// none means that a session was bound and lost.
    pub(crate) fn next(&self, failures: u32, error: Option<&ConnectError>, random: u64) -> Next {
        if self.attempts.is_some_and(|attempts| failures >= attempts) {
            return Next::Stop;
        }
        let usual = self.backoff.delay(failures.saturating_sub(1), random);
        let status = error.and_then(ConnectError::command_status);
        match status.and_then(|status| self.reactions.get(&status)) {
            None | Some(Reaction::BackOff) => Next::After(usual),
            Some(Reaction::AtLeast(least)) => Next::After(usual.max(spread(*least, 10, random))),
            Some(Reaction::Stop) => Next::Stop,
        }
    }

    /// True if a session that lasted this long resets the back-off.
    pub(crate) fn is_settled(&self, lasted: Duration) -> bool {
        lasted >= self.settled_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_is_never_tried_in_a_hot_loop() {
        let policy = ReconnectPolicy::default();
        let refused = ConnectError::Refused { command_status: CommandStatus::ESME_RINVPASWD };

        let Next::After(delay) = policy.next(1, Some(&refused), 0) else {
            panic!("the default never stops");
        };

        assert!(delay >= Duration::from_secs(54), "{delay:?}");
    }

    #[test]
    fn a_status_can_end_it() {
        let policy = ReconnectPolicy::default().on_refused(CommandStatus::ESME_RINVPASWD, Reaction::Stop);
        let refused = ConnectError::Refused { command_status: CommandStatus::ESME_RINVPASWD };

        assert_eq!(policy.next(1, Some(&refused), 0), Next::Stop);
    }

    #[test]
    fn it_gives_up_after_so_many_failures() {
        let policy = ReconnectPolicy::default().stop_after(3);

        let verdicts: Vec<bool> =
            (1..=3).map(|failures| policy.next(failures, None, 0) == Next::Stop).collect();

        assert_eq!(verdicts, [false, false, true]);
    }
}
