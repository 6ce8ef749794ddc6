//! The tool `smpp`: as a client that sends one text, and as a message centre.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{PATIENCE, Process, Stream};
use crate::smppd::listening_on;

/// A `smpp send` to be run.
pub(crate) struct Send(Command);

/// What `smpp send --json` said.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) exit: i32,
    pub(crate) status: u64,
    pub(crate) message_ids: Vec<String>,
    pub(crate) receipts: Vec<Receipt>,
}

/// A receipt as `smpp send --json` prints it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) id: String,
    pub(crate) stat: String,
}

/// A running `smpp simulate`, which keeps the number plan and records what it gets.
pub(crate) struct Simulator {
    _process: Process,
    pub(crate) address: SocketAddr,
    record: PathBuf,
}

impl Send {
    /// A text from 447700900123 to `destination`.
    pub(crate) fn new(to: SocketAddr, account: (&str, &str), destination: &str) -> Self {
        let mut command = program();
        command
            .args(["send", "--host", &to.ip().to_string(), "--port", &to.port().to_string()])
            .args(["--system-id", account.0, "--password", account.1])
            .args(["--from", "447700900123", "--to", destination, "--json"]);
        Self(command)
    }

    /// Sends the text and waits for its receipts.
    pub(crate) fn and_wait(self, text: &str) -> Sent {
        self.and_wait_only(30, text)
    }

    /// Sends the text and waits for its receipts, but not longer than so many seconds.
    pub(crate) fn and_wait_only(mut self, seconds: u32, text: &str) -> Sent {
        self.0.args(["--wait", &seconds.to_string()]);
        self.run(text)
    }

    /// Sends the text.
    pub(crate) fn run(mut self, text: &str) -> Sent {
        let mut process = Process::start("smpp send", self.0.args(["--text", text]));
        let exit = process.wait(PATIENCE).code().expect("smpp send ended by itself");
        let output = process.text(Stream::Stdout);
        let lines: Vec<_> = output.lines().collect();
        assert_eq!(lines.len(), 1, "smpp send --json prints one line, exit {exit}");
        let said: Value = serde_json::from_str(lines[0]).expect("a line of JSON");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        Sent {
            exit,
            status: said["status"].as_u64().expect("a status"),
            message_ids: said["message_ids"].as_array().expect("a list").iter().map(text).collect(),
            receipts: said["receipts"].as_array().expect("a list").iter().map(Receipt::parse).collect(),
        }
    }
}

impl Sent {
    /// Asserts that there is one message and that its receipt came, with its own id and this state.
    pub(crate) fn assert_receipt(&self, stat: &str) {
        assert_eq!(self.status, 0, "{self:?}");
        assert_eq!(self.message_ids.len(), 1, "{self:?}");
        assert!(!self.message_ids[0].is_empty(), "{self:?}");
        let wanted = Receipt { id: self.message_ids[0].clone(), stat: stat.to_owned() };
        assert_eq!(self.receipts, [wanted]);
        let exit = if stat == "DELIVRD" { 0 } else { 1 };
        assert_eq!(self.exit, exit, "{self:?}");
    }
}

impl Receipt {
    fn parse(value: &Value) -> Self {
        assert!(value.get("err").is_some(), "a receipt without err: {value}");
        let text = |name: &str| value[name].as_str().expect("a string").to_owned();
        Self { id: text("id"), stat: text("stat") }
    }
}

impl Simulator {
    /// Starts a message centre that lets this account in and notes what it accepts in `record`.
    pub(crate) fn start(account: (&str, &str), record: &Path) -> Self {
        let mut command = program();
        command
            .args(["simulate", "--listen", "127.0.0.1:0", "--system-id", account.0, "--password", account.1])
            .args(["--receipt-delay", "50", "--record"])
            .arg(record);
        let process = Process::start("smpp simulate", &mut command);
        let address = listening_on(&process);
        Self { _process: process, address, record: record.to_owned() }
    }

    /// The destination of every message that was accepted, in order of arrival.
    pub(crate) fn destinations(&self) -> Vec<String> {
        let lines = fs::read_to_string(&self.record).unwrap_or_default();
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        complete
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
            .map(|message| message["dest"].as_str().expect("a destination").to_owned())
            .collect()
    }
}

/// The program without arguments.
pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_smpp"))
}
