//! The least that reading a submit_sm can cost: a scan that borrows, validates and allocates nothing.

/// A submit_sm or deliver_sm as slices of its frame.
#[expect(dead_code, reason = "what is found is what is timed, nobody looks at it")]
#[derive(Debug)]
pub struct Borrowed<'a> {
    pub sequence_number: u32,
    pub service_type: &'a [u8],
    pub source: (u8, u8, &'a [u8]),
    pub destination: (u8, u8, &'a [u8]),
    pub classes: [u8; 3],
    pub schedule_delivery_time: &'a [u8],
    pub validity_period: &'a [u8],
    pub flags: [u8; 4],
    pub short_message: &'a [u8],
    pub tlvs: &'a [u8],
}

pub fn scan(frame: &[u8]) -> Option<Borrowed<'_>> {
    let (header, rest) = frame.split_first_chunk::<16>()?;
    let number = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
    if number(0)? as usize != frame.len() || !matches!(number(4)?, 4 | 5) {
        return None;
    }
    let (service_type, rest) = string(rest, 6)?;
    let (&[source_ton, source_npi], rest) = rest.split_first_chunk()?;
    let (source, rest) = string(rest, 21)?;
    let (&[dest_ton, dest_npi], rest) = rest.split_first_chunk()?;
    let (destination, rest) = string(rest, 21)?;
    let (&classes, rest) = rest.split_first_chunk()?;
    let (schedule_delivery_time, rest) = time(rest)?;
    let (validity_period, rest) = time(rest)?;
    let (&flags, rest) = rest.split_first_chunk()?;
    let (&len, rest) = rest.split_first()?;
    let (short_message, tlvs) = rest.split_at_checked(usize::from(len))?;
    let mut left = tlvs;
    while !left.is_empty() {
        let (&[_, _, high, low], value) = left.split_first_chunk()?;
        left = value.split_at_checked(usize::from(u16::from_be_bytes([high, low])))?.1;
    }
    let sequence_number = number(12)?;
    let source = (source_ton, source_npi, source);
    let destination = (dest_ton, dest_npi, destination);
    Some(Borrowed {
        sequence_number,
        service_type,
        source,
        destination,
        classes,
        schedule_delivery_time,
        validity_period,
        flags,
        short_message,
        tlvs,
    })
}

fn string(rest: &[u8], max: usize) -> Option<(&[u8], &[u8])> {
    let len = rest.iter().take(max).position(|octet| *octet == 0)?;
    let (string, rest) = rest.split_at_checked(len)?;
    Some((string, rest.get(1..)?))
}

fn time(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (string, rest) = string(rest, 17)?;
    matches!(string.len(), 0 | 16).then_some((string, rest))
}
