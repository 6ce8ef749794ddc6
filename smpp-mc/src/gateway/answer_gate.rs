//! Holds a receipt back until the answer to its submission is in the output buffer of the session that asked.
//!
//! A receipt that overtakes the submit_sm_resp names a `message_id` that the ESME has not been told yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::message::MessageKey;

/// The submissions whose answer is still under way. Holds at most what the sessions' inbound limits let in.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerGate {
    pending: Arc<Mutex<HashMap<MessageKey, watch::Sender<()>>>>,
}

impl AnswerGate {
    /// Closes the gate for `key` until the guard is dropped: when the answer was written, or its session is gone.
    pub(crate) fn close(&self, key: MessageKey) -> AnswerPending {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(key, watch::Sender::new(()));
        AnswerPending { gate: self.clone(), key }
    }

    /// Waits until the answer for `key` is on its way; at once if none is awaited.
    pub(crate) async fn passed(&self, key: MessageKey) {
        let waiting = {
            let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.get(&key).map(watch::Sender::subscribe)
        };
        if let Some(mut waiting) = waiting {
            // The sender sends nothing: that it is gone is the news.
            while waiting.changed().await.is_ok() {}
        }
    }

    /// Whether the answer for `key` is still under way.
    pub(crate) fn is_closed(&self, key: MessageKey) -> bool {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key)
    }
}

/// An answer that is not written yet.
#[derive(Debug)]
pub(crate) struct AnswerPending {
    gate: AnswerGate,
    key: MessageKey,
}

impl Drop for AnswerPending {
    fn drop(&mut self) {
        self.gate.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_receipt_waits_for_the_guard_and_then_passes() {
        let gate = AnswerGate::default();
        let key = MessageKey::new(7).unwrap();
        let guard = gate.close(key);

        let mut waiting = Box::pin(gate.passed(key));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(gate.is_closed(key));
        drop(guard);

        waiting.await;
        assert!(!gate.is_closed(key));
        gate.passed(key).await;
    }
}
