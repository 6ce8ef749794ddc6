//! The codecs, each made to read and to write the same octets.

use std::hint::black_box;

use bytes::{Buf, BytesMut};
use smpp_pdu::{
    CivilTime, EnquireLink, FrameDecoder, MessageState, Pdu, SequenceNumber, SubmitSm, SubmitSmResp, TlvTag,
    multipart::Splitter,
    receipt::{ReceiptFormat, ReceiptText, Submission, delivery_receipt},
    text,
};
use tokio_util::codec::{Decoder as _, Encoder as _};

use crate::{
    floor,
    measure::{Cell, measure, measure_many},
};

/// One PDU, or a stream of them.
pub struct Message {
    pub name: &'static str,
    pub wire: Vec<u8>,
    pub pdus: Vec<Pdu>,
}

/// One codec.
pub struct Subject {
    pub name: &'static str,
    pub measure: fn(&Message) -> Option<Cell>,
}

pub fn messages() -> Vec<Message> {
    let mut with_tlvs = submit_sm(20);
    for tag in [TlvTag::USER_MESSAGE_REFERENCE, TlvTag::SAR_MSG_REF_NUM] {
        with_tlvs.tlvs.push_u16(tag, 7).unwrap();
    }
    for tag in [TlvTag::SAR_TOTAL_SEGMENTS, TlvTag::SAR_SEGMENT_SEQNUM, TlvTag::LANGUAGE_INDICATOR] {
        with_tlvs.tlvs.push_u8(tag, 1).unwrap();
    }
    let at = CivilTime::new(2026, 1, 31, 12, 0, 0).unwrap();
    let submission = Submission::new("4f1c2a9b".try_into().unwrap(), MessageState::DELIVERED, at, at);
    let receipt = delivery_receipt(&submit_sm(20), &submission, &ReceiptFormat::default()).unwrap();
    let message_id = Some("4f1c2a9b".try_into().unwrap());
    let number = SequenceNumber(1);
    let all = [
        ("submit_sm 20", Pdu::request(number, submit_sm(20))),
        ("submit_sm 140", Pdu::request(number, submit_sm(140))),
        ("submit_sm 20, 5 TLVs", Pdu::request(number, with_tlvs)),
        ("deliver_sm receipt", Pdu::request(number, receipt)),
        ("enquire_link", Pdu::request(number, EnquireLink::default())),
        ("submit_sm_resp", Pdu::new(number, SubmitSmResp { message_id, ..SubmitSmResp::default() })),
    ];
    let mixed: Vec<Pdu> = all.iter().map(|(_, pdu)| pdu.clone()).cycle().take(1_000).collect();
    let mut messages: Vec<Message> = all.map(|(name, pdu)| message(name, vec![pdu])).into();
    messages.push(message("1,000 mixed, each", mixed));
    messages
}

fn message(name: &'static str, pdus: Vec<Pdu>) -> Message {
    let mut wire = BytesMut::new();
    pdus.iter().for_each(|pdu| pdu.encode(&mut wire).unwrap());
    Message { name, wire: wire.to_vec(), pdus }
}

fn submit_sm(len: usize) -> SubmitSm {
    SubmitSm {
        source_addr: "12345".try_into().unwrap(),
        destination_addr: "44770090012".try_into().unwrap(),
        short_message: vec![b'a'; len].into(),
        ..SubmitSm::default()
    }
}

pub fn readers() -> Vec<Subject> {
    vec![
        Subject { name: "floor: copy", measure: copy },
        Subject { name: "floor: borrowing scan", measure: scan },
        Subject { name: "**smpp-pdu**", measure: own },
        Subject { name: "**smpp-pdu, framed**", measure: own_framed },
        Subject { name: "smpp-codec 0.2, right type called", measure: smpp_codec },
        Subject { name: "smpp34 1.5, right type called", measure: smpp34 },
        Subject { name: "rusmpp 0.4, framed", measure: rusmpp },
    ]
}

pub fn writers() -> Vec<Subject> {
    vec![
        Subject { name: "floor: copy", measure: copy },
        Subject { name: "**smpp-pdu**", measure: own_write },
        Subject { name: "smpp-codec 0.2", measure: smpp_codec_write },
        Subject { name: "smpp34 1.5 (takes itself, so with a clone)", measure: smpp34_write },
        Subject { name: "rusmpp 0.4", measure: rusmpp_write },
    ]
}

