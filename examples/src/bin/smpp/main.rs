//! `smpp`: send, receive, measure and look at SMPP from the command line.
//!
//! This file parses and dispatches; each subcommand has a file of its own, and
//! what they do beyond printing lives in the libraries.

mod coding;
mod connection;
mod decode;
mod encode;
mod exit;
mod load;
mod number;
mod output;
mod receive;
mod send;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "smpp", version, about = "SMPP from the command line", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Submit a text and, with --wait, wait for its receipts.
    Send(Box<send::Args>),
    /// Bind, print what is delivered, and answer it.
    Receive(receive::Args),
    /// Put load on a centre and measure it.
    Load(Box<load::Args>),
    /// Show the coding, the parts and the octets of a text.
    Encode(encode::Args),
    /// Show the PDUs in hexadecimal octets.
    Decode(decode::Args),
    /// Be a message centre with a simulated network behind it.
    Simulate(simulate::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::failed(&error),
    };
    runtime.block_on(async {
        match cli.command {
            Command::Send(args) => send::run(*args).await,
            Command::Receive(args) => receive::run(args).await,
            Command::Load(args) => load::run(*args).await,
            Command::Encode(args) => encode::run(&args),
            Command::Decode(args) => decode::run(&args),
            Command::Simulate(args) => simulate::run(args).await,
        }
    })
}
