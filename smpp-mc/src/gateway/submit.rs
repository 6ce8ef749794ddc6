//! Accepting a submission: throttle, validate, route, accept by the mode, answer once.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use smpp_session::pdu::{
    CommandStatus, MessageId, MessagingMode, ReceiptRequest, SmppTime, SubmitSm, TlvTag,
};

use super::answer_gate::AnswerPending;
use super::contents;
use super::core::Core;
use super::session::GatewaySession;
use crate::auth::MessageMode;
use crate::connector::{Connector, Outgoing, SendOutcome};
use crate::message::{MessageKey, MessageKind, QueueId, Sent, StoredMessage};
use crate::routing::Routable;
use crate::store::Change;

/// What an accepted submission is answered with.
pub(super) struct Accepted {
    pub(super) message_id: MessageId,
    /// Keeps the receipt back until the answer is written; none where no receipt was asked for.
    pub(super) pending: Option<AnswerPending>,
}

impl GatewaySession {
    /// Accepts one submission.
    pub(super) async fn accept(&self, submission: SubmitSm) -> Result<Accepted, CommandStatus> {
        self.throttle(1)?;
        let draft = self.draft(submission, None).await?;
        let accepted = draft.accepted(self.core());
        if draft.mode == MessageMode::Forward && draft.times.due <= draft.times.accepted {
            self.forward(draft).await?;
        } else {
            let message = draft.stored(self)?;
            self.commit([Change::Accept(message)]).await.map_err(|error| error.command_status())?;
        }
        Ok(accepted)
    }

    /// Validates and routes a submission, and gives it its key. `shared` is the message_id of an earlier part of the
    /// same request.
    pub(super) async fn draft(
        &self,
        submission: SubmitSm,
        shared: Option<MessageId>,
    ) -> Result<Draft, CommandStatus> {
        let core = self.core();
        validate(&submission)?;
        let times = Times::of(&submission, core, self.account().validity(), core.clock.now())?;
        let route = core
            .router
            .route(&Routable::new(self.account(), &submission))
            .decision()
            .await
            .map_err(|error| error.command_status())?;
        let Some(connector) = core.connectors.get(&route.connector) else {
            tracing::error!(connector = %route.connector, "a route names a connector that does not exist");
            return Err(CommandStatus::ESME_RSYSERR);
        };
        connector.admit(&submission)?;
        let mode = effective_mode(route.mode.unwrap_or_else(|| self.account().message_mode()), &submission);
        let key = core.store.issue_key();
        let message_id = shared.unwrap_or_else(|| core.message_id_of(key));
        let connector = Arc::clone(connector);
        Ok(Draft { key, message_id, shared: shared.is_some(), connector, mode, submission, times })
    }

    /// The answer is the next hop's. Only when the next hop is away is the message kept here instead.
    async fn forward(&self, draft: Draft) -> Result<(), CommandStatus> {
        let core = self.core();
        let tracking = self.account().tracking();
        let report = tracking || wants_report(&draft.submission);
        let mut outgoing = Outgoing::new(draft.key, Arc::clone(self.system_id()), draft.submission.clone());
        outgoing.expires = Some(draft.times.expires);
        outgoing.report = report;

        let flight = core.flights.begin(draft.key);
        let outcome = draft.connector.send(outgoing).await;
        let remote_id = match outcome {
            SendOutcome::Taken { remote_id } => remote_id,
            SendOutcome::Unavailable => {
                drop(flight);
                let message = draft.stored(self)?;
                return self.commit([Change::Accept(message)]).await.map_err(|error| error.command_status());
            }
            SendOutcome::Refused(status) | SendOutcome::Postponed(status) => {
                flight.refused();
                return Err(status);
            }
            // The next hop may have it. OK would promise too much; the ESME decides whether to try again.
            SendOutcome::Unknown => {
                flight.refused();
                return Err(CommandStatus::ESME_RSYSERR);
            }
        };
        if tracking {
            let message = draft.bare(self)?;
            let deadline = draft.times.expires + core.options.report_grace;
            let sent = Sent::new(draft.connector.name().into(), remote_id, deadline);
            let noted = self.commit([Change::Accept(message), Change::Sent { key: draft.key, sent }]).await;
            if let Err(error) = noted {
                // The next hop has it: a refusal now would make the ESME send it twice. Its receipt need not be lost.
                tracing::error!(%error, "a message that was forwarded could not be noted as sent");
                core.await_untracked(draft.bare(self)?);
            }
        } else if report {
            core.await_untracked(draft.bare(self)?);
        }
        Ok(())
    }
}

