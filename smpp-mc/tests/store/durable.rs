//! What only a durable store must do: come back as it was.

use std::time::Duration;

use futures::FutureExt;
use rusqlite::Connection;
use smpp_mc::message::{MessageIdForm, MessageKey};
use smpp_mc::store::{Change, Found, MessageStore, SqliteStore, StoreError};
use smpp_session::pdu::CommandStatus;
use tempfile::TempDir;

use crate::support::{
    TestClock, accept, connector, delivered, eager, esme, heard, lease, message, place, sent, sqlite,
    state_of,
};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn everything_comes_back_as_it_was() {
    for hurry in [false, true] {
        let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
        let open = || {
            let builder = sqlite(&clock);
            if hurry { eager(builder) } else { builder }.open(&folder).unwrap()
        };
        let store = open();
        let (a, back) = (connector("a"), esme("esme"));
        let keys = accept(&store, &clock, &a, 10).await;
        let mut later = message(&store, &clock, &back);
        later.place.due = clock.now() + HOUR;
        store.commit(vec![Change::Accept(later.clone())]).await.unwrap();
        assert_eq!(lease(&store, &clock, &a, 5).await, keys[..5]);
        store
            .commit(vec![
                sent(keys[0], "a", "r0", clock.now() + HOUR),
                delivered(keys[1], clock.now()),
                place(keys[2], &a, clock.now() + HOUR, 7),
                heard("kannel", "id", clock.now()),
                sent(keys[5], "a", "r5", clock.now() + HOUR),
            ])
            .await
            .unwrap();
        store.commit_later(vec![delivered(keys[6], clock.now())]).unwrap();
        drop(store);

        let store = open();

        assert_eq!(store.due_queues(clock.now()).await.unwrap().queues, std::slice::from_ref(&a));
        let waiting = [3, 4, 7, 8, 9].map(|at| keys[at]);
        assert_eq!(lease(&store, &clock, &a, 100).await, waiting);
        assert!(lease(&store, &clock, &back, 100).await.is_empty());
        for (key, state) in [(keys[0], 's'), (keys[1], 'f'), (keys[2], 'w'), (keys[5], 's'), (keys[6], 'f')] {
            assert_eq!(state_of(&store, key).await, state);
        }
        assert_eq!(store.sent("a", "r5").await.unwrap().unwrap().message.key, keys[5]);
        assert!(store.heard("kannel", "id").await.unwrap());
        clock.advance(HOUR);
        let retried = store.lease_due(a.clone(), clock.now(), 100).await.unwrap();
        assert_eq!((retried.len(), retried[0].key, retried[0].place.attempts), (1, keys[2], 7));
        assert_eq!(store.lease_due(back, clock.now(), 100).await.unwrap(), [later]);
    }
}

#[tokio::test]
async fn keys_are_not_repeated_though_the_clock_steps_back_an_hour() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    let stored = accept(&store, &clock, &connector("a"), 3).await;
    let only_issued: Vec<_> = (0..1_000).map(|_| store.issue_key()).collect();
    drop(store);
    clock.step_back(HOUR);

    let store = sqlite(&clock).open(&folder).unwrap();

    let next = store.issue_key();
    assert!(next > *only_issued.last().unwrap() && next > *stored.last().unwrap());
}

#[tokio::test]
async fn commits_may_finish_in_any_order() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let queue = connector("a");
    let open = || sqlite(&clock).index_after(Duration::ZERO, 1_000).open(&folder).unwrap();
    let store = open();
    let messages: Vec<_> = (0..6).map(|_| message(&store, &clock, &queue)).collect();
    for message in messages.iter().rev() {
        store.commit(vec![Change::Accept(message.clone())]).await.unwrap();
        // Sweeps run in between: the index is complete up to keys above those that are still to come.
        for _ in 0..3 {
            store.commit(vec![]).await.unwrap();
        }
    }
    drop(store);

    let store = open();

    let keys: Vec<_> = messages.iter().map(|message| message.key).collect();
    assert_eq!(lease(&store, &clock, &queue, 10).await, keys);
}

