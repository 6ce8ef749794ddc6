//! Time to read and to write one PDU, and what the modules above the codec cost.
//!
//! `benches/peers` puts the same PDUs beside other crates.

#![expect(clippy::expect_used, reason = "a bench that cannot begin has nothing to say")]

use core::hint::black_box;
use std::time::Instant;

use bytes::{Buf, BytesMut};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use smpp_pdu::{
    CivilTime, DeliverSm, EnquireLink, FrameDecoder, MessageState, Pdu, SequenceNumber, SubmitSm,
    SubmitSmResp, TlvTag,
    multipart::{Part, Reassembler, Splitter},
    receipt::{ReceiptFormat, ReceiptText, Submission, delivery_receipt},
    text,
};

criterion_group!(benches, codec, above);
criterion_main!(benches);

fn codec(criterion: &mut Criterion) {
    for (name, pdu) in pdus() {
        let mut wire = BytesMut::new();
        pdu.encode(&mut wire).expect("it can be written");
        criterion.bench_function(&format!("decode/{name}"), |bencher| {
            bencher.iter(|| Pdu::decode(black_box(&wire)));
        });
        let mut reused = BytesMut::with_capacity(1_024);
        criterion.bench_function(&format!("encode/{name}"), |bencher| {
            bencher.iter(|| {
                reused.clear();
                black_box(&pdu).encode(&mut reused)
            });
        });
        let mut stream = BytesMut::new();
        (0..64).for_each(|_| stream.extend_from_slice(&wire));
        criterion.bench_function(&format!("framed_64/{name}"), |bencher| {
            bencher.iter_batched_ref(
                || (FrameDecoder::default(), stream.clone()),
                |(decoder, stream)| {
                    while let Ok(Some(pdu)) = decoder.decode(stream) {
                        black_box(pdu);
                    }
                    debug_assert!(!stream.has_remaining());
                },
                BatchSize::SmallInput,
            );
        });
    }
}

fn above(criterion: &mut Criterion) {
    let long = "Long texts are cut into parts, and no euro sign € is cut in two. ".repeat(10);
    criterion.bench_function("text/encode_gsm7", |bencher| bencher.iter(|| text::encode(black_box(&long))));
    let encoded = text::encode(&long);
    let template = SubmitSm { short_message: Vec::new().into(), ..submit_sm(0) };
    criterion.bench_function("split/submit_sm_5_parts", |bencher| {
        bencher.iter(|| Splitter::default().submit_sms(&template, black_box(&encoded), 7));
    });
    let parts = Splitter::default().submit_sms(&template, &encoded, 7).expect("it fits 255 parts");
    let parts: Vec<_> = parts.iter().filter_map(Part::of_submit_sm).collect();
    #[expect(clippy::disallowed_methods, reason = "a bench may ask the clock")]
    let now = Instant::now();
    criterion.bench_function("join/5_parts", |bencher| {
        bencher.iter_batched(
            || (Reassembler::default(), parts.clone()),
            |(mut reassembler, parts)| parts.into_iter().map(|part| reassembler.insert(part, now)).last(),
            BatchSize::SmallInput,
        );
    });
    let receipt = receipt();
    criterion.bench_function("receipt/parse", |bencher| {
        bencher.iter(|| ReceiptText::parse(black_box(&receipt.short_message)));
    });
}

fn pdus() -> [(&'static str, Pdu); 6] {
    let mut with_tlvs = submit_sm(20);
    for tag in [TlvTag::USER_MESSAGE_REFERENCE, TlvTag::SAR_MSG_REF_NUM] {
        with_tlvs.tlvs.push_u16(tag, 7).expect("it fits");
    }
    for tag in [TlvTag::SAR_TOTAL_SEGMENTS, TlvTag::SAR_SEGMENT_SEQNUM, TlvTag::LANGUAGE_INDICATOR] {
        with_tlvs.tlvs.push_u8(tag, 1).expect("it fits");
    }
    let message_id = Some("4f1c2a9b".try_into().expect("it fits"));
    let number = SequenceNumber(1);
    [
        ("submit_sm_20", Pdu::request(number, submit_sm(20))),
        ("submit_sm_140", Pdu::request(number, submit_sm(140))),
        ("submit_sm_20_5_tlvs", Pdu::request(number, with_tlvs)),
        ("deliver_sm_receipt", Pdu::request(number, receipt())),
        ("enquire_link", Pdu::request(number, EnquireLink::default())),
        ("submit_sm_resp", Pdu::new(number, SubmitSmResp { message_id, ..SubmitSmResp::default() })),
    ]
}

fn submit_sm(len: usize) -> SubmitSm {
    SubmitSm {
        source_addr: "12345".try_into().expect("it fits"),
        destination_addr: "44770090012".try_into().expect("it fits"),
        short_message: vec![b'a'; len].into(),
        ..SubmitSm::default()
    }
}

fn receipt() -> DeliverSm {
    let at = CivilTime::new(2026, 1, 31, 12, 0, 0).expect("it exists");
    let submission =
        Submission::new("4f1c2a9b".try_into().expect("it fits"), MessageState::DELIVERED, at, at);
    delivery_receipt(&submit_sm(20), &submission, &ReceiptFormat::default()).expect("it fits")
}
