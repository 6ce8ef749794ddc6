//! A small ESME on a plain socket, which shares no code with the crates under test.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::process::PATIENCE;

pub(crate) const GENERIC_NACK: u32 = 0x8000_0000;
pub(crate) const QUERY_SM: u32 = 0x0000_0003;
pub(crate) const SUBMIT_SM: u32 = 0x0000_0004;
pub(crate) const DELIVER_SM: u32 = 0x0000_0005;
pub(crate) const UNBIND: u32 = 0x0000_0006;
pub(crate) const BIND_TRANSCEIVER: u32 = 0x0000_0009;
pub(crate) const ENQUIRE_LINK: u32 = 0x0000_0015;
pub(crate) const RESP: u32 = 0x8000_0000;

pub(crate) const ESME_RINVCMDLEN: u32 = 0x02;
pub(crate) const ESME_RINVCMDID: u32 = 0x03;

/// One PDU, its body not looked into.
#[derive(Clone, Debug)]
pub(crate) struct Pdu {
    pub(crate) id: u32,
    pub(crate) status: u32,
    pub(crate) sequence: u32,
    pub(crate) body: Vec<u8>,
}

/// What a deliver_sm carries, as far as the tests look at it.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) esm_class: u8,
    pub(crate) octets: Vec<u8>,
}

/// A connection to a message centre.
pub(crate) struct Esme {
    stream: TcpStream,
    received: Vec<u8>,
    sequence: u32,
}

impl Esme {
    /// Connects without binding.
    pub(crate) fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, received: Vec::new(), sequence: 0 }
    }

    /// Connects and binds as a transceiver.
    pub(crate) fn bound(to: SocketAddr, system_id: &str, password: &str) -> Self {
        let mut esme = Self::connect(to);
        assert_eq!(esme.bind(system_id, password), 0, "the bind");
        esme
    }

    /// Binds as a transceiver; the status of the answer.
    pub(crate) fn bind(&mut self, system_id: &str, password: &str) -> u32 {
        let mut body = Vec::new();
        for text in [system_id, password, ""] {
            c_octets(&mut body, text);
        }
        body.extend_from_slice(&[0x34, 0, 0, 0]);
        let answer = self.ask(BIND_TRANSCEIVER, &body);
        assert_eq!(answer.id, BIND_TRANSCEIVER | RESP);
        answer.status
    }

    /// Writes octets as they are.
    pub(crate) fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
    }

    /// Writes octets as they are; false when the connection is gone.
    pub(crate) fn try_write(&mut self, octets: &[u8]) -> bool {
        self.stream.write_all(octets).is_ok()
    }

    /// The octets of a request with the next sequence_number, which is returned too.
    pub(crate) fn request(&mut self, id: u32, body: &[u8]) -> (u32, Vec<u8>) {
        self.sequence += 1;
        (self.sequence, pdu(id, 0, self.sequence, body))
    }

    /// Sends a request and waits for its response. What comes before it is answered and dropped.
    pub(crate) fn ask(&mut self, id: u32, body: &[u8]) -> Pdu {
        let (sequence, octets) = self.request(id, body);
        self.write(&octets);
        loop {
            let answer = self.receive().expect("an answer, not the end of the connection");
            if answer.sequence == sequence && answer.id & RESP != 0 {
                return answer;
            }
            self.answer(&answer);
        }
    }

    /// Submits a message and asks for a receipt; the message_id, or the status it was refused with.
    pub(crate) fn submit(&mut self, source: &str, destination: &str, octets: &[u8]) -> Result<String, u32> {
        let answer = self.ask(SUBMIT_SM, &submit_sm(source, destination, octets));
        assert_eq!(answer.id, SUBMIT_SM | RESP);
        if answer.status == 0 { Ok(answer.message_id()) } else { Err(answer.status) }
    }

    /// Answers a request of the message centre's as a well-behaved ESME does.
    pub(crate) fn answer(&mut self, request: &Pdu) {
        let body: &[u8] = match request.id {
            DELIVER_SM => b"\0",
            ENQUIRE_LINK | UNBIND => b"",
            _ => return,
        };
        self.try_write(&pdu(request.id | RESP, 0, request.sequence, body));
    }

    /// The next PDU, or none at the end of the connection. Fails when nothing comes.
    pub(crate) fn receive(&mut self) -> Option<Pdu> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(pdu) = self.take_frame() {
                return Some(pdu);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nothing came in {PATIENCE:?}");
            self.stream.set_read_timeout(Some(left.min(Duration::from_secs(1)))).unwrap();
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
        }
    }

    /// Waits for the next deliver_sm and acknowledges it. Answers enquire_link on the way.
    pub(crate) fn delivery(&mut self) -> Delivery {
        loop {
            let pdu = self.receive().expect("a deliver_sm, not the end of the connection");
            self.answer(&pdu);
            if pdu.id == DELIVER_SM {
                return Delivery::parse(&pdu.body);
            }
        }
    }

    /// Shows that the session still works.
    pub(crate) fn assert_alive(&mut self) {
        let answer = self.ask(ENQUIRE_LINK, b"");
        assert_eq!((answer.id, answer.status), (ENQUIRE_LINK | RESP, 0));
    }

    fn take_frame(&mut self) -> Option<Pdu> {
        let length = word(&self.received, 0)? as usize;
        assert!((16..=100_000).contains(&length), "the server sent command_length {length}");
        if self.received.len() < length {
            return None;
        }
        let frame: Vec<u8> = self.received.drain(..length).collect();
        Some(Pdu {
            id: word(&frame, 4).unwrap(),
            status: word(&frame, 8).unwrap(),
            sequence: word(&frame, 12).unwrap(),
            body: frame[16..].to_vec(),
        })
    }
}

