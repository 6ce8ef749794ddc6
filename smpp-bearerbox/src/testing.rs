//! A small bearerbox in the same process, for tests of a box.
//!
//! [`BoxConnection`] is one connection, moved by hand. [`TestBearerbox`] serves by a script: it answers each MT with
//! what the script says, sends what is injected, keeps to `smsbox-max-pending`, sends again what was not acknowledged when
//! a connection ended, and sends again at once what was acknowledged with failed_tmp, as the real one does. It keeps
//! nothing on disk, checks nothing, and routes to the only box it has.
//!
//! ```
//! use smpp_bearerbox::testing::{self, TestBearerbox};
//! use smpp_bearerbox::{AckStatus, BearerboxClient, Incoming, Sms, SmsId};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bearerbox = TestBearerbox::bind().await?;
//! let port = bearerbox.local_addr()?.port();
//! let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", port).boxc_id("mybox").build();
//!
//! let test = async {
//!     client.up().await?;
//!     let mt = Sms { dlr_url: Some("key-1".into()), ..Sms::text(SmsId::random(), "1000", "2000", "hello") };
//!     assert_eq!(client.send(mt).await?, AckStatus::Success);
//!     while let Some(incoming) = inbox.recv().await {
//!         if let Incoming::Sms(report) = incoming {
//!             assert_eq!(report.sms.dlr_url.as_deref(), Some(&b"key-1"[..]));
//!             report.acknowledge(AckStatus::Success);
//!             break;
//!         }
//!     }
//!     client.stop();
//!     Ok::<_, smpp_bearerbox::SendError>(())
//! };
//!
//! tokio::select! {
//!     _ = bearerbox.serve(testing::delivered) => unreachable!("it serves for ever"),
//!     (result, ()) = async { tokio::join!(test, driver.run()) } => result?,
//! }
//! # Ok(())
//! # }
//! ```

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::protocol::{
    Ack, AckStatus, Admin, AdminCommand, FrameDecoder, KannelVersion, Msg, Sms, SmsId, SmsType,
};

/// A bearerbox that serves one box after another by a script.
#[derive(Debug)]
pub struct TestBearerbox {
    listener: TcpListener,
    version: KannelVersion,
    max_pending: usize,
    injected: mpsc::UnboundedReceiver<Msg>,
    injector: Injector,
    store: Store,
}

/// Puts messages into a [`TestBearerbox`] that is serving.
#[derive(Clone, Debug)]
pub struct Injector {
    sender: mpsc::UnboundedSender<Msg>,
}

impl Injector {
    /// Has a message sent to the box: an MO, a report, or an [`Admin`] command. After an admin shutdown or restart the
    /// bearerbox waits for the box to close, and then serves the next connection.
    pub fn inject(&self, msg: impl Into<Msg>) {
        // A bearerbox that is gone has no box to send to.
        let _ = self.sender.send(msg.into());
    }
}

/// MOs and reports on their way to the box.
#[derive(Debug, Default)]
struct Store {
    queued: VecDeque<Sms>,
    unacknowledged: VecDeque<Sms>,
}

impl TestBearerbox {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn bind() -> io::Result<Self> {
        Self::bind_to(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Listens on an address, such as the one of a bearerbox dropped before.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    pub async fn bind_to(address: SocketAddr) -> io::Result<Self> {
        let (sender, injected) = mpsc::unbounded_channel();
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            version: KannelVersion::default(),
            max_pending: 100,
            injected,
            injector: Injector { sender },
            store: Store::default(),
        })
    }

    /// Speaks the wire form of another version.
    #[must_use]
    pub fn version(mut self, version: KannelVersion) -> Self {
        self.version = version;
        self
    }

