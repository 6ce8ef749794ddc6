//! The measured loop on one connection.

use std::io;
use std::time::Instant;

use bench_floor::{HEADER, SUBMIT_SM, put_c_octets, put_pdu};

use crate::Options;
use crate::connection::Connection;
use crate::report::Report;

/// Octets waiting to be written at which no more submit_sm are made.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// Reads in a row after which the other connections of the thread have their turn.
const TURN: u32 = 16;

/// Sends so many messages and waits for all their answers.
pub(crate) async fn load(
    connection: &mut Connection,
    options: &Options,
    messages: u64,
    first_destination: u64,
) -> io::Result<Report> {
    let mut report = Report::default();
    let mut template = Template::new(options);
    let mut outstanding = Outstanding::new(options.window);
    let mut sent = 0;
    let mut last_answer = Instant::now();
    let mut reads = 0;
    while sent < messages || outstanding.count > 0 {
        let now = Instant::now();
        while sent < messages && outstanding.count < options.window && connection.queued() < OUTPUT_LIMIT {
            let sequence = connection.take_sequence();
            outstanding.add(sequence, now);
            connection.queue(template.patched(sequence, first_destination + sent));
            sent += 1;
        }
        connection.flush()?;
        let mut answered = false;
        let something = connection.read(|header| {
            let Some(since) = outstanding.remove(header.sequence_number) else { return };
            answered = true;
            report.note(header.command_status, since.elapsed());
        })?;
        if answered {
            last_answer = Instant::now();
        }
        if something {
            reads += 1;
            if reads % TURN == 0 {
                tokio::task::yield_now().await;
            }
        } else if outstanding.count > 0 {
            connection.ready(last_answer + options.patience()).await?;
        }
    }
    connection.flush()?;
    Ok(report)
}

/// When each submit_sm without an answer was made, by its sequence_number.
struct Outstanding {
    slots: Vec<Option<(u32, Instant)>>,
    count: usize,
}

impl Outstanding {
    fn new(window: usize) -> Self {
        // Answers may come in any order; so large a ring is not overtaken by them.
        Self { slots: vec![None; (window.next_power_of_two() * 16).max(1024)], count: 0 }
    }

    fn add(&mut self, sequence: u32, now: Instant) {
        let slot = self.slot(sequence);
        self.slots[slot] = Some((sequence, now));
        self.count += 1;
    }

    fn remove(&mut self, sequence: u32) -> Option<Instant> {
        let slot = self.slot(sequence);
        let (_, since) = self.slots[slot].take_if(|(owner, _)| *owner == sequence)?;
        self.count -= 1;
        Some(since)
    }

    fn slot(&self, sequence: u32) -> usize {
        sequence as usize % self.slots.len()
    }
}

/// A whole submit_sm in which sequence_number and destination are still to be written.
struct Template {
    octets: Vec<u8>,
    destination_at: usize,
}

/// The first destination; each message takes the next.
const DESTINATIONS: u64 = 31_600_000_000;
const DIGITS: usize = 11;

impl Template {
    fn new(options: &Options) -> Self {
        let mut body = vec![0, 1, 1];
        put_c_octets(&mut body, "12345");
        body.extend_from_slice(&[1, 1]);
        let destination_at = HEADER + body.len();
        put_c_octets(&mut body, &DESTINATIONS.to_string());
        // esm_class to sm_default_msg_id: no receipt is asked for.
        body.extend_from_slice(&[0; 9]);
        body.push(options.length);
        body.extend(
            b"The quick brown fox jumps over the lazy dog. ".iter().cycle().take(options.length.into()),
        );
        let mut octets = Vec::new();
        put_pdu(&mut octets, SUBMIT_SM, 0, 0, &body);
        Self { octets, destination_at }
    }

    fn patched(&mut self, sequence: u32, destination: u64) -> &[u8] {
        self.octets[12..16].copy_from_slice(&sequence.to_be_bytes());
        let mut left = DESTINATIONS + destination;
        for digit in self.octets[self.destination_at..][..DIGITS].iter_mut().rev() {
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
        }
        &self.octets
    }
}
