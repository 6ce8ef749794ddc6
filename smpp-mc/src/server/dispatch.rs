//! One session's requests: first the bind, then what the handler answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use pin_project_lite::pin_project;
use smpp_session::driver::{Dispatch, SessionHandle};
use smpp_session::pdu::{
    BindReceiverResp, BindTransceiverResp, BindTransmitterResp, Body, COctetString, CommandStatus,
    InterfaceVersion, SequenceNumber,
};
use smpp_session::{BindMode, Event, Reply};
use tracing::{Span, debug, warn};

use super::admission::Admission;
use super::answer::Answer;
use super::esme_handle::EsmeHandle;
use super::guard::Place;
use super::registry::{Accounting, Registration};
use super::{Shared, now};
use crate::bind_request::BindRequest;
use crate::handler::{McHandler, SessionHandler};

/// What a session's driver asks. Shared with the session's task, which looks after the end.
pub(super) struct McDispatch<H: McHandler> {
    core: Arc<Core<H>>,
}

pub(super) struct Core<H: McHandler> {
    server: Arc<Shared<H>>,
    id: u64,
    peer: SocketAddr,
    span: Span,
    place: Place,
    session: OnceLock<SessionHandle>,
    handler: OnceLock<H::Session>,
    registration: Mutex<Option<Registration>>,
    accounting: Mutex<Option<Accounting>>,
    refusals: AtomicU32,
    tickets: AtomicU64,
    guards: Mutex<BTreeMap<u64, Box<dyn Send>>>,
}

impl<H: McHandler> McDispatch<H> {
    pub(super) fn new(core: Arc<Core<H>>) -> Self {
        Self { core }
    }
}

impl<H: McHandler> Dispatch for McDispatch<H> {
    fn dispatch(&self, _: SequenceNumber, body: Body) -> impl Future<Output = Reply> + Send {
        match self.core.handler.get() {
            Some(handler) => Dispatching::Handler { future: handler.answer(body), core: &*self.core },
            None => Dispatching::Bind { future: Box::pin(self.core.bind(body)) },
        }
    }

    fn event(&self, event: Event) {
        // An ESME that has had its answer to unbind may bind again at once.
        if let Event::UnbindReceived | Event::Closed(_) = event {
            self.core.leave_registry();
        } else if let Event::Refused(refused) = event {
            debug!(command_id = ?refused.command_id, answered = ?refused.answered, "refused");
        } else if let Event::NotSent(not_sent) = event {
            debug!(error = %not_sent.error, "what should have followed an answer was not sent");
        }
    }

    fn turn_ended(&self) {
        if let Some(handler) = self.core.handler.get() {
            handler.turn_ended();
        }
    }

    fn replied(&self, ticket: u64) {
        drop(self.core.guards().remove(&ticket));
    }
}

pin_project! {
    /// A request of a bound session, or one that comes before.
    #[project = Projected]
    enum Dispatching<'a, H: McHandler, F> {
        Handler { #[pin] future: F, core: &'a Core<H> },
        Bind { future: BoxFuture<'a, Reply> },
    }
}

impl<H: McHandler, F: Future<Output = Answer>> Future for Dispatching<'_, H, F> {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        match self.project() {
            Projected::Handler { future, core } => future.poll(cx).map(|answer| core.reply(answer)),
            Projected::Bind { future } => future.as_mut().poll(cx),
        }
    }
}

impl<H: McHandler> Core<H> {
    pub(super) fn new(server: Arc<Shared<H>>, id: u64, peer: SocketAddr, span: Span, place: Place) -> Self {
        Self {
            server,
            id,
            peer,
            span,
            place,
            session: OnceLock::new(),
            handler: OnceLock::new(),
            registration: Mutex::new(None),
            accounting: Mutex::new(None),
            refusals: AtomicU32::new(0),
            tickets: AtomicU64::new(0),
            guards: Mutex::default(),
        }
    }

