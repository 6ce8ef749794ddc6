//! replace_sm and its response.

use super::fields::operation;
use crate::{COctetString, MessageId, Npi, OctetString, RegisteredDelivery, SmppTime, Ton};

operation! {
    /// Replaces a message that still waits (SMPP 3.4 section 4.10.1, SMPP 5.0 section 4.5.3.1).
    ReplaceSm = REPLACE_SM {
        /// The message (5.2.23).
        message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// `None` keeps the original (5.2.15).
        schedule_delivery_time: Option<SmppTime>,
        /// `None` keeps the original (5.2.16).
        validity_period: Option<SmppTime>,
        /// Which receipts are asked for (5.2.17).
        registered_delivery: RegisteredDelivery,
        /// A canned message of the Message Centre, 0 for none (5.2.20).
        sm_default_msg_id: u8,
        /// The user data, at most 254 octets (255 in SMPP 5.0); sm_length is its length (5.2.21, 5.2.22).
        short_message: OctetString,
    }
    request => ReplaceSmResp
}

operation! {
    /// Answers a replace_sm (SMPP 3.4 section 4.10.2, SMPP 5.0 section 4.5.3.2).
    ReplaceSmResp = REPLACE_SM_RESP {
    }
    response
}
