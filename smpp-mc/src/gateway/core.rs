//! What the accepting half and the dispatching half of the gateway share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use smpp_session::pdu::MessageId;
use tokio::sync::{Notify, watch};
use tokio_util::task::TaskTracker;

use super::answer_gate::AnswerGate;
use super::awaited::Awaited;
use super::batch::TurnBatch;
use super::options::GatewayOptions;
use crate::auth::{Account, Authenticator};
use crate::clock::Clock;
use crate::connector::Connector;
use crate::message::{MessageIdForm, MessageIds, MessageKey, QueueId, StoredMessage};
use crate::routing::Router;
use crate::server::Registry;
use crate::store::{Change, Conflict, MessageStore, StoreError};
use crate::throttle::AccountThrottle;

/// The parts, and what passes between the halves.
pub(crate) struct Core {
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) router: Arc<dyn Router>,
    pub(crate) store: Arc<dyn MessageStore>,
    pub(crate) ids: MessageIds,
    pub(crate) connectors: BTreeMap<Arc<str>, Arc<dyn Connector>>,
    pub(crate) registry: Registry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: GatewayOptions,
    pub(crate) accounts: BoundAccounts,
    pub(crate) throttle: AccountThrottle,
    pub(crate) gate: AnswerGate,
    pub(crate) flights: Flights,
    pub(crate) awaited: Awaited,
    pub(crate) finals: Claims,
    pub(crate) signals: Signals,
    /// Commits that must be told of even when the session that asked is gone.
    pub(crate) tasks: TaskTracker,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("connectors", &self.connectors.keys()).finish_non_exhaustive()
    }
}

impl Core {
    /// Commits, and when that is done wakes whoever serves the queues that got something.
    pub(crate) async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let queues = queues_of(&changes);
        let outcome = self.store.commit(changes).await;
        if outcome.is_ok() {
            self.signals.raise(queues);
        }
        outcome
    }

    /// Commits what must not be given up: as long as the store is full it is tried again.
    pub(crate) async fn commit_at_last(&self, changes: &[Change]) -> Result<(), StoreError> {
        loop {
            match self.commit(changes.to_vec()).await {
                Err(error @ StoreError::Full) => {
                    tracing::warn!(%error, changes = changes.len(), "what became of messages waits to be written");
                    tokio::time::sleep(FULL_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Commits what became of messages. Their leases last until that is done: to give them back before would have
    /// messages sent again that have arrived.
    pub(crate) async fn settle(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut outcome = self.commit_at_last(&changes).await;
        if let Err(StoreError::Conflict(_)) = outcome {
            outcome = Ok(());
            // One message has moved on meanwhile; what became of the others still holds.
            for changes in changes.chunk_by(|_, next| settled_key(next).is_none()) {
                match self.commit_at_last(changes).await {
                    Ok(()) | Err(StoreError::Conflict(Conflict::Final(_))) => {}
                    Err(error) => outcome = Err(error),
                }
            }
        }
        if let Err(error) = outcome {
            // A store that has failed stays so. Only its next opening tells what it holds.
            tracing::error!(%error, changes = changes.len(), "what became of messages cannot be written");
        }
    }

    /// Commits what has gathered in a session's batch.
    pub(crate) async fn commit_batch(&self, batch: &TurnBatch) {
        if let Some((changes, settle)) = batch.take() {
            settle.settle(self.commit(changes).await);
        }
    }

    /// Keeps a message that the store does not have until its report.
    pub(crate) fn await_untracked(&self, message: StoredMessage) {
        if !self.awaited.keep_untracked(message) {
            tracing::warn!(
                "too many reports are awaited for accounts without tracking: a receipt is given up"
            );
        }
    }

    /// What the ESME knows this message by.
    pub(crate) fn message_id(&self, message: &StoredMessage) -> MessageId {
        let given = message.message_id.as_deref().and_then(|text| MessageId::try_from(text).ok());
        given.unwrap_or_else(|| self.message_id_of(message.key))
    }

    /// The message_id that is made of a key.
    pub(crate) fn message_id_of(&self, key: MessageKey) -> MessageId {
        let text = self.ids.text(key, MessageIdForm::default());
        // Every form is far shorter than the field.
        MessageId::try_from(text.as_str()).unwrap_or_default()
    }

    /// The key that a message_id was made of.
    pub(crate) fn key_of(&self, message_id: &[u8]) -> Option<MessageKey> {
        let text = std::str::from_utf8(message_id).ok()?;
        self.ids.parse(text.trim_end_matches('\0'), MessageIdForm::default())
    }

    /// When a message accepted now loses its worth, if it names no validity_period of its own.
    pub(crate) fn expiry(&self, account_validity: Option<Duration>, now: SystemTime) -> SystemTime {
        now + account_validity.unwrap_or(self.options.validity)
    }
}

/// The queues in which the changes put something.
fn queues_of(changes: &[Change]) -> BTreeSet<QueueId> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Accept(message) | Change::Replace(message) => Some(message.place.queue.clone()),
            Change::Place { place, .. } => Some(place.queue.clone()),
            Change::Sent { .. } | Change::Final { .. } | Change::Withdraw { .. } | Change::Heard { .. } => {
                None
            }
        })
        .collect()
}

/// The message that a change settles; none for a change that goes with the one before it.
fn settled_key(change: &Change) -> Option<MessageKey> {
    match change {
        Change::Sent { key, .. } | Change::Final { key, .. } | Change::Place { key, .. } => Some(*key),
        Change::Accept(_) | Change::Replace(_) | Change::Withdraw { .. } | Change::Heard { .. } => None,
    }
}

/// How long a full store is left alone.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// The accounts that have bound since the start, as they were at their last bind. Holds one entry an account.
#[derive(Debug, Default)]
pub(crate) struct BoundAccounts {
    accounts: Mutex<BTreeMap<Box<str>, Arc<Account>>>,
}

impl BoundAccounts {
    /// Notes the account of a bind.
    pub(crate) fn bound(&self, account: &Arc<Account>) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(account.system_id().into(), Arc::clone(account));
    }

    /// deliver_sm that may be under way to this system_id.
    pub(crate) fn deliver_window(&self, system_id: &str) -> usize {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let window = accounts.get(system_id).map_or(1, |account| account.deliver_window());
        usize::try_from(window).unwrap_or(usize::MAX)
    }
}

