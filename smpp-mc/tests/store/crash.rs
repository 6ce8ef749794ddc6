//! A process is killed at random moments while it works; a ledger kept by its parent says what it was
//! promised, and the store is held to it.
//!
//! The child is this test binary, started again for the same test. It writes a line to its standard output
//! before each commit and another when the commit is durable. After the kill every commit that was
//! acknowledged must be there, and of every other all or nothing; and each waiting message is leased exactly
//! once, no other ever. `STORE_KILLS` sets the number of rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use smpp_mc::message::{MessageKey, MessageKind, StoredMessage};
use smpp_mc::store::{Change, Found, MessageStore, SqliteStore};

use crate::support::{connector, delivered, esme, heard, place, sent};

const FOLDER: &str = "STORE_CRASH_FOLDER";
const SEED: &str = "STORE_CRASH_SEED";
const TEST: &str = "crash::nothing_acknowledged_is_lost_when_killed";
const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn nothing_acknowledged_is_lost_when_killed() {
    if let Some(folder) = env::var_os(FOLDER) {
        let seed = env::var(SEED).unwrap().parse().unwrap();
        return child(Path::new(&folder), seed);
    }
    let rounds: u64 = env::var("STORE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6);
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    let mut acknowledged = 0;

    for round in 0..rounds {
        acknowledged += run_and_kill(folder.path(), round, &mut ledger);
        let checked = runtime().block_on(check(folder.path(), &mut ledger));
        assert_eq!(checked, Ok(()), "after kill {round}");
    }

    assert!(acknowledged > rounds * 20, "{acknowledged} commits in {rounds} rounds prove little");
    let summary = format!("{rounds} kills, {acknowledged} commits, {} messages\n", ledger.keys.len());
    std::io::stderr().write_all(summary.as_bytes()).unwrap();
    // A ledger that never complains proves nothing: it must notice one lost message.
    lose_one(folder.path(), &ledger);
    assert!(runtime().block_on(check(folder.path(), &mut ledger)).is_err());
}

/// Where a message is: waiting after so many attempts, sent, or final.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum State {
    Waiting(u16),
    Sent,
    Final,
}

#[derive(Default)]
struct Ledger {
    /// What each message is known to be.
    keys: BTreeMap<MessageKey, State>,
    heard: BTreeSet<String>,
    /// Commits that were not acknowledged before the kill.
    open: BTreeMap<u64, Vec<Op>>,
    greatest: u64,
}

/// What one change did, as a word of a ledger line.
#[derive(Clone, Debug)]
enum Op {
    Becomes(MessageKey, State),
    Heard(String),
}

impl Ledger {
    fn line(&mut self, line: &str) -> Option<bool> {
        let mut words = line.split(' ');
        let (kind, number) = (words.next()?, words.next()?.parse().ok()?);
        match kind {
            "I" => {
                let ops: Vec<_> = words.filter_map(Op::parse).collect();
                let keys = ops.iter().filter_map(|op| match op {
                    Op::Becomes(key, _) => Some(key.number()),
                    Op::Heard(_) => None,
                });
                self.greatest = keys.fold(self.greatest, u64::max);
                self.open.insert(number, ops);
                Some(false)
            }
            "A" => {
                for op in self.open.remove(&number)? {
                    self.apply(op);
                }
                Some(true)
            }
            _ => None,
        }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Becomes(key, state) => drop(self.keys.insert(key, state)),
            Op::Heard(id) => drop(self.heard.insert(id)),
        }
    }
}

impl Op {
    fn of(change: &Change) -> Self {
        match change {
            Change::Accept(message) => Self::Becomes(message.key, State::Waiting(0)),
            Change::Sent { key, .. } => Self::Becomes(*key, State::Sent),
            Change::Final { key, .. } => Self::Becomes(*key, State::Final),
            Change::Place { key, place } => Self::Becomes(*key, State::Waiting(place.attempts)),
            Change::Heard { id, .. } => Self::Heard(id.to_string()),
            other @ (Change::Replace(_) | _) => panic!("{other:?} is not part of this test"),
        }
    }

