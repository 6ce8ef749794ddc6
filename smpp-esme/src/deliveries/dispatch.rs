//! From a request of the centre's to a delivery and back to its answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime},
};

use smpp_session::{
    Event, Reply,
    driver::Dispatch,
    pdu::{Body, CommandStatus, Outbind, SequenceNumber, text::TextOptions},
};
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, warn};

use super::{
    Delivery, IncomingMessage, IncomingReceipt, IncomingRequest, ReceiptPolicy,
    recognise::{Recognised, recognise},
    verdict::{NO_VERDICT, Verdict},
};
use crate::{
    hook::Hooks,
    parts::{Part, PartStore},
};

/// What a session hands its peer's requests to.
#[derive(Debug)]
pub(crate) struct Inbox {
    queue: mpsc::Sender<Delivery>,
    policy: ReceiptPolicy,
    parts: Arc<dyn PartStore>,
    text: Arc<TextOptions>,
    hooks: Arc<Hooks>,
    outbind: Mutex<Option<oneshot::Sender<Box<Outbind>>>>,
}

impl Inbox {
    pub(crate) fn new(
        queue: mpsc::Sender<Delivery>,
        policy: ReceiptPolicy,
        parts: Arc<dyn PartStore>,
        text: Arc<TextOptions>,
        hooks: Arc<Hooks>,
    ) -> Self {
        Self { queue, policy, parts, text, hooks, outbind: Mutex::new(None) }
    }

    /// Hands the first outbind to `called` instead of the application.
    pub(crate) fn called(self, called: oneshot::Sender<Box<Outbind>>) -> Self {
        Self { outbind: Mutex::new(Some(called)), ..self }
    }

    fn take_outbind(&self) -> Option<oneshot::Sender<Box<Outbind>>> {
        self.outbind.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a part; the one that completes its message hands the whole over.
    async fn join(&self, part: Part) -> Reply {
        let key = part.key.clone();
        let whole = match self.parts.keep(part, SystemTime::now()).await {
            Ok(Some(whole)) => whole,
            Ok(None) => return Reply::from(CommandStatus::ESME_ROK),
            Err(error) => {
                warn!(%error, "part of a long message refused");
                return Reply::from(NO_VERDICT);
            }
        };
        let now = Instant::now();
        let text = &self.text;
        let reply = self
            .hand_over(|verdict| Delivery::Message(IncomingMessage::joined(whole, text, verdict, now)))
            .await;
        if reply.command_status == CommandStatus::ESME_ROK
            && let Err(error) = self.parts.forget(&key).await
        {
            warn!(%error, "parts of a delivered message stay");
        }
        reply
    }

    async fn hand_over(&self, delivery: impl FnOnce(Verdict) -> Delivery) -> Reply {
        let (verdict, answer) = Verdict::new();
        let delivery = delivery(verdict);
        self.hooks.received(&delivery);
        if self.queue.send(delivery).await.is_err() {
            debug!("delivery refused: nobody listens");
            return Reply::from(NO_VERDICT);
        }
        answer.await.unwrap_or_else(|_| Reply::from(NO_VERDICT))
    }
}

impl Dispatch for Inbox {
    /// Answers as soon as the verdict is there; a message that the application
    /// thinks about for long does not hold up the answers to others.
    async fn dispatch(&self, _sequence_number: SequenceNumber, body: Body) -> Reply {
        let reply = match recognise(body, &self.policy) {
            Recognised::Part(part) => self.join(*part).await,
            Recognised::Message(body) => {
                let text = &self.text;
                self.hand_over(|verdict| Delivery::Message(IncomingMessage::single(*body, text, verdict)))
                    .await
            }
            Recognised::Receipt(receipt) => {
                self.hand_over(|verdict| Delivery::Receipt(IncomingReceipt::new(receipt, verdict))).await
            }
            Recognised::Other(body) => {
                self.hand_over(|verdict| Delivery::Request(IncomingRequest { body: *body, verdict })).await
            }
        };
        reply.unordered()
    }

    fn event(&self, event: Event) {
        let Event::Pdu { body, .. } = event else {
            return;
        };
        if body.command_id().is_response() {
            return;
        }
        if let Body::Outbind(outbind) = &body
            && let Some(called) = self.take_outbind()
        {
            // Whoever waited for it may have given up.
            return drop(called.send(outbind.clone()));
        }
        let delivery = if let Body::AlertNotification(alert) = body {
            Delivery::Alert(alert)
        } else {
            Delivery::Notification(Box::new(body))
        };
        self.hooks.received(&delivery);
        if self.queue.try_send(delivery).is_err() {
            warn!("notification dropped: the queue of deliveries is full or gone");
        }
    }
}
