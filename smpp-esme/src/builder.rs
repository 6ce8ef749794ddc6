//! [`EsmeClientBuilder`]: everything a bind needs.

use std::{fmt, future::Future, io, sync::Arc, time::Duration};

use smpp_session::{
    BindMode, SessionConfig,
    pdu::{InterfaceVersion, text::TextOptions},
};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    client::EsmeClient,
    connect,
    deliveries::{Deliveries, ReceiptPolicy},
    dial::Dialer,
    error::ConnectError,
    hook::{Hook, Hooks},
    message::Split,
    pace::PaceConfig,
    parts::{MemoryParts, PartStore},
};

/// Where to connect, as whom, and how the session behaves.
///
/// Made by [`EsmeClient::builder`]; each setter takes and returns it. It can be
/// cloned, and one clone connected after the other.
#[derive(Clone)]
#[must_use = "nothing happens until `connect` is awaited"]
pub struct EsmeClientBuilder {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) dialer: Dialer,
    pub(crate) system_id: String,
    pub(crate) password: String,
    pub(crate) system_type: String,
    pub(crate) address_range: String,
    pub(crate) addr_ton: u8,
    pub(crate) addr_npi: u8,
    pub(crate) bind_mode: BindMode,
    pub(crate) interface_version: InterfaceVersion,
    pub(crate) session: SessionConfig,
    pub(crate) connect_timeout: Duration,
    pub(crate) bind_timeout: Duration,
    pub(crate) split: Split,
    pub(crate) text: Arc<TextOptions>,
    pub(crate) pace: Option<PaceConfig>,
    pub(crate) receipts: ReceiptPolicy,
    pub(crate) delivery_queue: usize,
    pub(crate) parts: Arc<dyn PartStore>,
    pub(crate) hooks: Hooks,
}

impl EsmeClientBuilder {
    pub(crate) fn new(host: String, port: u16) -> Self {
        Self {
            host,
            port,
            dialer: Dialer::default(),
            system_id: String::new(),
            password: String::new(),
            system_type: String::new(),
            address_range: String::new(),
            addr_ton: 0,
            addr_npi: 0,
            bind_mode: BindMode::Transceiver,
            interface_version: InterfaceVersion::V3_4,
            session: SessionConfig::default(),
            connect_timeout: Duration::from_secs(10),
            bind_timeout: Duration::from_secs(30),
            split: Split::Udh8,
            text: Arc::new(TextOptions::default()),
            pace: None,
            receipts: ReceiptPolicy::default(),
            delivery_queue: 1024,
            parts: Arc::new(MemoryParts::default()),
            hooks: Hooks::default(),
        }
    }

    /// The account, at most 15 octets.
    pub fn system_id(mut self, system_id: impl Into<String>) -> Self {
        self.system_id = system_id.into();
        self
    }

