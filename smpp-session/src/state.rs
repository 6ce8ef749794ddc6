//! The states of a session.
//!
//! ```text
//!            outbind                 bind_*_resp ESME_ROK
//!   open ───────────▶ outbound ───────────────┐
//!     │                                       ▼
//!     └───────────────────────────────▶ bound_tx, bound_rx, bound_trx
//!                                             │ unbind_resp, either way
//!                                             ▼
//!   closed ◀───────────────────────────── unbound
//!     ▲  end of stream, a timer, close: from any state
//! ```
//!
//! A refused bind leaves the state as it was. The states are those of SMPP
//! v5.0 section 2.3 (v3.4 section 2.2, which has no unbound).

use crate::bind::BindMode;

/// Where a session stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SessionState {
    /// The line is up and nothing is bound.
    Open,
    /// An outbind went from the MC to the ESME; the ESME has not bound yet.
    Outbound,
    /// Bound as a transmitter: the ESME submits.
    BoundTx,
    /// Bound as a receiver: the MC delivers.
    BoundRx,
    /// Bound as a transceiver: both.
    BoundTrx,
    /// Unbind was answered; the line is about to close.
    Unbound,
    /// Nothing moves any more.
    Closed,
}

impl SessionState {
    /// Every state, in the order of the session's life.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Outbound,
        Self::BoundTx,
        Self::BoundRx,
        Self::BoundTrx,
        Self::Unbound,
        Self::Closed,
    ];

    /// Tells whether a bind succeeded and has not been undone.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::BoundTx | Self::BoundRx | Self::BoundTrx)
    }

    /// Returns the specification's name: `open`, `bound_trx`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Outbound => "outbound",
            Self::BoundTx => "bound_tx",
            Self::BoundRx => "bound_rx",
            Self::BoundTrx => "bound_trx",
            Self::Unbound => "unbound",
            Self::Closed => "closed",
        }
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Outbound => 1,
            Self::BoundTx => 2,
            Self::BoundRx => 3,
            Self::BoundTrx => 4,
            Self::Unbound => 5,
            Self::Closed => 6,
        }
    }
}

impl From<BindMode> for SessionState {
    fn from(mode: BindMode) -> Self {
        match mode {
            BindMode::Transmitter => Self::BoundTx,
            BindMode::Receiver => Self::BoundRx,
            BindMode::Transceiver => Self::BoundTrx,
        }
    }
}
