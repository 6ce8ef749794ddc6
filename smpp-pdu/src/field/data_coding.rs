//! [`DataCoding`]: which alphabet the user data are in.

#![expect(clippy::exhaustive_structs, reason = "an open bit field: the octet is all there is")]

use super::newtype_field;

/// Which alphabet the user data are in (SMPP 3.4 section 5.2.19, SMPP 5.0 section 4.7.7).
///
/// The low numbers are SMPP's own; the rest is the data coding scheme of GSM 03.38, which many Message
/// Centres pass through.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct DataCoding(pub u8);

impl DataCoding {
    /// The Message Centre's default alphabet, mostly GSM 03.38 with one septet an octet.
    pub const MC_DEFAULT: Self = Self(0x00);
    /// IA5, ASCII.
    pub const ASCII: Self = Self(0x01);
    /// Octets (TDMA, CDMA).
    pub const OCTET_TDMA_CDMA: Self = Self(0x02);
    /// ISO-8859-1.
    pub const LATIN_1: Self = Self(0x03);
    /// Octets.
    pub const OCTET: Self = Self(0x04);
    /// JIS X 0208-1990, sent as Shift_JIS.
    pub const JIS: Self = Self(0x05);
    /// ISO-8859-5.
    pub const CYRILLIC: Self = Self(0x06);
    /// ISO-8859-8.
    pub const HEBREW: Self = Self(0x07);
    /// UCS-2, in practice UTF-16 big endian.
    pub const UCS2: Self = Self(0x08);
    /// Pictograms.
    pub const PICTOGRAM: Self = Self(0x09);
    /// ISO-2022-JP, music codes.
    pub const ISO_2022_JP: Self = Self(0x0A);
    /// JIS X 0212-1990, extended kanji.
    pub const EXTENDED_KANJI: Self = Self(0x0D);
    /// KS C 5601, sent as EUC-KR.
    pub const KS_C_5601: Self = Self(0x0E);
    /// GSM 03.38 with message class 1; some Message Centres want it for plain GSM 03.38.
    pub const GSM7_CLASS_1: Self = Self(0xF1);

    /// A message of that class in GSM 7 bit, 8 bit or UCS-2: the group 0xF0 where it can say so, 0x18-0x1B
    /// for UCS-2. Other alphabets are taken as 8 bit.
    #[must_use]
    pub const fn with_class(alphabet: Alphabet, class: MessageClass) -> Self {
        match alphabet {
            Alphabet::Gsm7 | Alphabet::McDefault => Self(0xF0 | class.bits()),
            Alphabet::Ucs2 => Self(0x18 | class.bits()),
            Alphabet::Ascii
            | Alphabet::Latin1
            | Alphabet::Octets
            | Alphabet::Jis
            | Alphabet::Cyrillic
            | Alphabet::Hebrew
            | Alphabet::Pictogram
            | Alphabet::Iso2022Jp
            | Alphabet::ExtendedKanji
            | Alphabet::KsC5601
            | Alphabet::Reserved => Self(0xF4 | class.bits()),
        }
    }

    /// A message waiting indication: the groups 0xC0, 0xD0 and 0xE0.
    #[must_use]
    pub const fn with_message_waiting(waiting: MessageWaiting) -> Self {
        let group = match (waiting.store, waiting.ucs2) {
            (false, _) => 0xC0,
            (true, false) => 0xD0,
            (true, true) => 0xE0,
        };
        Self(group | (waiting.active as u8) << 3 | waiting.kind.bits())
    }

    /// Which alphabet the octets are in. Values above 0x0F follow the groups of GSM 03.38; what both
    /// specifications reserve is [`Alphabet::Reserved`].
    #[must_use]
    pub const fn alphabet(self) -> Alphabet {
        match self.0 {
            0x00 => Alphabet::McDefault,
            0x01 => Alphabet::Ascii,
            0x02 | 0x04 => Alphabet::Octets,
            0x03 => Alphabet::Latin1,
            0x05 => Alphabet::Jis,
            0x06 => Alphabet::Cyrillic,
            0x07 => Alphabet::Hebrew,
            0x08 => Alphabet::Ucs2,
            0x09 => Alphabet::Pictogram,
            0x0A => Alphabet::Iso2022Jp,
            0x0B | 0x0C | 0x0F => Alphabet::Reserved,
            0x0D => Alphabet::ExtendedKanji,
            0x0E => Alphabet::KsC5601,
            0x10..=0x7F => match self.0 >> 2 & 0x03 {
                0 => Alphabet::Gsm7,
                1 => Alphabet::Octets,
                2 => Alphabet::Ucs2,
                _ => Alphabet::Reserved,
            },
            0x80..=0xBF => Alphabet::Reserved,
            0xC0..=0xDF => Alphabet::Gsm7,
            0xE0..=0xEF => Alphabet::Ucs2,
            0xF0..=0xFF => {
                if self.0 & 0x04 == 0 {
                    Alphabet::Gsm7
                } else {
                    Alphabet::Octets
                }
            }
        }
    }

