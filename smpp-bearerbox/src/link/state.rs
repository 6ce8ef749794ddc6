//! The machine itself.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{Buf, BytesMut};
use thiserror::Error;
use tracing::{debug, warn};

use crate::link::config::LinkConfig;
use crate::link::event::{AckToken, LinkCounters, LinkEvent, Loss, LossReason, Unsettled};
use crate::link::window::{InFlight, Window};
use crate::protocol::{
    Ack, AckStatus, Admin, AdminCommand, FrameDecoder, Heartbeat, Msg, Sms, SmsError, SmsType,
};

/// One connection to bearerbox, from identify to its end. The module documentation tells how to drive it.
///
/// `T` travels along with each MT and comes back with its outcome.
#[derive(Debug)]
pub struct Link<T> {
    config: LinkConfig,
    phase: Phase,
    decoder: FrameDecoder,
    output: BytesMut,
    /// Octets ever put into `output`.
    produced: u64,
    window: Window<T>,
    waiting: VecDeque<Waiting<T>>,
    events: VecDeque<LinkEvent<T>>,
    /// Acknowledgements of failed_tmp, in the order they fall due.
    held_back: VecDeque<(Instant, Ack)>,
    /// Received messages without an acknowledgement in `output`.
    unacknowledged: usize,
    next_heartbeat: Instant,
    /// When an MT was acknowledged last.
    last_ack: Instant,
    stalled: bool,
    counters: LinkCounters,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Open,
    Draining { until: Instant, reason: LossReason },
    Lost,
}

#[derive(Debug)]
struct Waiting<T> {
    message: Unsettled<T>,
    since: Instant,
}

impl<T> Link<T> {
    /// Makes a link for a connection that has just come to be. The identify is in the output at once.
    pub fn new(config: LinkConfig, now: Instant) -> Self {
        let mut link = Self {
            phase: Phase::Open,
            decoder: FrameDecoder::new(config.frame_limit),
            output: BytesMut::new(),
            produced: 0,
            window: Window::new(),
            waiting: VecDeque::new(),
            events: VecDeque::new(),
            held_back: VecDeque::new(),
            unacknowledged: 0,
            next_heartbeat: now + config.heartbeat,
            last_ack: now,
            stalled: false,
            counters: LinkCounters::default(),
            config,
        };
        let boxc_id = link.config.boxc_id.clone();
        link.produce(&Admin { command: AdminCommand::Identify, boxc_id }.into());
        link
    }

    /// Takes an MT to be sent as soon as the window has room. Its `boxc_id` becomes this box's own.
    ///
    /// # Errors
    ///
    /// When the message may not be sent (see [`Sms::check_mt`]), when too many wait already, or when the link is
    /// closing. The message comes back with the error.
    pub fn send(&mut self, mut sms: Box<Sms>, tag: T, now: Instant) -> Result<(), Unsent<T>> {
        if let Some(boxc_id) = &self.config.boxc_id {
            sms.boxc_id = Some(boxc_id.clone());
        }
        let message = Unsettled { sms, tag };
        if self.phase != Phase::Open {
            return Err(Unsent { message, refusal: SendRefusal::Closing });
        }
        if let Err(error) = self.check(&message.sms) {
            return Err(Unsent { message, refusal: SendRefusal::Invalid(error) });
        }
        if self.room() == 0 {
            return Err(Unsent { message, refusal: SendRefusal::Full });
        }
        self.waiting.push_back(Waiting { message, since: now });
        self.fill_window(now);
        Ok(())
    }

    /// How many more MTs [`send`](Self::send) takes now.
    pub fn room(&self) -> usize {
        match self.phase {
            Phase::Open => self
                .config
                .window
                .saturating_sub(self.window.len())
                .saturating_add(self.config.max_waiting)
                .saturating_sub(self.waiting.len()),
            Phase::Draining { .. } | Phase::Lost => 0,
        }
    }

    /// How many MTs are sent and not acknowledged.
    pub fn in_flight(&self) -> usize {
        self.window.len()
    }

