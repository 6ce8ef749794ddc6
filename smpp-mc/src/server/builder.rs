//! `McBuilder`: the settings of a Message Centre.

use std::sync::Arc;
use std::time::Duration;

use smpp_session::SessionConfig;
use smpp_session::pdu::COctetString;

use super::block_list::BlockPolicy;
use super::guard::ConnectionLimits;
use super::registry::Registry;
use super::{Mc, Settings};
use crate::handler::McHandler;
use crate::network::Network;

/// Settings of a Message Centre; ends in [`handler`](Self::handler).
#[derive(Clone, Debug)]
#[must_use]
pub struct McBuilder {
    pub(super) settings: Settings,
    pub(super) limits: ConnectionLimits,
    pub(super) block: Option<BlockPolicy>,
    pub(super) registry: Registry,
}

impl McBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
                system_id: COctetString::EMPTY,
                session: Arc::new(SessionConfig::default()),
                bind_attempts: 3,
                drain: Duration::from_secs(10),
                proxies: Vec::new(),
            },
            block: None,
            limits: ConnectionLimits { sessions: 20_000, unbound: 4_096, unbound_per_address: 256 },
            registry: Registry::new(),
        }
    }

    /// The name that goes out in bind responses; cut to 64 octets and at the first NUL. The
    /// specification grants 15. Empty by default.
    pub fn system_id(mut self, system_id: &str) -> Self {
        let octets = system_id.as_bytes();
        let octets = octets.split(|octet| *octet == 0).next().unwrap_or_default();
        let octets = octets.get(..LONGEST_SYSTEM_ID).unwrap_or(octets);
        self.settings.system_id = COctetString::try_from(octets).unwrap_or_default();
        self
    }

    /// The settings of every session. Its `session_init_timeout` is the bind deadline: it counts
    /// from the connection and nothing but a successful bind stops it.
    pub fn session(mut self, config: SessionConfig) -> Self {
        self.settings.session = Arc::new(config);
        self
    }

    /// Connections at a time, bound or not; more are closed at once. Default 20,000.
    pub fn max_sessions(mut self, max_sessions: usize) -> Self {
        self.limits.sessions = max_sessions;
        self
    }

    /// Connections at a time that are not bound; for one more, the oldest of them is closed. At
    /// least 1; default 4,096.
    pub fn max_unbound(mut self, max_unbound: usize) -> Self {
        self.limits.unbound = max_unbound.max(1);
        self
    }

    /// The same for one IPv4 address or one IPv6 /64; more are closed at once. At least 1; default
    /// 256.
    pub fn max_unbound_per_address(mut self, max_unbound: usize) -> Self {
        self.limits.unbound_per_address = max_unbound.max(1);
        self
    }

    /// Refused binds after which the connection is closed. At least 1; default 3.
    pub fn bind_attempts(mut self, bind_attempts: u32) -> Self {
        self.settings.bind_attempts = bind_attempts.max(1);
        self
    }

    /// Blocks addresses that guess passwords; off by default.
    pub fn block(mut self, policy: BlockPolicy) -> Self {
        self.block = Some(policy);
        self
    }

    /// Networks of load balancers. A connection from there must begin with a PROXY protocol header,
    /// version 1 or 2, which says where it comes from; without one it is closed. From anywhere else
    /// no header is taken. None by default.
    ///
    /// Counts for listeners; the peer of [`Mc::serve_transport`] is whom its caller says.
    pub fn proxies(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.settings.proxies = networks.into_iter().collect();
        self
    }

    /// How long a stop waits for open answers and unbinds before it closes what is left. Default
    /// 10 s.
    pub fn drain_timeout(mut self, drain: Duration) -> Self {
        self.settings.drain = drain;
        self
    }

    /// The registry to list bound sessions in, for whoever sends to them. Its own by default.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// The Message Centre, with what decides about binds.
    pub fn handler<H: McHandler>(self, handler: H) -> Mc<H> {
        Mc::new(self, handler)
    }
}

const LONGEST_SYSTEM_ID: usize = 64;
