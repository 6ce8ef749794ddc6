//! Receipts and mobile-originated messages to bound ESMEs: one worker for each system_id that has something due and a
//! receiver bound, so that a slow or silent ESME holds up nobody else.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use smpp_session::RequestError;
use smpp_session::pdu::{DeliverSm, MessageState, TlvTag};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::retry::{Retry, after_refusal_by_esme, backoff};
use crate::gateway::contents;
use crate::gateway::core::Core;
use crate::message::{MessageKey, MessageKind, QueueId, StoredMessage};
use crate::server::EsmeHandle;
use crate::store::Change;

/// Keeps a worker for every ESME that can be served, until `stop`.
pub(super) async fn run(core: Arc<Core>, stop: CancellationToken) {
    let mut bound = core.registry.new_receivers();
    let mut workers: HashMap<Arc<str>, Arc<Notify>> = HashMap::new();
    let mut running = JoinSet::new();
    loop {
        let wanted: Vec<Arc<str>> = tokio::select! {
            () = stop.cancelled() => break,
            system_ids = core.signals.esmes() => system_ids.into_iter().collect(),
            system_ids = bound.next() => system_ids.into_iter().map(Arc::from).collect(),
            Some(ended) = running.join_next(), if !running.is_empty() => {
                let Ok(system_id): Result<Arc<str>, _> = ended else {
                    tracing::error!("a delivery worker has failed");
                    workers.retain(|_, wake| Arc::strong_count(wake) > 1);
                    continue;
                };
                // Woken on its last step, it did not look again.
                let woken = workers.remove(&system_id).is_some_and(|wake| wake.notified().now_or_never().is_some());
                if woken { vec![system_id] } else { Vec::new() }
            }
        };
        for system_id in wanted {
            if let Some(wake) = workers.get(&system_id) {
                wake.notify_one();
            } else if !core.registry.receivers(&system_id).is_empty() {
                let wake = Arc::new(Notify::new());
                workers.insert(Arc::clone(&system_id), Arc::clone(&wake));
                running.spawn(serve(Arc::clone(&core), system_id, wake, stop.clone()));
            }
        }
    }
    while running.join_next().await.is_some() {}
}

/// Delivers to one ESME until nothing is due, no receiver is bound, or `stop`.
async fn serve(core: Arc<Core>, system_id: Arc<str>, wake: Arc<Notify>, stop: CancellationToken) -> Arc<str> {
    let queue = QueueId::Esme(Arc::clone(&system_id));
    let mut under_way: FuturesUnordered<BoxFuture<'static, Delivered>> = FuturesUnordered::new();
    // Binds that take nothing any more. They are listed as long as they wait for what is open.
    let mut leaving = BTreeSet::new();
    loop {
        let mut receivers =
            if stop.is_cancelled() { Vec::new() } else { core.registry.receivers(&system_id) };
        receivers.retain(|receiver| !leaving.contains(&receiver.id()));
        let room = core.accounts.deliver_window(&system_id).saturating_sub(under_way.len());
        let mut started = 0;
        if !receivers.is_empty() && room > 0 {
            let now = core.clock.now();
            match core.store.lease_due(queue.clone(), now, room).await {
                Ok(leased) => {
                    started = leased.len();
                    let mut expired = Vec::new();
                    for message in leased {
                        if message.expires.is_some_and(|expires| expires <= now) {
                            expired.push(message);
                        } else {
                            under_way.push(deliver(&core, &receivers, message));
                        }
                    }
                    if !expired.is_empty() {
                        tracing::info!(%system_id, messages = expired.len(), "expired undelivered");
                        core.finish_all(expired, MessageState::EXPIRED, now).await;
                    }
                }
                Err(error) => tracing::error!(%error, %system_id, "due messages cannot be read"),
            }
        }
        if under_way.is_empty() {
            if started == 0 {
                return system_id;
            }
            continue;
        }
        tokio::select! {
            first = under_way.next() => {
                let mut delivered: Vec<Delivered> = first.into_iter().collect();
                while let Some(Some(more)) = under_way.next().now_or_never() {
                    delivered.push(more);
                }
                leaving.extend(delivered.iter().filter_map(Delivered::leaving));
                settle(&core, delivered).await;
            }
            () = wake.notified() => {}
        }
    }
}

/// A message and how its delivery ended.
struct Delivered {
    message: StoredMessage,
    /// The id of the bind it was handed to, if any.
    bind: Option<u64>,
    outcome: Result<(), Failure>,
}

