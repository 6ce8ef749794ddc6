//! One text to many destinations: each becomes a message of its own, all under the message_id of the first.
//!
//! All that can be accepted are accepted in one commit, whatever the account's mode: the answer names those that could
//! not, and says nothing of a next hop.

use smpp_session::pdu::{
    CommandStatus, DestAddress, MessageId, SubmitMulti, SubmitMultiResp, SubmitSm, UnsuccessSme,
};

use super::session::GatewaySession;
use crate::server::Answer;
use crate::store::Change;

impl GatewaySession {
    pub(super) async fn accept_multi(&self, pdu: SubmitMulti) -> Result<Answer, CommandStatus> {
        if pdu.dest_address.is_empty() {
            return Err(CommandStatus::ESME_RINVNUMDESTS);
        }
        self.throttle(u32::try_from(pdu.dest_address.len()).unwrap_or(u32::MAX))?;
        let mut shared: Option<MessageId> = None;
        let mut unsuccess_sme = Vec::new();
        let mut changes = Vec::new();
        let mut pending = Vec::new();
        for destination in &pdu.dest_address {
            match destination {
                DestAddress::SmeAddress { dest_addr_ton, dest_addr_npi, destination_addr } => {
                    let submission = SubmitSm {
                        dest_addr_ton: *dest_addr_ton,
                        dest_addr_npi: *dest_addr_npi,
                        destination_addr: *destination_addr,
                        ..common(&pdu)
                    };
                    match self.draft(submission, shared).await {
                        Ok(draft) => {
                            let accepted = draft.accepted(self.core());
                            shared.get_or_insert(accepted.message_id);
                            pending.extend(accepted.pending);
                            changes.push(Change::Accept(draft.stored(self)?));
                        }
                        Err(error_status_code) => unsuccess_sme.push(UnsuccessSme {
                            dest_addr_ton: *dest_addr_ton,
                            dest_addr_npi: *dest_addr_npi,
                            destination_addr: *destination_addr,
                            error_status_code,
                        }),
                    }
                }
                // No distribution lists are kept here.
                DestAddress::DistributionList { dl_name } => unsuccess_sme.push(UnsuccessSme {
                    destination_addr: *dl_name,
                    error_status_code: CommandStatus::ESME_RINVDLNAME,
                    ..UnsuccessSme::default()
                }),
            }
        }
        let Some(message_id) = shared else {
            // Nothing was accepted: the request as a whole has failed, with the first reason.
            let first = unsuccess_sme.first().map(|sme| sme.error_status_code);
            return Err(first.unwrap_or(CommandStatus::ESME_RSUBMITFAIL));
        };
        self.commit(changes).await.map_err(|error| error.command_status())?;
        let response =
            SubmitMultiResp { message_id: Some(message_id), unsuccess_sme, ..SubmitMultiResp::default() };
        Ok(Answer::ok(response).on_written(pending))
    }
}

/// What all destinations share.
fn common(pdu: &SubmitMulti) -> SubmitSm {
    SubmitSm {
        service_type: pdu.service_type,
        source_addr_ton: pdu.source_addr_ton,
        source_addr_npi: pdu.source_addr_npi,
        source_addr: pdu.source_addr,
        esm_class: pdu.esm_class,
        protocol_id: pdu.protocol_id,
        priority_flag: pdu.priority_flag,
        schedule_delivery_time: pdu.schedule_delivery_time,
        validity_period: pdu.validity_period,
        registered_delivery: pdu.registered_delivery,
        replace_if_present_flag: pdu.replace_if_present_flag,
        data_coding: pdu.data_coding,
        sm_default_msg_id: pdu.sm_default_msg_id,
        short_message: pdu.short_message.clone(),
        tlvs: pdu.tlvs.clone(),
        ..SubmitSm::default()
    }
}
