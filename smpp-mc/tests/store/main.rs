//! One behaviour suite, run over every message store; and what only a durable store must do.

#![cfg(feature = "gateway")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "support code of tests")]

mod behaviour;
#[cfg(feature = "sqlite")]
mod crash;
#[cfg(feature = "sqlite")]
mod durable;
#[cfg(feature = "sqlite")]
mod model;
mod support;

use smpp_mc::store::{Change, MemoryStore, MessageStore, StoreError};
use support::{TestClock, accept, connector, delivered, memory, message, state_of};
#[cfg(feature = "sqlite")]
use support::{eager, sqlite};

#[tokio::test]
async fn memory_is_bounded() {
    let clock = TestClock::new();
    let store = MemoryStore::builder().clock(clock.function()).capacity(10).build().unwrap();
    let queue = connector("a");
    let keys = accept(&store, &clock, &queue, 10).await;
    let another = || Change::Accept(message(&store, &clock, &queue));

    assert_eq!(store.commit(vec![another()]).await, Err(StoreError::Full));
    // A receipt in place of its message.
    store.commit(vec![delivered(keys[0], clock.now()), another()]).await.unwrap();
    store.commit(keys[1..].iter().map(|key| delivered(*key, clock.now())).collect()).await.unwrap();
    let more = accept(&store, &clock, &queue, 9).await;

    clock.advance(std::time::Duration::from_secs(1));
    store.commit(vec![delivered(more[0], clock.now())]).await.unwrap();
    // The earliest of eleven outcomes is forgotten.
    assert_eq!(state_of(&store, keys[0]).await, '-');
    assert_eq!(state_of(&store, more[0]).await, 'f');
}

/// A test per store and behaviour.
macro_rules! behaviours {
    ($($name:ident),+ $(,)?) => {
        mod memory_store {
            $(
                #[tokio::test]
                async fn $name() {
                    let clock = super::TestClock::new();
                    let store = super::memory(&clock);
                    super::behaviour::$name(&store, &clock).await;
                }
            )+
        }

        #[cfg(feature = "sqlite")]
        mod sqlite_store {
            $(
                #[tokio::test]
                async fn $name() {
                    let clock = super::TestClock::new();
                    let folder = tempfile::tempdir().unwrap();
                    let store = super::sqlite(&clock).open(&folder).unwrap();
                    super::behaviour::$name(&store, &clock).await;
                }
            )+
        }

        /// Everything that is usually done later is done at once, and nothing is kept in memory.
        #[cfg(feature = "sqlite")]
        mod sqlite_store_eager {
            $(
                #[tokio::test]
                async fn $name() {
                    let clock = super::TestClock::new();
                    let folder = tempfile::tempdir().unwrap();
                    let store = super::eager(super::sqlite(&clock)).open(&folder).unwrap();
                    super::behaviour::$name(&store, &clock).await;
                }
            )+
        }
    };
}

behaviours! {
    keys_increase_and_are_not_repeated,
    priority_comes_before_age_and_age_before_all_else,
    queues_do_not_mix,
    nothing_is_handed_out_before_it_is_due,
    what_is_due_is_ordered_with_what_was_due_already,
    due_queues_name_every_queue_with_something_due,
    a_lease_is_held_by_one,
    a_released_lease_keeps_its_turn,
    leases_go_on_where_they_stopped,
    an_urgent_or_late_message_is_not_overlooked,
    a_retry_waits_for_its_time_and_counts_its_attempts,
    sent_is_neither_queued_nor_final,
    sent_is_found_by_what_the_next_hop_calls_it,
    sent_expires_by_its_deadline,
    sent_can_be_taken_back,
    a_final_state_is_reached_once,
    a_receipt_comes_with_the_final_state_or_not_at_all,
    a_commit_is_all_or_nothing,
    one_refused_commit_harms_no_other,
    changes_of_one_commit_build_on_each_other,
    changes_fit_the_state_of_their_message,
    replace_keeps_the_key_and_changes_the_rest,
    what_is_being_sent_is_not_replaced,
    only_what_nobody_sends_is_withdrawn,
    heard_is_remembered_and_not_heard_twice,
    heard_is_purged_by_age,
    final_is_purged_by_final_time,
    times_are_whole_milliseconds,
    later_changes_are_made_by_the_next_commit,
    a_dropped_commit_is_made_all_the_same,
}
