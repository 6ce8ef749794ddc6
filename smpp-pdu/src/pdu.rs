//! [`Pdu`]: one protocol data unit, read and written.

use bytes::BytesMut;

use crate::{
    Body, CodecOptions, CommandId, CommandStatus, DecodeError, DeliverSm, DeliverSmResp, EncodeError,
    EnquireLink, EnquireLinkResp, GenericNack, Header, SequenceNumber, Strictness, SubmitSm, SubmitSmResp,
    operation::{Request, frame, sealed::Operation, write},
    strict, tolerant, version,
};

/// One protocol data unit.
///
/// command_id is never stored: it is derived from [`body`](Self::body), so header and body cannot
/// disagree. `Debug` shows the lengths of texts, numbers and passwords only.
///
/// ```
/// use bytes::BytesMut;
/// use smpp_pdu::{CommandStatus, Pdu, SequenceNumber, SubmitSm, SubmitSmResp};
///
/// let submit_sm = SubmitSm {
///     destination_addr: "447700900123".try_into()?,
///     short_message: b"Hello".into(),
///     ..SubmitSm::default()
/// };
/// let request = Pdu::request(SequenceNumber(1), submit_sm);
///
/// let mut wire = BytesMut::new();
/// request.encode(&mut wire)?;
/// assert_eq!(Pdu::decode(&wire)?, request);
///
/// let response = request.response_to(CommandStatus::ESME_ROK, SubmitSmResp::default());
/// assert_eq!(response.sequence_number, SequenceNumber(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
#[expect(clippy::exhaustive_structs, reason = "the specification fixes the header")]
pub struct Pdu {
    /// The outcome, 0 in requests.
    pub command_status: CommandStatus,
    /// What joins a response to its request.
    pub sequence_number: SequenceNumber,
    /// The operation and its fields.
    pub body: Body,
}

const _: () = assert!(size_of::<Pdu>() <= 128);

/// Returns the PDU if it is of the operations that traffic consists of and nothing is wrong with it. A macro,
/// so that each is built in the place of the result: a copy of what was just written costs 5 to 10 ns.
macro_rules! return_if_frequent {
    ($header:ident, $octets:ident) => {
        return_if_frequent! {
            $header, $octets,
            SubmitSm SUBMIT_SM,
            SubmitSmResp SUBMIT_SM_RESP,
            DeliverSm DELIVER_SM,
            DeliverSmResp DELIVER_SM_RESP,
            EnquireLink ENQUIRE_LINK,
            EnquireLinkResp ENQUIRE_LINK_RESP
        }
    };
    ($header:ident, $octets:ident, $($name:ident $command_id:ident),*) => {
        let Header { command_status, sequence_number, .. } = $header;
        match $header.command_id {
            $( CommandId::$command_id => {
                if let Ok(body) = $name::decode_body($octets) {
                    return Ok(Self { command_status, sequence_number, body: Body::$name(body) });
                }
            } )*
            _ => {}
        }
    };
}

impl Pdu {
    /// A PDU of status ESME_ROK: a request, or a notification such as outbind.
    #[must_use]
    pub fn new(sequence_number: SequenceNumber, body: impl Into<Body>) -> Self {
        Self { command_status: CommandStatus::ESME_ROK, sequence_number, body: body.into() }
    }

    /// A request.
    #[must_use]
    pub fn request(sequence_number: SequenceNumber, request: impl Request) -> Self {
        Self::new(sequence_number, request)
    }

    /// A PDU with the sequence number of this one.
    #[must_use]
    pub fn response_to(&self, command_status: CommandStatus, body: impl Into<Body>) -> Self {
        Self { command_status, sequence_number: self.sequence_number, body: body.into() }
    }

    /// A generic_nack.
    #[must_use]
    pub fn generic_nack(sequence_number: SequenceNumber, command_status: CommandStatus) -> Self {
        Self { command_status, sequence_number, body: GenericNack::default().into() }
    }

    /// What refuses the request with that header: its response as a header only, or a generic_nack if the
    /// command_id is not listed. `None` if nothing may be sent (see [`Body::refusal_of`]).
    #[must_use]
    pub fn refusal_of(header: &Header, command_status: CommandStatus) -> Option<Self> {
        let body = Body::refusal_of(header.command_id)?;
        Some(Self { command_status, sequence_number: header.sequence_number, body })
    }

