//! Which connector takes a submission, and which account gets a mobile-originated message.

mod table;

use std::sync::Arc;

use futures::future::BoxFuture;
use smpp_session::pdu::{CommandStatus, DeliverSm, SubmitSm};

pub use self::table::{MobileRule, RouteRule, RouteTable};

use crate::auth::{Account, MessageMode};

/// Decides where messages go. A table answers at once; a service over the network answers later.
pub trait Router: Send + Sync + 'static {
    /// The way of one submission.
    fn route<'a>(&'a self, routable: &Routable<'a>) -> Routing<'a, Route>;

    /// The account that a mobile-originated message belongs to.
    fn route_mobile<'a>(&'a self, routable: &MobileRoutable<'a>) -> Routing<'a, Arc<str>>;
}

/// A submission, as far as routing looks at it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Routable<'a> {
    /// Who submitted it.
    pub account: &'a Account,
    /// The submission.
    pub submission: &'a SubmitSm,
}

impl<'a> Routable<'a> {
    /// A submission of an account.
    #[must_use]
    pub fn new(account: &'a Account, submission: &'a SubmitSm) -> Self {
        Self { account, submission }
    }
}

/// A mobile-originated message, as far as routing looks at it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MobileRoutable<'a> {
    /// The connector that it came from.
    pub connector: &'a str,
    /// The message.
    pub deliver: &'a DeliverSm,
}

impl<'a> MobileRoutable<'a> {
    /// A message from a connector.
    #[must_use]
    pub fn new(connector: &'a str, deliver: &'a DeliverSm) -> Self {
        Self { connector, deliver }
    }
}

/// A decision, or the wait for one. The hot path pays for a future only when there is one.
#[expect(clippy::exhaustive_enums, reason = "a decision is known or awaited; there is no third")]
pub enum Routing<'a, T> {
    /// Known at once.
    Decided(Result<T, RouteError>),
    /// Known later.
    Asked(BoxFuture<'a, Result<T, RouteError>>),
}

impl<T> std::fmt::Debug for Routing<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Decided(Ok(_)) => "Decided(Ok)",
            Self::Decided(Err(_)) => "Decided(Err)",
            Self::Asked(_) => "Asked",
        })
    }
}

impl<T> Routing<'_, T> {
    /// The decision.
    ///
    /// # Errors
    ///
    /// Why there is no way.
    pub async fn decision(self) -> Result<T, RouteError> {
        match self {
            Self::Decided(decision) => decision,
            Self::Asked(decision) => decision.await,
        }
    }
}

/// Where a submission goes, and how it is accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// The name of the connector.
    pub connector: Arc<str>,
    /// How messages of this route are accepted, where the route says so; else the account decides.
    pub mode: Option<MessageMode>,
}

impl Route {
    /// A way through `connector`, accepted as the account has it.
    #[must_use]
    pub fn new(connector: impl Into<Arc<str>>) -> Self {
        Self { connector: connector.into(), mode: None }
    }
}

/// Why there is no way for a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// No rule fits, or one refuses.
    #[error("no route: {0:?}")]
    NoRoute(CommandStatus),
    /// The decision cannot be had now; ask again later.
    #[error("routing is not available")]
    Unavailable,
}

impl RouteError {
    /// The status for the response.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        match self {
            Self::NoRoute(status) => *status,
            Self::Unavailable => CommandStatus::ESME_RSYSERR,
        }
    }
}
