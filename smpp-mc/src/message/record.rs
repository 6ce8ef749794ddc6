//! The on-disk record of a message and of its final outcome.
//!
//! One octet version, a small postcard header, the PDU as its own octets, and a CRC32C over the key
//! and all of these, least significant octet first. The checksum covers the key so that a record
//! found under another key counts as damaged.

use std::sync::Arc;

use crc32c::{crc32c, crc32c_append};
use serde::{Deserialize, Serialize};
use smpp_session::pdu::{CommandStatus, MessageState};

use super::millis::{from_millis, to_millis};
use super::{FinalOutcome, MessageKey, MessageKind, Place, QueueId, StoredMessage};

impl StoredMessage {
    /// The message as a record to be stored under its key.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        let (queue_kind, queue) = match &self.place.queue {
            QueueId::Esme(name) => (QUEUE_ESME, name),
            QueueId::Connector(name) => (QUEUE_CONNECTOR, name),
        };
        let header = MessageHeader {
            account: &self.account,
            kind: match self.kind {
                MessageKind::Submission => KIND_SUBMISSION,
                MessageKind::Receipt => KIND_RECEIPT,
                MessageKind::Mobile => KIND_MOBILE,
            },
            queue_kind,
            queue,
            priority: self.place.priority,
            due: to_millis(self.place.due),
            attempts: self.place.attempts,
            expires: self.expires.map(to_millis),
            accepted: to_millis(self.accepted),
            message_id: self.message_id.as_deref(),
        };
        seal(self.key, &header, &self.pdu)
    }

    /// The message stored under `key`. Its place is the one it was accepted in.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the record is damaged or of a version this program does not know.
    pub fn from_record(key: MessageKey, record: &[u8]) -> Result<Self, RecordError> {
        let (header, pdu) = open::<MessageHeader<'_>>(key, record)?;
        let malformed = RecordError { key, damage: RecordDamage::Header };
        let queue = Arc::<str>::from(header.queue);
        let queue = match header.queue_kind {
            QUEUE_ESME => QueueId::Esme(queue),
            QUEUE_CONNECTOR => QueueId::Connector(queue),
            _ => return Err(malformed),
        };
        let kind = match header.kind {
            KIND_SUBMISSION => MessageKind::Submission,
            KIND_RECEIPT => MessageKind::Receipt,
            KIND_MOBILE => MessageKind::Mobile,
            _ => return Err(malformed),
        };
        let place = Place {
            queue,
            priority: header.priority,
            due: from_millis(header.due),
            attempts: header.attempts,
        };
        Ok(Self {
            key,
            account: Arc::from(header.account),
            kind,
            place,
            expires: header.expires.map(from_millis),
            accepted: from_millis(header.accepted),
            message_id: header.message_id.map(Box::from),
            pdu: Box::from(pdu),
        })
    }
}

impl FinalOutcome {
    /// The outcome as a record to be stored under the key of its message.
    #[must_use]
    pub fn to_record(&self, key: MessageKey) -> Vec<u8> {
        let header = OutcomeHeader {
            state: self.state.0,
            error_code: self.error_code,
            command_status: self.command_status.0,
            done: to_millis(self.done),
            account: &self.account,
            receipt: self.receipt,
        };
        seal(key, &header, &[])
    }

    /// The outcome stored under `key`.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the record is damaged or of a version this program does not know.
    pub fn from_record(key: MessageKey, record: &[u8]) -> Result<Self, RecordError> {
        let (header, _) = open::<OutcomeHeader<'_>>(key, record)?;
        Ok(Self {
            state: MessageState(header.state),
            error_code: header.error_code,
            command_status: CommandStatus(header.command_status),
            done: from_millis(header.done),
            account: Arc::from(header.account),
            receipt: header.receipt,
        })
    }
}

/// A record that cannot be read. Nothing else is harmed by it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("record of message {key}: {damage}")]
#[non_exhaustive]
pub struct RecordError {
    /// The key it was stored under.
    pub key: MessageKey,
    /// What is wrong with it.
    pub damage: RecordDamage,
}

/// What is wrong with a record.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordDamage {
    /// The checksum differs, or there is none: the record was cut, changed, or belongs to another key.
    #[error("checksum differs")]
    Checksum,
    /// The record is sound but written by a later version of this program.
    #[error("version {0} is unknown")]
    Version(u8),
    /// The checksum is right but the header makes no sense.
    #[error("header malformed")]
    Header,
}

#[derive(Deserialize, Serialize)]
struct MessageHeader<'a> {
    account: &'a str,
    kind: u8,
    queue_kind: u8,
    queue: &'a str,
    priority: u8,
    due: u64,
    attempts: u16,
    expires: Option<u64>,
    accepted: u64,
    message_id: Option<&'a str>,
}

#[derive(Deserialize, Serialize)]
struct OutcomeHeader<'a> {
    state: u8,
    error_code: u8,
    command_status: u32,
    done: u64,
    account: &'a str,
    receipt: bool,
}

fn seal(key: MessageKey, header: &impl Serialize, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(HEADER_ROOM + payload.len());
    record.push(VERSION);
    // Only a value of unknown length makes postcard fail here, and no header has one. Should it ever,
    // the record left is one that `open` calls malformed.
    let mut record = postcard::to_extend(header, record).unwrap_or_default();
    record.extend_from_slice(payload);
    let checksum = checksum(key, &record);
    record.extend_from_slice(&checksum.to_le_bytes());
    record
}

