//! [`Correlator`]: which message a message_id belongs to.

mod memory;

use std::{
    error::Error,
    future::Future,
    time::{Duration, SystemTime},
};

use smpp_session::pdu::MessageId;

pub use self::memory::MemoryCorrelator;
use crate::broker::TrackingId;

/// Remembers which message_id belongs to which message until its receipt
/// comes, which may be days later and after a restart.
///
/// A part is noted before its submit_sm is written, and again with its
/// message_id. What was noted once and not again was on its way when the
/// process ended: nobody knows whether the centre has it.
pub trait Correlator: Send + Sync + 'static {
    /// What can go wrong with the memory itself.
    type Error: Error + Send + Sync + 'static;

    /// Notes that a part is about to be written.
    fn sending(
        &self,
        part: &SentPart,
        now: SystemTime,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Notes the message_id that the centre gave to a part.
    fn submitted(
        &self,
        part: &SentPart,
        message_id: &MessageId,
        now: SystemTime,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Forgets that a part was about to be written: the centre refused it, or
    /// certainly never had it.
    fn refused(&self, part: &SentPart) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// What is known of the parts of a message, in order of their numbers.
    fn parts(&self, id: TrackingId) -> impl Future<Output = Result<Vec<PartState>, Self::Error>> + Send;

    /// The message that a receipt speaks of; none if the id is not known. An
    /// id stays known after a final receipt, since centres repeat them and
    /// send them out of order, for [`Lives::after_final`].
    fn receipted(
        &self,
        message_id: &MessageId,
        is_final: bool,
        now: SystemTime,
    ) -> impl Future<Output = Result<Option<Correlated>, Self::Error>> + Send;

    /// Drops what is older than its life; returns how many entries went.
    fn purge_expired(&self, now: SystemTime) -> impl Future<Output = Result<u64, Self::Error>> + Send;
}

/// How long entries live.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lives {
    unanswered: Duration,
    submitted: Duration,
    after_final: Duration,
}

impl Default for Lives {
    /// A day without an answer, seven days until a receipt, an hour after a
    /// final one.
    fn default() -> Self {
        Self {
            unanswered: Duration::from_secs(24 * 3600),
            submitted: Duration::from_secs(7 * 24 * 3600),
            after_final: Duration::from_secs(3600),
        }
    }
}

impl Lives {
    /// How long a part that was written and not answered is remembered.
    #[must_use]
    pub fn unanswered(mut self, life: Duration) -> Self {
        self.unanswered = life;
        self
    }

    /// How long a message_id waits for its receipt.
    #[must_use]
    pub fn submitted(mut self, life: Duration) -> Self {
        self.submitted = life;
        self
    }

    /// How long a message_id is remembered after a final receipt.
    #[must_use]
    pub fn after_final(mut self, life: Duration) -> Self {
        self.after_final = life;
        self
    }

    /// When something noted at `now` ends.
    pub(crate) fn end(self, stage: Stage, now: SystemTime) -> SystemTime {
        let life = match stage {
            Stage::Unanswered => self.unanswered,
            Stage::Submitted => self.submitted,
            Stage::Final => self.after_final,
        };
        now.checked_add(life).unwrap_or(now)
    }
}

/// How far a part has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    Unanswered,
    Submitted,
    Final,
}

/// One part of one message, on its way to a centre.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "tests of correlators have to make it")]
pub struct SentPart {
    /// What the broker calls the message.
    pub id: TrackingId,
    /// Which part, from 1.
    pub number: u8,
    /// How many parts there are.
    pub total: u8,
    /// The application's own name for the message.
    pub reference: Option<String>,
}

/// What is known of one part.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "correlators of others have to make it")]
pub struct PartState {
    /// Which part, from 1.
    pub number: u8,
    /// Its message_id; none if it was about to be written and nothing is known
    /// since.
    pub message_id: Option<MessageId>,
}

/// The message that a receipt speaks of.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "correlators of others have to make it")]
pub struct Correlated {
    /// Which part of which message.
    pub part: SentPart,
    /// How many parts of the message have had their final receipt, this one
    /// included.
    pub finished: u8,
}
