//! TCP: its options, and connecting in time.

use std::io;
use std::time::Duration;

use tokio::net::{TcpStream, ToSocketAddrs};

/// What is set on a TCP connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TcpOptions {
    /// TCP_NODELAY. True: a driver writes whole batches, and Nagle's algorithm
    /// would only delay the last one.
    pub nodelay: bool,
    /// Silence before the kernel's own probes; `None` leaves them off. 60 s, for
    /// lines on which enquire_link is off.
    pub keepalive: Option<Duration>,
    /// How long connecting may take, all addresses of the name together. 10 s,
    /// as cloudhopper has it. Zero is as long as the kernel tries.
    pub connect_timeout: Duration,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self {
            nodelay: true,
            keepalive: Some(Duration::from_secs(60)),
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl TcpOptions {
    /// Sets TCP_NODELAY.
    #[must_use]
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = nodelay;
        self
    }

    /// Sets the silence before the kernel's own probes.
    #[must_use]
    pub fn keepalive(mut self, silence: Option<Duration>) -> Self {
        self.keepalive = silence;
        self
    }

    /// Sets how long connecting may take.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the options on a connection, for instance an accepted one.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn apply(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(self.nodelay)?;
        if let Some(silence) = self.keepalive {
            let keepalive = socket2::TcpKeepalive::new().with_time(silence);
            socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive)?;
        }
        Ok(())
    }
}

/// Connects and sets the options.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if connect_timeout runs out, and what the system says.
pub async fn connect(address: impl ToSocketAddrs, options: &TcpOptions) -> io::Result<TcpStream> {
    let connecting = TcpStream::connect(address);
    let stream = if options.connect_timeout.is_zero() {
        connecting.await?
    } else {
        tokio::time::timeout(options.connect_timeout, connecting)
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no connection within connect_timeout"))??
    };
    options.apply(&stream)?;
    Ok(stream)
}
