//! [`Reassembler`]: parts joined again, in any order, within bounds.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use crate::{
    Address, DataCoding, DataSm, DeliverSm, EsmClass, SubmitSm, Tlvs,
    text::{TextError, TextOptions, packed},
    tlv::TlvTag,
    udh::{Concatenation, UserDataHeader},
};

/// One part of a long message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// Where it comes from.
    pub source: Address,
    /// Where it goes.
    pub destination: Address,
    /// Which part it is.
    pub concatenation: Concatenation,
    /// Its data_coding.
    pub data_coding: DataCoding,
    /// Its header, without the element that says which part it is.
    pub header: UserDataHeader,
    /// The octets of the whole header on the wire, which fill bits depend on.
    pub header_len: usize,
    /// The octets behind the header.
    pub octets: Vec<u8>,
}

impl Part {
    /// The part that a deliver_sm is; `None` if it is a message of its own, or its header is malformed.
    #[must_use]
    pub fn of_deliver_sm(pdu: &DeliverSm) -> Option<Self> {
        let source = Address::new(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes());
        let destination = Address::new(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes());
        Self::of(source?, destination?, pdu.esm_class, pdu.data_coding, &pdu.short_message, &pdu.tlvs)
    }

    /// The part that a submit_sm is; `None` as for [`of_deliver_sm`](Self::of_deliver_sm).
    #[must_use]
    pub fn of_submit_sm(pdu: &SubmitSm) -> Option<Self> {
        let source = Address::new(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes());
        let destination = Address::new(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes());
        Self::of(source?, destination?, pdu.esm_class, pdu.data_coding, &pdu.short_message, &pdu.tlvs)
    }

    /// The part that a data_sm is; `None` as for [`of_deliver_sm`](Self::of_deliver_sm).
    #[must_use]
    pub fn of_data_sm(pdu: &DataSm) -> Option<Self> {
        let source = Address::new(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes());
        let destination = Address::new(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes());
        Self::of(source?, destination?, pdu.esm_class, pdu.data_coding, &[], &pdu.tlvs)
    }

    /// message_payload supersedes short_message; a header supersedes the TLVs sar_*, of which all three
    /// must be there.
    fn of(
        source: Address,
        destination: Address,
        esm_class: EsmClass,
        data_coding: DataCoding,
        short_message: &[u8],
        tlvs: &Tlvs,
    ) -> Option<Self> {
        let user_data = tlvs.get(TlvTag::MESSAGE_PAYLOAD).filter(|payload| !payload.is_empty());
        let user_data = user_data.unwrap_or(short_message);
        let (header, octets) = if esm_class.has_udhi() {
            UserDataHeader::split_from(user_data).ok()?
        } else {
            (UserDataHeader::new(), user_data)
        };
        let concatenation = header.concatenation().or_else(|| sar(tlvs))?;
        let header_len = header.len();
        let header = header.without_concatenation();
        Some(Self {
            source,
            destination,
            concatenation,
            data_coding,
            header,
            header_len,
            octets: octets.to_vec(),
        })
    }
}

fn sar(tlvs: &Tlvs) -> Option<Concatenation> {
    let part = Concatenation {
        reference: tlvs.u16(TlvTag::SAR_MSG_REF_NUM)?,
        wide: true,
        total: tlvs.u8(TlvTag::SAR_TOTAL_SEGMENTS)?,
        sequence: tlvs.u8(TlvTag::SAR_SEGMENT_SEQNUM)?,
    };
    part.is_possible().then_some(part)
}

/// What a part brought about.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was the last one missing.
    Complete(Box<Joined>),
    /// Others are still missing.
    Incomplete,
    /// It had come before; what came first is kept.
    Duplicate,
    /// It is larger than all that may be kept.
    TooLarge,
}

