//! A correlator on disk.

use std::{path::Path, time::SystemTime};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use smpp_session::pdu::MessageId;

use super::{SqliteError, database::Database, wire::millis};
use crate::{
    broker::TrackingId,
    correlator::{Correlated, Correlator, Lives, PartState, SentPart, Stage},
};

/// Remembers in a SQLite file which message_id belongs to which message: days
/// of life, and restarts, do not matter.
#[derive(Debug)]
pub struct SqliteCorrelator {
    database: Database,
    lives: Lives,
}

impl SqliteCorrelator {
    /// Opens or creates the file. It is not that of a broker.
    ///
    /// # Errors
    ///
    /// [`SqliteError::Held`] if another correlator has it open.
    pub fn open(path: impl AsRef<Path>, lives: Lives) -> Result<Self, SqliteError> {
        Ok(Self { database: Database::open(path.as_ref(), SCHEMA)?, lives })
    }

    async fn note(
        &self,
        part: &SentPart,
        message_id: Option<&MessageId>,
        now: SystemTime,
    ) -> Result<(), SqliteError> {
        let stage = if message_id.is_some() { Stage::Submitted } else { Stage::Unanswered };
        let ends = millis(self.lives.end(stage, now));
        let part = part.clone();
        let message_id = message_id.map(|id| id.as_bytes().to_vec());
        self.database
            .run(move |connection| {
                let insert =
                    "INSERT OR REPLACE INTO part (id, number, total, reference, message_id, final, ends)
                              VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)";
                let SentPart { id, number, total, reference } = part;
                connection.prepare_cached(insert)?.execute(params![
                    row_of(id),
                    number,
                    total,
                    reference,
                    message_id,
                    ends
                ])?;
                Ok(())
            })
            .await
    }
}

impl Correlator for SqliteCorrelator {
    type Error = SqliteError;

    async fn sending(&self, part: &SentPart, now: SystemTime) -> Result<(), SqliteError> {
        self.note(part, None, now).await
    }

    async fn submitted(
        &self,
        part: &SentPart,
        message_id: &MessageId,
        now: SystemTime,
    ) -> Result<(), SqliteError> {
        self.note(part, Some(message_id), now).await
    }

    async fn refused(&self, part: &SentPart) -> Result<(), SqliteError> {
        let (id, number) = (row_of(part.id), part.number);
        self.database
            .run(move |connection| {
                connection
                    .prepare_cached("DELETE FROM part WHERE id = ?1 AND number = ?2")?
                    .execute(params![id, number])?;
                Ok(())
            })
            .await
    }

    async fn parts(&self, id: TrackingId) -> Result<Vec<PartState>, SqliteError> {
        let id = row_of(id);
        self.database
            .run(move |connection| {
                let mut select = connection
                    .prepare_cached("SELECT number, message_id FROM part WHERE id = ?1 ORDER BY number")?;
                let rows =
                    select.query_map([id], |row| Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?)))?;
                let mut parts = Vec::new();
                for row in rows {
                    let (number, message_id) = row?;
                    let message_id = message_id.and_then(|octets| MessageId::relaxed(&octets).ok());
                    parts.push(PartState { number, message_id });
                }
                Ok(parts)
            })
            .await
    }

    async fn receipted(
        &self,
        message_id: &MessageId,
        is_final: bool,
        now: SystemTime,
    ) -> Result<Option<Correlated>, SqliteError> {
        let message_id = message_id.as_bytes().to_vec();
        let ends = millis(self.lives.end(Stage::Final, now));
        let now = millis(now);
        self.database
            .run(move |connection| {
                let Some(part) = part_of(connection, &message_id, now)? else {
                    return Ok(None);
                };
                if is_final {
                    connection
                        .prepare_cached("UPDATE part SET final = 1, ends = ?3 WHERE id = ?1 AND number = ?2")?
                        .execute(params![row_of(part.id), part.number, ends])?;
                }
                let finished = connection
                    .prepare_cached("SELECT count(*) FROM part WHERE id = ?1 AND final = 1")?
                    .query_row([row_of(part.id)], |row| row.get(0))?;
                Ok(Some(Correlated { part, finished }))
            })
            .await
    }

    async fn purge_expired(&self, now: SystemTime) -> Result<u64, SqliteError> {
        let now = millis(now);
        self.database
            .run(move |connection| {
                let gone = connection.prepare_cached("DELETE FROM part WHERE ends <= ?1")?.execute([now])?;
                Ok(u64::try_from(gone).unwrap_or(u64::MAX))
            })
            .await
    }
}

/// The latest part that bears this message_id.
fn part_of(connection: &Connection, message_id: &[u8], now: i64) -> Result<Option<SentPart>, SqliteError> {
    let select = "SELECT id, number, total, reference FROM part
                  WHERE message_id = ?1 AND ends > ?2 ORDER BY id DESC LIMIT 1";
    let read = |row: &Row<'_>| {
        let id = TrackingId(u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default());
        Ok(SentPart { id, number: row.get(1)?, total: row.get(2)?, reference: row.get(3)? })
    };
    Ok(connection.prepare_cached(select)?.query_row(params![message_id, now], read).optional()?)
}

fn row_of(TrackingId(id): TrackingId) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS part (
        id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        total INTEGER NOT NULL,
        reference TEXT,
        message_id BLOB,
        final INTEGER NOT NULL,
        ends INTEGER NOT NULL,
        PRIMARY KEY (id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS part_message_id ON part (message_id) WHERE message_id IS NOT NULL;
";
