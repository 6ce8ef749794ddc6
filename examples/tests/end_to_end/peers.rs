//! Where the third-party programs are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::say_aloud;

/// A third-party program or package that a test needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Peer {
    /// Python with smpplib and aiosmpplib.
    Python,
    /// Node.js with the package smpp.
    Node,
    /// Kannel's bearerbox.
    Bearerbox,
    /// Wireshark's dissectors on the command line.
    Tshark,
}

/// Whether all of them are there. Says what is missing, and fails under `make test`.
pub(crate) fn present(test: &str, needed: &[Peer]) -> bool {
    let missing: Vec<_> = needed.iter().filter(|peer| !peer.is_there()).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(env::var_os("SMPP_REQUIRE_PEERS").is_none(), "{missing:?} not installed: run .ci/install");
    say_aloud(&format!("SKIPPED {test}: {missing:?} not installed; `make test` installs what it needs"));
    false
}

/// A command that runs a script of `examples/interop` with the packages it needs.
pub(crate) fn script(interpreter: Peer, name: &str) -> Command {
    let mut command = match interpreter {
        Peer::Python => Command::new(installed("python/bin/python")),
        Peer::Node => Command::new("node"),
        Peer::Bearerbox | Peer::Tshark => panic!("{interpreter:?} runs no scripts"),
    };
    // The Python scripts start node too.
    command
        .arg(interop(name))
        .env("NODE_PATH", installed("node/node_modules"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The program itself, also where sbin is not on the path of ordinary users.
pub(crate) fn bearerbox() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join("bearerbox"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| "bearerbox".into())
}

impl Peer {
    fn is_there(self) -> bool {
        match self {
            Self::Python => installed("python/bin/python").exists(),
            Self::Node => {
                installed("node/node_modules/smpp").exists()
                    && Command::new("node").arg("--version").output().is_ok()
            }
            Self::Bearerbox => bearerbox().is_absolute(),
            Self::Tshark => Command::new("tshark").arg("--version").output().is_ok(),
        }
    }
}

/// A file below the folder that `make test` installs into.
fn installed(name: &str) -> PathBuf {
    env::var_os("SMPP_TEST_PEERS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.test"), PathBuf::from)
        .join(name)
}

fn interop(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop").join(name)
}
