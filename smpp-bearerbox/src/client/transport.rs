//! A TCP connection as bearerbox needs it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A TCP stream that sets TCP_QUICKACK again before each read (Linux).
///
/// Bearerbox leaves Nagle's algorithm on, so its second small frame waits for our kernel's acknowledgement of the
/// first, which by default is delayed for 40 ms. The option wears off by itself, hence the renewal.
#[derive(Debug)]
pub(super) struct Transport {
    stream: TcpStream,
}

impl Transport {
    /// Connects to the first address of `host` that answers within `limit`, without delay in writing, and with probes that
    /// notice a dead peer within about a minute: bearerbox itself sends nothing to a box that has nothing to get.
    pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> io::Result<Self> {
        let stream = timeout(limit, TcpStream::connect((host, port))).await??;
        stream.set_nodelay(true)?;
        let socket = SockRef::from(&stream);
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY);
        socket.set_tcp_keepalive(&keepalive)?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
        Ok(Self { stream })
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.stream.poll_read_ready(context))?;
        #[cfg(target_os = "linux")]
        self.stream.set_quickack(true)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);

/// How long written octets may lack the peer kernel's acknowledgement. A suspended bearerbox does not run into it
/// unless its receive buffer is full as well.
#[cfg(target_os = "linux")]
const USER_TIMEOUT: Duration = Duration::from_secs(60);
