//! As much of SMPP as both programs need: the header, and nothing of any body.

/// Octets of a header.
pub const HEADER: usize = 16;
/// The longest PDU either side accepts; message_payload may carry 64 KiB.
pub const MAX_PDU: usize = 80 * 1024;
/// The bit that makes a command_id that of the response.
pub const RESP: u32 = 0x8000_0000;

/// command_id of generic_nack.
pub const GENERIC_NACK: u32 = 0x8000_0000;
/// command_id of bind_receiver.
pub const BIND_RECEIVER: u32 = 0x0000_0001;
/// command_id of bind_transmitter.
pub const BIND_TRANSMITTER: u32 = 0x0000_0002;
/// command_id of submit_sm.
pub const SUBMIT_SM: u32 = 0x0000_0004;
/// command_id of deliver_sm.
pub const DELIVER_SM: u32 = 0x0000_0005;
/// command_id of unbind.
pub const UNBIND: u32 = 0x0000_0006;
/// command_id of bind_transceiver.
pub const BIND_TRANSCEIVER: u32 = 0x0000_0009;
/// command_id of enquire_link.
pub const ENQUIRE_LINK: u32 = 0x0000_0015;

/// command_status of a PDU whose command_length cannot be.
pub const ESME_RINVCMDLEN: u32 = 0x0000_0002;
/// command_status of a PDU whose command_id is unknown.
pub const ESME_RINVCMDID: u32 = 0x0000_0003;

/// What follows command_length in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which operation, and whether request or response.
    pub command_id: u32,
    /// Zero in requests and in successful responses.
    pub command_status: u32,
    /// What ties a response to its request.
    pub sequence_number: u32,
}

/// What stands at the front of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Less than one PDU.
    Partial,
    /// A whole PDU of so many octets.
    Pdu(Header, usize),
    /// A command_length outside the limits; the rest of the stream means nothing.
    Lost(Header),
}

/// Looks at the first PDU of these octets.
#[inline]
pub fn front(octets: &[u8]) -> Front {
    let Some(head) = octets.first_chunk::<HEADER>() else { return Front::Partial };
    let word = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let header = Header { command_id: word(4), command_status: word(8), sequence_number: word(12) };
    let length = word(0) as usize;
    if !(HEADER..=MAX_PDU).contains(&length) {
        return Front::Lost(header);
    }
    if octets.len() < length { Front::Partial } else { Front::Pdu(header, length) }
}

/// Writes a PDU with this body.
#[inline]
pub fn put_pdu(out: &mut Vec<u8>, command_id: u32, command_status: u32, sequence_number: u32, body: &[u8]) {
    let length = (HEADER + body.len()) as u32;
    for word in [length, command_id, command_status, sequence_number] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.extend_from_slice(body);
}

/// Writes a C-Octet String.
pub fn put_c_octets(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdu_is_seen_only_when_it_is_whole() {
        let mut octets = Vec::new();
        put_pdu(&mut octets, SUBMIT_SM, 0, 7, b"body");
        let header = Header { command_id: SUBMIT_SM, command_status: 0, sequence_number: 7 };

        for cut in 0..octets.len() {
            assert_eq!(front(&octets[..cut]), Front::Partial);
        }
        assert_eq!(front(&octets), Front::Pdu(header, 20));
    }

    #[test]
    fn an_impossible_length_loses_the_stream() {
        assert!(matches!(front(b"GET / HTTP/1.1\r\n\r\n"), Front::Lost(_)));
    }
}