impl Pdu {
    /// The message_id that opens the body of a submit_sm_resp.
    pub(crate) fn message_id(&self) -> String {
        c_string(&self.body, &mut 0)
    }
}

impl Delivery {
    /// Reads the body of a deliver_sm.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let mut at = 0;
        c_string(body, &mut at);
        at += 2;
        let source = c_string(body, &mut at);
        at += 2;
        let destination = c_string(body, &mut at);
        let esm_class = body[at];
        at += 3;
        c_string(body, &mut at);
        c_string(body, &mut at);
        at += 4;
        let length = usize::from(body[at]);
        let octets = body[at + 1..at + 1 + length].to_vec();
        Self { source, destination, esm_class, octets }
    }

    /// Whether this is a delivery receipt and not a message.
    pub(crate) fn is_receipt(&self) -> bool {
        self.esm_class & 0x3c == 0x04
    }

    /// What stands behind a name such as `id` or `stat` in a receipt's text.
    pub(crate) fn receipt_field(&self, name: &str) -> String {
        let text = String::from_utf8_lossy(&self.octets);
        let found = text.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix(':'));
        found.unwrap_or_else(|| panic!("no {name} in the receipt {text}")).to_owned()
    }
}

/// One PDU's octets.
pub(crate) fn pdu(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(16 + body.len());
    for number in [16 + body.len() as u32, id, status, sequence] {
        octets.extend_from_slice(&number.to_be_bytes());
    }
    octets.extend_from_slice(body);
    octets
}

/// The body of a submit_sm that asks for a receipt.
pub(crate) fn submit_sm(source: &str, destination: &str, octets: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    for address in [source, destination] {
        body.extend_from_slice(&[1, 1]);
        c_octets(&mut body, address);
    }
    // esm_class, protocol_id, priority_flag, two empty times, registered_delivery, replace_if_present_flag,
    // data_coding, sm_default_msg_id
    body.extend_from_slice(&[0, 0, 0, 0, 0, 1, 0, 0, 0]);
    body.push(u8::try_from(octets.len()).unwrap());
    body.extend_from_slice(octets);
    body
}

/// The body of a query_sm.
pub(crate) fn query_sm(message_id: &str, source: &str) -> Vec<u8> {
    let mut body = Vec::new();
    c_octets(&mut body, message_id);
    body.extend_from_slice(&[1, 1]);
    c_octets(&mut body, source);
    body
}

fn c_octets(body: &mut Vec<u8>, text: &str) {
    body.extend_from_slice(text.as_bytes());
    body.push(0);
}

fn c_string(body: &[u8], at: &mut usize) -> String {
    let end = *at + body[*at..].iter().position(|octet| *octet == 0).unwrap_or(body.len() - *at);
    let text = String::from_utf8_lossy(&body[*at..end]).into_owned();
    *at = end + 1;
    text
}

fn word(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(octets.get(at..at + 4)?.try_into().ok()?))
}
