//! The tables of the SQLite store, its connections, and what their errors mean.
//!
//! Payload and index are apart, and a delivered message costs the index nothing:
//!
//! - `message`: key to record. Appended in the order of keys, not touched on delivery, removed later in
//!   the order of keys. Place columns repeat the record's, to be read without it.
//! - `place`: where a message waits if not where it was accepted.
//! - `queue`: (queue, rank, key), what is due. A message gets its row only if it waits for some seconds.
//! - `delayed`: (due, key), what is not due yet. Written in the commit that brings it.
//! - `sent`: key to connector, remote id, deadline.
//! - `final`: key to outcome. It is what says "done": the row in `message` may still be there.
//! - `heard`: (source, id).
//! - `name`: numbers of queues and connectors. `meta`: the mark of issued keys, the secret of message_ids,
//!   the mark of the queue index.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::StoreError;

/// Opens the file, creating it and its tables if need be.
pub(super) fn open_writer(file: &Path) -> Result<Connection, StoreError> {
    let connection = connect(file)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(sql_error)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::failed(format!("journal mode is {mode}, write-ahead log needed")));
    }
    connection
        .execute_batch(&format!(
            "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = {INLINE_CHECKPOINT_PAGES};"
        ))
        .map_err(sql_error)?;
    create(&connection)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn open_reader(file: &Path) -> Result<Connection, StoreError> {
    let connection = connect(file)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384;").map_err(sql_error)?;
    Ok(connection)
}

/// A connection that only moves the write-ahead log into the file.
pub(super) fn open_checkpointer(file: &Path) -> Result<Connection, StoreError> {
    connect(file)
}

/// What an error of SQLite means for the store.
pub(super) fn sql_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::failed(error),
    }
}

fn connect(file: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(sql_error)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(sql_error)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;").map_err(sql_error)?;
    Ok(connection)
}

fn create(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sql_error)?;
    match found {
        VERSION => Ok(()),
        0 => connection
            .execute_batch(&format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;"))
            .map_err(sql_error),
        found => Err(StoreError::Version { found, known: VERSION }),
    }
}

pub(super) const VERSION: i64 = 1;

/// Beyond this size of the write-ahead log the writer itself moves it into the file: some 95 MiB.
const INLINE_CHECKPOINT_PAGES: u32 = 24_000;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE name (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text));
CREATE TABLE message (
    key INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    due INTEGER NOT NULL,
    indexed INTEGER NOT NULL,
    record BLOB NOT NULL
);
CREATE TABLE place (
    key INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL
);
CREATE TABLE queue (
    queue INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (queue, rank, key)
) WITHOUT ROWID;
CREATE TABLE delayed (
    due INTEGER NOT NULL,
    key INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (due, key)
) WITHOUT ROWID;
CREATE TABLE sent (
    key INTEGER PRIMARY KEY,
    connector INTEGER NOT NULL,
    remote_id TEXT,
    deadline INTEGER NOT NULL
);
CREATE INDEX sent_remote ON sent (connector, remote_id, key) WHERE remote_id IS NOT NULL;
CREATE INDEX sent_deadline ON sent (deadline);
CREATE TABLE final (key INTEGER PRIMARY KEY, done INTEGER NOT NULL, record BLOB NOT NULL);
CREATE INDEX final_done ON final (done);
CREATE TABLE heard (
    source INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX heard_at ON heard (at);
";
