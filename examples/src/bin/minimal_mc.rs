//! A Message Centre in one screen: lets `demo` in, and sends every message back to where it came from.
//!
//! `minimal_mc [ADDR:PORT]`, 127.0.0.1:2775 by default; port 0 picks a free one.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever started it")]

use std::env;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use smpp_mc::pdu::{CommandStatus, DeliverSm, SubmitSm, SubmitSmResp};
use smpp_mc::{Admission, BindRequest, EsmeHandle, Mc, McHandler, SessionHandler};
use tokio::net::TcpListener;

/// Lets in who knows the password.
struct Echo;

/// Answers one ESME, and counts its messages.
struct EchoSession {
    esme: EsmeHandle,
    messages: AtomicU64,
}

impl McHandler for Echo {
    type Session = EchoSession;

    async fn bind(
        &self,
        request: BindRequest,
        esme: EsmeHandle,
    ) -> Result<Admission<EchoSession>, CommandStatus> {
        match (request.system_id(), request.password()) {
            ("demo", b"secret") => Ok(EchoSession { esme, messages: AtomicU64::new(0) }.into()),
            _ => Err(CommandStatus::ESME_RINVPASWD),
        }
    }
}

impl SessionHandler for EchoSession {
    async fn submit_sm(&self, pdu: SubmitSm) -> Result<SubmitSmResp, CommandStatus> {
        let echo = DeliverSm {
            source_addr: pdu.destination_addr,
            destination_addr: pdu.source_addr,
            esm_class: pdu.esm_class,
            data_coding: pdu.data_coding,
            short_message: pdu.short_message,
            ..DeliverSm::default()
        };
        if self.esme.is_receiver() {
            let answer = self.esme.deliver_sm(echo);
            tokio::spawn(async move {
                if let Err(error) = answer.await {
                    eprintln!("not delivered: {error}");
                }
            });
        }
        let number = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        let message_id = number.to_string().parse().map_err(|_| CommandStatus::ESME_RSYSERR)?;
        Ok(SubmitSmResp { message_id: Some(message_id), ..SubmitSmResp::default() })
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2775".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let stop = async {
        // Without the signal there is only killing, which does no harm here.
        let _ = tokio::signal::ctrl_c().await;
    };
    Mc::builder().system_id("minimal_mc").handler(Echo).serve(listener, stop).await
}
