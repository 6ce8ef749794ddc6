//! Which end of the line a session is.

/// The end of an SMPP session that this program plays.
///
/// Both ends are the same machine; the role decides which operations may be
/// sent and which are accepted (see [`operation_matrix`](crate::operation_matrix)).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "SMPP knows two ends")]
pub enum Role {
    /// External Short Message Entity: the client, which binds.
    Esme,
    /// Message Centre (SMSC in v3.4): the server, which is bound to.
    Mc,
}

impl Role {
    /// Returns the other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Esme => Self::Mc,
            Self::Mc => Self::Esme,
        }
    }

    /// Returns the name for logs: `esme` or `mc`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Esme => "esme",
            Self::Mc => "mc",
        }
    }
}
