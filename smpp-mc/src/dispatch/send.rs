//! One connector's queue: lease in order, send within the connector's window, settle by the next hop's answer.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use smpp_session::pdu::{CommandStatus, MessageState};
use tokio_util::sync::CancellationToken;

use super::retry::backoff;
use crate::connector::{Connector, Outgoing, SendOutcome};
use crate::gateway::contents;
use crate::gateway::core::{Core, Flight};
use crate::message::{QueueId, Sent, StoredMessage};
use crate::store::Change;

/// Serves the queue of one connector until `stop`.
pub(super) async fn run(core: Arc<Core>, connector: Arc<dyn Connector>, stop: CancellationToken) {
    let name: Arc<str> = connector.name().into();
    let wake = core.signals.connector(&name);
    let queue = QueueId::Connector(name);
    let mut sending = Sending { core: &core, connector: &*connector, under_way: FuturesUnordered::new() };
    loop {
        let more = if stop.is_cancelled() { false } else { sending.lease(&queue).await };
        if stop.is_cancelled() && sending.under_way.is_empty() {
            return;
        }
        if more {
            // There is room and there was something: look again, after taking what has been answered meanwhile.
            sending.settle_answered().await;
            continue;
        }
        tokio::select! {
            settled = sending.under_way.next(), if !sending.under_way.is_empty() => {
                sending.settle(settled.into_iter().collect()).await;
            }
            () = wake.notified() => {}
            () = stop.cancelled(), if !stop.is_cancelled() => {}
        }
    }
}

/// A queue's messages on their way to a connector.
struct Sending<'a> {
    core: &'a Arc<Core>,
    connector: &'a dyn Connector,
    under_way: FuturesUnordered<BoxFuture<'a, Answered>>,
}

/// A message and the next hop's answer to it.
struct Answered {
    message: StoredMessage,
    flight: Option<Flight>,
    outcome: SendOutcome,
}

impl Sending<'_> {
    /// Leases what the window lets out and starts sending it; true if there may be more.
    async fn lease(&mut self, queue: &QueueId) -> bool {
        if !self.connector.is_up() {
            return false;
        }
        // What is under way with a connector that does not remember is among the awaited.
        let held =
            if self.connector.remembers() { self.under_way.len() } else { self.core.awaited.stored(queue) };
        let room = self.connector.window().saturating_sub(held).min(LEASE);
        if room == 0 {
            return false;
        }
        let now = self.core.clock.now();
        let leased = match self.core.store.lease_due(queue.clone(), now, room).await {
            Ok(leased) => leased,
            Err(error) => {
                tracing::error!(%error, connector = self.connector.name(), "due messages cannot be read");
                return false;
            }
        };
        let mut more = leased.len() == room;
        let mut expired = Vec::new();
        for message in leased {
            if message.expires.is_some_and(|expires| expires <= now) {
                expired.push(message);
            } else {
                self.start(message);
            }
        }
        if !expired.is_empty() {
            let others = self.core.finish_all(expired, MessageState::EXPIRED, now).await;
            // Should whoever finishes them fail to, they are found again.
            self.core.store.release(&others);
            more &= others.is_empty();
        }
        more
    }

    fn start(&mut self, message: StoredMessage) {
        let Some(submission) = contents::submission(&message) else {
            let answered = Answered { message, flight: None, outcome: SendOutcome::Refused(UNREADABLE) };
            self.under_way.push(Box::pin(std::future::ready(answered)));
            return;
        };
        let mut outgoing = Outgoing::new(message.key, Arc::clone(&message.account), submission);
        outgoing.expires = message.expires;
        let flight = self.core.flights.begin(message.key);
        if !self.connector.remembers() {
            // Its report may come before `send` returns.
            self.core.awaited.keep_stored(message.clone());
        }
        let sent = self.connector.send(outgoing);
        self.under_way.push(Box::pin(async move {
            let outcome = sent.await;
            Answered { message, flight: Some(flight), outcome }
        }));
    }

    /// Settles everything that has its answer already, without waiting.
    async fn settle_answered(&mut self) {
        let mut answered = Vec::new();
        while answered.len() < LEASE {
            match futures::FutureExt::now_or_never(self.under_way.next()) {
                Some(Some(one)) => answered.push(one),
                _ => break,
            }
        }
        self.settle(answered).await;
    }

    async fn settle(&mut self, answered: Vec<Answered>) {
        let now = self.core.clock.now();
        let mut changes = Vec::new();
        let mut refused = Vec::new();
        let mut flights = Vec::new();
        for Answered { message, flight, outcome } in answered {
            let volatile = !self.connector.remembers();
            match outcome {
                SendOutcome::Taken { remote_id } if volatile => drop((remote_id, flight)),
                SendOutcome::Taken { remote_id } => {
                    let deadline = message.expires.unwrap_or(now) + self.core.options.report_grace;
                    let sent = Sent::new(self.connector.name().into(), remote_id, deadline);
                    changes.push(Change::Sent { key: message.key, sent });
                    flights.extend(flight);
                }
                SendOutcome::Refused(status) => {
                    self.core.awaited.forget(message.key);
                    if let Some(flight) = flight {
                        flight.refused();
                    }
                    tracing::debug!(key = %message.key, ?status, connector = self.connector.name(), "refused");
                    refused.push(message);
                }
                SendOutcome::Postponed(_) | SendOutcome::Unknown | SendOutcome::Unavailable => {
                    self.core.awaited.forget(message.key);
                    let tried = outcome != SendOutcome::Unavailable;
                    changes.push(postponed(message, tried, now));
                    flights.extend(flight);
                }
            }
        }
        if !refused.is_empty() {
            let others = self.core.finish_all(refused, MessageState::REJECTED, now).await;
            self.core.store.release(&others);
        }
        self.core.settle(changes).await;
        drop(flights);
    }
}

/// The message back in its queue: later and one attempt older if the next hop was asked, as it was if not.
fn postponed(message: StoredMessage, tried: bool, now: SystemTime) -> Change {
    let mut place = message.place;
    place.due = if tried {
        place.attempts = place.attempts.saturating_add(1);
        now + backoff(place.attempts)
    } else {
        now + UNAVAILABLE_PAUSE
    };
    Change::Place { key: message.key, place }
}

/// Most messages leased at a time.
const LEASE: usize = 512;
/// How soon a message is tried again that found its connector away although it was up a moment before.
const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(1);
/// What becomes of a record that this program wrote and cannot read.
const UNREADABLE: CommandStatus = CommandStatus::ESME_RSYSERR;
