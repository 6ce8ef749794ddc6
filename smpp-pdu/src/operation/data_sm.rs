//! data_sm and its response.

use super::fields::operation;
use crate::{COctetString, DataCoding, EsmClass, MessageId, Npi, RegisteredDelivery, ServiceType, Ton};

operation! {
    /// Hands a message over in either direction; its user data are in the TLV message_payload (SMPP 3.4 section 4.7.1,
    /// SMPP 5.0 section 4.2.2.1).
    ///
    /// The section numbers of the fields are those of SMPP 3.4.
    DataSm = DATA_SM {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<65>,
        /// Type of number of the destination (5.2.5).
        dest_addr_ton: Ton,
        /// Numbering plan of the destination (5.2.6).
        dest_addr_npi: Npi,
        /// The destination (5.2.9).
        destination_addr: COctetString<65>,
        /// Messaging mode, message type, user data header (5.2.12).
        esm_class: EsmClass,
        /// Which receipts are asked for (5.2.17).
        registered_delivery: RegisteredDelivery,
        /// The alphabet of the user data (5.2.19).
        data_coding: DataCoding,
    }
    request => DataSmResp
}

operation! {
    /// Answers a data_sm (SMPP 3.4 section 4.7.2, SMPP 5.0 section 4.2.2.2).
    DataSmResp = DATA_SM_RESP {
        /// What the Message Centre calls the message; `None` if the PDU has no body (5.2.23).
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
    }
    response
}
