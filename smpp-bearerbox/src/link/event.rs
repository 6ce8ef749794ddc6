//! What a link tells its owner.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::protocol::{AckStatus, AdminCommand, FrameError, MsgError, Sms, SmsId};

/// What happened on a [`Link`](crate::Link). `T` is what the caller gave along with a message to know it by.
#[derive(Debug)]
#[non_exhaustive]
pub enum LinkEvent<T> {
    /// Bearerbox answered an MT.
    Acked {
        /// What the caller gave along.
        tag: T,
        /// The id of the MT.
        id: SmsId,
        /// What becomes of it.
        status: AckStatus,
        /// From the call of `send` to the acknowledgement.
        elapsed: Duration,
    },
    /// An MO or a report came. It holds one of bearerbox's slots until it is acknowledged.
    Sms {
        /// The message.
        sms: Box<Sms>,
        /// What acknowledges it.
        token: AckToken,
    },
    /// Bearerbox said shutdown or restart. Nothing is sent any more; the link closes as soon as the acknowledgements
    /// under way came, or after the drain time.
    Draining {
        /// Which of the two.
        command: AdminCommand,
    },
    /// The oldest MT has waited for its acknowledgement too long: bearerbox is suspended or dead. Told once.
    Stalled {
        /// How many MTs wait.
        unacknowledged: usize,
    },
    /// An acknowledgement came after all.
    Resumed,
    /// A complete frame was no message. It was skipped; if it was an MO or a report, bearerbox will count it as
    /// unacknowledged until the connection ends.
    Malformed {
        /// What was wrong.
        error: MsgError,
    },
    /// The connection is over, and this is the last event: close the transport.
    Lost(Loss<T>),
}

/// What acknowledges one received message: see [`Link::acknowledge`](crate::Link::acknowledge).
///
/// Dropped, it leaves the message unacknowledged: bearerbox keeps one of its slots for it and sends it again, with the
/// same id, on the next connection.
#[derive(Debug)]
#[must_use = "the message stays unacknowledged and occupies a slot of bearerbox"]
pub struct AckToken {
    pub(super) id: SmsId,
    pub(super) time: Option<i32>,
}

impl AckToken {
    /// The id of the message.
    pub const fn id(&self) -> SmsId {
        self.id
    }
}

/// Everything that was not settled when a link ended.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made to be taken apart; a message is in one of the two lists")]
pub struct Loss<T> {
    /// Why it ended.
    pub reason: LossReason,
    /// Written in full to the transport and not acknowledged, oldest first. Bearerbox may have them or not, so sending
    /// them again may double them.
    pub in_doubt: Vec<Unsettled<T>>,
    /// Never written in full, oldest first. Bearerbox cannot have them.
    pub unsent: Vec<Unsettled<T>>,
}

/// A message handed back.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made to be taken apart")]
pub struct Unsettled<T> {
    /// The message, as it was or would have been sent.
    pub sms: Box<Sms>,
    /// What the caller gave along.
    pub tag: T,
}

/// Why a link ended.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum LossReason {
    /// Bearerbox said shutdown: it goes down, or did not understand a frame.
    #[error("bearerbox said shutdown")]
    Shutdown,
    /// Bearerbox said restart and will be back in seconds.
    #[error("bearerbox said restart")]
    Restart,
    /// Bearerbox closed only this connection, without a word.
    #[error("bearerbox closed the connection")]
    Closed,
    /// The transport failed.
    #[error("connection failed: {0}")]
    Io(io::ErrorKind),
    /// The octets received are no frames.
    #[error("unreadable stream: {0}")]
    Frame(#[from] FrameError),
    /// This side ended it, because the bearerbox that had said goodbye may be at its other end still: such a one accepts
    /// connections, answers failed_tmp or nothing, and cannot end before they are closed.
    #[error("bearerbox may be going down still")]
    Doubtful,
    /// This side ended it with [`Link::stop`](crate::Link::stop).
    #[error("stopped by this side")]
    Stopped,
}

/// What a link has counted since it began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct LinkCounters {
    /// MTs put into the window.
    pub mt_sent: u64,
    /// Acknowledgements of MTs with success.
    pub acked_success: u64,
    /// Acknowledgements of MTs with failed.
    pub acked_failed: u64,
    /// Acknowledgements of MTs with failed_tmp.
    pub acked_failed_tmp: u64,
    /// Acknowledgements of MTs with buffered.
    pub acked_buffered: u64,
    /// Acknowledgements that name no MT in the window.
    pub acks_unmatched: u64,
    /// MOs received.
    pub mo_received: u64,
    /// Reports received.
    pub reports_received: u64,
    /// Complete frames that were no message.
    pub malformed: u64,
    /// Messages that mean nothing to a box: heartbeats, datagrams, other admin commands.
    pub ignored: u64,
    /// Heartbeats sent.
    pub heartbeats_sent: u64,
}
