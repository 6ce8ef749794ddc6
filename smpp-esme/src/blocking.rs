//! A client for programs without an async runtime (feature `blocking`).
//!
//! It keeps a runtime of one thread of its own, so the session stays alive
//! (enquire_link is answered, deliveries are taken) while the program does
//! something else. Not to be used within an async runtime.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use smpp_session::{
    BindInfo, CloseReason, RequestError,
    pdu::{MessageId, Request, SubmitSm},
};
use tokio::{runtime::Runtime, time::timeout};

use crate::{
    builder::EsmeClientBuilder,
    client,
    deliveries::{AwaitedReceipts, Deliveries, Delivery},
    error::{ConnectError, SubmitError},
    message::Message,
    submit::Submission,
};

/// A bound session whose methods wait. Threads may share it; each waits for
/// its own answer.
///
/// ```no_run
/// use std::time::Duration;
/// use smpp_esme::{EsmeClient, Message, blocking::BlockingEsme};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let builder = EsmeClient::builder("smsc.example", 2775).system_id("demo").password("secret");
/// let esme = BlockingEsme::connect(builder)?;
/// let submission = esme.submit(Message::text("+4790000000", "Hei").request_receipt())?;
/// let receipts = esme.receipts_of(&submission, Duration::from_secs(30));
/// println!("{} of {} delivered", receipts.receipts().count(), submission.message_ids().len());
/// esme.unbind();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BlockingEsme {
    client: client::EsmeClient,
    deliveries: Mutex<Deliveries>,
    // Dropped last: the session ends in it.
    runtime: Runtime,
}

impl BlockingEsme {
    /// Connects and binds.
    ///
    /// # Errors
    ///
    /// As [`EsmeClientBuilder::connect`]; [`ConnectError::Transport`] also if
    /// the system gives no thread.
    pub fn connect(builder: EsmeClientBuilder) -> Result<Self, ConnectError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("smpp-esme")
            .enable_all()
            .build()
            .map_err(|error| ConnectError::Transport { kind: error.kind(), reason: error.to_string() })?;
        let (client, deliveries) = runtime.block_on(builder.connect())?;
        Ok(Self { client, deliveries: Mutex::new(deliveries), runtime })
    }

    /// Encodes, splits and submits a message, and waits for every answer.
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::submit`](crate::EsmeClient::submit).
    pub fn submit(&self, message: Message) -> Result<Submission, SubmitError> {
        self.runtime.block_on(self.client.submit(message))
    }

    /// Submits one PDU and waits for its answer.
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::submit_sm`](crate::EsmeClient::submit_sm).
    pub fn submit_sm(&self, pdu: SubmitSm) -> Result<MessageId, SubmitError> {
        self.runtime.block_on(self.client.submit_sm(pdu))
    }

    /// Sends any request and waits for its response.
    ///
    /// # Errors
    ///
    /// As [`EsmeClient::request`](crate::EsmeClient::request).
    pub fn request<R: Request>(&self, request: R) -> Result<R::Response, RequestError> {
        self.runtime.block_on(self.client.request(request))
    }

    /// Waits up to `within` for the next delivery; none if the time is up or
    /// the session has ended. Threads that wait at the same time take turns.
    pub fn receive(&self, within: Duration) -> Option<Delivery> {
        let mut deliveries = self.deliveries.lock().unwrap_or_else(PoisonError::into_inner);
        self.runtime.block_on(async { timeout(within, deliveries.next()).await.ok().flatten() })
    }

    /// Waits up to `within` for the final receipt of every part. Receipts are
    /// accepted; anything else that comes meanwhile is left with the centre for
    /// later.
    pub fn receipts_of(&self, submission: &Submission, within: Duration) -> AwaitedReceipts {
        let mut awaited = AwaitedReceipts::new(submission.message_ids());
        let mut deliveries = self.deliveries.lock().unwrap_or_else(PoisonError::into_inner);
        let all = async {
            while !awaited.is_complete()
                && let Some(delivery) = deliveries.next().await
            {
                if let Delivery::Receipt(receipt) = delivery {
                    awaited.note(&receipt.accept());
                }
            }
        };
        // What has not come in time is missing in what is returned.
        let _ = self.runtime.block_on(async { timeout(within, all).await });
        awaited
    }

    /// What the bind agreed on.
    pub fn bind_info(&self) -> &BindInfo {
        self.client.bind_info()
    }

    /// The client itself, to be used within its own futures.
    pub fn client(&self) -> &client::EsmeClient {
        &self.client
    }

    /// Unbinds and waits for the end of the session.
    pub fn unbind(self) -> CloseReason {
        self.runtime.block_on(self.client.unbind())
    }
}
