//! What every message store does.

use std::sync::Arc;
use std::time::Duration;

use smpp_mc::message::{FinalOutcome, MessageIdForm, MessageKind, Place, StoredMessage};
use smpp_mc::store::{Change, Conflict, Found, MessageStore, StoreError};
use smpp_session::pdu::{CommandStatus, MessageState};

use crate::support::{
    TestClock, accept, connector, delivered, esme, heard, lease, message, place, sent, state_of,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const MILLISECOND: Duration = Duration::from_millis(1);

pub(crate) async fn keys_increase_and_are_not_repeated(store: &dyn MessageStore, clock: &TestClock) {
    let mut last = store.issue_key();
    for step in 0..1_000 {
        match step % 10 {
            3 => clock.advance(HOUR),
            7 => clock.step_back(HOUR),
            _ => {}
        }
        let key = store.issue_key();
        assert!(key > last);
        last = key;
    }
    let ids = store.message_ids();
    assert_eq!(ids.parse(&ids.text(last, MessageIdForm::Uuid), MessageIdForm::Uuid), Some(last));
}

pub(crate) async fn priority_comes_before_age_and_age_before_all_else(
    store: &dyn MessageStore,
    clock: &TestClock,
) {
    let queue = connector("a");
    let mut messages: Vec<_> = (0..60).map(|_| message(store, clock, &queue)).collect();
    for (at, message) in messages.iter_mut().enumerate() {
        message.place.priority = [0, 3, 255][at % 3];
    }
    let mut expected: Vec<_> =
        messages.iter().map(|message| (255 - message.place.priority, message.key)).collect();
    expected.sort_unstable();
    messages.reverse();
    for some in messages.chunks(7) {
        store.commit(some.iter().cloned().map(Change::Accept).collect()).await.unwrap();
    }

    let mut leased = lease(store, clock, &queue, 25).await;
    leased.extend(lease(store, clock, &queue, 100).await);

    assert_eq!(leased, expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
}

pub(crate) async fn queues_do_not_mix(store: &dyn MessageStore, clock: &TestClock) {
    let queues = [connector("same"), esme("same"), esme("other")];
    let mut keys = Vec::new();
    for queue in &queues {
        keys.push(accept(store, clock, queue, 3).await);
    }

    for (queue, keys) in queues.iter().zip(&keys).rev() {
        assert_eq!(&lease(store, clock, queue, 10).await, keys);
    }
    assert!(lease(store, clock, &esme("nobody"), 10).await.is_empty());
}

pub(crate) async fn nothing_is_handed_out_before_it_is_due(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let mut later = message(store, clock, &queue);
    later.place.due = clock.now() + MINUTE;
    store.commit(vec![Change::Accept(later.clone())]).await.unwrap();

    assert!(lease(store, clock, &queue, 10).await.is_empty());
    let due = store.due_queues(clock.now()).await.unwrap();
    assert_eq!((due.queues, due.next), (vec![], Some(later.place.due)));

    clock.advance(MINUTE - MILLISECOND);
    assert!(lease(store, clock, &queue, 10).await.is_empty());

    clock.advance(MILLISECOND);
    assert_eq!(lease(store, clock, &queue, 10).await, [later.key]);
    assert_eq!(store.due_queues(clock.now()).await.unwrap().next, None);
}

pub(crate) async fn what_is_due_is_ordered_with_what_was_due_already(
    store: &dyn MessageStore,
    clock: &TestClock,
) {
    let queue = connector("a");
    let mut scheduled = message(store, clock, &queue);
    scheduled.place.due = clock.now() + MINUTE;
    let at_once = message(store, clock, &queue);
    let mut urgent = message(store, clock, &queue);
    urgent.place.due = clock.now() + MINUTE;
    urgent.place.priority = 1;
    let keys = [urgent.key, scheduled.key, at_once.key];
    store.commit([scheduled, at_once, urgent].map(Change::Accept).into()).await.unwrap();

    clock.advance(HOUR);

    assert_eq!(lease(store, clock, &queue, 10).await, keys);
}

pub(crate) async fn due_queues_name_every_queue_with_something_due(
    store: &dyn MessageStore,
    clock: &TestClock,
) {
    for name in ["c", "a", "b"] {
        accept(store, clock, &esme(name), 2).await;
    }
    accept(store, clock, &connector("z"), 1).await;
    let all = vec![esme("a"), esme("b"), esme("c"), connector("z")];
    assert_eq!(store.due_queues(clock.now()).await.unwrap().queues, all);

    assert_eq!(lease(store, clock, &esme("b"), 2).await.len(), 2);
    assert_eq!(lease(store, clock, &esme("a"), 1).await.len(), 1);
    assert!(lease(store, clock, &esme("b"), 1).await.is_empty());

    let due = store.due_queues(clock.now()).await.unwrap().queues;
    assert_eq!(due, [esme("a"), esme("c"), connector("z")]);
}

pub(crate) async fn a_lease_is_held_by_one(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 3).await;

    assert_eq!(lease(store, clock, &queue, 2).await, keys[..2]);
    assert_eq!(lease(store, clock, &queue, 2).await, keys[2..]);
    assert!(lease(store, clock, &queue, 2).await.is_empty());
    assert_eq!(state_of(store, keys[0]).await, 'l');
}

pub(crate) async fn a_released_lease_keeps_its_turn(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 5).await;
    assert_eq!(lease(store, clock, &queue, 3).await, keys[..3]);

    store.release(&[keys[2], keys[0], keys[4], keys[0]]);

    assert_eq!(state_of(store, keys[0]).await, 'w');
    let messages = store.lease_due(queue.clone(), clock.now(), 10).await.unwrap();
    assert_eq!(
        messages.iter().map(|message| message.key).collect::<Vec<_>>(),
        [keys[0], keys[2], keys[3], keys[4]]
    );
    assert_eq!(*messages[0].pdu, *format!("pdu of {}", keys[0]).as_bytes());
}