    /// Before the driver runs: how to reach the session it drives.
    pub(super) fn attach(&self, session: SessionHandle) {
        // Set once, by the one who made both.
        let _ = self.session.set(session);
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// After the driver's end: gives the session's place free, counts what passed, lets go what waited
    /// for its answers, and returns the handler if there ever was one.
    pub(super) fn ended(&self) -> Option<&H::Session> {
        self.leave_registry();
        drop(self.accounting.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(std::mem::take(&mut *self.guards()));
        self.handler.get()
    }

    fn leave_registry(&self) {
        drop(self.registration.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn reply(&self, answer: Answer) -> Reply {
        let Answer { mut reply, on_written } = answer;
        if let Some(guard) = on_written {
            let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
            self.guards().insert(ticket, guard);
            reply.ticket = Some(ticket);
        }
        reply
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the session lets only binds through before a bind")]
    async fn bind(&self, body: Body) -> Reply {
        let Some(bind) = Bind::of(&body) else {
            return match body {
                Body::Irregular(bind) => self.refuse(bind.command_status()),
                _ => Reply::from(CommandStatus::ESME_RINVBNDSTS),
            };
        };
        match self.decide(&bind).await {
            Ok(()) => {
                self.server.counting.binds.up();
                self.server.block_list.accepted(self.peer.ip(), now());
                Reply::with_body(CommandStatus::ESME_ROK, bind.response(self.server.settings.system_id))
            }
            Err(command_status) => self.refuse(command_status),
        }
    }

    async fn decide(&self, bind: &Bind) -> Result<(), CommandStatus> {
        let Some(session) = self.session.get() else { return Err(CommandStatus::ESME_RSYSERR) };
        if self.server.stopping.is_cancelled() {
            return Err(CommandStatus::ESME_RSYSERR);
        }
        let request = bind.request(self.peer);
        let version = bind.version().negotiated_with(self.server.settings.session.own_interface_version());
        let esme = EsmeHandle::new(
            self.id,
            request.system_id(),
            request.bind_mode(),
            version,
            self.peer,
            session.clone(),
        );
        let decision = self.server.handler.bind(request, esme.clone()).await;
        let admission = decision.inspect_err(|command_status| self.note_refusal(*command_status))?;
        self.admit(admission, esme, session)
    }

    fn admit(
        &self,
        admission: Admission<H::Session>,
        esme: EsmeHandle,
        session: &SessionHandle,
    ) -> Result<(), CommandStatus> {
        let Admission { session: handler, max_binds, at_limit, limits } = admission;
        // A stop that began during the decision has not seen this session.
        if self.server.stopping.is_cancelled() {
            return Err(CommandStatus::ESME_RSYSERR);
        }
        self.span.record("system_id", esme.system_id());
        let (registration, accounting) = self
            .server
            .registry
            .register(esme, max_binds, at_limit)
            .map_err(|_| CommandStatus::ESME_RBINDFAIL)?;
        if let Some(config) = limits.over(&self.server.settings.session) {
            session.configure(Arc::new(config));
        }
        *self.registration.lock().unwrap_or_else(PoisonError::into_inner) = Some(registration);
        *self.accounting.lock().unwrap_or_else(PoisonError::into_inner) = Some(accounting);
        // Set once: the session lets only one bind through at a time, and none after it.
        let _ = self.handler.set(handler);
        self.place.bound();
        Ok(())
    }

    /// Refused credentials count against the address.
    fn note_refusal(&self, command_status: CommandStatus) {
        let guess = matches!(
            command_status,
            CommandStatus::ESME_RINVPASWD | CommandStatus::ESME_RINVSYSID | CommandStatus::ESME_RBINDFAIL
        );
        if guess && self.server.block_list.refused(self.peer.ip(), now()) {
            warn!("too many refused binds; the address is blocked");
        }
    }

    fn refuse(&self, command_status: CommandStatus) -> Reply {
        self.server.counting.binds_refused.up();
        debug!(?command_status, "bind refused");
        let reply = Reply::from(command_status);
        let refusals = self.refusals.fetch_add(1, Ordering::Relaxed) + 1;
        if refusals >= self.server.settings.bind_attempts
            || self.server.stopping.is_cancelled()
            || self.server.block_list.is_blocked(self.peer.ip(), now())
        {
            return reply.closing();
        }
        reply
    }

    fn guards(&self) -> MutexGuard<'_, BTreeMap<u64, Box<dyn Send>>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The three binds as one.
struct Bind {
    mode: BindMode,
    system_id: Box<[u8]>,
    password: Box<[u8]>,
    system_type: Box<[u8]>,
    interface_version: InterfaceVersion,
}

impl Bind {
    #[expect(clippy::wildcard_enum_match_arm, reason = "three of many are binds")]
    fn of(body: &Body) -> Option<Self> {
        let mode = BindMode::of(body.command_id())?;
        let (system_id, password, system_type, interface_version) = match body {
            Body::BindTransmitter(pdu) => (
                pdu.system_id.as_bytes(),
                pdu.password.as_bytes(),
                pdu.system_type.as_bytes(),
                pdu.interface_version,
            ),
            Body::BindReceiver(pdu) => (
                pdu.system_id.as_bytes(),
                pdu.password.as_bytes(),
                pdu.system_type.as_bytes(),
                pdu.interface_version,
            ),
            Body::BindTransceiver(pdu) => (
                pdu.system_id.as_bytes(),
                pdu.password.as_bytes(),
                pdu.system_type.as_bytes(),
                pdu.interface_version,
            ),
            // Over-long strings that nobody needs, an address_range say, keep nobody out.
            Body::Irregular(bind) => (
                bind.bytes("system_id")?,
                bind.bytes("password")?,
                bind.bytes("system_type").unwrap_or_default(),
                InterfaceVersion(bind.integer("interface_version").unwrap_or_default()),
            ),
            _ => return None,
        };
        Some(Self {
            mode,
            system_id: system_id.into(),
            password: password.into(),
            system_type: system_type.into(),
            interface_version,
        })
    }

    fn request(&self, peer: SocketAddr) -> BindRequest {
        let system_id = String::from_utf8_lossy(&self.system_id);
        let system_type = String::from_utf8_lossy(&self.system_type);
        BindRequest::new(peer, self.mode, &system_id, &self.password)
            .with_system_type(&system_type)
            .with_interface_version(self.interface_version)
    }

    /// Whoever binds as transceiver and names less than v3.4, which brought it, has written 34 in decimal;
    /// the session takes it so too.
    fn version(&self) -> InterfaceVersion {
        match self.mode {
            BindMode::Transceiver => self.interface_version.max(InterfaceVersion::V3_4),
            BindMode::Transmitter | BindMode::Receiver => self.interface_version,
        }
    }

    /// The session adds sc_interface_version for whoever knows TLVs.
    fn response(&self, system_id: COctetString<65>) -> Body {
        let system_id = Some(system_id);
        match self.mode {
            BindMode::Transmitter => BindTransmitterResp { system_id, ..Default::default() }.into(),
            BindMode::Receiver => BindReceiverResp { system_id, ..Default::default() }.into(),
            BindMode::Transceiver => BindTransceiverResp { system_id, ..Default::default() }.into(),
        }
    }
}