    /// The account's password, at most 8 octets by the specification; what is
    /// longer is sent as it is, since many centres take it.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = password.into();
        self
    }

    /// The kind of system, at most 12 octets; most centres ignore it.
    pub fn system_type(mut self, system_type: impl Into<String>) -> Self {
        self.system_type = system_type.into();
        self
    }

    /// Which addresses this ESME serves, at most 40 octets; most centres
    /// ignore it.
    pub fn address_range(mut self, addr_ton: u8, addr_npi: u8, address_range: impl Into<String>) -> Self {
        self.addr_ton = addr_ton;
        self.addr_npi = addr_npi;
        self.address_range = address_range.into();
        self
    }

    /// transmitter, receiver or transceiver. Default: transceiver.
    pub fn bind_mode(mut self, bind_mode: BindMode) -> Self {
        self.bind_mode = bind_mode;
        self
    }

    /// The version asked for in the bind. Default: 3.4. The session then speaks
    /// the lower of this and what the centre answers.
    pub fn interface_version(mut self, interface_version: InterfaceVersion) -> Self {
        self.interface_version = interface_version;
        self
    }

    /// Windows, timers and limits of the session.
    pub fn session(mut self, config: SessionConfig) -> Self {
        self.session = config;
        self
    }

    /// How long resolving and connecting may take together. Default: 10 s.
    pub fn connect_timeout(mut self, within: Duration) -> Self {
        self.connect_timeout = within;
        self
    }

    /// How long the centre may take to answer the bind. Default: 30 s.
    pub fn bind_timeout(mut self, within: Duration) -> Self {
        self.bind_timeout = within;
        self
    }

    /// How long messages are split, unless a message says otherwise. Default:
    /// a user data header with an 8-bit reference, which every handset joins.
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// What data_coding 0 means to this centre, which national languages may be
    /// used, and what happens to characters that do not fit; both ways.
    /// Default: GSM 03.38, unpacked, and what does not fit is sent in UCS-2.
    pub fn text(mut self, options: TextOptions) -> Self {
        self.text = Arc::new(options);
        self
    }

    /// Limits the rate of submit_sm, and sends what was refused with
    /// ESME_RTHROTTLED or ESME_RMSGQFUL again. Without it every submit_sm
    /// leaves as soon as the window has room, and a refusal is final.
    pub fn pace(mut self, pace: PaceConfig) -> Self {
        self.pace = Some(pace);
        self
    }

    /// How a delivery is told to be a receipt. Default: by esm_class, by TLVs,
    /// and by nothing else.
    pub fn receipts(mut self, policy: ReceiptPolicy) -> Self {
        self.receipts = policy;
        self
    }

    /// How many deliveries may wait for the application, at least 1. Beyond
    /// that the session answers no more of them, and the centre's window
    /// closes. Default: 1024.
    pub fn delivery_queue(mut self, deliveries: usize) -> Self {
        self.delivery_queue = deliveries.max(1);
        self
    }

    /// Where the parts of long messages wait for each other. Default: in
    /// memory, so that a restart loses parts that were answered already.
    pub fn part_store(mut self, parts: Arc<dyn PartStore>) -> Self {
        self.parts = parts;
        self
    }

    /// Adds a hook; may be called more than once.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Connects by `dial`, which is given the host and the port, instead of by
    /// TCP: through TLS, a proxy, a Unix socket, or a simulated network. The
    /// connect time-out holds for it, too.
    pub fn dial_with<F, D, T>(mut self, dial: F) -> Self
    where
        F: Fn(String, u16) -> D + Send + Sync + 'static,
        D: Future<Output = io::Result<T>> + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.dialer = Dialer::by(dial);
        self
    }

    /// Resolves, connects and binds.
    ///
    /// The session is carried by a task that this spawns on the current tokio
    /// runtime. The task ends with the session: after
    /// [`unbind`](EsmeClient::unbind), when the line is lost, or when every
    /// clone of the client and the [`Deliveries`] have been dropped; then it
    /// unbinds by itself. Dropping the future gives up the attempt and closes
    /// the connection.
    ///
    /// # Errors
    ///
    /// Each step has its own [`ConnectError`].
    pub async fn connect(self) -> Result<(EsmeClient, Deliveries), ConnectError> {
        connect::connect(self).await
    }

    /// Binds over a transport that is connected already: a TLS stream, a Unix
    /// socket, a pipe in a test. Spawns a task as [`connect`](Self::connect)
    /// does; host and port are not looked at.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Field`] and what can happen to the bind.
    pub fn bind<T>(
        self,
        transport: T,
    ) -> impl Future<Output = Result<(EsmeClient, Deliveries), ConnectError>> + Send
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        connect::bind(self, transport)
    }
}

impl fmt::Debug for EsmeClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EsmeClientBuilder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("system_id", &self.system_id)
            .field("bind_mode", &self.bind_mode)
            .field("interface_version", &self.interface_version)
            .finish_non_exhaustive()
    }
}
