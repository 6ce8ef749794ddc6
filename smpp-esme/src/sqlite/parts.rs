//! Parts of incoming long messages on disk.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use bytes::BytesMut;
use futures::future::BoxFuture;
use rusqlite::params;

use super::{
    SqliteError,
    database::Database,
    wire::{decode, encode, millis},
};
use crate::parts::{Part, PartKey, PartStore, PartStoreError};

/// Keeps parts in a SQLite file: one that was answered with ESME_ROK is not
/// lost by a crash.
#[derive(Debug)]
pub struct SqliteParts {
    database: Database,
    life: Duration,
}

impl SqliteParts {
    /// Opens or creates the file. Parts of a message that lacks others are
    /// dropped `life` after they came.
    ///
    /// # Errors
    ///
    /// [`SqliteError::Held`] if another store has it open.
    pub fn open(path: impl AsRef<Path>, life: Duration) -> Result<Self, SqliteError> {
        Ok(Self { database: Database::open(path.as_ref(), SCHEMA)?, life })
    }
}

impl PartStore for SqliteParts {
    fn keep(&self, part: Part, now: SystemTime) -> BoxFuture<'_, Result<Option<Vec<Part>>, PartStoreError>> {
        let oldest = millis(now.checked_sub(self.life).unwrap_or(SystemTime::UNIX_EPOCH));
        Box::pin(async move {
            let whole = self.database.run(move |connection| {
                let (key, number) = (key_of(&part.key), part.number);
                let mut octets = BytesMut::new();
                encode(part.body, &mut octets)?;
                connection.prepare_cached("DELETE FROM incoming WHERE came < ?1")?.execute([oldest])?;
                connection
                    .prepare_cached("INSERT OR REPLACE INTO incoming (message, number, came, pdu) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![key, number, millis(now), &octets[..]])?;
                let mut select =
                    connection.prepare_cached("SELECT number, pdu FROM incoming WHERE message = ?1 ORDER BY number")?;
                let rows = select.query_map([&key], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
                let mut parts = Vec::new();
                for row in rows {
                    let (number, pdu) = row?;
                    parts.push(Part { key: part.key.clone(), number, body: decode(&pdu)? });
                }
                Ok((parts.len() >= usize::from(part.key.total)).then_some(parts))
            });
            whole.await.map_err(|error| PartStoreError::Store(error.to_string()))
        })
    }

    fn forget<'a>(&'a self, key: &'a PartKey) -> BoxFuture<'a, Result<(), PartStoreError>> {
        let key = key_of(key);
        Box::pin(async move {
            let gone = self.database.run(move |connection| {
                connection.prepare_cached("DELETE FROM incoming WHERE message = ?1")?.execute([key])?;
                Ok(())
            });
            gone.await.map_err(|error| PartStoreError::Store(error.to_string()))
        })
    }
}

/// The key as octets: lengths first, so that no two keys are written alike.
fn key_of(key: &PartKey) -> Vec<u8> {
    let mut octets = Vec::new();
    for address in [&key.source, &key.destination] {
        let digits = address.addr.as_bytes();
        octets.extend([address.ton.0, address.npi.0, u8::try_from(digits.len()).unwrap_or(u8::MAX)]);
        octets.extend(digits);
    }
    octets.extend(key.reference.to_be_bytes());
    octets.extend([u8::from(key.wide), key.total]);
    octets
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS incoming (
        message BLOB NOT NULL,
        number INTEGER NOT NULL,
        came INTEGER NOT NULL,
        pdu BLOB NOT NULL,
        PRIMARY KEY (message, number)
    ) STRICT, WITHOUT ROWID;
";
