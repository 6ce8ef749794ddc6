//! The tokio driver: joins a [`Session`] to a byte transport.
//!
//! [`drive`] makes a [`Driver`] to be run, in a task or awaited, and a
//! [`SessionHandle`] to send requests with. The peer's requests go to a
//! [`Dispatch`]. Nothing is spawned here.
//!
//! ```
//! use std::sync::Arc;
//!
//! use smpp_session::driver::{self, Dispatch, drive};
//! use smpp_session::pdu::{BindTransceiver, Body, CommandStatus, SequenceNumber, SubmitSm, SubmitSmResp};
//! use smpp_session::{CloseReason, Reply, Role, SessionConfig};
//!
//! /// Lets everyone in and accepts every message.
//! struct Centre;
//!
//! impl Dispatch for Centre {
//!     async fn dispatch(&self, _number: SequenceNumber, body: Body) -> Reply {
//!         match body {
//!             Body::BindTransceiver(_) => Reply::from(CommandStatus::ESME_ROK),
//!             Body::SubmitSm(_) => Reply::ok(SubmitSmResp::default()),
//!             _ => Reply::from(CommandStatus::ESME_RINVCMDID),
//!         }
//!     }
//! }
//!
//! /// Is never asked for anything here.
//! struct Esme;
//!
//! impl Dispatch for Esme {
//!     async fn dispatch(&self, _number: SequenceNumber, _body: Body) -> Reply {
//!         Reply::from(CommandStatus::ESME_RSYSERR)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Any two ends of a transport; `driver::connect` makes a TCP connection.
//! let (near, far) = tokio::io::duplex(4096);
//! let config = Arc::new(SessionConfig::default());
//! let (_mc, centre) = drive(far, driver::session(Role::Mc, Arc::clone(&config)), Centre);
//! let (esme, driver) = drive(near, driver::session(Role::Esme, config), Esme);
//! tokio::spawn(centre.run());
//! tokio::spawn(driver.run());
//!
//! esme.request(BindTransceiver::default()).await?;
//! // Both are on their way before the first answer is waited for.
//! let (first, second) = (esme.request(SubmitSm::default()), esme.request(SubmitSm::default()));
//! first.await?;
//! second.await?;
//! assert_eq!(esme.unbind().await, CloseReason::Unbound);
//! # Ok(())
//! # }
//! ```
//!
//! # Losses
//!
//! Each request has exactly one outcome. When the line is lost,
//! [`RequestError::Closed`](crate::RequestError::Closed) says of each whether
//! anything of it was written. Dropping every handle does nothing: the session
//! goes on until it is unbound, closed or lost. Dropping the [`Driver`] ends it
//! at once.
//!
//! # What must follow an answer
//!
//! A receipt must not overtake the submit_sm_resp that carries its message_id.
//! A reply may bring what follows it ([`Reply::then`](crate::Reply::then)), or
//! bear a number ([`Reply::ticket`](crate::Reply::ticket)) that comes back by
//! [`Dispatch::replied`] when the reply is in the output buffer: whatever is
//! requested from then on leaves behind it.
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
