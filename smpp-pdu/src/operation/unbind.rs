//! unbind and its response.

use super::fields::operation;

operation! {
    /// Asks to end the session (SMPP 3.4 section 4.2.1, SMPP 5.0 section 4.1.1.8).
    Unbind = UNBIND {
    }
    request => UnbindResp
}

operation! {
    /// Answers an unbind (SMPP 3.4 section 4.2.2, SMPP 5.0 section 4.1.1.9).
    UnbindResp = UNBIND_RESP {
    }
    response
}
