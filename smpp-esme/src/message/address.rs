//! An address as people write it, and the TON and NPI it most likely has.

use std::fmt;

use smpp_session::pdu::{Address, Npi, Ton};

/// An address with its type of number and numbering plan.
///
/// From a plain string they are guessed as [`Address::guess`] does: `+` or `00`
/// and digits is international, up to 8 digits a short code, other digits of
/// unknown type in the ISDN plan, anything else a name. What is none of these
/// is kept as it is; whether it fits is said when the message is submitted.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct MessageAddress {
    ton: Ton,
    npi: Npi,
    digits: String,
}

impl MessageAddress {
    /// An address with the TON and NPI given.
    pub fn new(ton: Ton, npi: Npi, address: impl Into<String>) -> Self {
        Self { ton, npi, digits: address.into() }
    }

    /// The type of number.
    pub fn ton(&self) -> Ton {
        self.ton
    }

    /// The numbering plan.
    pub fn npi(&self) -> Npi {
        self.npi
    }

    /// The address as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.digits
    }
}

impl Default for MessageAddress {
    /// No address: the centre fills in its own (SMPP v3.4 section 5.2.8).
    fn default() -> Self {
        Self::new(Ton::UNKNOWN, Npi::UNKNOWN, "")
    }
}

impl From<&str> for MessageAddress {
    /// Guesses TON and NPI.
    fn from(written: &str) -> Self {
        written.to_owned().into()
    }
}

impl From<&String> for MessageAddress {
    /// Guesses TON and NPI.
    fn from(written: &String) -> Self {
        written.clone().into()
    }
}

impl From<String> for MessageAddress {
    /// Guesses TON and NPI.
    fn from(written: String) -> Self {
        match Address::guess(&written) {
            Some(guessed) => guessed.into(),
            None => Self::new(Ton::UNKNOWN, Npi::UNKNOWN, written),
        }
    }
}

impl From<Address> for MessageAddress {
    fn from(address: Address) -> Self {
        Self::new(address.ton, address.npi, String::from_utf8_lossy(address.addr.as_bytes()))
    }
}

impl fmt::Debug for MessageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageAddress({:?}, {:?}, {} characters)", self.ton, self.npi, self.digits.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ton_and_npi_follow_how_the_address_is_written() {
        let table = [
            ("+4790000000", Ton::INTERNATIONAL, Npi::ISDN, "4790000000"),
            ("4790000000", Ton::UNKNOWN, Npi::ISDN, "4790000000"),
            ("2030", Ton::NETWORK_SPECIFIC, Npi::UNKNOWN, "2030"),
            ("DEMO", Ton::ALPHANUMERIC, Npi::UNKNOWN, "DEMO"),
            ("", Ton::UNKNOWN, Npi::UNKNOWN, ""),
            ("A name of many letters", Ton::UNKNOWN, Npi::UNKNOWN, "A name of many letters"),
        ];

        for (written, ton, npi, wire) in table {
            let address = MessageAddress::from(written);
            assert_eq!((address.ton(), address.npi(), address.as_str()), (ton, npi, wire), "{written}");
        }
    }

    #[test]
    fn debug_hides_the_number() {
        let shown = format!("{:?}", MessageAddress::from("+4790000000"));

        assert!(!shown.contains("479"), "{shown}");
    }
}