    /// The message class, where one is coded (GSM 03.38 section 4).
    #[must_use]
    pub const fn message_class(self) -> Option<MessageClass> {
        match self.0 {
            0x10..=0x7F if self.0 & 0x10 != 0 => Some(MessageClass::from_bits(self.0)),
            0xF0..=0xFF => Some(MessageClass::from_bits(self.0)),
            _ => None,
        }
    }

    /// Whether the text is compressed (GSM 03.42); such text is not decoded here.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        matches!(self.0, 0x10..=0x7F) && self.0 & 0x20 != 0
    }

    /// Whether the receiver is asked to delete the message after reading (GSM group 01).
    #[must_use]
    pub const fn is_marked_for_deletion(self) -> bool {
        matches!(self.0, 0x40..=0x7F)
    }

    /// The message waiting indication, in the groups 0xC0, 0xD0 and 0xE0.
    #[must_use]
    pub const fn message_waiting(self) -> Option<MessageWaiting> {
        let (store, ucs2) = match self.0 {
            0xC0..=0xCF => (false, false),
            0xD0..=0xDF => (true, false),
            0xE0..=0xEF => (true, true),
            _ => return None,
        };
        let kind = WaitingKind::from_bits(self.0);
        Some(MessageWaiting { store, ucs2, active: self.0 & 0x08 != 0, kind })
    }
}

/// The alphabet that a [`DataCoding`] names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Alphabet {
    /// Whatever the Message Centre has as its default.
    McDefault,
    /// GSM 03.38, 7 bit.
    Gsm7,
    /// ASCII.
    Ascii,
    /// ISO-8859-1.
    Latin1,
    /// No text.
    Octets,
    /// JIS X 0208 as Shift_JIS.
    Jis,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// UTF-16 big endian.
    Ucs2,
    /// Pictograms; no text here.
    Pictogram,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// JIS X 0212 as EUC-JP.
    ExtendedKanji,
    /// KS C 5601 as EUC-KR.
    KsC5601,
    /// Reserved by the specifications.
    Reserved,
}

/// Where a message is shown or kept (GSM 03.38 section 4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "two bits")]
pub enum MessageClass {
    /// Shown at once and not kept: a flash message.
    Class0,
    /// Kept in the mobile equipment.
    Class1,
    /// Kept on the SIM.
    Class2,
    /// Handed to the terminal equipment.
    Class3,
}

impl MessageClass {
    const fn bits(self) -> u8 {
        self as u8
    }

    const fn from_bits(octet: u8) -> Self {
        match octet & 0x03 {
            0 => Self::Class0,
            1 => Self::Class1,
            2 => Self::Class2,
            _ => Self::Class3,
        }
    }
}

/// A message waiting indication (GSM 03.38 section 4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MessageWaiting {
    /// Whether the text is kept; otherwise the receiver may throw it away.
    pub store: bool,
    /// Whether the text is UCS-2; only together with `store`.
    pub ucs2: bool,
    /// Whether the indication is set or cleared.
    pub active: bool,
    /// What is waiting.
    pub kind: WaitingKind,
}

/// What is waiting.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "two bits")]
pub enum WaitingKind {
    /// Voice mail.
    Voicemail,
    /// A fax.
    Fax,
    /// Electronic mail.
    Email,
    /// Something else.
    Other,
}

impl WaitingKind {
    /// The two bits on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self as u8
    }

    /// Reads the two lowest bits.
    #[must_use]
    pub const fn from_bits(octet: u8) -> Self {
        match octet & 0x03 {
            0 => Self::Voicemail,
            1 => Self::Fax,
            2 => Self::Email,
            _ => Self::Other,
        }
    }
}

newtype_field!(DataCoding);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_nibbles_follow_gsm() {
        assert_eq!(DataCoding(0xF4).alphabet(), Alphabet::Octets);
        assert_eq!(DataCoding(0x18).alphabet(), Alphabet::Ucs2);
        assert_eq!(DataCoding(0x18).message_class(), Some(MessageClass::Class0));
        assert_eq!(DataCoding(0x48).alphabet(), Alphabet::Ucs2);
        assert!(DataCoding(0x48).is_marked_for_deletion());
        assert_eq!(DataCoding(0xF1).alphabet(), Alphabet::Gsm7);
        assert_eq!(DataCoding(0x00).message_class(), None);
        assert!(DataCoding(0x30).is_compressed());
    }

    #[test]
    fn message_waiting_there_and_back() {
        for octet in (0xC0..=0xEF).filter(|octet| octet & 0x04 == 0) {
            let waiting = DataCoding(octet).message_waiting().unwrap();
            assert_eq!(DataCoding::with_message_waiting(waiting), DataCoding(octet));
        }
    }
}
