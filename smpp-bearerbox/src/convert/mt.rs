//! submit_sm and data_sm to an MT.

use std::time::SystemTime;

use bytes::Bytes;
use smpp_pdu::tlv::TlvTag;
use smpp_pdu::{DataCoding, DataSm, EsmClass, Npi, SmppTime, SubmitSm, Tlvs, Ton};

use crate::convert::converter::unix_seconds;
use crate::convert::{ConvertError, Converter, address, coding, tlvs};
use crate::meta_data::MetaData;
use crate::protocol::{Sms, SmsId, SmsType};

pub(super) fn submit_sm(
    converter: &Converter,
    pdu: &SubmitSm,
    id: SmsId,
    now: SystemTime,
) -> Result<Sms, ConvertError> {
    let moment = |time: Option<SmppTime>, error| {
        let resolved = time.map(|time| time.resolve(now)).transpose().map_err(|_| error)?;
        Ok(resolved.and_then(unix_seconds))
    };
    let common = Common {
        service_type: pdu.service_type.as_bytes(),
        source: (pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes()),
        destination: (pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes()),
        esm_class: pdu.esm_class,
        data_coding: pdu.data_coding,
        // Where both are given the payload is the message (SMPP 5.0 section 4.8.4.36).
        user_data: pdu.tlvs.get(TlvTag::MESSAGE_PAYLOAD).unwrap_or(&pdu.short_message),
        tlvs: &pdu.tlvs,
    };
    Ok(Sms {
        pid: Some(pdu.protocol_id.into()),
        priority: Some(i32::from(pdu.priority_flag.0).min(3)),
        validity: moment(pdu.validity_period, ConvertError::ValidityPeriod)?,
        deferred: moment(pdu.schedule_delivery_time, ConvertError::ScheduleDeliveryTime)?,
        ..common.convert(converter, id, now)?
    })
}

pub(super) fn data_sm(
    converter: &Converter,
    pdu: &DataSm,
    id: SmsId,
    now: SystemTime,
) -> Result<Sms, ConvertError> {
    let common = Common {
        service_type: pdu.service_type.as_bytes(),
        source: (pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes()),
        destination: (pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes()),
        esm_class: pdu.esm_class,
        data_coding: pdu.data_coding,
        user_data: pdu.tlvs.get(TlvTag::MESSAGE_PAYLOAD).unwrap_or_default(),
        tlvs: &pdu.tlvs,
    };
    common.convert(converter, id, now)
}

/// What both operations have.
struct Common<'a> {
    service_type: &'a [u8],
    source: (Ton, Npi, &'a [u8]),
    destination: (Ton, Npi, &'a [u8]),
    esm_class: EsmClass,
    data_coding: DataCoding,
    user_data: &'a [u8],
    tlvs: &'a Tlvs,
}

impl Common<'_> {
    fn convert(&self, converter: &Converter, id: SmsId, now: SystemTime) -> Result<Sms, ConvertError> {
        let sender = address::to_kannel(self.source.0, self.source.2).ok_or(ConvertError::SourceAddress)?;
        let receiver = address::to_kannel(self.destination.0, self.destination.2)
            .filter(|address| !address.is_empty())
            .ok_or(ConvertError::DestinationAddress)?;
        let (udhdata, text) = self.split_header()?;
        let header_len = udhdata.as_ref().map_or(0, Bytes::len);
        let data = coding::to_kannel(converter, self.data_coding, text, header_len);
        let mut meta_data = MetaData::default();
        if let Some(data_coding) = data.data_coding {
            meta_data.set(MetaData::SMPP, "data_coding", data_coding.0.to_string().as_bytes());
        }
        if converter.keep_numbering {
            self.keep_numbering(&sender, &receiver, &mut meta_data);
        }
        tlvs::to_meta_data(&converter.tlvs, self.tlvs, &mut meta_data);
        let has_meta_data = converter.meta_data && !meta_data.is_empty();

        let mut sms = Sms {
            sender: Some(sender),
            receiver: Some(receiver),
            udhdata,
            msgdata: Some(data.msgdata),
            time: unix_seconds(now),
            coding: Some(data.coding.number()),
            dlr_mask: Some(converter.dlr_mask.0),
            rpi: self.esm_class.has_reply_path().then_some(1),
            binfo: (!self.service_type.is_empty()).then(|| Bytes::copy_from_slice(self.service_type)),
            msg_left: self.tlvs.u8(TlvTag::MORE_MESSAGES_TO_SEND).filter(|more| *more > 0).map(i32::from),
            meta_data: has_meta_data.then(|| meta_data.to_bytes()),
            ..Sms::new(SmsType::MtPush, id)
        };
        coding::set_groups(self.data_coding, &mut sms);
        Ok(sms)
    }

    /// Cuts the header off the user data, or makes one of the sar_* TLVs.
    fn split_header(&self) -> Result<(Option<Bytes>, &[u8]), ConvertError> {
        let sar = self.sar_header();
        if !self.esm_class.has_udhi() {
            return Ok((sar, self.user_data));
        }
        if sar.is_some() {
            return Err(ConvertError::HeaderAndSar);
        }
        let split = self
            .user_data
            .first()
            .and_then(|length| self.user_data.split_at_checked(usize::from(*length).saturating_add(1)));
        let (header, text) = split.ok_or(ConvertError::UserDataHeader)?;
        Ok((Some(Bytes::copy_from_slice(header)), text))
    }

    /// The concatenation element that the sar_* TLVs stand for: all three, or none. Its reference has 8 bits, so that parts
    /// cut for the usual header still fit; the low octet of sar_msg_ref_num is the same in all parts.
    fn sar_header(&self) -> Option<Bytes> {
        let [_, reference] = self.tlvs.u16(TlvTag::SAR_MSG_REF_NUM)?.to_be_bytes();
        let total = self.tlvs.u8(TlvTag::SAR_TOTAL_SEGMENTS)?;
        let number = self.tlvs.u8(TlvTag::SAR_SEGMENT_SEQNUM)?;
        (1..=total).contains(&number).then(|| vec![5, 0, 3, reference, total, number].into())
    }

    fn keep_numbering(&self, sender: &[u8], receiver: &[u8], meta_data: &mut MetaData) {
        let mut keep = |prefix: &str, (ton, npi): (Ton, Npi), chosen: (Ton, Npi)| {
            if (ton, npi) != chosen {
                meta_data.set(MetaData::SMPP, &format!("{prefix}_ton"), ton.0.to_string().as_bytes());
                meta_data.set(MetaData::SMPP, &format!("{prefix}_npi"), npi.0.to_string().as_bytes());
            }
        };
        let source = (self.source.0, self.source.1);
        keep("source_addr", source, address::as_bearerbox_sends(sender, true));
        let destination = (self.destination.0, self.destination.1);
        keep("dest_addr", destination, address::as_bearerbox_sends(receiver, false));
    }
}
