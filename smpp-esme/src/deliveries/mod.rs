//! What a centre delivers: [`Deliveries`], a stream of [`Delivery`].

mod dispatch;
mod envelope;
mod message;
mod receipt;
mod recognise;
mod verdict;
mod wait;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::Stream;
use smpp_session::{
    Reply,
    pdu::{AlertNotification, Body, CommandStatus},
};
use tokio::sync::mpsc;

pub(crate) use self::dispatch::Inbox;
use self::verdict::Verdict;
pub use self::{
    message::IncomingMessage,
    receipt::{IncomingReceipt, Receipt},
    recognise::{MessageIdForm, ReceiptPolicy},
    wait::AwaitedReceipts,
};
use crate::client::Alive;

/// Everything that the centre delivers on one session, as a stream.
///
/// It ends (`None`) when the session has ended and all that came before was
/// taken. It is bounded: while it is full, nothing more is answered, and the
/// centre's own window makes it wait. Dropped, every further request is
/// answered with ESME_RX_T_APPN, so that the centre keeps it for later.
pub struct Deliveries {
    queue: mpsc::Receiver<Delivery>,
    /// Keeps the session open while deliveries are still wanted.
    _alive: Option<Arc<Alive>>,
}

impl Deliveries {
    pub(crate) fn new(queue: mpsc::Receiver<Delivery>, alive: Option<Arc<Alive>>) -> Self {
        Self { queue, _alive: alive }
    }

    /// Waits for the next delivery; `None` after the end of the session.
    /// Dropped while waiting, it loses nothing.
    pub async fn next(&mut self) -> Option<Delivery> {
        self.queue.recv().await
    }

    /// Takes a delivery that is there already.
    pub fn try_next(&mut self) -> Option<Delivery> {
        self.queue.try_recv().ok()
    }
}

impl Stream for Deliveries {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.queue.poll_recv(cx)
    }
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries").field("waiting", &self.queue.len()).finish()
    }
}

/// Something delivered, to be [accepted](Self::accept) or
/// [rejected](Self::reject).
///
/// Each is answered once. Dropped without a verdict, it is rejected with
/// ESME_RX_T_APPN: the centre keeps it and tries again.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery {
    /// A message from a mobile or another ESME, by deliver_sm or data_sm; a
    /// long one whole.
    Message(IncomingMessage),
    /// A receipt or an intermediate notification about a message of ours.
    Receipt(IncomingReceipt),
    /// A mobile has become available again (SMPP v3.4 section 4.12). There is
    /// no answer to it.
    Alert(Box<AlertNotification>),
    /// Any other request of the centre's, one with an unknown command_id
    /// included.
    Request(IncomingRequest),
    /// A notification other than alert_notification. There is no answer to it.
    Notification(Box<Body>),
}

impl Delivery {
    /// Answers ESME_ROK: the application has it, and the centre may forget it.
    pub fn accept(self) {
        self.answer(CommandStatus::ESME_ROK);
    }

    /// Answers with `command_status`. ESME_RX_T_APPN and ESME_RSYSERR mean
    /// later, ESME_RX_P_APPN and ESME_RX_R_APPN never; ESME_ROK accepts.
    pub fn reject(self, command_status: CommandStatus) {
        self.answer(command_status);
    }

    fn answer(self, command_status: CommandStatus) {
        match self {
            Self::Message(message) => message.answer(command_status),
            Self::Receipt(receipt) => receipt.answer(command_status),
            Self::Request(request) => request.respond(Reply::from(command_status)),
            Self::Alert(_) | Self::Notification(_) => {}
        }
    }
}

/// A request that is neither a message nor a receipt.
#[derive(Debug)]
pub struct IncomingRequest {
    body: Body,
    verdict: Verdict,
}

impl IncomingRequest {
    /// What was asked.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Answers with any reply: a response of its own kind, a status, or a
    /// generic_nack.
    pub fn respond(self, reply: Reply) {
        self.verdict.give(reply);
    }
}
