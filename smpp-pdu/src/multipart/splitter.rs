//! [`Splitter`]: one message to as many parts as it takes.

use thiserror::Error;

use crate::{
    DataCoding, DataSm, EncodeError, InvalidField, OctetString, SubmitSm, Tlvs,
    text::{Encoded, Encoding, gsm7::ESCAPE, packed},
    tlv::{Tlv, TlvTag},
    udh::{Concatenation, UserDataHeader},
};

/// The user data of one short message, a header included (3GPP TS 23.040).
const CAPACITY: usize = 140;

/// How parts are marked.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// A user data header with a reference of 8 bits.
    #[default]
    Udh8,
    /// A user data header with a reference of 16 bits.
    Udh16,
    /// The TLVs sar_msg_ref_num, sar_total_segments and sar_segment_seqnum; the Message Centre makes the
    /// header. A text that brings a header of its own (national tables, ports) is cut by [`Udh16`](Self::Udh16)
    /// instead, since the two must not be mixed.
    Sar,
    /// Not cut: all of it in message_payload, and the Message Centre cuts.
    Payload,
}

/// A message that cannot be cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
#[non_exhaustive]
pub enum SplitError {
    /// It takes more parts than allowed; 255 is the most that any method can count.
    #[error("it takes {parts} parts, {max} are allowed")]
    TooManyParts {
        /// How many it takes.
        parts: usize,
        /// How many are allowed.
        max: u8,
    },
    /// The other elements leave no room for text in a part, or the payload passes 65,535 octets.
    #[error("the user data do not fit: {0}")]
    TooLong(InvalidField),
}

/// What a text comes to, without cutting it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Count {
    /// How many messages.
    pub parts: usize,
    /// How many units of the encoding: septets, octets, or UTF-16 units.
    pub units: usize,
    /// How many more units the last message holds.
    pub remaining: usize,
}

/// One part.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Segment {
    /// The header, if there is one.
    pub header: UserDataHeader,
    /// The octets behind the header, packed where that was asked for.
    pub octets: Vec<u8>,
    /// Which part this is; `None` if it is the only one.
    pub concatenation: Option<Concatenation>,
    /// What to put into data_coding.
    pub data_coding: DataCoding,
    /// How the part is marked.
    method: Method,
}

impl Segment {
    /// The header and the octets behind it.
    #[must_use]
    pub fn user_data(&self) -> Vec<u8> {
        let mut user_data = self.header.to_octets();
        user_data.extend_from_slice(&self.octets);
        user_data
    }

    /// Puts the part into a submit_sm: short_message or message_payload, data_coding, the header's bit in
    /// esm_class, and the TLVs sar_*. What it held of these before is replaced. User data over 254 octets
    /// go into message_payload.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Field`] if message_payload would pass 65,535 octets.
    pub fn put_into(&self, submit_sm: &mut SubmitSm) -> Result<(), EncodeError> {
        let user_data = self.user_data();
        let tlvs = self.tlvs(&submit_sm.tlvs, self.is_payload(&user_data).then_some(&user_data))?;
        submit_sm.short_message =
            if self.is_payload(&user_data) { OctetString::default() } else { user_data.into() };
        submit_sm.data_coding = self.data_coding;
        submit_sm.esm_class = submit_sm.esm_class.with_udhi(!self.header.is_empty());
        submit_sm.tlvs = tlvs;
        Ok(())
    }

    /// Puts the part into a data_sm, which has message_payload only.
    ///
    /// # Errors
    ///
    /// As [`put_into`](Self::put_into).
    pub fn put_into_data_sm(&self, data_sm: &mut DataSm) -> Result<(), EncodeError> {
        data_sm.tlvs = self.tlvs(&data_sm.tlvs, Some(&self.user_data()))?;
        data_sm.data_coding = self.data_coding;
        data_sm.esm_class = data_sm.esm_class.with_udhi(!self.header.is_empty());
        Ok(())
    }

