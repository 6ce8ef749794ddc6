//! The forms of JSON and its like: strings as text (octet n is U+00nn), octets in hexadecimal, TLVs as a
//! list of tag and value.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeSeq};

use crate::{COctetString, CommandId, CommandStatus, OctetString, SmppTime, Tlvs, tlv::TlvTag};

impl<const MAX: usize> Serialize for COctetString<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for COctetString<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let octets: Result<Vec<u8>, _> = text.chars().map(|char| u8::try_from(u32::from(char))).collect();
        let octets = octets.map_err(|_| D::Error::custom("a character above U+00FF"))?;
        octets.as_slice().try_into().map_err(D::Error::custom)
    }
}

impl Serialize for OctetString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hexadecimal(self))
    }
}

impl<'de> Deserialize<'de> for OctetString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        octets(&String::deserialize(deserializer)?).map(Self::from).ok_or_else(not_hexadecimal)
    }
}

impl Serialize for SmppTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SmppTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// One TLV; the name is for people and not read back.
#[derive(Serialize, Deserialize)]
struct TlvForm {
    tag: TlvTag,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    value: String,
}

impl Serialize for Tlvs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for tlv in self {
            let form = TlvForm { tag: tlv.tag, name: tlv.tag.name(), value: hexadecimal(tlv.value) };
            list.serialize_element(&form)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Tlvs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut tlvs = Self::default();
        for form in Vec::<TlvForm>::deserialize(deserializer)? {
            let value = octets(&form.value).ok_or_else(not_hexadecimal)?;
            tlvs.push(form.tag, &value).map_err(D::Error::custom)?;
        }
        Ok(tlvs)
    }
}

impl Serialize for CommandStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for CommandStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self)
    }
}

impl Serialize for CommandId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for CommandId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self)
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    use core::fmt::Write;
    let mut text = String::with_capacity(octets.len().saturating_mul(2));
    for octet in octets {
        // Writing to a String does not fail.
        let _ = write!(text, "{octet:02x}");
    }
    text
}

fn octets(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|char| char.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn not_hexadecimal<E: Error>() -> E {
    E::custom("octets are written in hexadecimal")
}
