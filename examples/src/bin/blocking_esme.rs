//! An ESME without a runtime: the session driven by `std::net` and the clock, in one thread.
//!
//! `blocking_esme [ADDR:PORT]` binds as `demo`, submits one message, waits for one to come in, unbinds.
//! Beside `minimal_mc` the message that comes in is its own.

#![expect(clippy::print_stdout, reason = "it talks to whoever started it")]

use std::env;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smpp_session::pdu::{BindTransceiver, Body, CommandStatus, DeliverSmResp, SequenceNumber, SubmitSm};
use smpp_session::{CloseReason, Event, Reply, RequestKey, Role, Session, SessionConfig};

const SUBMIT: RequestKey = RequestKey(1);
const BIND: RequestKey = RequestKey(2);

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest needs nothing done")]
fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2775".to_owned());
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut session = Session::new(Role::Esme, Arc::new(SessionConfig::default()), Instant::now());
    let bind = BindTransceiver {
        system_id: "demo".try_into()?,
        password: "secret".try_into()?,
        ..BindTransceiver::default()
    };
    session.request(&bind, BIND, Instant::now())?;

    let mut input = BytesMut::new();
    loop {
        while let Some(event) = session.poll_event(&mut input, Instant::now()) {
            match event {
                Event::Bound(info) => {
                    println!("bound to {}", info.mc_system_id);
                    session.request(&message()?, SUBMIT, Instant::now())?;
                }
                Event::Pdu { body: Body::DeliverSm(pdu), id, .. } => {
                    println!("received {} octets", pdu.short_message.len());
                    session.respond(
                        SequenceNumber(id),
                        Reply::ok(DeliverSmResp::default()),
                        Instant::now(),
                    )?;
                    session.unbind(Instant::now());
                }
                Event::Pdu {
                    body: Body::SubmitSmResp(pdu), command_status: CommandStatus::ESME_ROK, ..
                } => {
                    println!("submitted as {}", pdu.message_id.unwrap_or_default());
                }
                Event::Pdu { command_status, id, .. } if command_status != CommandStatus::ESME_ROK => {
                    return Err(format!("request {id} was refused: {command_status:?}").into());
                }
                Event::Closed(reason) => {
                    write_out(&mut session, &mut stream)?;
                    println!("closed: {reason}");
                    return if reason == CloseReason::Unbound { Ok(()) } else { Err(reason.into()) };
                }
                _ => {}
            }
        }
        write_out(&mut session, &mut stream)?;
        read_in(&mut session, &mut stream, &mut input)?;
    }
}

fn message() -> Result<SubmitSm, Box<dyn Error>> {
    Ok(SubmitSm {
        source_addr: "1000".try_into()?,
        destination_addr: "2000".try_into()?,
        short_message: b"Hello from one thread".into(),
        ..SubmitSm::default()
    })
}

fn write_out(session: &mut Session, stream: &mut TcpStream) -> std::io::Result<()> {
    while !session.transmit().is_empty() {
        let written = stream.write(session.transmit())?;
        session.transmitted(written);
    }
    Ok(())
}

/// Waits for octets, but no longer than until the session's next deadline.
fn read_in(session: &mut Session, stream: &mut TcpStream, input: &mut BytesMut) -> std::io::Result<()> {
    let wait = session.poll_timeout().map(|due| due.saturating_duration_since(Instant::now()));
    stream.set_read_timeout(wait.map(|wait| wait.max(Duration::from_millis(1))))?;
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk) {
        Ok(0) => session.handle_eof(Instant::now()),
        Ok(read) => input.extend_from_slice(chunk.get(..read).unwrap_or_default()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
        Err(error) if error.kind() == ErrorKind::Interrupted => {}
        Err(error) => session.handle_transport_error(error.kind(), Instant::now()),
    }
    session.handle_timeout(Instant::now());
    Ok(())
}