/// A message whose parts are all there.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Joined {
    /// Where it comes from.
    pub source: Address,
    /// Where it goes.
    pub destination: Address,
    /// The data_coding of its first part.
    pub data_coding: DataCoding,
    /// The header of its first part, without the element that says which part it is.
    pub header: UserDataHeader,
    /// The octets of all parts in order, as they came behind their headers.
    pub octets: Vec<u8>,
    /// For each part: the octets of its header on the wire, and of what followed.
    parts: Vec<(usize, usize)>,
}

impl Joined {
    /// The text, decoded after joining: a character cut between two parts is whole.
    ///
    /// # Errors
    ///
    /// [`TextError::NoText`].
    pub fn text(&self, options: &TextOptions) -> Result<String, TextError> {
        let shifts = self.header.shifts();
        let mut septets = Vec::new();
        let mut rest = self.octets.as_slice();
        let packed = options.unpacks(self.data_coding);
        for (header_len, len) in self.parts.iter().filter(|_| packed) {
            let (part, after) = rest.split_at_checked(*len).unwrap_or((rest, &[]));
            septets.extend(packed::unpack(part, packed::fill_bits(*header_len)));
            rest = after;
        }
        if packed {
            return options.clone().with_packed(false).decode_user_data(
                self.data_coding,
                &septets,
                shifts,
                0,
            );
        }
        options.decode_user_data(self.data_coding, &self.octets, shifts, 0)
    }
}

/// A message that was given up.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Incomplete {
    /// Where it came from.
    pub source: Address,
    /// Where it was going.
    pub destination: Address,
    /// How many parts it has.
    pub total: u8,
    /// The parts that did come, in order.
    pub parts: Vec<Part>,
}

/// How much a [`Reassembler`] keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReassemblyLimits {
    /// Messages at a time.
    pub max_messages: usize,
    /// Octets at a time, of all messages, headers and addresses not counted.
    pub max_octets: usize,
    /// How long a message may lack parts, counted from its first.
    pub timeout: Duration,
}

impl Default for ReassemblyLimits {
    /// 10,000 messages, 16 MiB, one hour.
    fn default() -> Self {
        Self { max_messages: 10_000, max_octets: 16 << 20, timeout: Duration::from_secs(3_600) }
    }
}

impl ReassemblyLimits {
    /// Sets how many messages are kept at a time.
    #[must_use]
    pub fn with_max_messages(mut self, max_messages: usize) -> Self {
        self.max_messages = max_messages.max(1);
        self
    }

    /// Sets how many octets are kept at a time.
    #[must_use]
    pub fn with_max_octets(mut self, max_octets: usize) -> Self {
        self.max_octets = max_octets;
        self
    }

