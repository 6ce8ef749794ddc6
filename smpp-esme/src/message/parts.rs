//! From a message to its submit_sm: encoded, split, filled in.

use std::time::Duration;

use smpp_session::pdu::{
    Alphabet, COctetString, DataCoding, InvalidField, SmppTime, SubmitSm, Tlvs,
    multipart::{Method, Splitter},
    text::{Encoded, Encoding, TextError, TextOptions},
    tlv::TlvTag,
};

use super::{Content, Message, MessageAddress, MessageError, When};

/// How a message that does not fit one PDU is split.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Split {
    /// Not at all; too long is an error.
    None,
    /// A user data header with an 8-bit reference in each part.
    #[default]
    Udh8,
    /// A user data header with a 16-bit reference in each part.
    Udh16,
    /// TLVs sar_msg_ref_num, sar_total_segments and sar_segment_seqnum.
    Sar,
    /// One PDU, its text in the TLV message_payload.
    Payload,
}

impl Split {
    fn splitter(self) -> Splitter {
        let method = match self {
            Self::None | Self::Udh8 => Method::Udh8,
            Self::Udh16 => Method::Udh16,
            Self::Sar => Method::Sar,
            Self::Payload => Method::Payload,
        };
        Splitter::default().with_method(method)
    }
}

impl Message {
    /// The submit_sm that this message becomes with the default [`TextOptions`],
    /// split as it says itself or by a user data header with an 8-bit
    /// reference. `reference` is what the parts share; a single part does not
    /// use it.
    ///
    /// # Errors
    ///
    /// [`MessageError`] if it cannot be made into PDUs.
    pub fn parts(&self, reference: u16) -> Result<Vec<SubmitSm>, MessageError> {
        self.parts_with(&TextOptions::default(), Split::default(), reference)
    }

    /// As [`parts`](Self::parts), for a centre with these text options; `split`
    /// is used if the message does not say.
    ///
    /// # Errors
    ///
    /// [`MessageError`] if it cannot be made into PDUs.
    pub fn parts_with(
        &self,
        text: &TextOptions,
        split: Split,
        reference: u16,
    ) -> Result<Vec<SubmitSm>, MessageError> {
        let template = self.fields()?;
        let encoded = self.encoded(text)?;
        if self.esm_class.has_udhi() {
            return with_own_header(template, &encoded);
        }
        let split = self.split.unwrap_or(split);
        let parts = split.splitter().submit_sms(&template, &encoded, reference)?;
        if split == Split::None && parts.len() > 1 {
            return Err(MessageError::TooLong { octets: encoded.octets().len() });
        }
        Ok(parts)
    }

    /// The octets and the data_coding.
    fn encoded(&self, options: &TextOptions) -> Result<Encoded, MessageError> {
        let encoded = match &self.content {
            Content::Binary(octets) => Encoded::binary(DataCoding::OCTET, octets.clone()),
            Content::Text(text) => match (self.encoding, self.data_coding) {
                (Some(encoding), _) => options.encode_as(text, encoding)?,
                (None, Some(data_coding)) => options.encode_as(text, encoding_of(data_coding, options)?)?,
                (None, None) => options.encode(text),
            },
        };
        Ok(match self.data_coding {
            Some(data_coding) => encoded.with_data_coding(data_coding),
            None => encoded,
        })
    }

    /// Everything but the text.
    fn fields(&self) -> Result<SubmitSm, MessageError> {
        let invalid = |field| move |reason: InvalidField| MessageError::Field { field, reason };
        let mut tlvs = Tlvs::new();
        for (tag, value) in &self.tlvs {
            tlvs.push(*tag, value).map_err(invalid("TLV"))?;
        }
        Ok(SubmitSm {
            service_type: self.service_type.as_str().try_into().map_err(invalid("service_type"))?,
            source_addr_ton: self.source.ton(),
            source_addr_npi: self.source.npi(),
            source_addr: wire(&self.source).map_err(invalid("source_addr"))?,
            dest_addr_ton: self.destination.ton(),
            dest_addr_npi: self.destination.npi(),
            destination_addr: wire(&self.destination).map_err(invalid("destination_addr"))?,
            esm_class: self.esm_class,
            protocol_id: self.protocol_id,
            priority_flag: self.priority_flag,
            schedule_delivery_time: time(self.schedule_delivery_time)
                .map_err(invalid("schedule_delivery_time"))?,
            validity_period: time(self.validity_period).map_err(invalid("validity_period"))?,
            registered_delivery: self.registered_delivery,
            replace_if_present_flag: self.replace_if_present_flag,
            sm_default_msg_id: self.sm_default_msg_id,
            tlvs,
            ..SubmitSm::default()
        })
    }
}

