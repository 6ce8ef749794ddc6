//! Staying connected: when to try again, and the task that does.

mod backoff;
mod link;
mod policy;

pub(crate) use self::link::{Link, LinkState};
pub use self::{
    backoff::Backoff,
    policy::{Reaction, ReconnectPolicy},
};
