//! Deviations seen in the field, each by itself, and bad input.

use bytes::BytesMut;

use super::octets;
use crate::{
    Body, CodecOptions, CommandId, CommandStatus, DecodeError, EncodeError, FrameDecoder, InterfaceVersion,
    InvalidField, Pdu, Request, Response, SequenceNumber, Strictness, SubmitSm, SubmitSmResp,
};

/// A frame with that id, status and body.
fn frame(id: u32, status: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
    for number in [id, status, 7] {
        frame.extend(number.to_be_bytes());
    }
    frame.extend_from_slice(body);
    frame
}

fn strict() -> CodecOptions {
    CodecOptions::default().with_strictness(Strictness::Strict)
}

fn encoded(pdu: &Pdu) -> BytesMut {
    let mut wire = BytesMut::new();
    pdu.encode(&mut wire).unwrap();
    wire
}

const SUBMIT_SM: &[u8] = b"\0\0\0\0\0\0dest\0\0\0\0\0\0\0\0\0\0\x02hi";

#[test]
fn one_stray_nul_is_dropped() {
    let with_nul = frame(4, 0, &[SUBMIT_SM, b"\0"].concat());
    let Body::SubmitSm(submit_sm) = Pdu::decode(&with_nul).unwrap().body else { panic!("not a submit_sm") };
    assert_eq!(submit_sm.short_message, b"hi");
    let behind_tlv = frame(4, 0, &[SUBMIT_SM, b"\x02\x04\0\x02\0\x01\0"].concat());
    assert!(Pdu::decode(&behind_tlv).is_ok());
    for wire in [with_nul, behind_tlv, frame(4, 0, &[SUBMIT_SM, b"\0\0"].concat())] {
        let error = Pdu::decode_with(&wire, &strict()).unwrap_err();
        assert_eq!(error.command_status(), CommandStatus::ESME_RINVTLVSTREAM);
    }
    assert!(Pdu::decode(&frame(4, 0, &[SUBMIT_SM, b"\0\0"].concat())).is_err());
}

#[test]
fn octets_behind_a_pdu_without_body_are_ignored() {
    for id in [0x15, 0x8000_0015, 6, 0x8000_0006, 0x8000_0000, 0x8000_0007, 0x8000_0008] {
        let wire = frame(id, 0, &[1, 2, 3]);
        assert_eq!(Pdu::decode(&wire).unwrap().command_id(), CommandId(id));
        assert!(Pdu::decode_with(&wire, &strict()).is_err());
    }
}

#[test]
fn error_responses_keep_what_they_carry() {
    let bodies: [&[u8]; 4] = [b"", b"\0", b"id\0", b"\0\x04\x23\0\x03\x03\0\x01"];
    for id in [0x8000_0004, 0x8000_0005, 0x8000_0103, 0x8000_0001, 0x8000_0009, 0x8000_0111] {
        let mut read = Vec::new();
        for body in bodies {
            let wire = frame(id, 8, body);
            let pdu = Pdu::decode(&wire).unwrap();
            assert_eq!(encoded(&pdu), wire);
            assert!(!matches!(pdu.body, Body::Irregular(_)));
            assert!(!read.contains(&pdu));
            read.push(pdu);
        }
        let only_tlvs = frame(id, 8, b"\x04\x23\0\x03\x03\0\x01");
        let pdu = Pdu::decode(&only_tlvs).unwrap();
        assert_eq!(pdu.body.tlvs().unwrap().network_error_code().unwrap().code, 1);
        assert_eq!(encoded(&pdu), only_tlvs);
        let garbage = frame(id, 8, b"id\0\xFF\xFF");
        let pdu = Pdu::decode(&garbage).unwrap();
        assert!(matches!(&pdu.body, Body::Irregular(body) if body.octets() == b"id\0\xFF\xFF"));
        assert_eq!(encoded(&pdu), garbage);
        assert!(Pdu::decode(&frame(id, 0, b"id\0\xFF\xFF")).is_err());
    }
    let query_sm_resp = frame(0x8000_0003, 0x67, b"\0");
    assert_eq!(encoded(&Pdu::decode(&query_sm_resp).unwrap()), query_sm_resp);
}

