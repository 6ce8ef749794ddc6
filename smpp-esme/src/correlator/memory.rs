//! A correlator in memory: lost with the process.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use smpp_session::pdu::MessageId;

use super::{Correlated, Correlator, Lives, PartState, SentPart, Stage};
use crate::broker::TrackingId;

/// Remembers in memory; as large as what was sent during the lives of its
/// entries, so purge it from time to time.
#[derive(Debug, Default)]
pub struct MemoryCorrelator {
    known: Mutex<Known>,
    lives: Lives,
}

#[derive(Debug, Default)]
struct Known {
    parts: BTreeMap<(TrackingId, u8), Entry>,
    by_message_id: BTreeMap<Vec<u8>, (TrackingId, u8)>,
}

#[derive(Debug)]
struct Entry {
    part: SentPart,
    message_id: Option<MessageId>,
    stage: Stage,
    ends: SystemTime,
}

impl MemoryCorrelator {
    /// Remembers for as long as `lives` says.
    pub fn new(lives: Lives) -> Self {
        Self { known: Mutex::default(), lives }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, part: &SentPart, message_id: Option<&MessageId>, now: SystemTime) {
        let stage = if message_id.is_some() { Stage::Submitted } else { Stage::Unanswered };
        let key = (part.id, part.number);
        let entry = Entry {
            part: part.clone(),
            message_id: message_id.copied(),
            stage,
            ends: self.lives.end(stage, now),
        };
        let mut known = self.lock();
        known.forget(key);
        if let Some(message_id) = message_id {
            known.by_message_id.insert(message_id.as_bytes().to_vec(), key);
        }
        known.parts.insert(key, entry);
    }
}

impl Correlator for MemoryCorrelator {
    type Error = Infallible;

    async fn sending(&self, part: &SentPart, now: SystemTime) -> Result<(), Infallible> {
        self.note(part, None, now);
        Ok(())
    }

    async fn submitted(
        &self,
        part: &SentPart,
        message_id: &MessageId,
        now: SystemTime,
    ) -> Result<(), Infallible> {
        self.note(part, Some(message_id), now);
        Ok(())
    }

    async fn refused(&self, part: &SentPart) -> Result<(), Infallible> {
        self.lock().forget((part.id, part.number));
        Ok(())
    }

    async fn parts(&self, id: TrackingId) -> Result<Vec<PartState>, Infallible> {
        let known = self.lock();
        let of_message = known.parts.range((id, 0)..=(id, u8::MAX));
        Ok(of_message
            .map(|((_, number), entry)| PartState { number: *number, message_id: entry.message_id })
            .collect())
    }

    async fn receipted(
        &self,
        message_id: &MessageId,
        is_final: bool,
        now: SystemTime,
    ) -> Result<Option<Correlated>, Infallible> {
        let mut known = self.lock();
        let Some(key) = known.by_message_id.get(message_id.as_bytes()).copied() else {
            return Ok(None);
        };
        let Some(entry) = known.parts.get_mut(&key).filter(|entry| entry.ends > now) else {
            return Ok(None);
        };
        if is_final {
            entry.stage = Stage::Final;
            entry.ends = self.lives.end(Stage::Final, now);
        }
        let part = entry.part.clone();
        let of_message = known.parts.range((part.id, 0)..=(part.id, u8::MAX));
        let finished = of_message.filter(|(_, entry)| entry.stage == Stage::Final).count();
        Ok(Some(Correlated { part, finished: u8::try_from(finished).unwrap_or(u8::MAX) }))
    }

    async fn purge_expired(&self, now: SystemTime) -> Result<u64, Infallible> {
        let mut known = self.lock();
        let expired: Vec<(TrackingId, u8)> =
            known.parts.iter().filter(|(_, entry)| entry.ends <= now).map(|(key, _)| *key).collect();
        for key in &expired {
            known.forget(*key);
        }
        Ok(u64::try_from(expired.len()).unwrap_or(u64::MAX))
    }
}

impl Known {
    fn forget(&mut self, key: (TrackingId, u8)) {
        let Some(entry) = self.parts.remove(&key) else {
            return;
        };
        let Some(message_id) = entry.message_id else {
            return;
        };
        // A centre may give an id twice; then it belongs to the later message.
        if self.by_message_id.get(message_id.as_bytes()) == Some(&key) {
            self.by_message_id.remove(message_id.as_bytes());
        }
    }
}
