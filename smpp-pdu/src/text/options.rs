//! [`TextOptions`]: how text travels to and from one peer.

use std::sync::Arc;

use super::{
    Encoded, Encoding, Language, Shifts, TextError, Unencodable, charset, gsm7, packed, transliterate,
};
use crate::{Alphabet, DataCoding};

/// How text travels to and from one peer.
///
/// The default: data_coding 0 is GSM 03.38, unpacked; no national languages; what does not fit is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TextOptions {
    mc_default: Encoding,
    packed: bool,
    languages: Vec<Language>,
    unencodable: Unencodable,
    own: Option<Arc<[char; 256]>>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            mc_default: Encoding::Gsm7,
            packed: false,
            languages: Vec::new(),
            unencodable: Unencodable::Strict,
            own: None,
        }
    }
}

impl TextOptions {
    /// Sets what data_coding 0 means to the peer: GSM 03.38, ASCII, ISO-8859-1.
    #[must_use]
    pub fn with_mc_default(mut self, encoding: Encoding) -> Self {
        self.mc_default = encoding;
        self
    }

    /// Sets an alphabet of the peer's own for data_coding 0: the character of each octet, U+FFFD where there
    /// is none.
    #[must_use]
    pub fn with_own_alphabet(mut self, alphabet: [char; 256]) -> Self {
        self.own = Some(Arc::new(alphabet));
        self.with_mc_default(Encoding::Own)
    }

    /// Sets whether GSM septets travel packed, eight in seven octets.
    #[must_use]
    pub fn with_packed(mut self, packed: bool) -> Self {
        self.packed = packed;
        self
    }

    /// Sets the national languages that may be used, in order of preference.
    #[must_use]
    pub fn with_languages(mut self, languages: impl IntoIterator<Item = Language>) -> Self {
        self.languages = languages.into_iter().collect();
        self
    }

    /// Sets what happens to characters that do not fit.
    #[must_use]
    pub fn with_unencodable(mut self, unencodable: Unencodable) -> Self {
        self.unencodable = unencodable;
        self
    }

    /// What data_coding 0 means to the peer.
    #[must_use]
    pub fn mc_default(&self) -> Encoding {
        self.mc_default
    }

