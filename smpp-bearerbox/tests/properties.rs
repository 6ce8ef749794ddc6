//! What holds for every message and for every octet.

#![expect(clippy::unwrap_used, reason = "support code of tests")]

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use smpp_bearerbox::{
    Ack, AckStatus, Admin, AdminCommand, Converter, FrameDecoder, Heartbeat, KannelVersion, Msg, Report, Sms,
    SmsId, SmsType, WdpDatagram,
};
use smpp_pdu::multipart::Splitter;

proptest! {
    #[test]
    fn a_message_survives_the_wire(msg in msg()) {
        let mut wire = BytesMut::new();
        msg.encode(KannelVersion::V1_4_4, &mut wire).unwrap();

        prop_assert_eq!(decode_all(wire, KannelVersion::V1_4_4), vec![msg]);
    }

    #[test]
    fn the_old_wire_loses_only_what_it_lacks(sms in sms()) {
        let sent = Sms { time: Some(1_795_000_000), ..sms };
        let mut wire = BytesMut::new();
        Msg::from(sent.clone()).encode(KannelVersion::V1_4_2, &mut wire).unwrap();

        let [Msg::Sms(read)] = &decode_all(wire, KannelVersion::V1_4_2)[..] else {
            panic!("one sms");
        };

        for (sent, read) in [(sent.validity, read.validity), (sent.deferred, read.deferred)] {
            match (sent, read) {
                (Some(sent), Some(read)) if sent >= 1_795_000_000 => {
                    let late = i64::from(read) - i64::from(sent);
                    // A minute at most, and never early; the end of 32 bits may cut the minute short.
                    prop_assert!((0..60).contains(&late), "{late}");
                }
                (sent, read) => prop_assert_eq!(sent.map(|_| 1_795_000_000), read),
            }
        }
        let expected = Sms {
            validity: read.validity,
            deferred: read.deferred,
            meta_data: None,
            ..sent
        };
        prop_assert_eq!(&**read, &expected);
    }

    #[test]
    fn a_stream_decodes_alike_wherever_it_is_cut(msgs in vec(msg(), 1..6), cut in any::<prop::sample::Index>()) {
        let mut wire = BytesMut::new();
        for msg in &msgs {
            msg.encode(KannelVersion::V1_4_4, &mut wire).unwrap();
        }
        let rest = wire.split_off(cut.index(wire.len()));

        let mut read = Vec::new();
        while let Some(frame) = FrameDecoder::default().decode(&mut wire).unwrap() {
            read.push(Msg::decode(frame, KannelVersion::V1_4_4).unwrap());
        }
        wire.extend_from_slice(&rest);
        read.extend(decode_all(wire, KannelVersion::V1_4_4));

        prop_assert_eq!(read, msgs);
    }

    #[test]
    fn any_octets_are_a_message_or_an_error(octets in vec(any::<u8>(), 0..400), kind in 0_i32..6) {
        let body = [&kind.to_be_bytes()[..], &octets].concat();

        if let Ok(msg) = Msg::decode(Bytes::from(body.clone()), KannelVersion::V1_4_4) {
            let mut wire = BytesMut::new();
            msg.encode(KannelVersion::V1_4_4, &mut wire).unwrap();
            prop_assert_eq!(decode_all(wire, KannelVersion::V1_4_4), vec![msg]);
        }
    }

    #[test]
    fn a_recorded_frame_with_octets_changed_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let lines: Vec<_> = include_str!("data/kannel-box.jsonl").lines().collect();
        let vector: serde_json::Value = serde_json::from_str(lines[which.index(lines.len())]).unwrap();
        let hex = vector["hex"].as_str().unwrap();
        let mut body: Vec<_> =
            (8..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        for (at, octet) in changes {
            if !body.is_empty() {
                let at = at.index(body.len());
                body[at] = octet;
            }
        }

        for version in [KannelVersion::V1_4_4, KannelVersion::V1_4_2] {
            let Ok(Msg::Sms(sms)) = Msg::decode(Bytes::from(body.clone()), version) else { continue };
            let mut wire = BytesMut::new();
            if Msg::Sms(sms.clone()).encode(KannelVersion::V1_4_4, &mut wire).is_ok() {
                prop_assert_eq!(decode_all(wire, KannelVersion::V1_4_4), vec![Msg::Sms(sms.clone())]);
            }
            let report = Report::of(&sms);
            prop_assert!(report.is_none_or(|report| report.dlr_url == sms.dlr_url));
            if let Ok(deliver_sm) = Converter::new().deliver_sm(&sms) {
                prop_assert!(deliver_sm.short_message.len() <= 254);
            }
            if let Ok(parts) = Converter::new().deliver_sms(&sms, &Splitter::default(), 7) {
                prop_assert!(!parts.is_empty());
            }
        }
    }

    #[test]
    fn any_stream_gives_frames_within_the_limit_or_an_error(octets in vec(any::<u8>(), 0..400)) {
        let mut buffer = BytesMut::from(&octets[..]);
        let mut taken = 0;

        while let Ok(Some(frame)) = FrameDecoder::new(64).decode(&mut buffer) {
            prop_assert!(frame.len() <= 64);
            taken += 4 + frame.len();
        }

        prop_assert_eq!(buffer, &octets[taken..]);
    }

    #[test]
    fn debug_shows_no_text(text in "[a-z]{12,40}") {
        let mut sms = Sms::text(SmsId::from_bytes([7; 16]), "1000", "2000", text.clone());
        sms.dlr_url = Some(Bytes::from(text.clone()));

        let shown = format!("{sms:?} {:?}", Msg::from(sms.clone()));

        prop_assert!(!shown.contains(&text));
    }
}

