//! `smppd`: an SMPP message centre from a configuration file, or from nothing.
//!
//! Five steps: read the flags, load the configuration, assemble the parts, serve, and on a signal drain. Everything
//! else is in the library `smpp-mc`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

mod args;
mod defaults;
mod hash_password;
mod serve;
mod signals;
mod telemetry;

use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Serve(options) => serve::run(options),
        Command::CheckConfig { config } => serve::check(&config),
        Command::HashPassword => hash_password::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("smppd: {error}");
            ExitCode::FAILURE
        }
    }
}
