//! [`Dump`]: a PDU for people, text and numbers included.

use core::fmt::{self, Write};

use crate::{
    Body, CodecOptions, DestAddress, Pdu, Tlvs,
    field::FieldValue,
    tlv::{TlvKind, TlvRegistry, TlvSpec},
};

/// A PDU for people: every field and TLV on a line of its own, text and numbers included, passwords not.
///
/// It is for tools and for traces that someone has asked for; logs use `Debug`, which shows lengths only.
#[derive(Debug)]
pub struct Dump<'a> {
    pdu: &'a Pdu,
    registry: Option<&'a TlvRegistry>,
}

impl Pdu {
    /// Shows everything but passwords, a line for each field.
    ///
    /// ```
    /// use smpp_pdu::{Pdu, QuerySm, SequenceNumber};
    ///
    /// let query_sm = QuerySm { message_id: "42".try_into()?, ..QuerySm::default() };
    /// let dump = Pdu::request(SequenceNumber(7), query_sm).dump().to_string();
    /// assert!(dump.starts_with("query_sm status=ESME_ROK sequence_number=7\n  message_id: \"42\"\n"));
    /// # Ok::<(), smpp_pdu::InvalidField>(())
    /// ```
    #[must_use]
    pub fn dump(&self) -> Dump<'_> {
        Dump { pdu: self, registry: None }
    }

    /// The same, with the vendor's TLVs by name.
    #[must_use]
    pub fn dump_with<'a>(&'a self, options: &'a CodecOptions) -> Dump<'a> {
        Dump { pdu: self, registry: options.tlv_registry() }
    }
}

impl fmt::Display for Dump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pdu { command_status, sequence_number, body } = self.pdu;
        write!(f, "{} status={command_status} sequence_number={sequence_number}", body.command_id())?;
        let mut result = Ok(());
        body.visit(&mut |name, value| {
            if result.is_ok() {
                result = field(f, name, value);
            }
        });
        result?;
        if let Body::Unknown { octets, .. } = body {
            write!(f, "\n  octets: {}", Hexadecimal(octets))?;
        }
        if let Body::Irregular(irregular) = body {
            let (field, reason) = irregular.defect();
            write!(f, "\n  irregular: {field}: {reason}")?;
        }
        body.tlvs().map_or(Ok(()), |tlvs| self.tlvs(f, tlvs))
    }
}

impl Dump<'_> {
    fn tlvs(&self, f: &mut fmt::Formatter<'_>, tlvs: &Tlvs) -> fmt::Result {
        for tlv in tlvs {
            let vendor = self.registry.and_then(|registry| registry.by_tag(tlv.tag));
            let spec = TlvSpec::of(tlv.tag);
            match vendor {
                Some(vendor) => write!(f, "\n  0x{:04X} {}: ", tlv.tag.0, vendor.name)?,
                None => write!(f, "\n  0x{:04X} {}: ", tlv.tag.0, spec.map_or("unknown", |spec| spec.name))?,
            }
            let kind = vendor.map(|vendor| vendor.kind).or_else(|| spec.map(|spec| spec.kind));
            match (kind, tlv.value) {
                (Some(TlvKind::Integer), [octet]) => write!(f, "{octet}")?,
                (Some(TlvKind::Integer), [a, b]) => write!(f, "{}", u16::from_be_bytes([*a, *b]))?,
                (Some(TlvKind::Integer), [a, b, c, d]) => {
                    write!(f, "{}", u32::from_be_bytes([*a, *b, *c, *d]))?
                }
                (Some(TlvKind::COctets), value) => {
                    write!(f, "{}", Text(value.strip_suffix(&[0]).unwrap_or(value)))?
                }
                (Some(TlvKind::Integer | TlvKind::Octets) | None, value) => {
                    write!(f, "{}", Hexadecimal(value))?
                }
            }
        }
        Ok(())
    }
}

fn field(f: &mut fmt::Formatter<'_>, name: &str, value: FieldValue<'_>) -> fmt::Result {
    write!(f, "\n  {name}: ")?;
    match value {
        FieldValue::Absent | FieldValue::Time(None) => f.write_str("none"),
        FieldValue::Integer(number) => write!(f, "{number}"),
        FieldValue::String(string) => write!(f, "{}", Text(string)),
        FieldValue::Secret(_) => f.write_str("(secret)"),
        FieldValue::Time(Some(time)) => write!(f, "{time}"),
        FieldValue::Octets(octets) => {
            write!(f, "{} octets {} {}", octets.len(), Hexadecimal(octets), Text(octets))
        }
        FieldValue::DestAddresses(list) => {
            for address in list {
                match address {
                    DestAddress::SmeAddress { dest_addr_ton, dest_addr_npi, destination_addr } => {
                        let text = Text(destination_addr.as_bytes());
                        write!(f, "\n    {}/{} {text}", dest_addr_ton.0, dest_addr_npi.0)?;
                    }
                    DestAddress::DistributionList { dl_name } => {
                        write!(f, "\n    list {}", Text(dl_name.as_bytes()))?;
                    }
                }
            }
            Ok(())
        }
        FieldValue::UnsuccessSmes(list) => {
            for sme in list {
                let text = Text(sme.destination_addr.as_bytes());
                let (ton, npi) = (sme.dest_addr_ton.0, sme.dest_addr_npi.0);
                write!(f, "\n    {ton}/{npi} {text} {}", sme.error_status_code)?;
            }
            Ok(())
        }
        FieldValue::MessageIds(list) => {
            for id in list {
                write!(f, "\n    {}", Text(id.as_bytes()))?;
            }
            Ok(())
        }
    }
}

/// Octets in hexadecimal.
struct Hexadecimal<'a>(&'a [u8]);

impl fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_char('-');
        }
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// Octets as ISO-8859-1 in quotes, control characters escaped: nothing a peer sends moves the cursor.
struct Text<'a>(&'a [u8]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for char in self.0.iter().map(|octet| char::from(*octet)) {
            if char.is_control() {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BindTransceiver, SequenceNumber, SubmitSm, TlvTag};

    #[test]
    fn dump_shows_text_and_debug_does_not() {
        let mut submit_sm = SubmitSm {
            destination_addr: "447700900123".try_into().unwrap(),
            short_message: b"Hello\x1b".into(),
            ..SubmitSm::default()
        };
        submit_sm.tlvs.push_u16(TlvTag::SOURCE_PORT, 9200).unwrap();
        let pdu = Pdu::request(SequenceNumber(1), submit_sm);
        let dump = pdu.dump().to_string();
        assert!(dump.contains("destination_addr: \"447700900123\""), "{dump}");
        assert!(dump.contains("6 octets 48656c6c6f1b \"Hello\\u{1b}\""), "{dump}");
        assert!(dump.contains("0x020A source_port: 9200"), "{dump}");
        let debug = format!("{pdu:?}");
        assert!(!debug.contains("4477") && !debug.contains("Hello") && !debug.contains("48656c"), "{debug}");
    }

    #[test]
    fn passwords_are_shown_nowhere() {
        let bind = BindTransceiver { password: "hunter2".try_into().unwrap(), ..BindTransceiver::default() };
        let pdu = Pdu::request(SequenceNumber(1), bind);
        assert!(!pdu.dump().to_string().contains("hunter2"));
        assert!(!format!("{pdu:?}").contains("hunter2"));
    }
}