fn decode_all(mut wire: BytesMut, version: KannelVersion) -> Vec<Msg> {
    let decoder = FrameDecoder::default();
    let mut msgs = Vec::new();
    while let Some(frame) = decoder.decode(&mut wire).unwrap() {
        msgs.push(Msg::decode(frame, version).unwrap());
    }
    assert!(wire.is_empty());
    msgs
}

fn msg() -> impl Strategy<Value = Msg> {
    prop_oneof![
        number().prop_map(|load| Msg::Heartbeat(Heartbeat { load })),
        (any::<i32>(), string()).prop_map(|(command, boxc_id)| {
            Msg::Admin(Admin { command: AdminCommand::from_number(command), boxc_id })
        }),
        sms().prop_map(Msg::from),
        (0..4, number(), any::<[u8; 16]>()).prop_map(|(nack, time, id)| {
            Msg::Ack(Ack { nack: AckStatus::from_number(nack), time, id: SmsId::from_bytes(id) })
        }),
        (string(), number(), string(), number(), string()).prop_map(
            |(source_address, source_port, destination_address, destination_port, user_data)| {
                Msg::WdpDatagram(WdpDatagram {
                    source_address,
                    source_port,
                    destination_address,
                    destination_port,
                    user_data,
                })
            }
        ),
    ]
}

fn sms() -> impl Strategy<Value = Sms> {
    (vec(string(), 14), vec(number(), 14), any::<[u8; 16]>(), any::<i32>()).prop_map(
        |(strings, numbers, id, sms_type)| {
            let mut strings = strings.into_iter();
            let mut string = || strings.next().flatten();
            let mut numbers = numbers.into_iter();
            let mut number = || numbers.next().flatten();
            Sms {
                sender: string(),
                receiver: string(),
                udhdata: string(),
                msgdata: string(),
                time: number(),
                smsc_id: string(),
                smsc_number: string(),
                foreign_id: string(),
                service: string(),
                account: string(),
                id: SmsId::from_bytes(id),
                sms_type: SmsType::from_number(sms_type),
                mclass: number(),
                mwi: number(),
                coding: number(),
                compress: number(),
                validity: number(),
                deferred: number(),
                dlr_mask: number(),
                dlr_url: string(),
                pid: number(),
                alt_dcs: number(),
                rpi: number(),
                charset: string(),
                boxc_id: string(),
                binfo: string(),
                msg_left: number(),
                priority: number(),
                resend_try: number(),
                resend_time: number(),
                meta_data: string(),
            }
        },
    )
}

fn string() -> impl Strategy<Value = Option<Bytes>> {
    option::of(vec(any::<u8>(), 0..40).prop_map(Bytes::from))
}

/// Any number but -1, which is written for none.
fn number() -> impl Strategy<Value = Option<i32>> {
    option::of(any::<i32>().prop_filter("-1 stands for none", |number| *number != -1))
}
