//! Moving the write-ahead log into the file, on a connection and a thread of its own: the writer does not
//! wait for it, which is most of the difference at the slow end (p99 4 ms in place of 10 to 15).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::store::StoreError;
use crate::store::backlog::Shared;

/// The thread, stopped and joined when dropped.
pub(super) struct Checkpointer {
    stop: Arc<Stop>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Checkpointer {
    /// `written` is set by the writer when there is something to move.
    pub(super) fn start(
        connection: Connection,
        shared: Arc<Shared>,
        written: Arc<AtomicBool>,
    ) -> Result<Self, StoreError> {
        let stop = Arc::<Stop>::default();
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while !stopped.after(EVERY) {
                    if written.swap(false, Ordering::Relaxed)
                        && let Err(error) = checkpoint(&connection)
                    {
                        shared.fail(&error);
                    }
                }
            })
            .map_err(StoreError::failed)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        *self.stop.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.wake.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread of the message store panicked");
        }
    }
}

#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    wake: Condvar,
}

impl Stop {
    fn after(&self, timeout: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.wake.wait_timeout_while(stopped, timeout, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    let result = connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
        .and_then(|mut statement| statement.query_row([], |_| Ok(())));
    match result {
        Ok(()) => Ok(()),
        Err(error) => match error.sqlite_error_code() {
            // The log stays as it is, and the next round tries again.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => Ok(()),
            _ => Err(StoreError::failed(error)),
        },
    }
}

const EVERY: Duration = Duration::from_millis(50);
