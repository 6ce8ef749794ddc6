//! A peer that does exactly what a test says, on any tokio transport.

use std::io;

use bytes::{Buf, BytesMut};
use smpp_pdu::{
    BindReceiver, BindTransceiver, BindTransmitter, Body, CommandId, CommandStatus, DecodeError, Pdu,
    Request, SequenceNumber,
};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

/// Reads and writes single PDUs, or any octets, in the order a test writes them down.
///
/// It answers nothing by itself: silence, wrong answers, torn frames and a cut
/// line are all a matter of what the test calls.
///
/// ```
/// use smpp_session::driver::{self, InboundRequests};
/// use smpp_session::pdu::{BindTransceiver, CommandStatus};
/// use smpp_session::testing::ScriptedPeer;
/// use smpp_session::{Role, SessionConfig};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (line, mut peer) = ScriptedPeer::pipe();
/// let session = driver::session(Role::Esme, SessionConfig::default().into());
/// let (dispatch, _requests) = InboundRequests::new(8);
/// let (handle, driver) = driver::drive(line, session, dispatch);
/// let bound = handle.request(BindTransceiver::default());
/// let script = async {
///     let (number, _bind) = peer.expect::<BindTransceiver>().await?;
///     peer.refuse(number, smpp_session::pdu::CommandId::BIND_TRANSCEIVER, CommandStatus::ESME_RBINDFAIL).await
/// };
/// tokio::select! {
///     _ = driver.run() => unreachable!(),
///     (bound, script) = async { tokio::join!(bound, script) } => {
///         script?;
///         assert_eq!(bound.unwrap_err().command_status(), Some(CommandStatus::ESME_RBINDFAIL));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ScriptedPeer<T = DuplexStream> {
    transport: T,
    input: BytesMut,
    sequence_number: SequenceNumber,
}

