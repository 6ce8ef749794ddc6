//! What must hold whatever happens: any list of operations on a [`Pair`].
//!
//! Property tests and fuzzers make the lists; [`hold`] plays them.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use smpp_pdu::{CommandStatus, DeliverSm, SequenceNumber, SubmitSm};

use super::Pair;
use crate::config::{InboundPolicy, SessionConfig};
use crate::error::ConfigError;
use crate::event::{Event, RequestKey};
use crate::reply::Reply;
use crate::role::Role;

/// One thing that happens to a pair.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// An end sends a request, if its session lets it.
    Request(Role),
    /// An end answers the oldest request it was told of, with this status.
    Answer(Role, CommandStatus),
    /// An end answers the newest.
    AnswerNewest(Role),
    /// Time passes, in milliseconds.
    Advance(u16),
    /// An end stops writing, or goes on.
    Stall(Role, bool),
    /// An end receives a submit_sm_resp of its peer's with this body.
    Receive(Role, Vec<u8>),
    /// An end unbinds.
    Unbind(Role),
    /// An end closes.
    Close(Role),
    /// The line goes dead without a word.
    Lose,
    /// The line is closed.
    Cut,
}

impl Operation {
    /// Makes an operation of two octets, whatever they are.
    #[must_use]
    pub fn of_octets(kind: u8, detail: u8) -> Self {
        let role = if detail & 1 == 0 { Role::Esme } else { Role::Mc };
        match kind % 24 {
            0..=7 => Self::Request(role),
            8..=11 => Self::Answer(role, CommandStatus(u32::from(detail >> 6))),
            12..=13 => Self::AnswerNewest(role),
            14..=16 => Self::Advance(u16::from(detail) * 16),
            17..=18 => Self::Stall(role, detail & 2 == 0),
            19 => Self::Receive(role, vec![detail; usize::from(detail % 12)]),
            20 => Self::Unbind(role),
            21 => Self::Close(role),
            22 => Self::Lose,
            _ => Self::Cut,
        }
    }
}

/// The pair that the operations happen to.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "to be written down by tests")]
pub struct Setup {
    /// The send window of both ends, at least one.
    pub window: usize,
    /// The inbound limit of both ends, at least one.
    pub inbound: usize,
    /// Whether requests beyond it are throttled instead of unread.
    pub throttle: bool,
    /// How many octets arrive at once.
    pub chunk: usize,
    /// How long octets are under way.
    pub latency: Duration,
}

/// Plays the operations on a bound pair and checks after each of them: the
/// window is never exceeded, no slot is lost, no more requests wait for answers
/// than the limit says. At the end the line is cut, and every request must have
/// been resolved exactly once, the end told exactly once, and no timer be left.
///
/// # Errors
///
/// What does not hold, in words.
pub fn hold(setup: Setup, operations: &[Operation]) -> Result<(), String> {
    let config = config(setup).map_err(|error| error.to_string())?;
    let mut pair = Pair::bound(config.clone(), config).chunk(setup.chunk).latency(setup.latency);
    let mut owners = [Owner::of(Role::Esme), Owner::of(Role::Mc)];
    for operation in operations {
        for owner in &mut owners {
            owner.take_part(&mut pair, operation);
        }
        pair.settle();
        for owner in &mut owners {
            owner.hear(&mut pair);
            owner.check(&mut pair, setup).map_err(|broken| format!("after {operation:?}: {broken}"))?;
        }
    }
    pair.cut();
    // An end that is not read because its owner owes answers is read on as they come.
    for _ in 0..setup.inbound.saturating_add(operations.len()) {
        pair.advance(setup.latency);
        for owner in &mut owners {
            owner.hear(&mut pair);
            owner.answer(&mut pair, CommandStatus::ESME_ROK, true);
        }
    }
    pair.advance(Duration::from_secs(60));
    for owner in &mut owners {
        owner.hear(&mut pair);
        owner.check_end(&mut pair).map_err(|broken| format!("at the end: {broken}"))?;
    }
    Ok(())
}

fn config(setup: Setup) -> Result<SessionConfig, ConfigError> {
    let policy = if setup.throttle { InboundPolicy::Throttle } else { InboundPolicy::StopReading };
    Ok(SessionConfig::default()
        .send_window(setup.window)?
        .inbound_limit(setup.inbound)?
        .when_inbound_full(policy)
        .response_timeout(Some(Duration::from_secs(3))))
}

/// What one end's owner knows.
#[derive(Debug)]
struct Owner {
    role: Role,
    next_key: u32,
    /// Keys of requests without an outcome.
    open: BTreeSet<u32>,
    /// Outcomes of requests that had one, or never were.
    surplus: u32,
    ends: u32,
    /// What the peer asks.
    asked: VecDeque<SequenceNumber>,
}

