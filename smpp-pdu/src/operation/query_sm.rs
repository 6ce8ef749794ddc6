//! query_sm and its response.

use super::fields::operation;
use crate::{COctetString, MessageId, MessageState, Npi, SmppTime, Ton};

operation! {
    /// Asks what became of a message (SMPP 3.4 section 4.8.1, SMPP 5.0 section 4.5.2.1).
    QuerySm = QUERY_SM {
        /// The message (5.2.23).
        message_id: MessageId,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
    }
    request => QuerySmResp
}

operation! {
    /// Answers a query_sm (SMPP 3.4 section 4.8.2, SMPP 5.0 section 4.5.2.2).
    QuerySmResp = QUERY_SM_RESP {
        /// The message; `None` if the PDU has no body, and then nothing of what follows is there (5.2.23).
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
        /// When the final state was reached; `None` before (5.2.28).
        final_date: Option<SmppTime>,
        /// What became of it (5.2.28).
        message_state: MessageState,
        /// An error of the network or of the Message Centre, 0 for none.
        error_code: u8,
    }
    response
}
