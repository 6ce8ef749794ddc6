//! One session from its connection to its end.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use smpp_session::driver::{SessionHandle, drive};
use smpp_session::pdu::Outbind;
use smpp_session::{CloseReason, Role, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, error, info, info_span};

use super::Shared;
use super::dispatch::{Core, McDispatch};
use super::guard::{Full, Place};
use crate::handler::McHandler;

/// A connection that has its place.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) id: u64,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
    /// What the Message Centre says first; without it, it waits for the ESME to speak.
    pub(super) outbind: Option<Outbind>,
}

/// Takes a place for a connection, or says in the counters why there is none.
pub(super) fn enter<H: McHandler>(server: &Shared<H>, peer: SocketAddr) -> Result<Arrival, Full> {
    let id = server.next_id();
    match server.guard.enter(id, peer.ip()) {
        Ok(place) => {
            server.counting.connections.up();
            Ok(Arrival { id, peer, place, outbind: None })
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
pub(super) async fn run<T, H>(server: Arc<Shared<H>>, transport: T, arrival: Arrival) -> CloseReason
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
    H: McHandler,
{
    let span = info_span!("session", id = arrival.id, peer = %arrival.peer, system_id = Empty);
    run_within(server, transport, arrival, span.clone()).instrument(span).await
}

async fn run_within<T, H>(server: Arc<Shared<H>>, transport: T, arrival: Arrival, span: Span) -> CloseReason
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
    H: McHandler,
{
    let Arrival { id, peer, place, outbind } = arrival;
    let core = Arc::new(Core::new(Arc::clone(&server), id, peer, span, place));
    let session =
        Session::new(Role::Mc, Arc::clone(&server.settings.session), Instant::now().into_std()).with_id(id);
    let (handle, driver) = drive(transport, session, McDispatch::new(Arc::clone(&core)));
    core.attach(handle.clone());
    // Queued now, and taken back if it were dropped before it has left.
    let _outbind = outbind.map(|outbind| handle.notify(outbind));
    let living = Living::enter(&server, id, handle);
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
    drop(living);
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

/// A session's entry in the list that a stop goes through; gone with it, even if its task is dropped.
struct Living<'a, H> {
    server: &'a Shared<H>,
    id: u64,
}

impl<'a, H> Living<'a, H> {
    fn enter(server: &'a Shared<H>, id: u64, handle: SessionHandle) -> Self {
        server.live().insert(id, handle.clone());
        // Either the stop finds the session among the living, or the session finds it here.
        if server.stopping.is_cancelled() {
            drop(handle.unbind());
        }
        Self { server, id }
    }
}

impl<H> Drop for Living<'_, H> {
    fn drop(&mut self) {
        self.server.live().remove(&self.id);
    }
}
