//! Numbers for our own requests.

use std::fmt;

use smpp_pdu::SequenceNumber;

/// Where a session takes the sequence_numbers of its own requests from.
///
/// The session skips a number that is out of range or whose request is still
/// unanswered, so an implementation may count, share one counter among
/// sessions, or draw at random. It must not return the same number for ever.
pub trait SequenceSource: Send + fmt::Debug {
    /// Returns the next candidate.
    fn next_number(&mut self) -> SequenceNumber;
}

/// The default: 1, 2, 3 … `0x7FFF_FFFF`, then 1 again (SMPP v5.0 section 2.6.2).
#[derive(Clone, Debug)]
pub struct SequenceCounter {
    next: SequenceNumber,
}

impl SequenceCounter {
    /// Starts at `first`; 0 and what is above `0x7FFF_FFFF` become 1.
    #[must_use]
    pub const fn starting_at(first: SequenceNumber) -> Self {
        Self { next: if first.is_regular() { first } else { SequenceNumber::FIRST } }
    }
}

impl Default for SequenceCounter {
    fn default() -> Self {
        Self::starting_at(SequenceNumber::FIRST)
    }
}

impl SequenceSource for SequenceCounter {
    fn next_number(&mut self) -> SequenceNumber {
        let number = self.next;
        self.next = number.next();
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_wraps_to_one_after_0x7fffffff() {
        let mut counter = SequenceCounter::starting_at(SequenceNumber::LAST);

        let numbers = [counter.next_number(), counter.next_number(), counter.next_number()];

        assert_eq!(numbers, [SequenceNumber::LAST, SequenceNumber(1), SequenceNumber(2)]);
    }

    #[test]
    fn a_start_out_of_range_becomes_one() {
        assert_eq!(SequenceCounter::starting_at(SequenceNumber(0)).next_number(), SequenceNumber(1));
        assert_eq!(
            SequenceCounter::starting_at(SequenceNumber(0x8000_0000)).next_number(),
            SequenceNumber(1)
        );
    }
}
