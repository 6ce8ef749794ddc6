//! A proxy that keeps what passes, and writes it down as a capture file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

/// Stands between one client and a server.
pub(crate) struct Tap {
    /// Where the client is to connect.
    pub(crate) address: SocketAddr,
    passed: Arc<Mutex<Vec<Segment>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Client,
    Server,
}

struct Segment {
    from: From,
    octets: Vec<u8>,
}

impl Tap {
    /// Waits for one client on any free port and connects it to the server.
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&passed);
        thread::spawn(move || {
            let Ok((client, _)) = listener.accept() else { return };
            let Ok(server) = TcpStream::connect(server) else { return };
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&kept));
            thread::spawn(move || pump(back.0, back.1, From::Server, &back.2));
            pump(client, server, From::Client, &kept);
        });
        Self { address, passed }
    }

    /// Writes what passed so far as a pcap file of raw IPv4 packets. The server has port 2775 in it.
    pub(crate) fn write_pcap(&self, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        // The mark of little-endian files, version 2.4, no time zone, no accuracy, the longest packet, the kind.
        for word in [0xa1b2_c3d4_u32, 2 | 4 << 16, 0, 0, 0xffff, LINKTYPE_RAW] {
            file.write_all(&word.to_le_bytes())?;
        }
        let mut next = [1_u32, 1];
        for (at, segment) in (0_u32..).zip(&*self.passed.lock().unwrap()) {
            let (mine, theirs) = if segment.from == From::Client { (0, 1) } else { (1, 0) };
            // A packet cannot hold more than 64 KiB; TCP does not care where the cuts are.
            for octets in segment.octets.chunks(60_000) {
                let packet = packet(segment.from, next[mine], next[theirs], octets);
                next[mine] = next[mine].wrapping_add(octets.len() as u32);
                for word in [0, at, packet.len() as u32, packet.len() as u32] {
                    file.write_all(&word.to_le_bytes())?;
                }
                file.write_all(&packet)?;
            }
        }
        file.flush()
    }
}

const LINKTYPE_RAW: u32 = 101;
const SMPP_PORT: u16 = 2775;
const CLIENT_PORT: u16 = 40_000;

/// Copies until the end, which it passes on.
fn pump(mut source: TcpStream, mut sink: TcpStream, from: From, kept: &Mutex<Vec<Segment>>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = source.read(&mut buffer) {
        kept.lock().unwrap().push(Segment { from, octets: buffer[..count].to_vec() });
        if sink.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = sink.shutdown(Shutdown::Write);
}

/// An IPv4 packet with a TCP segment. The checksums are left out; readers do not ask for them.
fn packet(from: From, sequence: u32, acknowledged: u32, octets: &[u8]) -> Vec<u8> {
    let (client, server) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
    let (source, destination, ports) = match from {
        From::Client => (client, server, [CLIENT_PORT, SMPP_PORT]),
        From::Server => (server, client, [SMPP_PORT, CLIENT_PORT]),
    };
    let length = u16::try_from(40 + octets.len()).unwrap();
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&length.to_be_bytes());
    // No identification, do not fragment, 64 hops, TCP, no checksum.
    packet.extend_from_slice(&[0, 0, 0x40, 0, 64, 6, 0, 0]);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&destination.octets());
    for port in ports {
        packet.extend_from_slice(&port.to_be_bytes());
    }
    packet.extend_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(&acknowledged.to_be_bytes());
    // A header of five words, PSH and ACK, the whole window, no checksum, nothing urgent.
    packet.extend_from_slice(&[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend_from_slice(octets);
    packet
}
