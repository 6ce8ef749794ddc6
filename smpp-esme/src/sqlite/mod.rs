//! One SQLite file, one thread that writes it, and one commit for many callers
//! (feature `sqlite`).

mod broker;
mod correlator;
mod database;
mod parts;
mod wire;

use thiserror::Error;

pub use self::{broker::SqliteBroker, correlator::SqliteCorrelator, parts::SqliteParts};

/// What went wrong with a database.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SqliteError {
    /// Another process, or another store of this one, holds the file.
    #[error("the database is held by another")]
    Held,
    /// SQLite said no: the disk is full, the file is no database, …
    #[error("database: {0}")]
    Database(String),
    /// What is stored cannot be read as a PDU.
    #[error("a stored PDU cannot be read: {0}")]
    Unreadable(String),
    /// The thread that writes has ended.
    #[error("the database is closed")]
    Closed,
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Held,
            _ => Self::Database(error.to_string()),
        }
    }
}
