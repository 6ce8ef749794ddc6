//! What each received PDU does: responses, the peer's requests, automatic answers.

use std::time::Instant;

use bytes::{Buf, BytesMut};
use smpp_pdu::{
    Body, CommandId, CommandStatus, DecodeError, EnquireLinkResp, GenericNack, Header, OctetString, Pdu,
    SequenceNumber,
};

use crate::bind::{BindFields, BindInfo, BindMode, Binding};
use crate::config::InboundPolicy;
use crate::event::{CloseReason, Event, Refused, RefusedReason, RequestKey, Unmatched, UnmatchedKind};
use crate::operation_matrix;
use crate::role::Role;
use crate::session::{Session, after};
use crate::state::SessionState;
use crate::timer::Timer;
use crate::trace::Direction;
use crate::window::{InFlight, Purpose};

/// A request of the peer's that the owner has not answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerRequest {
    pub(crate) sequence_number: SequenceNumber,
    pub(crate) command_id: CommandId,
}

/// What was found at the front of the input.
enum Found {
    /// Less than a frame.
    Partial,
    /// A frame that needed no event of its own.
    Handled,
    Event(Event),
}

impl Session {
    pub(crate) fn next_event(&mut self, input: &mut BytesMut, now: Instant) -> Option<Event> {
        self.liveness.now = now;
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if self.ending.closed.is_some() {
                input.clear();
                return self.hand_over();
            }
            if let Some(event) = self.take_expired() {
                return Some(event);
            }
            // At the end of the stream the limits hold no longer: what is left is
            // less than one read, and responses may be among it.
            if !self.wants_input() && !self.ending.end_of_stream {
                self.timers.disarm(Timer::Frame);
                return None;
            }
            match self.next_frame(input, now) {
                Found::Event(event) => return Some(event),
                Found::Handled => {}
                Found::Partial if self.ending.end_of_stream => self.end_of_stream(now),
                Found::Partial => return None,
            }
        }
    }

    pub(crate) fn is_inbound_full(&self) -> bool {
        self.config.inbound_policy() == InboundPolicy::StopReading
            && self.unanswered.len() >= self.config.limits().inbound
    }

    /// Changes the state after a bind; the owner hears of it next.
    pub(crate) fn bind(&mut self, info: BindInfo, now: Instant) {
        self.state = info.mode.into();
        self.codec = self.codec.clone().with_peer_version(info.interface_version);
        self.timers.disarm(Timer::SessionInit);
        self.watch(now);
        self.liveness.last_transaction = now;
        tracing::info!(role = self.role.as_str(), state = self.state.as_str(), version = %info.interface_version, "bound");
        let info = std::sync::Arc::new(info);
        self.bound = Some(info.clone());
        self.events.push_back(Event::Bound(info));
    }

    /// Takes the next frame off the input.
    fn next_frame(&mut self, input: &mut BytesMut, now: Instant) -> Found {
        let Some(command_length) = input.first_chunk().copied().map(u32::from_be_bytes) else {
            return self.partial(input, now);
        };
        let limits = self.config.limits();
        let max = if self.state.is_bound() { limits.command_length } else { limits.command_length_unbound };
        if command_length < Header::LEN as u32 || command_length > max {
            self.position_lost(input, command_length, max, now);
            return Found::Handled;
        }
        let length = command_length as usize;
        let Some(frame) = input.get(..length) else {
            return self.partial(input, now);
        };
        if self.timers.is_armed(Timer::Frame) {
            self.timers.disarm(Timer::Frame);
        }
        if let Some(trace) = &mut self.trace {
            trace.frame(Direction::Received, frame);
        }
        let decoded = Pdu::decode_with(frame, &self.codec);
        match decoded {
            Ok(pdu) => {
                let command_id = pdu.command_id();
                let fields = BindMode::of(command_id).map(|_| BindFields::read(command_id, frame));
                input.advance(length);
                self.received(pdu, length, fields, now)
            }
            Err(error) => {
                let header =
                    error.header().copied().or_else(|| Header::split_from(frame).map(|(header, _)| header));
                input.advance(length);
                match header {
                    Some(header) => self.malformed(header, error, now),
                    None => Found::Handled,
                }
            }
        }
    }

    /// Less than a frame: the rest must come in time.
    fn partial(&mut self, input: &BytesMut, now: Instant) -> Found {
        if input.is_empty() {
            self.timers.disarm(Timer::Frame);
        } else if !self.timers.is_armed(Timer::Frame) {
            self.timers.set(Timer::Frame, after(now, self.config.timers().frame));
        }
        Found::Partial
    }

    fn position_lost(&mut self, input: &BytesMut, command_length: u32, max: u32, now: Instant) {
        let number =
            Header::split_from(input).map_or(SequenceNumber::ZERO, |(header, _)| header.sequence_number);
        self.put_own(GenericNack::default().into(), CommandStatus::ESME_RINVCMDLEN, number, now);
        self.end(CloseReason::FrameLength { command_length, max }, now);
    }

    fn received(&mut self, pdu: Pdu, octets: usize, fields: Option<BindFields>, now: Instant) -> Found {
        let command_id = pdu.command_id();
        self.counters.frame(Direction::Received, command_id, pdu.command_status, octets);
        tracing::debug!(command = %command_id, sequence_number = pdu.sequence_number.0, status = pdu.command_status.0, octets, "received");
        self.peer_is_alive(now);
        if command_id.is_response() {
            self.response(pdu, fields, now)
        } else {
            self.request_of_peer(pdu, fields, now)
        }
    }

    fn response(&mut self, pdu: Pdu, fields: Option<BindFields>, now: Instant) -> Found {
        let Pdu { command_status, sequence_number, body } = pdu;
        let command_id = body.command_id();
        let Some(request) = self.window.find(sequence_number).copied() else {
            return self.unmatched(command_status, sequence_number, body, now);
        };
        if command_id != CommandId::GENERIC_NACK && request.command_id.response() != Some(command_id) {
            let key = owner_key(&request);
            self.empty_talk(now);
            self.counters.unmatched += 1;
            let kind = UnmatchedKind::WrongCommand;
            let unmatched = Unmatched { kind, key, sequence_number, command_status, body };
            return Found::Event(Event::Unmatched(Box::new(unmatched)));
        }
        self.window.remove(sequence_number);
        self.answered(&request, command_status, body, fields, now)
    }

    /// One of our requests has its response.
    fn answered(
        &mut self,
        request: &InFlight,
        command_status: CommandStatus,
        body: Body,
        fields: Option<BindFields>,
        now: Instant,
    ) -> Found {
        let key = match request.purpose {
            Purpose::EnquireLink => return Found::Handled,
            Purpose::Unbind => {
                self.unbind_answered(now);
                return Found::Handled;
            }
            Purpose::Bind(key) => {
                let refused =
                    command_status != CommandStatus::ESME_ROK || body.command_id() == CommandId::GENERIC_NACK;
                if let Some(binding) = self.binding.take()
                    && !refused
                {
                    let info = binding.accepted_there(fields.unwrap_or_default(), &self.config);
                    self.bind(info, now);
                }
                key
            }
            Purpose::Owner(key) => key,
        };
        self.counters.response_time.record(now.saturating_duration_since(request.sent_at));
        self.slot_is_free(now);
        Found::Event(Event::Pdu { command_status, id: key, body })
    }

    /// A place in the window became free: what waits for it goes first, then the owner is told.
    pub(crate) fn slot_is_free(&mut self, now: Instant) {
        if !self.following.is_empty() {
            self.send_following(now);
        }
        if self.window_missed && self.window.available() > 0 {
            self.window_missed = false;
            self.events.push_back(Event::WindowAvailable);
        }
        self.advance_ending(now);
    }

    fn unmatched(
        &mut self,
        command_status: CommandStatus,
        sequence_number: SequenceNumber,
        body: Body,
        now: Instant,
    ) -> Found {
        let command_id = body.command_id();
        let late = self.window.take_late(sequence_number).filter(|late| {
            command_id == CommandId::GENERIC_NACK || late.command_id.response() == Some(command_id)
        });
        self.empty_talk(now);
        self.counters.unmatched += 1;
        let (kind, key) = match late {
            Some(late) => (UnmatchedKind::Late, Some(RequestKey(late.key))),
            None => (UnmatchedKind::Unknown, None),
        };
        if kind == UnmatchedKind::Unknown && command_id == CommandId::ENQUIRE_LINK_RESP {
            // The answer to a probe that other traffic made superfluous.
            return Found::Handled;
        }
        let position_lost =
            command_id == CommandId::GENERIC_NACK && command_status == CommandStatus::ESME_RINVCMDLEN;
        if position_lost && kind == UnmatchedKind::Unknown {
            self.end(CloseReason::PeerLostPosition, now);
        }
        let unmatched = Unmatched { kind, key, sequence_number, command_status, body };
        Found::Event(Event::Unmatched(Box::new(unmatched)))
    }

    fn request_of_peer(&mut self, pdu: Pdu, fields: Option<BindFields>, now: Instant) -> Found {
        let Pdu { command_status, sequence_number, body } = pdu;
        let command_id = body.command_id();
        if let Some(refused) = self.refusal(command_id, sequence_number, now) {
            return Found::Event(refused);
        }
        match command_id {
            CommandId::ENQUIRE_LINK => {
                self.empty_talk(now);
                self.put_own(
                    EnquireLinkResp::default().into(),
                    CommandStatus::ESME_ROK,
                    sequence_number,
                    now,
                );
                return Found::Handled;
            }
            CommandId::UNBIND => {
                self.unbind_received(sequence_number, now);
                return Found::Event(Event::UnbindReceived);
            }
            CommandId::OUTBIND => self.state = SessionState::Outbound,
            _ => {}
        }
        if let (Some(mode), Some(fields)) = (BindMode::of(command_id), fields) {
            self.binding = Some(Box::new(Binding::new(mode, fields)));
        }
        if command_id.response().is_some() {
            self.unanswered.push_back(PeerRequest { sequence_number, command_id });
        }
        self.liveness.last_transaction = now;
        Found::Event(Event::Pdu { command_status, id: sequence_number.0, body })
    }

    /// Refuses what must not reach the owner.
    fn refusal(
        &mut self,
        command_id: CommandId,
        sequence_number: SequenceNumber,
        now: Instant,
    ) -> Option<Event> {
        let unknown = operation_matrix::operation(command_id).is_none();
        let permitted = operation_matrix::may_arrive(command_id, self.role, self.state)
            && !(self.ending.peer_has_unbound() && command_id != CommandId::ENQUIRE_LINK);
        let binds = BindMode::of(command_id).is_some();
        let (status, reason) = if unknown && !(permitted && self.config.delivers_unknown()) {
            self.counters.unknown += 1;
            (CommandStatus::ESME_RINVCMDID, RefusedReason::UnknownCommand)
        } else if binds && self.role == Role::Mc && (self.state.is_bound() || self.binding.is_some()) {
            self.counters.not_permitted += 1;
            (CommandStatus::ESME_RALYBND, RefusedReason::NotPermitted)
        } else if !permitted {
            self.counters.not_permitted += 1;
            (CommandStatus::ESME_RINVBNDSTS, RefusedReason::NotPermitted)
        } else if matches!(command_id, CommandId::ENQUIRE_LINK | CommandId::UNBIND)
            || command_id.response().is_none()
        {
            return None;
        } else if self.unanswered.len() >= self.config.limits().inbound {
            self.counters.throttled += 1;
            (CommandStatus::ESME_RTHROTTLED, RefusedReason::Throttled)
        } else if self.ending.is_unbinding() {
            self.counters.throttled += 1;
            (CommandStatus::ESME_RTHROTTLED, RefusedReason::Leaving)
        } else {
            return None;
        };
        Some(self.refuse_and_tell(command_id, sequence_number, status, reason, now))
    }

    fn refuse_and_tell(
        &mut self,
        command_id: CommandId,
        sequence_number: SequenceNumber,
        status: CommandStatus,
        reason: RefusedReason,
        now: Instant,
    ) -> Event {
        self.empty_talk(now);
        let answered = command_id.response().is_some().then_some(status);
        if answered.is_some() {
            self.refuse(command_id, sequence_number, status, now);
        }
        tracing::debug!(command = %command_id, sequence_number = sequence_number.0, ?answered, "refused");
        Event::Refused(Box::new(Refused { command_id, sequence_number, reason, answered }))
    }

    /// A whole frame whose body cannot be read: the session lives.
    fn malformed(&mut self, header: Header, error: DecodeError, now: Instant) -> Found {
        let Header { command_id, command_status, sequence_number, command_length } = header;
        self.counters.frame(Direction::Received, command_id, command_status, command_length as usize);
        self.counters.malformed += 1;
        self.peer_is_alive(now);
        let status = error.command_status();
        if command_id.is_response() {
            let octets =
                if let DecodeError::Field { octets, .. } = error { octets } else { OctetString::default() };
            let body = Body::Unknown { command_id, octets };
            return self.response(Pdu { command_status, sequence_number, body }, None, now);
        }
        let event = match self.refusal(command_id, sequence_number, now) {
            Some(refused) => refused,
            None => {
                let reason = RefusedReason::Malformed(error);
                self.refuse_and_tell(command_id, sequence_number, status, reason, now)
            }
        };
        Found::Event(event)
    }

    fn take_expired(&mut self) -> Option<Event> {
        let due = self.liveness.responses_due?;
        while let Some(request) = self.window.take_expired(due) {
            if matches!(request.purpose, Purpose::Bind(_)) {
                self.binding = None;
            }
            if let Some(key) = owner_key(&request) {
                self.counters.expired += 1;
                self.slot_is_free(due);
                return Some(Event::Expired { key });
            }
        }
        self.liveness.responses_due = None;
        None
    }
}

pub(crate) fn owner_key(request: &InFlight) -> Option<RequestKey> {
    match request.purpose {
        Purpose::Owner(key) | Purpose::Bind(key) => Some(RequestKey(key)),
        Purpose::EnquireLink | Purpose::Unbind => None,
    }
}