#[test]
fn success_responses_may_be_a_header_only() {
    for id in [0x8000_0004, 0x8000_0005, 0x8000_0103, 0x8000_0009] {
        let wire = frame(id, 0, b"");
        let pdu = Pdu::decode(&wire).unwrap();
        assert_eq!(encoded(&pdu), wire);
        assert!(Pdu::decode_with(&wire, &strict()).is_err());
    }
}

#[test]
fn a_list_may_be_missing_from_a_submit_multi_resp() {
    for body in [&b"id\0"[..], b"id\0\x03"] {
        let pdu = Pdu::decode(&frame(0x8000_0021, 0, body)).unwrap();
        let Body::SubmitMultiResp(response) = pdu.body else { panic!("not a submit_multi_resp") };
        assert_eq!(response.unsuccess_sme, []);
        assert_eq!(response.message_id.unwrap(), "id");
    }
}

#[test]
fn times_of_twelve_digits_are_read() {
    let body = b"\0\0\0\0\0\0dest\0\0\0\x00260131120000\0\0\0\0\0\0\x02hi";
    let wire = frame(4, 0, body);
    let pdu = Pdu::decode(&wire).unwrap();
    let Body::SubmitSm(submit_sm) = &pdu.body else { panic!("not a submit_sm") };
    assert!(submit_sm.schedule_delivery_time.unwrap().is_local());
    assert_eq!(encoded(&pdu), wire);
    let error = Pdu::decode_with(&wire, &strict()).unwrap_err();
    assert_eq!(error.command_status(), CommandStatus::ESME_RINVSCHED);
}

#[test]
fn odd_times_and_long_addresses_are_irregular() {
    let odd_time = b"\0\0\0\0\0\0dest\0\0\0\0\0tomorrow\0\0\0\0\0\x02hi\x14\0\0\x01\x09";
    let wire = frame(4, 0, odd_time);
    let pdu = Pdu::decode(&wire).unwrap();
    let Body::Irregular(irregular) = &pdu.body else { panic!("not irregular") };
    assert_eq!(irregular.command_id(), CommandId::SUBMIT_SM);
    assert_eq!(irregular.defect(), ("validity_period", InvalidField::Time));
    assert_eq!(irregular.command_status(), CommandStatus::ESME_RINVEXPIRY);
    assert_eq!(irregular.bytes("validity_period"), Some(&b"tomorrow"[..]));
    assert_eq!(irregular.bytes("destination_addr"), Some(&b"dest"[..]));
    assert_eq!(irregular.bytes("short_message"), Some(&b"hi"[..]));
    assert_eq!(irregular.integer("data_coding"), Some(0));
    assert_eq!(irregular.tlvs().len(), 1);
    assert_eq!(encoded(&pdu), wire);
    let json = serde_json::to_string(&pdu).unwrap();
    assert_eq!(serde_json::from_str::<Pdu>(&json).unwrap(), pdu);
    let error = Pdu::decode_with(&wire, &strict()).unwrap_err();
    assert_eq!(error.command_status(), CommandStatus::ESME_RINVEXPIRY);

    let long = [b"\0\0\0\0\x01\x01", &[b'4'; 30][..], b"\0\0\0\0\0\0\0\0\0\0\x02hi"].concat();
    let pdu = Pdu::decode(&frame(5, 0, &long)).unwrap();
    let Body::Irregular(irregular) = &pdu.body else { panic!("not irregular") };
    assert_eq!(irregular.command_status(), CommandStatus::ESME_RINVDSTADR);
    assert_eq!(irregular.bytes("destination_addr").unwrap().len(), 30);
    assert!(!format!("{pdu:?}").contains("4444"));
}

#[test]
fn long_ids_and_passwords_stay_inline() {
    let resp = frame(0x8000_0004, 0, &[&[b'a'; 94][..], b"\0"].concat());
    assert!(matches!(Pdu::decode(&resp).unwrap().body, Body::SubmitSmResp(_)));
    assert_eq!(
        Pdu::decode_with(&resp, &strict()).unwrap_err().command_status(),
        CommandStatus::ESME_RINVMSGID
    );
    let bind = frame(9, 0, b"a_system_id_of_28_characters\0a_long_password\0\0\x34\0\0\0");
    assert!(matches!(Pdu::decode(&bind).unwrap().body, Body::BindTransceiver(_)));
    assert_eq!(
        Pdu::decode_with(&bind, &strict()).unwrap_err().command_status(),
        CommandStatus::ESME_RINVSYSID
    );
}

