//! `smpp receive`: binds, prints what is delivered, and answers it.

use std::{process::ExitCode, time::Duration};

use clap::Args as ClapArgs;
use serde_json::{Value, json};
use smpp_esme::{Delivery, IncomingMessage, Receipt, pdu::CommandStatus, session::BindMode};
use tokio::time::{Instant, timeout_at};

use crate::{connection::Connection, exit, number, output};

/// Exit code 0: as many as were asked for. 1: refused, or the line was lost.
/// 3: the time was up first.
#[derive(ClapArgs, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: Connection,
    /// End after this many deliveries.
    #[arg(long)]
    count: Option<u64>,
    /// End after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=604_800))]
    wait: Option<u64>,
    /// Answer every delivery with this command_status instead of ESME_ROK.
    #[arg(long, value_parser = number::status)]
    reject: Option<CommandStatus>,
    /// Print each delivery as one line of JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args) -> ExitCode {
    let (client, mut deliveries) = match args.connection.builder(BindMode::Receiver).connect().await {
        Ok(bound) => bound,
        Err(error) => return exit::failed(&error),
    };
    let until = args.wait.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut left = args.count;
    while left != Some(0) {
        let next = match until {
            Some(until) => timeout_at(until, deliveries.next()).await.ok(),
            None => Some(deliveries.next().await),
        };
        let Some(next) = next else {
            client.unbind().await;
            // Without a number to reach, the end of the time is the wanted end.
            return if left.is_some() { ExitCode::from(exit::TIMED_OUT) } else { ExitCode::SUCCESS };
        };
        let Some(delivery) = next else {
            return exit::failed(&client.closed().await);
        };
        output::line(&if args.json { as_json(&delivery).to_string() } else { as_text(&delivery) });
        match args.reject {
            Some(status) => delivery.reject(status),
            None => delivery.accept(),
        }
        left = left.map(|left| left - 1);
    }
    // Everything asked for is here; a centre that does not answer unbind changes nothing.
    client.unbind().await;
    ExitCode::SUCCESS
}

fn as_json(delivery: &Delivery) -> Value {
    match delivery {
        Delivery::Message(message) => message_json(message),
        Delivery::Receipt(receipt) => receipt_json(receipt),
        Delivery::Alert(alert) => json!({
            "kind": "alert_notification",
            "source": alert.source_addr.to_string(),
            "esme": alert.esme_addr.to_string(),
        }),
        Delivery::Request(request) => {
            json!({ "kind": "request", "command_id": request.body().command_id().0 })
        }
        Delivery::Notification(body) => json!({ "kind": "notification", "command_id": body.command_id().0 }),
        _ => json!({ "kind": "unknown" }),
    }
}

fn message_json(message: &IncomingMessage) -> Value {
    json!({
        "kind": "message",
        "source": message.source().as_str(),
        "destination": message.destination().as_str(),
        "text": message.text(),
        "octets": number::to_hex(message.octets()),
        "data_coding": message.data_coding().0,
        "esm_class": message.esm_class().0,
        "parts": message.bodies().len(),
    })
}

fn receipt_json(receipt: &Receipt) -> Value {
    json!({
        "kind": "receipt",
        "id": receipt.message_id().map(ToString::to_string),
        "stat": receipt.stat(),
        "err": receipt.err(),
        "final": receipt.is_final(),
        "source": receipt.source().as_str(),
        "destination": receipt.destination().as_str(),
    })
}

fn as_text(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Message(message) => {
            let text = message.text().map_or_else(|| number::to_hex(message.octets()), str::to_owned);
            format!(
                "message from {} to {}: {text}",
                message.source().as_str(),
                message.destination().as_str()
            )
        }
        Delivery::Receipt(receipt) => {
            let id = receipt.message_id().map(ToString::to_string).unwrap_or_default();
            format!("receipt for {id}: {} err {}", receipt.stat(), receipt.err())
        }
        Delivery::Alert(alert) => format!("alert_notification: {} is available", alert.source_addr),
        Delivery::Request(request) => format!("request {:?}", request.body().command_id()),
        Delivery::Notification(body) => format!("notification {:?}", body.command_id()),
        _ => "unknown".to_owned(),
    }
}
