//! The id by which an `sms` and its acknowledgement find each other.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

/// The id of an [`Sms`](crate::Sms): 128 bits, written as a UUID of 36 characters in lower case.
///
/// A report has an id of its own, not that of the MT it reports on.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SmsId(Uuid);

impl SmsId {
    /// How many characters an id has on the wire.
    pub const LEN: usize = 36;

    /// Makes an id of 16 octets as they are.
    pub const fn from_bytes(octets: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(octets))
    }

    /// Makes a random id (UUID version 4) of 16 random octets; six of their bits are overwritten.
    pub fn from_random_bytes(octets: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(octets).into_uuid())
    }

    /// Makes a random id (UUID version 4) of the operating system's randomness.
    #[cfg(feature = "tokio")]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The 16 octets of the id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads the 36 characters of the wire form, in either case. The forms without hyphens or in braces are
    /// refused, as bearerbox refuses them.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != Self::LEN {
            return None;
        }
        Uuid::try_parse_ascii(text).ok().map(Self)
    }

    pub(crate) fn write(self, buffer: &mut [u8; Self::LEN]) -> &[u8] {
        self.0.hyphenated().encode_lower(buffer).as_bytes()
    }
}

impl FromStr for SmsId {
    type Err = InvalidSmsId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes()).ok_or(InvalidSmsId)
    }
}

impl fmt::Display for SmsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for SmsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a UUID of 36 characters.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a uuid of 36 characters")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct InvalidSmsId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_either_case_and_writes_lower() {
        let id: SmsId = "0FD18B0D-08AF-449F-85D7-C316BF42AB72".parse().unwrap();

        assert_eq!(id.to_string(), "0fd18b0d-08af-449f-85d7-c316bf42ab72");
    }

    #[test]
    fn refuses_every_other_form_of_uuid() {
        for text in [
            "",
            "0fd18b0d08af449f85d7c316bf42ab72",
            "{0fd18b0d-08af-449f-85d7-c316bf42ab72}",
            "0fd18b0d-08af-449f-85d7-c316bf42ab7g",
        ] {
            assert_eq!(text.parse::<SmsId>(), Err(InvalidSmsId), "{text}");
        }
    }

    #[test]
    fn random_octets_make_a_version_4_uuid() {
        let id = SmsId::from_random_bytes([0xFF; 16]);

        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