fn count(message: &Message) -> u32 {
    u32::try_from(message.pdus.len()).unwrap()
}

fn copy(message: &Message) -> Option<Cell> {
    let mut copy = vec![0; message.wire.len()];
    measure_many(count(message), || copy.copy_from_slice(black_box(&message.wire)))
}

fn scan(message: &Message) -> Option<Cell> {
    floor::scan(&message.wire)?;
    measure(|| floor::scan(black_box(&message.wire)))
}

fn own(message: &Message) -> Option<Cell> {
    if message.pdus.len() > 1 {
        return None;
    }
    assert_eq!(Pdu::decode(&message.wire).unwrap(), message.pdus[0]);
    measure(|| Pdu::decode(black_box(&message.wire)))
}

/// A stream: 64 of the PDU, or the mixed ones. What fills the buffer is timed alone and taken off.
fn framed(message: &Message, mut read: impl FnMut(&mut BytesMut) -> usize) -> Option<Cell> {
    let times = if message.pdus.len() > 1 { 1 } else { 64 };
    let stream = message.wire.repeat(times);
    let pdus = count(message) * times as u32;
    let mut buffer = BytesMut::with_capacity(stream.len());
    let filled = measure_many(pdus, || {
        buffer.clear();
        buffer.extend_from_slice(black_box(&stream));
    })?;
    let mut buffer = BytesMut::with_capacity(stream.len());
    let whole = measure_many(pdus, || {
        buffer.reserve(stream.len());
        buffer.extend_from_slice(black_box(&stream));
        assert_eq!(read(&mut buffer), pdus as usize);
    })?;
    Some(Cell { nanoseconds: whole.nanoseconds - filled.nanoseconds, ..whole })
}

fn own_framed(message: &Message) -> Option<Cell> {
    let mut decoder = FrameDecoder::default();
    framed(message, |buffer| {
        let mut found = 0;
        while let Ok(Some(pdu)) = decoder.decode(buffer) {
            black_box(pdu);
            found += 1;
        }
        found
    })
}

fn rusmpp(message: &Message) -> Option<Cell> {
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    framed(message, |buffer| {
        let mut found = 0;
        while let Ok(Some(command)) = codec.decode(buffer) {
            black_box(command);
            found += 1;
        }
        found
    })
}

fn smpp_codec(message: &Message) -> Option<Cell> {
    use smpp_codec::pdus::{DeliverSmRequest, EnquireLinkRequest, SubmitSmRequest, SubmitSmResponse};
    let wire = &message.wire;
    match message.name {
        "enquire_link" => measure(|| EnquireLinkRequest::decode(black_box(wire)).unwrap()),
        "submit_sm_resp" => measure(|| SubmitSmResponse::decode(black_box(wire)).unwrap()),
        "deliver_sm receipt" => measure(|| DeliverSmRequest::decode(black_box(wire)).unwrap()),
        _ if message.pdus.len() > 1 => None,
        _ => measure(|| SubmitSmRequest::decode(black_box(wire)).unwrap()),
    }
}

fn smpp34(message: &Message) -> Option<Cell> {
    let header = |wire: &[u8]| smpp34::CommandHeader::decode(wire).unwrap();
    let wire = &message.wire;
    match message.name {
        "enquire_link" => measure(|| smpp34::enquire_link::decode(header(wire), black_box(wire)).unwrap()),
        "submit_sm_resp" => {
            measure(|| smpp34::submit_sm_resp::decode(header(wire), black_box(wire)).unwrap())
        }
        "deliver_sm receipt" => {
            measure(|| smpp34::deliver_sm::decode(header(wire), black_box(wire)).unwrap())
        }
        _ if message.pdus.len() > 1 => None,
        _ => measure(|| smpp34::submit_sm::decode(header(wire), black_box(wire)).unwrap()),
    }
}

fn own_write(message: &Message) -> Option<Cell> {
    let mut buffer = BytesMut::with_capacity(message.wire.len());
    measure_many(count(message), || {
        buffer.clear();
        for pdu in black_box(&message.pdus) {
            pdu.encode(&mut buffer).unwrap();
        }
        assert_eq!(buffer.len(), message.wire.len());
    })
}

