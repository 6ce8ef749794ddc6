//! The link over TCP: a handle that sends, an inbox of what arrives, and the driver between them.
//!
//! Nothing is spawned here. The driver is a future for the caller to run; it connects, reconnects, and ends only when
//! it is told to. One owner can keep handle and inbox across any number of connections.

mod attempts;
mod backoff;
mod builder;
mod driver;
mod error;
mod handle;
mod inbox;
mod shared;
mod transport;

pub use backoff::Backoff;
pub use builder::BearerboxClientBuilder;
#[cfg(feature = "tls")]
pub use builder::InvalidServerName;
pub use driver::BearerboxDriver;
pub use error::SendError;
pub use handle::{BearerboxClient, ConnectionState, Sending};
pub use inbox::{Acknowledgement, Inbox, Incoming, IncomingSms};
