//! Random operation lists on a pair; the invariants hold after each step.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use smpp_session::pdu::{CommandStatus, DeliverSm, SubmitSm};
use smpp_session::testing::Pair;
use smpp_session::{Event, Reply, RequestKey, Role, SessionConfig};

use crate::support::raw;

#[derive(Clone, Debug)]
enum Step {
    Request(Role),
    Answer(Role, u8),
    AnswerNewest(Role),
    Advance(u16),
    Stall(Role, bool),
    Garbage(Role, Vec<u8>),
    Unbind(Role),
    Close(Role),
    Lose,
    Cut,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_resolved_once_and_the_window_never_exceeded(
        steps in prop::collection::vec(step(), 0..80),
        window in 1_usize..5,
        inbound in 1_usize..5,
        chunk in 1_usize..60,
        latency in 0_u64..50,
    ) {
        let config = || SessionConfig::default()
            .send_window(window).unwrap()
            .inbound_limit(inbound).unwrap()
            .response_timeout(Some(Duration::from_secs(3)));
        let mut pair = Pair::bound(config(), config()).chunk(chunk).latency(Duration::from_millis(latency));
        let mut ledger = [Ledger::default(), Ledger::default()];
        for step in &steps {
            take(&mut pair, &mut ledger, step);
            for role in [Role::Esme, Role::Mc] {
                ledger[index(role)].settle(&mut pair, role);
                let end = pair.end(role);
                prop_assert!(end.session.window_in_use() <= window);
                prop_assert!(end.session.unanswered() <= inbound);
                let open = ledger[index(role)].open();
                prop_assert_eq!(end.session.window_in_use(), if end.session.close_reason().is_some() { 0 } else { open });
            }
        }
        // Whatever happened, in the end nothing is open: a full inbound window is
        // read on once the owner answers.
        pair.cut();
        for _ in 0..100 {
            pair.advance(Duration::from_millis(50));
            for role in [Role::Esme, Role::Mc] {
                ledger[index(role)].settle(&mut pair, role);
                take(&mut pair, &mut ledger, &Step::Answer(role, 0));
            }
        }
        pair.advance(Duration::from_secs(60));
        for role in [Role::Esme, Role::Mc] {
            ledger[index(role)].settle(&mut pair, role);
            prop_assert_eq!(ledger[index(role)].open(), 0, "each request resolved");
            prop_assert_eq!(ledger[index(role)].twice, 0, "and none twice");
            prop_assert_eq!(ledger[index(role)].ends, 1);
            prop_assert_eq!(pair.end(role).session.poll_timeout(), None);
        }
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

/// What became of the requests of one end.
#[derive(Default)]
struct Ledger {
    next: u32,
    open: BTreeMap<u32, ()>,
    twice: u32,
    ends: u32,
    asked: Vec<smpp_session::pdu::SequenceNumber>,
}

impl Ledger {
    fn open(&self) -> usize {
        self.open.len()
    }

    fn settle(&mut self, pair: &mut Pair, role: Role) {
        while let Some(event) = pair.end(role).events.pop_front() {
            match event {
                Event::Pdu { id, body, .. } if body.is_response() => self.resolve(id),
                Event::Pdu { id, body, .. } if body.command_id().response().is_some() => {
                    self.asked.push(smpp_session::pdu::SequenceNumber(id));
                }
                Event::Expired { key: RequestKey(key) } | Event::Lost { key: RequestKey(key), .. } => {
                    self.resolve(key)
                }
                Event::Closed(_) => self.ends += 1,
                _ => {}
            }
        }
    }

    fn resolve(&mut self, key: u32) {
        if self.open.remove(&key).is_none() {
            self.twice += 1;
        }
    }
}

fn take(pair: &mut Pair, ledger: &mut [Ledger; 2], step: &Step) {
    let now = pair.now();
    match step {
        Step::Request(role) => {
            let key = ledger[index(*role)].next;
            let session = &mut pair.end(*role).session;
            let sent = match role {
                Role::Esme => session.request(&SubmitSm::default(), RequestKey(key), now),
                Role::Mc => session.request(&DeliverSm::default(), RequestKey(key), now),
            };
            if sent.is_ok() {
                ledger[index(*role)].next += 1;
                ledger[index(*role)].open.insert(key, ());
            }
        }
        Step::Answer(role, status) => {
            let asked = &mut ledger[index(*role)].asked;
            if !asked.is_empty() {
                let number = asked.remove(0);
                let _gone = pair.end(*role).session.respond(
                    number,
                    Reply::from(CommandStatus(u32::from(*status))),
                    now,
                );
            }
        }
        Step::AnswerNewest(role) => {
            if let Some(number) = ledger[index(*role)].asked.pop() {
                let _gone =
                    pair.end(*role).session.respond(number, Reply::from(CommandStatus::ESME_ROK), now);
            }
        }
        Step::Advance(millis) => pair.advance(Duration::from_millis(u64::from(*millis))),
        Step::Stall(role, stalled) => pair.end(*role).stalled = *stalled,
        Step::Garbage(role, body) => pair.end(*role).receive(&raw(0x8000_0004, 0, 3, body), now),
        Step::Unbind(role) => pair.end(*role).session.unbind(now),
        Step::Close(role) => pair.end(*role).session.close(now),
        Step::Lose => pair.lose(),
        Step::Cut => pair.cut(),
    }
    pair.settle();
}

fn step() -> impl Strategy<Value = Step> {
    let role = || prop_oneof![Just(Role::Esme), Just(Role::Mc)];
    prop_oneof![
        12 => role().prop_map(Step::Request),
        8 => (role(), 0_u8..3).prop_map(|(role, status)| Step::Answer(role, status)),
        4 => role().prop_map(Step::AnswerNewest),
        6 => (0_u16..4_000).prop_map(Step::Advance),
        2 => (role(), any::<bool>()).prop_map(|(role, stalled)| Step::Stall(role, stalled)),
        1 => (role(), prop::collection::vec(any::<u8>(), 0..12)).prop_map(|(role, body)| Step::Garbage(role, body)),
        1 => role().prop_map(Step::Unbind),
        1 => role().prop_map(Step::Close),
        1 => Just(Step::Lose),
        1 => Just(Step::Cut),
    ]
}

fn index(role: Role) -> usize {
    match role {
        Role::Esme => 0,
        Role::Mc => 1,
    }
}
