//! Where messages are kept between their acceptance and their final state, and the final state after it.
//!
//! [`MessageStore`] is the seam. [`MemoryStore`] keeps everything in memory and forgets it with the
//! process; `SqliteStore` (feature `sqlite`) is the durable default. The store decides nothing: when a
//! message is due again, what its receipt says and where it goes are the gateway's concern.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use smpp_mc::message::{FinalOutcome, MessageIdForm, MessageKind, QueueId, StoredMessage};
//! use smpp_mc::pdu::MessageState;
//! use smpp_mc::store::{Change, MemoryStore, MessageStore, StoreError};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let store = MemoryStore::new()?;
//! let (queue, now) = (QueueId::Connector("kannel".into()), SystemTime::now());
//! let key = store.issue_key();
//! let message_id = store.message_ids().text(key, MessageIdForm::Hexadecimal);
//! let pdu = Box::from(*b"the whole submit_sm");
//! let message = StoredMessage::new(key, "esme".into(), MessageKind::Submission, queue.clone(), pdu, now);
//!
//! // Durable once this completes: now the submit_sm_resp may carry the message_id.
//! store.commit(vec![Change::Accept(message)]).await?;
//!
//! let leased = store.lease_due(queue, SystemTime::now(), 64).await?;
//! assert_eq!(leased.len(), 1);
//! let outcome = FinalOutcome::new("esme".into(), MessageState::DELIVERED, SystemTime::now());
//! store.commit(vec![Change::Final { key, outcome }]).await?;
//!
//! assert_eq!(store.message_ids().parse(&message_id, MessageIdForm::Hexadecimal), Some(key));
//! # Ok::<(), StoreError>(())
//! # }).unwrap();
//! ```

#[cfg(feature = "sqlite")]
mod backlog;
mod change;
mod clock;
#[cfg(feature = "sqlite")]
mod engine;
mod error;
#[cfg(feature = "sqlite")]
mod group_commit;
mod keys;
mod life;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg_attr(
    not(feature = "sqlite"),
    expect(dead_code, reason = "a store in memory reads no ranges of an index")
)]
mod window;

use std::time::SystemTime;

use futures::future::BoxFuture;

use crate::message::{MessageIds, MessageKey, QueueId, SentMessage, StoredMessage};

pub use self::change::{Change, Due, Found};
pub use self::error::{Conflict, StoreError};
pub use self::memory::{MemoryStore, MemoryStoreBuilder};
#[cfg(feature = "sqlite")]
pub use self::sqlite::{SqliteStore, SqliteStoreBuilder};

/// Keeps messages from their acceptance to their final state.
///
/// A message is *waiting* in a queue, *sent* (taken by a connector, its report awaited) or *final*.
/// [`Change`] says which step leads where.
///
/// A waiting message is handed out by a lease, to one caller at a time. A lease is held in memory only:
/// it ends with the next change of the message, with [`release`](Self::release), and with the process.
///
/// Whatever is asked may be answered with [`StoreError::Full`] if too much else waits to be done.
pub trait MessageStore: Send + Sync + 'static {
    /// A key for a new message: greater than every key issued before, also before a restart or a step
    /// of the clock.
    ///
    /// Never waits and never fails. What was issued is made known on disk ahead of use, in blocks, so a
    /// key that is never stored does not come back either.
    fn issue_key(&self) -> MessageKey;

    /// The permutation between keys and message_ids. Its secret is kept with the messages.
    fn message_ids(&self) -> MessageIds;

    /// Applies the changes in order, all or nothing, and makes them durable.
    ///
    /// The changes are handed over when this is called, not when the future is first polled; dropping
    /// the future does not take them back. Calls made one after another are applied in this order. An
    /// empty list changes nothing and completes when all handed over before is durable.
    ///
    /// # Errors
    ///
    /// Nothing of the list was applied if it is [`StoreError::Conflict`] or [`StoreError::Full`]. After
    /// [`StoreError::Failed`] whether it was is known only when the store was opened again.
    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Hands over changes that need not be durable now: they go with the next commit, at the latest a
    /// few milliseconds later. A crash before it means that a message is sent twice, never that one is lost.
    ///
    /// A list that is refused later, with [`StoreError::Conflict`], is logged and dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] if too much is waiting to be written; nothing was handed over.
    fn commit_later(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// What is known of a message; `None` if it never was or its final state was purged.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if its record cannot be read.
    fn get(&self, key: MessageKey) -> BoxFuture<'_, Result<Option<Found>, StoreError>>;

    /// The sent message that `connector`'s report about `remote_id` speaks of. Should the next hop have
    /// given the id twice, the later message.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] if its record cannot be read.
    fn sent<'a>(
        &'a self,
        connector: &'a str,
        remote_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<SentMessage>, StoreError>>;

    /// Whether [`Change::Heard`] was committed for this source and id and not purged yet.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be read.
    fn heard<'a>(&'a self, source: &'a str, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Leases up to `max` messages of `queue` that are due at `now`: by priority, highest first, then by
    /// key. A leased message is not handed out again.
    ///
    /// A message whose record is damaged is logged by its key and left out, and does not hold up the
    /// ones behind it.
    ///
    /// Once a message was found due it stays so, should a later `now` be earlier. Dropping the future
    /// while it is pending gives the leases back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be read; nothing stays leased by this call.
    fn lease_due(
        &self,
        queue: QueueId,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredMessage>, StoreError>>;

    /// Gives leases back: the messages may be handed out again at once, unchanged. Keys that are not
    /// leased are passed over.
    fn release(&self, keys: &[MessageKey]);

    /// The queues in which something may be leased at `now`, and when a message of any queue is due next.
    ///
    /// A queue may be named in which [`lease_due`](Self::lease_due) then finds nothing; none with
    /// something due is left out. After a start this covers whatever is stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be read.
    fn due_queues(&self, now: SystemTime) -> BoxFuture<'_, Result<Due, StoreError>>;

    /// Up to `max` sent messages whose deadline is before `now`, earliest first. They stay sent, and are
    /// answered again, until a change says otherwise.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be read. Damaged records are logged and left out.
    fn sent_expired(
        &self,
        now: SystemTime,
        max: usize,
    ) -> BoxFuture<'_, Result<Vec<SentMessage>, StoreError>>;

    /// Forgets up to `max` final outcomes that are older than `before`, earliest first, and says how
    /// many. Zero means that nothing is left to purge at present.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be written.
    fn purge_final(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// The same for what was [heard](Self::heard).
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the store cannot be written.
    fn purge_heard(&self, before: SystemTime, max: usize) -> BoxFuture<'_, Result<u64, StoreError>>;
}
