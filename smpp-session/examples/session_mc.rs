//! A Message Centre on nothing but this crate, for measuring: accepts every
//! bind and every submit_sm at once.
//!
//! `session_mc PORT [WORKERS]`; prints nothing, ends with the process.

#![expect(clippy::disallowed_methods, reason = "a program decides where its tasks run")]

use std::future::Future;
use std::sync::Arc;

use smpp_session::driver::{self, Dispatch, TcpOptions, drive};
use smpp_session::pdu::{Body, CommandStatus, MessageId, SequenceNumber, SubmitSmResp};
use smpp_session::{Reply, Role, SessionConfig};
use tokio::net::TcpListener;

/// Answers when first polled: the cheapest a handler can be.
struct Accepting;

impl Dispatch for Accepting {
    fn dispatch(&self, number: SequenceNumber, body: Body) -> impl Future<Output = Reply> + Send {
        std::future::ready(if let Body::SubmitSm(_) = body {
            let message_id = MessageId::try_from(format!("{:08x}", number.0).as_str()).ok();
            Reply::ok(SubmitSmResp { message_id, ..SubmitSmResp::default() })
        } else {
            Reply::from(CommandStatus::ESME_ROK)
        })
    }
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or(2775);
    let workers = arguments.next().and_then(|workers| workers.parse().ok()).unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        // Turns are short; see to the sockets often, so that nobody waits behind busy sessions.
        .event_interval(4)
        .enable_all()
        .build()?;
    runtime.block_on(serve(port))
}

async fn serve(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let config = Arc::new(SessionConfig::default());
    loop {
        let (stream, _) = listener.accept().await?;
        TcpOptions::default().apply(&stream)?;
        let session = driver::session(Role::Mc, Arc::clone(&config));
        let (_handle, driver) = drive(stream, session, Accepting);
        tokio::spawn(driver.run());
    }
}
