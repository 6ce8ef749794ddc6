//! An ESME on nothing but this crate, for measuring: binds, keeps a window of
//! submit_sm open on each connection and prints how many a second were answered.
//!
//! `session_esme PORT CONNECTIONS WINDOW MESSAGES [WORKERS]`

#![expect(clippy::disallowed_methods, reason = "a program decides where its tasks run, and reads the clock")]
#![expect(clippy::print_stdout, reason = "the result of a program")]

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use smpp_session::driver::{
    self, InboundRequests, PendingResponse, SessionHandle, TcpOptions, connect, drive,
};
use smpp_session::pdu::{BindTransceiver, SubmitSm, SubmitSmResp};
use smpp_session::{Role, SessionConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let [port, connections, window, messages, rest @ ..] = arguments.as_slice() else {
        return Err("usage: session_esme PORT CONNECTIONS WINDOW MESSAGES [WORKERS]".into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(rest.first().copied().unwrap_or(1))
        .enable_all()
        .build()?;
    runtime.block_on(load(u16::try_from(*port)?, *connections, *window, *messages))
}

async fn load(port: u16, connections: usize, window: usize, messages: usize) -> Result<(), Box<dyn Error>> {
    let config = Arc::new(SessionConfig::default().send_window(window)?);
    let mut sessions = Vec::new();
    for _ in 0..connections {
        let stream = connect(("127.0.0.1", port), &TcpOptions::default()).await?;
        let (inbound, _requests) = InboundRequests::new(1);
        let (handle, driver) = drive(stream, driver::session(Role::Esme, Arc::clone(&config)), inbound);
        tokio::spawn(driver.run());
        let bind = BindTransceiver {
            system_id: "bench".try_into()?,
            password: "secret".try_into()?,
            ..BindTransceiver::default()
        };
        handle.request(bind).await?;
        sessions.push(handle);
    }
    let start = Instant::now();
    let each = messages / connections.max(1);
    let tasks: Vec<_> =
        sessions.iter().map(|handle| tokio::spawn(submit(handle.clone(), window, each))).collect();
    for task in tasks {
        task.await??;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.0} submit_sm a second", (each * connections) as f64 / seconds);
    for handle in sessions {
        handle.unbind().await;
    }
    Ok(())
}

/// Sends ahead by a window and waits for the oldest.
async fn submit(
    handle: SessionHandle,
    window: usize,
    messages: usize,
) -> Result<(), smpp_session::RequestError> {
    let message = SubmitSm { short_message: vec![b'x'; 20].into(), ..SubmitSm::default() };
    let mut open: VecDeque<PendingResponse<SubmitSmResp>> = VecDeque::with_capacity(window);
    for _ in 0..messages {
        if open.len() == window
            && let Some(oldest) = open.pop_front()
        {
            oldest.await?;
        }
        open.push_back(handle.request(message.clone()));
    }
    for pending in open {
        pending.await?;
    }
    Ok(())
}
