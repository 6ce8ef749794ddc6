//! What differs between the Kannel versions on the wire.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The wire form a bearerbox speaks. It cannot be asked for over the box port; Kannel's status page shows it.
///
/// A wrong setting shows at once: an `sms` of 30 fields makes a 1.4.5 close the connection, one of 31 fields is
/// read by an old one with nonsense in its expiry.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KannelVersion {
    /// 1.4.2 and 1.4.3: 30 fields, no `meta_data`; `validity` and `deferred` are minutes from now.
    V1_4_2,
    /// 1.4.4 and later: 31 fields; `validity` and `deferred` are Unix seconds.
    #[default]
    V1_4_4,
}

impl KannelVersion {
    /// Tells whether an `sms` has the field `meta_data`.
    pub const fn has_meta_data(self) -> bool {
        matches!(self, Self::V1_4_4)
    }

    /// Tells whether `validity` and `deferred` travel as minutes and not as Unix seconds.
    pub const fn uses_minutes(self) -> bool {
        matches!(self, Self::V1_4_2)
    }
}

/// Reads `1.4.2`, `1.4.3`, `1.4.4` or `1.4.5`.
impl FromStr for KannelVersion {
    type Err = InvalidKannelVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "1.4.2" | "1.4.3" => Ok(Self::V1_4_2),
            "1.4.4" | "1.4.5" => Ok(Self::V1_4_4),
            _ => Err(InvalidKannelVersion),
        }
    }
}

impl fmt::Display for KannelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_4_2 => "1.4.2",
            Self::V1_4_4 => "1.4.4",
        })
    }
}

/// The text is not a Kannel version this crate knows.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not one of the Kannel versions 1.4.2, 1.4.3, 1.4.4, 1.4.5")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct InvalidKannelVersion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_older() {
        for version in [KannelVersion::V1_4_2, KannelVersion::V1_4_4] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!("1.4.5".parse(), Ok(KannelVersion::V1_4_4));
        assert_eq!("1.4.1".parse::<KannelVersion>(), Err(InvalidKannelVersion));
    }
}
