//! What a box and bearerbox tell each other about the connection itself.

use bytes::Bytes;

use crate::protocol::field::fields;

/// The command of an [`Admin`] message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AdminCommand {
    /// 0, to a box: finish and close. Also the answer to a malformed frame, so not always the end of bearerbox.
    Shutdown,
    /// 1. Never sent by Kannel 1.4.5.
    Suspend,
    /// 2. Never sent by Kannel 1.4.5.
    Resume,
    /// 3, to bearerbox: this connection is the box named in `boxc_id`.
    Identify,
    /// 4, to a box: finish, close and connect again.
    Restart,
    /// 5. Only named in Kannel 1.4.5's sources.
    Feature,
    /// Any other number.
    Unknown(i32),
}

impl AdminCommand {
    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::Shutdown => 0,
            Self::Suspend => 1,
            Self::Resume => 2,
            Self::Identify => 3,
            Self::Restart => 4,
            Self::Feature => 5,
            Self::Unknown(number) => number,
        }
    }

    /// Reads the number on the wire.
    pub const fn from_number(number: i32) -> Self {
        match number {
            0 => Self::Shutdown,
            1 => Self::Suspend,
            2 => Self::Resume,
            3 => Self::Identify,
            4 => Self::Restart,
            5 => Self::Feature,
            _ => Self::Unknown(number),
        }
    }
}

fields! {
    /// A command about the connection.
    #[derive(Clone, Eq, PartialEq)]
    pub struct Admin {
        /// The command.
        pub command: AdminCommand,
        /// The name of the box, with identify. Absent means a box without a name, which gets the MOs that match
        /// no `smsbox-route`.
        pub boxc_id: Option<Bytes>,
    }
}
