//! What an account may be given: binds, throughput, the mode of its messages.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use smpp_session::BindMode;
use thiserror::Error;

/// Which of the three bind operations an account may use. Default: all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BindModes {
    transmitter: bool,
    receiver: bool,
    transceiver: bool,
}

/// Submissions per second over all binds of the account, with a burst above it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throughput {
    per_second: u32,
    burst: u32,
}

/// When a submit_sm is answered, after the messaging modes of esm_class (SMPP v5.0 section 4.7.12).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum MessageMode {
    /// As soon as the message is durable here, whatever esm_class asks.
    StoreAndForward,
    /// When the next hop has answered, whatever esm_class asks.
    Forward,
    /// As the esm_class of each message asks; its default mode is store and forward.
    #[default]
    AsAsked,
}

/// A word that is none of the known ones; the text names both.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("`{word}` is none of {known}")]
pub struct UnknownWord {
    word: String,
    known: &'static str,
}

impl BindModes {
    /// No operation; add with [`with`](Self::with).
    #[must_use]
    pub fn none() -> Self {
        Self { transmitter: false, receiver: false, transceiver: false }
    }

    /// These and `mode`.
    #[must_use]
    pub fn with(mut self, mode: BindMode) -> Self {
        match mode {
            BindMode::Transmitter => self.transmitter = true,
            BindMode::Receiver => self.receiver = true,
            BindMode::Transceiver => self.transceiver = true,
        }
        self
    }

    /// Whether `mode` is among them.
    #[must_use]
    pub fn permits(self, mode: BindMode) -> bool {
        match mode {
            BindMode::Transmitter => self.transmitter,
            BindMode::Receiver => self.receiver,
            BindMode::Transceiver => self.transceiver,
        }
    }

    /// Whether nothing is permitted.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::none()
    }
}

impl Default for BindModes {
    fn default() -> Self {
        Self { transmitter: true, receiver: true, transceiver: true }
    }
}

impl Throughput {
    /// `per_second` submissions a second, both numbers at least 1. `burst` is how many may come at
    /// once after a quiet spell; none given, it is one second's worth but at least ten, so that the
    /// parts of one long message pass whatever the rate is.
    #[must_use]
    pub fn new(per_second: u32, burst: Option<u32>) -> Self {
        let per_second = per_second.max(1);
        let burst = burst.map_or_else(|| per_second.max(10), |burst| burst.max(1));
        Self { per_second, burst }
    }

    /// Submissions a second in the long run.
    #[must_use]
    pub fn per_second(self) -> u32 {
        self.per_second
    }

    /// Submissions that may come at once.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst
    }
}

impl FromStr for BindModes {
    type Err = UnknownWord;

    /// Reads one word: `transmitter`, `receiver` or `transceiver`, or `tx`, `rx`, `trx`.
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "transmitter" | "tx" => Ok(Self::none().with(BindMode::Transmitter)),
            "receiver" | "rx" => Ok(Self::none().with(BindMode::Receiver)),
            "transceiver" | "trx" => Ok(Self::none().with(BindMode::Transceiver)),
            _ => Err(UnknownWord::new(word, "transmitter, receiver, transceiver")),
        }
    }
}

impl FromIterator<Self> for BindModes {
    fn from_iter<I: IntoIterator<Item = Self>>(modes: I) -> Self {
        modes.into_iter().fold(Self::none(), |all, modes| Self {
            transmitter: all.transmitter || modes.transmitter,
            receiver: all.receiver || modes.receiver,
            transceiver: all.transceiver || modes.transceiver,
        })
    }
}

impl FromStr for MessageMode {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "store_and_forward" => Ok(Self::StoreAndForward),
            "forward" => Ok(Self::Forward),
            "as_asked" => Ok(Self::AsAsked),
            _ => Err(UnknownWord::new(word, "store_and_forward, forward, as_asked")),
        }
    }
}

impl Display for MessageMode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StoreAndForward => "store_and_forward",
            Self::Forward => "forward",
            Self::AsAsked => "as_asked",
        })
    }
}

impl UnknownWord {
    fn new(word: &str, known: &'static str) -> Self {
        Self { word: word.to_owned(), known }
    }

    /// The words that would have been right, separated by commas.
    #[must_use]
    pub fn known(&self) -> &'static str {
        self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_are_named_by_word() {
        let modes: Result<BindModes, _> = ["transmitter", "rx"].into_iter().map(str::parse).collect();
        let modes: BindModes = modes.unwrap();
        assert!(modes.permits(BindMode::Transmitter) && modes.permits(BindMode::Receiver));
        assert!(!modes.permits(BindMode::Transceiver));
        assert!("both".parse::<BindModes>().unwrap_err().known().contains("transceiver"));
    }

    #[test]
    fn modes_read_what_they_write() {
        for mode in [MessageMode::StoreAndForward, MessageMode::Forward, MessageMode::AsAsked] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
    }

    #[test]
    fn a_burst_holds_a_long_message_at_any_rate() {
        assert_eq!(Throughput::new(1, None).burst(), 10);
        assert_eq!(Throughput::new(50, None).burst(), 50);
        assert_eq!(Throughput::new(50, Some(3)).burst(), 3);
        assert_eq!(Throughput::new(0, Some(0)), Throughput::new(1, Some(1)));
    }
}