    /// How many MOs and reports may be without an acknowledgement: Kannel's `smsbox-max-pending`. Default: 100.
    #[must_use]
    pub fn max_pending(mut self, messages: usize) -> Self {
        self.max_pending = messages;
        self
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// When the operating system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What puts messages into it while it serves.
    pub fn injector(&self) -> Injector {
        self.injector.clone()
    }

    /// Accepts one connection, to be moved by hand.
    ///
    /// # Errors
    ///
    /// Those of accepting.
    pub async fn accept(&self) -> io::Result<BoxConnection<TcpStream>> {
        let (stream, _) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok(BoxConnection::new(stream, self.version))
    }

    /// Serves for ever, one box after another: each MT is given to `script`, whose messages are written in their order.
    /// What it returns as an `sms` is subject to the limit of unacknowledged ones. [`acknowledged`] and [`delivered`]
    /// are such scripts.
    ///
    /// # Errors
    ///
    /// Those of accepting. A connection that fails only makes room for the next.
    pub async fn serve(mut self, mut script: impl FnMut(&Sms) -> Vec<Msg>) -> io::Result<()> {
        loop {
            let connection = self.accept().await?;
            // However it ended, what was not acknowledged goes to the next connection.
            let _ = self.serve_connection(connection, &mut script).await;
            while let Some(sms) = self.store.unacknowledged.pop_back() {
                self.store.queued.push_front(sms);
            }
        }
    }

    async fn serve_connection(
        &mut self,
        mut connection: BoxConnection<TcpStream>,
        script: &mut impl FnMut(&Sms) -> Vec<Msg>,
    ) -> io::Result<()> {
        let mut answers = Vec::new();
        let mut identified = false;
        loop {
            for answer in answers.drain(..) {
                match answer {
                    Msg::Sms(sms) => self.store.queued.push_back(*sms),
                    Msg::Heartbeat(_) | Msg::Admin(_) | Msg::Ack(_) | Msg::WdpDatagram(_) => {
                        connection.queue(&answer)?;
                    }
                }
            }
            while identified && self.store.unacknowledged.len() < self.max_pending {
                let Some(sms) = self.store.queued.pop_front() else { break };
                connection.queue(&sms.clone().into())?;
                self.store.unacknowledged.push_back(sms);
            }
            connection.flush().await?;
            tokio::select! {
                received = connection.receive() => match received? {
                    Some(Msg::Sms(mt)) => answers = script(&mt),
                    Some(Msg::Ack(ack)) => self.store.settle(ack),
                    Some(Msg::Admin(_)) => identified = true,
                    Some(Msg::Heartbeat(_) | Msg::WdpDatagram(_)) => {}
                    None => return Ok(()),
                },
                Some(injected) = self.injected.recv() => answers.push(injected),
            }
        }
    }
}

impl Store {
    fn settle(&mut self, ack: Ack) {
        let Some(at) = self.unacknowledged.iter().position(|sms| sms.id == ack.id) else { return };
        let sms = self.unacknowledged.remove(at);
        if ack.nack == AckStatus::FailedTmp {
            self.queued.extend(sms);
        }
    }
}

/// The script of a bearerbox that acknowledges every MT with success.
pub fn acknowledged(mt: &Sms) -> Vec<Msg> {
    vec![ack(mt, AckStatus::Success)]
}

/// The script of a bearerbox that acknowledges every MT with success and, if it has a `dlr_url`, reports it delivered.
pub fn delivered(mt: &Sms) -> Vec<Msg> {
    let mut answers = acknowledged(mt);
    if mt.dlr_url.is_some() {
        answers
            .push(report(mt, SmsId::random(), 1, "id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:").into());
    }
    answers
}

/// The acknowledgement of a message.
pub fn ack(sms: &Sms, nack: AckStatus) -> Msg {
    Msg::Ack(Ack { nack, time: sms.time, id: sms.id })
}

/// An admin command to a box.
pub fn admin(command: AdminCommand) -> Msg {
    Msg::Admin(Admin { command, boxc_id: None })
}

/// A report on an MT as bearerbox makes it: an id of its own, the MT's addresses not swapped, its `dlr_url`, `service` and
/// `boxc_id`, and `dlr_mask` saying what happened.
pub fn report(mt: &Sms, id: SmsId, dlr_mask: i32, text: impl Into<Bytes>) -> Sms {
    Sms {
        sender: mt.sender.clone(),
        receiver: mt.receiver.clone(),
        msgdata: Some(text.into()),
        time: mt.time,
        smsc_id: Some(Bytes::from_static(b"test")),
        service: mt.service.clone(),
        dlr_mask: Some(dlr_mask),
        dlr_url: mt.dlr_url.clone(),
        boxc_id: mt.boxc_id.clone(),
        ..Sms::new(SmsType::ReportMo, id)
    }
}

/// An MO of a text in UTF-8.
pub fn mo(id: SmsId, sender: impl Into<Bytes>, receiver: impl Into<Bytes>, text: impl Into<Bytes>) -> Sms {
    Sms {
        sms_type: SmsType::Mo,
        smsc_id: Some(Bytes::from_static(b"test")),
        ..Sms::text(id, sender, receiver, text)
    }
}

/// Bearerbox's end of one connection to a box, moved by hand.
#[derive(Debug)]
pub struct BoxConnection<S> {
    stream: S,
    version: KannelVersion,
    input: BytesMut,
    output: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> BoxConnection<S> {
    /// Takes over a stream, such as one end of [`tokio::io::duplex`].
    pub fn new(stream: S, version: KannelVersion) -> Self {
        Self { stream, version, input: BytesMut::new(), output: BytesMut::new() }
    }

    /// Reads the next message; `None` at the end of the stream. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    ///
    /// Those of the stream, and `InvalidData` for what bearerbox would not understand.
    pub async fn receive(&mut self) -> io::Result<Option<Msg>> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        loop {
            let frame = FrameDecoder::default()
                .decode(&mut self.input)
                .map_err(|error| invalid(error.to_string()))?;
            if let Some(frame) = frame {
                return Msg::decode(frame, self.version)
                    .map(Some)
                    .map_err(|error| invalid(error.to_string()));
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads the next `sms`, passing over heartbeats and commands. `None` at the end of the stream or at an ack.
    ///
    /// # Errors
    ///
    /// Those of [`receive`](Self::receive).
    pub async fn receive_sms(&mut self) -> io::Result<Option<Sms>> {
        loop {
            match self.receive().await? {
                Some(Msg::Sms(sms)) => return Ok(Some(*sms)),
                Some(Msg::Admin(_) | Msg::Heartbeat(_) | Msg::WdpDatagram(_)) => {}
                Some(Msg::Ack(_)) | None => return Ok(None),
            }
        }
    }

    /// Writes a message.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub async fn send(&mut self, msg: &Msg) -> io::Result<()> {
        self.queue(msg)?;
        self.flush().await
    }

    /// Writes octets that need be no message.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub async fn send_octets(&mut self, octets: &[u8]) -> io::Result<()> {
        self.output.extend_from_slice(octets);
        self.flush().await
    }

    fn queue(&mut self, msg: &Msg) -> io::Result<()> {
        msg.encode(self.version, &mut self.output).map_err(io::Error::other)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all_buf(&mut self.output).await?;
        self.stream.flush().await
    }
}
