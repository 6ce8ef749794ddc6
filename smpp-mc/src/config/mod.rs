//! A whole message centre from one TOML file.
//!
//! [`McConfig`] is what the file says, read and checked; [`assemble()`] makes the parts of it. Every complaint names the
//! file, the line, the key and the mend ([`ConfigError`]).

mod assemble;
mod data_folder;
mod error;
mod read;
mod section;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use self::assemble::{AssembleError, MessageCentre, assemble};
pub use self::data_folder::{DataFolder, DataFolderError};
pub use self::error::ConfigError;

use crate::auth::{Account, RefusalStatus};
use crate::routing::RouteTable;

/// A message centre, as configured.
#[derive(Debug)]
#[non_exhaustive]
pub struct McConfig {
    /// The SMPP side.
    pub smpp: SmppConfig,
    /// Where messages are kept.
    pub store: StoreConfig,
    /// Validity, retention and drain.
    pub gateway: crate::gateway::GatewayOptions,
    /// Who may bind.
    pub accounts: Vec<Account>,
    /// Simulated networks.
    pub simulators: Vec<SimulatorConfig>,
    /// Kannel bearerboxes.
    pub bearerboxes: Vec<BearerboxConfig>,
    /// Which connector takes what, and which account gets what comes from below.
    pub routes: RouteTable,
}

/// The SMPP side of the server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SmppConfig {
    /// Where ESMEs connect.
    pub listen: SocketAddr,
    /// The `system_id` in bind responses.
    pub system_id: String,
    /// What wrong credentials are answered with.
    pub refusal: RefusalStatus,
    /// Sessions at the same time, bound or not.
    pub max_sessions: usize,
    /// From connecting to binding.
    pub session_init_timer: Duration,
    /// Silence after which enquire_link is sent.
    pub enquire_link_timer: Duration,
    /// How long an answer of the ESME is waited for.
    pub response_timer: Duration,
}

/// Where messages are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StoreConfig {
    /// In a folder of its own, durable.
    Folder(PathBuf),
    /// In memory; nothing survives a restart.
    Memory,
}

/// A simulated network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SimulatorConfig {
    /// The name that routes use.
    pub name: String,
    /// Whether certain numbers are refused, fail or come back.
    pub number_plan: bool,
    /// From taking a message to its final state.
    pub delay: Duration,
}

/// A Kannel bearerbox as next hop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BearerboxConfig {
    /// The name that routes use.
    pub name: String,
    /// The bearerbox's host.
    pub host: String,
    /// Its `smsbox-port`.
    pub port: u16,
    /// The name by which bearerbox knows this smsbox.
    pub box_id: String,
    /// The SMSC that bearerbox is asked to use; none leaves it to bearerbox's routing.
    pub smsc_id: Option<String>,
    /// Messages that may be with bearerbox without its acknowledgement.
    pub window: usize,
    /// How long an acknowledgement is waited for.
    pub ack_timer: Duration,
}
