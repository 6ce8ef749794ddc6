//! Every field of submit_sm as an option.

use std::time::Duration;

use clap::Args;
use smpp_esme::{
    Message, MessageAddress,
    pdu::{DataCoding, EsmClass, Npi, PriorityFlag, RegisteredDelivery, SmppTime, Ton, tlv::TlvTag},
};

use crate::{
    coding::{EncodingArg, SplitArg},
    number,
};

/// What to send, to whom, and how.
#[derive(Args, Debug)]
pub(crate) struct Fields {
    /// The sender: a number, a short code or a name; empty lets the centre decide.
    #[arg(long, default_value = "")]
    from: String,
    /// The recipient's number.
    #[arg(long)]
    to: String,
    /// The text; GSM 03.38 if it fits, else UCS-2.
    #[arg(long, required_unless_present = "hex", conflicts_with = "hex")]
    text: Option<String>,
    /// The octets to send, in hexadecimal.
    #[arg(long)]
    hex: Option<String>,
    /// How a long message is split.
    #[arg(long, value_enum, default_value_t = SplitArg::Udh8)]
    split: SplitArg,
    /// The alphabet of the text, whatever data_coding says.
    #[arg(long, value_enum)]
    encoding: Option<EncodingArg>,
    /// data_coding, decimal or 0x hexadecimal.
    #[arg(long, value_parser = number::octet)]
    data_coding: Option<u8>,
    /// registered_delivery; 1 with --wait, else 0.
    #[arg(long, value_parser = number::octet)]
    registered_delivery: Option<u8>,
    /// esm_class; the bit for a user data header is added where needed.
    #[arg(long, value_parser = number::octet, default_value = "0")]
    esm_class: u8,
    /// protocol_id.
    #[arg(long, value_parser = number::octet, default_value = "0")]
    protocol_id: u8,
    /// priority_flag.
    #[arg(long, value_parser = number::octet, default_value = "0")]
    priority_flag: u8,
    /// service_type, at most 5 characters.
    #[arg(long, default_value = "")]
    service_type: String,
    /// How long the centre tries: seconds, or the protocol's own 16 characters.
    #[arg(long)]
    validity_period: Option<String>,
    /// When the centre delivers: seconds from now, or the protocol's own 16 characters.
    #[arg(long)]
    schedule_delivery_time: Option<String>,
    /// Replace a waiting message between the same addresses.
    #[arg(long)]
    replace_if_present: bool,
    /// sm_default_msg_id, a canned message of the centre's.
    #[arg(long, value_parser = number::octet, default_value = "0")]
    sm_default_msg_id: u8,
    /// TON of the sender, if not guessed.
    #[arg(long, value_parser = number::octet)]
    source_addr_ton: Option<u8>,
    /// NPI of the sender, if not guessed.
    #[arg(long, value_parser = number::octet)]
    source_addr_npi: Option<u8>,
    /// TON of the recipient, if not guessed.
    #[arg(long, value_parser = number::octet)]
    dest_addr_ton: Option<u8>,
    /// NPI of the recipient, if not guessed.
    #[arg(long, value_parser = number::octet)]
    dest_addr_npi: Option<u8>,
    /// A TLV, TAG=TYPE:VALUE; the tag by name or number, TYPE one of s (text),
    /// c (text and NUL), h (hexadecimal), i1, i2, i4 (numbers). Repeatable.
    #[arg(long = "tlv", value_name = "TAG=TYPE:VALUE", value_parser = number::tlv)]
    tlvs: Vec<(TlvTag, Vec<u8>)>,
}

impl Fields {
    /// The message, or what is wrong with an option.
    pub(crate) fn message(&self, wants_receipt: bool) -> Result<Message, String> {
        let to = address(&self.to, self.dest_addr_ton, self.dest_addr_npi);
        let mut message = match (&self.text, &self.hex) {
            (_, Some(hex)) => Message::binary(to, number::hex(hex)?),
            (Some(text), None) => Message::text(to, text),
            (None, None) => Message::text(to, ""),
        };
        message = message
            .from(address(&self.from, self.source_addr_ton, self.source_addr_npi))
            .split(self.split.into())
            .registered_delivery(RegisteredDelivery(
                self.registered_delivery.unwrap_or_else(|| u8::from(wants_receipt)),
            ))
            .esm_class(EsmClass(self.esm_class))
            .protocol_id(self.protocol_id)
            .priority(PriorityFlag(self.priority_flag))
            .service_type(&*self.service_type)
            .replace_if_present(self.replace_if_present)
            .sm_default_msg_id(self.sm_default_msg_id);
        if let Some(data_coding) = self.data_coding {
            message = message.data_coding(DataCoding(data_coding));
        }
        if let Some(encoding) = self.encoding {
            message = message.encoding(encoding.into());
        }
        message = match when("--validity-period", self.validity_period.as_deref())? {
            Some(When::After(span)) => message.validity(span),
            Some(When::Time(time)) => message.validity_period(time),
            None => message,
        };
        message = match when("--schedule-delivery-time", self.schedule_delivery_time.as_deref())? {
            Some(When::After(span)) => message.delay(span),
            Some(When::Time(time)) => message.schedule_delivery_time(time),
            None => message,
        };
        for (tag, value) in &self.tlvs {
            message = message.tlv(*tag, value.clone());
        }
        Ok(message)
    }
}

fn address(written: &str, ton: Option<u8>, npi: Option<u8>) -> MessageAddress {
    let guessed = MessageAddress::from(written);
    if ton.is_none() && npi.is_none() {
        return guessed;
    }
    let digits = written.strip_prefix('+').unwrap_or(written);
    MessageAddress::new(
        ton.map_or_else(|| guessed.ton(), Ton),
        npi.map_or_else(|| guessed.npi(), Npi),
        digits,
    )
}

enum When {
    After(Duration),
    Time(SmppTime),
}

fn when(option: &str, given: Option<&str>) -> Result<Option<When>, String> {
    let Some(given) = given else {
        return Ok(None);
    };
    if given.len() != PROTOCOL_TIME
        && let Ok(seconds) = given.parse()
    {
        return Ok(Some(When::After(Duration::from_secs(seconds))));
    }
    let time = given.parse().map_err(|_| format!("{option}: neither seconds nor YYMMDDhhmmsstnnp"))?;
    Ok(Some(When::Time(time)))
}

/// Characters of a time as the protocol writes it.
const PROTOCOL_TIME: usize = 16;
