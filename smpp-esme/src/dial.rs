//! How a connection comes about: TCP, or whatever the application brings.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use futures::future::BoxFuture;
use smpp_session::driver::TcpOptions;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tracing::debug;

use crate::error::ConnectError;

/// A connected stream of octets.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

type Dial = dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Box<dyn Transport>>> + Send + Sync;

/// Connects to a host and a port.
#[derive(Clone, Default)]
pub(crate) struct Dialer(Option<Arc<Dial>>);

impl Dialer {
    /// Connects as `dial` does.
    pub(crate) fn by<F, D, T>(dial: F) -> Self
    where
        F: Fn(String, u16) -> D + Send + Sync + 'static,
        D: Future<Output = io::Result<T>> + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self(Some(Arc::new(move |host, port| {
            let dialing = dial(host, port);
            Box::pin(async move { dialing.await.map(|transport| Box::new(transport) as Box<dyn Transport>) })
        })))
    }

    pub(crate) async fn dial(&self, host: &str, port: u16) -> Result<Box<dyn Transport>, ConnectError> {
        match &self.0 {
            None => Ok(Box::new(tcp(host, port).await?)),
            Some(dial) => {
                let failed = |error: io::Error| ConnectError::Transport {
                    kind: error.kind(),
                    reason: error.to_string(),
                };
                dial(host.to_owned(), port).await.map_err(failed)
            }
        }
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Dialer(own)" } else { "Dialer(TCP)" })
    }
}

/// Tries every address of the host in turn.
async fn tcp(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let unresolved = |kind| ConnectError::Resolve { host: host.to_owned(), kind };
    let addresses = lookup_host((host, port)).await.map_err(|error| unresolved(error.kind()))?;
    let mut failure = unresolved(io::ErrorKind::NotFound);
    for address in addresses {
        match open(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                debug!(%address, %error, "no connection");
                failure = ConnectError::Connect { address, kind: error.kind() };
            }
        }
    }
    Err(failure)
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    TcpOptions::default().apply(&stream)?;
    Ok(stream)
}
