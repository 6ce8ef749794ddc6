//! Any octets into a session, in any pieces: it never panics, what it keeps is
//! bounded, and whole frames never end it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_session::testing::Pair;
use smpp_session::{CloseReason, SessionConfig};

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (cuts, mut stream) = input;
    let mut pair = Pair::bound(SessionConfig::default(), SessionConfig::default());
    for cut in cuts.iter().map(|cut| usize::from(*cut)).chain([usize::MAX]) {
        let (piece, rest) = stream.split_at(cut.min(stream.len()));
        stream = rest;
        let now = pair.now();
        pair.mc.receive(piece, now);
        pair.settle();
        assert!(pair.mc.session.transmit().len() <= 128 << 10);
        assert!(pair.mc.session.unanswered() <= 1024);
    }
    let position_lost = |reason| {
        matches!(
            reason,
            CloseReason::FrameLength { .. } | CloseReason::PeerLostPosition | CloseReason::PeerUnbound
        )
    };
    assert!(pair.mc.session.close_reason().is_none_or(position_lost));
});
