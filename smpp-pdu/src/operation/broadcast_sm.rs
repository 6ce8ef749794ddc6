//! broadcast_sm, query_broadcast_sm and cancel_broadcast_sm with their responses (SMPP 5.0).

use super::fields::operation;
use crate::{COctetString, DataCoding, MessageId, Npi, PriorityFlag, ServiceType, SmppTime, Ton};

operation! {
    /// Broadcasts a message in areas (SMPP 5.0 section 4.4.1.1).
    ///
    /// The TLVs broadcast_area_identifier, broadcast_content_type, broadcast_rep_num and
    /// broadcast_frequency_interval are mandatory; strict reading asks for them.
    BroadcastSm = BROADCAST_SM {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// The broadcast to replace; empty otherwise.
        message_id: MessageId,
        /// How urgent, 0-4.
        priority_flag: PriorityFlag,
        /// When to deliver; `None` for at once (5.2.15).
        schedule_delivery_time: Option<SmppTime>,
        /// How long to try; `None` for the Message Centre's default (5.2.16).
        validity_period: Option<SmppTime>,
        /// 1 replaces a waiting message of the same source, destination and service_type, 0 does not (5.2.18).
        replace_if_present_flag: u8,
        /// The alphabet of the user data (5.2.19).
        data_coding: DataCoding,
        /// A canned message of the Message Centre, 0 for none (5.2.20).
        sm_default_msg_id: u8,
    }
    request => BroadcastSmResp
}

operation! {
    /// Answers a broadcast_sm (SMPP 5.0 section 4.4.1.2).
    BroadcastSmResp = BROADCAST_SM_RESP {
        /// What the Message Centre calls the broadcast; `None` if the PDU has no body.
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
    }
    response
}

operation! {
    /// Asks what became of a broadcast (SMPP 5.0 section 4.6.1.1).
    QueryBroadcastSm = QUERY_BROADCAST_SM {
        /// The broadcast; empty if the TLV user_message_reference names it.
        message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
    }
    request => QueryBroadcastSmResp
}

operation! {
    /// Answers a query_broadcast_sm (SMPP 5.0 section 4.6.1.3).
    ///
    /// The TLVs message_state, broadcast_area_identifier and broadcast_area_success are mandatory.
    QueryBroadcastSmResp = QUERY_BROADCAST_SM_RESP {
        /// The broadcast; `None` if the PDU has no body.
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
    }
    response
}

operation! {
    /// Cancels a broadcast (SMPP 5.0 section 4.6.2.1).
    CancelBroadcastSm = CANCEL_BROADCAST_SM {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
        /// The broadcast; empty if the TLV user_message_reference names it.
        message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
    }
    request => CancelBroadcastSmResp
}

operation! {
    /// Answers a cancel_broadcast_sm (SMPP 5.0 section 4.6.2.3).
    CancelBroadcastSmResp = CANCEL_BROADCAST_SM_RESP {
    }
    response
}
