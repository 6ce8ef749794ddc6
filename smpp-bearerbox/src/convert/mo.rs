//! An MO to deliver_sm.

use bytes::Bytes;
use smpp_pdu::multipart::{Segment, Splitter};
use smpp_pdu::text::packed::{fill_bits, pack};
use smpp_pdu::tlv::TlvTag;
use smpp_pdu::udh::UserDataHeader;
use smpp_pdu::{DeliverSm, EsmClass, OctetString, PriorityFlag, SubmitSm, Tlvs};

use crate::convert::{ConvertError, Converter, address, coding, tlvs};
use crate::meta_data::MetaData;
use crate::protocol::Sms;

pub(super) fn deliver_sm(converter: &Converter, mo: &Sms) -> Result<DeliverSm, ConvertError> {
    let mut deliver_sm = without_user_data(converter, mo)?;
    let header = mo.udhdata.as_deref().unwrap_or_default();
    let encoded = coding::to_smpp(converter, mo);
    let packed = encoded.is_packed().then(|| pack(encoded.octets(), fill_bits(header.len())));
    let user_data = [header, packed.as_deref().unwrap_or_else(|| encoded.octets())].concat();
    deliver_sm.data_coding = encoded.data_coding();
    if user_data.len() <= SHORT_MESSAGE_MAX {
        deliver_sm.short_message = OctetString::from(user_data);
    } else {
        deliver_sm.tlvs.set(TlvTag::MESSAGE_PAYLOAD, &user_data).map_err(|_| ConvertError::TooLong)?;
    }
    Ok(deliver_sm)
}

pub(super) fn deliver_sms(
    converter: &Converter,
    mo: &Sms,
    splitter: &Splitter,
    reference: u16,
) -> Result<Vec<DeliverSm>, ConvertError> {
    let header = mo.udhdata.as_deref().unwrap_or_default();
    let header = if header.is_empty() { Some(UserDataHeader::new()) } else { whole_header(header) };
    // What is a part already, or has a header that cannot be taken apart, stays as it is.
    let Some(header) = header.filter(|header| header.concatenation().is_none()) else {
        return deliver_sm(converter, mo).map(|one| vec![one]);
    };
    let template = without_user_data(converter, mo)?;
    let encoded = coding::to_smpp(converter, mo);
    let segments = splitter
        .clone()
        .with_header(&header)
        .split(&encoded, reference)
        .map_err(|_| ConvertError::TooLong)?;
    let put = |segment: &Segment| {
        let mut part =
            SubmitSm { esm_class: template.esm_class, tlvs: template.tlvs.clone(), ..SubmitSm::default() };
        segment.put_into(&mut part).map_err(|_| ConvertError::TooLong)?;
        let SubmitSm { esm_class, data_coding, short_message, tlvs, .. } = part;
        Ok(DeliverSm { esm_class, data_coding, short_message, tlvs, ..template.clone() })
    };
    segments.iter().map(put).collect()
}

fn without_user_data(converter: &Converter, mo: &Sms) -> Result<DeliverSm, ConvertError> {
    let text = |octets: &Option<Bytes>| octets.clone().unwrap_or_default();
    let (source_addr_ton, source_addr_npi, source_addr) =
        address::to_smpp(&text(&mo.sender), true).ok_or(ConvertError::SourceAddress)?;
    let (dest_addr_ton, dest_addr_npi, destination_addr) =
        address::to_smpp(&text(&mo.receiver), false).ok_or(ConvertError::DestinationAddress)?;
    Ok(DeliverSm {
        service_type: text(&mo.binfo)[..].try_into().map_err(|_| ConvertError::ServiceType)?,
        source_addr_ton,
        source_addr_npi,
        source_addr,
        dest_addr_ton,
        dest_addr_npi,
        destination_addr,
        esm_class: EsmClass::DEFAULT
            .with_udhi(!text(&mo.udhdata).is_empty())
            .with_reply_path(mo.rpi.is_some_and(|rpi| rpi > 0)),
        protocol_id: octet(mo.pid),
        priority_flag: PriorityFlag(octet(mo.priority).min(3)),
        tlvs: named_tlvs(converter, mo),
        ..DeliverSm::default()
    })
}

pub(super) fn named_tlvs(converter: &Converter, sms: &Sms) -> Tlvs {
    let meta_data = sms.meta_data.as_deref().and_then(|octets| MetaData::parse(octets).ok());
    meta_data.map(|meta_data| tlvs::from_meta_data(&converter.tlvs, &meta_data)).unwrap_or_default()
}

/// A header that takes up the octets to the last.
fn whole_header(octets: &[u8]) -> Option<UserDataHeader> {
    let (header, rest) = UserDataHeader::split_from(octets).ok()?;
    rest.is_empty().then_some(header)
}

/// A number that fits an octet; anything else is 0.
fn octet(number: Option<i32>) -> u8 {
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(0)
}

/// The most octets of short_message that every version takes.
const SHORT_MESSAGE_MAX: usize = 254;