    fn is_payload(&self, user_data: &[u8]) -> bool {
        self.method == Method::Payload || user_data.len() > 254
    }

    fn tlvs(&self, before: &Tlvs, payload: Option<&Vec<u8>>) -> Result<Tlvs, EncodeError> {
        let replaced = [
            TlvTag::MESSAGE_PAYLOAD,
            TlvTag::SAR_MSG_REF_NUM,
            TlvTag::SAR_TOTAL_SEGMENTS,
            TlvTag::SAR_SEGMENT_SEQNUM,
        ];
        let mut tlvs = before.clone();
        tlvs.retain(|tlv| !replaced.contains(&tlv.tag));
        let sar = self.concatenation.filter(|_| self.method == Method::Sar);
        let sar = sar.map(|part| (part.reference.to_be_bytes(), [part.total], [part.sequence]));
        let sar = sar.iter().flat_map(|(reference, total, sequence)| {
            [
                Tlv { tag: TlvTag::SAR_MSG_REF_NUM, value: reference.as_slice() },
                Tlv { tag: TlvTag::SAR_TOTAL_SEGMENTS, value: total.as_slice() },
                Tlv { tag: TlvTag::SAR_SEGMENT_SEQNUM, value: sequence.as_slice() },
            ]
        });
        let payload = payload.map(|value| Tlv { tag: TlvTag::MESSAGE_PAYLOAD, value });
        tlvs.extend(sar.chain(payload))
            .map_err(|reason| EncodeError::Field { field: "message_payload", reason })?;
        Ok(tlvs)
    }
}

/// Cuts a message into as many parts as it takes, never inside an escape pair or a surrogate pair.
///
/// A message that fits one part is not marked. The reference is an argument, as chance is the caller's.
///
/// ```
/// use smpp_pdu::{SubmitSm, multipart::{Method, Splitter}, text};
///
/// let splitter = Splitter::default().with_method(Method::Udh16);
/// let encoded = text::encode(&"a".repeat(161));
/// assert_eq!(splitter.count(&encoded).parts, 2);
///
/// let template = SubmitSm { destination_addr: "447700900123".try_into()?, ..SubmitSm::default() };
/// let parts = splitter.submit_sms(&template, &encoded, 0x2A17)?;
/// assert_eq!(parts[0].short_message[..7], [0x06, 0x08, 0x04, 0x2A, 0x17, 0x02, 0x01]);
/// assert!(parts[1].esm_class.has_udhi());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Splitter {
    method: Method,
    max_parts: u8,
    header: UserDataHeader,
}

impl Default for Splitter {
    /// References of 8 bits, up to 255 parts, no other elements.
    fn default() -> Self {
        Self { method: Method::Udh8, max_parts: 255, header: UserDataHeader::new() }
    }
}

impl Splitter {
    /// Sets how parts are marked.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Sets how many parts are allowed, 1-255.
    #[must_use]
    pub fn with_max_parts(mut self, max_parts: u8) -> Self {
        self.max_parts = max_parts.max(1);
        self
    }

    /// Sets elements that every part carries, such as ports. Elements about parts are left out.
    #[must_use]
    pub fn with_header(mut self, header: &UserDataHeader) -> Self {
        self.header = header.without_concatenation();
        self
    }

    /// How many parts a text takes, and how much more the last one holds.
    #[must_use]
    pub fn count(&self, encoded: &Encoded) -> Count {
        let unit = unit_of(encoded.encoding());
        let units = encoded.octets().len() / unit;
        let Ok(plan) = self.plan(encoded) else { return Count { parts: usize::MAX, units, remaining: 0 } };
        let cuts = cuts(encoded, plan.capacity);
        let last = cuts.last().map_or(0, |range| range.len() / unit);
        Count { parts: cuts.len(), units, remaining: (plan.capacity / unit).saturating_sub(last) }
    }

