//! A link under arbitrary operations: every MT it takes has exactly one end.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "support code of tests")]

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use smpp_bearerbox::{
    Ack, AckStatus, AckToken, Admin, AdminCommand, FrameDecoder, KannelVersion, Link, LinkConfig, LinkEvent,
    LossReason, Msg, Sms, SmsId, SmsType,
};

const WINDOW: usize = 4;
const MAX_WAITING: usize = 3;

proptest! {
    #[test]
    fn every_mt_has_exactly_one_end(operations in vec(operation(), 1..80)) {
        let mut world = World::new();
        for operation in operations {
            world.perform(operation);
            prop_assert!(world.link.in_flight() <= WINDOW);
            prop_assert!(world.link.waiting() <= MAX_WAITING);
        }
        world.link.handle_disconnect(LossReason::Closed);
        world.take_events();

        prop_assert!(world.lost);
        prop_assert_eq!(world.link.poll_timeout(), None);
        prop_assert!(world.link.output().is_empty());
        for tag in 0..world.taken {
            let end = world.ends.get(&tag);
            prop_assert_eq!(end.map(Vec::len), Some(1), "{} {:?}", tag, end);
            // What bearerbox saw whole is never called unsent, and what it did not see is never in doubt.
            let seen = world.seen.contains(&id(tag));
            let unsent = end.is_some_and(|ends| ends == &["unsent"]);
            prop_assert_eq!(seen, !unsent, "{}", tag);
        }
        prop_assert_eq!(world.ends.len(), usize::from(world.taken));
        let order: Vec<_> = world.seen.iter().map(|id| id.as_bytes()[0]).collect();
        prop_assert!(order.is_sorted());
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Send,
    Transmit(usize),
    Ack(usize, i32),
    Mo,
    Acknowledge(i32),
    Pass(u64),
    Goodbye(bool),
    Rubbish,
    Stop,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => Just(Operation::Send),
        8 => (0..600_usize).prop_map(Operation::Transmit),
        6 => (0..4_usize, 0..4).prop_map(|(at, nack)| Operation::Ack(at, nack)),
        3 => Just(Operation::Mo),
        3 => (0..4).prop_map(Operation::Acknowledge),
        3 => (0..40_u64).prop_map(Operation::Pass),
        1 => any::<bool>().prop_map(Operation::Goodbye),
        1 => Just(Operation::Rubbish),
        1 => Just(Operation::Stop),
    ]
}

/// A link, what was sent through it, and a bearerbox that has read what was transmitted.
struct World {
    link: Link<u8>,
    now: Instant,
    taken: u8,
    ends: BTreeMap<u8, Vec<&'static str>>,
    tokens: VecDeque<AckToken>,
    lost: bool,
    wire: BytesMut,
    seen: Vec<SmsId>,
    unacked: Vec<SmsId>,
}

impl World {
    fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "only differences from this moment matter")]
        let now = Instant::now();
        let config = LinkConfig::new().window(WINDOW).max_waiting(MAX_WAITING).boxc_id("box");
        Self {
            link: Link::new(config, now),
            now,
            taken: 0,
            ends: BTreeMap::new(),
            tokens: VecDeque::new(),
            lost: false,
            wire: BytesMut::new(),
            seen: Vec::new(),
            unacked: Vec::new(),
        }
    }

    fn perform(&mut self, operation: Operation) {
        match operation {
            Operation::Send => {
                let mt = Box::new(Sms::text(id(self.taken), "1", "2", "text"));
                if self.link.send(mt, self.taken, self.now).is_ok() {
                    self.taken += 1;
                }
            }
            Operation::Transmit(octets) => {
                let octets = octets.min(self.link.output().len());
                self.wire.extend_from_slice(self.link.output().get(..octets).unwrap());
                self.link.transmitted(octets);
                self.read_wire();
            }
            Operation::Ack(at, nack) => {
                if at < self.unacked.len() {
                    let id = self.unacked.remove(at);
                    self.receive(&Msg::Ack(Ack { nack: AckStatus::from_number(nack), time: None, id }));
                }
            }
            Operation::Mo => self.receive(&Sms::new(SmsType::Mo, id(200)).into()),
            Operation::Acknowledge(nack) => {
                if let Some(token) = self.tokens.pop_front() {
                    self.link.acknowledge(token, AckStatus::from_number(nack), self.now);
                }
            }
            Operation::Pass(seconds) => {
                self.now += Duration::from_secs(seconds);
                self.link.handle_timeout(self.now);
            }
            Operation::Goodbye(restart) => {
                let command = if restart { AdminCommand::Restart } else { AdminCommand::Shutdown };
                self.receive(&Msg::Admin(Admin { command, boxc_id: None }));
            }
            Operation::Rubbish => {
                self.link.handle_input(&mut BytesMut::from(&[0, 0, 0, 1, 7][..]), self.now);
            }
            Operation::Stop => self.link.stop(self.now),
        }
        self.take_events();
    }

    fn receive(&mut self, msg: &Msg) {
        let mut input = BytesMut::new();
        msg.encode(KannelVersion::V1_4_4, &mut input).unwrap();
        self.link.handle_input(&mut input, self.now);
    }

    fn read_wire(&mut self) {
        while let Some(frame) = FrameDecoder::default().decode(&mut self.wire).unwrap() {
            if let Msg::Sms(sms) = Msg::decode(frame, KannelVersion::V1_4_4).unwrap() {
                self.seen.push(sms.id);
                self.unacked.push(sms.id);
            }
        }
    }

    fn take_events(&mut self) {
        while let Some(event) = self.link.poll_event() {
            assert!(!self.lost, "nothing comes after the loss");
            match event {
                LinkEvent::Acked { tag, .. } => self.ends.entry(tag).or_default().push("acked"),
                LinkEvent::Sms { token, .. } => self.tokens.push_back(token),
                LinkEvent::Lost(loss) => {
                    self.lost = true;
                    for message in loss.in_doubt {
                        self.ends.entry(message.tag).or_default().push("in doubt");
                    }
                    for message in loss.unsent {
                        self.ends.entry(message.tag).or_default().push("unsent");
                    }
                }
                _ => {}
            }
        }
    }
}

fn id(number: u8) -> SmsId {
    SmsId::from_bytes([number; 16])
}