fn open<'a, H: Deserialize<'a>>(key: MessageKey, record: &'a [u8]) -> Result<(H, &'a [u8]), RecordError> {
    let damaged = |damage| RecordError { key, damage };
    let Some((content, stored)) = record.split_last_chunk::<CHECKSUM_LEN>() else {
        return Err(damaged(RecordDamage::Checksum));
    };
    if checksum(key, content) != u32::from_le_bytes(*stored) {
        return Err(damaged(RecordDamage::Checksum));
    }
    let Some((version, content)) = content.split_first() else {
        return Err(damaged(RecordDamage::Header));
    };
    if *version != VERSION {
        return Err(damaged(RecordDamage::Version(*version)));
    }
    postcard::take_from_bytes(content).map_err(|_| damaged(RecordDamage::Header))
}

fn checksum(key: MessageKey, content: &[u8]) -> u32 {
    crc32c_append(crc32c(&key.number().to_le_bytes()), content)
}

const VERSION: u8 = 1;
const CHECKSUM_LEN: usize = 4;
/// What a header usually takes, to allocate once.
const HEADER_ROOM: usize = 96;

const QUEUE_ESME: u8 = 0;
const QUEUE_CONNECTOR: u8 = 1;
const KIND_SUBMISSION: u8 = 0;
const KIND_RECEIPT: u8 = 1;
const KIND_MOBILE: u8 = 2;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_message_survives_its_record(message in any_message()) {
            let record = message.to_record();

            prop_assert_eq!(StoredMessage::from_record(message.key, &record), Ok(message));
        }

        #[test]
        fn any_changed_octet_is_noticed(message in any_message(), at: prop::sample::Index, flip in 1u8..) {
            let mut record = message.to_record();
            let at = at.index(record.len());
            record[at] ^= flip;

            let damaged = StoredMessage::from_record(message.key, &record).unwrap_err();

            prop_assert_eq!(damaged.key, message.key);
        }

        #[test]
        fn arbitrary_octets_never_panic(octets: Vec<u8>) {
            prop_assert!(StoredMessage::from_record(MessageKey::MIN, &octets).is_err());
            prop_assert!(FinalOutcome::from_record(MessageKey::MIN, &octets).is_err());
        }
    }

    #[test]
    fn a_record_under_another_key_is_damaged() {
        let message = sample(1);

        let read = StoredMessage::from_record(MessageKey::MAX, &message.to_record());

        assert_eq!(read, Err(RecordError { key: MessageKey::MAX, damage: RecordDamage::Checksum }));
    }

    #[test]
    fn a_later_version_is_named() {
        let message = sample(1);
        let mut record = message.to_record();
        record.truncate(record.len() - CHECKSUM_LEN);
        record[0] = 9;
        record.extend_from_slice(&checksum(message.key, &record.clone()).to_le_bytes());

        let read = StoredMessage::from_record(message.key, &record);

        assert_eq!(read, Err(RecordError { key: message.key, damage: RecordDamage::Version(9) }));
    }

    #[test]
    fn an_outcome_survives_its_record() {
        let key = MessageKey::MAX;
        let mut outcome =
            FinalOutcome::new(Arc::from("esme"), MessageState::UNDELIVERABLE, from_millis(1_700_000_000_123));
        outcome.error_code = 7;
        outcome.command_status = CommandStatus::ESME_RMSGQFUL;
        outcome.receipt = true;

        assert_eq!(FinalOutcome::from_record(key, &outcome.to_record(key)), Ok(outcome));
    }

    #[test]
    fn debug_shows_lengths_only() {
        let mut message = sample(1);
        message.pdu = Box::from(*b"+15550100");
        message.message_id = Some(Box::from("secret-id"));

        let shown = format!("{message:?}");

        assert!(shown.contains("pdu_len: 9"));
        assert!(!shown.contains("5550100") && !shown.contains("43, 49") && !shown.contains("secret-id"));
    }

    fn any_message() -> impl Strategy<Value = StoredMessage> {
        let place = (any::<bool>(), "[a-z]{0,15}", any::<u8>(), 0u64..1 << 44, any::<u16>());
        let rest = (
            0u64..1 << 63,
            "\\PC{0,15}",
            0u8..3,
            prop::option::of(0u64..1 << 44),
            0u64..1 << 44,
            prop::option::of("\\PC{0,20}"),
            prop::collection::vec(any::<u8>(), 0..400),
        );
        (place, rest).prop_map(|(place, rest)| {
            let (esme, name, priority, due, attempts) = place;
            let (key, account, kind, expires, accepted, message_id, pdu) = rest;
            let name = Arc::from(name.as_str());
            let queue = if esme { QueueId::Esme(name) } else { QueueId::Connector(name) };
            StoredMessage {
                key: MessageKey::new(key).unwrap(),
                account: Arc::from(account.as_str()),
                kind: [MessageKind::Submission, MessageKind::Receipt, MessageKind::Mobile][kind as usize],
                place: Place { queue, priority, due: from_millis(due), attempts },
                expires: expires.map(from_millis),
                accepted: from_millis(accepted),
                message_id: message_id.map(String::into_boxed_str),
                pdu: pdu.into_boxed_slice(),
            }
        })
    }

    fn sample(key: u64) -> StoredMessage {
        StoredMessage::new(
            MessageKey::new(key).unwrap(),
            Arc::from("esme"),
            MessageKind::Submission,
            QueueId::Connector(Arc::from("kannel")),
            Box::from(*b"octets"),
            UNIX_EPOCH + Duration::from_millis(1_700_000_000_000),
        )
    }
}