/// A submission that has its way and its key, and is not accepted yet.
pub(super) struct Draft {
    key: MessageKey,
    message_id: MessageId,
    shared: bool,
    connector: Arc<dyn Connector>,
    mode: MessageMode,
    submission: SubmitSm,
    times: Times,
}

impl Draft {
    /// What it will be answered with. From now on its receipt waits for that answer.
    pub(super) fn accepted(&self, core: &Core) -> Accepted {
        let pending = wants_report(&self.submission).then(|| core.gate.close(self.key));
        Accepted { message_id: self.message_id, pending }
    }

    /// The message as the store keeps it, waiting for its connector.
    pub(super) fn stored(&self, session: &GatewaySession) -> Result<StoredMessage, CommandStatus> {
        self.message(session, self.submission.clone())
    }

    /// The message without what it says, for one that is with the next hop already.
    fn bare(&self, session: &GatewaySession) -> Result<StoredMessage, CommandStatus> {
        self.message(session, contents::without_text(&self.submission))
    }

    fn message(
        &self,
        session: &GatewaySession,
        submission: SubmitSm,
    ) -> Result<StoredMessage, CommandStatus> {
        let mut message = StoredMessage::new(
            self.key,
            Arc::clone(session.system_id()),
            MessageKind::Submission,
            QueueId::Connector(self.connector.name().into()),
            contents::encoded(submission)?,
            self.times.accepted,
        );
        message.place.priority = self.submission.priority_flag.0;
        message.place.due = self.times.due;
        message.expires = Some(self.times.expires);
        message.message_id = self.shared.then(|| self.message_id.to_string().into());
        Ok(message)
    }
}

/// When a submission came, is to be sent, and loses its worth.
#[derive(Clone, Copy)]
struct Times {
    accepted: SystemTime,
    due: SystemTime,
    expires: SystemTime,
}

impl Times {
    fn of(
        submission: &SubmitSm,
        core: &Core,
        validity: Option<Duration>,
        now: SystemTime,
    ) -> Result<Self, CommandStatus> {
        let due = match submission.schedule_delivery_time {
            Some(time) => moment(time, now).ok_or(CommandStatus::ESME_RINVSCHED)?.max(now),
            None => now,
        };
        let expires = match submission.validity_period {
            Some(time) => moment(time, now).ok_or(CommandStatus::ESME_RINVEXPIRY)?,
            None => core.expiry(validity, due),
        };
        if expires <= due {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        Ok(Self { accepted: now, due, expires })
    }
}

/// What the message centre can know to be wrong before anybody else looks at it.
fn validate(submission: &SubmitSm) -> Result<(), CommandStatus> {
    if submission.destination_addr.is_empty() {
        return Err(CommandStatus::ESME_RINVDSTADR);
    }
    if submission.esm_class.has_udhi() {
        let data = match submission.tlvs.get(TlvTag::MESSAGE_PAYLOAD) {
            Some(payload) => payload,
            None => &submission.short_message,
        };
        let header = data.first().map_or(1, |length| usize::from(*length) + 1);
        if header > data.len() {
            return Err(CommandStatus::ESME_RINVESMCLASS);
        }
    }
    Ok(())
}

/// The moment that a time field names; none if it names none.
pub(super) fn moment(time: SmppTime, now: SystemTime) -> Option<SystemTime> {
    time.resolve(now).ok()
}

/// Whether any final state of the message may be reported to its sender.
fn wants_report(submission: &SubmitSm) -> bool {
    submission.registered_delivery.receipt() != ReceiptRequest::NONE
}

/// The mode that holds for this submission: esm_class decides where the account leaves it open.
fn effective_mode(mode: MessageMode, submission: &SubmitSm) -> MessageMode {
    match mode {
        MessageMode::AsAsked => match submission.esm_class.messaging_mode() {
            MessagingMode::DATAGRAM | MessagingMode::FORWARD => MessageMode::Forward,
            _ => MessageMode::StoreAndForward,
        },
        MessageMode::StoreAndForward | MessageMode::Forward => mode,
    }
}
