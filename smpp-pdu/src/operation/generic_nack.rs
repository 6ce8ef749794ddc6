//! generic_nack.

use super::fields::operation;

operation! {
    /// Answers what cannot be answered otherwise: a broken header, an unknown command_id (SMPP 3.4 section 4.3.1,
    /// SMPP 5.0 section 4.1.4.1).
    GenericNack = GENERIC_NACK {
    }
    response
}
