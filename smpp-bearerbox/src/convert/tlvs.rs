//! TLVs on one side, the group `smpp` of `meta_data` on the other.

use smpp_pdu::Tlvs;
use smpp_pdu::tlv::{TlvKind, TlvRegistry, TlvTag, VendorTlv};

use crate::meta_data::MetaData;

/// Puts the TLVs that have a name into `meta_data`: numbers in decimal, strings without their NUL, octets as they are.
pub(super) fn to_meta_data(registry: &TlvRegistry, tlvs: &Tlvs, meta_data: &mut MetaData) {
    for tlv in tlvs {
        if CARRIED_OTHERWISE.contains(&tlv.tag) {
            continue;
        }
        let Some(named) = registry.by_tag(tlv.tag) else { continue };
        let value = match named.kind {
            TlvKind::Integer => number(tlv.value).to_string().into_bytes(),
            TlvKind::COctets => tlv.value.split(|octet| *octet == 0).next().unwrap_or_default().to_vec(),
            // Kinds that this crate does not know yet are octets as well.
            TlvKind::Octets | _ => tlv.value.to_vec(),
        };
        meta_data.set(MetaData::SMPP, &named.name, &value);
    }
}

/// The TLVs that `meta_data` holds under a name of the registry. One whose value does not fit is left out.
pub(super) fn from_meta_data(registry: &TlvRegistry, meta_data: &MetaData) -> Tlvs {
    let mut tlvs = Tlvs::new();
    for (key, value) in meta_data.pairs(MetaData::SMPP) {
        let named =
            str::from_utf8(key).ok().and_then(|name| registry.tag(name)).and_then(|tag| registry.by_tag(tag));
        let Some(named) = named else { continue };
        if let Some(octets) = octets(named, value) {
            // A value beyond the length of a TLV is left out like one of the wrong form.
            let _ = tlvs.push(named.tag, &octets);
        }
    }
    tlvs
}

fn octets(named: &VendorTlv, value: &[u8]) -> Option<Vec<u8>> {
    let octets = match named.kind {
        TlvKind::Integer => {
            let number: u32 = str::from_utf8(value).ok()?.parse().ok()?;
            let octets = number.to_be_bytes();
            let (lost, kept) = octets.split_at_checked(octets.len().checked_sub(named.max.into())?)?;
            if lost.iter().any(|octet| *octet != 0) {
                return None;
            }
            kept.to_vec()
        }
        TlvKind::COctets => [value, b"\0"].concat(),
        TlvKind::Octets | _ => value.to_vec(),
    };
    named.accepts(&octets).then_some(octets)
}

/// A number of one to four octets; longer ones keep their last four.
fn number(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |number: u32, octet| number << 8 | u32::from(*octet))
}

/// What has a field of its own in Kannel's message.
const CARRIED_OTHERWISE: [TlvTag; 4] = [
    TlvTag::MESSAGE_PAYLOAD,
    TlvTag::SAR_MSG_REF_NUM,
    TlvTag::SAR_TOTAL_SEGMENTS,
    TlvTag::SAR_SEGMENT_SEQNUM,
];
