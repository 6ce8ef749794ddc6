//! A list of TLVs against a list of pairs.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::{TlvTag, Tlvs};

#[derive(Arbitrary, Debug)]
enum Step {
    Push(u16, Vec<u8>),
    Set(u16, Vec<u8>),
    Remove(u16),
    FromWire(Vec<u8>),
}

fuzz_target!(|steps: Vec<Step>| {
    let (mut tlvs, mut model) = (Tlvs::new(), Vec::<(u16, Vec<u8>)>::new());
    for step in steps {
        match step {
            Step::Push(tag, value) => {
                tlvs.push(TlvTag(tag), &value).expect("short values fit");
                model.push((tag, value));
            }
            Step::Set(tag, value) => {
                tlvs.set(TlvTag(tag), &value).expect("short values fit");
                model.retain(|(old, _)| *old != tag);
                model.push((tag, value));
            }
            Step::Remove(tag) => {
                tlvs.retain(|tlv| tlv.tag != TlvTag(tag));
                model.retain(|(old, _)| *old != tag);
            }
            Step::FromWire(wire) => {
                let Ok(read) = Tlvs::from_wire(&wire) else { continue };
                assert_eq!(read.as_wire(), wire);
                model = read.iter().map(|tlv| (tlv.tag.0, tlv.value.to_vec())).collect();
                tlvs = read;
            }
        }
        assert!(
            tlvs.iter()
                .map(|tlv| (tlv.tag.0, tlv.value))
                .eq(model.iter().map(|(tag, value)| (*tag, &**value)))
        );
        for (tag, _) in &model {
            let first = model.iter().find(|(other, _)| other == tag).map(|(_, value)| &**value);
            assert_eq!(tlvs.get(TlvTag(*tag)), first);
        }
    }
    let _ =
        (tlvs.receipted_message_id(), tlvs.ms_validity(), tlvs.its_session_info(), tlvs.broadcast_end_time());
    let _ = (tlvs.callback_nums().count(), tlvs.broadcast_areas().count(), tlvs.network_error_code());
});
