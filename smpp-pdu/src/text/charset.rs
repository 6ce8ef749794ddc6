//! The character sets beside GSM 03.38: ASCII, ISO-8859, UTF-16, and the Japanese and Korean ones through
//! encoding_rs.

use encoding_rs::{
    EUC_JP, EUC_KR, EncoderResult, Encoding as Charset, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS,
};

use super::Encoding;

/// The octets of a text, or the index (in characters) of the first that has none.
pub(super) fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, usize> {
    match encoding {
        Encoding::Ascii => below(text, 0x80),
        Encoding::Latin1 => below(text, 0x100),
        Encoding::Ucs2 => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        Encoding::Cyrillic => through(text, ISO_8859_5),
        Encoding::Hebrew => through(text, ISO_8859_8),
        Encoding::Jis => through(text, SHIFT_JIS),
        Encoding::Iso2022Jp => through(text, ISO_2022_JP),
        Encoding::ExtendedKanji => through(text, EUC_JP),
        Encoding::KsC5601 => through(text, EUC_KR),
        Encoding::Gsm7 => super::gsm7::encode(text, super::Shifts::DEFAULT),
        // Without its table, nothing fits and nothing is known.
        Encoding::Own => {
            if text.is_empty() {
                Ok(Vec::new())
            } else {
                Err(0)
            }
        }
    }
}

/// The text of octets; what is no character becomes U+FFFD. The last octet of an odd number of UTF-16
/// octets is dropped.
pub(super) fn decode(octets: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Ascii => octets.iter().map(|octet| ascii(*octet)).collect(),
        Encoding::Latin1 => octets.iter().map(|octet| char::from(*octet)).collect(),
        Encoding::Ucs2 => {
            let units = octets.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Encoding::Cyrillic => from(octets, ISO_8859_5),
        Encoding::Hebrew => from(octets, ISO_8859_8),
        Encoding::Jis => from(octets, SHIFT_JIS),
        Encoding::Iso2022Jp => from(octets, ISO_2022_JP),
        Encoding::ExtendedKanji => from(octets, EUC_JP),
        Encoding::KsC5601 => from(octets, EUC_KR),
        Encoding::Gsm7 => super::gsm7::decode(octets, super::Shifts::DEFAULT),
        Encoding::Own => octets.iter().map(|_| char::REPLACEMENT_CHARACTER).collect(),
    }
}

fn ascii(octet: u8) -> char {
    if octet.is_ascii() { char::from(octet) } else { char::REPLACEMENT_CHARACTER }
}

fn below(text: &str, limit: u32) -> Result<Vec<u8>, usize> {
    let octet = |(index, char)| {
        let code = u32::from(char);
        u8::try_from(code).ok().filter(|_| code < limit).ok_or(index)
    };
    text.chars().enumerate().map(octet).collect()
}

fn through(text: &str, charset: &'static Charset) -> Result<Vec<u8>, usize> {
    let mut encoder = charset.new_encoder();
    let capacity = encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len());
    let mut octets = Vec::with_capacity(capacity);
    let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut octets, true);
    match result {
        EncoderResult::InputEmpty => Ok(octets),
        EncoderResult::OutputFull | EncoderResult::Unmappable(_) => {
            let before = text.get(..read).map_or(0, |text| text.chars().count());
            Err(before.saturating_sub(1))
        }
    }
}

fn from(octets: &[u8], charset: &'static Charset) -> String {
    charset.decode_without_bom_handling(octets).0.into_owned()
}
