//! cancel_sm and its response.

use super::fields::operation;
use crate::{COctetString, MessageId, Npi, ServiceType, Ton};

operation! {
    /// Cancels one message, or with an empty message_id all that match (SMPP 3.4 section 4.9.1, SMPP 5.0 section
    /// 4.5.1.1).
    CancelSm = CANCEL_SM {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
        /// The message; empty to cancel by addresses (5.2.23).
        message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// Type of number of the destination (5.2.5).
        dest_addr_ton: Ton,
        /// Numbering plan of the destination (5.2.6).
        dest_addr_npi: Npi,
        /// The destination (5.2.9).
        destination_addr: COctetString<21>,
    }
    request => CancelSmResp
}

operation! {
    /// Answers a cancel_sm (SMPP 3.4 section 4.9.2, SMPP 5.0 section 4.5.1.2).
    CancelSmResp = CANCEL_SM_RESP {
    }
    response
}
