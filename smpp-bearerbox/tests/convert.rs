//! The tables of the conversion, both ways.

#![expect(clippy::unwrap_used, reason = "support code of tests")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use smpp_bearerbox::{Coding, ConvertError, Converter, DlrMask, MetaData, Sms, SmsId, SmsType};
use smpp_pdu::multipart::Splitter;
use smpp_pdu::text::{Encoding, TextOptions};
use smpp_pdu::tlv::{TlvKind, TlvRegistry, TlvTag, VendorTlv};
use smpp_pdu::{
    CommandStatus, DataCoding, DataSm, DeliverSm, EsmClass, InvalidField, Npi, PriorityFlag,
    RegisteredDelivery, SubmitSm, Ton,
};

#[test]
fn every_plain_field_of_submit_sm_has_its_place() {
    let submission = SubmitSm {
        service_type: "WAP".try_into().unwrap(),
        source_addr_ton: Ton::ALPHANUMERIC,
        source_addr: "MyBank".try_into().unwrap(),
        dest_addr_ton: Ton::INTERNATIONAL,
        dest_addr_npi: Npi::ISDN,
        destination_addr: "491234567".try_into().unwrap(),
        esm_class: EsmClass::DEFAULT.with_reply_path(true),
        protocol_id: 0x41,
        priority_flag: PriorityFlag::LEVEL_2,
        schedule_delivery_time: Some("261120120000000+".try_into().unwrap()),
        validity_period: Some("000000010000000R".try_into().unwrap()),
        registered_delivery: RegisteredDelivery::NONE,
        short_message: b"hello".into(),
        ..SubmitSm::default()
    };

    let sms = Converter::new().submit_sm(&submission, ID, now()).unwrap();

    assert_eq!(
        sms,
        Sms {
            sender: octets(b"MyBank"),
            receiver: octets(b"+491234567"),
            msgdata: octets(b"hello"),
            time: Some(NOW),
            coding: Some(0),
            validity: Some(NOW + 3_600),
            deferred: Some(1_795_176_000),
            dlr_mask: Some(31),
            pid: Some(0x41),
            rpi: Some(1),
            binfo: octets(b"WAP"),
            priority: Some(2),
            ..Sms::new(SmsType::MtPush, ID)
        }
    );
    assert_eq!(sms.check_mt(), Ok(()));
}

#[test]
fn data_sm_brings_its_payload() {
    let mut data_sm = DataSm { destination_addr: "2000".try_into().unwrap(), ..DataSm::default() };
    data_sm.tlvs.push(TlvTag::MESSAGE_PAYLOAD, b"payload").unwrap();
    data_sm.tlvs.push_u8(TlvTag::MORE_MESSAGES_TO_SEND, 1).unwrap();

    let sms = Converter::new().dlr_mask(DlrMask::NONE).data_sm(&data_sm, ID, now()).unwrap();

    assert_eq!((sms.msgdata, sms.msg_left, sms.dlr_mask), (octets(b"payload"), Some(1), Some(0)));
    assert_eq!((sms.pid, sms.priority, sms.validity), (None, None, None));
}

