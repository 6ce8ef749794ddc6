//! The store-and-forward message centre: an [`McHandler`] made of replaceable parts.
//!
//! [`GatewayBuilder::build`] gives two halves that share those parts. The [`Gateway`] accepts: it decides about binds and
//! answers every request exactly once. The [`Dispatcher`] sends: it carries accepted messages to their connectors and
//! what comes back to bound ESMEs. An OK answer means that the message is durable here or was taken by the next hop.

mod answer_gate;
pub(crate) mod awaited;
mod batch;
pub(crate) mod contents;
pub(crate) mod core;
mod data_sm;
mod manage;
mod options;
mod session;
mod submit;
mod submit_multi;

use std::collections::BTreeMap;
use std::sync::Arc;

use smpp_session::pdu::CommandStatus;
use tokio_util::task::TaskTracker;

pub use self::options::GatewayOptions;
pub use self::session::GatewaySession;

use self::core::Core;
use crate::auth::Authenticator;
use crate::bind_request::BindRequest;
use crate::clock::{Clock, SystemClock};
use crate::connector::Connector;
use crate::dispatch::Dispatcher;
use crate::handler::McHandler;
use crate::routing::Router;
use crate::server::{Admission, EsmeHandle, Registry};
use crate::store::MessageStore;
use crate::throttle::AccountThrottle;

/// The accepting half: decides about binds and serves bound ESMEs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    core: Arc<Core>,
}

impl Gateway {
    /// Starts putting a gateway together.
    pub fn builder() -> GatewayBuilder {
        GatewayBuilder::default()
    }

    /// The bound sessions; the server must be built with the same.
    #[must_use]
    pub fn registry(&self) -> Registry {
        self.core.registry.clone()
    }
}

impl McHandler for Gateway {
    type Session = GatewaySession;

    async fn bind(
        &self,
        request: BindRequest,
        esme: EsmeHandle,
    ) -> Result<Admission<GatewaySession>, CommandStatus> {
        let account =
            self.core.authenticator.authenticate(&request).await.map_err(|error| error.command_status())?;
        self.core.accounts.bound(&account);
        let session =
            GatewaySession::new(Arc::clone(&self.core), Arc::clone(&account), esme.interface_version());
        let admission = Admission::new(session).limits(account.limits());
        Ok(match account.max_binds() {
            Some(max_binds) => admission.max_binds(max_binds),
            None => admission,
        })
    }
}

/// Puts a gateway together. The authenticator, the router, the store and at least one connector are needed.
#[must_use]
#[derive(Default)]
pub struct GatewayBuilder {
    authenticator: Option<Arc<dyn Authenticator>>,
    router: Option<Arc<dyn Router>>,
    store: Option<Arc<dyn MessageStore>>,
    connectors: Vec<Arc<dyn Connector>>,
    registry: Option<Registry>,
    clock: Option<Arc<dyn Clock>>,
    options: GatewayOptions,
}

impl std::fmt::Debug for GatewayBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayBuilder").field("options", &self.options).finish_non_exhaustive()
    }
}

impl GatewayBuilder {
    /// Who may bind.
    pub fn authenticator(mut self, authenticator: Arc<dyn Authenticator>) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// Where messages go.
    pub fn router(mut self, router: Arc<dyn Router>) -> Self {
        self.router = Some(router);
        self
    }

    /// Where messages are kept.
    pub fn store(mut self, store: Arc<dyn MessageStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Adds a next hop.
    pub fn connector(mut self, connector: Arc<dyn Connector>) -> Self {
        self.connectors.push(connector);
        self
    }

    /// The bound sessions, if they are shared with somebody else; a new registry by default.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// The clock; the system's by default.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// What holds where neither an account nor a route says otherwise.
    pub fn options(mut self, options: GatewayOptions) -> Self {
        self.options = options;
        self
    }

    /// The two halves.
    ///
    /// # Errors
    ///
    /// Which part is missing, or which connector name is used twice.
    pub fn build(self) -> Result<(Gateway, Dispatcher), BuildError> {
        let mut connectors: BTreeMap<Arc<str>, Arc<dyn Connector>> = BTreeMap::new();
        for connector in self.connectors {
            let name: Arc<str> = connector.name().into();
            if connectors.insert(Arc::clone(&name), connector).is_some() {
                return Err(BuildError::SameName(name.to_string()));
            }
        }
        if connectors.is_empty() {
            return Err(BuildError::Missing("connector"));
        }
        let store = self.store.ok_or(BuildError::Missing("store"))?;
        let core = Arc::new(Core {
            authenticator: self.authenticator.ok_or(BuildError::Missing("authenticator"))?,
            router: self.router.ok_or(BuildError::Missing("router"))?,
            ids: store.message_ids(),
            store,
            connectors,
            registry: self.registry.unwrap_or_default(),
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            options: self.options,
            accounts: Default::default(),
            throttle: AccountThrottle::new(),
            gate: Default::default(),
            flights: Default::default(),
            awaited: Default::default(),
            finals: Default::default(),
            signals: Default::default(),
            tasks: TaskTracker::new(),
        });
        Ok((Gateway { core: Arc::clone(&core) }, Dispatcher::new(core)))
    }
}

/// Why a gateway cannot be put together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A part that every gateway needs was not given.
    #[error("the gateway has no {0}")]
    Missing(&'static str),
    /// Two connectors bear one name.
    #[error("two connectors are named {0}")]
    SameName(String),
}
