//! Arbitrary user data in any order: headers survive, memory stays bounded, nothing is joined twice.

#![no_main]

use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::{
    DataCoding, DeliverSm, EsmClass,
    multipart::{Outcome, Part, Reassembler, ReassemblyLimits},
    text::TextOptions,
    udh::UserDataHeader,
};

#[derive(Arbitrary, Debug)]
struct Arrival<'a> {
    source: u8,
    data_coding: u8,
    user_data: &'a [u8],
    seconds: u8,
}

fuzz_target!(|arrivals: Vec<Arrival<'_>>| {
    let limits = ReassemblyLimits::default()
        .with_max_messages(8)
        .with_max_octets(2_000)
        .with_timeout(Duration::from_secs(300));
    let mut reassembler = Reassembler::new(limits);
    let mut now = Instant::now();
    for arrival in arrivals {
        now += Duration::from_secs(u64::from(arrival.seconds));
        if let Ok((header, rest)) = UserDataHeader::split_from(arrival.user_data)
            && !header.is_empty()
        {
            assert_eq!([&header.to_octets(), rest].concat(), arrival.user_data);
        }
        let deliver_sm = DeliverSm {
            source_addr: [b'0' + arrival.source % 3].as_slice().try_into().expect("one digit"),
            esm_class: EsmClass(EsmClass::UDHI),
            data_coding: DataCoding(arrival.data_coding),
            short_message: arrival.user_data.into(),
            ..DeliverSm::default()
        };
        let _ = deliver_sm.text(&TextOptions::default().with_packed(arrival.source & 0x80 != 0));
        let Some(part) = Part::of_deliver_sm(&deliver_sm) else { continue };
        let total = part.concatenation.total;
        if let Outcome::Complete(joined) = reassembler.insert(part.clone(), now) {
            let _ = joined.text(&TextOptions::default().with_packed(true));
            assert_ne!(reassembler.insert(part, now), Outcome::Duplicate);
            if total == 1 {
                assert!(reassembler.len() <= 8);
            }
        }
        assert!(reassembler.len() <= 8 && reassembler.octets() <= 2_000);
        assert_eq!(reassembler.is_empty(), reassembler.next_deadline().is_none());
        if arrival.seconds & 1 == 1 {
            reassembler.expire(now);
        }
    }
    reassembler.expire(now + Duration::from_secs(300));
    assert!(reassembler.is_empty() && reassembler.octets() == 0);
});
