//! The SMPP client role: connect, bind, submit, receive messages and receipts.
//!
//! ```no_run
//! use smpp_esme::{Delivery, EsmeClient, Message};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (client, mut deliveries) = EsmeClient::builder("smsc.example", 2775)
//!     .system_id("demo")
//!     .password("secret")
//!     .connect()
//!     .await?;
//!
//! let message = Message::text("+4790000000", "Hei, verden").from("DEMO").request_receipt();
//! let submission = client.submit(message).await?;
//! println!("{:?}", submission.message_ids());
//!
//! while let Some(delivery) = deliveries.next().await {
//!     match &delivery {
//!         Delivery::Receipt(receipt) => println!("{:?} is {}", receipt.message_id(), receipt.stat()),
//!         Delivery::Message(message) => println!("{:?} from {:?}", message.text(), message.source()),
//!         _ => {}
//!     }
//!     delivery.accept();
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`EsmeClient`] is one bound session; it is cheap to clone, and everything
//! on it takes `&self`. [`Message`] becomes as many submit_sm as it takes.
//! [`Deliveries`] is the stream of what the centre delivers, each to be
//! accepted or rejected.
//!
//! Connecting spawns one task that carries the session, on the runtime that
//! `connect` is awaited on; nothing else is spawned. PDUs and their fields are
//! in [`pdu`], the session's settings in [`session`].

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod broker;
mod builder;
mod client;
mod connect;
pub mod correlator;
mod deliveries;
mod dial;
mod durable;
mod error;
mod hook;
#[cfg(feature = "load")]
pub mod load;
mod message;
mod outbind;
mod pace;
pub mod parts;
mod pool;
mod random;
mod reconnect;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod submit;

pub use smpp_session as session;
pub use smpp_session::pdu;

pub use self::{
    builder::EsmeClientBuilder,
    client::EsmeClient,
    deliveries::{
        AwaitedReceipts, Deliveries, Delivery, IncomingMessage, IncomingReceipt, IncomingRequest,
        MessageIdForm, Receipt, ReceiptPolicy,
    },
    durable::{DurableError, DurableEsme, DurableHandler, SubmitFailure},
    error::{ConnectError, PartialSubmission, SubmitError},
    hook::Hook,
    message::{Message, MessageAddress, MessageError, Split},
    outbind::OutbindListener,
    pace::{PaceConfig, PaceEvent},
    pool::{AtLoss, EsmePool, EsmePoolBuilder, PoolError, Share},
    reconnect::{Backoff, Reaction, ReconnectPolicy},
    submit::Submission,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
