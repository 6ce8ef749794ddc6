//! Addresses: TON and NPI on one side, the look of the text on the other.

use bytes::Bytes;
use smpp_pdu::{COctetString, Npi, Ton};

/// An address of an MT as Kannel wants it; `None` if it is no number though its type says so.
///
/// An international number gets a leading `+`, without which bearerbox would take it for a national one; the `00` of a
/// dialled number is dropped.
pub(super) fn to_kannel(ton: Ton, address: &[u8]) -> Option<Bytes> {
    if ton != Ton::INTERNATIONAL || address.is_empty() {
        return Some(Bytes::copy_from_slice(address));
    }
    let digits = address.strip_prefix(b"+").unwrap_or(address);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = digits.strip_prefix(b"00").unwrap_or(digits);
    Some([b"+", digits].concat().into())
}

/// The TON and NPI that bearerbox gives an address on an SMPP link.
pub(super) fn as_bearerbox_sends(address: &[u8], is_source: bool) -> (Ton, Npi) {
    if address.starts_with(b"+") {
        (Ton::INTERNATIONAL, Npi::ISDN)
    } else if is_source && !address.iter().all(u8::is_ascii_digit) {
        (Ton::ALPHANUMERIC, Npi::UNKNOWN)
    } else {
        (Ton::NATIONAL, Npi::ISDN)
    }
}

/// An address of an MO as SMPP has it; `None` if it is too long.
pub(super) fn to_smpp(address: &[u8], is_source: bool) -> Option<(Ton, Npi, COctetString<21>)> {
    let international = address
        .strip_prefix(b"+")
        .filter(|digits| !digits.is_empty() && (!is_source || digits.iter().all(u8::is_ascii_digit)));
    let (ton, npi, text) = match international {
        Some(digits) => (Ton::INTERNATIONAL, Npi::ISDN, digits),
        None if address.is_empty() => (Ton::UNKNOWN, Npi::UNKNOWN, address),
        None if is_source && !address.iter().all(u8::is_ascii_digit) => {
            (Ton::ALPHANUMERIC, Npi::UNKNOWN, address)
        }
        None => (Ton::NATIONAL, Npi::ISDN, address),
    };
    Some((ton, npi, text.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn international_numbers_get_a_plus() {
        for (address, expected) in [
            ("491234567", Some("+491234567")),
            ("+491234567", Some("+491234567")),
            ("00491234567", Some("+491234567")),
            ("", Some("")),
            ("49-123", None),
            ("+", None),
            ("ALPHA", None),
        ] {
            let expected = expected.map(|text| Bytes::copy_from_slice(text.as_bytes()));
            assert_eq!(to_kannel(Ton::INTERNATIONAL, address.as_bytes()), expected, "{address}");
        }
    }

    #[test]
    fn others_stay_as_they_are() {
        for ton in [Ton::UNKNOWN, Ton::NATIONAL, Ton::ALPHANUMERIC] {
            for address in ["0049123", "ALPHA", "12*34"] {
                assert_eq!(to_kannel(ton, address.as_bytes()).unwrap(), address);
            }
        }
    }

    #[test]
    fn an_mo_says_its_type_by_its_look() {
        let source = |address: &str| {
            to_smpp(address.as_bytes(), true)
                .map(|(ton, npi, text)| (ton.0, npi.0, text.as_str().unwrap().to_owned()))
        };

        assert_eq!(source("+4917000"), Some((1, 1, "4917000".to_owned())));
        assert_eq!(source("2000"), Some((2, 1, "2000".to_owned())));
        assert_eq!(source("MyBank"), Some((5, 0, "MyBank".to_owned())));
        assert_eq!(source("+x"), Some((5, 0, "+x".to_owned())));
        assert_eq!(source(""), Some((0, 0, String::new())));
        assert_eq!(source("123456789012345678901"), None);
        // A destination is a number always.
        assert_eq!(
            to_smpp(b"*100#", false).map(|(ton, npi, _)| (ton, npi)),
            Some((Ton::NATIONAL, Npi::ISDN))
        );
    }
}