    /// How many MTs wait for room in the window.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many MTs can be sent before the window is full.
    pub fn free_window(&self) -> usize {
        match self.phase {
            Phase::Open => self.config.window.saturating_sub(self.window.len()),
            Phase::Draining { .. } | Phase::Lost => 0,
        }
    }

    /// What the caller gave along with each MT that is sent and not acknowledged, oldest first.
    pub fn in_flight_tags_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.window.tags_mut()
    }

    /// Takes MTs back that wait and whose tag `is_wanted` no longer wants. None of them was sent.
    pub fn withdraw(&mut self, mut is_wanted: impl FnMut(&T) -> bool) -> Vec<Unsettled<T>> {
        let (kept, withdrawn): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|entry| is_wanted(&entry.message.tag));
        self.waiting = kept;
        withdrawn.into_iter().map(|entry| entry.message).collect()
    }

    /// Acknowledges a received message. `FailedTmp` is held back for the set delay, because bearerbox sends the
    /// message again at once.
    pub fn acknowledge(&mut self, token: AckToken, status: AckStatus, now: Instant) {
        let ack = Ack { nack: status, time: token.time, id: token.id };
        match (self.phase, status) {
            (Phase::Lost, _) => {}
            (_, AckStatus::FailedTmp) => {
                self.held_back.push_back((now + self.config.failed_tmp_delay, ack));
                self.close_if_drained();
            }
            (_, AckStatus::Success | AckStatus::Failed | AckStatus::Buffered) => {
                self.produce_ack(ack);
            }
        }
    }

    /// Reads every whole frame off the front of `input`; the beginning of another one stays there.
    pub fn handle_input(&mut self, input: &mut BytesMut, now: Instant) {
        while self.phase != Phase::Lost {
            match self.decoder.decode(input) {
                Ok(None) => break,
                Ok(Some(frame)) => match Msg::decode(frame, self.config.version) {
                    Ok(msg) => self.handle_msg(msg, now),
                    Err(error) => {
                        warn!(%error, "bearerbox sent a frame that is no message; skipped");
                        self.counters.malformed = self.counters.malformed.saturating_add(1);
                        self.events.push_back(LinkEvent::Malformed { error });
                    }
                },
                Err(error) => return self.lose(LossReason::Frame(error)),
            }
        }
        self.fill_window(now);
        self.close_if_drained();
    }

    /// Tells whether more should be read. False while too many received messages lack an acknowledgement: whoever
    /// goes on reading then needs memory without end.
    pub fn wants_input(&self) -> bool {
        self.unacknowledged < self.config.max_unacknowledged
    }

    /// What is to be written.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Says that the first `octets` of [`output`](Self::output) are with the transport. An MT counts as possibly
    /// arrived once its last octet is.
    pub fn transmitted(&mut self, octets: usize) {
        self.output.advance(octets.min(self.output.len()));
        self.close_if_drained();
    }

    /// Takes the next event. After [`LinkEvent::Lost`] there is none.
    pub fn poll_event(&mut self) -> Option<LinkEvent<T>> {
        self.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called at the latest. `None` after the end.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let drain = match self.phase {
            Phase::Open => None,
            Phase::Draining { until, .. } => Some(until),
            Phase::Lost => return None,
        };
        let stall = self.stalls_at().filter(|_| !self.stalled);
        let held_back = self.held_back.front().map(|(due, _)| *due);
        [Some(self.next_heartbeat), drain, stall, held_back].into_iter().flatten().min()
    }

    /// Does what is due. Called early, it does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Phase::Draining { until, reason } = self.phase
            && until <= now
        {
            return self.lose(reason);
        }
        while let Some((_, ack)) = self.held_back.pop_front_if(|(due, _)| *due <= now) {
            self.produce_ack(ack);
        }
        if self.phase != Phase::Lost && self.next_heartbeat <= now {
            self.next_heartbeat = now + self.config.heartbeat;
            let load = self.window.len().saturating_add(self.waiting.len());
            self.produce(&Msg::Heartbeat(Heartbeat { load: Some(i32::try_from(load).unwrap_or(i32::MAX)) }));
            self.counters.heartbeats_sent = self.counters.heartbeats_sent.saturating_add(1);
        }
        if let Some(due) = self.stalls_at()
            && !self.stalled
            && due <= now
        {
            self.stalled = true;
            let unacknowledged = self.window.len();
            warn!(unacknowledged, "no acknowledgement from bearerbox for too long");
            self.events.push_back(LinkEvent::Stalled { unacknowledged });
        }
    }

    /// Ends the link from this side: nothing more is sent, and it closes once the acknowledgements under way came and
    /// the output is written, or after the drain time.
    pub fn stop(&mut self, now: Instant) {
        self.stop_because(LossReason::Stopped, now);
    }

    /// Ends the link like [`stop`](Self::stop), for another reason.
    pub fn stop_because(&mut self, reason: LossReason, now: Instant) {
        if self.phase == Phase::Open {
            self.drain(reason, now);
            self.close_if_drained();
        }
    }

    /// Says that the transport is gone: [`LossReason::Closed`] at the end of the stream, [`LossReason::Io`] on an
    /// error. A link that was closing anyway keeps the reason it had.
    pub fn handle_disconnect(&mut self, reason: LossReason) {
        match self.phase {
            Phase::Open => self.lose(reason),
            Phase::Draining { reason, .. } => self.lose(reason),
            Phase::Lost => {}
        }
    }

    /// Tells whether the link is closing or has ended, so that it takes no more MTs.
    pub fn is_draining(&self) -> bool {
        self.phase != Phase::Open
    }

    /// Tells whether the link has ended.
    pub fn is_lost(&self) -> bool {
        self.phase == Phase::Lost
    }

    /// What was counted.
    pub const fn counters(&self) -> &LinkCounters {
        &self.counters
    }

    /// When the oldest MT will have seen no acknowledgement, of itself or another, for too long.
    fn stalls_at(&self) -> Option<Instant> {
        self.window.oldest().map(|sent| sent.max(self.last_ack) + self.config.stall_after)
    }

    fn handle_msg(&mut self, msg: Msg, now: Instant) {
        match msg {
            Msg::Ack(ack) => self.handle_ack(ack, now),
            Msg::Sms(sms) => {
                let counter = match sms.sms_type {
                    SmsType::ReportMo | SmsType::ReportMt => &mut self.counters.reports_received,
                    SmsType::Mo | SmsType::MtReply | SmsType::MtPush | SmsType::Unknown(_) => {
                        &mut self.counters.mo_received
                    }
                };
                *counter = counter.saturating_add(1);
                self.unacknowledged = self.unacknowledged.saturating_add(1);
                let token = AckToken { id: sms.id, time: sms.time };
                self.events.push_back(LinkEvent::Sms { sms, token });
            }
            Msg::Admin(Admin { command: command @ AdminCommand::Shutdown, .. }) => {
                self.handle_goodbye(command, LossReason::Shutdown, now);
            }
            Msg::Admin(Admin { command: command @ AdminCommand::Restart, .. }) => {
                self.handle_goodbye(command, LossReason::Restart, now);
            }
            Msg::Admin(_) | Msg::Heartbeat(_) | Msg::WdpDatagram(_) => {
                debug!("bearerbox sent a message that means nothing to a box; ignored");
                self.counters.ignored = self.counters.ignored.saturating_add(1);
            }
        }
    }

    fn handle_ack(&mut self, ack: Ack, now: Instant) {
        let Some(InFlight { message, since, .. }) = self.window.take(ack.id) else {
            debug!(id = %ack.id, "bearerbox acknowledged a message that is not in the window");
            self.counters.acks_unmatched = self.counters.acks_unmatched.saturating_add(1);
            return;
        };
        let counter = match ack.nack {
            AckStatus::Success => &mut self.counters.acked_success,
            AckStatus::Failed => &mut self.counters.acked_failed,
            AckStatus::FailedTmp => &mut self.counters.acked_failed_tmp,
            AckStatus::Buffered => &mut self.counters.acked_buffered,
        };
        *counter = counter.saturating_add(1);
        self.last_ack = now;
        if std::mem::take(&mut self.stalled) {
            self.events.push_back(LinkEvent::Resumed);
        }
        self.events.push_back(LinkEvent::Acked {
            tag: message.tag,
            id: ack.id,
            status: ack.nack,
            elapsed: now.saturating_duration_since(since),
        });
    }

    fn handle_goodbye(&mut self, command: AdminCommand, reason: LossReason, now: Instant) {
        if self.phase == Phase::Open {
            self.drain(reason, now);
            self.events.push_back(LinkEvent::Draining { command });
        }
    }

    fn drain(&mut self, reason: LossReason, now: Instant) {
        self.phase = Phase::Draining { until: now + self.config.drain_time, reason };
    }

    /// Closes a draining link that has nothing more to wait for. A held back failed_tmp is none: bearerbox sends
    /// that message again anyway.
    fn close_if_drained(&mut self) {
        if let Phase::Draining { reason, .. } = self.phase
            && self.window.is_empty()
            && self.unacknowledged == self.held_back.len()
            && self.output.is_empty()
        {
            self.lose(reason);
        }
    }

    fn lose(&mut self, reason: LossReason) {
        self.phase = Phase::Lost;
        let transmitted = self.produced.saturating_sub(self.output.len() as u64);
        let (in_doubt, mut unsent) = self.window.split(transmitted);
        unsent.extend(self.waiting.drain(..).map(|entry| entry.message));
        self.held_back.clear();
        self.output.clear();
        debug!(%reason, in_doubt = in_doubt.len(), unsent = unsent.len(), "link to bearerbox ended");
        self.events.push_back(LinkEvent::Lost(Loss { reason, in_doubt, unsent }));
    }

    /// Moves waiting MTs into the window and the output while there is room.
    fn fill_window(&mut self, now: Instant) {
        while self.phase == Phase::Open && self.window.len() < self.config.window {
            let Some(Waiting { message, since }) = self.waiting.pop_front() else {
                return;
            };
            let before = self.output.len();
            message.sms.write(self.config.version, &mut self.output);
            self.count_produced(before);
            self.counters.mt_sent = self.counters.mt_sent.saturating_add(1);
            self.window.push(InFlight { message, since, sent: now, end: self.produced });
        }
    }

    fn check(&self, sms: &Sms) -> Result<(), SmsError> {
        sms.check_mt()?;
        let length = sms.body_len(self.config.version)?;
        if length > self.config.frame_limit {
            return Err(SmsError::TooLong { length, limit: self.config.frame_limit });
        }
        Ok(())
    }

    fn produce_ack(&mut self, ack: Ack) {
        self.unacknowledged = self.unacknowledged.saturating_sub(1);
        self.produce(&ack.into());
    }

    fn produce(&mut self, msg: &Msg) {
        let before = self.output.len();
        msg.write(self.config.version, &mut self.output);
        self.count_produced(before);
    }

    fn count_produced(&mut self, before: usize) {
        let grown = self.output.len().saturating_sub(before);
        self.produced = self.produced.saturating_add(grown as u64);
    }
}

/// A message that [`Link::send`] did not take.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made to be taken apart")]
pub struct Unsent<T> {
    /// The message.
    pub message: Unsettled<T>,
    /// Why.
    pub refusal: SendRefusal,
}

/// Why [`Link::send`] did not take a message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SendRefusal {
    /// It may never be sent.
    #[error("message refused: {0}")]
    Invalid(#[from] SmsError),
    /// The window and the queue before it are full. Try again after an acknowledgement.
    #[error("too many messages wait")]
    Full,
    /// The link is closing or has ended. Try again on the next one.
    #[error("the link is closing")]
    Closing,
}