pub(crate) async fn leases_go_on_where_they_stopped(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let mut keys = Vec::new();
    for _ in 0..20 {
        keys.extend(accept(store, clock, &queue, 50).await);
    }

    let mut leased = Vec::new();
    while leased.len() < keys.len() {
        let some = lease(store, clock, &queue, 33).await;
        assert!(!some.is_empty());
        if leased.len() % 2 == 0 {
            let done = some.iter().map(|key| delivered(*key, clock.now())).collect();
            store.commit(done).await.unwrap();
        }
        leased.extend(some);
    }

    assert_eq!(leased, keys);
    assert!(lease(store, clock, &queue, 33).await.is_empty());
}

pub(crate) async fn an_urgent_or_late_message_is_not_overlooked(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let late = message(store, clock, &queue);
    let keys = accept(store, clock, &queue, 100).await;
    assert_eq!(lease(store, clock, &queue, 50).await, keys[..50]);
    let mut urgent = message(store, clock, &queue);
    urgent.place.priority = 3;
    let expected = [urgent.key, late.key, keys[50]];
    store.commit(vec![Change::Accept(urgent)]).await.unwrap();
    store.commit(vec![Change::Accept(late)]).await.unwrap();

    assert_eq!(lease(store, clock, &queue, 3).await, expected);
}

pub(crate) async fn a_retry_waits_for_its_time_and_counts_its_attempts(
    store: &dyn MessageStore,
    clock: &TestClock,
) {
    let (first, second) = (connector("a"), connector("b"));
    let keys = accept(store, clock, &first, 2).await;
    assert_eq!(lease(store, clock, &first, 1).await, keys[..1]);

    store.commit(vec![place(keys[0], &second, clock.now() + MINUTE, 1)]).await.unwrap();

    assert_eq!(state_of(store, keys[0]).await, 'w');
    assert_eq!(lease(store, clock, &first, 10).await, keys[1..]);
    assert!(lease(store, clock, &second, 10).await.is_empty());
    clock.advance(MINUTE);
    let messages = store.lease_due(second.clone(), clock.now(), 10).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].key, messages[0].place.attempts), (keys[0], 1));
    assert_eq!(messages[0].place.queue, second);

    store.commit(vec![place(keys[0], &second, clock.now(), 2)]).await.unwrap();
    let Some(Found::Waiting { message, leased: false }) = store.get(keys[0]).await.unwrap() else {
        panic!("waits again");
    };
    assert_eq!((message.place.attempts, message.place.due), (2, clock.now()));
    assert_eq!(lease(store, clock, &second, 10).await, keys[..1]);
}

pub(crate) async fn sent_is_neither_queued_nor_final(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 3).await;
    assert_eq!(lease(store, clock, &queue, 2).await, keys[..2]);

    store
        .commit(vec![
            sent(keys[0], "a", "r0", clock.now() + HOUR),
            sent(keys[2], "a", "r2", clock.now() + HOUR),
        ])
        .await
        .unwrap();

    assert_eq!(state_of(store, keys[0]).await, 's');
    store.release(&keys);
    assert_eq!(lease(store, clock, &queue, 10).await, [keys[1]]);
}