    /// Which operation it is.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.body.command_id()
    }

    /// Decodes one complete frame, with the default options.
    ///
    /// Short strings are kept inline, text and TLVs are copied once into boxes of their own size; nothing
    /// points into `frame` afterwards.
    ///
    /// # Errors
    ///
    /// As [`decode_with`](Self::decode_with).
    pub fn decode(frame: &[u8]) -> Result<Self, DecodeError> {
        let (header, octets) = split(frame)?;
        return_if_frequent!(header, octets);
        Self::decode_any(&header, octets, &CodecOptions::default())
    }

    /// Decodes one complete frame.
    ///
    /// # Errors
    ///
    /// [`DecodeError::FrameLength`] if `frame` is not exactly one frame, [`DecodeError::CommandLength`] if
    /// command_length is out of bounds, [`DecodeError::Field`] if a field or the TLVs cannot be read.
    pub fn decode_with(frame: &[u8], options: &CodecOptions) -> Result<Self, DecodeError> {
        let (header, octets) = split(frame)?;
        let max = options.max_command_length();
        if header.command_length > max {
            let command_length = header.command_length;
            return Err(DecodeError::CommandLength { command_length, max, header: Some(header) });
        }
        if options.strictness() == Strictness::Lenient {
            return_if_frequent!(header, octets);
        }
        Self::decode_any(&header, octets, options)
    }

    /// Appends the frame to `dst`, with the default options.
    ///
    /// # Errors
    ///
    /// As [`encode_with`](Self::encode_with).
    pub fn encode(&self, dst: &mut BytesMut) -> Result<(), EncodeError> {
        self.write(u32::MAX, dst)
    }

    /// Appends the frame to `dst`, without what the peer's version must not see.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Field`] if a field holds more than its wire form can (more than the specification
    /// allows, under [`Strictness::Strict`]), [`EncodeError::Version`] if the operation does not exist in
    /// the peer's version, [`EncodeError::CommandLength`] above the limit. `dst` is then as it was.
    pub fn encode_with(&self, dst: &mut BytesMut, options: &CodecOptions) -> Result<(), EncodeError> {
        let adapted = version::adapt(self, options.peer_version())?;
        let pdu = adapted.as_ref().unwrap_or(self);
        if options.strictness() == Strictness::Strict {
            strict::check(&pdu.body, pdu.command_status, options.tlv_registry())
                .map_err(|error| EncodeError::Field { field: error.field, reason: error.reason })?;
        }
        pdu.write(options.max_command_length(), dst)
    }

    /// The octets that [`encode`](Self::encode) appends: the command_length.
    #[inline]
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        Header::LEN + self.body.encoded_len()
    }

    #[inline(never)]
    fn decode_any(header: &Header, octets: &[u8], options: &CodecOptions) -> Result<Self, DecodeError> {
        let body = match (Body::decode(header.command_id, octets), options.strictness()) {
            (Ok(body), Strictness::Lenient) => body,
            (Ok(body), Strictness::Strict) => {
                strict::check(&body, header.command_status, options.tlv_registry())
                    .map_err(|error| error.into_decode_error(header, octets))?;
                body
            }
            (Err(error), Strictness::Lenient) => tolerant::decode(header, octets, error)?,
            (Err(error), Strictness::Strict) => return Err(error.into_decode_error(header, octets)),
        };
        let Header { command_status, sequence_number, .. } = *header;
        Ok(Self { command_status, sequence_number, body })
    }

    #[inline(always)]
    fn write(&self, max: u32, dst: &mut BytesMut) -> Result<(), EncodeError> {
        let (status, number) = (self.command_status, self.sequence_number);
        if let Body::SubmitSm(body) = &self.body {
            return write(body, status, number, max, dst);
        }
        if let Body::DeliverSm(body) = &self.body {
            return write(body, status, number, max, dst);
        }
        if let Body::SubmitSmResp(body) = &self.body {
            return write(body, status, number, max, dst);
        }
        if let Body::DeliverSmResp(body) = &self.body {
            return write(body, status, number, max, dst);
        }
        write_any(&self.body, status, number, max, dst)
    }
}

#[inline(never)]
fn write_any(
    body: &Body,
    command_status: CommandStatus,
    sequence_number: SequenceNumber,
    max: u32,
    dst: &mut BytesMut,
) -> Result<(), EncodeError> {
    body.check()?;
    let header = (body.command_id(), command_status, sequence_number);
    frame(header, body.encoded_len(), max, dst, |writer| body.write(writer))
}

/// The header and the body of what must be exactly one frame.
#[inline(always)]
fn split(frame: &[u8]) -> Result<(Header, &[u8]), DecodeError> {
    let Some((header, octets)) = Header::split_from(frame) else {
        return Err(frame_length(frame));
    };
    if header.command_length as usize != frame.len() {
        return Err(frame_length(frame));
    }
    Ok((header, octets))
}

#[cold]
fn frame_length(frame: &[u8]) -> DecodeError {
    let command_length = frame.first_chunk().copied().map_or(0, u32::from_be_bytes);
    match Header::split_from(frame) {
        Some((header, _)) if (command_length as usize) < Header::LEN => DecodeError::CommandLength {
            command_length,
            max: CodecOptions::DEFAULT_MAX_COMMAND_LENGTH,
            header: Some(header),
        },
        _ => DecodeError::FrameLength { command_length, octets: frame.len() },
    }
}
