//! What comes from below: reports become final states and receipts, mobile-originated messages are queued for their
//! account, and only when that is durable is the connector told so.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::connector::{Connector, ConnectorEvent, EventBatch, Mobile, Report, Subject};
use crate::gateway::awaited::AwaitedMessage;
use crate::gateway::contents;
use crate::gateway::core::{Claim, Core};
use crate::message::{MessageKey, MessageKind, QueueId, StoredMessage};
use crate::routing::{MobileRoutable, RouteError};
use crate::store::{Change, Found, StoreError};

/// Takes the events of one connector until `stop` or its end.
pub(super) async fn run(core: Arc<Core>, connector: Arc<dyn Connector>, stop: CancellationToken) {
    let mut handling = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            _ = handling.next(), if !handling.is_empty() => {}
            batch = connector.events(), if handling.len() < BATCHES => match batch {
                Some(batch) => handling.push(handle(&core, &*connector, batch)),
                None => {
                    tracing::error!(connector = connector.name(), "the connector has ended");
                    stop.cancelled().await;
                    break;
                }
            },
        }
    }
    while handling.next().await.is_some() {}
}

async fn handle(core: &Arc<Core>, connector: &dyn Connector, batch: EventBatch) {
    let (events, acknowledgement) = batch.into_parts();
    let mut intake = Intake {
        core,
        connector,
        changes: Vec::new(),
        claims: Vec::new(),
        settled: Vec::new(),
        heard: BTreeSet::new(),
    };
    let mut outcome = Ok(());
    for event in events {
        outcome = outcome.and(match event {
            ConnectorEvent::Report(report) => intake.report(report).await,
            ConnectorEvent::Mobile(mobile) => intake.mobile(mobile).await,
            ConnectorEvent::Up => {
                tracing::info!(connector = connector.name(), "up");
                core.signals.raise([QueueId::Connector(connector.name().into())]);
                Ok(())
            }
            ConnectorEvent::Down => {
                tracing::warn!(connector = connector.name(), "down");
                Ok(())
            }
        });
    }
    let Intake { changes, claims, settled, .. } = intake;
    if outcome.is_ok() && !changes.is_empty() {
        outcome = core.commit_at_last(&changes).await;
    }
    match outcome {
        Ok(()) => {
            if settled.iter().filter(|key| core.awaited.forget(**key)).count() > 0 {
                // Room in the window of a connector that does not remember.
                core.signals.raise([QueueId::Connector(connector.name().into())]);
            }
            acknowledgement.fulfil();
        }
        Err(error) => {
            tracing::error!(%error, connector = connector.name(), "what came from below is not safe; it is not acknowledged");
            // A connector that does not remember will not report again: these are sent again instead.
            let again: Vec<MessageKey> =
                settled.into_iter().filter(|key| core.awaited.forget(*key)).collect();
            core.store.release(&again);
        }
    }
    drop(claims);
}

/// The changes that one batch makes.
struct Intake<'a> {
    core: &'a Arc<Core>,
    connector: &'a dyn Connector,
    changes: Vec<Change>,
    claims: Vec<Claim>,
    settled: Vec<MessageKey>,
    /// What the batch itself has brought already.
    heard: BTreeSet<Box<str>>,
}

impl Intake<'_> {
    async fn report(&mut self, report: Report) -> Result<(), StoreError> {
        let Some(key) = self.key(&report.subject).await? else {
            tracing::warn!(connector = self.connector.name(), "a report for a message that is not known");
            return Ok(());
        };
        if !self.core.flights.landed(key).await {
            // The ESME was told of the refusal; a report on top would be a second answer.
            return Ok(());
        }
        // A report that ends nothing must not keep the one behind it, that does, from its claim.
        let claim = if report.state.is_final() {
            let Some(claim) = self.core.finals.claim(key) else { return Ok(()) };
            Some(claim)
        } else {
            None
        };
        let Some(AwaitedMessage { message, stored }) = self.unfinished(key).await? else { return Ok(()) };
        if let Some(claim) = claim {
            let finishing = self.core.finishing(&message, report.state, report.error, report.at);
            // Of a message that was never stored only the receipt is.
            self.changes.extend(
                finishing.into_iter().filter(|change| stored || !matches!(change, Change::Final { .. })),
            );
            self.settled.push(key);
            self.claims.push(claim);
        } else if let Some(notification) = self.core.receipt(&message, report.state, report.error, report.at)
            && self.is_new(report.id.as_deref()).await?
        {
            self.changes.push(Change::Accept(notification));
        }
        Ok(())
    }

    async fn key(&self, subject: &Subject) -> Result<Option<MessageKey>, StoreError> {
        match subject {
            Subject::Key(key) => Ok(Some(*key)),
            Subject::RemoteId(remote_id) => {
                let sent = self.core.store.sent(self.connector.name(), remote_id).await?;
                Ok(sent.map(|sent| sent.message.key))
            }
        }
    }

    /// The message, unless it has come to its final state before.
    async fn unfinished(&self, key: MessageKey) -> Result<Option<AwaitedMessage>, StoreError> {
        if let Some(awaited) = self.core.awaited.find(key) {
            return Ok(Some(awaited));
        }
        let message = match self.core.store.get(key).await? {
            Some(Found::Waiting { message, .. }) => message,
            Some(Found::Sent(sent)) => sent.message,
            Some(_) | None => return Ok(None),
        };
        Ok(Some(AwaitedMessage { message, stored: true }))
    }

    async fn mobile(&mut self, mobile: Mobile) -> Result<(), StoreError> {
        if !self.is_new(mobile.id.as_deref()).await? {
            return Ok(());
        }
        let account = match mobile.account {
            Some(account) => account,
            None => {
                let routable = MobileRoutable::new(self.connector.name(), &mobile.deliver);
                match self.core.router.route_mobile(&routable).decision().await {
                    Ok(account) => account,
                    Err(RouteError::NoRoute(_)) => {
                        tracing::warn!(
                            connector = self.connector.name(),
                            "a message from below that no account is for"
                        );
                        return Ok(());
                    }
                    Err(RouteError::Unavailable) => return Err(StoreError::Closed),
                }
            }
        };
        let Ok(pdu) = contents::encoded(mobile.deliver) else { return Ok(()) };
        let now = self.core.clock.now();
        let key = self.core.store.issue_key();
        let queue = QueueId::Esme(Arc::clone(&account));
        let mut message = StoredMessage::new(key, account, MessageKind::Mobile, queue, pdu, now);
        message.expires = Some(now + self.core.options.validity);
        self.changes.push(Change::Accept(message));
        Ok(())
    }

    /// Whether nothing of this name was brought before; remembers it from now on.
    async fn is_new(&mut self, id: Option<&str>) -> Result<bool, StoreError> {
        let Some(id) = id else { return Ok(true) };
        if self.heard.contains(id) || self.core.store.heard(self.connector.name(), id).await? {
            return Ok(false);
        }
        self.heard.insert(id.into());
        self.changes.push(Change::Heard {
            source: self.connector.name().into(),
            id: id.into(),
            at: self.core.clock.now(),
        });
        Ok(true)
    }
}

/// Batches handled at the same time; beyond that the connector's events wait.
const BATCHES: usize = 16;
