//! `smpp send`: one message, and its receipts if they are waited for.

mod fields;
mod report;

use std::{process::ExitCode, time::Duration};

use clap::Args as ClapArgs;
use smpp_esme::{AwaitedReceipts, Deliveries, Delivery, Submission, SubmitError, session::BindMode};
use tokio::time::{Instant, timeout_at};

use self::{fields::Fields, report::Report};
use crate::{connection::Connection, exit};

/// Exit code 0: delivered or accepted. 1: refused or failed. 2: wrong usage.
/// 3: no answer, or no receipt, in time.
#[derive(ClapArgs, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    fields: Fields,
    /// Ask for receipts and wait this many seconds for them.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=604_800))]
    wait: Option<u64>,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    /// Print nothing; the exit code says it.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
}

pub(crate) async fn run(args: Args) -> ExitCode {
    let message = match args.fields.message(args.wait.is_some()) {
        Ok(message) => message,
        Err(error) => return exit::usage(&error),
    };
    let suffices = if args.wait.is_some() { BindMode::Transceiver } else { BindMode::Transmitter };
    let report = match args.connection.builder(suffices).connect().await {
        Err(error) => Report::not_connected(&error),
        Ok((client, deliveries)) => {
            let submitted = client.submit(message).await;
            let report = match args.wait {
                Some(seconds) => with_receipts(submitted, deliveries, Duration::from_secs(seconds)).await,
                None => Report::submitted(&submitted),
            };
            // The message is out of hand; a centre that does not answer unbind changes nothing.
            client.unbind().await;
            report
        }
    };
    if !args.quiet {
        report.print(args.json);
    }
    report.exit_code()
}

/// Waits until every accepted part has its final receipt, or until the time is up.
async fn with_receipts(
    submitted: Result<Submission, SubmitError>,
    mut deliveries: Deliveries,
    wait: Duration,
) -> Report {
    let report = Report::submitted(&submitted);
    let mut awaited = AwaitedReceipts::new(report.message_ids());
    let until = Instant::now() + wait;
    while !awaited.is_complete() {
        let Ok(Some(delivery)) = timeout_at(until, deliveries.next()).await else {
            break;
        };
        // Anything else was not meant for this command: dropped, the centre keeps it.
        if let Delivery::Receipt(receipt) = delivery {
            awaited.note(&receipt.accept());
        }
    }
    report.with_receipts(&awaited)
}
