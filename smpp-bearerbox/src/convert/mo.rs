//! An MO to deliver_sm.

use bytes::Bytes;
use smpp_pdu::tlv::TlvTag;
use smpp_pdu::{DeliverSm, EsmClass, OctetString, PriorityFlag};

use crate::convert::{ConvertError, Converter, address, coding, tlvs};
use crate::meta_data::MetaData;
use crate::protocol::Sms;

pub(super) fn deliver_sm(converter: &Converter, mo: &Sms) -> Result<DeliverSm, ConvertError> {
    let text = |octets: &Option<Bytes>| octets.clone().unwrap_or_default();
    let (source_addr_ton, source_addr_npi, source_addr) =
        address::to_smpp(&text(&mo.sender), true).ok_or(ConvertError::SourceAddress)?;
    let (dest_addr_ton, dest_addr_npi, destination_addr) =
        address::to_smpp(&text(&mo.receiver), false).ok_or(ConvertError::DestinationAddress)?;
    let header = text(&mo.udhdata);
    let data = coding::to_smpp(converter, mo);
    let user_data = [&header[..], &data.octets].concat();
    let mut tlvs = mo
        .meta_data
        .as_deref()
        .and_then(|octets| MetaData::parse(octets).ok())
        .map(|meta_data| tlvs::from_meta_data(&converter.tlvs, &meta_data))
        .unwrap_or_default();
    let short_message = if user_data.len() <= SHORT_MESSAGE_MAX {
        OctetString::from(user_data)
    } else {
        tlvs.set(TlvTag::MESSAGE_PAYLOAD, &user_data).map_err(|_| ConvertError::TooLong)?;
        OctetString::default()
    };
    Ok(DeliverSm {
        service_type: text(&mo.binfo)[..].try_into().map_err(|_| ConvertError::ServiceType)?,
        source_addr_ton,
        source_addr_npi,
        source_addr,
        dest_addr_ton,
        dest_addr_npi,
        destination_addr,
        esm_class: EsmClass::DEFAULT
            .with_udhi(!header.is_empty())
            .with_reply_path(mo.rpi.is_some_and(|rpi| rpi > 0)),
        protocol_id: octet(mo.pid),
        priority_flag: PriorityFlag(octet(mo.priority).min(3)),
        data_coding: data.data_coding,
        short_message,
        tlvs,
        ..DeliverSm::default()
    })
}

/// A number that fits an octet; anything else is 0.
fn octet(number: Option<i32>) -> u8 {
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(0)
}

/// The most octets of short_message that every version takes.
const SHORT_MESSAGE_MAX: usize = 254;
