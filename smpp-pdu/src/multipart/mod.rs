//! Long messages: cut into parts that a mobile joins, and joined again.
//!
//! [`Splitter`] cuts, by user data headers, by the TLVs sar_*, or not at all (message_payload).
//! [`Reassembler`] joins what arrives, in any order, within bounds.

mod reassembler;
mod splitter;

pub use reassembler::{Incomplete, Joined, Outcome, Part, Reassembler, ReassemblyLimits};
pub use splitter::{Count, Method, Segment, SplitError, Splitter};
