//! `Answer`: what a handler answers, and what hangs on it.

use std::fmt::{self, Debug, Formatter};

use smpp_session::Reply;
use smpp_session::pdu::{Body, CommandStatus, GenericNack, Response};

/// The answer to a request: a [`Reply`], and optionally something that is dropped when it is on its
/// way.
///
/// Made from what the named methods of [`SessionHandler`](crate::SessionHandler) return, or from a
/// command_status alone.
pub struct Answer {
    pub(super) reply: Reply,
    pub(super) on_written: Option<Box<dyn Send>>,
}

impl Answer {
    /// Answers ESME_ROK with `response`.
    #[must_use]
    pub fn ok(response: impl Response) -> Self {
        Self::from(Reply::ok(response))
    }

    /// Answers any request with generic_nack.
    #[must_use]
    pub fn nack(command_status: CommandStatus) -> Self {
        Self::from(Reply::with_body(command_status, GenericNack::default()))
    }

    /// Lets it leave before the answers to earlier requests of the session.
    #[must_use]
    pub fn unordered(mut self) -> Self {
        self.reply.unordered = true;
        self
    }

    /// Sends a request or notification right behind it.
    #[must_use]
    pub fn then(mut self, body: impl Into<Body>) -> Self {
        self.reply.then.push(body.into());
        self
    }

    /// Drops `guard` once the answer is in the output buffer, so that whatever the guard lets go
    /// afterwards cannot overtake it; or when the session ends before that.
    ///
    /// The guard is dropped in the session's task: its `Drop` must be short and must not block.
    #[must_use]
    pub fn on_written(mut self, guard: impl Send + 'static) -> Self {
        self.on_written = Some(Box::new(guard));
        self
    }

    /// The command_status that it answers with.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        self.reply.command_status
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self { reply, on_written: None }
    }
}

impl From<CommandStatus> for Answer {
    fn from(command_status: CommandStatus) -> Self {
        Self::from(Reply::from(command_status))
    }
}

impl<R: Response> From<Result<R, CommandStatus>> for Answer {
    fn from(result: Result<R, CommandStatus>) -> Self {
        Self::from(Reply::from(result))
    }
}

impl Debug for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("reply", &self.reply)
            .field("on_written", &self.on_written.is_some())
            .finish()
    }
}