#[test]
fn data_coding_becomes_kannels_fields() {
    // data_coding, octets; coding, msgdata, mclass, mwi, alt_dcs, the data_coding asked of bearerbox.
    let table: [Mt; 25] = [
        (0x00, b"\x00a\x1B\x65", Coding::Text, "@a\u{20ac}".as_bytes(), None, None, None, None),
        (0x01, b"plain", Coding::Text, b"plain", None, None, None, None),
        (0x01, "h\u{e9}".as_bytes(), Coding::Text, "h\u{e9}".as_bytes(), None, None, None, None),
        (0x01, b"`tick`", Coding::Text, b"`tick`", None, None, None, Some("1")),
        (0x02, b"\x00\xFF", Coding::Binary, b"\x00\xFF", None, None, None, None),
        (0x03, b"caf\xE9", Coding::Text, "caf\u{e9}".as_bytes(), None, None, None, None),
        (0x03, b"\xEA", Coding::Text, "\u{ea}".as_bytes(), None, None, None, Some("3")),
        (0x04, b"\x00\xFF", Coding::Binary, b"\x00\xFF", None, None, None, None),
        (0x05, b"\x82\xA0", Coding::Ucs2, b"\x30\x42", None, None, None, None),
        (0x06, b"\xB0", Coding::Text, "\u{410}".as_bytes(), None, None, None, Some("6")),
        (0x07, b"\xE0", Coding::Text, "\u{5d0}".as_bytes(), None, None, None, Some("7")),
        (0x08, b"\x04\x1F", Coding::Ucs2, b"\x04\x1F", None, None, None, None),
        (0x08, b"\x04", Coding::Ucs2, b"\x04", None, None, None, None),
        (0x0D, b"\xA4\xA2", Coding::Ucs2, b"\x30\x42", None, None, None, None),
        (0x0E, b"\xB0\xA1", Coding::Ucs2, b"\xAC\x00", None, None, None, None),
        (0x11, b"a", Coding::Text, b"a", Some(1), None, Some(0), None),
        (0x16, b"\xFF", Coding::Binary, b"\xFF", Some(2), None, Some(0), None),
        (0x18, b"\x04\x1F", Coding::Ucs2, b"\x04\x1F", Some(0), None, Some(0), None),
        (0xC8, b"a", Coding::Text, b"a", None, Some(0), None, None),
        (0xD1, b"a", Coding::Text, b"a", None, Some(5), None, None),
        (0xEB, b"\x04\x1F", Coding::Ucs2, b"\x04\x1F", None, Some(3), None, None),
        (0xF0, b"a", Coding::Text, b"a", Some(0), None, Some(1), None),
        (0xF7, b"\xFF", Coding::Binary, b"\xFF", Some(3), None, Some(1), None),
        (0x0C, b"a", Coding::Text, b"a", None, None, None, None),
        (0x90, b"a", Coding::Text, b"a", None, None, None, None),
    ];
    for (data_coding, short_message, coding, msgdata, mclass, mwi, alt_dcs, asked) in table {
        let submission =
            SubmitSm { data_coding: DataCoding(data_coding), short_message: short_message.into(), ..plain() };

        let sms = Converter::new().submit_sm(&submission, ID, now()).unwrap();

        let shown = format!("{data_coding:#04x} {}", short_message.escape_ascii());
        assert_eq!((sms.coding, sms.msgdata.as_deref()), (Some(coding.number()), Some(msgdata)), "{shown}");
        assert_eq!((sms.mclass, sms.mwi, sms.alt_dcs, sms.compress), (mclass, mwi, alt_dcs, None), "{shown}");
        let meta_data = sms.meta_data.as_deref().map(|octets| MetaData::parse(octets).unwrap());
        let found = meta_data.as_ref().and_then(|meta_data| meta_data.value("smpp", "data_coding"));
        assert_eq!(found, asked.map(str::as_bytes), "{shown}");
        assert_eq!(sms.check_mt(), Ok(()), "{shown}");
    }
}

#[test]
fn text_that_gsm_lacks_becomes_ucs2_where_there_is_no_meta_data() {
    let submission = SubmitSm { data_coding: DataCoding::CYRILLIC, short_message: b"\xB0".into(), ..plain() };

    let sms = Converter::new().meta_data(false).submit_sm(&submission, ID, now()).unwrap();

    assert_eq!((sms.coding, sms.msgdata, sms.meta_data), (Some(2), octets(b"\x04\x10"), None));
}

#[test]
fn data_coding_0_means_what_the_account_says() {
    let latin_1 = Converter::new().text(TextOptions::default().with_mc_default(Encoding::Latin1));
    let submission = |text: &[u8]| SubmitSm { short_message: text.into(), ..plain() };

    let gsm = latin_1.submit_sm(&submission(b"caf\xE9"), ID, now()).unwrap();
    let other = latin_1.submit_sm(&submission(b"\xEA"), ID, now()).unwrap();

    assert_eq!((gsm.coding, gsm.msgdata), (Some(0), octets("caf\u{e9}".as_bytes())));
    assert_eq!((other.coding, other.msgdata), (Some(2), octets(b"\x00\xEA")));
}

