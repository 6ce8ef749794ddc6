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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Npi, Ton,
        multipart::{Method, Splitter},
        text::{Language, encode},
    };

    fn parts(text: &str, method: Method, reference: u16, source: &str) -> Vec<Part> {
        let template = SubmitSm {
            source_addr: source.try_into().unwrap(),
            destination_addr: "447700900123".try_into().unwrap(),
            ..SubmitSm::default()
        };
        let splitter = Splitter::default().with_method(method);
        let submit_sms = splitter.submit_sms(&template, &encode(text), reference).unwrap();
        submit_sms.iter().map(|submit_sm| Part::of_submit_sm(submit_sm).unwrap()).collect()
    }

    /// A text of which every part differs, with characters of two units where parts end.
    fn long_text() -> String {
        (0..80).map(|n| format!("{n} 😀 ")).collect()
    }

    fn complete(outcome: Outcome) -> Option<Joined> {
        if let Outcome::Complete(joined) = outcome { Some(*joined) } else { None }
    }

    #[test]
    fn any_order_with_duplicates() {
        let now = Instant::now_for_tests();
        for method in [Method::Udh8, Method::Udh16, Method::Sar] {
            let mut parts = parts(&long_text(), method, 300, "12345");
            assert!(parts.len() > 4);
            parts.reverse();
            let last = parts.pop().unwrap();
            let mut reassembler = Reassembler::default();
            for part in &parts {
                assert_eq!(reassembler.insert(part.clone(), now), Outcome::Incomplete);
                assert_eq!(reassembler.insert(part.clone(), now), Outcome::Duplicate);
            }
            let joined = complete(reassembler.insert(last, now)).unwrap();
            assert_eq!(joined.text(&TextOptions::default()).unwrap(), long_text());
            assert!(joined.header.is_empty());
            assert!(reassembler.is_empty());
            assert_eq!((reassembler.octets(), reassembler.next_deadline()), (0, None));
        }
    }

    #[test]
    fn messages_of_other_senders_and_references_are_others() {
        let now = Instant::now_for_tests();
        let mut reassembler = Reassembler::default();
        let text = "a".repeat(161);
        for (reference, source) in [(1, "111"), (2, "111"), (1, "222")] {
            let parts = parts(&text, Method::Udh8, reference, source);
            assert_eq!(reassembler.insert(parts[0].clone(), now), Outcome::Incomplete);
        }
        let wide = parts(&text, Method::Udh16, 1, "111");
        assert_eq!(reassembler.insert(wide[1].clone(), now), Outcome::Incomplete);
        assert_eq!(reassembler.len(), 4);
    }

    #[test]
    fn what_lacks_parts_too_long_is_handed_out() {
        let start = Instant::now_for_tests();
        let limits = ReassemblyLimits::default().with_timeout(Duration::from_secs(60));
        let mut reassembler = Reassembler::new(limits);
        let parts = parts(&long_text(), Method::Udh8, 1, "111");
        reassembler.insert(parts[1].clone(), start);
        reassembler.insert(parts[0].clone(), start + Duration::from_secs(30));
        assert_eq!(reassembler.next_deadline(), Some(start + Duration::from_secs(60)));
        assert_eq!(reassembler.expire(start + Duration::from_secs(59)), []);
        let expired = reassembler.expire(start + Duration::from_secs(60));
        assert_eq!(expired.len(), 1);
        assert_eq!(expired[0].parts, parts[..2]);
        assert_eq!(usize::from(expired[0].total), parts.len());
        assert!(reassembler.is_empty());
    }

    #[test]
    fn a_reference_used_again_after_its_time_begins_anew() {
        let start = Instant::now_for_tests();
        let mut reassembler =
            Reassembler::new(ReassemblyLimits::default().with_timeout(Duration::from_secs(60)));
        let old = parts(&"a".repeat(161), Method::Udh8, 1, "111");
        let new = parts(&"b".repeat(161), Method::Udh8, 1, "111");
        let later = start + Duration::from_secs(61);
        reassembler.insert(old[0].clone(), start);
        assert_eq!(reassembler.insert(new[1].clone(), later), Outcome::Incomplete);
        let joined = complete(reassembler.insert(new[0].clone(), later)).unwrap();
        assert_eq!(joined.text(&TextOptions::default()).unwrap(), "b".repeat(161));
        assert_eq!(reassembler.expire(later).len(), 1);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_makes_room() {
        let now = Instant::now_for_tests();
        let text = "a".repeat(300);
        let mut reassembler = Reassembler::new(ReassemblyLimits::default().with_max_messages(3));
        for reference in 0..10 {
            reassembler.insert(parts(&text, Method::Udh8, reference, "111")[0].clone(), now);
            assert!(reassembler.len() <= 3);
        }
        let given_up = reassembler.expire(now);
        assert_eq!(given_up.len(), 3);
        assert_eq!(given_up[0].parts[0].concatenation.reference, 4);

        let mut reassembler = Reassembler::new(ReassemblyLimits::default().with_max_octets(400));
        for reference in 0..10 {
            reassembler.insert(parts(&text, Method::Udh8, reference, "111")[0].clone(), now);
            assert!(reassembler.octets() <= 400);
        }
        assert_eq!(reassembler.len(), 2);

        let mut reassembler = Reassembler::new(ReassemblyLimits::default().with_max_octets(100));
        assert_eq!(reassembler.insert(parts(&text, Method::Udh8, 1, "1")[0].clone(), now), Outcome::TooLarge);
    }

    #[test]
    fn packed_parts_are_unpacked_each() {
        let now = Instant::now_for_tests();
        let options = TextOptions::default().with_packed(true).with_languages([Language::TURKISH]);
        for text in ["plain text ".repeat(40), "güneşli ğ ".repeat(40)] {
            let segments =
                Splitter::default().submit_sms(&SubmitSm::default(), &options.encode(&text), 9).unwrap();
            let mut reassembler = Reassembler::default();
            let outcomes =
                segments.iter().rev().map(|part| reassembler.insert(Part::of_submit_sm(part).unwrap(), now));
            let joined = outcomes.filter_map(complete).next().unwrap();
            assert_eq!(joined.text(&options).unwrap(), text);
        }
    }

    #[test]
    fn ordinary_messages_are_no_parts() {
        let deliver_sm = DeliverSm { short_message: b"hello".into(), ..DeliverSm::default() };
        assert_eq!(Part::of_deliver_sm(&deliver_sm), None);
        let mut two_of_three = deliver_sm.clone();
        two_of_three.tlvs.push_u16(TlvTag::SAR_MSG_REF_NUM, 1).unwrap();
        two_of_three.tlvs.push_u8(TlvTag::SAR_TOTAL_SEGMENTS, 2).unwrap();
        assert_eq!(Part::of_deliver_sm(&two_of_three), None);
        let malformed = DeliverSm { esm_class: EsmClass(0x40), short_message: b"\x09x".into(), ..deliver_sm };
        assert_eq!(Part::of_deliver_sm(&malformed), None);
        assert_eq!(Address::new(Ton::UNKNOWN, Npi::UNKNOWN, &[b'1'; 65]), None);
    }

    trait ForTests {
        fn now_for_tests() -> Self;
    }

    impl ForTests for Instant {
        /// A test may ask the clock; the library may not.
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made otherwise")]
        fn now_for_tests() -> Self {
            Self::now()
        }
    }
}