    /// Cuts a message. Of `reference` the low 8 bits are used where parts are marked so.
    ///
    /// # Errors
    ///
    /// [`SplitError::TooManyParts`], [`SplitError::TooLong`].
    pub fn split(&self, encoded: &Encoded, reference: u16) -> Result<Vec<Segment>, SplitError> {
        let Plan { capacity, method, header } = self.plan(encoded)?;
        let cuts = cuts(encoded, capacity);
        let max = self.max_parts;
        let total = match u8::try_from(cuts.len()) {
            Ok(total) if total <= max => total,
            _ => return Err(SplitError::TooManyParts { parts: cuts.len(), max }),
        };
        let mut segments = Vec::with_capacity(cuts.len());
        for (sequence, range) in (1..=total).zip(cuts) {
            let wide = method != Method::Udh8;
            let reference = if wide { reference } else { reference & 0xFF };
            let concatenation = (total > 1).then_some(Concatenation { reference, wide, total, sequence });
            let mut own = UserDataHeader::new();
            if let Some(part) = concatenation.filter(|_| matches!(method, Method::Udh8 | Method::Udh16)) {
                own.push_concatenation(part).map_err(SplitError::TooLong)?;
            }
            for element in header.iter() {
                own.push(element).map_err(SplitError::TooLong)?;
            }
            let octets = encoded.octets().get(range).unwrap_or_default();
            let octets = if encoded.is_packed() {
                packed::pack(octets, packed::fill_bits(own.len()))
            } else {
                octets.to_vec()
            };
            let data_coding = encoded.data_coding();
            segments.push(Segment { header: own, octets, concatenation, data_coding, method });
        }
        Ok(segments)
    }

    /// Cuts a message into copies of a submit_sm.
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split).
    pub fn submit_sms(
        &self,
        template: &SubmitSm,
        encoded: &Encoded,
        reference: u16,
    ) -> Result<Vec<SubmitSm>, SplitError> {
        let segments = self.split(encoded, reference)?;
        let put = |segment: &Segment| {
            let mut submit_sm = template.clone();
            segment.put_into(&mut submit_sm).map_err(|_| SplitError::TooLong(InvalidField::TooLong))?;
            Ok(submit_sm)
        };
        segments.iter().map(put).collect()
    }

    /// What every part holds: decided by whether one part is enough.
    fn plan(&self, encoded: &Encoded) -> Result<Plan, SplitError> {
        let mut header = self.header.clone();
        header.push_shifts(encoded.shifts()).map_err(SplitError::TooLong)?;
        if self.method == Method::Payload {
            let capacity = usize::from(u16::MAX).saturating_sub(header.len());
            if encoded.octets().len() > capacity {
                return Err(SplitError::TooLong(InvalidField::TooLong));
            }
            return Ok(Plan { capacity, method: Method::Payload, header });
        }
        let single = capacity(encoded.encoding(), header.len());
        if encoded.octets().len() <= single {
            return Ok(Plan { capacity: single, method: self.method, header });
        }
        let method =
            if self.method == Method::Sar && !header.is_empty() { Method::Udh16 } else { self.method };
        // The Message Centre makes a header with 16 bits of what sar_* says.
        let elements = if method == Method::Udh8 { 5 } else { 6 };
        let capacity = capacity(encoded.encoding(), header.len().max(1) + elements);
        // An escape pair or a surrogate pair must fit.
        if capacity < 4 {
            return Err(SplitError::TooLong(InvalidField::TooLong));
        }
        Ok(Plan { capacity, method, header })
    }
}

struct Plan {
    /// Octets of [`Encoded::octets`] in one part.
    capacity: usize,
    method: Method,
    header: UserDataHeader,
}

/// How many octets of [`Encoded::octets`] fit behind a header of that many octets.
fn capacity(encoding: Encoding, header_len: usize) -> usize {
    let octets = CAPACITY.saturating_sub(header_len);
    match encoding {
        Encoding::Gsm7 => octets * 8 / 7,
        Encoding::Ucs2 => octets / 2 * 2,
        Encoding::Ascii
        | Encoding::Latin1
        | Encoding::Cyrillic
        | Encoding::Hebrew
        | Encoding::Jis
        | Encoding::Iso2022Jp
        | Encoding::ExtendedKanji
        | Encoding::KsC5601
        | Encoding::Own => octets,
    }
}

