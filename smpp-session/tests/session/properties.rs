//! Random lists of operations; the invariants hold after each step.

use std::time::Duration;

use proptest::prelude::*;
use smpp_session::pdu::CommandStatus;
use smpp_session::testing::Pair;
use smpp_session::testing::invariants::{Operation, Setup, hold};
use smpp_session::{Role, SessionConfig};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_resolved_once_and_the_window_never_exceeded(
        operations in prop::collection::vec(operation(), 0..80),
        window in 1_usize..5,
        inbound in 1_usize..5,
        throttle in any::<bool>(),
        chunk in 1_usize..60,
        latency in (0_u64..50).prop_map(Duration::from_millis),
    ) {
        let held = hold(Setup { window, inbound, throttle, chunk, latency }, &operations);
        prop_assert_eq!(held, Ok(()));
    }

    #[test]
    fn the_same_holds_for_operations_made_of_octets(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let operations: Vec<_> = octets
            .chunks_exact(2)
            .map(|pair| Operation::of_octets(pair[0], pair[1]))
            .collect();
        let latency = Duration::ZERO;
        let setup = Setup { window: 2, inbound: 2, throttle: false, chunk: usize::MAX, latency };
        prop_assert_eq!(hold(setup, &operations), Ok(()));
    }

    #[test]
    fn any_octets_leave_the_session_with_bounded_memory(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20),
    ) {
        let mut pair = Pair::bound(SessionConfig::default(), SessionConfig::default());
        for piece in &pieces {
            let now = pair.now();
            pair.mc.receive(piece, now);
            pair.advance(Duration::from_millis(100));
            prop_assert!(pair.mc.session.transmit().len() <= 128 << 10);
        }
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    let role = || prop_oneof![Just(Role::Esme), Just(Role::Mc)];
    let status = || (0_u32..3).prop_map(CommandStatus);
    let body = || prop::collection::vec(any::<u8>(), 0..12);
    prop_oneof![
        12 => role().prop_map(Operation::Request),
        8 => (role(), status()).prop_map(|(role, status)| Operation::Answer(role, status)),
        4 => role().prop_map(Operation::AnswerNewest),
        6 => (0_u16..4_000).prop_map(Operation::Advance),
        2 => (role(), any::<bool>()).prop_map(|(role, stalled)| Operation::Stall(role, stalled)),
        1 => (role(), body()).prop_map(|(role, body)| Operation::Receive(role, body)),
        1 => role().prop_map(Operation::Unbind),
        1 => role().prop_map(Operation::Close),
        1 => Just(Operation::Lose),
        1 => Just(Operation::Cut),
    ]
}
