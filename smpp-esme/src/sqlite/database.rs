//! The thread that owns the connection.

use std::{path::Path, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::SqliteError;

/// A database that one thread works on. What many callers ask for at the same
/// time is committed at once, and durable before any of them is answered.
#[derive(Debug)]
pub(super) struct Database {
    jobs: mpsc::Sender<Job>,
}

/// Does its part in a transaction, and returns how to tell the caller once the
/// commit is known.
type Job = Box<dyn FnOnce(&Connection) -> Tell + Send>;
type Tell = Box<dyn FnOnce(Result<(), SqliteError>) + Send>;

impl Database {
    /// Opens or creates the file and brings it to `schema`, which must be able
    /// to run again. The file is held until the last clone has gone.
    pub(super) fn open(path: &Path, schema: &'static str) -> Result<Self, SqliteError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(schema)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let worker = thread::Builder::new().name("smpp-esme-sqlite".to_owned());
        worker
            .spawn(move || work(&connection, queue))
            .map_err(|error| SqliteError::Database(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Does `work` in a transaction; durable when this returns. Dropped, it is
    /// done all the same.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T, SqliteError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, SqliteError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let done = work(connection);
            Box::new(move |committed| {
                // Whoever asked may have gone.
                let _ = answer.send(committed.and(done));
            })
        });
        self.jobs.send(job).await.map_err(|_| SqliteError::Closed)?;
        answered.await.map_err(|_| SqliteError::Closed)?
    }
}

fn work(connection: &Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.blocking_recv() {
        let mut told = Vec::new();
        let mut committed = connection.execute_batch("BEGIN IMMEDIATE").map_err(SqliteError::from);
        let mut job = Some(first);
        while let Some(next) = job {
            told.push(next(connection));
            job = if told.len() < BATCH { queue.try_recv().ok() } else { None };
        }
        if committed.is_ok() {
            // Where SQLite had to roll back by itself, the commit fails, and everybody hears it.
            committed = connection.execute_batch("COMMIT").map_err(SqliteError::from);
        }
        if committed.is_err() && !connection.is_autocommit() {
            // The next transaction begins anew; its own error says if it cannot.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for tell in told {
            tell(committed.clone());
        }
    }
}

/// Jobs that wait for the thread; beyond that callers wait.
const QUEUE: usize = 4096;
/// Jobs in one commit.
const BATCH: usize = 1024;
