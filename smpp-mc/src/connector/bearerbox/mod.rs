//! Kannel's bearerbox as next hop.
//!
//! Kannel takes a message with its acknowledgement and reports on it later, also after a restart of this process: the
//! `dlr_url` of every message says which one it is. What bearerbox sends is acknowledged as soon as it is durable here,
//! never when an ESME answers, so that no ESME's slowness holds one of its slots.

mod reference;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use smpp_bearerbox::{
    AckStatus, BearerboxClient, BearerboxDriver, Converter, Inbox, Incoming, IncomingSms,
    Report as KannelReport, SendError, Sms, SmsId, SmsType,
};
use smpp_session::pdu::{CommandStatus, MessageState, SubmitSm};
use tokio::sync::Notify;

use self::reference::{Reference, References};
use super::{Connector, ConnectorEvent, EventBatch, Mobile, Outgoing, Report, SendOutcome, Subject};
use crate::clock::Clock;
use crate::message::MessageIds;

/// How this process appears to one bearerbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BearerboxOptions {
    /// The bearerbox's host.
    pub host: String,
    /// Its `smsbox-port`.
    pub port: u16,
    /// The name that bearerbox knows this box by; unique among its boxes.
    pub boxc_id: String,
    /// The SMSC that bearerbox is asked to use; none leaves it to bearerbox's routing.
    pub smsc_id: Option<String>,
    /// Messages that may be with bearerbox without its acknowledgement. 500 by default.
    pub window: usize,
    /// How long an acknowledgement is waited for. 30 s by default.
    pub ack_timer: Duration,
}

impl BearerboxOptions {
    /// A bearerbox at `host` and `port`, to which this box is `boxc_id`.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16, boxc_id: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port,
            boxc_id: boxc_id.into(),
            smsc_id: None,
            window: 500,
            ack_timer: Duration::from_secs(30),
        }
    }
}

/// A bearerbox as next hop.
pub struct BearerboxConnector {
    name: String,
    options: BearerboxOptions,
    references: References,
    converter: Converter,
    client: BearerboxClient,
    inbox: tokio::sync::Mutex<Inbox>,
    refused: Arc<Refused>,
    clock: Arc<dyn Clock>,
}

/// What could not be made safe when it came; it is offered again, and bearerbox goes without an answer meanwhile.
#[derive(Debug, Default)]
struct Refused {
    again: Mutex<VecDeque<IncomingSms>>,
    notify: Notify,
}

