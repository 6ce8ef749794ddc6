//! outbind.

use super::fields::operation;
use crate::{COctetString, Password};

operation! {
    /// Asks an ESME to bind; it is never answered (SMPP 3.4 section 4.1.7.1, SMPP 5.0 section 4.1.1.7).
    Outbind = OUTBIND {
        /// Who the Message Centre is; 15 characters by the specification, up to 64 are kept (5.2.1).
        system_id: COctetString<65>,
        /// What proves it (5.2.2).
        password: Password,
    }

}
