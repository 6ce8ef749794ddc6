//! One session from its connection to its end.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use smpp_session::driver::drive;
use smpp_session::{CloseReason, Role, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, error, info, info_span};

use super::Shared;
use super::dispatch::{Core, McDispatch};
use super::guard::{Full, Place};
use crate::handler::McHandler;

/// Takes a place for a connection, or says in the counters why there is none.
pub(super) fn enter<H: McHandler>(server: &Shared<H>, peer: SocketAddr) -> Result<(u64, Place), Full> {
    let id = server.next_id();
    match server.guard.enter(id, peer.ip()) {
        Ok(place) => {
            server.counting.connections.up();
            Ok((id, place))
        }
        Err(full) => {
            match full {
                Full::Sessions => server.counting.refused_full.up(),
                Full::Address => server.counting.refused_address.up(),
            }
            debug!(%peer, ?full, "connection refused");
            Err(full)
        }
    }
}

/// Runs the session. Nothing that happens in it reaches the caller but its end.
pub(super) async fn run<T, H>(
    server: Arc<Shared<H>>,
    transport: T,
    id: u64,
    peer: SocketAddr,
    place: Place,
) -> CloseReason
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
    H: McHandler,
{
    let span = info_span!("session", id, %peer, system_id = Empty);
    run_within(server, transport, id, peer, place, span.clone()).instrument(span).await
}

async fn run_within<T, H>(
    server: Arc<Shared<H>>,
    transport: T,
    id: u64,
    peer: SocketAddr,
    place: Place,
    span: Span,
) -> CloseReason
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
    H: McHandler,
{
    let core = Arc::new(Core::new(Arc::clone(&server), id, peer, span, place));
    let session =
        Session::new(Role::Mc, Arc::clone(&server.settings.session), Instant::now().into_std()).with_id(id);
    let (handle, driver) = drive(transport, session, McDispatch::new(Arc::clone(&core)));
    core.attach(handle.clone());
    server.live().insert(id, handle.clone());
    // Either the stop finds the session among the living, or the session finds it here.
    if server.stopping.is_cancelled() {
        drop(handle.unbind());
    }

    let outcome = {
        // The driver's state is dropped with what a panic left in it, and nobody else sees it.
        let mut driving = pin!(AssertUnwindSafe(driver.run()).catch_unwind());
        tokio::select! {
            biased;
            outcome = &mut driving => outcome,
            () = server.kill.cancelled() => Ok(CloseReason::Local),
            () = core.place().evicted() => {
                server.counting.evicted.up();
                Ok(CloseReason::Local)
            }
        }
    };
    server.live().remove(&id);
    let reason = outcome.unwrap_or_else(|_| {
        server.counting.panics.up();
        error!("a handler panicked; its session is closed");
        CloseReason::DriverDropped
    });
    let Some(handler) = core.ended() else {
        debug!(%reason, "closed before it was bound");
        return reason;
    };
    info!(%reason, "closed");
    if AssertUnwindSafe(server.handler.closed(handler, reason)).catch_unwind().await.is_err() {
        server.counting.panics.up();
        error!("a handler panicked when told of the end of a session");
    }
    reason
}