impl Refused {
    fn waits(&self) -> bool {
        !self.again.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take(&self) -> Vec<IncomingSms> {
        self.again.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

impl fmt::Debug for BearerboxConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerboxConnector")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl BearerboxConnector {
    /// The connector, and the driver of its link, which must be run.
    pub fn new(
        name: impl Into<String>,
        options: BearerboxOptions,
        ids: MessageIds,
        clock: Arc<dyn Clock>,
    ) -> (Self, BearerboxDriver) {
        let (client, inbox, driver) = BearerboxClient::builder(options.host.clone(), options.port)
            .boxc_id(options.boxc_id.clone())
            .window(options.window)
            .max_waiting(options.window)
            .send_timeout(options.ack_timer)
            .build();
        let references = References::new(options.boxc_id.as_str(), ids);
        let inbox = tokio::sync::Mutex::new(inbox);
        let connector = Self {
            name: name.into(),
            options,
            references,
            converter: Converter::new(),
            client,
            inbox,
            refused: Arc::default(),
            clock,
        };
        (connector, driver)
    }

    async fn next_batch(&self) -> Option<EventBatch> {
        let mut inbox = self.inbox.lock().await;
        loop {
            if self.refused.waits() {
                // Before it is taken, so that it is not lost with this future.
                tokio::time::sleep(OFFER_AGAIN).await;
                return Some(self.batch(self.refused.take(), Vec::new()));
            }
            let mut arrived = Vec::new();
            tokio::select! {
                count = inbox.recv_many(&mut arrived, BATCH) => {
                    if count == 0 {
                        return None;
                    }
                }
                () = self.refused.notify.notified() => continue,
            }
            let mut messages = Vec::new();
            let mut events = Vec::new();
            for incoming in arrived {
                if let Incoming::Sms(sms) = incoming {
                    messages.push(sms);
                } else {
                    events.extend(self.news(&incoming));
                }
            }
            if !messages.is_empty() || !events.is_empty() {
                return Some(self.batch(messages, events));
            }
        }
    }

    fn batch(&self, messages: Vec<IncomingSms>, mut events: Vec<ConnectorEvent>) -> EventBatch {
        events.extend(messages.iter().filter_map(|incoming| self.event(incoming)));
        let refused = Arc::clone(&self.refused);
        EventBatch::acknowledged(events, move |safe| {
            if safe {
                for message in messages {
                    message.acknowledge(AckStatus::Success);
                }
            } else {
                refused.again.lock().unwrap_or_else(PoisonError::into_inner).extend(messages);
                refused.notify.notify_one();
            }
        })
    }

    /// What a message from bearerbox says to the gateway; nothing for what has no meaning here, which is acknowledged all
    /// the same so that it does not come again.
    fn event(&self, incoming: &IncomingSms) -> Option<ConnectorEvent> {
        let sms = &incoming.sms;
        let id: Box<str> = sms.id.to_string().into();
        if sms.sms_type == SmsType::Mo {
            return match self.converter.deliver_sm(sms) {
                Ok(deliver) => {
                    let mut mobile = Mobile::new(deliver);
                    mobile.id = Some(id);
                    Some(ConnectorEvent::Mobile(mobile))
                }
                Err(error) => {
                    tracing::error!(connector = self.name, %error, "a message from bearerbox cannot be delivered over SMPP");
                    None
                }
            };
        }
        let Some(report) = KannelReport::of(sms) else {
            tracing::warn!(connector = self.name, sms_type = ?sms.sms_type, "bearerbox sent what has no meaning here");
            return None;
        };
        self.report(&report, id).map(ConnectorEvent::Report)
    }

    fn report(&self, report: &KannelReport, id: Box<str>) -> Option<Report> {
        let key = match self.references.read(report.dlr_url.as_deref().unwrap_or_default()) {
            Reference::Ours(key) => key,
            Reference::OtherNode => {
                tracing::warn!(connector = self.name, "a report for a message of another node");
                return None;
            }
            Reference::Foreign => {
                tracing::warn!(connector = self.name, "a report for a message that was not sent from here");
                return None;
            }
        };
        // Kannel's "unknown" is a failure and ends the message; SMPP's UNKNOWN does not.
        let state = match report.message_state {
            MessageState::UNKNOWN if report.outcome.is_final() => MessageState::UNDELIVERABLE,
            state => state,
        };
        let error = report.error_code().unwrap_or(0);
        let mut told = Report::new(Subject::Key(key), state, error, self.clock.now());
        told.id = Some(id);
        Some(told)
    }

    /// What the news of the link means to the gateway.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not listed changes nothing for the gateway")]
    fn news(&self, incoming: &Incoming) -> Option<ConnectorEvent> {
        match incoming {
            Incoming::Up => Some(ConnectorEvent::Up),
            Incoming::Down { reason, in_doubt, .. } => {
                let BearerboxOptions { host, port, .. } = &self.options;
                tracing::warn!(connector = self.name, host, port, %reason, in_doubt, "the link to bearerbox is lost");
                Some(ConnectorEvent::Down)
            }
            Incoming::ConnectFailed { error, retry_in } => {
                let BearerboxOptions { host, port, .. } = &self.options;
                tracing::warn!(connector = self.name, host, port, %error, ?retry_in, "bearerbox cannot be reached");
                None
            }
            Incoming::Stalled { unacknowledged } => {
                tracing::warn!(connector = self.name, unacknowledged, "bearerbox has stopped acknowledging");
                None
            }
            other => {
                tracing::debug!(connector = self.name, event = ?other, "news of the link");
                None
            }
        }
    }

    fn converted(&self, submission: &SubmitSm) -> Result<Sms, CommandStatus> {
        self.converter
            .submit_sm(submission, SmsId::random(), self.clock.now())
            .map_err(|error| error.command_status())
    }

    fn mobile_terminated(&self, outgoing: &Outgoing) -> Result<Sms, CommandStatus> {
        let mut sms = self.converted(&outgoing.submission)?;
        sms.service = Some(Bytes::copy_from_slice(outgoing.account.as_bytes()));
        sms.smsc_id = self.options.smsc_id.clone().map(Bytes::from);
        sms.dlr_url = Some(Bytes::from(self.references.write(&outgoing.account, outgoing.key)));
        Ok(sms)
    }
}

impl Connector for BearerboxConnector {
    fn name(&self) -> &str {
        &self.name
    }

    fn remembers(&self) -> bool {
        true
    }

    fn window(&self) -> usize {
        self.options.window
    }

    fn is_up(&self) -> bool {
        self.client.is_up()
    }

    fn admit(&self, submission: &SubmitSm) -> Result<(), CommandStatus> {
        self.converted(submission).map(drop)
    }

    fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, SendOutcome> {
        match self.mobile_terminated(&outgoing) {
            Ok(sms) => self.client.send(sms).map(outcome).boxed(),
            Err(status) => std::future::ready(SendOutcome::Refused(status)).boxed(),
        }
    }

    fn events(&self) -> BoxFuture<'_, Option<EventBatch>> {
        self.next_batch().boxed()
    }
}

fn outcome(answer: Result<AckStatus, SendError>) -> SendOutcome {
    match answer {
        Ok(AckStatus::Success | AckStatus::Buffered) => SendOutcome::Taken { remote_id: None },
        Ok(AckStatus::FailedTmp) => SendOutcome::Postponed(CommandStatus::ESME_RMSGQFUL),
        Ok(AckStatus::Failed) | Err(SendError::Refused(_)) => {
            SendOutcome::Refused(CommandStatus::ESME_RSUBMITFAIL)
        }
        Err(SendError::QueueFull) => SendOutcome::Postponed(CommandStatus::ESME_RTHROTTLED),
        Err(error) if error.is_in_doubt() => SendOutcome::Unknown,
        Err(_) => SendOutcome::Unavailable,
    }
}

/// Messages taken from the link at a time.
const BATCH: usize = 256;
/// How long what could not be made safe waits before it is offered again.
const OFFER_AGAIN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use smpp_bearerbox::testing::{TestBearerbox, mo};

    use super::*;
    use crate::clock::SystemClock;

    #[tokio::test]
    async fn what_was_not_made_safe_is_offered_again_after_a_pause() {
        let bearerbox = TestBearerbox::bind().await.unwrap();
        let options = BearerboxOptions::new("127.0.0.1", bearerbox.local_addr().unwrap().port(), "box");
        let ids = MessageIds::new(&[7; 32]);
        let (connector, driver) = BearerboxConnector::new("kannel", options, ids, Arc::new(SystemClock));
        bearerbox.injector().inject(mo(SmsId::random(), "4790", "2000", "hello"));
        let link = tokio::spawn(driver.run());
        let serving = tokio::spawn(bearerbox.serve(|_| Vec::new()));
        while !brings_a_message(&connector.events().await.unwrap()) {}

        let at_once = connector.events().now_or_never();
        tokio::time::pause();
        let again = connector.events().await.unwrap();

        assert!(at_once.is_none(), "a store that cannot take it would be asked without end");
        assert!(brings_a_message(&again));
        link.abort();
        serving.abort();
    }

    fn brings_a_message(batch: &EventBatch) -> bool {
        batch.events.iter().any(|event| matches!(event, ConnectorEvent::Mobile(_)))
    }
}
