//! What only SMPP 3.3 has: query_last_msgs, query_msg_details, param_retrieve.
//!
//! The 3.3 document prints no numeric command_ids; these are the ones implementations use. In version 3.4 they
//! are reserved, and some vendors reuse 0x22 and 0x23.

use super::fields::operation;
use crate::{
    COctetString, DataCoding, MessageId, MessageState, Npi, OctetString, PriorityFlag, RegisteredDelivery,
    ServiceType, SmppTime, Ton,
};

operation! {
    /// Asks for the last messages of a source (SMPP 3.3).
    QueryLastMsgs = QUERY_LAST_MSGS {
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// How many, at most 100.
        num_messages: u8,
    }
    request => QueryLastMsgsResp
}

operation! {
    /// Answers a query_last_msgs (SMPP 3.3).
    QueryLastMsgsResp = QUERY_LAST_MSGS_RESP {
        /// The messages, at most 255; `None` if the PDU has no body.
        message_details: Option<Vec<MessageId>> = Some(Vec::new()),
    }
    response
}

operation! {
    /// Asks for everything about a message (SMPP 3.3).
    QueryMsgDetails = QUERY_MSG_DETAILS {
        /// The message.
        original_message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// How many octets of its text are wanted.
        sm_length: u8,
    }
    request => QueryMsgDetailsResp
}

operation! {
    /// Answers a query_msg_details (SMPP 3.3).
    QueryMsgDetailsResp = QUERY_MSG_DETAILS_RESP {
        /// The application or service; `None` if the PDU has no body, and then nothing of what follows is there.
        service_type: Option<ServiceType> = Some(ServiceType::EMPTY),
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// The destinations, at most 255; number_of_dests is their count.
        dest_address: Vec<super::DestAddress>,
        /// What the network uses: the TP-PID in GSM (5.2.13).
        protocol_id: u8,
        /// How urgent (5.2.14).
        priority_flag: PriorityFlag,
        /// When to deliver; `None` for at once (5.2.15).
        schedule_delivery_time: Option<SmppTime>,
        /// How long to try; `None` for the Message Centre's default (5.2.16).
        validity_period: Option<SmppTime>,
        /// Which receipts are asked for (5.2.17).
        registered_delivery: RegisteredDelivery,
        /// The alphabet of the user data (5.2.19).
        data_coding: DataCoding,
        /// The user data, at most 254 octets (255 in SMPP 5.0); sm_length is its length (5.2.21, 5.2.22).
        short_message: OctetString,
        /// The message.
        msgid: MessageId,
        /// When the final state was reached; `None` before.
        final_date: Option<SmppTime>,
        /// What became of it.
        message_status: MessageState,
        /// An error of the network or of the Message Centre, 0 for none.
        error_code: u8,
    }
    response
}

operation! {
    /// Asks for a configuration parameter (SMPP 3.3).
    ParamRetrieve = PARAM_RETRIEVE {
        /// Its name.
        param_name: COctetString<32>,
    }
    request => ParamRetrieveResp
}

operation! {
    /// Answers a param_retrieve (SMPP 3.3).
    ParamRetrieveResp = PARAM_RETRIEVE_RESP {
        /// Its value; `None` if the PDU has no body.
        param_value: Option<COctetString<101>> = Some(COctetString::EMPTY),
    }
    response
}
