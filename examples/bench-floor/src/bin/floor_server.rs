//! The physical floor of a message centre: never looks at a body, answers fixed octets, writes once for each read.

use std::io;
use std::net::SocketAddr;

use bench_floor::{
    BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, ENQUIRE_LINK, ESME_RINVCMDID, ESME_RINVCMDLEN, Front,
    GENERIC_NACK, Header, MAX_PDU, RESP, SUBMIT_SM, UNBIND, front, put_pdu,
};
use clap::Parser;
use tokio::net::{TcpListener, TcpStream};

/// Answers binds, submit_sm, enquire_link and unbind with fixed octets.
#[derive(Parser)]
struct Options {
    /// Where to listen; port 0 takes any.
    #[arg(long, default_value = "127.0.0.1:2775")]
    listen: SocketAddr,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(options.listen).await?;
        println!("listening on {}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(serve(stream));
        }
    })
}

/// Serves one connection until either side ends it.
async fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = vec![0; 2 * MAX_PDU];
    let mut filled = 0;
    let mut output = Vec::with_capacity(64 * 1024);
    loop {
        stream.readable().await?;
        match stream.try_read(&mut input[filled..]) {
            Ok(0) => return Ok(()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let (taken, ended) = answer_all(&input[..filled], &mut output);
        input.copy_within(taken..filled, 0);
        filled -= taken;
        write_all(&stream, &output).await?;
        output.clear();
        if ended {
            return Ok(());
        }
    }
}

/// Answers every whole PDU; how many octets they had, and whether the connection is over.
fn answer_all(input: &[u8], output: &mut Vec<u8>) -> (usize, bool) {
    let mut at = 0;
    loop {
        match front(&input[at..]) {
            Front::Partial => return (at, false),
            Front::Lost(header) => {
                put_pdu(output, GENERIC_NACK, ESME_RINVCMDLEN, header.sequence_number, b"");
                return (at, true);
            }
            Front::Pdu(header, length) => {
                at += length;
                answer(header, output);
                if header.command_id == UNBIND {
                    return (at, true);
                }
            }
        }
    }
}

fn answer(header: Header, output: &mut Vec<u8>) {
    let Header { command_id, sequence_number, .. } = header;
    match command_id {
        SUBMIT_SM => put_pdu(output, SUBMIT_SM | RESP, 0, sequence_number, b"00000001\0"),
        BIND_RECEIVER | BIND_TRANSMITTER | BIND_TRANSCEIVER => {
            // With sc_interface_version, for clients that look at it.
            put_pdu(output, command_id | RESP, 0, sequence_number, b"floor\0\x02\x10\x00\x01\x34");
        }
        ENQUIRE_LINK | UNBIND => put_pdu(output, command_id | RESP, 0, sequence_number, b""),
        _ if command_id & RESP != 0 => {}
        _ => put_pdu(output, GENERIC_NACK, ESME_RINVCMDID, sequence_number, b""),
    }
}

async fn write_all(stream: &TcpStream, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        match stream.try_write(octets) {
            Ok(count) => octets = &octets[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
