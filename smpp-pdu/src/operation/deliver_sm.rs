//! deliver_sm and its response.

use super::fields::operation;
use crate::{
    COctetString, DataCoding, EsmClass, MessageId, Npi, OctetString, PriorityFlag, RegisteredDelivery,
    ServiceType, SmppTime, Ton,
};

operation! {
    /// Hands a message or a delivery receipt to an ESME (SMPP 3.4 section 4.6.1, SMPP 5.0 section 4.3.1.1).
    ///
    /// The section numbers of the fields are those of SMPP 3.4.
    DeliverSm = DELIVER_SM {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
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
        /// Messaging mode, message type, user data header (5.2.12).
        esm_class: EsmClass,
        /// What the network uses: the TP-PID in GSM (5.2.13).
        protocol_id: u8,
        /// How urgent (5.2.14).
        priority_flag: PriorityFlag,
        /// Unused in SMPP 3.4: `None` (5.2.15).
        schedule_delivery_time: Option<SmppTime>,
        /// Unused in SMPP 3.4: `None` (5.2.16).
        validity_period: Option<SmppTime>,
        /// Which acknowledgements are asked for (5.2.17).
        registered_delivery: RegisteredDelivery,
        /// Unused: 0 (5.2.18).
        replace_if_present_flag: u8,
        /// The alphabet of the user data (5.2.19).
        data_coding: DataCoding,
        /// Unused: 0 (5.2.20).
        sm_default_msg_id: u8,
        /// The user data, at most 254 octets (255 in SMPP 5.0); sm_length is its length (5.2.21, 5.2.22).
        short_message: OctetString,
    }
    request => DeliverSmResp
}

operation! {
    /// Answers a deliver_sm (SMPP 3.4 section 4.6.2, SMPP 5.0 section 4.3.1.2).
    DeliverSmResp = DELIVER_SM_RESP {
        /// Unused: empty. `None` if the PDU has no body (5.2.23).
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
    }
    response
}
