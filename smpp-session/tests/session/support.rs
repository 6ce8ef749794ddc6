//! What the tests have in common: frames by hand, and reading a session's words.

use std::collections::VecDeque;

use bytes::BytesMut;
use smpp_session::pdu::{Body, CommandId, CommandStatus, Pdu, SequenceNumber};
use smpp_session::testing::{End, Pair};
use smpp_session::{Event, RequestKey, SessionConfig};

/// A bound pair with default settings.
pub(crate) fn bound() -> Pair {
    Pair::bound(SessionConfig::default(), SessionConfig::default())
}

/// A bound pair whose ends share these settings.
pub(crate) fn bound_with(config: &SessionConfig) -> Pair {
    Pair::bound(config.clone(), config.clone())
}

/// A request as octets.
pub(crate) fn frame(number: u32, body: impl Into<Body>) -> Vec<u8> {
    octets(&Pdu::new(SequenceNumber(number), body))
}

/// A response as octets.
pub(crate) fn response(number: u32, command_status: CommandStatus, body: impl Into<Body>) -> Vec<u8> {
    octets(&Pdu { command_status, sequence_number: SequenceNumber(number), body: body.into() })
}

pub(crate) fn octets(pdu: &Pdu) -> Vec<u8> {
    let mut octets = BytesMut::new();
    pdu.encode(&mut octets).unwrap();
    octets.to_vec()
}

/// A frame of any command with any body.
pub(crate) fn raw(command_id: u32, command_status: u32, number: u32, body: &[u8]) -> Vec<u8> {
    let length = 16 + body.len() as u32;
    [length, command_id, command_status, number]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .chain(body.iter().copied())
        .collect()
}

/// What an end sent after the first `before` PDUs, without bodies.
pub(crate) fn sent_after(end: &End, before: usize) -> Vec<(CommandId, u32, CommandStatus)> {
    end.sent()
        .split_off(before)
        .iter()
        .map(|pdu| (pdu.command_id(), pdu.sequence_number.0, pdu.command_status))
        .collect()
}

/// Keys of the owner's requests by what became of them.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Outcomes {
    pub(crate) answered: Vec<u32>,
    pub(crate) expired: Vec<u32>,
    pub(crate) lost: Vec<(u32, bool)>,
}

pub(crate) fn outcomes(events: &VecDeque<Event>) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for event in events {
        match event {
            Event::Pdu { id, body, .. } if body.is_response() => outcomes.answered.push(*id),
            Event::Expired { key: RequestKey(key) } => outcomes.expired.push(*key),
            Event::Lost { key: RequestKey(key), sent } => outcomes.lost.push((*key, *sent)),
            _ => {}
        }
    }
    outcomes
}