    /// Encodes in what makes the fewest messages: data_coding 0 if every character fits it, GSM 03.38 with a
    /// national language if one is allowed and cheaper than UCS-2, otherwise UCS-2, which fits everything.
    #[must_use]
    pub fn encode(&self, text: &str) -> Encoded {
        if let Ok(encoded) = self.exactly(text, self.mc_default) {
            return encoded;
        }
        if self.unencodable == Unencodable::Transliterate
            && let Some(plain) = self.transliterated(text)
            && let Ok(encoded) = self.exactly(&plain, self.mc_default)
        {
            return encoded;
        }
        let ucs2 = Encoded {
            encoding: Encoding::Ucs2,
            data_coding: DataCoding::UCS2,
            shifts: Shifts::DEFAULT,
            packed: false,
            octets: text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let national = self.national(text).min_by_key(cost);
        national.filter(|national| cost(national) < cost(&ucs2)).unwrap_or(ucs2)
    }

    /// Encodes in the encoding given. Its data_coding is 0 if that is what 0 means to the peer.
    ///
    /// # Errors
    ///
    /// [`TextError::Unencodable`] under [`Unencodable::Strict`], and where not even a question mark fits.
    pub fn encode_as(&self, text: &str, encoding: Encoding) -> Result<Encoded, TextError> {
        let first = match self.exactly(text, encoding) {
            Err(index) if self.unencodable != Unencodable::Strict => index,
            result => return result.map_err(|index| TextError::Unencodable { index }),
        };
        let fits = |char: char| self.fits(char, encoding);
        let mut fitting = String::with_capacity(text.len());
        for char in text.chars() {
            if fits(char) {
                fitting.push(char);
                continue;
            }
            let replacement = match self.unencodable {
                Unencodable::Ignore => "",
                Unencodable::Transliterate => {
                    transliterate::replacement(char).filter(|text| text.chars().all(fits)).unwrap_or("?")
                }
                Unencodable::Replace | Unencodable::Strict => "?",
            };
            fitting.push_str(replacement);
        }
        self.exactly(&fitting, encoding).map_err(|_| TextError::Unencodable { index: first })
    }

    /// The text of octets in that data_coding, in the default tables.
    ///
    /// # Errors
    ///
    /// [`TextError::NoText`]. Octets that are no character are not an error: they become U+FFFD.
    pub fn decode(&self, data_coding: DataCoding, octets: &[u8]) -> Result<String, TextError> {
        self.decode_user_data(data_coding, octets, Shifts::DEFAULT, 0)
    }

    /// The text of octets that followed a user data header of that many octets (its length octet counted)
    /// which named those tables. What came in parts is decoded after joining, with `header_len` 0.
    ///
    /// # Errors
    ///
    /// [`TextError::NoText`].
    pub fn decode_user_data(
        &self,
        data_coding: DataCoding,
        octets: &[u8],
        shifts: Shifts,
        header_len: usize,
    ) -> Result<String, TextError> {
        let encoding = self.encoding_of(data_coding)?;
        if let (Encoding::Own, Some(own)) = (encoding, self.own.as_deref()) {
            let char =
                |octet: &u8| own.get(usize::from(*octet)).copied().unwrap_or(char::REPLACEMENT_CHARACTER);
            return Ok(octets.iter().map(char).collect());
        }
        if encoding != Encoding::Gsm7 {
            return Ok(charset::decode(octets, encoding));
        }
        if self.packed {
            return Ok(gsm7::decode(&packed::unpack(octets, packed::fill_bits(header_len)), shifts));
        }
        Ok(gsm7::decode(octets, shifts))
    }

    /// The encoding that a data_coding means to the peer.
    ///
    /// # Errors
    ///
    /// [`TextError::NoText`] for binary data, compressed text, pictograms and reserved values.
    pub fn encoding_of(&self, data_coding: DataCoding) -> Result<Encoding, TextError> {
        let no_text = TextError::NoText { data_coding };
        if data_coding.is_compressed() {
            return Err(no_text);
        }
        Ok(match data_coding.alphabet() {
            Alphabet::McDefault => self.mc_default,
            Alphabet::Gsm7 => Encoding::Gsm7,
            Alphabet::Ascii => Encoding::Ascii,
            Alphabet::Latin1 => Encoding::Latin1,
            Alphabet::Cyrillic => Encoding::Cyrillic,
            Alphabet::Hebrew => Encoding::Hebrew,
            Alphabet::Ucs2 => Encoding::Ucs2,
            Alphabet::Jis => Encoding::Jis,
            Alphabet::Iso2022Jp => Encoding::Iso2022Jp,
            Alphabet::ExtendedKanji => Encoding::ExtendedKanji,
            Alphabet::KsC5601 => Encoding::KsC5601,
            Alphabet::Octets | Alphabet::Pictogram | Alphabet::Reserved => return Err(no_text),
        })
    }

    /// Whether octets of that data_coding are packed septets.
    pub(crate) fn unpacks(&self, data_coding: DataCoding) -> bool {
        self.packed
            && (data_coding.alphabet() == Alphabet::Gsm7
                || data_coding.alphabet() == Alphabet::McDefault && self.mc_default == Encoding::Gsm7)
    }

    /// The text in characters of the default encoding, if each has a counterpart there.
    fn transliterated(&self, text: &str) -> Option<String> {
        let mut plain = String::with_capacity(text.len());
        for char in text.chars() {
            if self.fits(char, self.mc_default) {
                plain.push(char);
            } else {
                plain.push_str(transliterate::replacement(char)?);
            }
        }
        Some(plain)
    }

    fn fits(&self, char: char, encoding: Encoding) -> bool {
        self.octets(char.encode_utf8(&mut [0; 4]), encoding).is_ok()
    }

    /// The octets of a text, or the index of the first character that has none.
    fn octets(&self, text: &str, encoding: Encoding) -> Result<Vec<u8>, usize> {
        let Some(own) = self.own.as_deref().filter(|_| encoding == Encoding::Own) else {
            return charset::encode(text, encoding);
        };
        let code = |char| own.iter().position(|own| *own == char && char != char::REPLACEMENT_CHARACTER);
        let octet = |(index, char)| code(char).and_then(|code| u8::try_from(code).ok()).ok_or(index);
        text.chars().enumerate().map(octet).collect()
    }

    /// Encodes, or names the character that does not fit.
    fn exactly(&self, text: &str, encoding: Encoding) -> Result<Encoded, usize> {
        let octets = self.octets(text, encoding)?;
        let data_coding = match encoding {
            encoding if encoding == self.mc_default => DataCoding::MC_DEFAULT,
            Encoding::Gsm7 => DataCoding::GSM7_CLASS_1,
            Encoding::Ascii => DataCoding::ASCII,
            Encoding::Latin1 => DataCoding::LATIN_1,
            Encoding::Cyrillic => DataCoding::CYRILLIC,
            Encoding::Hebrew => DataCoding::HEBREW,
            Encoding::Ucs2 => DataCoding::UCS2,
            Encoding::Jis => DataCoding::JIS,
            Encoding::Iso2022Jp => DataCoding::ISO_2022_JP,
            Encoding::ExtendedKanji => DataCoding::EXTENDED_KANJI,
            Encoding::KsC5601 => DataCoding::KS_C_5601,
            Encoding::Own => DataCoding::MC_DEFAULT,
        };
        let packed = self.packed && encoding == Encoding::Gsm7;
        Ok(Encoded { encoding, data_coding, shifts: Shifts::DEFAULT, packed, octets })
    }

    /// The text in every national table that fits it.
    fn national<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Encoded> + 'a {
        let gsm7 = self.mc_default == Encoding::Gsm7;
        let data_coding = if gsm7 { DataCoding::MC_DEFAULT } else { DataCoding::GSM7_CLASS_1 };
        let shifts = self.languages.iter().flat_map(|language| {
            let (none, one) = (Language::DEFAULT, *language);
            let all =
                [(none, one), (one, none), (one, one)].map(|(locking, single)| Shifts { locking, single });
            all.into_iter().filter(move |shifts| shifts.locking == none || one.has_locking())
        });
        shifts.filter_map(move |shifts| {
            let octets = gsm7::encode(text, shifts).ok()?;
            let packed = self.packed;
            Some(Encoded { encoding: Encoding::Gsm7, data_coding, shifts, packed, octets })
        })
    }
}