impl Owner {
    fn of(role: Role) -> Self {
        Self { role, next_key: 0, open: BTreeSet::new(), surplus: 0, ends: 0, asked: VecDeque::new() }
    }

    fn take_part(&mut self, pair: &mut Pair, operation: &Operation) {
        let now = pair.now();
        match operation {
            Operation::Request(role) if *role == self.role => self.request(pair),
            Operation::Answer(role, status) if *role == self.role => self.answer(pair, *status, true),
            Operation::AnswerNewest(role) if *role == self.role => {
                self.answer(pair, CommandStatus::ESME_ROK, false);
            }
            Operation::Stall(role, stalled) if *role == self.role => pair.end(*role).stalled = *stalled,
            Operation::Receive(role, body) if *role == self.role => {
                let mut frame = vec![0, 0, 0, 0, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 3];
                frame.extend_from_slice(body);
                if let (Some(length), Ok(octets)) = (frame.first_chunk_mut(), u32::try_from(body.len() + 16))
                {
                    *length = octets.to_be_bytes();
                }
                pair.end(*role).receive(&frame, now);
            }
            Operation::Unbind(role) if *role == self.role => pair.end(*role).session.unbind(now),
            Operation::Close(role) if *role == self.role => pair.end(*role).session.close(now),
            // These happen to the line: once, not once for each end.
            Operation::Advance(millis) if self.role == Role::Esme => {
                pair.advance(Duration::from_millis(u64::from(*millis)));
            }
            Operation::Lose if self.role == Role::Esme => pair.lose(),
            Operation::Cut if self.role == Role::Esme => pair.cut(),
            Operation::Request(_)
            | Operation::Answer(..)
            | Operation::AnswerNewest(_)
            | Operation::Stall(..)
            | Operation::Receive(..)
            | Operation::Unbind(_)
            | Operation::Close(_)
            | Operation::Advance(_)
            | Operation::Lose
            | Operation::Cut => {}
        }
    }

    fn request(&mut self, pair: &mut Pair) {
        let (now, key) = (pair.now(), RequestKey(self.next_key));
        let session = &mut pair.end(self.role).session;
        let sent = match self.role {
            Role::Esme => session.request(&SubmitSm::default(), key, now),
            Role::Mc => session.request(&DeliverSm::default(), key, now),
        };
        if sent.is_ok() {
            self.next_key += 1;
            self.open.insert(key.0);
        }
    }

    fn answer(&mut self, pair: &mut Pair, status: CommandStatus, oldest: bool) {
        let number = if oldest { self.asked.pop_front() } else { self.asked.pop_back() };
        let now = pair.now();
        if let Some(number) = number {
            // The session may have ended meanwhile.
            let _gone = pair.end(self.role).session.respond(number, Reply::from(status), now);
            pair.settle();
        }
    }

    fn hear(&mut self, pair: &mut Pair) {
        while let Some(event) = pair.end(self.role).events.pop_front() {
            match event {
                Event::Pdu { id, body, .. } if body.is_response() => self.resolved(id),
                Event::Pdu { id, body, .. } if body.command_id().response().is_some() => {
                    self.asked.push_back(SequenceNumber(id));
                }
                Event::Expired { key } | Event::Lost { key, .. } => self.resolved(key.0),
                Event::Closed(_) => self.ends += 1,
                Event::Pdu { .. }
                | Event::Bound(_)
                | Event::UnbindReceived
                | Event::WindowAvailable
                | Event::Unmatched(_)
                | Event::Refused(_)
                | Event::NotSent(_)
                | Event::Unanswered { .. } => {}
            }
        }
    }

    fn resolved(&mut self, key: u32) {
        if !self.open.remove(&key) {
            self.surplus += 1;
        }
    }

    fn check(&self, pair: &mut Pair, setup: Setup) -> Result<(), String> {
        let session = &pair.end(self.role).session;
        let in_use = session.window_in_use();
        let open = if session.close_reason().is_some() { 0 } else { self.open.len() };
        ensure(in_use <= setup.window, || format!("{in_use} requests in a window of {}", setup.window))?;
        ensure(in_use == open, || format!("{open} requests are open and {in_use} slots taken"))?;
        let unanswered = session.unanswered();
        ensure(unanswered <= setup.inbound, || format!("{unanswered} unanswered of {}", setup.inbound))?;
        ensure(self.surplus == 0, || "a request was resolved twice".to_owned())
    }

    fn check_end(&self, pair: &mut Pair) -> Result<(), String> {
        let session = &pair.end(self.role).session;
        ensure(self.open.is_empty(), || format!("{:?} were never resolved", self.open))?;
        ensure(self.surplus == 0, || "a request was resolved twice".to_owned())?;
        ensure(self.ends == 1, || format!("the end was told {} times", self.ends))?;
        ensure(session.poll_timeout().is_none(), || "a timer is left".to_owned())
    }
}

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}
