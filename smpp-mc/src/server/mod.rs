//! The server role: listeners, sessions, who is bound.
//!
//! One task for each session: it reads, calls the handler in line, and writes. Nothing here knows
//! of the gateway; what a bind and a request mean is the handler's affair
//! ([`McHandler`], [`SessionHandler`](crate::SessionHandler)).

mod account_counters;
mod admission;
mod answer;
mod bind_chooser;
mod block_list;
mod builder;
mod counters;
mod dispatch;
mod esme_handle;
mod guard;
mod handling;
mod listener;
mod proxy_protocol;
mod registry;
mod session_task;

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use smpp_session::driver::SessionHandle;
use smpp_session::pdu::{COctetString, Outbind};
use smpp_session::{CloseReason, SessionConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::handler::McHandler;
use crate::network::Network;

pub use account_counters::AccountCounters;
pub use admission::{Admission, AtBindLimit, SessionLimits};
pub use answer::Answer;
pub use bind_chooser::{BindChoice, BindChooser};
pub use block_list::{BlockPolicy, Blocked};
pub use builder::McBuilder;
pub use counters::ServerCounters;
pub use esme_handle::EsmeHandle;
pub(crate) use handling::Handling;
pub use registry::{NewReceivers, Registry};

use block_list::BlockList;
use counters::Counting;
use guard::Guard;
use session_task::Arrival;

/// A Message Centre: accepts connections and runs one task for each session.
///
/// Clones are the same Message Centre; keep one to watch it, or to hand it transports of your own.
///
/// ```
/// use smpp_mc::pdu::{CommandStatus, SubmitSm, SubmitSmResp};
/// use smpp_mc::{Admission, BindRequest, EsmeHandle, Mc, McHandler, SessionHandler};
///
/// /// Lets one system_id in, and accepts everything it submits.
/// struct Demo;
/// struct DemoSession;
///
/// impl McHandler for Demo {
///     type Session = DemoSession;
///
///     async fn bind(&self, request: BindRequest, _: EsmeHandle) -> Result<Admission<DemoSession>, CommandStatus> {
///         match (request.system_id(), request.password()) {
///             ("demo", b"secret") => Ok(DemoSession.into()),
///             _ => Err(CommandStatus::ESME_RINVPASWD),
///         }
///     }
/// }
///
/// impl SessionHandler for DemoSession {
///     async fn submit_sm(&self, _: SubmitSm) -> Result<SubmitSmResp, CommandStatus> {
///         Ok(SubmitSmResp::default())
///     }
/// }
///
/// async fn serve(listener: tokio::net::TcpListener) -> std::io::Result<()> {
///     Mc::builder().system_id("DEMO-MC").handler(Demo).serve(listener, std::future::pending()).await
/// }
/// ```
pub struct Mc<H> {
    shared: Arc<Shared<H>>,
}

#[derive(Clone, Debug)]
struct Settings {
    system_id: COctetString<65>,
    session: Arc<SessionConfig>,
    bind_attempts: u32,
    drain: Duration,
    proxies: Vec<Network>,
}

struct Shared<H> {
    settings: Settings,
    handler: H,
    registry: Registry,
    guard: Arc<Guard>,
    block_list: BlockList,
    counting: Counting,
    /// No new binds any more.
    stopping: CancellationToken,
    /// Every session ends at once.
    kill: CancellationToken,
    tasks: TaskTracker,
    live: Mutex<BTreeMap<u64, SessionHandle>>,
}

impl Mc<()> {
    /// Starts with the defaults.
    pub fn builder() -> McBuilder {
        McBuilder::new()
    }
}

impl<H: McHandler> Mc<H> {
    fn new(builder: McBuilder, handler: H) -> Self {
        let McBuilder { settings, limits, block, registry } = builder;
        Self {
            shared: Arc::new(Shared {
                settings,
                handler,
                registry,
                guard: Guard::new(limits),
                block_list: BlockList::new(block),
                counting: Counting::default(),
                stopping: CancellationToken::new(),
                kill: CancellationToken::new(),
                tasks: TaskTracker::new(),
                live: Mutex::default(),
            }),
        }
    }

    /// Accepts connections until `shutdown` completes, then stops: accepts no more, refuses new
    /// binds, lets open answers leave, unbinds every session, and after
    /// [`drain_timeout`](McBuilder::drain_timeout) closes what is left.
    ///
    /// Dropping the future closes every session at once. A Message Centre that has stopped does not
    /// start again.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> io::Result<()> {
        self.serve_all([listener], shutdown).await
    }

    /// The same on several addresses. Without any, it only waits: for sessions of
    /// [`serve_transport`](Self::serve_transport).
    pub async fn serve_all(
        self,
        listeners: impl IntoIterator<Item = TcpListener>,
        shutdown: impl Future<Output = ()> + Send,
    ) -> io::Result<()> {
        let _kill = self.shared.kill.clone().drop_guard();
        let listeners: Vec<_> = listeners.into_iter().collect();
        for listener in &listeners {
            info!(address = %listener.local_addr()?, "listening");
        }
        {
            let accepting = join_all(listeners.iter().map(|listener| self.accept(listener)));
            tokio::select! {
                biased;
                () = shutdown => {}
                _ = accepting, if !listeners.is_empty() => {}
            }
        }
        drop(listeners);
        self.stop().await;
        Ok(())
    }

    /// Runs one session over a connection that was accepted elsewhere: TLS, a pipe in a test. Ends
    /// with the session; dropped, it closes it.
    ///
    /// The limits count it like any other; if there is no place for it, it is closed at once
    /// ([`CloseReason::Local`]).
    pub async fn serve_transport<T>(&self, transport: T, peer: SocketAddr) -> CloseReason
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        match session_task::enter(&self.shared, peer) {
            Ok(arrival) => self.run(transport, arrival).await,
            Err(_) => CloseReason::Local,
        }
    }

    /// Asks an ESME to bind, over a connection that was made to its listener, and serves the session
    /// that comes of it (SMPP v3.4 section 2.2.1, v5.0 section 2.2.3).
    ///
    /// The ESME takes the request by sending a bind, which is decided like any other, or refuses it
    /// by closing. Its limits and its end are those of [`serve_transport`](Self::serve_transport).
    pub async fn outbind<T>(&self, transport: T, peer: SocketAddr, outbind: Outbind) -> CloseReason
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        match session_task::enter(&self.shared, peer) {
            Ok(arrival) => self.run(transport, Arrival { outbind: Some(outbind), ..arrival }).await,
            Err(_) => CloseReason::Local,
        }
    }

    /// Who is bound.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// What has happened so far.
    #[must_use]
    pub fn counters(&self) -> ServerCounters {
        self.shared.counting.snapshot()
    }

    /// Connections open now, bound or not.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.guard.counts().0
    }

    /// Connections open now that are not bound.
    #[must_use]
    pub fn unbound_connections(&self) -> usize {
        self.shared.guard.counts().1
    }

    /// Addresses that are blocked now, see [`McBuilder::block`].
    #[must_use]
    pub fn blocked(&self) -> Vec<Blocked> {
        self.shared.block_list.blocked(now())
    }

    /// Unblocks an address and forgets its refused binds; true if it was blocked.
    pub fn release(&self, address: IpAddr) -> bool {
        self.shared.block_list.release(address, now())
    }

    /// Never ends.
    async fn accept(&self, listener: &TcpListener) {
        loop {
            let (stream, peer) = listener::accept(listener, &self.shared.counting.accept_errors).await;
            let server = Arc::clone(&self.shared);
            if server.is_proxy(peer) {
                self.shared.tasks.spawn(session_task::run_behind_proxy(server, stream, peer));
            } else if let Ok(arrival) = session_task::enter(&server, peer) {
                self.shared.tasks.spawn(session_task::run(server, stream, arrival));
            }
        }
    }

    async fn run<T>(&self, transport: T, arrival: Arrival) -> CloseReason
    where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let session = session_task::run(Arc::clone(&self.shared), transport, arrival);
        self.shared.tasks.track_future(session).await
    }

    async fn stop(&self) {
        self.shared.stopping.cancel();
        self.shared.tasks.close();
        let live: Vec<_> = self.shared.live().values().cloned().collect();
        info!(sessions = live.len(), "stopping");
        for session in live {
            // What is not bound closes at once.
            drop(session.unbind());
        }
        if timeout(self.shared.settings.drain, self.shared.tasks.wait()).await.is_ok() {
            return;
        }
        warn!(sessions = self.open_connections(), "not drained in time; closing");
        self.shared.kill.cancel();
        if timeout(AFTER_KILL, self.shared.tasks.wait()).await.is_err() {
            warn!("handlers of ended sessions are still running");
        }
    }
}

impl<H> Clone for Mc<H> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<H> Debug for Mc<H> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mc").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl<H> Shared<H> {
    fn is_proxy(&self, peer: SocketAddr) -> bool {
        self.settings.proxies.iter().any(|network| network.contains(peer.ip()))
    }

    fn next_id(&self) -> u64 {
        self.registry.next_id()
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<u64, SessionHandle>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

// What a handler may still take when the drain time is over.
const AFTER_KILL: Duration = Duration::from_secs(1);
