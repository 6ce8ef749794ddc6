//! Kannel's box protocol: its five messages, the frame around them, and the forms its versions differ in.
//!
//! A frame is a 32-bit length and a body; a body is a 32-bit message type and that type's fields in a fixed
//! order, all big endian. An absent integer is -1 on the wire, an absent string has the length -1.
//! Nothing here reads or writes a socket.

mod ack;
mod admin;
mod check;
mod encoder;
mod error;
mod field;
mod frame;
mod msg;
mod parser;
mod sms;
mod sms_id;
mod version;

pub use ack::{Ack, AckStatus};
pub use admin::{Admin, AdminCommand};
pub use error::{FrameError, MsgError, SmsError};
pub use frame::FrameDecoder;
pub use msg::{Heartbeat, Msg, WdpDatagram};
pub use sms::{Coding, Sms, SmsType};
pub use sms_id::{InvalidSmsId, SmsId};
pub use version::{InvalidKannelVersion, KannelVersion};
