//! A client for Kannel's bearerbox, which sees it as an smsbox.
//!
//! ```text
//! box                                bearerbox
//!  | admin identify "mybox"  ------>  |
//!  | heartbeat, every 30 s   ------>  |
//!  | sms mt_push             ------>  |      SMPP, CIMD, modems …
//!  |                         <------ ack     taken, not sent yet
//!  |                         <------ sms report_mo 8, 1 …
//!  | ack                     ------>  |
//!  |                         <------ sms mo
//!  | ack                     ------>  |
//! ```
//!
//! - [`BearerboxClient`] keeps one connection over TCP across losses: [`send`](BearerboxClient::send) waits for the
//!   acknowledgement of an MT, the [`Inbox`] brings MOs, reports and the news of the connection.
//! - [`Link`] is the same without a socket and without a clock, for another runtime or a simulation.
//! - [`Msg`] and [`FrameDecoder`] are the protocol alone.
//! - [`Converter`] turns submit_sm and data_sm into Kannel's [`Sms`] and MOs into deliver_sm; [`Report`] reads what a report says.
//!
//! Fields have Kannel's names: `boxc_id`, `udhdata`, `mclass`, `dlr_mask`. Nothing is spawned, nothing is kept on disk.
//!
//! ```no_run
//! use smpp_bearerbox::{AckStatus, BearerboxClient, DlrMask, Incoming, Report, SendError, Sms, SmsId};
//!
//! # async fn example() -> Result<(), SendError> {
//! let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", 13001).boxc_id("mybox").build();
//! tokio::spawn(driver.run());
//!
//! client.up().await?;
//! let mt = Sms {
//!     dlr_mask: Some(DlrMask::ALL.0),
//!     dlr_url: Some("my-key-1".into()),
//!     ..Sms::text(SmsId::random(), "1000", "+4912345678", "hello")
//! };
//! match client.send(mt).await {
//!     Ok(AckStatus::Success | AckStatus::Buffered) => println!("taken"),
//!     Ok(AckStatus::Failed) => println!("refused"),
//!     Ok(AckStatus::FailedTmp) => println!("later, and slower"),
//!     Err(error) if error.is_in_doubt() => println!("sent, and perhaps taken: {error}"),
//!     Err(error) => println!("never sent: {error}"),
//! }
//!
//! while let Some(incoming) = inbox.recv().await {
//!     match incoming {
//!         Incoming::Sms(message) => {
//!             if let Some(report) = Report::of(&message.sms) {
//!                 println!("{:?}, for the key {:?}", report.message_state, report.dlr_url);
//!             }
//!             // Once it is safe here: until then it occupies one of bearerbox's slots.
//!             message.acknowledge(AckStatus::Success);
//!         }
//!         other => println!("{other:?}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What an operator sets in Kannel
//!
//! ```text
//! group = smsbox-route
//! smsbox-id = mybox
//! smsc-id = "link1;link2"
//! ```
//!
//! A box with a name gets only what names it: reports on its own MTs, and MOs that an `smsbox-route` sends its way.
//!
//! # Features
//!
//! - `tokio` (default): the client and its driver.
//! - `tls`: TLS by a rustls configuration of the caller's.
//! - `testing`: a bearerbox in the same process.

#[cfg(feature = "tokio")]
mod client;
mod convert;
mod dlr;
mod link;
mod meta_data;
mod protocol;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "tls")]
pub use client::InvalidServerName;
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

/// The rustls that [`BearerboxClientBuilder::tls`] takes a configuration of.
#[cfg(feature = "tls")]
pub use tokio_rustls::rustls;

/// The README's example, compiled.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;
