//! Structured PDUs decode to themselves.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::Pdu;

fuzz_target!(|pdu: Pdu| {
    let mut wire = BytesMut::new();
    pdu.encode(&mut wire).expect("arbitrary PDUs can be written");
    assert_eq!(wire.len(), pdu.encoded_len());
    assert_eq!(Pdu::decode(&wire), Ok(pdu));
});
