//! TLS by a rustls configuration of the caller's.
//!
//! The caller chooses certificates, versions and the cryptography; the
//! configuration must name its provider, or the process must have installed
//! one. A client checks the server's chain and its host name: rustls does so
//! unless the configuration goes out of its way. Client certificates are
//! likewise a matter of the two configurations.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

pub use tokio_rustls::rustls;

/// Shakes hands as a client; `host` is what the server's certificate must be made for.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] if `host` is neither a name nor an address,
/// [`io::ErrorKind::TimedOut`] if the handshake takes longer than `limit`, and
/// what the handshake says; [`rustls::Error`] is inside.
pub async fn connect_tls<S>(
    stream: S,
    host: &str,
    config: Arc<ClientConfig>,
    limit: Duration,
) -> io::Result<client::TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    in_time(limit, TlsConnector::from(config).connect(name, stream)).await
}

/// Accepts TLS connections with a configuration that can be replaced while running.
#[derive(Debug)]
pub struct TlsServer {
    config: RwLock<Arc<ServerConfig>>,
}

impl TlsServer {
    /// Accepts with this configuration.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self { config: RwLock::new(config) }
    }

    /// Accepts with another configuration from now on, a new certificate for
    /// instance. Connections that stand are not touched.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// Shakes hands as the server.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if the handshake takes longer than `limit`,
    /// and what the handshake says; [`rustls::Error`] is inside.
    pub async fn accept<S>(&self, stream: S, limit: Duration) -> io::Result<server::TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let config = Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner));
        in_time(limit, TlsAcceptor::from(config).accept(stream)).await
    }
}

async fn in_time<T>(limit: Duration, handshake: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, handshake)
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no TLS handshake in time"))?
}
