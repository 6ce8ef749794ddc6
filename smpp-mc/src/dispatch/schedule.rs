//! What only time brings: messages that fall due, reports that never came, final states that are old.

use std::sync::Arc;
use std::time::Duration;

use smpp_session::pdu::MessageState;
use tokio_util::sync::CancellationToken;

use crate::gateway::core::Core;
use crate::store::StoreError;

/// Looks at the store whenever something falls due, at least once a second, until `stop`.
pub(super) async fn run(core: Arc<Core>, stop: CancellationToken) {
    loop {
        let pause = match look(&core).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "the store cannot be read");
                LONGEST_PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn look(core: &Core) -> Result<Duration, StoreError> {
    let now = core.clock.now();
    let due = core.store.due_queues(now).await?;
    core.signals.raise(due.queues);

    let overdue = core.store.sent_expired(now, SWEEP).await?;
    if !overdue.is_empty() {
        tracing::warn!(messages = overdue.len(), "no report came before the deadline");
        let messages = overdue.into_iter().map(|sent| sent.message).collect();
        // Their validity has passed. UNKNOWN would be no final state to an ESME.
        core.finish_all(messages, MessageState::EXPIRED, now).await;
    }
    if let Some(before) = now.checked_sub(core.options.keep_final) {
        core.store.purge_final(before, SWEEP).await?;
    }
    let pause = due.next.and_then(|next| next.duration_since(now).ok()).unwrap_or(LONGEST_PAUSE);
    Ok(pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
}

/// Rows looked at in one go, so that no sweep holds the store for long.
const SWEEP: usize = 1_000;
/// A message put back for a time that is nearer than the one waited for is seen within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Messages due within one moment are raised together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