fn unit_of(encoding: Encoding) -> usize {
    if encoding == Encoding::Ucs2 { 2 } else { 1 }
}

/// Where the parts begin and end: greedily, and one step earlier where a pair would be cut.
fn cuts(encoded: &Encoded, capacity: usize) -> Vec<core::ops::Range<usize>> {
    let octets = encoded.octets();
    let mut cuts = Vec::new();
    let mut start = 0;
    while start < octets.len() {
        let mut end = start.saturating_add(capacity).min(octets.len());
        if end < octets.len() {
            let part = octets.get(start..end).unwrap_or_default();
            end -= pending(part, encoded.encoding());
        }
        if end <= start {
            end = octets.len();
        }
        cuts.push(start..end);
        start = end;
    }
    if cuts.is_empty() {
        cuts.push(0..0);
    }
    cuts
}

/// How many octets at the end of a part begin a character that does not end in it.
fn pending(part: &[u8], encoding: Encoding) -> usize {
    match encoding {
        Encoding::Gsm7 => part.iter().rev().take_while(|septet| **septet == ESCAPE).count() % 2,
        Encoding::Ucs2 => match part.last_chunk::<2>() {
            Some([0xD8..=0xDB, _]) => 2,
            _ => 0,
        },
        Encoding::Jis => lead_pending(part, |octet| matches!(octet, 0x81..=0x9F | 0xE0..=0xFC)),
        Encoding::KsC5601 | Encoding::ExtendedKanji => lead_pending(part, |octet| octet >= 0x80),
        Encoding::Ascii
        | Encoding::Latin1
        | Encoding::Cyrillic
        | Encoding::Hebrew
        | Encoding::Iso2022Jp
        | Encoding::Own => 0,
    }
}