#[test]
fn compressed_text_passes_as_it_is() {
    let submission = SubmitSm { data_coding: DataCoding(0x20), short_message: b"\xFF\x01".into(), ..plain() };

    let sms = Converter::new().submit_sm(&submission, ID, now()).unwrap();

    assert_eq!((sms.coding, sms.compress, sms.msgdata), (Some(1), Some(1), octets(b"\xFF\x01")));
}

#[test]
fn a_header_is_cut_off_before_the_text_is_converted() {
    let submission = SubmitSm {
        esm_class: EsmClass::DEFAULT.with_udhi(true),
        short_message: b"\x05\x00\x03\x2A\x02\x01\x00end".into(),
        ..plain()
    };

    let sms = Converter::new().submit_sm(&submission, ID, now()).unwrap();

    assert_eq!((sms.udhdata, sms.msgdata), (octets(b"\x05\x00\x03\x2A\x02\x01"), octets(b"@end")));
}

#[test]
fn sar_tlvs_become_a_header_when_all_three_are_there_and_right() {
    let with_sar = |reference: Option<u16>, total: Option<u8>, number: Option<u8>| {
        let mut submission = SubmitSm { short_message: b"x".into(), ..plain() };
        let tlvs = &mut submission.tlvs;
        reference.map(|value| tlvs.push_u16(TlvTag::SAR_MSG_REF_NUM, value)).transpose().unwrap();
        total.map(|value| tlvs.push_u8(TlvTag::SAR_TOTAL_SEGMENTS, value)).transpose().unwrap();
        number.map(|value| tlvs.push_u8(TlvTag::SAR_SEGMENT_SEQNUM, value)).transpose().unwrap();
        Converter::new().submit_sm(&submission, ID, now()).unwrap().udhdata
    };

    assert_eq!(with_sar(Some(0x1234), Some(3), Some(2)), octets(b"\x05\x00\x03\x34\x03\x02"));
    assert_eq!(with_sar(None, Some(3), Some(2)), None);
    assert_eq!(with_sar(Some(1), Some(3), None), None);
    assert_eq!(with_sar(Some(1), Some(0), Some(0)), None);
    assert_eq!(with_sar(Some(1), Some(3), Some(4)), None);
}

#[test]
fn the_payload_wins_over_short_message() {
    let mut submission = SubmitSm { short_message: b"short".into(), ..plain() };
    submission.tlvs.push(TlvTag::MESSAGE_PAYLOAD, &[b'x'; 1_000]).unwrap();

    let sms = Converter::new().submit_sm(&submission, ID, now()).unwrap();

    assert_eq!(sms.msgdata.unwrap().len(), 1_000);
}

#[test]
fn what_cannot_be_converted_is_refused_with_its_status() {
    let long_header = SubmitSm {
        esm_class: EsmClass::DEFAULT.with_udhi(true),
        short_message: b"\x05\x00".into(),
        ..plain()
    };
    let empty_header = SubmitSm { esm_class: EsmClass::DEFAULT.with_udhi(true), ..plain() };
    let mut both =
        SubmitSm { esm_class: EsmClass::DEFAULT.with_udhi(true), short_message: b"\x00x".into(), ..plain() };
    both.tlvs.push_u16(TlvTag::SAR_MSG_REF_NUM, 1).unwrap();
    both.tlvs.push_u8(TlvTag::SAR_TOTAL_SEGMENTS, 2).unwrap();
    both.tlvs.push_u8(TlvTag::SAR_SEGMENT_SEQNUM, 1).unwrap();
    let cases = [
        (SubmitSm::default(), ConvertError::DestinationAddress, CommandStatus::ESME_RINVDSTADR),
        (
            SubmitSm {
                dest_addr_ton: Ton::INTERNATIONAL,
                destination_addr: "12x".try_into().unwrap(),
                ..plain()
            },
            ConvertError::DestinationAddress,
            CommandStatus::ESME_RINVDSTADR,
        ),
        (
            SubmitSm {
                source_addr_ton: Ton::INTERNATIONAL,
                source_addr: "12x".try_into().unwrap(),
                ..plain()
            },
            ConvertError::SourceAddress,
            CommandStatus::ESME_RINVSRCADR,
        ),
        (long_header, ConvertError::UserDataHeader, CommandStatus::ESME_RINVESMCLASS),
        (empty_header, ConvertError::UserDataHeader, CommandStatus::ESME_RINVESMCLASS),
        (both, ConvertError::HeaderAndSar, CommandStatus::ESME_RINVTLVVAL),
        (
            SubmitSm { validity_period: Some("261399000000000+".try_into().unwrap()), ..plain() },
            ConvertError::ValidityPeriod,
            CommandStatus::ESME_RINVEXPIRY,
        ),
        (
            SubmitSm { schedule_delivery_time: Some("261120990000000+".try_into().unwrap()), ..plain() },
            ConvertError::ScheduleDeliveryTime,
            CommandStatus::ESME_RINVSCHED,
        ),
    ];
    for (submission, expected, status) in cases {
        let error = Converter::new().submit_sm(&submission, ID, now()).unwrap_err();

        assert_eq!((error, error.command_status()), (expected, status));
    }
}