impl Delivered {
    /// The bind, if it is leaving or has left.
    fn leaving(&self) -> Option<u64> {
        match &self.outcome {
            Err(Failure::Request(RequestError::Closed { .. } | RequestError::NotPermitted(_))) => self.bind,
            Ok(()) | Err(_) => None,
        }
    }
}

/// Why a delivery brought no OK.
enum Failure {
    /// What this program wrote and cannot read is nobody's to deliver.
    Unreadable,
    /// The last receiver has gone.
    NoReceiver,
    /// What the session or the ESME says.
    Request(RequestError),
}

/// Hands the message to the bind that its pair of addresses belongs to. The request is queued before this returns, so
/// that one bind gets its messages in the order of the queue.
fn deliver(
    core: &Arc<Core>,
    receivers: &[EsmeHandle],
    message: StoredMessage,
) -> BoxFuture<'static, Delivered> {
    let Some(delivery) = contents::delivery(&message) else {
        let outcome = Err(Failure::Unreadable);
        return std::future::ready(Delivered { message, bind: None, outcome }).boxed();
    };
    let Some(receiver) = bind_for(receivers, &delivery) else {
        let outcome = Err(Failure::NoReceiver);
        return std::future::ready(Delivered { message, bind: None, outcome }).boxed();
    };
    let bind = Some(receiver.id());
    if let Some(key) = awaited_answer(core, &message, &delivery) {
        let core = Arc::clone(core);
        let receiver = receiver.clone();
        return async move {
            core.gate.passed(key).await;
            let outcome = receiver.deliver_sm(delivery).await.map(drop).map_err(Failure::Request);
            Delivered { message, bind, outcome }
        }
        .boxed();
    }
    let answer = receiver.deliver_sm(delivery);
    async move { Delivered { message, bind, outcome: answer.await.map(drop).map_err(Failure::Request) } }
        .boxed()
}

/// The submission whose answer is not written yet, if this is its receipt.
fn awaited_answer(core: &Core, message: &StoredMessage, delivery: &DeliverSm) -> Option<MessageKey> {
    if message.kind != MessageKind::Receipt {
        return None;
    }
    let key = core.key_of(delivery.tlvs.get(TlvTag::RECEIPTED_MESSAGE_ID)?)?;
    core.gate.is_closed(key).then_some(key)
}

/// What goes from one number to another stays on one bind while that bind lives, and moves alone when it ends.
fn bind_for<'r>(receivers: &'r [EsmeHandle], delivery: &DeliverSm) -> Option<&'r EsmeHandle> {
    receivers.iter().max_by_key(|receiver| {
        let mut hasher = DefaultHasher::new();
        delivery.source_addr.hash(&mut hasher);
        delivery.destination_addr.hash(&mut hasher);
        receiver.id().hash(&mut hasher);
        hasher.finish()
    })
}

async fn settle(core: &Arc<Core>, delivered: Vec<Delivered>) {
    let now = core.clock.now();
    let mut changes = Vec::new();
    let mut returned = Vec::new();
    for Delivered { message, outcome, .. } in delivered {
        let attempts = message.place.attempts.saturating_add(1);
        let retry = match outcome {
            Ok(()) => {
                changes.extend(core.finishing(&message, MessageState::DELIVERED, 0, now));
                continue;
            }
            Err(
                Failure::NoReceiver
                | Failure::Request(RequestError::Closed { .. } | RequestError::NotPermitted(_)),
            ) => {
                returned.push(message.key);
                continue;
            }
            Err(Failure::Request(RequestError::Rejected { command_status, .. })) => {
                after_refusal_by_esme(command_status, attempts)
            }
            Err(Failure::Request(error @ (RequestError::Encode(_) | RequestError::Version))) => {
                tracing::error!(key = %message.key, %error, "cannot be sent to this ESME");
                Retry::Never
            }
            Err(Failure::Request(_)) => Retry::After(backoff(attempts)),
            Err(Failure::Unreadable) => Retry::Never,
        };
        match retry {
            Retry::After(pause) => {
                let mut place = message.place;
                place.attempts = attempts;
                place.due = now + pause;
                changes.push(Change::Place { key: message.key, place });
            }
            Retry::Never => {
                tracing::warn!(key = %message.key, account = %message.account, "refused for good by the ESME");
                changes.extend(core.finishing(&message, MessageState::REJECTED, 0, now));
            }
        }
    }
    core.store.release(&returned);
    core.settle(changes).await;
}
