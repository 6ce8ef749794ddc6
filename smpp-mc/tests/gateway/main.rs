//! The gateway on simulated time: what an ESME and a next hop see of it.

#![cfg(feature = "simulator")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "support code of tests")]
#![expect(clippy::wildcard_enum_match_arm, reason = "whatever else comes is a failure")]

mod accepting;
mod centre;
mod delivering;
#[expect(dead_code, reason = "each test binary uses its own part of the test ESME")]
#[path = "../server/esme.rs"]
mod esme;
mod hindered;
mod hop;
mod managing;
mod restarting;
mod sending;
mod trouble;
