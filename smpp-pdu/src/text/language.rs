//! [`Language`]: the national languages of GSM 03.38.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

/// A national language of GSM 03.38, as a user data header names it (3GPP TS 23.038 section 6.2.1.2.4).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Language(pub u8);

impl Language {
    /// The default alphabet and extension table.
    pub const DEFAULT: Self = Self(0);
    /// Turkish.
    pub const TURKISH: Self = Self(1);
    /// Spanish; it has only a single shift table.
    pub const SPANISH: Self = Self(2);
    /// Portuguese.
    pub const PORTUGUESE: Self = Self(3);
    /// Bengali and Assamese.
    pub const BENGALI: Self = Self(4);
    /// Gujarati.
    pub const GUJARATI: Self = Self(5);
    /// Hindi.
    pub const HINDI: Self = Self(6);
    /// Kannada.
    pub const KANNADA: Self = Self(7);
    /// Malayalam.
    pub const MALAYALAM: Self = Self(8);
    /// Oriya.
    pub const ORIYA: Self = Self(9);
    /// Punjabi.
    pub const PUNJABI: Self = Self(10);
    /// Tamil.
    pub const TAMIL: Self = Self(11);
    /// Telugu.
    pub const TELUGU: Self = Self(12);
    /// Urdu.
    pub const URDU: Self = Self(13);

    /// All thirteen.
    pub const ALL: [Self; 13] = [
        Self::TURKISH,
        Self::SPANISH,
        Self::PORTUGUESE,
        Self::BENGALI,
        Self::GUJARATI,
        Self::HINDI,
        Self::KANNADA,
        Self::MALAYALAM,
        Self::ORIYA,
        Self::PUNJABI,
        Self::TAMIL,
        Self::TELUGU,
        Self::URDU,
    ];

    /// Whether it has a locking shift table.
    #[must_use]
    pub const fn has_locking(self) -> bool {
        matches!(self.0, 1 | 3..=13)
    }

    /// Whether it has a single shift table.
    #[must_use]
    pub const fn has_single(self) -> bool {
        matches!(self.0, 1..=13)
    }
}

/// Which tables a text uses: a user data header carries them as the elements 0x25 and 0x24.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Shifts {
    /// In place of the default alphabet.
    pub locking: Language,
    /// In place of the extension table.
    pub single: Language,
}

impl Shifts {
    /// The default alphabet and its extension table.
    pub const DEFAULT: Self = Self { locking: Language::DEFAULT, single: Language::DEFAULT };

    /// The octets that its elements take in a user data header, its length octet not counted.
    #[must_use]
    pub const fn header_len(self) -> usize {
        (if self.locking.0 == 0 { 0 } else { 3 }) + (if self.single.0 == 0 { 0 } else { 3 })
    }
}
