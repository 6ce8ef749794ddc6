//! A client for Kannel's bearerbox, which sees it as an smsbox.

mod protocol;

pub use protocol::{
    Ack, AckStatus, Admin, AdminCommand, Coding, FrameDecoder, FrameError, Heartbeat, InvalidKannelVersion,
    InvalidSmsId, KannelVersion, Msg, MsgError, Sms, SmsError, SmsId, SmsType, WdpDatagram,
};