pub(crate) async fn sent_is_found_by_what_the_next_hop_calls_it(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 4).await;
    let deadline = clock.now() + HOUR;
    let mut nameless = sent(keys[2], "a", "", deadline);
    if let Change::Sent { sent, .. } = &mut nameless {
        sent.remote_id = None;
    }
    let changes = vec![sent(keys[0], "a", "r", deadline), sent(keys[1], "b", "r", deadline), nameless];
    store.commit(changes).await.unwrap();

    let found = store.sent("b", "r").await.unwrap().unwrap();
    assert_eq!((found.message.key, &*found.sent.connector, found.sent.deadline), (keys[1], "b", deadline));
    assert_eq!(*found.message.pdu, *format!("pdu of {}", keys[1]).as_bytes());
    assert_eq!(store.sent("a", "R").await.unwrap(), None);
    assert_eq!(store.sent("nobody", "r").await.unwrap(), None);

    store
        .commit(vec![sent(keys[3], "a", "r", deadline), sent(keys[2], "a", "late", deadline)])
        .await
        .unwrap();
    assert_eq!(store.sent("a", "r").await.unwrap().unwrap().message.key, keys[3]);
    assert_eq!(store.sent("a", "late").await.unwrap().unwrap().message.key, keys[2]);

    store.commit(vec![delivered(keys[3], clock.now())]).await.unwrap();
    assert_eq!(store.sent("a", "r").await.unwrap().unwrap().message.key, keys[0]);
    store.commit(vec![delivered(keys[0], clock.now())]).await.unwrap();
    assert_eq!(store.sent("a", "r").await.unwrap(), None);
}

pub(crate) async fn sent_expires_by_its_deadline(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 3).await;
    let changes =
        keys.iter().zip([3, 1, 2]).map(|(key, hours)| sent(*key, "a", "r", clock.now() + HOUR * hours));
    store.commit(changes.collect()).await.unwrap();

    assert!(store.sent_expired(clock.now() + HOUR, 10).await.unwrap().is_empty());
    clock.advance(HOUR * 2 + MILLISECOND);
    let expired = store.sent_expired(clock.now(), 10).await.unwrap();
    assert_eq!(expired.iter().map(|sent| sent.message.key).collect::<Vec<_>>(), [keys[1], keys[2]]);
    assert_eq!(store.sent_expired(clock.now(), 1).await.unwrap().len(), 1);
    assert_eq!(state_of(store, keys[1]).await, 's');

    store.commit(vec![delivered(keys[1], clock.now())]).await.unwrap();
    assert_eq!(store.sent_expired(clock.now(), 10).await.unwrap().len(), 1);
}

pub(crate) async fn sent_can_be_taken_back(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 1).await;
    store.commit(vec![sent(keys[0], "a", "r", clock.now())]).await.unwrap();

    store.commit(vec![place(keys[0], &queue, clock.now(), 1)]).await.unwrap();

    assert_eq!(store.sent("a", "r").await.unwrap(), None);
    assert!(store.sent_expired(clock.now() + HOUR, 10).await.unwrap().is_empty());
    assert_eq!(lease(store, clock, &queue, 10).await, keys);
}

pub(crate) async fn a_final_state_is_reached_once(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 2).await;
    assert_eq!(lease(store, clock, &queue, 1).await, keys[..1]);
    store.commit(vec![delivered(keys[0], clock.now()), delivered(keys[1], clock.now())]).await.unwrap();

    let again = store.commit(vec![delivered(keys[0], clock.now() + HOUR)]).await;

    assert_eq!(again, Err(StoreError::Conflict(Conflict::Final(keys[0]))));
    let Some(Found::Final(outcome)) = store.get(keys[0]).await.unwrap() else {
        panic!("final");
    };
    assert_eq!((outcome.state, outcome.done), (MessageState::DELIVERED, clock.now()));
    assert!(lease(store, clock, &queue, 10).await.is_empty());
}

