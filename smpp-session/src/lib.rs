//! One SMPP session, either end: a sans-IO state machine and a tokio driver.
//!
//! [`Session`] is the machine: states, window, matching, timers, automatic
//! answers. It owns no socket, no clock and no task; octets and time are its
//! arguments. [`driver`] runs it over any tokio transport. Both ends are the
//! same type: an ESME calls [`Session::request`] with a bind, a Message Centre
//! answers the bind it receives with [`Session::respond`].
//!
//! # The machine by hand
//!
//! After each input of any kind, take the events, write the octets, and wait no
//! longer than the next deadline:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::sync::Arc;
//! use std::time::Instant;
//!
//! use bytes::BytesMut;
//! use smpp_session::pdu::{BindTransceiver, Body, CommandStatus, DeliverSmResp, SequenceNumber, SubmitSm};
//! use smpp_session::{CloseReason, Event, Reply, RequestKey, Role, Session, SessionConfig};
//!
//! /// Binds, submits one message and unbinds.
//! fn submit(mut line: impl Read + Write, message: &SubmitSm) -> std::io::Result<CloseReason> {
//!     let mut session = Session::new(Role::Esme, Arc::new(SessionConfig::default()), Instant::now());
//!     let mut input = BytesMut::new();
//!     let bind = BindTransceiver { system_id: "demo".try_into().unwrap(), ..BindTransceiver::default() };
//!     session.request(&bind, RequestKey(0), Instant::now()).map_err(std::io::Error::other)?;
//!     loop {
//!         while let Some(event) = session.poll_event(&mut input, Instant::now()) {
//!             match event {
//!                 Event::Bound(_) => {
//!                     session.request(message, RequestKey(1), Instant::now()).map_err(std::io::Error::other)?;
//!                 }
//!                 Event::Pdu { id: 1, body: Body::SubmitSmResp(_), .. } => session.unbind(Instant::now()),
//!                 Event::Pdu { id, body: Body::DeliverSm(_), .. } => {
//!                     let reply = Reply::ok(DeliverSmResp::default());
//!                     // Refused only if the session closed meanwhile; the next event says so.
//!                     let _closed = session.respond(SequenceNumber(id), reply, Instant::now());
//!                 }
//!                 Event::Closed(reason) => return Ok(reason),
//!                 _ => {}
//!             }
//!         }
//!         line.write_all(session.transmit())?;
//!         session.transmitted(session.transmit().len());
//!         // A real program waits for octets until `session.poll_timeout()` at most.
//!         if session.poll_timeout().is_some_and(|deadline| deadline <= Instant::now()) {
//!             session.handle_timeout(Instant::now());
//!         }
//!         let mut octets = [0; 4096];
//!         match line.read(&mut octets)? {
//!             0 => session.handle_eof(Instant::now()),
//!             read => input.extend_from_slice(&octets[..read]),
//!         }
//!     }
//! }
//! # struct Centre(BytesMut);
//! # impl Read for Centre {
//! #     fn read(&mut self, octets: &mut [u8]) -> std::io::Result<usize> {
//! #         let read = self.0.len().min(octets.len());
//! #         octets[..read].copy_from_slice(&self.0.split_to(read));
//! #         Ok(read)
//! #     }
//! # }
//! # impl Write for Centre {
//! #     fn write(&mut self, mut octets: &[u8]) -> std::io::Result<usize> {
//! #         let written = octets.len();
//! #         while !octets.is_empty() {
//! #             let length = u32::from_be_bytes(octets[..4].try_into().unwrap()) as usize;
//! #             let request = smpp_session::pdu::Pdu::decode(&octets[..length]).unwrap();
//! #             let response = Body::acceptance_of(request.command_id()).unwrap();
//! #             request.response_to(CommandStatus::ESME_ROK, response).encode(&mut self.0).unwrap();
//! #             octets = &octets[length..];
//! #         }
//! #         Ok(written)
//! #     }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # fn main() {
//! #     assert_eq!(submit(Centre(BytesMut::new()), &SubmitSm::default()).unwrap(), CloseReason::Unbound);
//! # }
//! ```
//!
//! # Features
//!
//! | feature | gives |
//! |---|---|
//! | `tokio` (default) | [`driver`]: the machine over any `AsyncRead + AsyncWrite` |
//! | `tls` | TLS by a rustls configuration of the caller's |
//! | `testing` | two sessions on a virtual clock, and a peer that follows a script |
//!
//! The protocol data units are [`pdu`], the crate smpp-pdu.

pub use smpp_pdu as pdu;

#[cfg(feature = "tokio")]
pub mod driver;
pub mod operation_matrix;
#[cfg(feature = "testing")]
pub mod testing;

mod bind;
mod config;
mod counters;
mod ending;
mod error;
mod event;
mod inbound;
mod liveness;
mod outbound;
mod reply;
mod role;
mod sequence;
mod session;
mod state;
mod timer;
mod trace;
mod window;

pub use bind::{BindInfo, BindMode};
pub use config::{InboundPolicy, Limits, SessionConfig, Timers};
pub use counters::{CommandCount, Counters, Histogram, STATUS_LIMIT, Statistics, StatusCount, Traffic};
pub use error::{ConfigError, RequestError, RespondError};
pub use event::{CloseReason, Event, NotSent, Refused, RefusedReason, RequestKey, Unmatched, UnmatchedKind};
pub use reply::Reply;
pub use role::Role;
pub use sequence::{SequenceCounter, SequenceSource};
pub use session::Session;
pub use state::SessionState;
pub use timer::Timer;
pub use trace::{Direction, Trace};
