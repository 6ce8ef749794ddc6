//! The server role from the outside: what an ESME sees, over pipes and loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "support code of tests")]

mod answers;
mod bad_input;
mod bind;
mod counters;
mod esme;
mod limits;
mod panics;
mod proxies;
mod push;
mod stop;
mod test_mc;
