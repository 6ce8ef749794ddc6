//! What arrives: MOs, reports, and the news of the connection.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use tokio::sync::mpsc;

use crate::client::shared::Shared;
use crate::link::{AckToken, LossReason};
use crate::protocol::{AckStatus, AdminCommand, MsgError, Sms, SmsId};

/// What a [`BearerboxClient`](crate::BearerboxClient) receives, in order. A stream that ends with the driver.
///
/// It is bounded. While it is full nothing more is read from bearerbox, acknowledgements of MTs included, so take from it
/// at all times; what takes long belongs elsewhere. Dropping it ends the driver, because nobody would be left to
/// acknowledge.
#[derive(Debug)]
pub struct Inbox {
    receiver: mpsc::Receiver<Incoming>,
}

impl Inbox {
    pub(super) const fn new(receiver: mpsc::Receiver<Incoming>) -> Self {
        Self { receiver }
    }

    /// Takes the next one. `None` once the driver has ended. Nothing is lost when the future is dropped.
    pub async fn recv(&mut self) -> Option<Incoming> {
        self.receiver.recv().await
    }

    /// Waits for one and takes all that are there, `limit` at most, onto the end of `batch`. Returns how many; 0 once the
    /// driver has ended. Nothing is lost when the future is dropped.
    pub async fn recv_many(&mut self, batch: &mut Vec<Incoming>, limit: usize) -> usize {
        self.receiver.recv_many(batch, limit).await
    }
}

impl Stream for Inbox {
    type Item = Incoming;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.receiver.poll_recv(context)
    }
}

/// One thing that arrived.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// An MO or a report, to be acknowledged.
    Sms(IncomingSms),
    /// Connected and identified.
    Up,
    /// Bearerbox said shutdown or restart. The connection closes soon and another one follows.
    Draining {
        /// Which of the two.
        command: AdminCommand,
    },
    /// The connection is gone. Messages received on it and not acknowledged will come again with the same id.
    Down {
        /// Why.
        reason: LossReason,
        /// How many MTs were sent and not acknowledged. Each one's [`SendError::Lost`](crate::SendError::Lost) says so too.
        in_doubt: usize,
        /// How long until the next attempt to connect.
        retry_in: Duration,
    },
    /// An attempt to connect failed.
    ConnectFailed {
        /// How.
        error: std::io::ErrorKind,
        /// How long until the next one.
        retry_in: Duration,
    },
    /// Bearerbox has not acknowledged for too long: it is suspended or dead.
    Stalled {
        /// How many MTs wait.
        unacknowledged: usize,
    },
    /// Bearerbox acknowledges again.
    Resumed,
    /// An MT whose [`Sending`](crate::Sending) ended with [`SendError::AckTimeout`](crate::SendError::AckTimeout), or
    /// was dropped, was acknowledged after all.
    LateAck {
        /// The id of the MT.
        id: SmsId,
        /// What becomes of it.
        status: AckStatus,
    },
    /// Bearerbox sent a frame that is no message; it was skipped.
    Malformed {
        /// What was wrong.
        error: MsgError,
    },
}

/// An MO or a report, with what acknowledges it.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made to be taken apart")]
pub struct IncomingSms {
    /// The message.
    pub sms: Box<Sms>,
    /// What acknowledges it. Keep it until the message is safe.
    pub acknowledgement: Acknowledgement,
}

impl IncomingSms {
    /// Acknowledges the message: see [`Acknowledgement::send`].
    pub fn acknowledge(self, status: AckStatus) {
        self.acknowledgement.send(status);
    }
}

/// What acknowledges one message, once.
///
/// Dropped, it leaves the message unacknowledged: bearerbox keeps one of its slots for it (`smsbox-max-pending`, 100 by
/// default; when all are taken nothing more arrives) and sends it again on the next connection.
#[must_use = "the message stays unacknowledged and occupies a slot of bearerbox"]
pub struct Acknowledgement {
    shared: Arc<Shared>,
    connection: u64,
    token: AckToken,
}

impl Acknowledgement {
    pub(super) const fn new(shared: Arc<Shared>, connection: u64, token: AckToken) -> Self {
        Self { shared, connection, token }
    }

    /// The id of the message, by which to know it when it comes again.
    pub const fn id(&self) -> SmsId {
        self.token.id()
    }

    /// Acknowledges the message. `Success`, `Failed` and `Buffered` remove it from bearerbox for good; `FailedTmp` makes it
    /// come again, after the delay the builder sets.
    ///
    /// Without effect when the connection the message came on is gone: it comes again on the next one.
    pub fn send(self, status: AckStatus) {
        self.shared.acknowledge(self.connection, self.token, status);
    }
}

impl fmt::Debug for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acknowledgement").field("id", &self.id()).finish_non_exhaustive()
    }
}
