//! The settings of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
#[cfg(feature = "tls")]
use thiserror::Error;
use tokio::sync::mpsc;
#[cfg(feature = "tls")]
use tokio_rustls::rustls::{ClientConfig, pki_types::ServerName};
use uuid::Uuid;

use crate::client::backoff::Backoff;
use crate::client::driver::BearerboxDriver;
use crate::client::handle::BearerboxClient;
use crate::client::inbox::Inbox;
use crate::client::shared::{Limits, Shared};
use crate::link::LinkConfig;
use crate::protocol::KannelVersion;

/// Where and how to connect. Made by [`BearerboxClient::builder`].
#[must_use]
pub struct BearerboxClientBuilder {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) link: LinkConfig,
    pub(super) limits: Limits,
    pub(super) backoff: Backoff,
    pub(super) goodbye_pause: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) inbox: usize,
    pub(super) random: Box<dyn FnMut() -> u32 + Send>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<(ServerName<'static>, Arc<ClientConfig>)>,
}

impl BearerboxClientBuilder {
    pub(super) fn new(host: String, port: u16) -> Self {
        Self {
            host,
            port,
            link: LinkConfig::new(),
            limits: Limits {
                max_waiting: 1_000,
                send_timeout: Duration::from_secs(60),
                hold_while_down: false,
            },
            backoff: Backoff::default(),
            goodbye_pause: Duration::from_secs(12),
            connect_timeout: Duration::from_secs(10),
            inbox: 1_000,
            random: Box::new(|| {
                let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
                u32::from_be_bytes([a, b, c, d])
            }),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// The name of this box: see [`LinkConfig::boxc_id`]. Without one, reports may reach another box.
    pub fn boxc_id(mut self, boxc_id: impl Into<Bytes>) -> Self {
        self.link = self.link.boxc_id(boxc_id);
        self
    }

    /// The wire form bearerbox speaks. Default: that of Kannel 1.4.4 and later.
    pub fn version(mut self, version: KannelVersion) -> Self {
        self.link = self.link.version(version);
        self
    }

    /// How many MTs may be sent and not acknowledged. Default: 500.
    pub fn window(mut self, messages: usize) -> Self {
        self.link = self.link.window(messages);
        self
    }

    /// How many MTs may wait to be written. Default: 1,000. Beyond it [`BearerboxClient::send`] fails at once with
    /// [`SendError::QueueFull`](crate::SendError::QueueFull).
    pub fn max_waiting(mut self, messages: usize) -> Self {
        self.limits.max_waiting = messages;
        self
    }

    /// How long a call of `send` may take, waiting and acknowledgement together. Default: 60 s. It is noticed at most a
    /// tenth of it, and at most a second, late. A message already written keeps its place in the window until it is
    /// acknowledged or the connection ends.
    pub fn send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.send_timeout = timeout;
        self
    }

    /// Whether MTs queue while there is no connection. Default: no, they fail at once with
    /// [`SendError::NotConnected`](crate::SendError::NotConnected), as suits an owner that has a queue of its own.
    pub fn hold_while_down(mut self, hold: bool) -> Self {
        self.limits.hold_while_down = hold;
        self
    }

    /// How often a heartbeat is sent. Default: 30 s.
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.link = self.link.heartbeat(every);
        self
    }

    /// How long the oldest MT may wait without any acknowledgement coming, before
    /// [`Incoming::Stalled`](crate::Incoming::Stalled). Default: 30 s.
    pub fn stall_after(mut self, silence: Duration) -> Self {
        self.link = self.link.stall_after(silence);
        self
    }

    /// How long a closing connection waits for acknowledgements. Default: 3 s.
    pub fn drain_time(mut self, time: Duration) -> Self {
        self.link = self.link.drain_time(time);
        self
    }

    /// How long an acknowledgement of `failed_tmp` is held back. Default: 5 s.
    pub fn failed_tmp_delay(mut self, delay: Duration) -> Self {
        self.link = self.link.failed_tmp_delay(delay);
        self
    }

    /// The pauses between attempts to connect. Default: 1 s to 30 s, up to doubled at random. Attempts are at least 1 s
    /// apart whatever is set.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// How long to stay away at least after a shutdown or restart of bearerbox. Default: 12 s.
    ///
    /// While it goes down it still accepts connections: for about a second, or for ten when it has messages left (measured
    /// with Debian's 1.4.5). It tells such a connection nothing and waits for it to close before it ends, so a box that comes
    /// back too early keeps it from ever restarting. For the same reason a connection made after a goodbye is made anew once
    /// if nothing comes on it for 30 s, or an MT is acknowledged with `failed_tmp` first.
    pub fn goodbye_pause(mut self, pause: Duration) -> Self {
        self.goodbye_pause = pause;
        self
    }

    /// How long one attempt to connect may take. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How many entries the [`Inbox`] holds before reading stops, and how many received messages may be unacknowledged.
    /// Default: 1,000. At least 1. Above bearerbox's `smsbox-max-pending` it is never reached.
    pub fn inbox(mut self, entries: usize) -> Self {
        self.inbox = entries.max(1);
        self.link = self.link.max_unacknowledged(entries);
        self
    }

    /// Where the jitter's randomness comes from. Default: the operating system.
    pub fn random(mut self, random: impl FnMut() -> u32 + Send + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// Speaks TLS, as bearerbox does with `smsbox-port-ssl`, to a server whose certificate is for `server_name`, a host name
    /// or an address. The configuration chooses what is trusted; it must name its provider of cryptography, or the process
    /// must have installed one. Bearerbox asks for no client certificate.
    ///
    /// # Errors
    ///
    /// When `server_name` is neither a host name nor an address.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, server_name: &str, config: Arc<ClientConfig>) -> Result<Self, InvalidServerName> {
        let server_name = ServerName::try_from(server_name.to_owned()).map_err(|_| InvalidServerName)?;
        self.tls = Some((server_name, config));
        Ok(self)
    }

    /// Makes the client. Nothing happens until the driver runs.
    pub fn build(self) -> (BearerboxClient, Inbox, BearerboxDriver) {
        let shared = Arc::new(Shared::new(self.limits));
        let (sender, receiver) = mpsc::channel(self.inbox);
        let client = BearerboxClient::new(Arc::clone(&shared));
        (client, Inbox::new(receiver), BearerboxDriver::new(self, shared, sender))
    }
}

/// The name is neither a host name nor an address.
#[cfg(feature = "tls")]
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("neither a host name nor an address")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct InvalidServerName;

impl fmt::Debug for BearerboxClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerboxClientBuilder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("link", &self.link)
            .field("limits", &self.limits)
            .field("backoff", &self.backoff)
            .field("goodbye_pause", &self.goodbye_pause)
            .field("connect_timeout", &self.connect_timeout)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}
