//! Load for any SMPP server: keeps a window of submit_sm outstanding on each connection and measures the answers.

mod connection;
mod load;
mod report;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use crate::connection::Connection;
use crate::load::load;
use crate::report::Report;

/// Keeps a window of submit_sm outstanding on each connection and prints one line of JSON.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Options {
    /// The server.
    #[arg(long, default_value = "127.0.0.1:2775")]
    connect: SocketAddr,
    #[arg(long, default_value = "esme")]
    system_id: String,
    #[arg(long, default_value = "secret")]
    password: String,
    #[arg(long, default_value_t = 1)]
    connections: u64,
    /// submit_sm outstanding on each connection.
    #[arg(long, default_value_t = 100)]
    window: usize,
    /// Messages in all that are measured.
    #[arg(long, default_value_t = 100_000)]
    messages: u64,
    /// Messages in all that are sent before and not measured.
    #[arg(long, default_value_t = 0)]
    warmup: u64,
    /// Octets of short_message, at most 254.
    #[arg(long, default_value_t = 20)]
    length: u8,
    /// Seconds without any answer after which a connection is given up.
    #[arg(long, default_value_t = 10)]
    patience: u64,
}

impl Options {
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }

    /// What falls to one connection of so many messages in all.
    fn share(&self, all: u64, connection: u64) -> u64 {
        all / self.connections + u64::from(connection < all % self.connections)
    }
}

fn main() -> io::Result<ExitCode> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(run(options.clone()))?;
    println!("{}", report.to_json(&options));
    Ok(if report.ok == options.messages { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run(options: Options) -> io::Result<Report> {
    // All bind and warm up first, so that the measured part holds only traffic.
    let mut connections = Vec::new();
    for _ in 0..options.connections {
        connections.push(Connection::bind(&options).await?);
    }
    let (connections, _) = phase(&options, connections, options.warmup, 0).await?;
    let began = Instant::now();
    let (connections, mut report) = phase(&options, connections, options.messages, options.warmup).await?;
    report.took = began.elapsed();
    for mut connection in connections {
        connection.unbind(&options).await?;
    }
    Ok(report)
}

/// Sends so many messages over all connections at the same time; destinations count on from `first`.
async fn phase(
    options: &Options,
    connections: Vec<Connection>,
    messages: u64,
    mut first: u64,
) -> io::Result<(Vec<Connection>, Report)> {
    let mut tasks = Vec::new();
    for (number, mut connection) in (0..).zip(connections) {
        let options = options.clone();
        let share = options.share(messages, number);
        let from = first;
        first += share;
        tasks.push(tokio::spawn(async move {
            let report = load(&mut connection, &options, share, from).await?;
            io::Result::Ok((connection, report))
        }));
    }
    let mut connections = Vec::new();
    let mut all = Report::default();
    for task in tasks {
        let (connection, report) = task.await??;
        connections.push(connection);
        all.merge(&report);
    }
    Ok((connections, all))
}