#[test]
fn a_moment_that_kannel_cannot_say_is_none() {
    let submission = SubmitSm { validity_period: Some("371231235959000+".try_into().unwrap()), ..plain() };
    let beyond = SubmitSm { validity_period: Some("990000000000000R".try_into().unwrap()), ..plain() };

    let within = Converter::new().submit_sm(&submission, ID, now()).unwrap();
    let without = Converter::new().submit_sm(&beyond, ID, now()).unwrap();

    assert_eq!((within.validity, without.validity), (Some(2_145_916_799), None));
}

#[test]
fn tlvs_with_a_name_travel_in_meta_data_and_back() {
    let converter = Converter::new().tlvs(registry().unwrap());
    let mut submission = plain();
    submission.tlvs.push_u16(TlvTag(0x1400), 42).unwrap();
    submission.tlvs.push(TlvTag(0x1401), b"\x00&\xFF").unwrap();
    submission.tlvs.push_c_octets(TlvTag(0x1402), b"a b").unwrap();
    submission.tlvs.push_u8(TlvTag(0x1499), 1).unwrap();

    let sms = converter.submit_sm(&submission, ID, now()).unwrap();
    let back = converter.deliver_sm(&Sms { sms_type: SmsType::Mo, ..sms.clone() }).unwrap();

    assert_eq!(sms.meta_data, octets(b"?smpp?operator=42&blob=%00%26%FF&label=a+b&"));
    submission.tlvs.retain(|tlv| tlv.tag != TlvTag(0x1499));
    assert_eq!(back.tlvs, submission.tlvs);
}

#[test]
fn meta_data_that_fits_no_tlv_is_left_out() {
    let converter = Converter::new().tlvs(registry().unwrap());
    for meta_data in
        ["?smpp?operator=70000&", "?smpp?operator=x&", "?smpp?blob=123456789&", "?smpp?other=1&", "rubbish"]
    {
        let mo = Sms { meta_data: octets(meta_data.as_bytes()), ..mo("x") };

        assert!(converter.deliver_sm(&mo).unwrap().tlvs.is_empty(), "{meta_data}");
    }
}

#[test]
fn numbering_is_kept_on_demand_where_bearerbox_would_choose_another() {
    let submission = SubmitSm {
        source_addr_ton: Ton::ALPHANUMERIC,
        source_addr: "12345".try_into().unwrap(),
        dest_addr_ton: Ton::INTERNATIONAL,
        dest_addr_npi: Npi::ISDN,
        destination_addr: "4912345".try_into().unwrap(),
        ..SubmitSm::default()
    };

    let lost = Converter::new().submit_sm(&submission, ID, now()).unwrap();
    let kept = Converter::new().keep_numbering(true).submit_sm(&submission, ID, now()).unwrap();

    assert_eq!(lost.meta_data, None);
    assert_eq!(kept.meta_data, octets(b"?smpp?source_addr_ton=5&source_addr_npi=0&"));
}

