//! Where messages leave and where reports and mobile-originated messages come from: the next hop.
//!
//! A [`Connector`] knows one next hop and nothing of the gateway. The gateway hands it submissions through
//! [`Connector::send`] and takes what comes back through [`Connector::events`].

#[cfg(feature = "connector-bearerbox")]
pub mod bearerbox;

use std::sync::Arc;
use std::time::SystemTime;

use futures::future::BoxFuture;
use smpp_session::pdu::{CommandStatus, DeliverSm, MessageState, SubmitSm};

use crate::message::MessageKey;

/// One next hop: a simulated network, Kannel's bearerbox, an upstream message centre.
pub trait Connector: Send + Sync + 'static {
    /// The name that routes and accounts use.
    fn name(&self) -> &str;

    /// Whether reports of what it took still come when this process has been restarted in between.
    ///
    /// If so, a message that was taken is noted as sent and not sent again. If not, it stays where it is, and is
    /// dispatched again after a restart.
    fn remembers(&self) -> bool;

    /// How many submissions may be with the connector at the same time: taken, or waiting for its answer, and for one
    /// that does not remember also those whose report is still due.
    fn window(&self) -> usize;

    /// Whether the next hop can be reached now.
    fn is_up(&self) -> bool;

    /// Refuses at the door, before anything is stored: the status is the ESME's answer.
    ///
    /// # Errors
    ///
    /// The `command_status` for the response.
    fn admit(&self, submission: &SubmitSm) -> Result<(), CommandStatus> {
        let _ = submission;
        Ok(())
    }

    /// Sends one submission and waits for the next hop's answer, within a limit of the connector's own.
    ///
    /// Submissions leave in the order of the calls, whichever future is polled first.
    fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, SendOutcome>;

    /// What came from below, in order. Waits until there is something; `None` when the connector has ended.
    ///
    /// One caller at a time. Nothing is lost when the future is dropped before it completes.
    fn events(&self) -> BoxFuture<'_, Option<EventBatch>>;
}

/// A submission on its way to the next hop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outgoing {
    /// The key of the message; reports name it again.
    pub key: MessageKey,
    /// The `system_id` that the message belongs to.
    pub account: Arc<str>,
    /// What to send.
    pub submission: SubmitSm,
    /// When it loses its worth.
    pub expires: Option<SystemTime>,
    /// Whether the gateway needs to hear of its final state.
    pub report: bool,
}

impl Outgoing {
    /// A submission that the gateway wants to hear of again.
    #[must_use]
    pub fn new(key: MessageKey, account: Arc<str>, submission: SubmitSm) -> Self {
        Self { key, account, submission, expires: None, report: true }
    }
}

/// What became of a submission at the next hop.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SendOutcome {
    /// The next hop has it; `remote_id` is its own name for the message, where it gives one.
    Taken {
        /// The next hop's `message_id`.
        remote_id: Option<Box<str>>,
    },
    /// The next hop refused it for good.
    Refused(CommandStatus),
    /// The next hop refused it for now.
    Postponed(CommandStatus),
    /// It was never sent: the next hop cannot be reached.
    Unavailable,
    /// It was sent, and the link was lost or the limit passed before an answer: it may have arrived.
    Unknown,
}

/// What came from a connector together, with one acknowledgement for all of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventBatch {
    /// In the order of arrival.
    pub events: Vec<ConnectorEvent>,
    acknowledgement: Acknowledgement,
}

impl EventBatch {
    /// Events that nobody waits for.
    #[must_use]
    pub fn new(events: Vec<ConnectorEvent>) -> Self {
        Self { events, acknowledgement: Acknowledgement(None) }
    }

    /// Events whose sender is told what became of them: true when they are safe here, false when they are not and are to
    /// be offered again.
    #[must_use]
    pub fn acknowledged(events: Vec<ConnectorEvent>, told: impl FnOnce(bool) + Send + 'static) -> Self {
        Self { events, acknowledgement: Acknowledgement(Some(Box::new(told))) }
    }

    /// The events, and what fulfils their acknowledgement; dropping that says that they are not safe.
    pub fn into_parts(self) -> (Vec<ConnectorEvent>, Acknowledgement) {
        (self.events, self.acknowledgement)
    }
}

/// Tells a connector what became of its batch.
#[must_use = "what is not acknowledged comes again"]
pub struct Acknowledgement(Option<Box<dyn FnOnce(bool) + Send>>);

impl Acknowledgement {
    /// The batch is durable.
    pub fn fulfil(mut self) {
        if let Some(told) = self.0.take() {
            told(true);
        }
    }
}

impl Drop for Acknowledgement {
    fn drop(&mut self) {
        if let Some(told) = self.0.take() {
            told(false);
        }
    }
}

impl std::fmt::Debug for Acknowledgement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acknowledgement").field("awaited", &self.0.is_some()).finish()
    }
}

/// One thing that came from a connector.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ConnectorEvent {
    /// What became of a message that was sent.
    Report(Report),
    /// A mobile-originated message.
    Mobile(Mobile),
    /// The next hop can be reached.
    Up,
    /// The next hop cannot be reached.
    Down,
}

/// What became of a message at or beyond the next hop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Which message.
    pub subject: Subject,
    /// Its state now; a state that is not final is an intermediate notification.
    pub state: MessageState,
    /// The network's error code, 0 for none.
    pub error: u16,
    /// When it came to that state.
    pub at: SystemTime,
    /// The next hop's name for this report, by which a second one is known.
    pub id: Option<Box<str>>,
}

impl Report {
    /// A report that no next hop will repeat.
    #[must_use]
    pub fn new(subject: Subject, state: MessageState, error: u16, at: SystemTime) -> Self {
        Self { subject, state, error, at, id: None }
    }
}

/// How a report names its message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Subject {
    /// By the gateway's own key, which travelled with the message.
    Key(MessageKey),
    /// By the next hop's `message_id`.
    RemoteId(Box<str>),
}

/// A mobile-originated message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mobile {
    /// What the ESME gets.
    pub deliver: DeliverSm,
    /// Whose it is, where the connector knows; else routing decides.
    pub account: Option<Arc<str>>,
    /// The next hop's name for it, by which a second one is known.
    pub id: Option<Box<str>>,
}

impl Mobile {
    /// A message for whomever routing finds.
    #[must_use]
    pub fn new(deliver: DeliverSm) -> Self {
        Self { deliver, account: None, id: None }
    }
}
