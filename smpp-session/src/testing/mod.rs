//! For tests of whatever stands on a session: [`Pair`], two sessions on a
//! virtual clock, and `ScriptedPeer` (with the feature `tokio`), a peer that
//! does exactly what a test says.
//!
//! Not for production: what is here keeps everything it sees.

pub mod invariants;
mod pair;
#[cfg(feature = "tokio")]
mod scripted_peer;

pub use pair::{End, Pair, Recorded};
#[cfg(feature = "tokio")]
pub use scripted_peer::{ScriptError, ScriptedPeer};
