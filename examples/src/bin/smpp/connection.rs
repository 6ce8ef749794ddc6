//! The options that every subcommand with a session shares.

use clap::{Args, ValueEnum};
use smpp_esme::{EsmeClient, EsmeClientBuilder};
use smpp_session::{BindMode, pdu::InterfaceVersion};

/// Where to connect and as whom.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// The Message Centre's host name or address.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The Message Centre's port.
    #[arg(long, default_value_t = 2775)]
    port: u16,
    /// The account.
    #[arg(long)]
    system_id: String,
    /// The account's password; better given by the environment than seen by `ps`.
    #[arg(long, env = "SMPP_PASSWORD", hide_env_values = true, default_value = "")]
    password: String,
    /// Sent in the bind; most centres ignore it.
    #[arg(long, default_value = "")]
    system_type: String,
    /// The kind of bind, if not the one that suffices.
    #[arg(long, value_enum)]
    bind_mode: Option<Bind>,
    /// The SMPP version asked for.
    #[arg(long, value_enum, default_value_t = Version::V34)]
    interface_version: Version,
}

impl Connection {
    /// `suffices` is the kind of bind if none was asked for.
    pub(crate) fn builder(&self, suffices: BindMode) -> EsmeClientBuilder {
        EsmeClient::builder(&*self.host, self.port)
            .system_id(&*self.system_id)
            .password(&*self.password)
            .system_type(&*self.system_type)
            .bind_mode(self.bind_mode.map_or(suffices, BindMode::from))
            .interface_version(self.interface_version.into())
    }
}

/// transmitter, receiver or transceiver.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Bind {
    /// May submit only.
    #[value(alias = "transmitter")]
    Tx,
    /// May receive only.
    #[value(alias = "receiver")]
    Rx,
    /// May do both.
    #[value(alias = "transceiver")]
    Trx,
}

impl From<Bind> for BindMode {
    fn from(bind: Bind) -> Self {
        match bind {
            Bind::Tx => Self::Transmitter,
            Bind::Rx => Self::Receiver,
            Bind::Trx => Self::Transceiver,
        }
    }
}

/// The versions of the protocol.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Version {
    /// SMPP 3.3: no optional parameters.
    #[value(name = "3.3")]
    V33,
    /// SMPP 3.4.
    #[value(name = "3.4")]
    V34,
    /// SMPP 5.0.
    #[value(name = "5.0")]
    V50,
}

impl From<Version> for InterfaceVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V33 => Self::V3_3,
            Version::V34 => Self::V3_4,
            Version::V50 => Self::V5_0,
        }
    }
}