#[test]
fn every_plain_field_of_an_mo_has_its_place() {
    let mo = Sms {
        sender: octets(b"+4917000"),
        receiver: octets(b"2000"),
        pid: Some(0x41),
        rpi: Some(1),
        binfo: octets(b"WAP"),
        priority: Some(3),
        ..mo("caf\u{e9}")
    };

    let deliver_sm = Converter::new().deliver_sm(&mo).unwrap();

    assert_eq!(
        deliver_sm,
        DeliverSm {
            service_type: "WAP".try_into().unwrap(),
            source_addr_ton: Ton::INTERNATIONAL,
            source_addr_npi: Npi::ISDN,
            source_addr: "4917000".try_into().unwrap(),
            dest_addr_ton: Ton::NATIONAL,
            dest_addr_npi: Npi::ISDN,
            destination_addr: "2000".try_into().unwrap(),
            esm_class: EsmClass(0x80),
            protocol_id: 0x41,
            priority_flag: PriorityFlag::LEVEL_3,
            short_message: b"caf\x05".into(),
            ..DeliverSm::default()
        }
    );
}

#[test]
fn kannels_fields_become_data_coding() {
    // coding, mclass, mwi, msgdata; data_coding, octets.
    let table: [Mo; 17] = [
        (Some(0), None, None, b"@", 0x00, b"\x00"),
        (None, None, None, b"@", 0x00, b"\x00"),
        (Some(0), None, None, "\u{416}".as_bytes(), 0x08, b"\x04\x16"),
        (Some(0), None, None, b"a\xFFb", 0x08, b"\x00a\xFF\xFD\x00b"),
        (Some(1), None, None, b"\x00\xFF", 0x04, b"\x00\xFF"),
        (Some(2), None, None, b"\x04\x16", 0x08, b"\x04\x16"),
        (Some(0), Some(0), None, b"@", 0xF0, b"\x00"),
        (Some(0), Some(1), None, "\u{416}".as_bytes(), 0x19, b"\x04\x16"),
        (Some(1), Some(2), None, b"\xFF", 0xF6, b"\xFF"),
        (Some(2), Some(3), None, b"\x04\x16", 0x1B, b"\x04\x16"),
        (Some(0), None, Some(0), b"a", 0xD8, b"a"),
        (Some(0), None, Some(4), b"a", 0xD0, b"a"),
        (Some(0), None, Some(1), b"", 0xC9, b""),
        (Some(2), None, Some(3), b"\x04\x16", 0xEB, b"\x04\x16"),
        (Some(1), None, Some(3), b"\xFF", 0x04, b"\xFF"),
        (Some(0), Some(9), Some(9), b"a", 0x00, b"a"),
        (Some(9), None, None, b"a", 0x04, b"a"),
    ];
    for (coding, mclass, mwi, msgdata, data_coding, short_message) in table {
        let mo = Sms { coding, mclass, mwi, msgdata: octets(msgdata), ..mo("") };

        let deliver_sm = Converter::new().deliver_sm(&mo).unwrap();

        let shown = format!("{coding:?} {mclass:?} {mwi:?} {}", msgdata.escape_ascii());
        assert_eq!(deliver_sm.data_coding, DataCoding(data_coding), "{shown}");
        assert_eq!(deliver_sm.short_message, *short_message, "{shown}");
    }
}

#[test]
fn a_header_comes_back_in_front_and_its_text_is_converted() {
    let mo = Sms { udhdata: octets(b"\x05\x00\x03\x2A\x02\x01"), ..mo("@end") };

    let deliver_sm = Converter::new().deliver_sm(&mo).unwrap();

    assert!(deliver_sm.esm_class.has_udhi());
    assert_eq!(deliver_sm.short_message, b"\x05\x00\x03\x2A\x02\x01\x00end");
    assert_eq!(deliver_sm.data_coding, DataCoding::MC_DEFAULT);
}

