//! Numbers in place of the names of queues and connectors.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, params};

use crate::message::QueueId;
use crate::store::StoreError;

use super::schema::sql_error;

/// The table `name` in memory, shared by the writer, who adds to it, and the readers. It grows with the
/// accounts and connectors that ever had a message, never with messages.
#[derive(Clone, Default)]
pub(super) struct Names {
    shared: Arc<RwLock<Maps>>,
}

impl Names {
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let names = Self::default();
        let mut statement = connection.prepare("SELECT number, kind, text FROM name").map_err(sql_error)?;
        let mut rows = statement.query([]).map_err(sql_error)?;
        while let Some(row) = rows.next().map_err(sql_error)? {
            let number = row.get(0).map_err(sql_error)?;
            let text: String = row.get(2).map_err(sql_error)?;
            let text = Arc::from(text);
            let queue = match row.get(1).map_err(sql_error)? {
                ESME => QueueId::Esme(text),
                CONNECTOR => QueueId::Connector(text),
                kind => return Err(StoreError::failed(format!("queue {number} is of unknown kind {kind}"))),
            };
            names.add(number, queue);
        }
        Ok(names)
    }

    pub(super) fn number(&self, queue: &QueueId) -> Option<i64> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner).numbers.get(queue).copied()
    }

    pub(super) fn queue(&self, number: i64) -> Option<QueueId> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner).queues.get(&number).cloned()
    }

    /// Gives `queue` a number, in the transaction that is open.
    pub(super) fn insert(&self, connection: &Connection, queue: &QueueId) -> Result<i64, StoreError> {
        let kind = match queue {
            QueueId::Esme(_) => ESME,
            QueueId::Connector(_) => CONNECTOR,
        };
        connection
            .prepare_cached("INSERT INTO name (kind, text) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute(params![kind, queue.name().as_ref()]))
            .map_err(sql_error)?;
        let number = connection.last_insert_rowid();
        self.add(number, queue.clone());
        Ok(number)
    }

    /// The transaction that brought this number was rolled back.
    pub(super) fn remove(&self, number: i64) {
        let mut maps = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = maps.queues.remove(&number) {
            maps.numbers.remove(&queue);
        }
    }

    fn add(&self, number: i64, queue: QueueId) {
        let mut maps = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        maps.numbers.insert(queue.clone(), number);
        maps.queues.insert(number, queue);
    }
}

#[derive(Default)]
struct Maps {
    numbers: HashMap<QueueId, i64>,
    queues: HashMap<i64, QueueId>,
}

const ESME: u8 = 0;
const CONNECTOR: u8 = 1;
