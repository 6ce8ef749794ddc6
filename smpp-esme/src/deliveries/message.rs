//! [`IncomingMessage`]: a message, whole.

use std::{fmt, time::Instant};

use smpp_session::{
    Reply,
    pdu::{
        Body, CommandStatus, DataCoding, EsmClass, Tlvs,
        multipart::{Outcome, Reassembler},
        text::TextOptions,
        udh::UserDataHeader,
    },
};

use super::{
    envelope::{Envelope, NO_TLVS},
    verdict::Verdict,
};
use crate::{
    message::MessageAddress,
    parts::{Part, segment},
};

/// A message from a mobile or another ESME. Parts of a long one are joined.
pub struct IncomingMessage {
    bodies: Vec<Body>,
    header: UserDataHeader,
    octets: Vec<u8>,
    text: Option<String>,
    verdict: Verdict,
}

impl IncomingMessage {
    pub(super) fn single(body: Body, options: &TextOptions, verdict: Verdict) -> Self {
        let Some(envelope) = Envelope::of(&body) else {
            let header = UserDataHeader::new();
            return Self { bodies: vec![body], header, octets: Vec::new(), text: None, verdict };
        };
        let (header, octets) = envelope.split();
        let header_len = if header.is_empty() { 0 } else { header.len() };
        let text = options.decode_user_data(envelope.data_coding, octets, header.shifts(), header_len).ok();
        let octets = octets.to_vec();
        Self { bodies: vec![body], header, octets, text, verdict }
    }

    /// Joins parts that are all there, and decodes after joining: a character
    /// may be cut between two parts.
    pub(super) fn joined(parts: Vec<Part>, options: &TextOptions, verdict: Verdict, now: Instant) -> Self {
        let bodies: Vec<Body> = parts.into_iter().map(|part| part.body).collect();
        let mut reassembler = Reassembler::default();
        let mut joined = None;
        for part in bodies.iter().filter_map(segment) {
            if let Outcome::Complete(whole) = reassembler.insert(part, now) {
                joined = Some(whole);
            }
        }
        let text = joined.as_ref().and_then(|joined| joined.text(options).ok());
        let (header, octets) = joined.map(|joined| (joined.header, joined.octets)).unwrap_or_default();
        Self { bodies, header, octets, text, verdict }
    }

    /// The sender.
    pub fn source(&self) -> MessageAddress {
        self.envelope().map(|envelope| envelope.source()).unwrap_or_default()
    }

    /// The address that the message was sent to.
    pub fn destination(&self) -> MessageAddress {
        self.envelope().map(|envelope| envelope.destination()).unwrap_or_default()
    }

    /// The alphabet, as the first part says.
    pub fn data_coding(&self) -> DataCoding {
        self.envelope().map(|envelope| envelope.data_coding).unwrap_or_default()
    }

    /// Messaging mode, message type and features, as the first part says.
    pub fn esm_class(&self) -> EsmClass {
        self.envelope().map(|envelope| envelope.esm_class).unwrap_or_default()
    }

    /// What was sent, joined, without user data headers.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The text in the alphabet that data_coding names; what cannot be read
    /// becomes U+FFFD. `None` if data_coding says that it is no text.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The user data header of the first part, without the element that says
    /// which part it is; empty if there is none.
    pub fn header(&self) -> &UserDataHeader {
        &self.header
    }

    /// The TLVs of the first part.
    pub fn tlvs(&self) -> &Tlvs {
        self.bodies.first().and_then(Body::tlvs).unwrap_or(&NO_TLVS)
    }

    /// The PDUs it came in, in the order of the parts: deliver_sm or data_sm.
    pub fn bodies(&self) -> &[Body] {
        &self.bodies
    }

    /// Answers ESME_ROK.
    pub fn accept(self) {
        self.answer(CommandStatus::ESME_ROK);
    }

    /// Answers with another status.
    pub fn reject(self, command_status: CommandStatus) {
        self.answer(command_status);
    }

    pub(super) fn answer(self, command_status: CommandStatus) {
        self.verdict.give(Reply::from(command_status));
    }

    fn envelope(&self) -> Option<Envelope<'_>> {
        self.bodies.first().and_then(Envelope::of)
    }
}

impl fmt::Debug for IncomingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingMessage")
            .field("parts", &self.bodies.len())
            .field("octets", &self.octets.len())
            .field("data_coding", &self.data_coding())
            .finish_non_exhaustive()
    }
}