#[tokio::test]
async fn the_mark_of_issued_keys_follows_the_clock() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    clock.advance(HOUR * 24);
    // Behind its block: asks for a renewal, which the empty commit comes after.
    store.issue_key();
    store.commit(vec![]).await.unwrap();
    let last = store.issue_key();
    let millisecond = clock.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    assert!(last >= MessageKey::new(millisecond << 20).unwrap());
    drop(store);
    clock.step_back(HOUR * 24);

    let store = sqlite(&clock).open(&folder).unwrap();

    assert!(store.issue_key() > last);
}

#[tokio::test]
async fn message_ids_lead_to_the_same_keys_after_a_restart() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    let key = store.issue_key();
    let text = store.message_ids().text(key, MessageIdForm::default());
    drop(store);

    let store = sqlite(&clock).open(&folder).unwrap();

    assert_eq!(store.message_ids().parse(&text, MessageIdForm::default()), Some(key));
    let other = sqlite(&clock).open(tempfile::tempdir().unwrap()).unwrap();
    assert_ne!(other.message_ids().parse(&text, MessageIdForm::default()), Some(key));
}

#[tokio::test]
async fn a_long_queue_is_read_in_order_though_little_of_it_is_in_memory() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = eager(sqlite(&clock)).open(&folder).unwrap();
    let queue = connector("a");
    let mut keys = Vec::new();
    for _ in 0..20 {
        keys.extend(accept(&store, &clock, &queue, 250).await);
    }
    drop(store);
    let store = eager(sqlite(&clock)).open(&folder).unwrap();

    let mut leased = Vec::new();
    while leased.len() < keys.len() {
        let some = lease(&store, &clock, &queue, 300).await;
        assert!(!some.is_empty());
        let done = some.iter().map(|key| delivered(*key, clock.now())).collect();
        store.commit(done).await.unwrap();
        leased.extend(some);
        // What arrives meanwhile comes after, wherever the window ends.
        if leased.len() == 600 {
            keys.extend(accept(&store, &clock, &queue, 10).await);
        }
    }

    assert_eq!(leased, keys);
}

#[tokio::test]
async fn finished_messages_leave_the_file() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    let keys = accept(&store, &clock, &connector("a"), 50).await;
    store.commit(keys.iter().map(|key| delivered(*key, clock.now())).collect()).await.unwrap();
    drop(store);
    assert_eq!(rows(&folder, "message"), 50);

    // The walk after a start finds what the process before left over.
    let store = sqlite(&clock).open(&folder).unwrap();
    store.commit(vec![]).await.unwrap();
    accept(&store, &clock, &connector("a"), 1).await;
    drop(store);
    assert_eq!((rows(&folder, "message"), rows(&folder, "final")), (1, 50));

    // A purge of outcomes never leaves a message behind that would come back to life.
    let store = sqlite(&clock).open(&folder).unwrap();
    let keys = accept(&store, &clock, &connector("a"), 5).await;
    store.commit(keys.iter().map(|key| delivered(*key, clock.now())).collect()).await.unwrap();
    assert_eq!(store.purge_final(clock.now() + HOUR, 1_000).await, Ok(55));
    drop(store);
    assert_eq!((rows(&folder, "message"), rows(&folder, "final")), (1, 0));
    let store = sqlite(&clock).open(&folder).unwrap();
    assert_eq!(lease(&store, &clock, &connector("a"), 100).await.len(), 1);
}

#[tokio::test]
async fn a_full_store_says_so_and_recovers() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).max_octets(2 << 20).open(&folder).unwrap();
    let queue = connector("a");
    let big = || {
        let mut big = message(&store, &clock, &queue);
        big.pdu = vec![0x55; 60_000].into_boxed_slice();
        Change::Accept(big)
    };
    let mut keys = Vec::new();
    let full = loop {
        let change = big();
        let key = change.key().unwrap();
        match store.commit(vec![change]).await {
            Ok(()) => keys.push(key),
            Err(error) => break error,
        }
    };
    assert_eq!((full.clone(), full.command_status()), (StoreError::Full, CommandStatus::ESME_RMSGQFUL));
    assert!(keys.len() > 10);

    // A receipt in place of its message brings nothing new, so it is let through.
    assert_eq!(lease(&store, &clock, &queue, 1_000).await, keys);
    for key in &keys {
        let receipt = Change::Accept(message(&store, &clock, &esme("esme")));
        store.commit(vec![delivered(*key, clock.now()), receipt]).await.unwrap();
    }
    let mut accepted = store.commit(vec![big()]).await;
    for _ in 0..1_000 {
        if accepted.is_ok() {
            break;
        }
        assert_eq!(accepted, Err(StoreError::Full));
        accepted = store.commit(vec![big()]).await;
    }
    assert_eq!(accepted, Ok(()));
}

