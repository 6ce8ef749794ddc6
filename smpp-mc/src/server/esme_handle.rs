//! `EsmeHandle`: what the Message Centre may do with a bound ESME.

use std::fmt::{self, Debug, Formatter};
use std::net::SocketAddr;
use std::sync::Arc;

use smpp_session::driver::{PendingNotification, PendingResponse, SessionHandle};
use smpp_session::pdu::{
    AlertNotification, DataSm, DataSmResp, DeliverSm, DeliverSmResp, InterfaceVersion, Request,
};
use smpp_session::{BindMode, CloseReason, RequestError, SessionState, Statistics};

/// One session with an ESME, to send to it from anywhere.
///
/// Cheap to clone; clones are the same session and do not keep it alive. Requests are queued when
/// the method is called, not when its future is polled, and wait in the queue for the window: to
/// send many without waiting for each answer, call many times and await later. A future dropped
/// while its request is queued takes it back; dropped later, it only forgoes the answer.
#[derive(Clone)]
pub struct EsmeHandle {
    inner: Arc<Inner>,
}

struct Inner {
    id: u64,
    system_id: Box<str>,
    bind_mode: BindMode,
    interface_version: InterfaceVersion,
    peer: SocketAddr,
    session: SessionHandle,
}

impl EsmeHandle {
    pub(super) fn new(
        id: u64,
        system_id: &str,
        bind_mode: BindMode,
        interface_version: InterfaceVersion,
        peer: SocketAddr,
        session: SessionHandle,
    ) -> Self {
        let system_id = system_id.into();
        Self { inner: Arc::new(Inner { id, system_id, bind_mode, interface_version, peer, session }) }
    }

    /// A number that no other session of this server has, growing with time.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// The name the ESME bound with.
    #[must_use]
    pub fn system_id(&self) -> &str {
        &self.inner.system_id
    }

    /// Which of the three binds it made.
    #[must_use]
    pub fn bind_mode(&self) -> BindMode {
        self.inner.bind_mode
    }

    /// Whether deliver_sm may be sent to it: bound as receiver or transceiver.
    #[must_use]
    pub fn is_receiver(&self) -> bool {
        match self.inner.bind_mode {
            BindMode::Receiver | BindMode::Transceiver => true,
            BindMode::Transmitter => false,
        }
    }

    /// The SMPP version of the session: the lower of the two ends'.
    #[must_use]
    pub fn interface_version(&self) -> InterfaceVersion {
        self.inner.interface_version
    }

    /// Where its connection comes from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.inner.peer
    }

    /// The state of the session. Not bound yet while the bind is being decided.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.inner.session.state()
    }

    /// Requests of ours that the ESME has not answered, and those that wait for the window. The least
    /// loaded of several binds is the one with the fewest.
    #[must_use]
    pub fn window_in_use(&self) -> usize {
        self.inner.session.window_in_use()
    }

    /// Delivers a message or a receipt.
    pub fn deliver_sm(&self, pdu: DeliverSm) -> PendingResponse<DeliverSmResp> {
        self.request(pdu)
    }

    /// Delivers a message or a receipt as data_sm; not for an ESME of version 3.3.
    pub fn data_sm(&self, pdu: DataSm) -> PendingResponse<DataSmResp> {
        self.request(pdu)
    }

    /// Sends any request that the state and the version of the session permit.
    pub fn request<R: Request>(&self, request: R) -> PendingResponse<R::Response> {
        self.inner.session.request(request)
    }

    /// The same, failing with [`RequestError::WindowFull`] if it would have to wait for the window.
    pub fn try_request<R: Request>(&self, request: R) -> Result<PendingResponse<R::Response>, RequestError> {
        self.inner.session.try_request(request)
    }

    /// Tells that a mobile can be reached again; it is not answered.
    pub fn alert_notification(&self, pdu: AlertNotification) -> PendingNotification {
        self.inner.session.notify(pdu)
    }

    /// Lets open requests of both sides finish, unbinds, and closes. Begins when called; the future is
    /// the end of the session.
    pub fn unbind(&self) -> impl Future<Output = CloseReason> + Send + use<> {
        self.inner.session.unbind()
    }

    /// Closes without unbinding, once what waits to be written is gone. Begins when called; the future is
    /// the end of the session.
    pub fn close(&self) -> impl Future<Output = CloseReason> + Send + use<> {
        self.inner.session.close()
    }

    /// What passed and what is open, as of the session's next turn; the last figures once it has ended,
    /// and `None` only if it was lost without a trace.
    pub async fn statistics(&self) -> Option<Statistics> {
        self.inner.session.statistics().await
    }

    /// Waits for the end of the session.
    pub async fn closed(&self) -> CloseReason {
        self.inner.session.closed().await
    }
}

impl Debug for EsmeHandle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("EsmeHandle")
            .field("id", &self.inner.id)
            .field("system_id", &self.inner.system_id)
            .field("bind_mode", &self.inner.bind_mode)
            .field("interface_version", &self.inner.interface_version)
            .field("peer", &self.inner.peer)
            .field("state", &self.state())
            .finish()
    }
}
