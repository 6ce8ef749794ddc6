//! The three binds and their responses.

use super::fields::operation;
use crate::{COctetString, InterfaceVersion, Npi, Password, Ton};

operation! {
    /// Asks to open a session for deliver_sm and data_sm from the Message Centre (SMPP 3.4 section 4.1.3,
    /// SMPP 5.0 section 4.1.1.3).
    ///
    /// The section numbers of the fields are those of SMPP 3.4.
    BindReceiver = BIND_RECEIVER {
        /// Who binds; 15 characters by the specification, up to 64 are kept (5.2.1).
        system_id: COctetString<65>,
        /// What proves it; 8 characters by the specification, up to 64 are kept (5.2.2).
        password: Password,
        /// What kind of system binds; 12 characters by the specification, up to 64 are kept (5.2.3).
        system_type: COctetString<65>,
        /// The version that the ESME speaks (5.2.4).
        interface_version: InterfaceVersion,
        /// Type of number of address_range (5.2.5).
        addr_ton: Ton,
        /// Numbering plan of address_range (5.2.6).
        addr_npi: Npi,
        /// The addresses that the ESME serves; mostly empty and ignored (5.2.7).
        address_range: COctetString<41>,
    }
    request => BindReceiverResp
}

operation! {
    /// Answers a bind_receiver (SMPP 3.4 section 4.1.4, SMPP 5.0 section 4.1.1.4).
    BindReceiverResp = BIND_RECEIVER_RESP {
        /// Who the Message Centre is; `None` if the PDU has no body (5.2.1).
        system_id: Option<COctetString<65>> = Some(COctetString::EMPTY),
    }
    response
}

operation! {
    /// Asks to open a session for submissions to the Message Centre (SMPP 3.4 section 4.1.1,
    /// SMPP 5.0 section 4.1.1.1).
    ///
    /// The section numbers of the fields are those of SMPP 3.4.
    BindTransmitter = BIND_TRANSMITTER {
        /// Who binds; 15 characters by the specification, up to 64 are kept (5.2.1).
        system_id: COctetString<65>,
        /// What proves it; 8 characters by the specification, up to 64 are kept (5.2.2).
        password: Password,
        /// What kind of system binds; 12 characters by the specification, up to 64 are kept (5.2.3).
        system_type: COctetString<65>,
        /// The version that the ESME speaks (5.2.4).
        interface_version: InterfaceVersion,
        /// Type of number of address_range (5.2.5).
        addr_ton: Ton,
        /// Numbering plan of address_range (5.2.6).
        addr_npi: Npi,
        /// The addresses that the ESME serves; mostly empty and ignored (5.2.7).
        address_range: COctetString<41>,
    }
    request => BindTransmitterResp
}

operation! {
    /// Answers a bind_transmitter (SMPP 3.4 section 4.1.2, SMPP 5.0 section 4.1.1.2).
    BindTransmitterResp = BIND_TRANSMITTER_RESP {
        /// Who the Message Centre is; `None` if the PDU has no body (5.2.1).
        system_id: Option<COctetString<65>> = Some(COctetString::EMPTY),
    }
    response
}

operation! {
    /// Asks to open a session for both directions (SMPP 3.4 section 4.1.5,
    /// SMPP 5.0 section 4.1.1.5).
    ///
    /// The section numbers of the fields are those of SMPP 3.4.
    BindTransceiver = BIND_TRANSCEIVER {
        /// Who binds; 15 characters by the specification, up to 64 are kept (5.2.1).
        system_id: COctetString<65>,
        /// What proves it; 8 characters by the specification, up to 64 are kept (5.2.2).
        password: Password,
        /// What kind of system binds; 12 characters by the specification, up to 64 are kept (5.2.3).
        system_type: COctetString<65>,
        /// The version that the ESME speaks (5.2.4).
        interface_version: InterfaceVersion,
        /// Type of number of address_range (5.2.5).
        addr_ton: Ton,
        /// Numbering plan of address_range (5.2.6).
        addr_npi: Npi,
        /// The addresses that the ESME serves; mostly empty and ignored (5.2.7).
        address_range: COctetString<41>,
    }
    request => BindTransceiverResp
}

operation! {
    /// Answers a bind_transceiver (SMPP 3.4 section 4.1.6, SMPP 5.0 section 4.1.1.6).
    BindTransceiverResp = BIND_TRANSCEIVER_RESP {
        /// Who the Message Centre is; `None` if the PDU has no body (5.2.1).
        system_id: Option<COctetString<65>> = Some(COctetString::EMPTY),
    }
    response
}
