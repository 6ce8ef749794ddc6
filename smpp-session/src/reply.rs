//! What a peer's request is answered with.

use smpp_pdu::{Body, CommandStatus, Response};

/// The answer to a peer's request.
///
/// ```
/// use smpp_session::Reply;
/// use smpp_session::pdu::{CommandStatus, DeliverSmResp, SubmitSmResp};
///
/// let accepted = Reply::ok(SubmitSmResp::default());
/// let refused = Reply::from(CommandStatus::ESME_RTHROTTLED);
/// let slow = Reply::ok(DeliverSmResp::default()).unordered();
/// # assert!(accepted.body.is_some() && refused.body.is_none() && slow.unordered);
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "to be built and taken apart by owners; grows with a version")]
pub struct Reply {
    /// The status in the response's header.
    pub command_status: CommandStatus,
    /// The response; `None` is the operation's own response with default fields,
    /// or only its header if `command_status` is an error. [`Body::GenericNack`]
    /// may answer anything.
    pub body: Option<Body>,
    /// Whether a driver may send it before the answers to earlier requests.
    pub unordered: bool,
    /// Requests and notifications that follow it on the wire, in order. They
    /// wait for the window if they must; their outcome comes back under
    /// [`RequestKey::FOLLOWING`](crate::RequestKey::FOLLOWING).
    pub then: Vec<Body>,
    /// The owner's own number for this reply. A driver hands it back through
    /// [`Dispatch::replied`](crate::driver::Dispatch::replied) once the reply is
    /// in the output buffer, so that whatever is sent afterwards (the receipt
    /// of the message just accepted) cannot overtake it.
    pub ticket: Option<u64>,
    /// Whether the session closes behind it, without unbinding; for a refused
    /// bind. What waits to be written still leaves.
    pub close: bool,
}

impl Reply {
    /// Answers ESME_ROK with `response`.
    #[must_use]
    pub fn ok(response: impl Response) -> Self {
        Self { body: Some(response.into()), ..Self::from(CommandStatus::ESME_ROK) }
    }

    /// Answers with a status and a body that goes with it: TLVs that say why.
    #[must_use]
    pub fn with_body(command_status: CommandStatus, body: impl Into<Body>) -> Self {
        Self { body: Some(body.into()), ..Self::from(command_status) }
    }

    /// Lets the reply leave before the answers to earlier requests.
    #[must_use]
    pub fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// Sends a request or notification right behind the reply.
    #[must_use]
    pub fn then(mut self, body: impl Into<Body>) -> Self {
        self.then.push(body.into());
        self
    }

    /// Closes the session behind the reply.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.close = true;
        self
    }

    /// Asks to be told when the reply is in the output buffer.
    #[must_use]
    pub fn ticket(mut self, ticket: u64) -> Self {
        self.ticket = Some(ticket);
        self
    }
}

impl From<CommandStatus> for Reply {
    fn from(command_status: CommandStatus) -> Self {
        Self { command_status, body: None, unordered: false, then: Vec::new(), ticket: None, close: false }
    }
}

impl<R: Response> From<Result<R, CommandStatus>> for Reply {
    fn from(result: Result<R, CommandStatus>) -> Self {
        match result {
            Ok(response) => Self::ok(response),
            Err(command_status) => Self::from(command_status),
        }
    }
}
