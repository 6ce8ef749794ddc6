//! A data_sm as the submit_sm that says the same, so that one path accepts both.

use smpp_session::pdu::{COctetString, CommandStatus, DataSm, SubmitSm};

use super::session::GatewaySession;
use super::submit::Accepted;

impl GatewaySession {
    pub(super) async fn accept_data(&self, data: DataSm) -> Result<Accepted, CommandStatus> {
        self.accept(as_submission(data)?).await
    }
}

/// The same message as a submit_sm: its text stays in message_payload.
///
/// # Errors
///
/// ESME_RINVSRCADR or ESME_RINVDSTADR for an address of more than 20 characters, which data_sm may carry and no next hop
/// takes.
fn as_submission(data: DataSm) -> Result<SubmitSm, CommandStatus> {
    Ok(SubmitSm {
        service_type: data.service_type,
        source_addr_ton: data.source_addr_ton,
        source_addr_npi: data.source_addr_npi,
        source_addr: shortened(data.source_addr.as_bytes(), CommandStatus::ESME_RINVSRCADR)?,
        dest_addr_ton: data.dest_addr_ton,
        dest_addr_npi: data.dest_addr_npi,
        destination_addr: shortened(data.destination_addr.as_bytes(), CommandStatus::ESME_RINVDSTADR)?,
        esm_class: data.esm_class,
        registered_delivery: data.registered_delivery,
        data_coding: data.data_coding,
        tlvs: data.tlvs,
        ..SubmitSm::default()
    })
}

fn shortened(address: &[u8], refusal: CommandStatus) -> Result<COctetString<21>, CommandStatus> {
    COctetString::try_from(address).map_err(|_| refusal)
}
