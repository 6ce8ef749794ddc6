//! [`Ton`] and [`Npi`]: how the digits of an address are meant.

#![expect(clippy::exhaustive_structs, reason = "open enumerations: the number is all there is")]

use super::{COctetString, newtype_field};

/// Type of number (SMPP 3.4 section 5.2.5, SMPP 5.0 section 4.7.1). Open: any number is kept.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct Ton(pub u8);

impl Ton {
    /// Not known; the peer decides.
    pub const UNKNOWN: Self = Self(0x00);
    /// With country code, without leading plus sign or zeros.
    pub const INTERNATIONAL: Self = Self(0x01);
    /// Without country code.
    pub const NATIONAL: Self = Self(0x02);
    /// A short code or service number of the network.
    pub const NETWORK_SPECIFIC: Self = Self(0x03);
    /// A local number.
    pub const SUBSCRIBER_NUMBER: Self = Self(0x04);
    /// A name, at most 11 characters in GSM networks.
    pub const ALPHANUMERIC: Self = Self(0x05);
    /// An abbreviated number.
    pub const ABBREVIATED: Self = Self(0x06);
}

/// Numbering plan indicator (SMPP 3.4 section 5.2.6, SMPP 5.0 section 4.7.2). Open: any number is kept.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct Npi(pub u8);

impl Npi {
    /// Not known; the peer decides.
    pub const UNKNOWN: Self = Self(0x00);
    /// Telephone numbers: E.163, E.164.
    pub const ISDN: Self = Self(0x01);
    /// Data numbers: X.121.
    pub const DATA: Self = Self(0x03);
    /// Telex: F.69.
    pub const TELEX: Self = Self(0x04);
    /// Land mobile: E.212.
    pub const LAND_MOBILE: Self = Self(0x06);
    /// National.
    pub const NATIONAL: Self = Self(0x08);
    /// Private.
    pub const PRIVATE: Self = Self(0x09);
    /// ERMES paging.
    pub const ERMES: Self = Self(0x0A);
    /// Internet address.
    pub const INTERNET: Self = Self(0x0E);
    /// WAP client id.
    pub const WAP_CLIENT_ID: Self = Self(0x12);
}

/// An address with its type and plan, of any field: what keys and lookups are made of.
///
/// Its `Debug` shows the digits' length only.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Address {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan.
    pub npi: Npi,
    /// The digits or letters.
    pub addr: COctetString<65>,
}

impl Address {
    /// An address of at most 64 octets; `None` if there are more, or a NUL among them.
    #[must_use]
    pub fn new(ton: Ton, npi: Npi, addr: &[u8]) -> Option<Self> {
        Some(Self { ton, npi, addr: addr.try_into().ok()? })
    }

    /// Guesses type and plan from how people write a number: `+` or `00` and digits is international, up to
    /// 8 digits a short code of the network, other digits unknown, anything else a name. Blanks, hyphens,
    /// dots and parentheses between digits are left out, as are `+` and `00`.
    ///
    /// `None` for what is empty, a name of more than 11 characters, a number of more than 20 digits.
    #[must_use]
    pub fn guess(text: &str) -> Option<Self> {
        let text = text.trim();
        let bare: String = text.chars().filter(|char| !matches!(char, ' ' | '-' | '.' | '(' | ')')).collect();
        let (digits, international) = match bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
            Some(digits) => (digits, true),
            None => (bare.as_str(), false),
        };
        let numeric = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
        if !numeric {
            let fits = !text.is_empty() && text.chars().count() <= 11;
            return fits.then(|| Self::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, text.as_bytes())).flatten();
        }
        let ton = match (international, digits.len()) {
            (_, 21..) => return None,
            (true, _) => Ton::INTERNATIONAL,
            (false, ..=8) => Ton::NETWORK_SPECIFIC,
            (false, _) => Ton::UNKNOWN,
        };
        let npi = if ton == Ton::NETWORK_SPECIFIC { Npi::UNKNOWN } else { Npi::ISDN };
        Self::new(ton, npi, digits.as_bytes())
    }
}

newtype_field!(Ton);
newtype_field!(Npi);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_guessed_as_people_write_them() {
        let guess =
            |text| Address::guess(text).map(|guess| (guess.ton.0, guess.npi.0, guess.addr.to_string()));
        assert_eq!(guess("+44 7700 900-123"), Some((1, 1, "447700900123".into())));
        assert_eq!(guess("0044 7700 900123"), Some((1, 1, "447700900123".into())));
        assert_eq!(guess("07700900123"), Some((0, 1, "07700900123".into())));
        assert_eq!(guess("85432"), Some((3, 0, "85432".into())));
        assert_eq!(guess("My Company"), Some((5, 0, "My Company".into())));
        assert_eq!(guess("A name of twelve"), None);
        assert_eq!(guess(""), None);
        assert_eq!(guess("123456789012345678901"), None);
    }
}