/// What a text costs: messages first, then bits.
fn cost(encoded: &Encoded) -> (usize, usize) {
    let parts = crate::multipart::Splitter::default().count(encoded).parts;
    let bits = if encoded.encoding == Encoding::Gsm7 { 7 } else { 8 };
    (parts, encoded.shifts.header_len() * 8 + encoded.octets.len() * bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::encode;

    #[test]
    fn the_cheapest_is_picked() {
        assert_eq!(encode("plain").encoding(), Encoding::Gsm7);
        assert_eq!(encode("ç").encoding(), Encoding::Ucs2);

        let turkish = TextOptions::default().with_languages([Language::TURKISH]);
        let encoded =
            turkish.encode("İstanbul'da hava güneşli, sıcaklık yirmi beş derece ve rüzgar hafif esiyor");
        assert_eq!(encoded.encoding(), Encoding::Gsm7);
        assert_ne!(encoded.shifts(), Shifts::DEFAULT);
        let text =
            turkish.decode_user_data(encoded.data_coding(), encoded.octets(), encoded.shifts(), 0).unwrap();
        assert!(text.starts_with("İstanbul'da hava güneşli"));
    }

    #[test]
    fn data_coding_0_means_what_the_peer_says() {
        let latin = TextOptions::default().with_mc_default(Encoding::Latin1);
        assert_eq!(latin.decode(DataCoding::MC_DEFAULT, &[0xE9]).unwrap(), "é");
        assert_eq!(latin.encode("é").data_coding(), DataCoding::MC_DEFAULT);
        assert_eq!(latin.encode("é").octets(), [0xE9]);
        let gsm = latin.encode_as("é", Encoding::Gsm7).unwrap();
        assert_eq!((gsm.data_coding(), gsm.octets()), (DataCoding::GSM7_CLASS_1, &[0x05][..]));
    }

    #[test]
    fn a_peer_may_have_an_alphabet_of_its_own() {
        let mut alphabet = [char::REPLACEMENT_CHARACTER; 256];
        for (code, char) in (0x20..).zip(('\u{20}'..'\u{7F}').chain('А'..='я')) {
            alphabet[code] = char;
        }
        let options = TextOptions::default().with_own_alphabet(alphabet);
        let encoded = options.encode("Да! Yes");
        assert_eq!((encoded.encoding(), encoded.data_coding()), (Encoding::Own, DataCoding::MC_DEFAULT));
        assert_eq!(encoded.octets().len(), 7);
        assert_eq!(options.decode(DataCoding::MC_DEFAULT, encoded.octets()).unwrap(), "Да! Yes");
        assert_eq!(options.encode("€").encoding(), Encoding::Ucs2);
    }

    #[test]
    fn what_does_not_fit_follows_the_policy() {
        let with = |unencodable| TextOptions::default().with_unencodable(unencodable);
        let text = "“Žižkov” → ж";
        let result = |unencodable| {
            let encoded = with(unencodable).encode_as(text, Encoding::Gsm7)?;
            TextOptions::default().decode(DataCoding::MC_DEFAULT, encoded.octets())
        };
        assert_eq!(result(Unencodable::Strict), Err(TextError::Unencodable { index: 0 }));
        assert_eq!(result(Unencodable::Replace).unwrap(), "??i?kov? ? ?");
        assert_eq!(result(Unencodable::Ignore).unwrap(), "ikov  ");
        assert_eq!(result(Unencodable::Transliterate).unwrap(), "\"Zizkov\" ? ?");
        assert_eq!(with(Unencodable::Transliterate).encode("“ok”").octets(), b"\"ok\"");
        assert_eq!(with(Unencodable::Transliterate).encode("“ж”").encoding(), Encoding::Ucs2);
    }

    #[test]
    fn other_character_sets_there_and_back() {
        let cases = [
            (Encoding::Cyrillic, "Привет", DataCoding::CYRILLIC),
            (Encoding::Hebrew, "שלום", DataCoding::HEBREW),
            (Encoding::Jis, "日本語テスト", DataCoding::JIS),
            (Encoding::Iso2022Jp, "日本語", DataCoding::ISO_2022_JP),
            (Encoding::ExtendedKanji, "日本", DataCoding::EXTENDED_KANJI),
            (Encoding::KsC5601, "한국어", DataCoding::KS_C_5601),
            (Encoding::Ascii, "ascii", DataCoding::ASCII),
            (Encoding::Ucs2, "a😀", DataCoding::UCS2),
        ];
        for (encoding, text, data_coding) in cases {
            let encoded = TextOptions::default().encode_as(text, encoding).unwrap();
            assert_eq!(encoded.data_coding(), data_coding);
            assert_eq!(TextOptions::default().decode(data_coding, encoded.octets()).unwrap(), text);
        }
        let refused = TextOptions::default().encode_as("ab→", Encoding::Cyrillic);
        assert_eq!(refused, Err(TextError::Unencodable { index: 2 }));
    }

    #[test]
    fn binary_is_no_text() {
        for data_coding in [0x02, 0x04, 0x09, 0x0B, 0x30, 0x80, 0xF4].map(DataCoding) {
            assert_eq!(
                TextOptions::default().decode(data_coding, b"x"),
                Err(TextError::NoText { data_coding })
            );
        }
    }

    #[test]
    fn an_odd_octet_and_a_lone_surrogate_are_survived() {
        let decode = |octets: &[u8]| TextOptions::default().decode(DataCoding::UCS2, octets).unwrap();
        assert_eq!(decode(&[0, b'a', 0]), "a");
        assert_eq!(decode(&[0xD8, 0x3D, 0, b'a']), "\u{FFFD}a");
    }
}
