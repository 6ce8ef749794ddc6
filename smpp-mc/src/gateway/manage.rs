//! query_sm, cancel_sm, replace_sm: only on the account's own messages, answered from the store.

use smpp_session::pdu::{
    CancelSm, CancelSmResp, CommandStatus, InterfaceVersion, MessageId, MessageState, QuerySm, QuerySmResp,
    ReplaceSm, ReplaceSmResp, SmppTime, TlvTag,
};

use super::contents;
use super::session::GatewaySession;
use super::submit::moment;
use crate::message::{MessageKind, StoredMessage};
use crate::store::{Change, Found, StoreError};

impl GatewaySession {
    pub(super) async fn query(&self, pdu: QuerySm) -> Result<QuerySmResp, CommandStatus> {
        let refusal = CommandStatus::ESME_RQUERYFAIL;
        let key = self.core().key_of(pdu.message_id.as_bytes()).ok_or(refusal)?;
        let found = self.core().store.get(key).await.map_err(|error| error.command_status())?;
        let mut response = QuerySmResp { message_id: Some(pdu.message_id), ..QuerySmResp::default() };
        match found {
            Some(Found::Waiting { message, .. }) if self.owns(&message) => {
                response.message_state = self.state_of_waiting(&message);
            }
            Some(Found::Sent(sent)) if self.owns(&sent.message) => {
                response.message_state = MessageState::ENROUTE;
            }
            Some(Found::Final(outcome)) if outcome.account == *self.system_id() => {
                response.message_state = outcome.state;
                response.final_date = SmppTime::absolute(outcome.done, 0).ok();
                response.error_code = outcome.error_code;
            }
            _ => return Err(refusal),
        }
        Ok(response)
    }

    /// Cancels one message by its message_id. Cancelling by address needs an index that this gateway does not keep:
    /// it is refused with ESME_RCANCELFAIL, as is a message that is being sent or was sent.
    pub(super) async fn cancel(&self, pdu: CancelSm) -> Result<CancelSmResp, CommandStatus> {
        let refusal = CommandStatus::ESME_RCANCELFAIL;
        let core = self.core();
        let message = self.unsent(pdu.message_id, refusal).await?;
        let finishing = core.finishing(&message, MessageState::DELETED, 0, core.clock.now());
        let changes = finishing.into_iter().map(withdrawing).collect();
        match core.commit(changes).await {
            Ok(()) => Ok(CancelSmResp::default()),
            // Somebody began to send it meanwhile.
            Err(StoreError::Conflict(_)) => Err(refusal),
            Err(error) => Err(error.command_status()),
        }
    }

    /// Replaces the text and the terms of one message that nobody is sending.
    pub(super) async fn replace(&self, pdu: ReplaceSm) -> Result<ReplaceSmResp, CommandStatus> {
        let refusal = CommandStatus::ESME_RREPLACEFAIL;
        let core = self.core();
        let message = self.unsent(pdu.message_id, refusal).await?;
        let replaced = self.replaced(message, pdu)?;
        match core.commit(vec![Change::Replace(replaced)]).await {
            Ok(()) => Ok(ReplaceSmResp::default()),
            // Somebody began to send it meanwhile.
            Err(StoreError::Conflict(_)) => Err(refusal),
            Err(error) => Err(error.command_status()),
        }
    }

    /// A message of this account that waits and that nobody is sending; `refusal` if there is none.
    async fn unsent(
        &self,
        message_id: MessageId,
        refusal: CommandStatus,
    ) -> Result<StoredMessage, CommandStatus> {
        let core = self.core();
        let key = core.key_of(message_id.as_bytes()).ok_or(refusal)?;
        let found = core.store.get(key).await.map_err(|error| error.command_status())?;
        match found {
            Some(Found::Waiting { message, leased: false }) if self.owns(&message) => Ok(message),
            Some(_) | None => Err(refusal),
        }
    }

    fn owns(&self, message: &StoredMessage) -> bool {
        message.account == *self.system_id() && message.kind == MessageKind::Submission
    }

    fn state_of_waiting(&self, message: &StoredMessage) -> MessageState {
        let scheduled = message.place.attempts == 0 && message.place.due > self.core().clock.now();
        // Only a 5.0 peer knows SCHEDULED; to others the message is on its way.
        if scheduled && self.interface_version() >= InterfaceVersion::V5_0 {
            MessageState::SCHEDULED
        } else {
            MessageState::ENROUTE
        }
    }

    /// The message with what the replace_sm says instead.
    fn replaced(&self, mut message: StoredMessage, pdu: ReplaceSm) -> Result<StoredMessage, CommandStatus> {
        let now = self.core().clock.now();
        let mut submission = contents::submission(&message).ok_or(CommandStatus::ESME_RSYSERR)?;
        if submission.source_addr != pdu.source_addr {
            return Err(CommandStatus::ESME_RINVSRCADR);
        }
        if let Some(time) = pdu.schedule_delivery_time {
            message.place.due = moment(time, now).ok_or(CommandStatus::ESME_RINVSCHED)?.max(now);
            submission.schedule_delivery_time = Some(time);
        }
        if let Some(time) = pdu.validity_period {
            message.expires = Some(moment(time, now).ok_or(CommandStatus::ESME_RINVEXPIRY)?);
            submission.validity_period = Some(time);
        }
        if message.expires.is_some_and(|expires| expires <= message.place.due.max(now)) {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        submission.registered_delivery = pdu.registered_delivery;
        submission.sm_default_msg_id = pdu.sm_default_msg_id;
        // The new text is all there is to say: one that was too long for the field is not kept beside it.
        submission.tlvs.retain(|tlv| tlv.tag != TlvTag::MESSAGE_PAYLOAD);
        submission.short_message = pdu.short_message;
        message.pdu = contents::encoded(submission)?;
        Ok(message)
    }
}

/// A final state that holds only if nobody has begun to send the message.
fn withdrawing(change: Change) -> Change {
    match change {
        Change::Final { key, outcome } => Change::Withdraw { key, outcome },
        other @ (Change::Accept(_)
        | Change::Sent { .. }
        | Change::Withdraw { .. }
        | Change::Place { .. }
        | Change::Replace(_)
        | Change::Heard { .. }) => other,
    }
}
