//! alert_notification.

use super::fields::operation;
use crate::{COctetString, Npi, Ton};

operation! {
    /// Tells an ESME that a mobile can be reached; it is never answered (SMPP 3.4 section 4.12.1, SMPP 5.0 section
    /// 4.1.3.1).
    AlertNotification = ALERT_NOTIFICATION {
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The mobile (5.2.8).
        source_addr: COctetString<65>,
        /// Type of number of the ESME (5.2.5).
        esme_addr_ton: Ton,
        /// Numbering plan of the ESME (5.2.6).
        esme_addr_npi: Npi,
        /// The ESME (5.2.10).
        esme_addr: COctetString<65>,
    }

}