#[tokio::test]
async fn a_backlog_that_is_full_refuses_new_messages_first() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).backlog(10, 1 << 20).open(&folder).unwrap();
    let queue = connector("a");
    let keys = accept(&store, &clock, &queue, 10).await;

    // On one thread nothing is awaited between these calls, but the writer may take some meanwhile.
    let commits: Vec<_> =
        (0..1_000).map(|_| store.commit(vec![Change::Accept(message(&store, &clock, &queue))])).collect();
    let results = futures::future::join_all(commits).await;
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::Full))));
    assert!(results.iter().any(Result::is_ok));

    store.commit(keys.iter().map(|key| delivered(*key, clock.now())).collect()).await.unwrap();
}

#[tokio::test]
async fn a_damaged_record_is_named_and_holds_up_nothing() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    let keys = accept(&store, &clock, &connector("a"), 3).await;
    drop(store);
    connection(&folder)
        .execute(
            "UPDATE message SET record = CAST(substr(record, 1, 20) || x'00' || substr(record, 22) AS BLOB)
             WHERE key = ?1",
            [keys[1].number() as i64],
        )
        .unwrap();

    let store = sqlite(&clock).open(&folder).unwrap();

    assert_eq!(lease(&store, &clock, &connector("a"), 10).await, [keys[0], keys[2]]);
    let Err(StoreError::Damaged(damage)) = store.get(keys[1]).await else {
        panic!("damaged");
    };
    assert_eq!(damage.key, keys[1]);
    // It can be given up.
    store.commit(vec![delivered(keys[1], clock.now())]).await.unwrap();
    assert_eq!(state_of(&store, keys[1]).await, 'f');
}

#[tokio::test]
async fn data_of_a_later_version_are_refused_and_left_alone() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    drop(sqlite(&clock).open(&folder).unwrap());
    connection(&folder).execute_batch("PRAGMA user_version = 99").unwrap();

    let refused = sqlite(&clock).open(&folder).unwrap_err();

    assert!(matches!(refused, StoreError::Version { found: 99, .. }));
    assert_eq!(rows(&folder, "message"), 0);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages.sqlite");
    std::fs::write(&file, b"this is not a database, it is a letter to a friend").unwrap();

    let refused = SqliteStore::open(&folder).unwrap_err();

    assert!(matches!(refused, StoreError::Failed(_)));
    assert_eq!(std::fs::read(&file).unwrap()[..4], *b"this");
    assert!(matches!(SqliteStore::open(folder.path().join("missing")), Err(StoreError::Failed(_))));
}

#[tokio::test]
async fn leases_of_a_call_that_is_dropped_are_given_back() {
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().unwrap());
    let store = sqlite(&clock).open(&folder).unwrap();
    let keys = accept(&store, &clock, &connector("a"), 3).await;
    drop(store);
    let store = sqlite(&clock).open(&folder).unwrap();

    // The records are not in memory after a start, so the first poll leaves the call waiting for a read.
    let first = store.lease_due(connector("a"), clock.now(), 10).now_or_never();

    // The read may have been faster than the poll; then the call was not dropped but has answered.
    if first.is_none() {
        assert_eq!(lease(&store, &clock, &connector("a"), 10).await, keys);
    }
    assert!(matches!(store.get(keys[0]).await, Ok(Some(Found::Waiting { leased: true, .. }))));
}

fn rows(folder: &TempDir, table: &str) -> i64 {
    connection(folder).query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn connection(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join("messages.sqlite")).unwrap()
}
