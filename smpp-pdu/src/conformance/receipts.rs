//! Texts of receipts in every dialect that is known.

use serde_json::{Value, json};

use super::octets;
use crate::{
    CivilTime, EsmClass, Tlvs,
    receipt::{DeliveryReceipt, ReceiptPolicy, ReceiptText},
    tlv::TlvTag,
};

const VECTORS: &str = include_str!("../../tests/data/receipts.jsonl");

#[test]
fn receipts_read_as_they_stand() {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in VECTORS.lines() {
        count += 1;
        let vector: Value = serde_json::from_str(line).unwrap();
        let receipt = ReceiptText::parse(&octets(vector["hex"].as_str().unwrap()));
        let text = receipt.text.as_deref();
        let text = text.map(|text| text.iter().map(|octet| char::from(*octet)).collect::<String>());
        let extra: serde_json::Map<_, _> = receipt.extra.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        let found = json!({
            "is_receipt": receipt.is_receipt(),
            "id": receipt.id,
            "sub": receipt.sub,
            "dlvrd": receipt.dlvrd,
            "submit_date": receipt.submit_date,
            "done_date": receipt.done_date,
            "stat": receipt.stat,
            "err": receipt.err,
            "text": text,
            "submit_date_iso": receipt.submitted().map(|time| iso(time, receipt.submit_date.as_deref())),
            "done_date_iso": receipt.done().map(|time| iso(time, receipt.done_date.as_deref())),
            "message_state": receipt.message_state().map(|state| state.0),
            "extra": extra,
        });
        let none = Vec::new();
        let skipped = vector["not_compared"].as_array().unwrap_or(&none);
        for (key, expected) in vector["expected"].as_object().unwrap() {
            if !skipped.contains(&json!(key)) && found[key] != *expected {
                failures.push(format!("{} {key}: {} is not {expected}", vector["name"], found[key]));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(count, 79);
}

#[test]
fn tlvs_beside_a_text_win() {
    let mut count = 0;
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let Some(beside) = vector["tlvs"].as_object() else { continue };
        count += 1;
        let (id, state) = (beside["receipted_message_id"].as_str().unwrap(), &beside["message_state"]);
        let mut tlvs = Tlvs::new();
        tlvs.push_c_octets(TlvTag::RECEIPTED_MESSAGE_ID, id.as_bytes()).unwrap();
        tlvs.push_u8(TlvTag::MESSAGE_STATE, state.as_u64().unwrap().try_into().unwrap()).unwrap();
        let text = octets(vector["hex"].as_str().unwrap());
        let receipt = DeliveryReceipt::of(EsmClass::DEFAULT, &text, &tlvs, ReceiptPolicy::Any).unwrap();
        assert_eq!(receipt.message_id.as_deref(), Some(id));
        assert_eq!(json!(receipt.message_state.unwrap().0), *state);
    }
    assert_eq!(count, 3);
}

/// As the vectors write it: seconds only where the text has them.
fn iso(time: CivilTime, text: Option<&str>) -> String {
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}");
    let minutes_only =
        text.is_some_and(|text| text.len() == 10 || text.len() == 12 && text.starts_with("2015"));
    if minutes_only { date } else { format!("{date}:{second:02}") }
}
