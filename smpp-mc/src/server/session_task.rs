//! One session from its connection to its end.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use smpp_session::driver::{SessionHandle, drive};
use smpp_session::pdu::Outbind;
use smpp_session::{CloseReason, Role, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, error, info, info_span};

use super::dispatch::{Core, McDispatch};
use super::guard::{Full, Place};
use super::proxy_protocol::read_source;
use super::{Shared, now};
use crate::handler::McHandler;

/// A connection that has its place.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) id: u64,
    pub(super) peer: SocketAddr,
    /// The bind deadline counts from here.
    pub(super) accepted: Instant,
    pub(super) place: Place,
    /// What the Message Centre says first; without it, it waits for the ESME to speak.
    pub(super) outbind: Option<Outbind>,
}

/// Takes a place for a connection, or says in the counters why there is none.
pub(super) fn enter<H: McHandler>(server: &Shared<H>, peer: SocketAddr) -> Result<Arrival, Refused> {
    let accepted = now();
    refuse_blocked(server, peer, accepted)?;
    let id = server.next_id();
    let place = server.guard.enter(id, Some(peer.ip())).map_err(|full| refused(server, peer, full))?;
    server.counting.connections.up();
    Ok(Arrival { id, peer, accepted, place, outbind: None })
}

/// The same for a connection from a proxy, which says first where it comes from.
async fn enter_behind_proxy<H: McHandler>(
    server: &Shared<H>,
    stream: &mut TcpStream,
    proxy: SocketAddr,
) -> Result<Arrival, Refused> {
    let accepted = now();
    let id = server.next_id();
    let place = server.guard.enter(id, None).map_err(|full| refused(server, proxy, full))?;
    server.counting.connections.up();
    let deadline = server.settings.session.timers().session_init.unwrap_or(LONGEST_HEADER);
    let header = tokio::select! {
        biased;
        header = timeout(deadline, read_source(stream)) => header,
        () = server.stopping.cancelled() => return Err(Refused),
        () = server.kill.cancelled() => return Err(Refused),
        () = place.evicted() => {
            server.counting.evicted.up();
            return Err(Refused);
        }
    };
    let Ok(Ok(source)) = header else {
        server.counting.proxy_errors.up();
        debug!(%proxy, "no PROXY protocol header");
        return Err(Refused);
    };
    let Some(peer) = source else {
        return Ok(Arrival { id, peer: proxy, accepted, place, outbind: None });
    };
    refuse_blocked(server, peer, accepted)?;
    place.comes_from(peer.ip()).map_err(|full| refused(server, peer, full))?;
    Ok(Arrival { id, peer, accepted, place, outbind: None })
}

fn refuse_blocked<H>(server: &Shared<H>, peer: SocketAddr, now: Instant) -> Result<(), Refused> {
    if !server.block_list.is_blocked(peer.ip(), now) {
        return Ok(());
    }
    server.counting.refused_blocked.up();
    debug!(%peer, "connection refused: blocked");
    Err(Refused)
}

fn refused<H>(server: &Shared<H>, peer: SocketAddr, full: Full) -> Refused {
    match full {
        Full::Sessions => server.counting.refused_full.up(),
        Full::Address => server.counting.refused_address.up(),
    }
    debug!(%peer, ?full, "connection refused");
    Refused
}

/// Reads where the connection comes from, and runs the session.
pub(super) async fn run_behind_proxy<H: McHandler>(
    server: Arc<Shared<H>>,
    mut stream: TcpStream,
    proxy: SocketAddr,
) {
    if let Ok(arrival) = enter_behind_proxy(&server, &mut stream, proxy).await {
        run(server, stream, arrival).await;
    }
}

/// There is no place for a connection, or none for this one. The counters know which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

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
    let Arrival { id, peer, accepted, place, outbind } = arrival;
    let core = Arc::new(Core::new(Arc::clone(&server), id, peer, span, place));
    let session = Session::new(Role::Mc, Arc::clone(&server.settings.session), accepted).with_id(id);
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

// For a server that lets unbound connections stay for ever.
const LONGEST_HEADER: Duration = Duration::from_secs(10);
