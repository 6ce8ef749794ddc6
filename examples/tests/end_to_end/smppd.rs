//! The server under test.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::configuration::simulator_toml;
use crate::process::{Process, Stream};
use crate::wire::Esme;

/// A running smppd that listens.
pub(crate) struct Smppd {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

/// The account of `simulator.toml` whose messages are stored.
pub(crate) const STORED: (&str, &str) = ("esme", "secret");
/// The account of `simulator.toml` that is answered straight from the simulator.
pub(crate) const FAST: (&str, &str) = ("fast", "secret");

impl Smppd {
    /// Starts the server with this configuration and data folder and waits until it listens.
    pub(crate) fn start(config: &Path, data: &Path) -> Self {
        Self::listening(Process::start("smppd", &mut serve(config, data)))
    }

    /// Starts the server on the simulator.
    pub(crate) fn simulator(data: &Path) -> Self {
        Self::start(&simulator_toml(), data)
    }

    /// Waits until the server listens.
    pub(crate) fn listening(process: Process) -> Self {
        let address = listening_on(&process);
        Self { process, address }
    }

    /// A bound session of the account whose messages are stored.
    pub(crate) fn stored_session(&self) -> Esme {
        Esme::bound(self.address, STORED.0, STORED.1)
    }

    /// A bound session of the account that is answered straight from the simulator.
    pub(crate) fn fast_session(&self) -> Esme {
        Esme::bound(self.address, FAST.0, FAST.1)
    }
}

/// The command line that scripts rely on, on any free port.
pub(crate) fn serve(config: &Path, data: &Path) -> Command {
    let mut command = program();
    command.arg("serve").arg("--config").arg(config).args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

/// The program without arguments.
pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_smppd"))
}

/// Waits for the line `listening on ADDR:PORT` on standard output.
pub(crate) fn listening_on(process: &Process) -> SocketAddr {
    process.wait_for("line `listening on ADDR:PORT`", |stream, line| {
        (stream == Stream::Stdout).then(|| line.strip_prefix("listening on ")?.trim().parse().ok()).flatten()
    })
}
