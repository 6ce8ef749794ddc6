//! When a message that could not be handed on is tried again. Pure.

use std::time::Duration;

use smpp_session::pdu::CommandStatus;

/// What a refusal means for the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Retry {
    /// Try again after this long.
    After(Duration),
    /// The refusal is final.
    Never,
}

/// What an ESME's refusal of a deliver_sm or data_sm means for attempt number `attempts`, counted from 1.
///
/// Everything but an explicit refusal of the message is tried again until the message expires: the ESME has it nowhere
/// else.
pub(crate) fn after_refusal_by_esme(status: CommandStatus, attempts: u16) -> Retry {
    match status {
        CommandStatus::ESME_RX_R_APPN | CommandStatus::ESME_RX_P_APPN => Retry::Never,
        _ => Retry::After(backoff(attempts)),
    }
}

/// The pause before the attempt after number `attempts`, counted from 1: doubling from one second to five minutes.
pub(crate) fn backoff(attempts: u16) -> Duration {
    let doublings = u32::from(attempts.saturating_sub(1)).min(9);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// The first pause, after which a peer that was busy for a moment is asked again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause: a peer that comes back is served within it.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(backoff(1), Duration::from_secs(1));
        assert_eq!(backoff(2), Duration::from_secs(2));
        assert_eq!(backoff(5), Duration::from_secs(16));
        assert_eq!(backoff(u16::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn only_a_refusal_of_the_message_is_final() {
        assert_eq!(after_refusal_by_esme(CommandStatus::ESME_RX_R_APPN, 1), Retry::Never);
        assert_eq!(after_refusal_by_esme(CommandStatus::ESME_RX_T_APPN, 1), Retry::After(FIRST_PAUSE));
        assert_eq!(
            after_refusal_by_esme(CommandStatus::ESME_RMSGQFUL, 3),
            Retry::After(Duration::from_secs(4))
        );
    }
}