fn rusmpp_write(message: &Message) -> Option<Cell> {
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    let mut stream = BytesMut::from(&message.wire[..]);
    let commands: Vec<_> = core::iter::from_fn(|| codec.decode(&mut stream).unwrap()).collect();
    assert!(!stream.has_remaining());
    let mut buffer = BytesMut::with_capacity(message.wire.len());
    measure_many(count(message), || {
        buffer.clear();
        for command in black_box(&commands) {
            codec.encode(command, &mut buffer).unwrap();
        }
        assert_eq!(buffer.len(), message.wire.len());
    })
}

fn smpp_codec_write(message: &Message) -> Option<Cell> {
    use smpp_codec::pdus::{DeliverSmRequest, EnquireLinkRequest, SubmitSmRequest, SubmitSmResponse};
    let wire = &message.wire;
    let mut buffer = Vec::with_capacity(wire.len());
    macro_rules! write {
        ($type:ident) => {{
            let pdu = $type::decode(wire).unwrap();
            measure(|| {
                buffer.clear();
                black_box(&pdu).encode(&mut buffer).unwrap();
                assert_eq!(buffer.len(), wire.len());
            })
        }};
    }
    match message.name {
        "enquire_link" => write!(EnquireLinkRequest),
        "submit_sm_resp" => write!(SubmitSmResponse),
        "deliver_sm receipt" => write!(DeliverSmRequest),
        _ if message.pdus.len() > 1 => None,
        _ => write!(SubmitSmRequest),
    }
}

fn smpp34_write(message: &Message) -> Option<Cell> {
    let wire = &message.wire;
    let header = || smpp34::CommandHeader::decode(wire).unwrap();
    macro_rules! write {
        ($type:ident) => {{
            let pdu = smpp34::$type::decode(header(), wire).unwrap();
            measure(|| assert_eq!(black_box(&pdu).clone().encode().len(), wire.len()))
        }};
    }
    match message.name {
        "enquire_link" => write!(enquire_link),
        "submit_sm_resp" => write!(submit_sm_resp),
        "deliver_sm receipt" => write!(deliver_sm),
        _ if message.pdus.len() > 1 => None,
        _ => write!(submit_sm),
    }
}

/// Splitting and receipts: name, split, receipt.
pub fn above(messages: &[Message]) -> Vec<(&'static str, Option<Cell>, Option<Cell>)> {
    let long = "Long texts are cut into parts, and no euro sign € is cut in two. ".repeat(10);
    let Some(receipt) = messages.iter().find_map(|message| match &message.pdus[0].body {
        smpp_pdu::Body::DeliverSm(deliver_sm) => Some(deliver_sm.short_message.to_vec()),
        _ => None,
    }) else {
        return Vec::new();
    };
    let receipt_text = String::from_utf8(receipt.clone()).unwrap();
    let template = submit_sm(0);
    let own_split =
        measure(|| Splitter::default().submit_sms(&template, &text::encode(black_box(&long)), 7).unwrap());
    let own_receipt = measure(|| ReceiptText::parse(black_box(&receipt)));
    let codec_split = measure(|| {
        use smpp_codec::pdus::{EncodingType, MessageSplitter, SplitMode};
        MessageSplitter::split(black_box(&long).clone(), EncodingType::Gsm7Bit, SplitMode::Udh).unwrap()
    });
    let codec_receipt = measure(|| black_box(&receipt_text).parse::<smpp_codec::pdus::DeliveryReceipt>());
    let rusmpp_split = measure(|| {
        use rusmpp::{extra::concatenation::SubmitSmMultipartExt as _, pdus::SubmitSm};
        SubmitSm::default().multipart(black_box(&long)).gsm7bit_unpacked().build().unwrap()
    });
    vec![
        ("**smpp-pdu**, text to submit_sm", own_split, own_receipt),
        ("smpp-codec 0.2, text to octets (cuts escape pairs)", codec_split, codec_receipt),
        ("rusmpp 0.4, text to submit_sm", rusmpp_split, None),
    ]
}
