//! What holds for every PDU and for all octets.

use arbitrary::{Arbitrary, Unstructured};
use bytes::BytesMut;
use proptest::{collection::vec, prelude::*};

use crate::{
    Body, CodecOptions, CommandId, DecodeError, FrameDecoder, Header, InterfaceVersion, Pdu, SequenceNumber,
    Strictness,
};

/// Every operation by itself, so that none is left to chance.
#[test]
fn every_operation_there_and_back() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2_000));
    let mut seen = std::collections::BTreeSet::new();
    let octets = vec(any::<u8>(), 64..2_000);
    runner
        .run(&octets, |octets| {
            let Ok(pdu) = Pdu::arbitrary(&mut Unstructured::new(&octets)) else { return Ok(()) };
            let mut wire = BytesMut::new();
            pdu.encode(&mut wire).unwrap();
            prop_assert_eq!(pdu.encoded_len(), wire.len());
            prop_assert_eq!(&Pdu::decode(&wire).unwrap(), &pdu);
            Ok(())
        })
        .unwrap();
    for id in (0..0x200).chain(0x8000_0000..0x8000_0200).map(CommandId).filter(|id| id.name().is_some()) {
        let pdu = Pdu::new(SequenceNumber(1), Body::default_of(id).unwrap());
        let mut wire = BytesMut::new();
        pdu.encode(&mut wire).unwrap();
        assert_eq!(Pdu::decode(&wire), Ok(pdu), "{id}");
        seen.insert(id);
    }
    assert_eq!(seen.len(), 39);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_plain_the_tables_leave_alone(octets in vec(any::<u8>(), 64..1_000), new in 0_u16..0x620) {
        let Ok(mut pdu) = Pdu::arbitrary(&mut Unstructured::new(&octets)) else { return Ok(()) };
        if let Some(tlvs) = pdu.body.tlvs_mut() {
            tlvs.push(crate::TlvTag(new), &octets[..usize::from(octets[0] % 5)]).unwrap();
        }
        let by_tables = crate::version::by_tables(&pdu, InterfaceVersion::V3_4);
        let plain = crate::version::is_old(pdu.command_status) && pdu.body.is_plain();
        prop_assert!(!plain || by_tables.as_ref() == Ok(&pdu), "{}", pdu.dump());
    }

    #[test]
    fn json_there_and_back(octets in vec(any::<u8>(), 64..1_000)) {
        let Ok(pdu) = Pdu::arbitrary(&mut Unstructured::new(&octets)) else { return Ok(()) };
        let json = serde_json::to_string(&pdu).unwrap();
        prop_assert_eq!(serde_json::from_str::<Pdu>(&json).unwrap(), pdu);
    }

    #[test]
    fn any_split_of_a_stream_gives_the_same_pdus(
        seeds in vec(vec(any::<u8>(), 32..400), 1..8),
        cuts in vec(1_usize..60, 1..40),
    ) {
        let pdus: Vec<Pdu> =
            seeds.iter().filter_map(|seed| Pdu::arbitrary(&mut Unstructured::new(seed)).ok()).collect();
        let mut wire = BytesMut::new();
        for pdu in &pdus {
            pdu.encode(&mut wire).unwrap();
        }
        let mut decoder = FrameDecoder::default();
        let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
        let mut cuts = cuts.iter().cycle();
        while !wire.is_empty() {
            let len = (*cuts.next().unwrap()).min(wire.len());
            buffer.extend_from_slice(&wire.split_to(len));
            while let Some(pdu) = decoder.decode(&mut buffer).unwrap() {
                found.push(pdu);
            }
        }
        prop_assert_eq!(found, pdus);
    }

    #[test]
    fn no_octets_panic_and_what_decodes_encodes(mut octets in vec(any::<u8>(), 16..300), id in 0_u32..0x200) {
        let len = u32::try_from(octets.len()).unwrap();
        let response = octets[16 % octets.len()] & 1 == 1;
        octets[..4].copy_from_slice(&len.to_be_bytes());
        octets[4..8].copy_from_slice(&(id | if response { 0x8000_0000 } else { 0 }).to_be_bytes());
        let strict = CodecOptions::default().with_strictness(Strictness::Strict);
        let lenient = Pdu::decode(&octets);
        let strictly = Pdu::decode_with(&octets, &strict);
        if let Ok(pdu) = &lenient {
            let mut wire = BytesMut::new();
            pdu.encode(&mut wire).unwrap();
            prop_assert_eq!(&Pdu::decode(&wire).unwrap(), pdu);
            for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
                let mut wire = BytesMut::new();
                if pdu.encode_with(&mut wire, &CodecOptions::default().with_peer_version(version)).is_err() {
                    prop_assert!(wire.is_empty());
                }
            }
            let _ = pdu.dump().to_string();
        }
        if strictly.is_ok() {
            prop_assert_eq!(&strictly, &lenient);
            let mut wire = BytesMut::new();
            strictly.unwrap().encode_with(&mut wire, &strict).unwrap();
            prop_assert_eq!(&wire[..], &octets[..]);
        }
    }

    #[test]
    fn a_bad_body_costs_one_frame_only(octets in vec(any::<u8>(), 0..100)) {
        let mut stream = BytesMut::new();
        let command_length = u32::try_from(Header::LEN + octets.len()).unwrap();
        stream.extend_from_slice(&command_length.to_be_bytes());
        stream.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9]);
        stream.extend_from_slice(&octets);
        let next = Pdu::new(SequenceNumber(10), crate::EnquireLink::default());
        next.encode(&mut stream).unwrap();
        let mut decoder = FrameDecoder::default();
        match decoder.decode(&mut stream) {
            Ok(pdu) => prop_assert_eq!(pdu.unwrap().sequence_number, SequenceNumber(9)),
            Err(error @ DecodeError::Field { .. }) => {
                prop_assert!(error.is_recoverable());
                prop_assert_eq!(error.header().unwrap().sequence_number, SequenceNumber(9));
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        prop_assert_eq!(decoder.decode(&mut stream).unwrap(), Some(next));
    }
}