/// The same for character sets of one and two octets, which must be read from the start.
fn lead_pending(part: &[u8], is_lead: impl Fn(u8) -> bool) -> usize {
    let mut octets = part.iter();
    while let Some(octet) = octets.next() {
        if is_lead(*octet) && octets.next().is_none() {
            return 1;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        text::{self, Language, TextOptions},
        udh::Ports,
    };

    #[test]
    fn capacities_of_the_table() {
        let table = [
            (0, 160, 140, 70),
            (6, 153, 134, 67),
            (7, 152, 133, 66),
            (4, 155, 136, 68),
            (12, 146, 128, 64),
            (13, 145, 127, 63),
        ];
        for (header_len, septets, octets, units) in table {
            assert_eq!(capacity(Encoding::Gsm7, header_len), septets);
            assert_eq!(capacity(Encoding::Latin1, header_len), octets);
            assert_eq!(capacity(Encoding::Ucs2, header_len) / 2, units);
        }
    }

    #[test]
    fn other_elements_are_in_every_part() {
        let mut header = UserDataHeader::new();
        header.push_ports(Ports { destination: 2948, originator: 9200, wide: true }).unwrap();
        let segments =
            Splitter::default().with_header(&header).split(&text::encode(&"a".repeat(300)), 7).unwrap();
        assert_eq!(segments.len(), 3);
        for segment in &segments {
            assert_eq!(segment.header.ports().unwrap().destination, 2948);
            assert_eq!(segment.header.concatenation().unwrap().total, 3);
            assert!(segment.octets.len() <= 146);
        }
    }

    #[test]
    fn sar_uses_tlvs_and_no_header() {
        let encoded = text::encode(&"a".repeat(161));
        let parts =
            Splitter::default().with_method(Method::Sar).submit_sms(&SubmitSm::default(), &encoded, 0x1234);
        let parts = parts.unwrap();
        assert_eq!(parts.len(), 2);
        let part = &parts[1];
        assert!(!part.esm_class.has_udhi());
        assert_eq!(part.tlvs.u16(TlvTag::SAR_MSG_REF_NUM), Some(0x1234));
        assert_eq!(part.tlvs.u8(TlvTag::SAR_TOTAL_SEGMENTS), Some(2));
        assert_eq!(part.tlvs.u8(TlvTag::SAR_SEGMENT_SEQNUM), Some(2));
        assert_eq!(parts[0].short_message.len(), 152);
    }

    #[test]
    fn a_payload_is_not_cut() {
        let encoded = text::encode(&"a".repeat(5_000));
        let parts =
            Splitter::default().with_method(Method::Payload).submit_sms(&SubmitSm::default(), &encoded, 0);
        let parts = parts.unwrap();
        assert_eq!(parts.len(), 1);
        assert!(parts[0].short_message.is_empty());
        assert_eq!(parts[0].tlvs.get(TlvTag::MESSAGE_PAYLOAD).unwrap().len(), 5_000);
        let encoded = Encoded::binary(DataCoding::OCTET, vec![0; 65_536]);
        let refused = Splitter::default().with_method(Method::Payload).split(&encoded, 0);
        assert_eq!(refused, Err(SplitError::TooLong(InvalidField::TooLong)));
    }

    #[test]
    fn the_own_limit_holds() {
        let splitter = Splitter::default().with_max_parts(2);
        assert_eq!(splitter.split(&text::encode(&"a".repeat(306)), 1).unwrap().len(), 2);
        let refused = splitter.split(&text::encode(&"a".repeat(307)), 1);
        assert_eq!(refused, Err(SplitError::TooManyParts { parts: 3, max: 2 }));
    }

    #[test]
    fn packed_parts_hold_140_octets() {
        let options = TextOptions::default().with_packed(true).with_languages(Language::ALL);
        let encoded = options.encode(&"a".repeat(306));
        let segments = Splitter::default().split(&encoded, 1).unwrap();
        assert_eq!(segments.len(), 2);
        assert!(segments.iter().all(|segment| segment.user_data().len() == 140));
        let text: String = segments
            .iter()
            .map(|segment| {
                let (octets, header_len) = (&segment.octets, segment.header.len());
                options
                    .decode_user_data(segment.data_coding, octets, segment.header.shifts(), header_len)
                    .unwrap()
            })
            .collect();
        assert_eq!(text, "a".repeat(306));
    }

    #[test]
    fn national_tables_are_named_even_in_one_part() {
        let options = TextOptions::default().with_languages([Language::TURKISH]);
        let encoded = options.encode(&"ş".repeat(100));
        let segments = Splitter::default().split(&encoded, 1).unwrap();
        assert_eq!(segments.len(), 1);
        assert_eq!(segments[0].header.shifts(), encoded.shifts());
        let mut submit_sm = SubmitSm::default();
        segments[0].put_into(&mut submit_sm).unwrap();
        assert!(submit_sm.esm_class.has_udhi());
    }

    #[test]
    fn two_octet_characters_are_not_cut() {
        let encoded =
            TextOptions::default().encode_as(&("a".to_owned() + &"日".repeat(100)), Encoding::Jis).unwrap();
        let segments = Splitter::default().split(&encoded, 1).unwrap();
        let lens: Vec<_> = segments.iter().map(|segment| segment.octets.len()).collect();
        assert_eq!(lens, [133, 68]);
    }

    #[test]
    fn counts_tell_what_is_left() {
        let count = |len| Splitter::default().count(&text::encode(&"a".repeat(len)));
        assert_eq!(count(0), Count { parts: 1, units: 0, remaining: 160 });
        assert_eq!(count(159), Count { parts: 1, units: 159, remaining: 1 });
        assert_eq!(count(161), Count { parts: 2, units: 161, remaining: 145 });
        let ucs2 = Splitter::default().count(&text::encode(&"ж".repeat(71)));
        assert_eq!(ucs2, Count { parts: 2, units: 71, remaining: 63 });
    }
}
