//! [`EsmeClient`]: a bound session.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use smpp_session::{
    BindInfo, CloseReason, RequestError, SessionState,
    driver::{PendingResponse, SessionHandle},
    pdu::{CommandStatus, MessageId, Request, SubmitSm, SubmitSmResp, text::TextOptions},
};

use crate::{
    builder::EsmeClientBuilder,
    error::SubmitError,
    hook::Hooks,
    message::{Message, Split},
    pace::{Pacer, is_throttling},
    random::random,
    submit::{Submission, submit_parts},
};

/// A bound session. Cheap to clone; every method takes `&self`.
///
/// Requests of all clones share the session's window and leave in the order in
/// which they were made. What waits for the window is queued; dropping a future
/// that is still queued means that nothing is sent.
///
/// ```no_run
/// use smpp_esme::{EsmeClient, Message};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (client, _deliveries) = EsmeClient::builder("smsc.example", 2775)
///     .system_id("demo")
///     .password("secret")
///     .connect()
///     .await?;
/// let submission = client.submit(Message::text("+4790000000", "Hei").from("DEMO")).await?;
/// println!("{:?}", submission.message_ids());
/// client.unbind().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EsmeClient {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    session: SessionHandle,
    info: Arc<BindInfo>,
    split: Split,
    text: Arc<TextOptions>,
    pacer: Option<Pacer>,
    hooks: Arc<Hooks>,
    next_reference: AtomicU16,
    alive: Arc<Alive>,
}

impl EsmeClient {
    /// Begins to describe a session with the centre at `host` and `port`.
    pub fn builder(host: impl Into<String>, port: u16) -> EsmeClientBuilder {
        EsmeClientBuilder::new(host.into(), port)
    }

    pub(crate) fn new(
        session: SessionHandle,
        info: Arc<BindInfo>,
        split: Split,
        text: Arc<TextOptions>,
        pacer: Option<Pacer>,
        hooks: Arc<Hooks>,
    ) -> Self {
        let alive = Arc::new(Alive(session.clone()));
        let next_reference = AtomicU16::new(first_reference());
        Self { shared: Arc::new(Shared { session, info, split, text, pacer, hooks, next_reference, alive }) }
    }

    /// Submits one PDU and returns the centre's message_id for it, which may
    /// be empty if the centre's answer had no body.
    ///
    /// With a [pace](EsmeClientBuilder::pace) it waits its turn, and is sent
    /// again when refused for being too fast. Dropped after it was sent, the
    /// message may still have been accepted.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Request`]; [`SubmitError::is_fate_unknown`] tells a
    /// refusal from a missing answer.
    pub async fn submit_sm(&self, pdu: SubmitSm) -> Result<MessageId, SubmitError> {
        Ok(self.submit_part(pdu, None).await?)
    }

    /// Encodes, splits and submits a message; all its parts are under way at
    /// the same time, in order, and the future waits for every answer.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Message`] before anything was sent;
    /// [`SubmitError::Request`] for a message of one part;
    /// [`SubmitError::Parts`] with the outcome of each if not all of several
    /// parts were accepted. A part is never reported as accepted unless its
    /// submit_sm_resp said so.
    pub async fn submit(&self, message: Message) -> Result<Submission, SubmitError> {
        let parts = message.parts_with(&self.shared.text, self.shared.split, self.next_reference())?;
        submit_parts(self, parts, message.application_reference()).await
    }

    /// Sends any request (query_sm, cancel_sm, replace_sm, data_sm,
    /// submit_multi, broadcast_sm, …) and waits for its response.
    ///
    /// # Errors
    ///
    /// Every status but ESME_ROK is [`RequestError::Rejected`].
    pub async fn request<R: Request>(&self, request: R) -> Result<R::Response, RequestError> {
        self.queue(request).await
    }

    /// Queues a request at once and returns the future of its response, so
    /// that one task can keep the window full. It is not paced and no hook
    /// sees it.
    ///
    /// Awaiting each response before the next request is made keeps one request
    /// in flight and costs a wake-up for each; queueing ahead costs neither.
    pub fn queue<R: Request>(&self, request: R) -> PendingResponse<R::Response> {
        self.shared.session.request(request)
    }

    /// [`queue`](Self::queue) for submit_sm, the request it is mostly used for.
    pub fn queue_submit_sm(&self, pdu: SubmitSm) -> PendingResponse<SubmitSmResp> {
        self.queue(pdu)
    }

    /// Unbinds: lets what is in flight be answered, sends unbind, waits for
    /// its response and closes the connection; each of these within a limit of
    /// the session's. Begins when called. Other clones of the client are of no
    /// use afterwards.
    ///
    /// [`CloseReason::Unbound`] means that the centre answered; the session has
    /// ended with any other, too.
    pub fn unbind(&self) -> impl Future<Output = CloseReason> + Send + use<> {
        self.shared.session.unbind()
    }

    /// Waits for the end of the session.
    pub async fn closed(&self) -> CloseReason {
        self.shared.session.closed().await
    }

    /// Where the session stands.
    pub fn state(&self) -> SessionState {
        self.shared.session.state()
    }

    /// What the bind agreed on: the centre's system_id, and the version of the
    /// session.
    pub fn bind_info(&self) -> &BindInfo {
        &self.shared.info
    }

    /// The session itself, for what this type does not offer.
    pub fn session(&self) -> &SessionHandle {
        &self.shared.session
    }

    /// Keeps the session open for as long as it is held.
    pub(crate) fn alive(&self) -> Arc<Alive> {
        Arc::clone(&self.shared.alive)
    }

    /// The reference that the parts of the next long message share.
    pub(crate) fn next_reference(&self) -> u16 {
        self.shared.next_reference.fetch_add(1, Ordering::Relaxed)
    }

    /// Submits one PDU, paced and told to the hooks.
    pub(crate) async fn submit_part(
        &self,
        pdu: SubmitSm,
        reference: Option<&str>,
    ) -> Result<MessageId, RequestError> {
        let hooks = &self.shared.hooks;
        let Some(pacer) = &self.shared.pacer else {
            hooks.sending(reference, &pdu);
            let outcome = self.queue(pdu).await.map(message_id);
            hooks.answered(reference, &outcome);
            return outcome;
        };
        let mut attempts_left = pacer.attempts();
        loop {
            pacer.admitted().await;
            hooks.sending(reference, &pdu);
            let outcome = self.queue(pdu.clone()).await.map(message_id);
            if let Some(status) = status_of(&outcome) {
                pacer.answered(status);
            }
            hooks.answered(reference, &outcome);
            attempts_left = attempts_left.saturating_sub(1);
            let again = status_of(&outcome).is_some_and(is_throttling);
            if !again || attempts_left == 0 {
                return outcome;
            }
        }
    }
}

/// Ends the session when the last clone of the client and the deliveries are gone.
#[derive(Debug)]
pub(crate) struct Alive(SessionHandle);

impl Drop for Alive {
    fn drop(&mut self) {
        drop(self.0.unbind());
    }
}

fn message_id(response: SubmitSmResp) -> MessageId {
    response.message_id.unwrap_or(MessageId::EMPTY)
}

fn status_of(outcome: &Result<MessageId, RequestError>) -> Option<CommandStatus> {
    match outcome {
        Ok(_) => Some(CommandStatus::ESME_ROK),
        Err(error) => error.command_status(),
    }
}

/// Any number: a client that starts again shall not repeat the references of
/// long messages that are still on their way.
fn first_reference() -> u16 {
    let [.., high, low] = random().to_be_bytes();
    u16::from_be_bytes([high, low])
}
