//! A client for Kannel's bearerbox, which sees it as an smsbox.

#[cfg(feature = "tokio")]
mod client;
mod link;
mod protocol;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "tokio")]
pub use client::{
    Acknowledgement, Backoff, BearerboxClient, BearerboxClientBuilder, BearerboxDriver, ConnectionState,
    Inbox, Incoming, IncomingSms, SendError, Sending,
};
pub use link::{
    AckToken, Link, LinkConfig, LinkCounters, LinkEvent, Loss, LossReason, SendRefusal, Unsent, Unsettled,
};
pub use protocol::{
    Ack, AckStatus, Admin, AdminCommand, Coding, FrameDecoder, FrameError, Heartbeat, InvalidKannelVersion,
    InvalidSmsId, KannelVersion, Msg, MsgError, Sms, SmsError, SmsId, SmsType, WdpDatagram,
};