/// What went otherwise than the script says.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The other end closed.
    #[error("the line is closed")]
    Closed,
    /// Another operation came.
    #[error("{wanted} was due, {} came", .got.command_id())]
    Unexpected {
        /// What the script says.
        wanted: CommandId,
        /// What came.
        got: Box<Pdu>,
    },
    /// A frame that is none.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What the script would send cannot be encoded.
    #[error(transparent)]
    Encode(#[from] smpp_pdu::EncodeError),
    /// What the transport says.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ScriptedPeer {
    /// Makes a peer and the other end of its line, which holds 64 KiB each way.
    #[must_use]
    pub fn pipe() -> (DuplexStream, Self) {
        Self::pipe_of(64 << 10)
    }

    /// Makes a peer on a line that holds `octets` each way.
    #[must_use]
    pub fn pipe_of(octets: usize) -> (DuplexStream, Self) {
        let (near, far) = tokio::io::duplex(octets);
        (near, Self::new(far))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> ScriptedPeer<T> {
    /// Makes a peer on a transport.
    #[must_use]
    pub fn new(transport: T) -> Self {
        Self { transport, input: BytesMut::new(), sequence_number: SequenceNumber::FIRST }
    }

    /// Waits for the next PDU, whatever it is.
    ///
    /// # Errors
    ///
    /// [`ScriptError`], but `Unexpected`.
    pub async fn next(&mut self) -> Result<Pdu, ScriptError> {
        loop {
            let length = self.input.first_chunk().copied().map(|octets| u32::from_be_bytes(octets) as usize);
            if let Some(frame) = length.and_then(|length| self.input.get(..length)) {
                let pdu = Pdu::decode(frame);
                self.input.advance(frame.len());
                return Ok(pdu?);
            }
            if self.transport.read_buf(&mut self.input).await? == 0 {
                return Err(ScriptError::Closed);
            }
        }
    }

    /// Waits for a PDU of this operation, a response perhaps.
    ///
    /// # Errors
    ///
    /// [`ScriptError`].
    pub async fn expect_command(&mut self, command_id: CommandId) -> Result<Pdu, ScriptError> {
        let pdu = self.next().await?;
        if pdu.command_id() == command_id {
            Ok(pdu)
        } else {
            Err(ScriptError::Unexpected { wanted: command_id, got: Box::new(pdu) })
        }
    }

    /// Waits for a request of this type.
    ///
    /// # Errors
    ///
    /// [`ScriptError`].
    pub async fn expect<R: Request>(&mut self) -> Result<(SequenceNumber, R), ScriptError> {
        let Pdu { command_status, sequence_number, body } = self.next().await?;
        match R::try_from(body) {
            Ok(request) => Ok((sequence_number, request)),
            Err(body) => {
                let got = Box::new(Pdu { command_status, sequence_number, body });
                Err(ScriptError::Unexpected { wanted: R::COMMAND_ID, got })
            }
        }
    }

    /// Waits for the other end to close; octets that come before are dropped.
    ///
    /// # Errors
    ///
    /// What the transport says.
    pub async fn expect_closed(&mut self) -> Result<(), ScriptError> {
        loop {
            self.input.clear();
            if self.transport.read_buf(&mut self.input).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Accepts the next PDU as the bind it must be.
    ///
    /// # Errors
    ///
    /// [`ScriptError`].
    pub async fn accept_bind(&mut self) -> Result<Pdu, ScriptError> {
        let pdu = self.next().await?;
        let binds = [BindTransceiver::COMMAND_ID, BindTransmitter::COMMAND_ID, BindReceiver::COMMAND_ID];
        if !binds.contains(&pdu.command_id()) {
            return Err(ScriptError::Unexpected { wanted: BindTransceiver::COMMAND_ID, got: Box::new(pdu) });
        }
        self.accept(&pdu).await?;
        Ok(pdu)
    }

    /// Answers a request ESME_ROK with default fields.
    ///
    /// # Errors
    ///
    /// What the transport says, and `Closed` for what has no response.
    pub async fn accept(&mut self, request: &Pdu) -> Result<(), ScriptError> {
        let body = Body::acceptance_of(request.command_id()).ok_or(ScriptError::Closed)?;
        self.send(&request.response_to(CommandStatus::ESME_ROK, body)).await
    }

    /// Answers a request with a status and no body.
    ///
    /// # Errors
    ///
    /// What the transport says, and `Closed` for what has no response.
    pub async fn refuse(
        &mut self,
        sequence_number: SequenceNumber,
        command_id: CommandId,
        command_status: CommandStatus,
    ) -> Result<(), ScriptError> {
        let body = Body::refusal_of(command_id).ok_or(ScriptError::Closed)?;
        self.send(&Pdu { command_status, sequence_number, body }).await
    }

    /// Answers a request with a body.
    ///
    /// # Errors
    ///
    /// What the transport says.
    pub async fn answer(
        &mut self,
        sequence_number: SequenceNumber,
        command_status: CommandStatus,
        body: impl Into<Body>,
    ) -> Result<(), ScriptError> {
        self.send(&Pdu { command_status, sequence_number, body: body.into() }).await
    }

    /// Sends a request or notification under the script's next number, which is returned.
    ///
    /// # Errors
    ///
    /// What the transport says.
    pub async fn request(&mut self, body: impl Into<Body>) -> Result<SequenceNumber, ScriptError> {
        let number = self.sequence_number;
        self.sequence_number = number.next();
        self.send(&Pdu::new(number, body)).await?;
        Ok(number)
    }

    /// Sends one PDU as it is.
    ///
    /// # Errors
    ///
    /// [`ScriptError::Encode`], and what the transport says.
    pub async fn send(&mut self, pdu: &Pdu) -> Result<(), ScriptError> {
        let mut octets = BytesMut::new();
        pdu.encode(&mut octets)?;
        self.send_octets(&octets).await
    }

    /// Sends any octets: half a frame, two at once, or none at all.
    ///
    /// # Errors
    ///
    /// What the transport says.
    pub async fn send_octets(&mut self, octets: &[u8]) -> Result<(), ScriptError> {
        self.transport.write_all(octets).await?;
        self.transport.flush().await?;
        Ok(())
    }

    /// Sends nothing more, but goes on reading.
    ///
    /// # Errors
    ///
    /// What the transport says.
    pub async fn stop_sending(&mut self) -> Result<(), ScriptError> {
        Ok(self.transport.shutdown().await?)
    }

    /// Gives the transport back; dropping it, or the peer, cuts the line.
    pub fn into_inner(self) -> T {
        self.transport
    }
}
