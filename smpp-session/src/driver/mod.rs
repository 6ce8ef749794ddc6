//! The tokio driver: joins a [`Session`] to a byte transport.
//!
//! [`drive`] makes a [`Driver`] to be run, in a task or awaited, and a
//! [`SessionHandle`] to send requests with. The peer's requests go to a
//! [`Dispatch`]. Nothing is spawned here.
//!
//! # Logs
//!
//! The driver works inside a span `session` with role, id and system_id, a
//! child of the span that was entered when it was made: put the peer's address
//! there. One debug event for each PDU names its command, number and status,
//! never its contents.
//!
//! # Back-pressure
//!
//! The peer is read as long as fewer of its requests are unanswered than the
//! inbound limit, and fewer octets wait to be written than the output limit.
//! Requests of the owner's wait in a bounded queue for the window. So memory is
//! bounded both ways, whatever the peer does and does not do.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::config::SessionConfig;
use crate::role::Role;
use crate::session::Session;

mod dispatch;
mod exchange;
mod handle;
mod inbound;
mod parked;
mod run;
mod slab;
#[cfg(feature = "tls")]
mod tls;
mod transport;

pub use dispatch::Dispatch;
pub use handle::{PendingNotification, PendingResponse, RequestOptions, SessionHandle};
pub use inbound::{InboundDispatch, InboundRequest, InboundRequests, Responder};
#[cfg(feature = "tls")]
pub use tls::{TlsServer, connect_tls, rustls};
pub use transport::{TcpOptions, connect};

/// Starts a session now, by tokio's clock.
#[must_use]
pub fn session(role: Role, config: Arc<SessionConfig>) -> Session {
    Session::new(role, config, run::clock())
}

/// Joins a transport and a session; `dispatch` answers the peer's requests.
///
/// Spawns nothing: [`Driver::run`] is to be spawned or awaited.
pub fn drive<T, D>(transport: T, session: Session, dispatch: D) -> (SessionHandle, Driver<T, D>)
where
    T: AsyncRead + AsyncWrite + Unpin,
    D: Dispatch,
{
    drive_with(transport, session, |_| dispatch)
}

/// As [`drive`], for a dispatch that itself uses the session's handle.
pub fn drive_with<T, D>(
    transport: T,
    session: Session,
    dispatch: impl FnOnce(&SessionHandle) -> D,
) -> (SessionHandle, Driver<T, D>)
where
    T: AsyncRead + AsyncWrite + Unpin,
    D: Dispatch,
{
    let shared = Arc::new(slab::Shared::new(&session, run::clock()));
    let handle = SessionHandle { shared: Arc::clone(&shared) };
    let dispatch = dispatch(&handle);
    let connection = Box::new(run::Connection::new(transport, session, shared));
    (handle, Driver { connection, dispatch })
}

/// A session on its transport, waiting to be run.
#[must_use = "nothing moves until `run` is spawned or awaited"]
#[derive(Debug)]
pub struct Driver<T, D> {
    connection: Box<run::Connection<T>>,
    dispatch: D,
}
