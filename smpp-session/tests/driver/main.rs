//! The tokio driver, over pipes and with a paused clock.

#![expect(clippy::unwrap_used, reason = "a test fails so")]
#![expect(clippy::disallowed_methods, reason = "a test runs its own tasks")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it is about")]

mod dispatch;
mod handle;
mod liveness;
mod support;
mod tls;
mod transport;
