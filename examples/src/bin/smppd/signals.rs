//! SIGTERM and SIGINT ask for a graceful stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Takes the signals from now on. The future completes at the first SIGTERM or SIGINT.
pub(crate) fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
