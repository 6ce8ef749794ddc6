//! What became of a message, as a line and as an exit code.

use std::process::ExitCode;

use serde_json::json;
use smpp_esme::{
    AwaitedReceipts, ConnectError, Receipt, Submission, SubmitError,
    pdu::{CommandStatus, MessageId},
};

use crate::{exit, output};

/// The outcome of `smpp send`.
#[derive(Debug)]
pub(super) struct Report {
    message_ids: Vec<MessageId>,
    status: CommandStatus,
    receipts: Vec<Receipt>,
    error: Option<String>,
    timed_out: bool,
}

impl Report {
    pub(super) fn not_connected(error: &ConnectError) -> Self {
        Self {
            message_ids: Vec::new(),
            status: error.command_status().unwrap_or(CommandStatus::ESME_RUNKNOWNERR),
            receipts: Vec::new(),
            error: Some(error.to_string()),
            timed_out: error.is_timeout(),
        }
    }

    pub(super) fn submitted(submitted: &Result<Submission, SubmitError>) -> Self {
        match submitted {
            Ok(submission) => Self {
                message_ids: submission.message_ids().to_vec(),
                status: CommandStatus::ESME_ROK,
                receipts: Vec::new(),
                error: None,
                timed_out: false,
            },
            Err(error) => Self {
                message_ids: error.accepted(),
                status: error.command_status().unwrap_or(CommandStatus::ESME_RUNKNOWNERR),
                receipts: Vec::new(),
                error: Some(error.to_string()),
                timed_out: error.is_timeout(),
            },
        }
    }

    pub(super) fn with_receipts(self, awaited: &AwaitedReceipts) -> Self {
        let receipts = awaited.receipts().cloned().collect();
        let missing = awaited.missing().count();
        let error = (missing > 0).then(|| format!("{missing} receipts did not come in time"));
        Self { receipts, timed_out: self.timed_out || missing > 0, error: self.error.or(error), ..self }
    }

    pub(super) fn message_ids(&self) -> &[MessageId] {
        &self.message_ids
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    pub(super) fn print(&self, as_json: bool) {
        output::line(&if as_json { self.json() } else { self.text() });
    }

    fn code(&self) -> u8 {
        let undelivered = self.receipts.iter().any(|receipt| !receipt.is_success());
        if self.timed_out {
            exit::TIMED_OUT
        } else if self.error.is_some() || undelivered {
            exit::REFUSED
        } else {
            0
        }
    }

    /// The fields are in this order, so that people find them too.
    fn json(&self) -> String {
        let ids: Vec<String> = self.message_ids.iter().map(ToString::to_string).collect();
        let receipts: Vec<String> = self.receipts.iter().map(receipt_json).collect();
        let error =
            self.error.as_ref().map(|error| format!(",\"error\":{}", json!(error))).unwrap_or_default();
        format!(
            "{{\"message_ids\":{},\"status\":{},\"receipts\":[{}]{error}}}",
            json!(ids),
            self.status.0,
            receipts.join(",")
        )
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        for (number, id) in self.message_ids.iter().enumerate() {
            let receipt = self.receipts.iter().find(|receipt| receipt.message_id() == Some(id));
            let fate = receipt.map_or_else(
                || "accepted".to_owned(),
                |receipt| format!("{} err {}", receipt.stat(), receipt.err()),
            );
            lines.push(format!("part {}: message_id {id} {fate}", number + 1));
        }
        lines.extend(self.error.clone());
        lines.join("\n")
    }
}

fn receipt_json(receipt: &Receipt) -> String {
    let id = receipt.message_id().map(ToString::to_string).unwrap_or_default();
    let (id, stat, err) = (json!(id), json!(receipt.stat()), json!(receipt.err()));
    format!("{{\"id\":{id},\"stat\":{stat},\"err\":{err}}}")
}
