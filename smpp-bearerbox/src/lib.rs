//! A client for Kannel's bearerbox, which sees it as an smsbox.

mod link;
mod protocol;

pub use link::{
    AckToken, Link, LinkConfig, LinkCounters, LinkEvent, Loss, LossReason, SendRefusal, Unsent, Unsettled,
};
pub use protocol::{
    Ack, AckStatus, Admin, AdminCommand, Coding, FrameDecoder, FrameError, Heartbeat, InvalidKannelVersion,
    InvalidSmsId, KannelVersion, Msg, MsgError, Sms, SmsError, SmsId, SmsType, WdpDatagram,
};