/// Which queues got something since whoever serves them looked. Holds one entry a queue.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    connectors: Mutex<BTreeMap<Arc<str>, Arc<Notify>>>,
    esmes: Mutex<BTreeSet<Arc<str>>>,
    esme: Notify,
}

impl Signals {
    /// Says that these queues got something.
    pub(crate) fn raise(&self, queues: impl IntoIterator<Item = QueueId>) {
        for queue in queues {
            match queue {
                QueueId::Connector(name) => self.connector(&name).notify_one(),
                QueueId::Esme(system_id) => {
                    if self.esmes.lock().unwrap_or_else(PoisonError::into_inner).insert(system_id) {
                        self.esme.notify_one();
                    }
                }
            }
        }
    }

    /// Is notified when the queue of this connector got something.
    pub(crate) fn connector(&self, name: &Arc<str>) -> Arc<Notify> {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(connectors.entry(Arc::clone(name)).or_default())
    }

    /// Waits for, and takes, the ESMEs whose queues got something.
    pub(crate) async fn esmes(&self) -> BTreeSet<Arc<str>> {
        loop {
            let notified = self.esme.notified();
            {
                let mut esmes = self.esmes.lock().unwrap_or_else(PoisonError::into_inner);
                if !esmes.is_empty() {
                    return std::mem::take(&mut *esmes);
                }
            }
            notified.await;
        }
    }
}

/// Messages that are on their way to a connector and have no answer yet. Reports that overtake the answer wait for it,
/// and are dropped where the answer was a refusal: no receipt is delivered for a refused submission.
///
/// Holds at most what the connectors' windows let out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flights {
    under_way: Arc<Mutex<HashMap<MessageKey, watch::Sender<bool>>>>,
}

impl Flights {
    /// Says that `key` is on its way until the flight is dropped.
    pub(crate) fn begin(&self, key: MessageKey) -> Flight {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(key, watch::Sender::new(false));
        Flight { flights: self.clone(), key }
    }

    /// Waits until `key` is not on its way any more, at once if it is not. False if it was refused in the meantime.
    pub(crate) async fn landed(&self, key: MessageKey) -> bool {
        let flight = {
            let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            under_way.get(&key).map(watch::Sender::subscribe)
        };
        let Some(mut flight) = flight else { return true };
        while flight.changed().await.is_ok() {}
        !*flight.borrow()
    }
}

/// One message under way.
#[derive(Debug)]
pub(crate) struct Flight {
    flights: Flights,
    key: MessageKey,
}

impl Flight {
    /// Ends the flight with a refusal.
    pub(crate) fn refused(self) {
        let under_way = self.flights.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = under_way.get(&self.key) {
            flight.send_replace(true);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Who is bringing a message to its final state: one at a time, so that its receipt is made once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    claimed: Arc<Mutex<BTreeSet<MessageKey>>>,
}

impl Claims {
    /// Claims `key` until the claim is dropped; none if somebody else has it.
    pub(crate) fn claim(&self, key: MessageKey) -> Option<Claim> {
        let new = self.claimed.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        new.then(|| Claim { claims: self.clone(), key })
    }
}

/// The right to bring one message to its final state.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Claims,
    key: MessageKey,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.claimed.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
