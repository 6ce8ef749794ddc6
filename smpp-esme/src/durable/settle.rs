//! From the outcomes of the parts to the settlement of the message. Pure.

use std::time::Duration;

use smpp_session::{RequestError, pdu::RetryClass};
use thiserror::Error;

use crate::{broker::Settlement, error::fate_unknown, random::random, reconnect::Backoff};

/// Why a message will not be sent again.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SubmitFailure {
    /// Its last attempt ended so.
    #[error(transparent)]
    Request(RequestError),
    /// It was on its way when an earlier process ended, and is not to be sent
    /// twice.
    #[error("it was sent before, and nobody knows whether it arrived")]
    FateUnknown,
}

/// How often, and how soon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    pub(super) attempts: u32,
    pub(super) backoff: Backoff,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 20, backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(300)) }
    }
}

/// What a part's failure asks for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Wish {
    /// Nothing was wrong with the message: as soon as a bind is up.
    AtOnce,
    /// It may pass.
    Later,
    /// It will not.
    Never,
}

/// How a message is settled whose outstanding parts came out so, on the lease
/// after `attempts` earlier ones.
pub(super) fn settlement(
    outcomes: &[Result<(), SubmitFailure>],
    resends_unknown: bool,
    attempts: u32,
    retries: &Retries,
) -> Settlement {
    let wishes = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    match wishes.map(|failure| wish(failure, resends_unknown, attempts)).max() {
        None => Settlement::Done,
        Some(Wish::AtOnce) => Settlement::Retry { after: Duration::ZERO },
        Some(Wish::Later) if attempts.saturating_add(1) < retries.attempts => {
            Settlement::Retry { after: retries.backoff.delay(attempts, random()) }
        }
        Some(Wish::Later | Wish::Never) => Settlement::Dead,
    }
}

fn wish(failure: &SubmitFailure, resends_unknown: bool, attempts: u32) -> Wish {
    let SubmitFailure::Request(error) = failure else {
        return Wish::Never;
    };
    if let Some(status) = error.command_status() {
        return match status.retry_class() {
            RetryClass::Temporary => Wish::Later,
            RetryClass::Conditional if attempts < CONDITIONAL => Wish::Later,
            RetryClass::Success | RetryClass::Conditional | RetryClass::Permanent | _ => Wish::Never,
        };
    }
    if fate_unknown(error) {
        if !resends_unknown {
            return Wish::Never;
        }
        // A centre that does not answer is not asked again in a hot loop.
        return if *error == RequestError::Expired { Wish::Later } else { Wish::AtOnce };
    }
    if matches!(error, RequestError::Encode(_) | RequestError::Version) {
        Wish::Never
    } else if matches!(error, RequestError::Closed { .. } | RequestError::NotPermitted(_)) {
        Wish::AtOnce
    } else {
        Wish::Later
    }
}

/// Attempts after a refusal that depends on the centre.
const CONDITIONAL: u32 = 3;

#[cfg(test)]
mod tests {
    use smpp_session::{
        CloseReason,
        pdu::{Body, CommandStatus, GenericNack},
    };

    use super::*;

    #[test]
    fn each_outcome_has_its_settlement() {
        let retry = |settled| matches!(settled, Settlement::Retry { .. });
        let of = |failures: &[SubmitFailure], resends, attempts| {
            let outcomes: Vec<_> = failures.iter().cloned().map(Err).collect();
            settlement(&outcomes, resends, attempts, &Retries::default())
        };

        assert_eq!(settlement(&[Ok(()), Ok(())], true, 0, &Retries::default()), Settlement::Done);
        assert!(retry(of(&[refused(CommandStatus::ESME_RTHROTTLED)], true, 0)));
        assert_eq!(of(&[refused(CommandStatus::ESME_RTHROTTLED)], true, 19), Settlement::Dead);
        assert_eq!(of(&[refused(CommandStatus::ESME_RINVDSTADR)], true, 0), Settlement::Dead);
        assert!(retry(of(&[refused(CommandStatus::ESME_RSUBMITFAIL)], true, 0)));
        assert_eq!(of(&[refused(CommandStatus::ESME_RSUBMITFAIL)], true, 3), Settlement::Dead);
        assert_eq!(of(&[lost(true)], true, 100), Settlement::Retry { after: Duration::ZERO });
        assert_eq!(of(&[lost(true)], false, 0), Settlement::Dead);
        assert_eq!(of(&[lost(false)], false, 0), Settlement::Retry { after: Duration::ZERO });
        assert_eq!(of(&[lost(false), refused(CommandStatus::ESME_RINVDSTADR)], true, 0), Settlement::Dead);
        assert_eq!(of(&[SubmitFailure::FateUnknown], false, 0), Settlement::Dead);
        let expired = SubmitFailure::Request(RequestError::Expired);
        assert!(matches!(of(&[expired], true, 0), Settlement::Retry { after } if !after.is_zero()));
    }

    fn refused(command_status: CommandStatus) -> SubmitFailure {
        let body = Box::new(Body::from(GenericNack::default()));
        SubmitFailure::Request(RequestError::Rejected { command_status, body })
    }

    fn lost(sent: bool) -> SubmitFailure {
        SubmitFailure::Request(RequestError::Closed { reason: CloseReason::PeerClosed, sent })
    }
}
