//! Whole PDUs that other implementations wrote or refused.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::octets;
use crate::{
    Body, CodecOptions, DecodeError, DestAddress, FrameDecoder, InvalidField, Pdu, Strictness,
    field::FieldValue,
};

const VECTORS: &str = include_str!("../../tests/data/smpp-pdu.jsonl");

#[test]
fn valid_ones_decode_to_their_fields_and_encode_back() {
    let mut count = 0;
    let mut failures = Vec::new();
    for vector in vectors().filter(|vector| vector.get("decoded").is_some()) {
        count += 1;
        let wire = octets(text(&vector, "hex"));
        let decoded = &vector["decoded"];
        let pdu = match Pdu::decode(&wire) {
            Ok(pdu) => pdu,
            Err(error) => {
                failures.push(format!("{}: {error}", vector["name"]));
                continue;
            }
        };
        let mut again = BytesMut::new();
        pdu.encode(&mut again).unwrap();
        let right = pdu.command_id().0 == decoded["command_id"]
            && pdu.command_status.0 == decoded["command_status"]
            && pdu.sequence_number.0 == decoded["sequence_number"]
            && fields(&pdu.body) == decoded["fields"]
            && tlvs(&pdu.body) == decoded["tlvs"]
            && again == wire
            && pdu.encoded_len() == wire.len()
            && !matches!(pdu.body, Body::Irregular(_) | Body::Unknown { .. });
        if !right {
            failures.push(format!("{}: {} {}", vector["name"], fields(&pdu.body), decoded["fields"]));
        }
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(count, 897);
}

#[test]
fn valid_ones_pass_strict_reading() {
    let options = CodecOptions::default().with_strictness(Strictness::Strict);
    for vector in vectors().filter(|vector| vector.get("decoded").is_some()) {
        let name = text(&vector, "name");
        let result = Pdu::decode_with(&octets(text(&vector, "hex")), &options);
        // Valid in form: a broadcast without its mandatory TLVs, and a list without destinations.
        let incomplete = ["broadcast_sm", "query_broadcast_sm_resp"].map(Value::from);
        match result {
            Ok(_) => {}
            Err(DecodeError::Field { reason: InvalidField::TlvMissing, .. })
                if incomplete.contains(&vector["decoded"]["command_name"]) => {}
            Err(DecodeError::Field { reason: InvalidField::Count, .. }) if name.ends_with(".no_dests") => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn malformed_ones_behave_as_they_must() {
    let strict = CodecOptions::default().with_strictness(Strictness::Strict);
    let mut count = 0;
    let mut failures = Vec::new();
    for vector in vectors().filter(|vector| vector.get("must").is_some()) {
        count += 1;
        let wire = octets(text(&vector, "hex"));
        let lenient_result = Pdu::decode(&wire);
        let strict_result = Pdu::decode_with(&wire, &strict);
        let right = match text(&vector, "must") {
            "always" => {
                lenient_result.is_err() && strict_result.is_err() && alone_in_a_stream(&wire).is_none()
            }
            "strict" => strict_result.is_err(),
            _ => lenient_result.is_ok() && strict_result.is_ok(),
        };
        if !right {
            let name = text(&vector, "name");
            failures.push(format!("{name} must {}: {lenient_result:?} {strict_result:?}", vector["must"]));
        }
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(count, 601);
}

#[test]
fn a_bad_body_is_answered_and_a_bad_length_is_not_survived() {
    let strict = CodecOptions::default().with_strictness(Strictness::Strict);
    let mut failures = Vec::new();
    for vector in vectors().filter(|vector| vector.get("must").is_some() && vector["must"] != "policy") {
        let wire = octets(text(&vector, "hex"));
        let mut decoder = FrameDecoder::new(strict.clone());
        let (Err(error), Some(status)) =
            (decoder.decode(&mut BytesMut::from(&wire[..])), vector["status"].as_u64())
        else {
            continue;
        };
        let name = text(&vector, "name");
        let framing = matches!(text(&vector, "category"), "command-length" | "command-length-huge");
        let answered = u64::from(error.command_status().0);
        if error.is_recoverable() == framing || matches!(error, DecodeError::FrameLength { .. }) {
            failures.push(format!("{name}: {error}"));
        }
        // The status is a hint: where a list ends too early the count is as good a culprit as the length,
        // and a tail that is no TLV is a bad TLV section also in a PDU without body.
        let field = if let DecodeError::Field { field, .. } = error { field } else { "" };
        let as_good = field == "dest_address" && matches!(answered, 0x33 | 0x40)
            || field == "tlvs" && answered == 0xC0 && name.ends_with("body_not_tlv");
        if answered != status && !as_good && vector["category"] != "surplus" {
            failures.push(format!("{name}: {error}: answered {answered}, fitting {status}"));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

/// The PDU that these octets are, if a stream of them and nothing else gives exactly one.
fn alone_in_a_stream(wire: &[u8]) -> Option<Pdu> {
    let mut stream = BytesMut::from(wire);
    let pdu = FrameDecoder::default().decode(&mut stream).ok()??;
    stream.is_empty().then_some(pdu)
}

fn vectors() -> impl Iterator<Item = Value> {
    VECTORS.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

/// The fields as the vectors write them.
fn fields(body: &Body) -> Value {
    let mut fields = serde_json::Map::new();
    body.visit(&mut |name, value| {
        let value = match value {
            FieldValue::Absent => return,
            FieldValue::Integer(number) => json!(number),
            FieldValue::String(string) | FieldValue::Secret(string) => latin_1(string),
            FieldValue::Time(time) => json!(time.map(|time| time.to_string()).unwrap_or_default()),
            FieldValue::Octets(octets) => {
                fields.insert("sm_length".into(), json!(octets.len()));
                json!(hexadecimal(octets))
            }
            FieldValue::DestAddresses(list) => {
                fields.insert("number_of_dests".into(), json!(list.len()));
                let list = list.iter().map(|address| match address {
                    DestAddress::SmeAddress { dest_addr_ton, dest_addr_npi, destination_addr } => json!({
                        "dest_flag": 1,
                        "dest_addr_ton": dest_addr_ton.0,
                        "dest_addr_npi": dest_addr_npi.0,
                        "destination_addr": latin_1(destination_addr.as_bytes()),
                    }),
                    DestAddress::DistributionList { dl_name } => {
                        json!({ "dest_flag": 2, "dl_name": latin_1(dl_name.as_bytes()) })
                    }
                });
                fields.insert("dest_addresses".into(), list.collect());
                return;
            }
            FieldValue::UnsuccessSmes(list) => {
                fields.insert("no_unsuccess".into(), json!(list.len()));
                let list = list.iter().map(|sme| {
                    json!({
                        "dest_addr_ton": sme.dest_addr_ton.0,
                        "dest_addr_npi": sme.dest_addr_npi.0,
                        "destination_addr": latin_1(sme.destination_addr.as_bytes()),
                        "error_status_code": sme.error_status_code.0,
                    })
                });
                fields.insert("unsuccess_smes".into(), list.collect());
                return;
            }
            FieldValue::MessageIds(_) => unreachable!("no vector has query_last_msgs_resp"),
        };
        fields.insert(name.into(), value);
    });
    Value::Object(fields)
}

fn tlvs(body: &Body) -> Value {
    let tlvs = body.tlvs().unwrap();
    tlvs.iter()
        .map(
            |tlv| json!({ "tag": tlv.tag.0, "length": tlv.value.len(), "value_hex": hexadecimal(tlv.value) }),
        )
        .collect()
}

fn latin_1(octets: &[u8]) -> Value {
    octets.iter().map(|octet| char::from(*octet)).collect::<String>().into()
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
