//! The PROXY protocol, versions 1 and 2: a load balancer tells where a connection comes from.
//!
//! Read only from networks that are trusted to tell the truth, and demanded from those. From
//! anywhere else its first octets are a command_length far beyond any limit, and the connection is
//! closed as any other that does not speak SMPP.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt};

/// Reads the header and not an octet more. `None` if the proxy speaks for itself (a health check)
/// or does not know where the connection comes from.
///
/// Fails with `InvalidData` for anything that is no header.
pub(super) async fn read_source<T: AsyncRead + Unpin>(stream: &mut T) -> io::Result<Option<SocketAddr>> {
    // No header of either version is shorter.
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    let source = if start == SIGNATURE {
        let mut fixed = [0; 4];
        stream.read_exact(&mut fixed).await?;
        let [command, family, high, low] = fixed;
        let length = u16::from_be_bytes([high, low]);
        if length > LONGEST_V2 {
            return Err(malformed());
        }
        let mut addresses = vec![0; usize::from(length)];
        stream.read_exact(&mut addresses).await?;
        source_v2(command, family, &addresses)
    } else if start.starts_with(b"PROXY ") {
        let mut line = start.to_vec();
        while line.last() != Some(&b'\n') {
            if line.len() == LONGEST_V1 {
                return Err(malformed());
            }
            line.push(stream.read_u8().await?);
        }
        source_v1(&line)
    } else {
        None
    };
    source.ok_or_else(malformed)
}

/// The outer `None` is a malformed header, the inner one a header without a source.
type Source = Option<Option<SocketAddr>>;

/// `PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\r\n`
fn source_v1(line: &[u8]) -> Source {
    let line = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let mut words = line.split(' ').skip(1);
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(None);
    }
    let (source, destination): (IpAddr, IpAddr) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (source_port, destination_port): (u16, u16) =
        (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let right_family = match family {
        "TCP4" => source.is_ipv4() && destination.is_ipv4(),
        "TCP6" => source.is_ipv6() && destination.is_ipv6(),
        _ => false,
    };
    let whole = right_family && words.next().is_none() && source_port > 0 && destination_port > 0;
    whole.then(|| Some(SocketAddr::new(source, source_port)))
}

fn source_v2(command: u8, family: u8, addresses: &[u8]) -> Source {
    match (command, family) {
        (LOCAL, _) | (PROXY, UNSPECIFIED) => Some(None),
        (PROXY, TCP_OVER_IPV4) => {
            let (source, rest) = addresses.split_first_chunk::<4>()?;
            let (_destination, rest) = rest.split_first_chunk::<4>()?;
            let (port, _) = rest.split_first_chunk::<2>()?;
            Some(Some(SocketAddr::new(Ipv4Addr::from(*source).into(), u16::from_be_bytes(*port))))
        }
        (PROXY, TCP_OVER_IPV6) => {
            let (source, rest) = addresses.split_first_chunk::<16>()?;
            let (_destination, rest) = rest.split_first_chunk::<16>()?;
            let (port, _) = rest.split_first_chunk::<2>()?;
            Some(Some(SocketAddr::new(Ipv6Addr::from(*source).into(), u16::from_be_bytes(*port))))
        }
        _ => None,
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "no PROXY protocol header")
}

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const UNSPECIFIED: u8 = 0x00;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;
// The longest line that version 1 allows.
const LONGEST_V1: usize = 107;
// Addresses take 36 octets; what follows are the proxy's own TLVs.
const LONGEST_V2: u16 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn version_1_tells_the_source_and_leaves_the_rest() {
        for (header, source) in [
            ("PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\r\n", Some("192.0.2.1:40000")),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 40000 2775\r\n", Some("[2001:db8::1]:40000")),
            ("PROXY UNKNOWN\r\n", None),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        ] {
            let octets = [header.as_bytes(), b"\0\0\0\x10rest"].concat();
            let mut stream = octets.as_slice();
            let found = read_source(&mut stream).await.unwrap();
            assert_eq!(found, source.map(|source| source.parse().unwrap()), "{header}");
            assert_eq!(stream, b"\0\0\0\x10rest", "{header}");
        }
    }

    #[tokio::test]
    async fn version_2_tells_the_source_and_leaves_the_rest() {
        let v4 = [&[192, 0, 2, 1, 198, 51, 100, 1][..], &40000_u16.to_be_bytes(), &2775_u16.to_be_bytes()]
            .concat();
        let v6: Ipv6Addr = "2001:db8::1".parse().unwrap();
        let v6 = [&v6.octets()[..], &[0; 16], &40000_u16.to_be_bytes(), &[0, 1, 0x20, 0, 1, 0]].concat();
        for (command, family, body, source) in [
            (PROXY, TCP_OVER_IPV4, v4.as_slice(), Some("192.0.2.1:40000")),
            (PROXY, TCP_OVER_IPV6, v6.as_slice(), Some("[2001:db8::1]:40000")),
            (PROXY, UNSPECIFIED, &[1, 2, 3], None),
            (LOCAL, 0, &[], None),
        ] {
            let octets = [header_v2(command, family, body), b"rest".to_vec()].concat();
            let mut stream = octets.as_slice();
            let found = read_source(&mut stream).await.unwrap();
            assert_eq!(found, source.map(|source| source.parse().unwrap()));
            assert_eq!(stream, b"rest");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        let long = format!("PROXY TCP4 {}\r\n", "1".repeat(200));
        let lines = [
            "PROXY TCP4 192.0.2.1 198.51.100.1 40000\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775 1\r\n",
            "PROXY TCP4 2001:db8::1 2001:db8::2 40000 2775\r\n",
            "PROXY TCP6 192.0.2.1 198.51.100.1 40000 2775\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 70000 2775\r\n",
            "PROXY TCP4 192.0.2.1 198.51.100.1 40000 2775\n",
            "PROXY UDP4 192.0.2.1 198.51.100.1 40000 2775\r\n",
            "\0\0\0\x21\0\0\0\x09\0\0\0\0\0\0\0\x01",
            &long,
        ];
        for line in lines {
            let refused = read_source(&mut line.as_bytes()).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "{line:?}");
        }
        for header in [
            header_v2(PROXY, TCP_OVER_IPV4, &[0; 9]),
            header_v2(PROXY, TCP_OVER_IPV6, &[0; 33]),
            header_v2(PROXY, 0x12, &[0; 12]),
            header_v2(0x22, TCP_OVER_IPV4, &[0; 12]),
            header_v2(0x11, TCP_OVER_IPV4, &[0; 12]),
            header_v2(LOCAL, 0, &[0; 5000]),
        ] {
            let refused = read_source(&mut header.as_slice()).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[tokio::test]
    async fn a_header_cut_short_is_an_end_of_file() {
        let header = header_v2(PROXY, TCP_OVER_IPV4, &[0; 12]);
        for cut in 0..header.len() {
            let refused = read_source(&mut &header[..cut]).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    fn header_v2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, body].concat()
    }
}
