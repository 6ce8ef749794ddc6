//! The durable store does what the store in memory does, whatever is asked of it, across restarts.

use std::time::Duration;

use proptest::prelude::*;
use smpp_mc::message::{MessageKey, QueueId};
use smpp_mc::store::{Change, MemoryStore, MessageStore, SqliteStore, SqliteStoreBuilder};
use tempfile::TempDir;

use crate::support::{
    TestClock, connector, delivered, eager, esme, heard, memory, message, place, sent, sqlite,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn stores_agree(steps in prop::collection::vec(any_step(), 1..60), setting in 0u8..4) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(&steps, setting));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Op>),
    Later(Vec<Op>),
    Lease { queue: u8, max: usize },
    Release(Vec<prop::sample::Index>),
    Advance { seconds: u64 },
    Due,
    Expired { max: usize },
    PurgeFinal { seconds: u64, max: usize },
    PurgeHeard { seconds: u64, max: usize },
    Reopen,
}

#[derive(Clone, Debug)]
enum Op {
    /// A key for a commit that comes later.
    Issue,
    Accept {
        queue: u8,
        priority: u8,
        delay: u64,
        issued_before: bool,
    },
    Sent {
        key: prop::sample::Index,
        remote_id: u8,
    },
    Final {
        key: prop::sample::Index,
    },
    Place {
        key: prop::sample::Index,
        queue: u8,
        delay: u64,
    },
    Replace {
        key: prop::sample::Index,
        queue: u8,
        priority: u8,
        delay: u64,
    },
    Heard {
        id: u8,
    },
}

fn any_op() -> impl Strategy<Value = Op> {
    let delay = || prop_oneof![3 => Just(0u64), 1 => 1u64..120];
    prop_oneof![
        1 => Just(Op::Issue),
        6 => (0u8..3, 0u8..3, delay(), any::<bool>()).prop_map(|(queue, priority, delay, issued_before)| {
            Op::Accept { queue, priority, delay, issued_before }
        }),
        2 => (any::<prop::sample::Index>(), 0u8..6).prop_map(|(key, remote_id)| Op::Sent { key, remote_id }),
        2 => any::<prop::sample::Index>().prop_map(|key| Op::Final { key }),
        2 => (any::<prop::sample::Index>(), 0u8..3, delay())
            .prop_map(|(key, queue, delay)| Op::Place { key, queue, delay }),
        1 => (any::<prop::sample::Index>(), 0u8..3, 0u8..3, delay())
            .prop_map(|(key, queue, priority, delay)| Op::Replace { key, queue, priority, delay }),
        1 => (0u8..6).prop_map(|id| Op::Heard { id }),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec(any_op(), 0..8).prop_map(Step::Commit),
        1 => prop::collection::vec(any_op(), 0..3).prop_map(Step::Later),
        5 => (0u8..3, 0usize..12).prop_map(|(queue, max)| Step::Lease { queue, max }),
        1 => prop::collection::vec(any::<prop::sample::Index>(), 0..5).prop_map(Step::Release),
        2 => (1u64..90).prop_map(|seconds| Step::Advance { seconds }),
        1 => Just(Step::Due),
        1 => (0usize..5).prop_map(|max| Step::Expired { max }),
        1 => (0u64..90, 0usize..20).prop_map(|(seconds, max)| Step::PurgeFinal { seconds, max }),
        1 => (0u64..90, 0usize..20).prop_map(|(seconds, max)| Step::PurgeHeard { seconds, max }),
        2 => Just(Step::Reopen),
    ]
}

struct Pair {
    clock: TestClock,
    folder: TempDir,
    setting: u8,
    model: MemoryStore,
    // `None` only while it is opened again.
    store: Option<SqliteStore>,
    keys: Vec<MessageKey>,
    issued: Vec<MessageKey>,
    leased: Vec<MessageKey>,
}

async fn run(steps: &[Step], setting: u8) {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = Some(settings(&clock, setting).open(&folder).unwrap());
    let model = memory(&clock);
    let mut pair = Pair {
        clock,
        folder,
        setting,
        model,
        store,
        keys: Vec::new(),
        issued: Vec::new(),
        leased: Vec::new(),
    };
    for step in steps {
        pair.step(step).await;
    }
    pair.step(&Step::Reopen).await;
    pair.compare_all().await;
}