pub(crate) async fn a_receipt_comes_with_the_final_state_or_not_at_all(
    store: &dyn MessageStore,
    clock: &TestClock,
) {
    let (queue, back) = (connector("a"), esme("esme"));
    let keys = accept(store, clock, &queue, 1).await;
    let receipt = || {
        let mut receipt = message(store, clock, &back);
        receipt.kind = MessageKind::Receipt;
        receipt
    };
    let (first, second) = (receipt(), receipt());
    let both =
        |receipt: &StoredMessage| vec![delivered(keys[0], clock.now()), Change::Accept(receipt.clone())];
    store.commit(both(&first)).await.unwrap();

    let twice = store.commit(both(&second)).await;

    assert_eq!(twice, Err(StoreError::Conflict(Conflict::Final(keys[0]))));
    let leased = store.lease_due(back, clock.now(), 10).await.unwrap();
    assert_eq!(leased, [first]);
    assert_eq!(state_of(store, second.key).await, '-');
}

pub(crate) async fn a_commit_is_all_or_nothing(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 4).await;
    store.commit(vec![sent(keys[1], "a", "r1", clock.now() + HOUR)]).await.unwrap();
    let new = message(store, clock, &queue);
    let unknown = store.issue_key();

    let refused = store
        .commit(vec![
            Change::Accept(new.clone()),
            sent(keys[0], "a", "r0", clock.now()),
            delivered(keys[1], clock.now()),
            place(keys[2], &esme("x"), clock.now(), 9),
            heard("kannel", "1", clock.now()),
            delivered(unknown, clock.now()),
        ])
        .await;

    assert_eq!(refused, Err(StoreError::Conflict(Conflict::Unknown(unknown))));
    assert_eq!(state_of(store, new.key).await, '-');
    assert_eq!(state_of(store, keys[1]).await, 's');
    assert!(store.sent("a", "r1").await.unwrap().is_some());
    assert!(store.sent("a", "r0").await.unwrap().is_none());
    assert!(!store.heard("kannel", "1").await.unwrap());
    assert!(lease(store, clock, &esme("x"), 10).await.is_empty());
    assert_eq!(lease(store, clock, &queue, 10).await, [keys[0], keys[2], keys[3]]);
}

pub(crate) async fn one_refused_commit_harms_no_other(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 50).await;
    let unknown = store.issue_key();
    let commits = keys.iter().enumerate().map(|(at, key)| {
        let second = if at % 5 == 0 { unknown } else { *key };
        let first = if at % 5 == 0 {
            sent(*key, "a", "r", clock.now())
        } else {
            heard("k", &at.to_string(), clock.now())
        };
        store.commit(vec![first, delivered(second, clock.now())])
    });

    let results = futures::future::join_all(commits.collect::<Vec<_>>()).await;

    for (at, (result, key)) in results.iter().zip(&keys).enumerate() {
        assert_eq!(result.is_ok(), at % 5 != 0);
        assert_eq!(state_of(store, *key).await, if at % 5 == 0 { 'w' } else { 'f' });
    }
}

pub(crate) async fn changes_of_one_commit_build_on_each_other(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let messages: Vec<_> = (0..3).map(|_| message(store, clock, &queue)).collect();
    let keys: Vec<_> = messages.iter().map(|message| message.key).collect();
    let mut changes: Vec<_> = messages.into_iter().map(Change::Accept).collect();
    changes.push(sent(keys[0], "a", "r", clock.now() + HOUR));
    changes.push(place(keys[1], &queue, clock.now() + HOUR, 3));
    changes.push(delivered(keys[2], clock.now()));

    store.commit(changes).await.unwrap();

    assert_eq!(state_of(store, keys[0]).await, 's');
    assert_eq!(state_of(store, keys[1]).await, 'w');
    assert_eq!(state_of(store, keys[2]).await, 'f');
    assert!(lease(store, clock, &queue, 10).await.is_empty());
    clock.advance(HOUR);
    assert_eq!(lease(store, clock, &queue, 10).await, [keys[1]]);
}

