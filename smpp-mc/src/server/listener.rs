//! Accepting connections, through hard times as well.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tracing::{debug, warn};

use super::counters::Count;

/// Waits for the next connection. Never fails: an error is waited out.
pub(super) async fn accept(listener: &TcpListener, errors: &Count) -> (TcpStream, SocketAddr) {
    let mut pause = Pause::default();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    debug!(%error, "TCP_NODELAY not set");
                }
                return (stream, peer);
            }
            Err(error) => {
                let Some(pause) = pause.after(&error) else { continue };
                errors.up();
                warn!(%error, ?pause, "cannot accept connections");
                tokio::time::sleep(pause).await;
            }
        }
    }
}

/// How long to wait before the next try: longer from error to error, up to one second.
#[derive(Debug, Default)]
struct Pause {
    last: Duration,
}

impl Pause {
    /// `None` for an error that concerns one connection only, and not the next.
    fn after(&mut self, error: &io::Error) -> Option<Duration> {
        if let io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::Interrupted = error.kind()
        {
            return None;
        }
        self.last = (self.last * 2).clamp(SHORTEST, LONGEST);
        Some(self.last)
    }
}

const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_file_descriptors_it_slows_down() {
        const EMFILE: i32 = 24;
        let mut pause = Pause::default();
        let pauses: Vec<_> =
            (0..12).filter_map(|_| pause.after(&io::Error::from_raw_os_error(EMFILE))).collect();

        assert_eq!(pauses.first(), Some(&SHORTEST));
        assert_eq!(pauses.last(), Some(&LONGEST));
        assert!(pauses.is_sorted());
    }

    #[test]
    fn a_peer_that_gave_up_costs_no_pause() {
        let mut pause = Pause::default();
        assert_eq!(pause.after(&io::Error::from(io::ErrorKind::ConnectionAborted)), None);
    }
}
