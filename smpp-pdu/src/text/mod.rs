//! Text to octets and back, by data_coding.
//!
//! [`TextOptions`] says, per peer, what data_coding 0 means, which national languages may be used, and what
//! happens to characters that do not fit. [`TextOptions::encode`] picks the cheapest encoding by itself:
//!
//! ```
//! use smpp_pdu::{DataCoding, text::{self, TextOptions}};
//!
//! let encoded = text::encode("Price: 5 €");
//! assert_eq!(encoded.data_coding(), DataCoding::MC_DEFAULT);
//! assert_eq!(encoded.octets(), b"Price: 5 \x1b\x65");
//!
//! let encoded = text::encode("Цена");
//! assert_eq!(encoded.data_coding(), DataCoding::UCS2);
//! assert_eq!(TextOptions::default().decode(encoded.data_coding(), encoded.octets())?, "Цена");
//! # Ok::<(), smpp_pdu::text::TextError>(())
//! ```
//!
//! What does not fit one message is cut by [`multipart`](crate::multipart).

mod charset;
pub(crate) mod gsm7;
mod language;
mod options;
pub mod packed;
mod tables;
mod transliterate;

use thiserror::Error;

pub use language::{Language, Shifts};
pub use options::TextOptions;

use crate::{Alphabet, DataCoding, MessageClass};

/// How characters become octets.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// GSM 03.38 with its extension table, or the tables of a national language.
    Gsm7,
    /// ASCII.
    Ascii,
    /// ISO-8859-1.
    Latin1,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// UTF-16 big endian, without a byte order mark.
    Ucs2,
    /// JIS X 0208 as Shift_JIS.
    Jis,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// JIS X 0212 as EUC-JP. encoding_rs reads it and writes only what JIS X 0208 has.
    ExtendedKanji,
    /// KS C 5601 as EUC-KR.
    KsC5601,
    /// The peer's own alphabet, one octet a character; see [`TextOptions::with_own_alphabet`].
    Own,
}

/// What happens to characters that an encoding has not.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Unencodable {
    /// The text is refused.
    #[default]
    Strict,
    /// A question mark takes their place.
    Replace,
    /// They are left out.
    Ignore,
    /// A character or two that look alike take their place where such are known, a question mark where
    /// not. When the encoding is picked, GSM 03.38 is taken if every character has a counterpart there.
    Transliterate,
}

/// A text that cannot be encoded, or octets that are none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
#[non_exhaustive]
pub enum TextError {
    /// The encoding has no such character.
    #[error("character {index} cannot be encoded")]
    Unencodable {
        /// Which character it is, from 0.
        index: usize,
    },
    /// The data_coding names no text: binary data, compressed text, pictograms, reserved values.
    #[error("data_coding 0x{:02X} is no text", data_coding.0)]
    NoText {
        /// The data_coding.
        data_coding: DataCoding,
    },
}

/// A text in octets, not yet cut.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Encoded {
    encoding: Encoding,
    data_coding: DataCoding,
    shifts: Shifts,
    packed: bool,
    octets: Vec<u8>,
}

impl Encoded {
    /// Octets that are no text, to be cut at any octet.
    #[must_use]
    pub fn binary(data_coding: DataCoding, octets: Vec<u8>) -> Self {
        Self { encoding: Encoding::Latin1, data_coding, shifts: Shifts::DEFAULT, packed: false, octets }
    }

    /// How characters became octets.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What to put into data_coding.
    #[must_use]
    pub fn data_coding(&self) -> DataCoding {
        self.data_coding
    }

    /// The national tables used; a user data header must name them.
    #[must_use]
    pub fn shifts(&self) -> Shifts {
        self.shifts
    }

    /// Whether GSM septets are to be packed when the text is cut.
    #[must_use]
    pub fn is_packed(&self) -> bool {
        self.packed
    }

    /// The octets; of GSM 03.38 one for each septet, packed or not.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The same text with another data_coding: a message class, a vendor's value.
    #[must_use]
    pub fn with_data_coding(mut self, data_coding: DataCoding) -> Self {
        self.data_coding = data_coding;
        self
    }

    /// The same text in a message class.
    #[must_use]
    pub fn with_class(self, class: MessageClass) -> Self {
        let alphabet = match self.encoding {
            Encoding::Gsm7 => Alphabet::Gsm7,
            Encoding::Ucs2 => Alphabet::Ucs2,
            Encoding::Ascii
            | Encoding::Latin1
            | Encoding::Cyrillic
            | Encoding::Hebrew
            | Encoding::Jis
            | Encoding::Iso2022Jp
            | Encoding::ExtendedKanji
            | Encoding::KsC5601
            | Encoding::Own => Alphabet::Octets,
        };
        self.with_data_coding(DataCoding::with_class(alphabet, class))
    }
}

/// Encodes with the default options: GSM 03.38 if every character fits, UCS-2 if not.
#[must_use]
pub fn encode(text: &str) -> Encoded {
    TextOptions::default().encode(text)
}
