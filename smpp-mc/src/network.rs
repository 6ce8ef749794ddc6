//! Networks in CIDR notation.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// An IPv4 or IPv6 network: an address and the length of its prefix in bits.
///
/// Read from `192.0.2.0/24`, `2001:db8::/32`, or a single address, which is a network of its full
/// length. Bits behind the prefix are cleared. An IPv4-mapped IPv6 address counts as the IPv4
/// address inside it, on both sides of the comparison, because a listener on `[::]` sees IPv4
/// peers in that form.
///
/// ```
/// use smpp_mc::Network;
///
/// let network: Network = "192.0.2.0/24".parse()?;
/// assert!(network.contains("192.0.2.77".parse()?));
/// assert!(network.contains("::ffff:192.0.2.77".parse()?));
/// assert!(!network.contains("198.51.100.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is not a [`Network`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The part before the slash is no IPv4 or IPv6 address.
    #[error("`{0}` is not an IP address")]
    Address(String),
    /// The part after the slash is no number, or more than 32 (IPv4) or 128 (IPv6).
    #[error("`{0}` is not a prefix length for this kind of address")]
    Prefix(String),
}

impl Network {
    /// The network of `prefix` bits that `address` lies in.
    ///
    /// `None` if `prefix` is more than 32 (IPv4) or 128 (IPv6). For an IPv4-mapped IPv6 address the
    /// prefix counts the bits of the IPv6 form and must be at least 96.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let (address, prefix) = match (address, address.to_canonical()) {
            (IpAddr::V6(_), canonical @ IpAddr::V4(_)) => (canonical, prefix.checked_sub(96)?),
            (_, canonical) => (canonical, prefix),
        };
        if prefix > width(address) {
            return None;
        }
        Some(Self { address: masked(address, prefix), prefix })
    }

    /// Whether `address` lies in this network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.prefix) == self.address
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let ip: IpAddr = address.trim().parse().map_err(|_| NetworkError::Address(address.to_owned()))?;
        let bad_prefix = || NetworkError::Prefix(prefix.unwrap_or_default().to_owned());
        let bits = match prefix {
            Some(prefix) => prefix.trim().parse().map_err(|_| bad_prefix())?,
            None => width(ip),
        };
        Self::new(ip, bits).ok_or_else(bad_prefix)
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.1.2.3/8", "10.0.0.1", "9.255.255.255"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::/0", "2001:db8::1", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!parsed.contains(outside.parse().unwrap()), "{outside} in {network}");
        }
    }

    #[test]
    fn a_mapped_address_is_its_ipv4_address() {
        let network: Network = "192.0.2.0/24".parse().unwrap();
        assert!(network.contains("::ffff:192.0.2.200".parse().unwrap()));
        assert!(!network.contains("::ffff:192.0.3.200".parse().unwrap()));
    }

    #[test]
    fn text_that_is_no_network_is_refused() {
        assert!(matches!("example.org/8".parse::<Network>(), Err(NetworkError::Address(_))));
        for text in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "::ffff:192.0.2.1/24"] {
            assert!(matches!(text.parse::<Network>(), Err(NetworkError::Prefix(_))), "{text}");
        }
    }

    #[test]
    fn display_reads_back() {
        for text in ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"] {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.to_string(), text);
        }
    }
}
