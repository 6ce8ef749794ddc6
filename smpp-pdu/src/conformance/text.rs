//! Texts, their octets and their parts, as other implementations make them.

use serde_json::Value;

use super::octets;
use crate::{
    DataCoding,
    multipart::{Method, SplitError, Splitter},
    text::{Encoding, TextOptions},
};

const VECTORS: &str = include_str!("../../tests/data/text.jsonl");

#[test]
fn texts_become_their_octets_and_parts() {
    let mut count = 0;
    for line in VECTORS.lines() {
        count += 1;
        let vector: Value = serde_json::from_str(line).unwrap();
        let name = vector["name"].as_str().unwrap();
        let repeat = &vector["text_repeat"];
        let text = match vector["text"].as_str() {
            Some(text) => text.to_owned(),
            None => repeat[0].as_str().unwrap().repeat(repeat[1].as_u64().unwrap().try_into().unwrap()),
        };
        let options = TextOptions::default();
        let expected = &vector["expected"];
        if expected.is_null() {
            let refused = Splitter::default().split(&options.encode(&text), 1);
            assert_eq!(refused, Err(SplitError::TooManyParts { parts: 256, max: 255 }), "{name}");
            continue;
        }
        let encoding = match expected["encoding"].as_str().unwrap() {
            "gsm7" => Encoding::Gsm7,
            "ucs2" => Encoding::Ucs2,
            "latin1" => Encoding::Latin1,
            other => panic!("{other}"),
        };
        let encoded = match vector["chosen"].as_str().unwrap() {
            "smallest" => options.encode(&text),
            _ => options.encode_as(&text, encoding).unwrap(),
        };
        assert_eq!(encoded.encoding(), encoding, "{name}");
        assert_eq!(u64::from(encoded.data_coding().0), expected["data_coding"].as_u64().unwrap(), "{name}");
        assert_eq!(encoded.octets().len() as u64, expected["length"].as_u64().unwrap(), "{name}");
        let decoded = options.decode(DataCoding(encoded.data_coding().0), encoded.octets());
        assert_eq!(decoded.as_deref(), Ok(&*text), "{name}");

        let wide = name.ends_with(".ref16");
        let splitter = Splitter::default().with_method(if wide { Method::Udh16 } else { Method::Udh8 });
        let segments = splitter.split(&encoded, if wide { 0x2A17 } else { 0x2A }).unwrap();
        assert_eq!(segments.len(), splitter.count(&encoded).parts, "{name}");
        if let Some(hex) = expected["octets"].as_str() {
            assert_eq!(encoded.octets(), octets(hex), "{name}");
        }
        let Some(parts) = expected["segments"].as_array() else {
            assert_eq!(segments.len() as u64, expected["segment_count"].as_u64().unwrap(), "{name}");
            let last = segments.last().unwrap().header.to_octets();
            assert_eq!(last, octets(expected["last_udh"].as_str().unwrap()), "{name}");
            continue;
        };
        assert_eq!(segments.len(), parts.len(), "{name}");
        for (segment, part) in segments.iter().zip(parts) {
            assert_eq!(segment.octets, octets(part["octets"].as_str().unwrap()), "{name}");
            if let Some(with_udh) = part["with_udh"].as_str() {
                assert_eq!(segment.user_data(), octets(with_udh), "{name}");
            }
        }
    }
    assert_eq!(count, 246);
}
