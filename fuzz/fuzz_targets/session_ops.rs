//! Any list of operations on two sessions: the window is never exceeded, no
//! slot is lost, each request is resolved exactly once.
//!
//! The first four octets set the pair up, each two that follow are an operation.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use smpp_session::testing::invariants::{Operation, Setup, hold};

fuzz_target!(|octets: &[u8]| {
    let Some((setup, operations)) = octets.split_first_chunk::<4>() else { return };
    let setup = Setup {
        window: usize::from(setup[0] % 8) + 1,
        inbound: usize::from(setup[1] % 8) + 1,
        throttle: setup[1] & 0x80 != 0,
        chunk: usize::from(setup[2]).max(1),
        latency: Duration::from_millis(u64::from(setup[3] % 64)),
    };
    // Longer lists find nothing that shorter ones do not, and take their time.
    let operations: Vec<_> =
        operations.chunks_exact(2).take(200).map(|pair| Operation::of_octets(pair[0], pair[1])).collect();
    assert_eq!(hold(setup, &operations), Ok(()));
});
