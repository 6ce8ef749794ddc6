//! Resolve, connect, bind: each step with its own error.

use std::{future::ready, sync::Arc};

use smpp_session::{
    BindInfo, BindMode, CloseReason, Role, Session,
    driver::{Dispatch, Driver, SessionHandle, drive},
    pdu::{
        BindReceiver, BindTransceiver, BindTransmitter, COctetString, InterfaceVersion, InvalidField, Npi,
        Outbind, Password, Ton,
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout},
};

use crate::{
    builder::EsmeClientBuilder,
    client::EsmeClient,
    deliveries::{Deliveries, Delivery, Inbox},
    error::ConnectError,
    hook::Hooks,
    pace::Pacer,
};

/// Connects and binds; what is delivered goes to the stream returned.
pub(crate) async fn connect(builder: EsmeClientBuilder) -> Result<(EsmeClient, Deliveries), ConnectError> {
    let (sender, queue) = mpsc::channel(builder.delivery_queue);
    let client = connect_to(builder, sender).await?;
    let alive = client.alive();
    Ok((client, Deliveries::new(queue, Some(alive))))
}

/// Connects and binds; what is delivered goes to `sender`.
pub(crate) async fn connect_to(
    builder: EsmeClientBuilder,
    sender: mpsc::Sender<Delivery>,
) -> Result<EsmeClient, ConnectError> {
    // What is wrong on this side is said before anyone is bothered.
    BindFields::of(&builder)?;
    let within = builder.connect_timeout;
    let Ok(connected) = timeout(within, builder.dialer.dial(&builder.host, builder.port)).await else {
        return Err(ConnectError::ConnectTimeout { within });
    };
    bind_to(builder, connected?, sender).await
}

/// Binds over a transport; what is delivered goes to the stream returned.
pub(crate) async fn bind<T>(
    builder: EsmeClientBuilder,
    transport: T,
) -> Result<(EsmeClient, Deliveries), ConnectError>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, queue) = mpsc::channel(builder.delivery_queue);
    let client = bind_to(builder, transport, sender).await?;
    let alive = client.alive();
    Ok((client, Deliveries::new(queue, Some(alive))))
}

/// Binds over a transport; what is delivered goes to `sender`.
pub(crate) async fn bind_to<T>(
    builder: EsmeClientBuilder,
    transport: T,
    sender: mpsc::Sender<Delivery>,
) -> Result<EsmeClient, ConnectError>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    bind_after(builder, transport, |inbox| inbox, ready(Ok(())), sender).await
}

/// Binds over a transport on which an outbind comes first that `verify` likes.
pub(crate) async fn bind_called<T>(
    builder: EsmeClientBuilder,
    transport: T,
    sender: mpsc::Sender<Delivery>,
    verify: impl FnOnce(&Outbind) -> bool + Send,
) -> Result<EsmeClient, ConnectError>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (called, outbind) = oneshot::channel::<Box<Outbind>>();
    let called_first = async {
        let outbind = outbind.await.map_err(|_| ConnectError::Lost { reason: CloseReason::PeerClosed })?;
        if verify(&outbind) { Ok(()) } else { Err(ConnectError::Outbind) }
    };
    bind_after(builder, transport, |inbox| inbox.called(called), called_first, sender).await
}

/// Drives the transport, waits for `first`, and binds.
async fn bind_after<T>(
    builder: EsmeClientBuilder,
    transport: T,
    with: impl FnOnce(Inbox) -> Inbox,
    first: impl Future<Output = Result<(), ConnectError>> + Send,
    sender: mpsc::Sender<Delivery>,
) -> Result<EsmeClient, ConnectError>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let fields = BindFields::of(&builder)?;
    let EsmeClientBuilder {
        session, bind_mode, bind_timeout, split, text, pace, receipts, parts, hooks, ..
    } = builder;
    let config = session.interface_version(fields.interface_version);
    let hooks = Arc::new(hooks);
    let inbox = with(Inbox::new(sender, receipts, parts, Arc::clone(&text), Arc::clone(&hooks)));
    let machine = Session::new(Role::Esme, Arc::new(config), Instant::now().into_std());
    let (handle, driver) = drive(transport, machine, inbox);
    let task = Task::spawn(driver, Arc::clone(&hooks));

    let binding = async {
        first.await?;
        fields.send(&handle, bind_mode).await
    };
    let Ok(bound) = timeout(bind_timeout, binding).await else {
        return Err(ConnectError::BindTimeout);
    };
    let info = bound?;
    hooks.bound(&info);
    task.bound();
    let pacer = pace.map(|pace| Pacer::new(pace, Arc::clone(&hooks)));
    Ok(EsmeClient::new(handle, info, split, text, pacer, hooks))
}

/// The fields that all three binds share, checked.
struct BindFields {
    system_id: COctetString<65>,
    password: Password,
    system_type: COctetString<65>,
    interface_version: InterfaceVersion,
    addr_ton: Ton,
    addr_npi: Npi,
    address_range: COctetString<41>,
}

impl BindFields {
    fn of(builder: &EsmeClientBuilder) -> Result<Self, ConnectError> {
        let invalid = |field| move |reason: InvalidField| ConnectError::Field { field, reason };
        Ok(Self {
            system_id: builder.system_id.as_str().try_into().map_err(invalid("system_id"))?,
            password: builder.password.as_str().try_into().map_err(invalid("password"))?,
            system_type: builder.system_type.as_str().try_into().map_err(invalid("system_type"))?,
            interface_version: builder.interface_version,
            addr_ton: Ton(builder.addr_ton),
            addr_npi: Npi(builder.addr_npi),
            address_range: builder.address_range.as_str().try_into().map_err(invalid("address_range"))?,
        })
    }

    /// Binds, and returns what was agreed on.
    async fn send(self, session: &SessionHandle, mode: BindMode) -> Result<Arc<BindInfo>, ConnectError> {
        let Self { system_id, password, system_type, interface_version, addr_ton, addr_npi, address_range } =
            self;
        macro_rules! bind {
            ($operation:ident) => {
                session
                    .request($operation {
                        system_id,
                        password,
                        system_type,
                        interface_version,
                        addr_ton,
                        addr_npi,
                        address_range,
                        ..$operation::default()
                    })
                    .await
                    .map(drop)
            };
        }
        match mode {
            BindMode::Transmitter => bind!(BindTransmitter),
            BindMode::Receiver => bind!(BindReceiver),
            BindMode::Transceiver => bind!(BindTransceiver),
        }?;
        session.bind_info().ok_or(ConnectError::Lost { reason: CloseReason::PeerClosed })
    }
}

/// The task that carries the session; dropped before the bind, it is aborted
/// and the connection closed.
struct Task {
    running: Option<JoinHandle<()>>,
    bound: Option<oneshot::Sender<()>>,
}

impl Task {
    fn spawn<T, D>(driver: Driver<T, D>, hooks: Arc<Hooks>) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        D: Dispatch,
    {
        let (bound, was_bound) = oneshot::channel();
        let running = tokio::spawn(async move {
            let reason = driver.run().await;
            if was_bound.await.is_ok() {
                hooks.disconnected(&reason);
            }
        });
        Self { running: Some(running), bound: Some(bound) }
    }

    /// Lets the task run until the session ends.
    fn bound(mut self) {
        self.running = None;
        if let Some(bound) = self.bound.take() {
            // It has gone only if the session has ended already.
            let _ = bound.send(());
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}
