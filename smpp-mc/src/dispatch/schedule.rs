//! What only time brings: messages that fall due, reports that never came, final states that are old.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use smpp_session::pdu::MessageState;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::gateway::core::Core;
use crate::message::QueueId;
use crate::store::StoreError;

/// Looks at the store whenever something falls due, at least once a second, until `stop`.
pub(super) async fn run(core: Arc<Core>, stop: CancellationToken) {
    let mut round = Instant::now();
    loop {
        let pause = match look(&core, &mut round).await {
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

/// One look; `round` is when the queues that nobody serves are gone through next.
async fn look(core: &Core, round: &mut Instant) -> Result<Duration, StoreError> {
    let now = core.clock.now();
    let due = core.store.due_queues(now).await?;
    if *round <= Instant::now() {
        *round = Instant::now() + ROUND;
        for queue in due.queues.iter().filter(|queue| !is_served(core, queue)) {
            expire(core, queue, now).await?;
        }
        if let Some(before) = now.checked_sub(core.options.report_grace) {
            let forgotten = core.awaited.forget_overdue(before);
            if forgotten > 0 {
                tracing::warn!(messages = forgotten, "no report came for accounts without tracking");
            }
        }
    }
    core.signals.raise(due.queues);

    let mut old = 0;
    if let Some(before) = now.checked_sub(core.options.keep_final) {
        old = core.store.purge_final(before, SWEEP).await?;
    }
    if let Some(before) = now.checked_sub(KEEP_HEARD) {
        old = old.max(core.store.purge_heard(before, SWEEP).await?);
    }
    let overdue = core.store.sent_expired(now, SWEEP).await?;
    if !overdue.is_empty() {
        tracing::warn!(messages = overdue.len(), "no report came before the deadline");
        let messages = overdue.into_iter().map(|sent| sent.message).collect();
        // Their validity has passed. UNKNOWN would be no final state to an ESME.
        core.finish_all(messages, MessageState::EXPIRED, now).await;
    }
    // What is old comes as fast as messages do, so a full sweep is followed by another.
    let next = if old < SWEEP as u64 { due.next } else { Some(now) };
    let pause = next.and_then(|next| next.duration_since(now).ok()).unwrap_or(LONGEST_PAUSE);
    Ok(pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
}

/// Whether somebody takes what is due in this queue.
fn is_served(core: &Core, queue: &QueueId) -> bool {
    match queue {
        QueueId::Connector(name) => core.connectors.get(name).is_some_and(|connector| connector.is_up()),
        QueueId::Esme(system_id) => !core.registry.receivers(system_id).is_empty(),
    }
}

/// Ends what has expired at the head of a queue that nobody serves: its receivers never bind, its connector stays away
/// or is not configured any more.
async fn expire(core: &Core, queue: &QueueId, now: SystemTime) -> Result<(), StoreError> {
    loop {
        let leased = core.store.lease_due(queue.clone(), now, HEAD).await?;
        let (expired, waiting): (Vec<_>, Vec<_>) =
            leased.into_iter().partition(|message| message.expires.is_some_and(|expires| expires <= now));
        core.store.release(&waiting.iter().map(|message| message.key).collect::<Vec<_>>());
        if expired.is_empty() {
            return Ok(());
        }
        tracing::info!(messages = expired.len(), "expired unserved");
        let others = core.finish_all(expired, MessageState::EXPIRED, now).await;
        core.store.release(&others);
        if !waiting.is_empty() || !others.is_empty() {
            return Ok(());
        }
    }
}

/// How often the queues that nobody serves are gone through.
const ROUND: Duration = Duration::from_secs(60);
/// How many messages of such a queue are looked at. They stand in the order of their acceptance, so those that expire
/// first are mostly the first.
const HEAD: usize = 100;
/// How long what came from below is known again; no next hop offers it longer.
const KEEP_HEARD: Duration = Duration::from_secs(86_400);
/// Rows looked at in one go, so that no sweep holds the store for long.
const SWEEP: usize = 1_000;
/// A message put back for a time that is nearer than the one waited for is seen within this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Messages due within one moment are raised together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
