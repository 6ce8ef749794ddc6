//! What is sent: admission, numbering, encoding into the output buffer.

use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use smpp_pdu::{
    Body, CodecOptions, CommandId, CommandStatus, EncodeError, GenericNack, InterfaceVersion, Pdu,
    SequenceNumber,
};

use crate::bind::{BindFields, BindMode, Binding};
use crate::error::{RequestError, RespondError};
use crate::event::{CloseReason, Event, NotSent, RequestKey};
use crate::inbound::PeerRequest;
use crate::operation_matrix;
use crate::reply::Reply;
use crate::session::{Session, after};
use crate::state::SessionState;
use crate::timer::Timer;
use crate::trace::Direction;
use crate::window::{InFlight, Purpose};

/// The octets that wait to be written, and where they stand in the stream.
#[derive(Debug, Default)]
pub(crate) struct Output {
    buffer: BytesMut,
    /// How many octets were ever put in.
    total: u64,
    /// How many of those were dropped instead of written.
    dropped: u64,
}

impl Output {
    pub(crate) fn pending(&self) -> &[u8] {
        &self.buffer
    }

    pub(crate) fn len(&self) -> usize {
        self.buffer.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The position in the stream behind the last octet put in.
    pub(crate) fn end(&self) -> u64 {
        self.total
    }

    /// The position in the stream behind the last octet written.
    pub(crate) fn written_to(&self) -> u64 {
        self.total.saturating_sub(self.dropped + self.buffer.len() as u64)
    }

    pub(crate) fn written(&mut self, octets: usize) {
        self.buffer.advance(octets.min(self.buffer.len()));
        if self.buffer.is_empty() {
            self.buffer.clear();
        }
    }

    /// Drops what waits; it counts as never written.
    pub(crate) fn discard(&mut self) {
        self.dropped += self.buffer.len() as u64;
        self.buffer = BytesMut::new();
    }

    /// Drops what waits from this position on.
    pub(crate) fn cut(&mut self, position: u64) {
        let kept = usize::try_from(position.saturating_sub(self.written_to())).unwrap_or(usize::MAX);
        self.dropped += self.buffer.len().saturating_sub(kept) as u64;
        self.buffer.truncate(kept);
    }

    pub(crate) fn shrink(&mut self) {
        if self.buffer.is_empty() && self.buffer.capacity() > 0 {
            self.buffer = BytesMut::new();
        }
    }
}

impl Session {
    /// Sends a request that is a [`Body`] already; the driver's queue holds those.
    pub(crate) fn request_body(
        &mut self,
        body: Body,
        key: RequestKey,
        response_timeout: Option<Duration>,
        now: Instant,
    ) -> Result<SequenceNumber, Box<NotSent>> {
        let mut pdu = Pdu::new(SequenceNumber::ZERO, body);
        let result = self.send_request(pdu.command_id(), key, response_timeout, now, |number, dst, codec| {
            pdu.sequence_number = number;
            pdu.encode_with(dst, codec)
        });
        result.map_err(|error| Box::new(NotSent { body: pdu.body, error }))
    }

    pub(crate) fn send_request(
        &mut self,
        command_id: CommandId,
        key: RequestKey,
        response_timeout: Option<Duration>,
        now: Instant,
        encode: impl FnOnce(SequenceNumber, &mut BytesMut, &CodecOptions) -> Result<(), EncodeError>,
    ) -> Result<SequenceNumber, RequestError> {
        self.liveness.now = now;
        self.admit(command_id)?;
        let mode = BindMode::of(command_id);
        let purpose = match mode {
            Some(_) => Purpose::Bind(key.0),
            None if self.window.available() == 0 => {
                self.window_missed = true;
                return Err(RequestError::WindowFull);
            }
            None => Purpose::Owner(key.0),
        };
        let number = self.window.next_number(self.sequence.as_mut()).ok_or(RequestError::NoSequenceNumber)?;
        let (start, starts_at) = (self.output.len(), self.output.end());
        self.emit(command_id, CommandStatus::ESME_ROK, now, |dst, codec| encode(number, dst, codec))?;
        if let (Some(mode), Some(frame)) = (mode, self.output.buffer.get(start..)) {
            self.binding = Some(Box::new(Binding::new(mode, BindFields::read(command_id, frame))));
        }
        self.window.insert(InFlight {
            sequence_number: number,
            command_id,
            purpose,
            sent_at: now,
            deadline: after(now, response_timeout),
            starts_at,
        });
        self.liveness.last_transaction = now;
        Ok(number)
    }

