//! `smpp simulate`: a stand-alone message centre with a simulated network that keeps the number plan.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use smpp_mc::Mc;
use smpp_mc::auth::{Account, AccountTable, MessageMode, TableOptions};
use smpp_mc::clock::{Clock, SystemClock};
use smpp_mc::connector::{Connector, EventBatch, Outgoing, SendOutcome};
use smpp_mc::gateway::Gateway;
use smpp_mc::routing::RouteTable;
use smpp_mc::simulator::{Scenario, Simulator};
use smpp_mc::store::MemoryStore;
use smpp_session::pdu::{CommandStatus, SubmitSm, TlvTag};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where ESMEs connect. Port 0 takes any free one; the line `listening on ADDR:PORT` says which.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:2775")]
    listen: SocketAddr,
    /// Who may bind.
    #[arg(long, value_name = "S", default_value = "esme")]
    system_id: String,
    /// With which password.
    #[arg(long, value_name = "W", default_value = "secret")]
    password: String,
    /// From accepting a message to its receipt.
    #[arg(long, value_name = "MS", default_value_t = 20)]
    receipt_delay: u64,
    /// Appends one line of JSON for each accepted submission: source, dest, octets in hexadecimal.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

pub(crate) async fn run(args: Args) -> ExitCode {
    match simulate(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::failed(&*error),
    }
}

#[expect(clippy::print_stdout, reason = "says where it listens")]
async fn simulate(options: Args) -> Result<(), Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let account = Account::builder(options.system_id.clone())
        .password(&options.password)
        .message_mode(MessageMode::Forward)
        .tracking(false)
        .build()?;
    let simulator = Simulator::new(NAME, Arc::clone(&clock))
        .scenario(Scenario::number_plan())
        .delay(Duration::from_millis(options.receipt_delay));
    let record = options.record.as_ref().map(File::create).transpose()?.map(Mutex::new);
    let (gateway, dispatcher) = Gateway::builder()
        .authenticator(Arc::new(AccountTable::new([account], TableOptions::default())?))
        .router(Arc::new(RouteTable::new().default_connector(NAME).default_account(options.system_id)))
        .store(Arc::new(MemoryStore::new()?))
        .clock(clock)
        .connector(Arc::new(Recorded { simulator, record }))
        .build()?;

    let listener = TcpListener::bind(options.listen).await?;
    println!("listening on {}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let stop = CancellationToken::new();
    let dispatching = tokio::spawn(dispatcher.run(stop.clone().cancelled_owned()));
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Mc::builder()
        .system_id("SIMULATOR")
        .registry(gateway.registry())
        .handler(gateway)
        .serve(listener, shutdown)
        .await?;
    stop.cancel();
    dispatching.await??;
    Ok(())
}

/// The simulator, with a line written for everything it takes, before it is answered.
#[derive(Debug)]
struct Recorded {
    simulator: Simulator,
    record: Option<Mutex<File>>,
}

impl Recorded {
    fn write(&self, submission: &SubmitSm) -> std::io::Result<()> {
        let Some(record) = &self.record else { return Ok(()) };
        let octets = submission.tlvs.get(TlvTag::MESSAGE_PAYLOAD).unwrap_or(&submission.short_message);
        let line = serde_json::json!({
            "source": String::from_utf8_lossy(submission.source_addr.as_bytes()),
            "dest": String::from_utf8_lossy(submission.destination_addr.as_bytes()),
            "octets": octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>(),
        });
        let mut file = record.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{line}")
    }
}

impl Connector for Recorded {
    fn name(&self) -> &str {
        self.simulator.name()
    }

    fn remembers(&self) -> bool {
        self.simulator.remembers()
    }

    fn window(&self) -> usize {
        self.simulator.window()
    }

    fn is_up(&self) -> bool {
        self.simulator.is_up()
    }

    fn admit(&self, submission: &SubmitSm) -> Result<(), CommandStatus> {
        self.simulator.admit(submission)
    }

    fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, SendOutcome> {
        if let Err(error) = self.write(&outgoing.submission) {
            tracing::error!(%error, "the record cannot be written");
            return Box::pin(std::future::ready(SendOutcome::Refused(CommandStatus::ESME_RSYSERR)));
        }
        self.simulator.send(outgoing)
    }

    fn events(&self) -> BoxFuture<'_, Option<EventBatch>> {
        self.simulator.events()
    }
}

const NAME: &str = "simulator";
