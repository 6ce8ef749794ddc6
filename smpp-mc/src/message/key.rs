//! [`MessageKey`]: what the store calls a message.

use core::fmt;

/// What the store calls a message: issued by the store, strictly increasing across restarts
/// and clock steps, never issued twice.
///
/// The upper 43 bits follow the clock in milliseconds since 1970 where the clock allows; the order
/// of two keys is the order in which they were issued. A key is internal: what an ESME sees is the
/// message_id that [`MessageIds`](super::MessageIds) makes of it.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MessageKey(u64);

impl MessageKey {
    /// The greatest key: 63 bits, so that every engine can hold it as a signed integer.
    pub const MAX: Self = Self(i64::MAX as u64);
    /// Below every issued key.
    pub const MIN: Self = Self(0);

    /// The key with this number, or `None` above [`MAX`](Self::MAX).
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        if number > Self::MAX.0 { None } else { Some(Self(number)) }
    }

    /// The number, at most 63 bits.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageKey({:016x})", self.0)
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