pub(crate) async fn changes_fit_the_state_of_their_message(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let waiting = message(store, clock, &queue);
    let (taken, done) = (message(store, clock, &queue), message(store, clock, &queue));
    let unknown = message(store, clock, &queue);
    store
        .commit([&waiting, &taken, &done].map(|message| Change::Accept(message.clone())).into())
        .await
        .unwrap();
    let setup = vec![sent(taken.key, "a", "r", clock.now() + HOUR), delivered(done.key, clock.now())];
    store.commit(setup).await.unwrap();
    let cases = [
        (Change::Accept(waiting.clone()), Conflict::Exists(waiting.key)),
        (Change::Accept(taken.clone()), Conflict::Exists(taken.key)),
        (Change::Accept(done.clone()), Conflict::Exists(done.key)),
        (Change::Replace(taken.clone()), Conflict::Sent(taken.key)),
        (Change::Replace(done.clone()), Conflict::Final(done.key)),
        (Change::Replace(unknown.clone()), Conflict::Unknown(unknown.key)),
        (sent(done.key, "a", "r", clock.now()), Conflict::Final(done.key)),
        (sent(unknown.key, "a", "r", clock.now()), Conflict::Unknown(unknown.key)),
        (place(done.key, &queue, clock.now(), 1), Conflict::Final(done.key)),
        (place(unknown.key, &queue, clock.now(), 1), Conflict::Unknown(unknown.key)),
        (delivered(unknown.key, clock.now()), Conflict::Unknown(unknown.key)),
    ];

    for (change, conflict) in cases {
        let refused = store.commit(vec![change]).await.unwrap_err();
        assert_eq!(refused, StoreError::Conflict(conflict));
        assert_eq!(refused.command_status(), CommandStatus::ESME_RSYSERR);
    }
    assert_eq!(lease(store, clock, &queue, 10).await, [waiting.key]);
}

pub(crate) async fn replace_keeps_the_key_and_changes_the_rest(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let original = message(store, clock, &queue);
    let other = message(store, clock, &queue);
    store.commit(vec![Change::Accept(original.clone()), Change::Accept(other.clone())]).await.unwrap();
    let mut replaced = original.clone();
    replaced.pdu = Box::from(*b"another text");
    replaced.expires = Some(clock.now() + HOUR);
    replaced.place.due = clock.now() + MINUTE;

    store.commit(vec![Change::Replace(replaced.clone())]).await.unwrap();

    assert_eq!(lease(store, clock, &queue, 10).await, [other.key]);
    clock.advance(MINUTE);
    let found = store.get(original.key).await.unwrap();
    assert_eq!(found, Some(Found::Waiting { message: replaced.clone(), leased: false }));
    assert_eq!(store.lease_due(queue, clock.now(), 10).await.unwrap(), [replaced]);
}

pub(crate) async fn what_is_being_sent_is_not_replaced(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let original = message(store, clock, &queue);
    store.commit(vec![Change::Accept(original.clone())]).await.unwrap();
    assert_eq!(lease(store, clock, &queue, 10).await, [original.key]);

    let refused = store.commit(vec![Change::Replace(original.clone())]).await;

    assert_eq!(refused, Err(StoreError::Conflict(Conflict::Leased(original.key))));
    store.release(&[original.key]);
    assert_eq!(store.commit(vec![Change::Replace(original)]).await, Ok(()));
}

pub(crate) async fn only_what_nobody_sends_is_withdrawn(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let (waiting, taken) = (message(store, clock, &queue), message(store, clock, &queue));
    store.commit(vec![Change::Accept(waiting.clone()), Change::Accept(taken.clone())]).await.unwrap();
    store.commit(vec![sent(taken.key, "a", "r", clock.now() + HOUR)]).await.unwrap();
    assert_eq!(lease(store, clock, &queue, 10).await, [waiting.key]);

    let leased = store.commit(vec![withdrawn(&waiting, clock)]).await;
    let gone = store.commit(vec![withdrawn(&taken, clock)]).await;

    assert_eq!(leased, Err(StoreError::Conflict(Conflict::Leased(waiting.key))));
    assert_eq!(gone, Err(StoreError::Conflict(Conflict::Sent(taken.key))));
    store.release(&[waiting.key]);
    assert_eq!(store.commit(vec![withdrawn(&waiting, clock)]).await, Ok(()));
    assert_eq!(lease(store, clock, &queue, 10).await, []);
    assert!(matches!(store.get(waiting.key).await.unwrap(), Some(Found::Final(_))));
}

fn withdrawn(message: &StoredMessage, clock: &TestClock) -> Change {
    let outcome = FinalOutcome::new(Arc::clone(&message.account), MessageState::DELETED, clock.now());
    Change::Withdraw { key: message.key, outcome }
}

