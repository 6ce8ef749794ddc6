//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as Flags, Parser, Subcommand};

/// An SMPP message centre: accepts, keeps, delivers.
#[derive(Debug, Parser)]
#[command(name = "smppd", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve in the foreground until SIGTERM or SIGINT.
    Serve(ServeOptions),
    /// Read a configuration file and say what is wrong with it.
    CheckConfig {
        /// The file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Read a password from standard input and print its hash for `password_hash`.
    HashPassword,
}

#[derive(Debug, Flags)]
pub(crate) struct ServeOptions {
    /// The configuration file. Without it: a simulated network and one account, made at the first start.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where ESMEs connect, instead of what the configuration says. Port 0 takes any free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where data is kept, instead of what the configuration says. Created if need be.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
