//! Observation: what the client tells about its life and its traffic.

use std::{fmt, sync::Arc, time::Duration};

use smpp_session::{
    BindInfo, CloseReason, RequestError,
    pdu::{MessageId, SubmitSm},
};

use crate::{deliveries::Delivery, error::ConnectError, pace::PaceEvent};

/// Watches a client. Every method does nothing unless it is written.
///
/// Hooks are called on the task that carries the session or the submission:
/// they must not block. They cannot change or refuse anything.
pub trait Hook: Send + Sync + 'static {
    /// An attempt to connect begins; the first is number 1, and the count
    /// starts again after a session that held.
    fn connecting(&self, attempt: u32) {
        let _ = attempt;
    }

    /// A bind succeeded.
    fn bound(&self, info: &BindInfo) {
        let _ = info;
    }

    /// No session came about; it is tried again after `retry`, or given up.
    fn connect_failed(&self, error: &ConnectError, retry: Option<Duration>) {
        let _ = (error, retry);
    }

    /// A bound session ended.
    fn disconnected(&self, reason: &CloseReason) {
        let _ = reason;
    }

    /// The pace of sending changed.
    fn paced(&self, event: &PaceEvent) {
        let _ = event;
    }

    /// A submit_sm is about to be queued; each part of a long message, and
    /// each attempt, is told. `reference` is the application's own.
    fn sending(&self, reference: Option<&str>, pdu: &SubmitSm) {
        let _ = (reference, pdu);
    }

    /// A submit_sm was answered with ESME_ROK.
    fn submitted(&self, reference: Option<&str>, message_id: &MessageId) {
        let _ = (reference, message_id);
    }

    /// A submit_sm was refused, not answered, or never sent.
    fn send_error(&self, reference: Option<&str>, error: &RequestError) {
        let _ = (reference, error);
    }

    /// Something was delivered; it has not been answered yet.
    fn received(&self, delivery: &Delivery) {
        let _ = delivery;
    }
}

/// The hooks of one client, called in the order they were given.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Vec<Arc<dyn Hook>>);

impl Hooks {
    pub(crate) fn push(&mut self, hook: Arc<dyn Hook>) {
        self.0.push(hook);
    }

    pub(crate) fn connecting(&self, attempt: u32) {
        self.each(|hook| hook.connecting(attempt));
    }

    pub(crate) fn bound(&self, info: &BindInfo) {
        self.each(|hook| hook.bound(info));
    }

    pub(crate) fn connect_failed(&self, error: &ConnectError, retry: Option<Duration>) {
        self.each(|hook| hook.connect_failed(error, retry));
    }

    pub(crate) fn disconnected(&self, reason: &CloseReason) {
        self.each(|hook| hook.disconnected(reason));
    }

    pub(crate) fn paced(&self, event: &PaceEvent) {
        self.each(|hook| hook.paced(event));
    }

    pub(crate) fn sending(&self, reference: Option<&str>, pdu: &SubmitSm) {
        self.each(|hook| hook.sending(reference, pdu));
    }

    pub(crate) fn answered(&self, reference: Option<&str>, outcome: &Result<MessageId, RequestError>) {
        self.each(|hook| match outcome {
            Ok(message_id) => hook.submitted(reference, message_id),
            Err(error) => hook.send_error(reference, error),
        });
    }

    pub(crate) fn received(&self, delivery: &Delivery) {
        self.each(|hook| hook.received(delivery));
    }

    fn each(&self, tell: impl Fn(&dyn Hook)) {
        for hook in &self.0 {
            tell(hook.as_ref());
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({})", self.0.len())
    }
}
