//! Which message_state may follow which.

use smpp_session::pdu::MessageState;

/// Checks that a message in state `from` may be reported as `to`.
///
/// A final state is never left, with one exception: SMPP 5.0 (section 4.7.15) calls ACCEPTED final, yet
/// many message centres report it while the network still tries, and the real final state follows.
/// SCHEDULED is only where a message starts. ENROUTE, ACCEPTED and UNKNOWN may follow each other, since
/// reports overtake one another on the way.
///
/// # Errors
///
/// [`IllegalTransition`] names both states.
pub fn transition(from: MessageState, to: MessageState) -> Result<(), IllegalTransition> {
    let known = to.0 <= MessageState::SKIPPED.0;
    let back_to_start = to == MessageState::SCHEDULED && from != MessageState::SCHEDULED;
    if !known || back_to_start || ends(from) {
        return Err(IllegalTransition { from, to });
    }
    Ok(())
}

/// A message_state that may not follow the one before.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("message_state {} may not follow {}", to.0, from.0)]
#[non_exhaustive]
pub struct IllegalTransition {
    /// The state the message has.
    pub from: MessageState,
    /// The state that was reported.
    pub to: MessageState,
}

fn ends(state: MessageState) -> bool {
    state.is_final() && state != MessageState::ACCEPTED
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [MessageState; 10] = [
        MessageState::SCHEDULED,
        MessageState::ENROUTE,
        MessageState::DELIVERED,
        MessageState::EXPIRED,
        MessageState::DELETED,
        MessageState::UNDELIVERABLE,
        MessageState::ACCEPTED,
        MessageState::UNKNOWN,
        MessageState::REJECTED,
        MessageState::SKIPPED,
    ];

    #[test]
    fn a_final_state_is_never_left() {
        for from in ALL.into_iter().filter(|state| ends(*state)) {
            for to in ALL {
                assert_eq!(transition(from, to), Err(IllegalTransition { from, to }));
            }
        }
    }

    #[test]
    fn every_open_state_may_end_in_every_final_one() {
        for from in ALL.into_iter().filter(|state| !ends(*state)) {
            for to in ALL.into_iter().filter(|state| ends(*state)) {
                assert_eq!(transition(from, to), Ok(()));
            }
        }
    }

    #[test]
    fn a_message_is_scheduled_only_at_its_start() {
        assert!(transition(MessageState::SCHEDULED, MessageState::ENROUTE).is_ok());
        assert!(transition(MessageState::ENROUTE, MessageState::SCHEDULED).is_err());
    }

    #[test]
    fn states_outside_the_table_are_refused() {
        assert!(transition(MessageState::ENROUTE, MessageState(10)).is_err());
    }
}