    pub(crate) fn send_notification(&mut self, body: Body, now: Instant) -> Result<(), Box<NotSent>> {
        self.liveness.now = now;
        match self.try_notification(&body, now) {
            Ok(()) => Ok(()),
            Err(error) => Err(Box::new(NotSent { body, error })),
        }
    }

    fn try_notification(&mut self, body: &Body, now: Instant) -> Result<(), RequestError> {
        let command_id = body.command_id();
        if command_id.response().is_some() || command_id.is_response() {
            return Err(RequestError::NotPermitted(self.state));
        }
        self.admit(command_id)?;
        // It has no response, so nothing stays in flight and its number may be used again.
        let sequence_number =
            self.window.next_number(self.sequence.as_mut()).ok_or(RequestError::NoSequenceNumber)?;
        self.emit_pdu(&Pdu::new(sequence_number, body.clone()), now)?;
        if command_id == CommandId::OUTBIND {
            self.state = SessionState::Outbound;
        }
        self.liveness.last_transaction = now;
        Ok(())
    }

    pub(crate) fn send_reply(
        &mut self,
        sequence_number: SequenceNumber,
        reply: Reply,
        now: Instant,
    ) -> Result<(), RespondError> {
        self.liveness.now = now;
        let index = self
            .unanswered
            .iter()
            .position(|request| request.sequence_number == sequence_number)
            .ok_or(RespondError::NotPending(sequence_number))?;
        let request = match index {
            0 => self.unanswered.pop_front(),
            _ => self.unanswered.remove(index),
        }
        .ok_or(RespondError::NotPending(sequence_number))?;
        let Reply { command_status, body, then, close, unordered: _, ticket: _ } = reply;
        let result = self.answer_with(request, command_status, body, now);
        if result.is_err() {
            self.refuse(request.command_id, request.sequence_number, CommandStatus::ESME_RSYSERR, now);
        }
        self.following.extend(then);
        self.send_following(now);
        if close {
            self.end(CloseReason::Local, now);
        }
        self.advance_ending(now);
        result
    }

    /// Encodes the answer to a peer's request; a bind that succeeds changes the state.
    fn answer_with(
        &mut self,
        request: PeerRequest,
        command_status: CommandStatus,
        body: Option<Body>,
        now: Instant,
    ) -> Result<(), RespondError> {
        let PeerRequest { sequence_number, command_id: asked } = request;
        let binds = BindMode::of(asked).is_some();
        let binding = if binds { self.binding.take() } else { None };
        if let Some(binding) = &binding {
            // The answer itself is already written for the peer's version.
            self.codec = self.codec.clone().with_peer_version(binding.session_version(&self.config));
        }
        let own =
            if command_status == CommandStatus::ESME_ROK { Body::acceptance_of } else { Body::refusal_of };
        let mut body = body.or_else(|| own(asked)).unwrap_or_else(|| GenericNack::default().into());
        let answer = body.command_id();
        if answer != CommandId::GENERIC_NACK && asked.response() != Some(answer) {
            return Err(RespondError::WrongCommand { request: asked, answer });
        }
        let accepted = command_status == CommandStatus::ESME_ROK && answer != CommandId::GENERIC_NACK;
        if accepted && let Some(binding) = &binding {
            binding.add_sc_interface_version(&mut body, &self.config);
        }
        let pdu = Pdu { command_status, sequence_number, body };
        self.emit_pdu(&pdu, now)?;
        if accepted && let Some(binding) = binding {
            let info = binding.accepted_here(&pdu.body, &self.config);
            self.bind(info, now);
        }
        Ok(())
    }

    /// Answers without a body, or with generic_nack where the operation has no response.
    pub(crate) fn refuse(
        &mut self,
        asked: CommandId,
        sequence_number: SequenceNumber,
        command_status: CommandStatus,
        now: Instant,
    ) {
        let body = Body::refusal_of(asked).unwrap_or_else(|| GenericNack::default().into());
        self.put_own(body, command_status, sequence_number, now);
    }