#[test]
fn ids_need_not_be_ascii() {
    let wire = frame(0x8000_0004, 0, b"\xE9\xFF\0");
    let Body::SubmitSmResp(response) = Pdu::decode(&wire).unwrap().body else { panic!("not a response") };
    assert_eq!(response.message_id.unwrap().as_bytes(), b"\xE9\xFF");
}

#[test]
fn command_lengths_out_of_bounds_are_refused_at_once() {
    let mut decoder = FrameDecoder::new(CodecOptions::default().with_max_command_length(1_000));
    for command_length in (0..16).chain([1_001, 0x7FFF_FFFF, 0x8000_0000, u32::MAX]) {
        let mut stream = BytesMut::from(&command_length.to_be_bytes()[..]);
        let capacity = stream.capacity();
        let error = decoder.decode(&mut stream).unwrap_err();
        assert_eq!(error, DecodeError::CommandLength { command_length, max: 1_000, header: None });
        assert!(!error.is_recoverable());
        assert_eq!(error.command_status(), CommandStatus::ESME_RINVCMDLEN);
        assert_eq!((stream.len(), stream.capacity()), (4, capacity));
        stream.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9]);
        let error = decoder.decode(&mut stream).unwrap_err();
        assert_eq!(error.header().unwrap().sequence_number, SequenceNumber(9));
    }
    let mut stream = BytesMut::from(&frame(0x15, 0, b"")[..]);
    assert!(decoder.decode(&mut stream).unwrap().is_some());
    let largest = frame(0x0001_0200, 0, &[0; 984]);
    assert!(decoder.decode(&mut BytesMut::from(&largest[..])).unwrap().is_some());
    let error = Pdu::decode_with(&frame(0x0001_0200, 0, &[0; 985]), decoder.options()).unwrap_err();
    assert!(matches!(error, DecodeError::CommandLength { command_length: 1_001, .. }));
}

#[test]
fn a_frame_is_exactly_one() {
    let wire = frame(0x15, 0, b"");
    for octets in [&wire[..15], &[], &wire[..3], &[&wire[..], b"\0"].concat()] {
        let error = Pdu::decode(octets).unwrap_err();
        assert!(matches!(error, DecodeError::FrameLength { .. }), "{error}");
        assert!(!error.is_recoverable());
        assert_eq!(error.header(), None);
    }
}

#[test]
fn a_text_too_long_is_not_written() {
    let mut wire = BytesMut::from(&b"before"[..]);
    let submit_sm = SubmitSm { short_message: vec![0; 256].into(), ..SubmitSm::default() };
    let error = Pdu::new(SequenceNumber(1), submit_sm).encode(&mut wire).unwrap_err();
    assert_eq!(error, EncodeError::Field { field: "short_message", reason: InvalidField::TooLong });
    let submit_sm = SubmitSm { short_message: vec![0; 255].into(), ..SubmitSm::default() };
    let options = CodecOptions::default().with_max_command_length(200);
    let error = Pdu::new(SequenceNumber(1), submit_sm).encode_with(&mut wire, &options).unwrap_err();
    assert!(matches!(error, EncodeError::CommandLength { max: 200, .. }));
    assert_eq!(wire, "before");
}

#[test]
fn lists_too_long_are_not_written() {
    let destinations = vec![crate::DestAddress::DistributionList { dl_name: "all".try_into().unwrap() }; 256];
    let submit_multi = crate::SubmitMulti { dest_address: destinations, ..Default::default() };
    let ids = Some(vec!["1".try_into().unwrap(); 256]);
    let query_last_msgs_resp = crate::QueryLastMsgsResp { message_details: ids, ..Default::default() };
    for (body, field) in
        [(Body::from(submit_multi), "dest_address"), (Body::from(query_last_msgs_resp), "message_details")]
    {
        let error = Pdu::new(SequenceNumber(1), body).encode(&mut BytesMut::new()).unwrap_err();
        assert_eq!(error, EncodeError::Field { field, reason: InvalidField::Count });
    }
}

