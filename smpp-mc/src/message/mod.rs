//! A message as the gateway keeps it: its key, its message_id, its record, its state.
//!
//! Pure: no clock, no input or output. Where a message is kept is [`store`](crate::store)'s concern.

mod key;
mod message_id;
mod millis;
mod outcome;
mod queue_id;
mod record;
mod sent;
mod stored;
mod transition;

pub use self::key::MessageKey;
pub use self::message_id::{MessageIdForm, MessageIdText, MessageIds};
pub(crate) use self::millis::{from_millis, to_millis};
pub use self::outcome::FinalOutcome;
pub use self::queue_id::QueueId;
pub use self::record::{RecordDamage, RecordError};
pub use self::sent::{Sent, SentMessage};
pub use self::stored::{MessageKind, Place, StoredMessage};
pub use self::transition::{IllegalTransition, transition};