pub(crate) async fn heard_is_remembered_and_not_heard_twice(store: &dyn MessageStore, clock: &TestClock) {
    let back = esme("esme");
    let (first, second) = (message(store, clock, &back), message(store, clock, &back));
    assert!(!store.heard("kannel", "id").await.unwrap());
    store.commit(vec![heard("kannel", "id", clock.now()), Change::Accept(first.clone())]).await.unwrap();
    assert!(store.heard("kannel", "id").await.unwrap());
    assert!(!store.heard("kannel", "other").await.unwrap());
    assert!(!store.heard("other", "id").await.unwrap());

    let again = store.commit(vec![Change::Accept(second), heard("kannel", "id", clock.now())]).await;

    assert!(matches!(again, Err(StoreError::Conflict(Conflict::Heard { .. }))));
    assert_eq!(lease(store, clock, &back, 10).await, [first.key]);
    let twice = vec![heard("kannel", "2", clock.now()), heard("kannel", "2", clock.now())];
    assert!(matches!(store.commit(twice).await, Err(StoreError::Conflict(Conflict::Heard { .. }))));
    assert!(!store.heard("kannel", "2").await.unwrap());
}

pub(crate) async fn heard_is_purged_by_age(store: &dyn MessageStore, clock: &TestClock) {
    for id in ["1", "2", "3", "4"] {
        store.commit(vec![heard("kannel", id, clock.now())]).await.unwrap();
        clock.advance(MINUTE);
    }
    let before = clock.now() - MINUTE;

    assert_eq!(store.purge_heard(before, 2).await, Ok(2));
    assert!(!store.heard("kannel", "2").await.unwrap());
    assert!(store.heard("kannel", "3").await.unwrap());
    assert_eq!(store.purge_heard(before, 2).await, Ok(1));
    assert_eq!(store.purge_heard(before, 2).await, Ok(0));
    assert!(store.heard("kannel", "4").await.unwrap());
}

pub(crate) async fn final_is_purged_by_final_time(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 4).await;
    let start = clock.now();
    for (key, minutes) in keys.iter().zip([3, 1, 2]) {
        store.commit(vec![delivered(*key, start + MINUTE * minutes)]).await.unwrap();
    }

    assert_eq!(store.purge_final(start + MINUTE, 10).await, Ok(0));
    assert_eq!(store.purge_final(start + MINUTE * 3, 1).await, Ok(1));
    assert_eq!(state_of(store, keys[1]).await, '-');
    assert_eq!(store.purge_final(start + MINUTE * 3, 10).await, Ok(1));
    assert_eq!(state_of(store, keys[2]).await, '-');
    assert_eq!(state_of(store, keys[0]).await, 'f');
    assert_eq!(state_of(store, keys[3]).await, 'w');
    let refused = store.commit(vec![delivered(keys[2], start)]).await;
    assert_eq!(refused, Err(StoreError::Conflict(Conflict::Unknown(keys[2]))));
}

pub(crate) async fn times_are_whole_milliseconds(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let mut message = message(store, clock, &queue);
    let odd = clock.now() + Duration::from_nanos(1_999_999);
    message.accepted = odd;
    message.expires = Some(odd);
    message.message_id = Some(Box::from("7f"));
    store.commit(vec![Change::Accept(message.clone())]).await.unwrap();

    let whole = clock.now() + MILLISECOND;
    message.accepted = whole;
    message.expires = Some(whole);
    assert_eq!(
        store.get(message.key).await.unwrap(),
        Some(Found::Waiting { message: message.clone(), leased: false })
    );
    store
        .commit(vec![Change::Place { key: message.key, place: Place::new(queue.clone(), odd) }])
        .await
        .unwrap();
    let Some(Found::Waiting { message, .. }) = store.get(message.key).await.unwrap() else {
        panic!("waits");
    };
    assert_eq!(message.place.due, whole);
}

pub(crate) async fn later_changes_are_made_by_the_next_commit(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let keys = accept(store, clock, &queue, 3).await;
    assert_eq!(lease(store, clock, &queue, 1).await, keys[..1]);
    store.commit_later(vec![delivered(keys[0], clock.now())]).unwrap();
    store.commit_later(vec![delivered(store.issue_key(), clock.now())]).unwrap();
    store.commit_later(vec![delivered(keys[1], clock.now())]).unwrap();

    store.commit(vec![]).await.unwrap();

    assert_eq!(state_of(store, keys[0]).await, 'f');
    assert_eq!(state_of(store, keys[1]).await, 'f');
    assert_eq!(lease(store, clock, &queue, 10).await, keys[2..]);
}

pub(crate) async fn a_dropped_commit_is_made_all_the_same(store: &dyn MessageStore, clock: &TestClock) {
    let queue = connector("a");
    let message = message(store, clock, &queue);
    let key = message.key;
    drop(store.commit(vec![Change::Accept(message)]));

    store.commit(vec![]).await.unwrap();

    assert_eq!(state_of(store, key).await, 'w');
}
