//! An ESME for tests: sends what it is told, and shows what comes back.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use smpp_mc::pdu::{
    BindReceiver, BindTransceiver, BindTransmitter, Body, CommandId, CommandStatus, EnquireLink,
    FrameDecoder, InterfaceVersion, Pdu, SequenceNumber, SubmitSm, Unbind,
};
use smpp_mc::{Mc, McHandler};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) struct Esme<T> {
    stream: T,
    input: BytesMut,
    last: u32,
}

/// Connects an ESME to `mc` by a pipe. The task is the session.
pub(crate) fn connect<H: McHandler>(mc: &Mc<H>) -> Esme<DuplexStream> {
    connect_from(mc, "192.0.2.7:40000").0
}

pub(crate) fn connect_from<H: McHandler>(mc: &Mc<H>, peer: &str) -> (Esme<DuplexStream>, JoinHandle<()>) {
    let (here, there) = duplex(1 << 20);
    let (mc, peer): (_, SocketAddr) = (mc.clone(), peer.parse().unwrap());
    let session = tokio::spawn(async move {
        mc.serve_transport(there, peer).await;
    });
    (Esme::new(here), session)
}

/// Connects and binds as transceiver; the bind must succeed.
pub(crate) async fn bound<H: McHandler>(mc: &Mc<H>, system_id: &str) -> Esme<DuplexStream> {
    let mut esme = connect(mc);
    assert_eq!(esme.bind(system_id, "secret").await, CommandStatus::ESME_ROK);
    esme
}

impl Esme<TcpStream> {
    pub(crate) async fn tcp(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).await.unwrap())
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Esme<T> {
    pub(crate) fn new(stream: T) -> Self {
        Self { stream, input: BytesMut::new(), last: 0 }
    }

    /// Binds as transceiver; the answer's status.
    pub(crate) async fn bind(&mut self, system_id: &str, password: &str) -> CommandStatus {
        self.ask(transceiver(system_id, password)).await.command_status
    }

    /// Sends a request and waits for the PDU with its number; others before it are an error.
    pub(crate) async fn ask(&mut self, body: impl Into<Body>) -> Pdu {
        let number = self.send(body).await;
        let answer = self.receive().await;
        assert_eq!(answer.sequence_number, number, "another PDU came first: {answer:?}");
        answer
    }

    pub(crate) async fn send(&mut self, body: impl Into<Body>) -> SequenceNumber {
        self.last += 1;
        let pdu = Pdu {
            command_status: CommandStatus::ESME_ROK,
            sequence_number: SequenceNumber(self.last),
            body: body.into(),
        };
        self.send_pdu(&pdu).await;
        pdu.sequence_number
    }

    pub(crate) async fn respond(&mut self, request: &Pdu, body: impl Into<Body>) {
        let pdu = Pdu {
            command_status: CommandStatus::ESME_ROK,
            sequence_number: request.sequence_number,
            body: body.into(),
        };
        self.send_pdu(&pdu).await;
    }

    pub(crate) async fn send_pdu(&mut self, pdu: &Pdu) {
        let mut octets = BytesMut::new();
        pdu.encode(&mut octets).unwrap();
        self.send_octets(&octets).await;
    }

    /// A frame with any body.
    pub(crate) async fn send_frame(&mut self, command_id: CommandId, body: &[u8]) -> SequenceNumber {
        self.last += 1;
        let length = u32::try_from(body.len() + 16).unwrap();
        let header = [length, command_id.0, 0, self.last].map(u32::to_be_bytes).concat();
        self.send_octets(&[&header, body].concat()).await;
        SequenceNumber(self.last)
    }

    /// Whatever the other end does about it.
    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets).await;
    }

    /// The next PDU; the connection must live.
    pub(crate) async fn receive(&mut self) -> Pdu {
        self.next().await.unwrap_or_else(|| panic!("the connection was closed"))
    }

    /// The next PDU; `None` at the end of the connection.
    pub(crate) async fn next(&mut self) -> Option<Pdu> {
        let read = timeout(PATIENCE, self.read());
        read.await.unwrap_or_else(|_| panic!("nothing came"))
    }

    /// Waits for the end, whatever comes before it.
    pub(crate) async fn closed(&mut self) -> Vec<Pdu> {
        let mut pdus = Vec::new();
        while let Some(pdu) = self.next().await {
            pdus.push(pdu);
        }
        pdus
    }

    /// Whether the session still answers.
    pub(crate) async fn is_alive(&mut self) -> bool {
        let number = self.send(EnquireLink::default()).await;
        self.next().await.is_some_and(|pdu| {
            // A request of the other end may bear the same number.
            pdu.sequence_number == number && matches!(pdu.body, Body::EnquireLinkResp(_))
        })
    }

    pub(crate) async fn unbind(&mut self) {
        assert!(matches!(self.ask(Unbind::default()).await.body, Body::UnbindResp(_)));
    }

    async fn read(&mut self) -> Option<Pdu> {
        loop {
            if let Some(pdu) = FrameDecoder::default().decode(&mut self.input).unwrap() {
                return Some(pdu);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

pub(crate) fn transceiver(system_id: &str, password: &str) -> BindTransceiver {
    BindTransceiver {
        system_id: system_id.try_into().unwrap(),
        password: password.try_into().unwrap(),
        interface_version: InterfaceVersion::V3_4,
        ..BindTransceiver::default()
    }
}

pub(crate) fn transmitter(system_id: &str) -> BindTransmitter {
    BindTransmitter {
        system_id: system_id.try_into().unwrap(),
        password: "secret".try_into().unwrap(),
        interface_version: InterfaceVersion::V3_4,
        ..BindTransmitter::default()
    }
}

pub(crate) fn receiver(system_id: &str) -> BindReceiver {
    BindReceiver {
        system_id: system_id.try_into().unwrap(),
        password: "secret".try_into().unwrap(),
        interface_version: InterfaceVersion::V3_4,
        ..BindReceiver::default()
    }
}

/// A message that the test MC treats as its destination says.
pub(crate) fn to(destination: &str) -> SubmitSm {
    SubmitSm {
        destination_addr: destination.try_into().unwrap(),
        short_message: b"hello".into(),
        ..SubmitSm::default()
    }
}

// Only reached when a test fails; on a paused clock at once.
const PATIENCE: Duration = Duration::from_secs(120);
