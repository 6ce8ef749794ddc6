//! Texts come back from octets, also cut into parts; arbitrary octets are some text or none, never a panic.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::{
    DataCoding,
    multipart::{Method, Splitter},
    text::{Language, Shifts, TextOptions, Unencodable, packed},
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    text: &'a str,
    octets: &'a [u8],
    data_coding: u8,
    languages: bool,
    packed: bool,
    wide: bool,
    locking: u8,
    single: u8,
}

fuzz_target!(|input: Input<'_>| {
    let mut options = TextOptions::default().with_packed(input.packed);
    if input.languages {
        options = options.with_languages(Language::ALL);
    }
    let encoded = options.encode(input.text);
    let plain = options.clone().with_packed(false);
    let decoded = plain.decode_user_data(encoded.data_coding(), encoded.octets(), encoded.shifts(), 0);
    assert_eq!(decoded.as_deref(), Ok(input.text));

    let splitter = Splitter::default().with_method(if input.wide { Method::Udh16 } else { Method::Udh8 });
    let count = splitter.count(&encoded);
    if let Ok(segments) = splitter.split(&encoded, 7) {
        assert_eq!(segments.len(), count.parts);
        let mut joined = String::new();
        for segment in &segments {
            assert!(input.packed || segment.octets.len() <= 160);
            assert!(!encoded.is_packed() || segment.user_data().len() <= 140);
            let header = &segment.header;
            joined += &options
                .decode_user_data(segment.data_coding, &segment.octets, header.shifts(), header.len())
                .expect("what was text is text");
        }
        // Packed septets may gain or lose what cannot be told from padding.
        assert!(encoded.is_packed() || joined == input.text);
    }

    let shifts = Shifts { locking: Language(input.locking), single: Language(input.single) };
    let _ = options.decode_user_data(DataCoding(input.data_coding), input.octets, shifts, input.octets.len());
    for fill_bits in 0..7 {
        let _ = packed::pack(&packed::unpack(input.octets, fill_bits), fill_bits);
    }
    for unencodable in [Unencodable::Replace, Unencodable::Ignore, Unencodable::Transliterate] {
        let options = TextOptions::default().with_unencodable(unencodable);
        options.encode_as(input.text, encoded.encoding()).expect("something always fits");
    }
});
