//! A client for Kannel's bearerbox, which sees it as an smsbox.

#[cfg(feature = "tokio")]
mod client;
mod convert;
mod dlr;
mod link;
mod meta_data;
mod protocol;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "tokio")]
pub use client::{
    Acknowledgement, Backoff, BearerboxClient, BearerboxClientBuilder, BearerboxDriver, ConnectionState,
    Inbox, Incoming, IncomingSms, SendError, Sending,
};
pub use convert::{ConvertError, Converter};
pub use dlr::{DlrMask, KsmppdDlrUrl, Report, ReportOutcome};
pub use link::{
    AckToken, Link, LinkConfig, LinkCounters, LinkEvent, Loss, LossReason, SendRefusal, Unsent, Unsettled,
};
pub use meta_data::{InvalidMetaData, MetaData};
pub use protocol::{
    Ack, AckStatus, Admin, AdminCommand, Coding, FrameDecoder, FrameError, Heartbeat, InvalidKannelVersion,
    InvalidSmsId, KannelVersion, Msg, MsgError, Sms, SmsError, SmsId, SmsType, WdpDatagram,
};