    /// Sends what waits behind replies, as far as the window lets it.
    pub(crate) fn send_following(&mut self, now: Instant) {
        while let Some(body) = self.following.pop_front() {
            let command_id = body.command_id();
            let answered = command_id.response().is_some();
            if answered && self.window.available() == 0 && self.state != SessionState::Closed {
                self.following.push_front(body);
                return;
            }
            let result = if answered {
                let limit = self.config.timers().response;
                self.request_body(body, RequestKey::FOLLOWING, limit, now).map(|_| ())
            } else {
                self.send_notification(body, now)
            };
            if let Err(not_sent) = result {
                self.events.push_back(Event::NotSent(not_sent));
            }
        }
    }

    /// Sends a request of the session's own.
    pub(crate) fn send_own(&mut self, body: Body, purpose: Purpose, now: Instant) -> Option<SequenceNumber> {
        let command_id = body.command_id();
        let number = self.window.next_number(self.sequence.as_mut())?;
        let starts_at = self.output.end();
        self.put_own(body, CommandStatus::ESME_ROK, number, now);
        let limit = match purpose {
            Purpose::EnquireLink => self.config.timers().response,
            // The unbind timer ends the session; the request itself never expires.
            Purpose::Unbind | Purpose::Owner(_) | Purpose::Bind(_) => None,
        };
        self.window.insert(InFlight {
            sequence_number: number,
            command_id,
            purpose,
            sent_at: now,
            deadline: after(now, limit),
            starts_at,
        });
        Some(number)
    }

    /// Puts a PDU of the session's own into the output.
    pub(crate) fn put_own(
        &mut self,
        body: Body,
        command_status: CommandStatus,
        sequence_number: SequenceNumber,
        now: Instant,
    ) {
        // A header, or empty strings behind it for a peer of v3.3: it cannot fail to encode.
        let _encoded = self.emit_pdu(&Pdu { command_status, sequence_number, body }, now);
    }

    fn admit(&self, command_id: CommandId) -> Result<(), RequestError> {
        if let Some(reason) = self.ending.closed {
            return Err(RequestError::Closed { reason, sent: false });
        }
        let permitted = operation_matrix::may_send(command_id, self.role, self.state)
            && command_id.is_request()
            && command_id != CommandId::UNBIND
            && !self.ending.refuses_requests();
        let binds = BindMode::of(command_id).is_some();
        if !permitted || (binds && self.binding.is_some()) {
            return Err(RequestError::NotPermitted(self.state));
        }
        let since =
            operation_matrix::operation(command_id).map_or(InterfaceVersion::V3_3, |found| found.since);
        if self.state.is_bound() && since > self.codec.peer_version().level() {
            return Err(RequestError::Version);
        }
        Ok(())
    }

    fn emit_pdu(&mut self, pdu: &Pdu, now: Instant) -> Result<(), EncodeError> {
        self.emit(pdu.command_id(), pdu.command_status, now, |dst, codec| pdu.encode_with(dst, codec))
    }

    /// Encodes one frame behind what waits, counts it, shows it to the trace
    /// and makes sure that it leaves in time.
    fn emit(
        &mut self,
        command_id: CommandId,
        command_status: CommandStatus,
        now: Instant,
        encode: impl FnOnce(&mut BytesMut, &CodecOptions) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let start = self.output.len();
        encode(&mut self.output.buffer, &self.codec)?;
        let frame = self.output.buffer.get(start..).unwrap_or_default();
        self.output.total += frame.len() as u64;
        self.counters.frame(Direction::Sent, command_id, command_status, frame.len());
        if let Some(trace) = &mut self.trace {
            trace.frame(Direction::Sent, frame);
        }
        tracing::debug!(command = %command_id, status = command_status.0, octets = frame.len(), "sent");
        if !self.timers.is_armed(Timer::Write) {
            self.liveness.write_mark = self.output.total;
            self.timers.set(Timer::Write, after(now, self.config.timers().write));
        }
        Ok(())
    }
}
