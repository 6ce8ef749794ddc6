//! [`CommandId`]: which operation a PDU is.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

use core::fmt;

/// Which operation a PDU is (SMPP 3.4 section 5.1.2, SMPP 5.0 section 4.7.5).
///
/// Open: what is not listed decodes to [`Body::Unknown`](crate::Body::Unknown).
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CommandId(pub u32);

impl CommandId {
    /// `bind_receiver`, since SMPP 3.3.
    pub const BIND_RECEIVER: Self = Self(0x0000_0001);
    /// `bind_receiver_resp`, since SMPP 3.3.
    pub const BIND_RECEIVER_RESP: Self = Self(0x8000_0001);
    /// `bind_transmitter`, since SMPP 3.3.
    pub const BIND_TRANSMITTER: Self = Self(0x0000_0002);
    /// `bind_transmitter_resp`, since SMPP 3.3.
    pub const BIND_TRANSMITTER_RESP: Self = Self(0x8000_0002);
    /// `query_sm`, since SMPP 3.3.
    pub const QUERY_SM: Self = Self(0x0000_0003);
    /// `query_sm_resp`, since SMPP 3.3.
    pub const QUERY_SM_RESP: Self = Self(0x8000_0003);
    /// `submit_sm`, since SMPP 3.3.
    pub const SUBMIT_SM: Self = Self(0x0000_0004);
    /// `submit_sm_resp`, since SMPP 3.3.
    pub const SUBMIT_SM_RESP: Self = Self(0x8000_0004);
    /// `deliver_sm`, since SMPP 3.3.
    pub const DELIVER_SM: Self = Self(0x0000_0005);
    /// `deliver_sm_resp`, since SMPP 3.3.
    pub const DELIVER_SM_RESP: Self = Self(0x8000_0005);
    /// `unbind`, since SMPP 3.3.
    pub const UNBIND: Self = Self(0x0000_0006);
    /// `unbind_resp`, since SMPP 3.3.
    pub const UNBIND_RESP: Self = Self(0x8000_0006);
    /// `replace_sm`, since SMPP 3.3.
    pub const REPLACE_SM: Self = Self(0x0000_0007);
    /// `replace_sm_resp`, since SMPP 3.3.
    pub const REPLACE_SM_RESP: Self = Self(0x8000_0007);
    /// `cancel_sm`, since SMPP 3.3.
    pub const CANCEL_SM: Self = Self(0x0000_0008);
    /// `cancel_sm_resp`, since SMPP 3.3.
    pub const CANCEL_SM_RESP: Self = Self(0x8000_0008);
    /// `bind_transceiver`, since SMPP 3.4.
    pub const BIND_TRANSCEIVER: Self = Self(0x0000_0009);
    /// `bind_transceiver_resp`, since SMPP 3.4.
    pub const BIND_TRANSCEIVER_RESP: Self = Self(0x8000_0009);
    /// `outbind`, since SMPP 3.4.
    pub const OUTBIND: Self = Self(0x0000_000B);
    /// `enquire_link`, since SMPP 3.3.
    pub const ENQUIRE_LINK: Self = Self(0x0000_0015);
    /// `enquire_link_resp`, since SMPP 3.3.
    pub const ENQUIRE_LINK_RESP: Self = Self(0x8000_0015);
    /// `submit_multi`, since SMPP 3.3.
    pub const SUBMIT_MULTI: Self = Self(0x0000_0021);
    /// `submit_multi_resp`, since SMPP 3.3.
    pub const SUBMIT_MULTI_RESP: Self = Self(0x8000_0021);
    /// `param_retrieve`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const PARAM_RETRIEVE: Self = Self(0x0000_0022);
    /// `param_retrieve_resp`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const PARAM_RETRIEVE_RESP: Self = Self(0x8000_0022);
    /// `query_last_msgs`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const QUERY_LAST_MSGS: Self = Self(0x0000_0023);
    /// `query_last_msgs_resp`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const QUERY_LAST_MSGS_RESP: Self = Self(0x8000_0023);
    /// `query_msg_details`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const QUERY_MSG_DETAILS: Self = Self(0x0000_0024);
    /// `query_msg_details_resp`, since SMPP 3.3, dropped in 3.4; its number is not printed there.
    pub const QUERY_MSG_DETAILS_RESP: Self = Self(0x8000_0024);
    /// `alert_notification`, since SMPP 3.4.
    pub const ALERT_NOTIFICATION: Self = Self(0x0000_0102);
    /// `data_sm`, since SMPP 3.4.
    pub const DATA_SM: Self = Self(0x0000_0103);
    /// `data_sm_resp`, since SMPP 3.4.
    pub const DATA_SM_RESP: Self = Self(0x8000_0103);
    /// `broadcast_sm`, since SMPP 5.0.
    pub const BROADCAST_SM: Self = Self(0x0000_0111);
    /// `broadcast_sm_resp`, since SMPP 5.0.
    pub const BROADCAST_SM_RESP: Self = Self(0x8000_0111);
    /// `query_broadcast_sm`, since SMPP 5.0.
    pub const QUERY_BROADCAST_SM: Self = Self(0x0000_0112);
    /// `query_broadcast_sm_resp`, since SMPP 5.0.
    pub const QUERY_BROADCAST_SM_RESP: Self = Self(0x8000_0112);
    /// `cancel_broadcast_sm`, since SMPP 5.0.
    pub const CANCEL_BROADCAST_SM: Self = Self(0x0000_0113);
    /// `cancel_broadcast_sm_resp`, since SMPP 5.0.
    pub const CANCEL_BROADCAST_SM_RESP: Self = Self(0x8000_0113);
    /// `generic_nack`, since SMPP 3.3.
    pub const GENERIC_NACK: Self = Self(0x8000_0000);