impl Pair {
    async fn step(&mut self, step: &Step) {
        match step {
            Step::Commit(ops) => {
                let changes = self.changes(ops);
                let expected = self.model.commit(changes.clone()).await;
                let result = self.store().commit(changes).await;
                assert_eq!(result.is_ok(), expected.is_ok(), "{result:?}, expected {expected:?}");
            }
            Step::Later(ops) => {
                let changes = self.changes(ops);
                self.model.commit_later(changes.clone()).unwrap();
                self.store().commit_later(changes).unwrap();
                self.store().commit(vec![]).await.unwrap();
            }
            Step::Lease { queue: number, max } => self.lease(&queue(*number), *max).await,
            Step::Release(which) => {
                let keys: Vec<_> = which.iter().filter_map(|index| pick(&self.keys, index)).collect();
                self.model.release(&keys);
                self.store().release(&keys);
            }
            Step::Advance { seconds } => self.clock.advance(Duration::from_secs(*seconds)),
            Step::Due => {
                let now = self.clock.now();
                let expected = self.model.due_queues(now).await.unwrap();
                let due = self.store().due_queues(now).await.unwrap();
                assert_eq!(due.next, expected.next);
                assert!(expected.queues.iter().all(|queue| due.queues.contains(queue)));
            }
            Step::Expired { max } => {
                let now = self.clock.now();
                let expected = self.model.sent_expired(now, *max).await;
                assert_eq!(self.store().sent_expired(now, *max).await, expected);
            }
            Step::PurgeFinal { seconds, max } => {
                let before = self.clock.now() - Duration::from_secs(*seconds);
                let expected = self.model.purge_final(before, *max).await;
                assert_eq!(self.store().purge_final(before, *max).await, expected);
            }
            Step::PurgeHeard { seconds, max } => {
                let before = self.clock.now() - Duration::from_secs(*seconds);
                let expected = self.model.purge_heard(before, *max).await;
                assert_eq!(self.store().purge_heard(before, *max).await, expected);
            }
            Step::Reopen => {
                self.model.release(&self.leased);
                self.store = None;
                self.store = Some(settings(&self.clock, self.setting).open(&self.folder).unwrap());
            }
        }
    }

    async fn lease(&mut self, queue: &QueueId, max: usize) {
        let now = self.clock.now();
        let expected = self.model.lease_due(queue.clone(), now, max).await.unwrap();
        let leased = self.store().lease_due(queue.clone(), now, max).await.unwrap();
        assert_eq!(leased, expected);
        self.leased.extend(leased.iter().map(|message| message.key));
    }

    /// Every message is where it should be, and every queue holds what it should.
    async fn compare_all(&mut self) {
        for key in self.keys.clone() {
            assert_eq!(self.store().get(key).await, self.model.get(key).await);
        }
        for remote_id in 0..6 {
            let remote_id = remote_id.to_string();
            let expected = self.model.sent("c", &remote_id).await;
            assert_eq!(self.store().sent("c", &remote_id).await, expected);
            let expected = self.model.heard("c", &remote_id).await;
            assert_eq!(self.store().heard("c", &remote_id).await, expected);
        }
        self.clock.advance(Duration::from_secs(3_600));
        for number in 0..3 {
            self.lease(&queue(number), 1_000).await;
        }
    }

    fn changes(&mut self, ops: &[Op]) -> Vec<Change> {
        ops.iter().filter_map(|op| self.change(op)).collect()
    }

    fn change(&mut self, op: &Op) -> Option<Change> {
        let now = self.clock.now();
        let after = |seconds: u64| now + Duration::from_secs(seconds);
        Some(match op {
            Op::Issue => {
                self.issued.push(self.store().issue_key());
                return None;
            }
            Op::Accept { queue: number, priority, delay, issued_before } => {
                let mut message = message(self.store(), &self.clock, &queue(*number));
                if let Some(key) = self.issued.pop_if(|_| *issued_before) {
                    message.key = key;
                }
                message.place.priority = *priority;
                message.place.due = after(*delay);
                self.keys.push(message.key);
                Change::Accept(message)
            }
            Op::Sent { key, remote_id } => sent(
                pick(&self.keys, key)?,
                "c",
                &remote_id.to_string(),
                after(60 * u64::from(*remote_id % 3)),
            ),
            Op::Final { key } => delivered(pick(&self.keys, key)?, now),
            Op::Place { key, queue: number, delay } => {
                place(pick(&self.keys, key)?, &queue(*number), after(*delay), 1)
            }
            Op::Replace { key, queue: number, priority, delay } => {
                let mut message = message(self.store(), &self.clock, &queue(*number));
                message.key = pick(&self.keys, key)?;
                message.place.priority = *priority;
                message.place.due = after(*delay);
                Change::Replace(message)
            }
            Op::Heard { id } => heard("c", &id.to_string(), now),
        })
    }

    fn store(&self) -> &SqliteStore {
        self.store.as_ref().unwrap()
    }
}

fn settings(clock: &TestClock, setting: u8) -> SqliteStoreBuilder {
    let builder = sqlite(clock);
    match setting {
        0 => builder,
        1 => eager(builder),
        2 => builder
            .index_after(Duration::ZERO, 5)
            .remove_after(Duration::from_millis(3), 4)
            .upkeep_step(1)
            .windows(6, 2),
        _ => builder.index_after(Duration::from_millis(2), 1_000).windows(3, 1),
    }
}

fn queue(number: u8) -> QueueId {
    match number {
        0 => connector("c"),
        1 => esme("c"),
        _ => esme("d"),
    }
}

fn pick(keys: &[MessageKey], index: &prop::sample::Index) -> Option<MessageKey> {
    if keys.is_empty() { None } else { Some(*index.get(keys)) }
}
