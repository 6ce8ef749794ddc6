//! One connection to bearerbox as a state machine: octets and moments in, octets and events out.
//!
//! A [`Link`] knows no socket and no clock. Whoever drives it
//!
//! 1. reads octets into a buffer and calls [`Link::handle_input`],
//! 2. takes events with [`Link::poll_event`] until there is none,
//! 3. writes what [`Link::output`] shows and says how much with [`Link::transmitted`],
//! 4. calls [`Link::handle_timeout`] when the moment of [`Link::poll_timeout`] has come.
//!
//! A link lives as long as its connection and is not used again: a lost one hands back everything that is not
//! settled, divided into what may have arrived and what cannot have. Connecting again is the caller's.

mod config;
mod event;
mod state;
mod window;

pub use config::LinkConfig;
pub use event::{AckToken, LinkCounters, LinkEvent, Loss, LossReason, Unsettled};
pub use state::{Link, SendRefusal, Unsent};
