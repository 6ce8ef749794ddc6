//! A connector with no network behind it: final states and mobile-originated messages by rule, after a delay.
//!
//! It remembers nothing across a restart; the gateway then dispatches again what had no final state.

mod network;
mod scenario;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use smpp_session::pdu::{CommandStatus, DeliverSm, EsmClass, SubmitSm, TlvTag};
use tokio::sync::Notify;

pub use self::scenario::{Outcome, Scenario, Verdict};

use self::network::Network;
use crate::clock::Clock;
use crate::connector::{
    Connector, ConnectorEvent, EventBatch, Mobile, Outgoing, Report, SendOutcome, Subject,
};

/// A simulated network. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Simulator {
    name: String,
    scenario: Scenario,
    delay: Duration,
    window: usize,
    clock: Arc<dyn Clock>,
    network: Mutex<Network>,
    owed: Notify,
}

impl Simulator {
    /// A simulator that delivers everything at once.
    #[must_use]
    pub fn new(name: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self {
            name: name.into(),
            scenario: Scenario::new(),
            delay: Duration::ZERO,
            window: WINDOW,
            clock,
            network: Mutex::default(),
            owed: Notify::new(),
        }
    }

    /// What happens to which number.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// How long after a message was taken its final state, and its echo, come.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How many events may be owed; a message beyond that is postponed with ESME_RMSGQFUL. 65,536 by default.
    #[must_use]
    pub fn limit(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    fn take(&self, outgoing: Outgoing) -> SendOutcome {
        let (state, error, echo) =
            match self.scenario.verdict(outgoing.submission.destination_addr.as_bytes()) {
                Verdict::Refused(status) => return SendOutcome::Refused(status),
                Verdict::Reaches { state, error, echo } => (state, error, echo),
            };
        if !outgoing.report && !echo {
            return SendOutcome::Taken { remote_id: None };
        }
        let due = self.clock.now() + self.delay;
        let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if network.len() >= self.window {
            return SendOutcome::Postponed(CommandStatus::ESME_RMSGQFUL);
        }
        if outgoing.report {
            network
                .owe(due, ConnectorEvent::Report(Report::new(Subject::Key(outgoing.key), state, error, due)));
        }
        if echo {
            let mut mobile = Mobile::new(echo_of(&outgoing.submission));
            mobile.account = Some(outgoing.account);
            network.owe(due, ConnectorEvent::Mobile(mobile));
        }
        drop(network);
        self.owed.notify_one();
        SendOutcome::Taken { remote_id: None }
    }

    async fn next_batch(&self) -> EventBatch {
        loop {
            let notified = self.owed.notified();
            let now = self.clock.now();
            let next = {
                let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
                let events = network.take_due(BATCH, now);
                if !events.is_empty() {
                    return EventBatch::new(events);
                }
                network.next_due()
            };
            match next {
                Some(due) => {
                    let wait = due.duration_since(now).unwrap_or_default();
                    // An earlier event may be added meanwhile when the delay was shortened, so both wake.
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = notified => {}
                    }
                }
                None => notified.await,
            }
        }
    }
}

impl Connector for Simulator {
    fn name(&self) -> &str {
        &self.name
    }

    fn remembers(&self) -> bool {
        false
    }

    fn window(&self) -> usize {
        self.window
    }

    fn is_up(&self) -> bool {
        true
    }

    fn admit(&self, submission: &SubmitSm) -> Result<(), CommandStatus> {
        match self.scenario.verdict(submission.destination_addr.as_bytes()) {
            Verdict::Refused(status) => Err(status),
            Verdict::Reaches { .. } => Ok(()),
        }
    }

    fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, SendOutcome> {
        std::future::ready(self.take(outgoing)).boxed()
    }

    fn events(&self) -> BoxFuture<'_, Option<EventBatch>> {
        self.next_batch().map(Some).boxed()
    }
}

/// The message as if the number it went to had sent it back: the same octets under the same `data_coding`.
fn echo_of(submission: &SubmitSm) -> DeliverSm {
    let mut echo = DeliverSm {
        source_addr_ton: submission.dest_addr_ton,
        source_addr_npi: submission.dest_addr_npi,
        source_addr: submission.destination_addr,
        dest_addr_ton: submission.source_addr_ton,
        dest_addr_npi: submission.source_addr_npi,
        destination_addr: submission.source_addr,
        esm_class: EsmClass::default().with_udhi(submission.esm_class.has_udhi()),
        data_coding: submission.data_coding,
        short_message: submission.short_message.clone(),
        ..DeliverSm::default()
    };
    echo.tlvs = submission.tlvs.clone();
    echo.tlvs.retain(|tlv| tlv.tag == TlvTag::MESSAGE_PAYLOAD);
    echo
}

/// Events that may be owed at the same time.
const WINDOW: usize = 65_536;
/// Events handed over at the same time.
const BATCH: usize = 512;