    /// Sets how long a message may lack parts.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

/// Joins parts, in any order; pure, the time is an argument.
///
/// Messages are told apart by both addresses, the reference and its width, and the total. At a limit the
/// oldest incomplete message is given up; [`expire`](Self::expire) hands it out.
#[derive(Debug, Default)]
pub struct Reassembler {
    limits: ReassemblyLimits,
    messages: BTreeMap<Key, Partial>,
    /// By age.
    queue: BTreeSet<(Instant, u64, Key)>,
    octets: usize,
    arrivals: u64,
    given_up: Vec<Incomplete>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Key {
    source: Address,
    destination: Address,
    reference: u16,
    wide: bool,
    total: u8,
}

#[derive(Debug)]
struct Partial {
    first: (Instant, u64),
    octets: usize,
    parts: BTreeMap<u8, Part>,
}

impl Reassembler {
    /// Keeps no more than these limits say.
    #[must_use]
    pub fn new(limits: ReassemblyLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes a part.
    pub fn insert(&mut self, part: Part, now: Instant) -> Outcome {
        let len = part.octets.len();
        if len > self.limits.max_octets {
            return Outcome::TooLarge;
        }
        let Concatenation { reference, wide, total, sequence } = part.concatenation;
        if !part.concatenation.is_possible() {
            return Outcome::TooLarge;
        }
        let (source, destination) = (part.source, part.destination);
        let key = Key { source, destination, reference, wide, total };
        if let Some(partial) = self.messages.get(&key)
            && now.duration_since(partial.first.0) >= self.limits.timeout
        {
            self.give_up(&key);
        }
        if self.messages.get(&key).is_some_and(|partial| partial.parts.contains_key(&sequence)) {
            return Outcome::Duplicate;
        }
        self.make_room(&key, len);
        let arrival = (now, self.arrivals);
        let partial = self.messages.entry(key.clone()).or_insert_with(|| {
            self.queue.insert((arrival.0, arrival.1, key.clone()));
            self.arrivals = self.arrivals.wrapping_add(1);
            Partial { first: arrival, octets: 0, parts: BTreeMap::new() }
        });
        partial.parts.insert(sequence, part);
        partial.octets += len;
        self.octets += len;
        if partial.parts.len() < usize::from(total) {
            return Outcome::Incomplete;
        }
        match self.remove(&key) {
            Some(partial) => Outcome::Complete(Box::new(join(&key, partial))),
            None => Outcome::Incomplete,
        }
    }

    /// Hands out the messages that were given up: those that lacked parts for too long, and those that had
    /// to make room, oldest first.
    pub fn expire(&mut self, now: Instant) -> Vec<Incomplete> {
        while let Some((first, _, key)) = self.queue.first() {
            if now.saturating_duration_since(*first) < self.limits.timeout {
                break;
            }
            let key = key.clone();
            self.give_up(&key);
        }
        core::mem::take(&mut self.given_up)
    }

    /// When [`expire`](Self::expire) has something to do next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.queue.first().and_then(|(first, ..)| first.checked_add(self.limits.timeout))
    }

    /// How many messages lack parts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// How many octets are kept.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
    }

    /// Gives up the oldest until another part fits; never the message it belongs to, unless that alone is
    /// too large, which then begins anew.
    fn make_room(&mut self, key: &Key, len: usize) {
        loop {
            let new = usize::from(!self.messages.contains_key(key));
            let fits = self.messages.len() + new <= self.limits.max_messages
                && self.octets.saturating_add(len) <= self.limits.max_octets;
            if fits {
                return;
            }
            let oldest = self.queue.iter().map(|(.., oldest)| oldest).find(|oldest| *oldest != key);
            let Some(oldest) = oldest.or_else(|| self.messages.contains_key(key).then_some(key)).cloned()
            else {
                return;
            };
            self.give_up(&oldest);
        }
    }

    /// What waits to be handed out is bounded as well: the oldest of it is dropped.
    fn give_up(&mut self, key: &Key) {
        let Some(partial) = self.remove(key) else { return };
        if self.given_up.len() >= self.limits.max_messages {
            self.given_up.remove(0);
        }
        let parts = partial.parts.into_values().collect();
        let (source, destination) = (key.source, key.destination);
        self.given_up.push(Incomplete { source, destination, total: key.total, parts });
    }

    fn remove(&mut self, key: &Key) -> Option<Partial> {
        let partial = self.messages.remove(key)?;
        self.queue.remove(&(partial.first.0, partial.first.1, key.clone()));
        self.octets -= partial.octets;
        Some(partial)
    }
}

fn join(key: &Key, partial: Partial) -> Joined {
    let mut joined = Joined {
        source: key.source,
        destination: key.destination,
        data_coding: DataCoding::MC_DEFAULT,
        header: UserDataHeader::new(),
        octets: Vec::with_capacity(partial.octets),
        parts: Vec::with_capacity(partial.parts.len()),
    };
    for (sequence, part) in partial.parts {
        if sequence == 1 {
            joined.data_coding = part.data_coding;
            joined.header = part.header;
        }
        joined.parts.push((part.header_len, part.octets.len()));
        joined.octets.extend_from_slice(&part.octets);
    }
    joined
}