    /// Set in the id of every response.
    pub const RESPONSE_BIT: u32 = 0x8000_0000;

    /// Whether this is a request, listed or not.
    #[must_use]
    pub const fn is_request(self) -> bool {
        self.0 & Self::RESPONSE_BIT == 0
    }

    /// Whether this is a response, listed or not; generic_nack is one.
    #[must_use]
    pub const fn is_response(self) -> bool {
        !self.is_request()
    }

    /// The id of the response to this request: `None` for responses, and for outbind and
    /// alert_notification, which are never answered.
    #[must_use]
    pub const fn response(self) -> Option<Self> {
        match self {
            Self::OUTBIND | Self::ALERT_NOTIFICATION => None,
            _ if self.is_response() => None,
            _ => Some(Self(self.0 | Self::RESPONSE_BIT)),
        }
    }

    /// The id of the request that this response answers: `None` for requests and for generic_nack,
    /// which may answer any.
    #[must_use]
    pub const fn request(self) -> Option<Self> {
        match self {
            Self::GENERIC_NACK => None,
            _ if self.is_request() => None,
            _ => Some(Self(self.0 & !Self::RESPONSE_BIT)),
        }
    }

    /// The specification's name, `None` for what is not listed.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::BIND_RECEIVER => "bind_receiver",
            Self::BIND_RECEIVER_RESP => "bind_receiver_resp",
            Self::BIND_TRANSMITTER => "bind_transmitter",
            Self::BIND_TRANSMITTER_RESP => "bind_transmitter_resp",
            Self::QUERY_SM => "query_sm",
            Self::QUERY_SM_RESP => "query_sm_resp",
            Self::SUBMIT_SM => "submit_sm",
            Self::SUBMIT_SM_RESP => "submit_sm_resp",
            Self::DELIVER_SM => "deliver_sm",
            Self::DELIVER_SM_RESP => "deliver_sm_resp",
            Self::UNBIND => "unbind",
            Self::UNBIND_RESP => "unbind_resp",
            Self::REPLACE_SM => "replace_sm",
            Self::REPLACE_SM_RESP => "replace_sm_resp",
            Self::CANCEL_SM => "cancel_sm",
            Self::CANCEL_SM_RESP => "cancel_sm_resp",
            Self::BIND_TRANSCEIVER => "bind_transceiver",
            Self::BIND_TRANSCEIVER_RESP => "bind_transceiver_resp",
            Self::OUTBIND => "outbind",
            Self::ENQUIRE_LINK => "enquire_link",
            Self::ENQUIRE_LINK_RESP => "enquire_link_resp",
            Self::SUBMIT_MULTI => "submit_multi",
            Self::SUBMIT_MULTI_RESP => "submit_multi_resp",
            Self::PARAM_RETRIEVE => "param_retrieve",
            Self::PARAM_RETRIEVE_RESP => "param_retrieve_resp",
            Self::QUERY_LAST_MSGS => "query_last_msgs",
            Self::QUERY_LAST_MSGS_RESP => "query_last_msgs_resp",
            Self::QUERY_MSG_DETAILS => "query_msg_details",
            Self::QUERY_MSG_DETAILS_RESP => "query_msg_details_resp",
            Self::ALERT_NOTIFICATION => "alert_notification",
            Self::DATA_SM => "data_sm",
            Self::DATA_SM_RESP => "data_sm_resp",
            Self::BROADCAST_SM => "broadcast_sm",
            Self::BROADCAST_SM_RESP => "broadcast_sm_resp",
            Self::QUERY_BROADCAST_SM => "query_broadcast_sm",
            Self::QUERY_BROADCAST_SM_RESP => "query_broadcast_sm_resp",
            Self::CANCEL_BROADCAST_SM => "cancel_broadcast_sm",
            Self::CANCEL_BROADCAST_SM_RESP => "cancel_broadcast_sm_resp",
            Self::GENERIC_NACK => "generic_nack",
            _ => return None,
        })
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl From<u32> for CommandId {
    fn from(number: u32) -> Self {
        Self(number)
    }
}
