//! The binaries end to end: real programs on both sides, over loopback, each test on ports and in a folder of
//! its own.
//!
//! The other side is third-party software: Python and npm clients and servers, and Kannel's bearerbox. `make test`
//! installs it and sets `SMPP_REQUIRE_PEERS`, and then what is missing is a failure. A plain `cargo test` says
//! loudly what it skips.
//!
//! Nothing here decodes SMPP with the crates under test: [`wire`] is a small ESME of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "the whole binary is test code; clippy.toml only exempts what stands inside a test function"
)]

mod bad_configuration;
mod bad_input;
mod bearerbox;
mod configuration;
mod dissection;
mod exit_status;
mod first_run;
mod kannel;
mod kill;
mod operations;
mod peers;
mod process;
mod roles;
mod scratch;
mod shutdown;
mod smpp;
mod smppd;
mod tap;
mod third_party_clients;
mod third_party_servers;
mod wire;
