//! enquire_link and its response.

use super::fields::operation;

operation! {
    /// Asks whether the peer is there (SMPP 3.4 section 4.11.1, SMPP 5.0 section 4.1.2.1).
    EnquireLink = ENQUIRE_LINK {
    }
    request => EnquireLinkResp
}

operation! {
    /// Answers an enquire_link (SMPP 3.4 section 4.11.2, SMPP 5.0 section 4.1.2.2).
    EnquireLinkResp = ENQUIRE_LINK_RESP {
    }
    response
}
