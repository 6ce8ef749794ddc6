//! The SMPP server role, and the store-and-forward gateway on top of it.
//!
//! A Message Centre that lets everybody in and answers every submit_sm:
//!
//! ```
//! use smpp_mc::pdu::{CommandStatus, SubmitSm, SubmitSmResp};
//! use smpp_mc::{Admission, BindRequest, EsmeHandle, Mc, McHandler, SessionHandler};
//!
//! struct Open;
//!
//! impl McHandler for Open {
//!     type Session = Self;
//!     async fn bind(&self, _: BindRequest, _: EsmeHandle) -> Result<Admission<Self>, CommandStatus> {
//!         Ok(Open.into())
//!     }
//! }
//!
//! impl SessionHandler for Open {
//!     async fn submit_sm(&self, _: SubmitSm) -> Result<SubmitSmResp, CommandStatus> {
//!         Ok(SubmitSmResp::default())
//!     }
//! }
//!
//! async fn serve(listener: tokio::net::TcpListener) -> std::io::Result<()> {
//!     Mc::builder().system_id("OPEN").handler(Open).serve(listener, std::future::pending()).await
//! }
//! ```

pub use smpp_session::pdu;

#[cfg(feature = "gateway")]
pub mod auth;
mod bind_request;
#[cfg(feature = "gateway")]
pub mod clock;
#[cfg(feature = "config")]
pub mod config;
#[cfg(feature = "gateway")]
pub mod connector;
#[cfg(feature = "gateway")]
mod dispatch;
#[cfg(feature = "gateway")]
pub mod gateway;
mod handler;
#[cfg(feature = "gateway")]
pub mod message;
mod network;
#[cfg(feature = "gateway")]
pub mod routing;
mod server;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "gateway")]
pub mod store;
#[cfg(feature = "gateway")]
pub mod throttle;

pub use bind_request::BindRequest;
#[cfg(feature = "gateway")]
pub use dispatch::{Dispatcher, DispatcherFailed};
pub use handler::{McHandler, SessionHandler};
pub use network::{Network, NetworkError};
pub use server::{
    AccountCounters, Admission, Answer, AtBindLimit, BindChoice, BindChooser, BlockPolicy, Blocked,
    EsmeHandle, Mc, McBuilder, NewReceivers, Registry, ServerCounters, SessionLimits,
};

/// The examples of the crate's README and of the workspace's, compiled.
#[cfg(all(doctest, feature = "sqlite", feature = "simulator"))]
mod readme {
    #[doc = include_str!("../README.md")]
    struct Crate;

    #[doc = include_str!("../../README.md")]
    struct Workspace;
}
