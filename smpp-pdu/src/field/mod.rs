//! The types of mandatory fields.

mod address;
mod c_octet_string;
mod civil_time;
mod data_coding;
mod esm_class;
mod message_id;
mod message_state;
mod octet_string;
mod password;
mod priority_flag;
mod registered_delivery;
pub mod service_type;
mod smpp_time;
mod wire;

pub use address::{Address, Npi, Ton};
pub use c_octet_string::COctetString;
pub use civil_time::CivilTime;
pub use data_coding::{Alphabet, DataCoding, MessageClass, MessageWaiting, WaitingKind};
pub use esm_class::{EsmClass, MessageType, MessagingMode};
pub use message_id::MessageId;
pub use message_state::MessageState;
pub use octet_string::OctetString;
pub use password::Password;
pub use priority_flag::PriorityFlag;
pub use registered_delivery::{ReceiptRequest, RegisteredDelivery};
pub use service_type::ServiceType;
pub use smpp_time::{SmppTime, TimeRules};
pub(crate) use wire::{FieldKind, FieldMut, FieldSpec, FieldValue, WireField, newtype_field};
