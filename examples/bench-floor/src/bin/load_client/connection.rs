//! One bound connection with its buffers.

use std::io;
use std::time::Instant;

use bench_floor::{
    BIND_TRANSCEIVER, DELIVER_SM, ENQUIRE_LINK, ESME_RINVCMDID, Front, GENERIC_NACK, Header, MAX_PDU, RESP,
    UNBIND, front, put_c_octets, put_pdu,
};
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::Options;

pub(crate) struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    filled: usize,
    /// What waits to be written, from `written` on.
    output: Vec<u8>,
    written: usize,
    next_sequence: u32,
    ended: bool,
}

impl Connection {
    /// Connects and binds as a transceiver.
    pub(crate) async fn bind(options: &Options) -> io::Result<Self> {
        let stream = TcpStream::connect(options.connect).await?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream,
            input: vec![0; 2 * MAX_PDU],
            filled: 0,
            output: Vec::new(),
            written: 0,
            next_sequence: 1,
            ended: false,
        };
        let mut body = Vec::new();
        for text in [options.system_id.as_str(), &options.password, ""] {
            put_c_octets(&mut body, text);
        }
        body.extend_from_slice(&[0x34, 0, 0, 0]);
        match connection.ask(BIND_TRANSCEIVER, &body, options).await? {
            0 => Ok(connection),
            status => Err(io::Error::other(format!("bind refused with status 0x{status:08x}"))),
        }
    }

    /// Takes leave.
    pub(crate) async fn unbind(&mut self, options: &Options) -> io::Result<()> {
        self.ask(UNBIND, b"", options).await.map(drop)
    }

    /// The sequence_number of the next request.
    pub(crate) fn take_sequence(&mut self) -> u32 {
        let sequence = self.next_sequence;
        self.next_sequence = sequence % 0x7fff_ffff + 1;
        sequence
    }

    /// Puts octets into the output buffer.
    pub(crate) fn queue(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Octets in the output buffer.
    pub(crate) fn queued(&self) -> usize {
        self.output.len() - self.written
    }

    /// Writes what the socket takes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.queued() > 0 {
            match self.stream.try_write(&self.output[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.output.clear();
        self.written = 0;
        Ok(())
    }

    /// Reads once and gives every response to `take`. Requests are answered into the output buffer. False when there
    /// was nothing to read.
    pub(crate) fn read(&mut self, mut take: impl FnMut(Header)) -> io::Result<bool> {
        match self.stream.try_read(&mut self.input[self.filled..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.filled += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        let mut at = 0;
        loop {
            match front(&self.input[at..self.filled]) {
                Front::Partial => break,
                Front::Lost(_) => {
                    return Err(io::Error::other("the server sent an impossible command_length"));
                }
                Front::Pdu(header, length) => {
                    at += length;
                    if header.command_id & RESP != 0 {
                        take(header);
                    } else {
                        self.answer(header);
                    }
                }
            }
        }
        self.input.copy_within(at..self.filled, 0);
        self.filled -= at;
        if self.ended {
            return Err(io::Error::other("the server unbound"));
        }
        Ok(true)
    }

    /// Waits until there is something to read or, if something waits to be written, room for it.
    pub(crate) async fn ready(&self, until: Instant) -> io::Result<()> {
        let interest =
            if self.queued() > 0 { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        match tokio::time::timeout_at(until.into(), self.stream.ready(interest)).await {
            Ok(ready) => ready.map(drop),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer")),
        }
    }

    /// Sends one request and waits for the status of its response.
    async fn ask(&mut self, command_id: u32, body: &[u8], options: &Options) -> io::Result<u32> {
        let until = Instant::now() + options.patience();
        let sequence = self.take_sequence();
        put_pdu(&mut self.output, command_id, 0, sequence, body);
        let mut status = None;
        while status.is_none() {
            self.flush()?;
            self.ready(until).await?;
            self.read(|header| {
                if header.sequence_number == sequence {
                    status = Some(header.command_status);
                }
            })?;
        }
        Ok(status.unwrap_or_default())
    }

    fn answer(&mut self, request: Header) {
        let Header { command_id, sequence_number, .. } = request;
        match command_id {
            DELIVER_SM => put_pdu(&mut self.output, command_id | RESP, 0, sequence_number, b"\0"),
            ENQUIRE_LINK => put_pdu(&mut self.output, command_id | RESP, 0, sequence_number, b""),
            UNBIND => self.ended = true,
            _ => put_pdu(&mut self.output, GENERIC_NACK, ESME_RINVCMDID, sequence_number, b""),
        }
    }
}