    fn word(&self) -> String {
        match self {
            Self::Becomes(key, State::Waiting(attempts)) => format!("w{}:{attempts}", key.number()),
            Self::Becomes(key, State::Sent) => format!("s{}:0", key.number()),
            Self::Becomes(key, State::Final) => format!("f{}:0", key.number()),
            Self::Heard(id) => format!("h{id}"),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let (kind, rest) = word.split_at_checked(1)?;
        if kind == "h" {
            return Some(Self::Heard(rest.to_owned()));
        }
        let (key, attempts) = rest.split_once(':')?;
        let key = MessageKey::new(key.parse().ok()?)?;
        Some(Self::Becomes(
            key,
            match kind {
                "w" => State::Waiting(attempts.parse().ok()?),
                "s" => State::Sent,
                "f" => State::Final,
                _ => return None,
            },
        ))
    }
}

/// Starts a child, lets it work for a random while, kills it. Answers how many commits it was acknowledged.
fn run_and_kill(folder: &Path, round: u64, ledger: &mut Ledger) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(SEED, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut random = Random(round.wrapping_mul(77) + 1);
    let lifetime = Duration::from_millis(30 + random.below(300));
    let (mut first, mut acknowledged, mut killed) = (None, 0, false);
    let mut line = String::new();
    // After the kill the pipe still holds what the child wrote before it.
    while lines.read_line(&mut line).unwrap() > 0 {
        if line.ends_with('\n') && ledger.line(line.trim_end()) == Some(true) {
            acknowledged += 1;
        }
        line.clear();
        let first = *first.get_or_insert_with(Instant::now);
        if !killed && first.elapsed() >= lifetime {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself");
    acknowledged
}

/// Holds the store to the ledger, and settles what was open.
async fn check(folder: &Path, ledger: &mut Ledger) -> Result<(), String> {
    let store = open(folder);
    for (number, ops) in std::mem::take(&mut ledger.open) {
        let mut applied = Vec::new();
        for op in &ops {
            applied.push(match op {
                Op::Becomes(key, state) => state_of(&store, *key).await == Some(*state),
                Op::Heard(id) => store.heard("kannel", id).await.unwrap(),
            });
        }
        // A message accepted and finished in one commit is final, not waiting; none is here.
        if applied.iter().all(|applied| *applied) {
            ops.into_iter().for_each(|op| ledger.apply(op));
        } else if applied.iter().any(|applied| *applied) {
            return Err(format!("half of commit {number}: {ops:?} {applied:?}"));
        }
    }
    let mut waiting = BTreeSet::new();
    for (key, expected) in &ledger.keys {
        let found = state_of(&store, *key).await;
        if found != Some(*expected) {
            return Err(format!("{key} is {found:?}, expected {expected:?}"));
        }
        if let State::Waiting(_) = expected {
            waiting.insert(*key);
        }
    }
    for id in &ledger.heard {
        if !store.heard("kannel", id).await.unwrap() {
            return Err(format!("{id} not heard"));
        }
    }
    let due = store.due_queues(SystemTime::now() + HOUR).await.unwrap();
    for queue in due.queues {
        loop {
            let leased = store.lease_due(queue.clone(), SystemTime::now() + HOUR, 500).await.unwrap();
            if leased.is_empty() {
                break;
            }
            for message in leased {
                if !waiting.remove(&message.key) {
                    return Err(format!("{} is handed out, and should not be", message.key));
                }
            }
        }
    }
    if let Some(key) = waiting.first() {
        return Err(format!("{key} waits, and is not handed out; {} such", waiting.len()));
    }
    if store.issue_key().number() <= ledger.greatest {
        return Err("a key comes back".to_owned());
    }
    Ok(())
}

async fn state_of(store: &SqliteStore, key: MessageKey) -> Option<State> {
    match store.get(key).await.unwrap()? {
        Found::Waiting { message, .. } => Some(State::Waiting(message.place.attempts)),
        Found::Sent(_) => Some(State::Sent),
        Found::Final(_) => Some(State::Final),
        other => panic!("{other:?}"),
    }
}

fn lose_one(folder: &Path, ledger: &Ledger) {
    let key = ledger.keys.iter().find(|(_, state)| matches!(state, State::Waiting(_))).unwrap().0;
    let connection = rusqlite::Connection::open(folder.join("messages.sqlite")).unwrap();
    assert_eq!(connection.execute("DELETE FROM message WHERE key = ?1", [key.number() as i64]).unwrap(), 1);
}

/// Upkeep in quick steps, so that a kill meets it at work.
fn open(folder: &Path) -> SqliteStore {
    SqliteStore::builder()
        .index_after(Duration::from_millis(7), 200)
        .remove_after(Duration::from_millis(15), 300)
        .upkeep_step(1)
        .windows(50, 4)
        .open(folder)
        .unwrap()
}

fn child(folder: &Path, seed: u64) {
    let store = open(folder);
    let numbers = AtomicU64::new(seed << 32);
    // The test harness has begun a line of its own.
    tell("\n");
    runtime().block_on(async {
        let workers = (0..8).map(|worker| work(&store, &numbers, worker, Random(seed * 8 + worker + 1)));
        futures::future::join_all(workers).await;
    });
}

/// What a gateway does, for ever: accept, lease, send, finish with a receipt, retry.
async fn work(store: &SqliteStore, numbers: &AtomicU64, worker: u64, mut random: Random) {
    let (queue, back) = (connector(&format!("c{}", worker % 4)), esme(&format!("e{}", worker % 2)));
    loop {
        let now = SystemTime::now();
        let mut changes = Vec::new();
        for _ in 0..random.below(8) {
            let mut message = new_message(store, if random.one_in(4) { &back } else { &queue }, &mut random);
            if random.one_in(6) {
                message.place.due = now + Duration::from_millis(random.below(100));
            }
            changes.push(Change::Accept(message));
        }
        if random.one_in(3) {
            changes.push(heard("kannel", &store.issue_key().number().to_string(), now));
        }
        commit(store, numbers, changes).await;

        let from = if random.one_in(2) { &queue } else { &back };
        let leased = store.lease_due(from.clone(), now, 6).await.unwrap();
        let mut changes = Vec::new();
        for message in leased {
            match random.below(8) {
                0 => store.release(&[message.key]),
                1 => {
                    let due = now + Duration::from_millis(random.below(50));
                    changes.push(place(message.key, from, due, message.place.attempts + 1));
                }
                // Left alone: the retry queue is longer than what one round takes.
                2 => store.release(&[message.key]),
                3 | 4 => changes.push(sent(message.key, "c", &message.key.to_string(), now)),
                _ => {
                    changes.push(delivered(message.key, now));
                    if message.kind == MessageKind::Submission {
                        let mut receipt = new_message(store, &back, &mut random);
                        receipt.kind = MessageKind::Receipt;
                        changes.push(Change::Accept(receipt));
                    }
                }
            }
        }
        commit(store, numbers, changes).await;

        if worker == 0 {
            let mut changes = Vec::new();
            for expired in store.sent_expired(now, 20).await.unwrap() {
                changes.push(delivered(expired.message.key, now));
            }
            commit(store, numbers, changes).await;
        }
    }
}

async fn commit(store: &SqliteStore, numbers: &AtomicU64, changes: Vec<Change>) {
    if changes.is_empty() {
        return;
    }
    let number = numbers.fetch_add(1, Ordering::Relaxed);
    let words: Vec<_> = changes.iter().map(|change| Op::of(change).word()).collect();
    tell(&format!("I {number} {}\n", words.join(" ")));
    store.commit(changes).await.unwrap();
    tell(&format!("A {number}\n"));
}

/// One write, so that a line is whole or not there.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

fn new_message(store: &SqliteStore, queue: &smpp_mc::message::QueueId, random: &mut Random) -> StoredMessage {
    let pdu = vec![0xA5; 50 + random.below(400) as usize].into_boxed_slice();
    let key = store.issue_key();
    let mut message = StoredMessage::new(
        key,
        "esme".into(),
        MessageKind::Submission,
        queue.clone(),
        pdu,
        SystemTime::now(),
    );
    message.place.priority = random.below(3) as u8;
    message
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// xorshift64: enough to vary a test.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