fn wire(address: &MessageAddress) -> Result<COctetString<21>, InvalidField> {
    address.as_str().try_into()
}

fn time(when: When) -> Result<Option<SmppTime>, InvalidField> {
    match when {
        When::Unset => Ok(None),
        When::Time(time) => Ok(Some(time)),
        When::After(span) => relative(span).map(Some),
    }
}

/// What the alphabet that data_coding names is to this centre.
fn encoding_of(data_coding: DataCoding, options: &TextOptions) -> Result<Encoding, TextError> {
    match data_coding.alphabet() {
        Alphabet::McDefault => Ok(options.mc_default()),
        Alphabet::Gsm7 => Ok(Encoding::Gsm7),
        Alphabet::Ascii => Ok(Encoding::Ascii),
        Alphabet::Latin1 => Ok(Encoding::Latin1),
        Alphabet::Jis => Ok(Encoding::Jis),
        Alphabet::Cyrillic => Ok(Encoding::Cyrillic),
        Alphabet::Hebrew => Ok(Encoding::Hebrew),
        Alphabet::Ucs2 => Ok(Encoding::Ucs2),
        Alphabet::Iso2022Jp => Ok(Encoding::Iso2022Jp),
        Alphabet::ExtendedKanji => Ok(Encoding::ExtendedKanji),
        Alphabet::KsC5601 => Ok(Encoding::KsC5601),
        Alphabet::Octets | Alphabet::Pictogram | Alphabet::Reserved | _ => {
            Err(TextError::NoText { data_coding })
        }
    }
}

/// A message that brings its own user data header is one part, as it is.
fn with_own_header(template: SubmitSm, encoded: &Encoded) -> Result<Vec<SubmitSm>, MessageError> {
    let octets = encoded.octets();
    let mut submit_sm = SubmitSm { data_coding: encoded.data_coding(), ..template };
    if octets.len() <= SHORT_MESSAGE_MAX {
        submit_sm.short_message = octets.into();
    } else {
        let too_long = |_| MessageError::TooLong { octets: octets.len() };
        submit_sm.tlvs.push(TlvTag::MESSAGE_PAYLOAD, octets).map_err(too_long)?;
    }
    Ok(vec![submit_sm])
}

/// A span as YYMMDDhhmmss000R. Days are carried into months of 30 and years of
/// 360 days, as other clients do: the format has no more than 31 days.
fn relative(span: Duration) -> Result<SmppTime, InvalidField> {
    let seconds = span.as_secs().saturating_add(u64::from(span.subsec_nanos() > 0));
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (years, months, days) = (days / 360, days % 360 / 30, days % 30);
    let (hours, minutes, seconds) = (clock / 3600, clock % 3600 / 60, clock % 60);
    if years > 99 {
        return Err(InvalidField::Time);
    }
    format!("{years:02}{months:02}{days:02}{hours:02}{minutes:02}{seconds:02}000R").parse()
}

/// The most that short_message holds (SMPP v3.4 section 5.2.22).
const SHORT_MESSAGE_MAX: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_carried_through_every_field() {
        let table = [
            (Duration::from_millis(1), "000000000001000R"),
            (Duration::from_secs(3600), "000000010000000R"),
            (Duration::from_secs(86_400 * 31 + 61), "000101000101000R"),
            (Duration::from_secs(86_400 * 360), "010000000000000R"),
        ];

        for (span, wire) in table {
            assert_eq!(relative(span).unwrap().to_string(), wire);
        }
        assert!(relative(Duration::MAX).is_err());
    }
}