#[test]
fn the_octets_of_both_specifications() {
    let wire = octets(
        "0000002F000000020000000000000001534D50503354455354007365637265743038005355424D4954310050010100",
    );
    let pdu = Pdu::decode_with(&wire, &strict()).unwrap();
    let Body::BindTransmitter(bind) = &pdu.body else { panic!("not a bind_transmitter") };
    assert_eq!(
        (bind.system_id, bind.system_type),
        ("SMPP3TEST".try_into().unwrap(), "SUBMIT1".try_into().unwrap())
    );
    assert_eq!(bind.password.as_str(), Some("secret08"));
    assert_eq!(encoded(&pdu), wire);
}

#[test]
fn refusals_answer_what_may_be_answered() {
    let refused = |id| Body::refusal_of(CommandId(id)).map(|body| (body.command_id().0, body.encoded_len()));
    assert_eq!(refused(4), Some((0x8000_0004, 0)));
    assert_eq!(refused(0x15), Some((0x8000_0015, 0)));
    assert_eq!(refused(0x0001_0200), Some((0x8000_0000, 0)));
    assert_eq!(refused(0x0A), Some((0x8000_0000, 0)));
    for id in [0x0B, 0x0102, 0x8000_0004, 0x8000_0000, 0x8000_000B, 0x8000_0A0A] {
        assert_eq!(refused(id), None, "{id:#x}");
    }
}

#[test]
fn json_has_the_names_of_the_specification() {
    let mut submit_sm = SubmitSm { short_message: b"hi".into(), ..SubmitSm::default() };
    submit_sm.tlvs.push_u16(crate::TlvTag::SOURCE_PORT, 9200).unwrap();
    let json = serde_json::to_value(Pdu::new(SequenceNumber(7), submit_sm)).unwrap();
    assert_eq!(json["sequence_number"], 7);
    assert_eq!(json["body"]["submit_sm"]["short_message"], "6869");
    assert_eq!(json["body"]["submit_sm"]["validity_period"], serde_json::Value::Null);
    assert_eq!(json["body"]["submit_sm"]["tlvs"][0]["name"], "source_port");
    let sparse = r#"{"command_status":0,"sequence_number":1,"body":{"submit_sm":{"source_addr":"1"}}}"#;
    let pdu: Pdu = serde_json::from_str(sparse).unwrap();
    assert!(matches!(pdu.body, Body::SubmitSm(submit_sm) if submit_sm.source_addr == "1"));
    let wrong =
        r#"{"command_status":0,"sequence_number":1,"body":{"submit_sm":{"service_type":"too long"}}}"#;
    assert!(serde_json::from_str::<Pdu>(wrong).is_err());
}

#[test]
fn a_reference_is_written_like_the_pdu() {
    let submit_sm = SubmitSm {
        short_message: b"hi".into(),
        registered_delivery: crate::RegisteredDelivery(3),
        ..SubmitSm::default()
    };
    let refusal = SubmitSmResp { message_id: None, ..SubmitSmResp::default() };
    let (status, number) = (CommandStatus::ESME_RINVDCS, SequenceNumber(7));
    for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4, InterfaceVersion::V5_0] {
        let options = CodecOptions::default().with_peer_version(version);
        let (mut pdus, mut references) = (BytesMut::new(), BytesMut::new());
        Pdu::new(number, submit_sm.clone()).encode_with(&mut pdus, &options).unwrap();
        let response = Pdu { command_status: status, sequence_number: number, body: refusal.clone().into() };
        response.encode_with(&mut pdus, &options).unwrap();
        submit_sm.encode_pdu(number, &mut references, &options).unwrap();
        refusal.encode_pdu(status, number, &mut references, &options).unwrap();
        assert_eq!(references, pdus, "{version}");
    }
    let options = CodecOptions::default().with_max_command_length(20);
    let error = submit_sm.encode_pdu(number, &mut BytesMut::new(), &options).unwrap_err();
    assert!(matches!(error, EncodeError::CommandLength { max: 20, .. }));
}
