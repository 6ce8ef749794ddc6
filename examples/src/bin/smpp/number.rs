//! Numbers, octets and TLVs as they are written on a command line.

use smpp_esme::pdu::{CommandStatus, tlv::TlvTag};

/// An octet: decimal, or hexadecimal after `0x`.
pub(crate) fn octet(text: &str) -> Result<u8, String> {
    let parsed = match prefixed(text) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "not a number from 0 to 255".to_owned())
}

/// A command_status: a number, or the specification's name for it.
pub(crate) fn status(text: &str) -> Result<CommandStatus, String> {
    let parsed = match prefixed(text) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed
        .map(CommandStatus)
        .ok()
        .or_else(|| CommandStatus::from_name(text))
        .ok_or_else(|| "no such command_status".to_owned())
}

/// Octets as hexadecimal digits.
pub(crate) fn to_hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Octets in hexadecimal; spaces and colons between them are ignored.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|character| !matches!(character, ' ' | ':' | '\n' | '\r' | '\t'))
        .map(|character| character.to_digit(16).ok_or_else(|| format!("{character:?} is not hexadecimal")))
        .collect::<Result<_, _>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("an odd number of hexadecimal digits".to_owned());
    }
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).map_err(|error| error.to_string())).collect()
}

/// A TLV: `TAG=TYPE:VALUE`.
pub(crate) fn tlv(text: &str) -> Result<(TlvTag, Vec<u8>), String> {
    let (tag, rest) = text.split_once('=').ok_or("TAG=TYPE:VALUE expected")?;
    let (kind, value) = rest.split_once(':').ok_or("TYPE:VALUE expected after the tag")?;
    let number = || value.parse::<u64>().map_err(|_| format!("{value:?} is not a number"));
    let too_large = |_| format!("{value} does not fit {kind}");
    let octets = match kind {
        "s" => value.as_bytes().to_vec(),
        "c" => [value.as_bytes(), &[0]].concat(),
        "h" => hex(value)?,
        "i1" => u8::try_from(number()?).map_err(too_large)?.to_be_bytes().to_vec(),
        "i2" => u16::try_from(number()?).map_err(too_large)?.to_be_bytes().to_vec(),
        "i4" => u32::try_from(number()?).map_err(too_large)?.to_be_bytes().to_vec(),
        _ => return Err(format!("type {kind:?} is none of s, c, h, i1, i2, i4")),
    };
    Ok((tag_named(tag)?, octets))
}

fn tag_named(text: &str) -> Result<TlvTag, String> {
    if let Some(digits) = prefixed(text) {
        return u16::from_str_radix(digits, 16).map(TlvTag).map_err(|_| format!("{text:?} is not a tag"));
    }
    if let Ok(number) = text.parse() {
        return Ok(TlvTag(number));
    }
    (0..=u16::MAX)
        .map(TlvTag)
        .find(|tag| tag.name() == Some(text))
        .ok_or_else(|| format!("no TLV is called {text:?}"))
}

fn prefixed(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_decimal_or_hexadecimal() {
        assert_eq!(octet("8"), Ok(8));
        assert_eq!(octet("0xF1"), Ok(0xF1));
        assert!(octet("256").is_err());
        assert!(octet("F1").is_err());
    }

    #[test]
    fn hex_needs_whole_octets() {
        assert_eq!(hex("00 ff:10"), Ok(vec![0x00, 0xFF, 0x10]));
        assert!(hex("0").is_err());
        assert!(hex("0g").is_err());
    }

    #[test]
    fn tlvs_are_named_or_numbered() {
        assert_eq!(tlv("0x1401=i2:258"), Ok((TlvTag(0x1401), vec![1, 2])));
        assert_eq!(tlv("user_message_reference=h:0007"), Ok((TlvTag::USER_MESSAGE_REFERENCE, vec![0, 7])));
        assert_eq!(tlv("0x1400=c:ab"), Ok((TlvTag(0x1400), b"ab\0".to_vec())));
        assert!(tlv("no_such_tag=s:x").is_err());
        assert!(tlv("0x1401=i1:256").is_err());
    }
}
