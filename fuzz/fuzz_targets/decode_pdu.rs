//! Arbitrary octets never panic; what decodes encodes, and decodes to the same again.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::{CodecOptions, InterfaceVersion, Pdu, Strictness};

fuzz_target!(|octets: &[u8]| {
    // The length is made right, or hardly any input would get past it.
    let mut frame = octets.to_vec();
    if let (Some(place), Ok(len)) = (frame.first_chunk_mut(), u32::try_from(octets.len())) {
        *place = len.to_be_bytes();
    }
    let strict = CodecOptions::default().with_strictness(Strictness::Strict);
    if let Ok(pdu) = Pdu::decode_with(&frame, &strict) {
        let mut wire = BytesMut::new();
        pdu.encode_with(&mut wire, &strict).expect("what was read strictly is written strictly");
        assert_eq!(wire, frame);
    }
    let Ok(pdu) = Pdu::decode(&frame) else { return };
    let mut wire = BytesMut::new();
    pdu.encode(&mut wire).expect("what was read is written");
    assert_eq!(wire.len(), pdu.encoded_len());
    assert_eq!(Pdu::decode(&wire).as_ref(), Ok(&pdu));
    for version in [InterfaceVersion::V3_3, InterfaceVersion::V3_4] {
        let options = CodecOptions::default().with_peer_version(version);
        let mut wire = BytesMut::new();
        if pdu.encode_with(&mut wire, &options).is_ok() {
            Pdu::decode(&wire).expect("what an older peer is sent can be read");
        }
    }
    let _ = format!("{pdu:?} {}", pdu.dump());
});