#[test]
fn a_long_mo_becomes_a_payload() {
    let fits = Converter::new().deliver_sm(&mo(&"x".repeat(254))).unwrap();
    let long = Converter::new().deliver_sm(&mo(&"x".repeat(255))).unwrap();
    let too_long = Converter::new().deliver_sm(&mo(&"x".repeat(65_536)));

    assert_eq!((fits.short_message.len(), fits.tlvs.len()), (254, 0));
    assert_eq!((long.short_message.len(), long.tlvs.get(TlvTag::MESSAGE_PAYLOAD).unwrap().len()), (0, 255));
    assert_eq!(too_long, Err(ConvertError::TooLong));
}

#[test]
fn a_long_mo_is_cut_in_its_own_coding_on_demand() {
    let parts = |mo: &Sms| {
        let splitter = Splitter::default();
        let parts = Converter::new().deliver_sms(mo, &splitter, 0x12A7).unwrap();
        let shape = |part: &DeliverSm| {
            (part.data_coding.0, part.esm_class.has_udhi(), part.short_message.len(), part.tlvs.len())
        };
        (parts.iter().map(shape).collect::<Vec<_>>(), parts)
    };

    let (one, _) = parts(&mo("short"));
    let (gsm, octets_of_gsm) = parts(&mo(&"@".repeat(200)));
    let (ucs2, _) = parts(&mo(&"\u{416}".repeat(71)));
    let ports =
        Sms { coding: Some(1), udhdata: octets(b"\x06\x05\x04\x01\x2A\x00\x00"), ..mo(&"x".repeat(200)) };
    let (binary, _) = parts(&ports);
    let (part, _) = parts(&Sms { udhdata: octets(b"\x05\x00\x03\x2A\x02\x01"), ..mo(&"x".repeat(300)) });

    assert_eq!(one, [(0, false, 5, 0)]);
    assert_eq!(gsm, [(0, true, 159, 0), (0, true, 53, 0)]);
    assert_eq!(octets_of_gsm[0].short_message[..7], [5, 0, 3, 0xA7, 2, 1, 0x00]);
    assert_eq!(ucs2, [(8, true, 140, 0), (8, true, 14, 0)]);
    assert_eq!(binary, [(4, true, 140, 0), (4, true, 84, 0)]);
    // A part already: whole, as a payload.
    assert_eq!(part, [(0, true, 0, 1)]);
}

#[test]
fn an_mo_that_smpp_cannot_hold_is_refused() {
    let long = "123456789012345678901";
    let source = Sms { sender: octets(long.as_bytes()), ..mo("x") };
    let destination = Sms { receiver: octets(long.as_bytes()), ..mo("x") };
    let service_type = Sms { binfo: octets(b"123456"), ..mo("x") };

    let errors = [source, destination, service_type].map(|mo| Converter::new().deliver_sm(&mo).unwrap_err());

    assert_eq!(
        errors,
        [ConvertError::SourceAddress, ConvertError::DestinationAddress, ConvertError::ServiceType]
    );
}

const ID: SmsId = SmsId::from_bytes([7; 16]);

/// A row of the table of MTs.
type Mt = (u8, &'static [u8], Coding, &'static [u8], Number, Number, Number, Option<&'static str>);

/// A row of the table of MOs.
type Mo = (Number, Number, Number, &'static [u8], u8, &'static [u8]);

type Number = Option<i32>;

/// 2026-11-20 10:00:00 UTC.
const NOW: i32 = 1_795_168_800;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_168_800)
}

fn plain() -> SubmitSm {
    SubmitSm { destination_addr: "2000".try_into().unwrap(), ..SubmitSm::default() }
}

fn mo(text: &str) -> Sms {
    Sms { sms_type: SmsType::Mo, ..Sms::text(ID, "1000", "2000", text.to_owned()) }
}

fn octets(octets: &[u8]) -> Option<Bytes> {
    Some(Bytes::copy_from_slice(octets))
}

fn registry() -> Result<TlvRegistry, InvalidField> {
    let mut registry = TlvRegistry::default();
    registry.insert(VendorTlv::new(TlvTag(0x1400), "operator", TlvKind::Integer, 2, 2))?;
    registry.insert(VendorTlv::new(TlvTag(0x1401), "blob", TlvKind::Octets, 0, 8))?;
    registry.insert(VendorTlv::new(TlvTag(0x1402), "label", TlvKind::COctets, 1, 9))?;
    Ok(registry)
}
