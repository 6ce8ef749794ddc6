//! [`TlvTag`] and what the specification says about each tag.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

use core::fmt;

use crate::InterfaceVersion;

/// What a TLV is about (SMPP 3.4 section 5.3.2, SMPP 5.0 section 4.8.4). Open: any tag is kept.
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
pub struct TlvTag(pub u16);

impl TlvTag {
    /// Part of the destination device the user data is for (maps to GSM message class); 1 octet (SMPP 3.4).
    pub const DEST_ADDR_SUBUNIT: Self = Self(0x0005);
    /// Network type of the destination; 1 octet (SMPP 3.4).
    pub const DEST_NETWORK_TYPE: Self = Self(0x0006);
    /// Bearer to use for delivery; 1 octet (SMPP 3.4).
    pub const DEST_BEARER_TYPE: Self = Self(0x0007);
    /// Telematic interworking of the destination; 5.0 GSM: octet 1 = TP-PID, octet 2 reserved; 2 octets (SMPP 3.4).
    pub const DEST_TELEMATICS_ID: Self = Self(0x0008);
    /// Part of the originating device; 1 octet (SMPP 3.4).
    pub const SOURCE_ADDR_SUBUNIT: Self = Self(0x000D);
    /// Network type of the source; 1 octet (SMPP 3.4).
    pub const SOURCE_NETWORK_TYPE: Self = Self(0x000E);
    /// Bearer of the source; 1 octet (SMPP 3.4).
    pub const SOURCE_BEARER_TYPE: Self = Self(0x000F);
    /// Telematics interface of the source; 1 octet (SMPP 3.4).
    pub const SOURCE_TELEMATICS_ID: Self = Self(0x0010);
    /// Seconds the MC keeps the message; 5.0: supersedes validity_period; 4 octets (SMPP 3.4).
    pub const QOS_TIME_TO_LIVE: Self = Self(0x0017);
    /// Higher-layer PDU type in the payload (0 WDP/default, 1 WCMP); 1 octet (SMPP 3.4).
    pub const PAYLOAD_TYPE: Self = Self(0x0019);
    /// Free ASCII text explaining a response; 1 to 256 octets (SMPP 3.4).
    pub const ADDITIONAL_STATUS_INFO_TEXT: Self = Self(0x001D);
    /// MC message id that a receipt or intermediate notification is about; 1 to 65 octets (SMPP 3.4).
    pub const RECEIPTED_MESSAGE_ID: Self = Self(0x001E);
    /// Message waiting indicator: bit 7 active, bits 1-0 type; 1 octet (SMPP 3.4).
    pub const MS_MSG_WAIT_FACILITIES: Self = Self(0x0030);
    /// Privacy level 0-3; 1 octet (SMPP 3.4).
    pub const PRIVACY_INDICATOR: Self = Self(0x0201);
    /// Originator subaddress: type octet then address; 2 to 23 octets (SMPP 3.4).
    pub const SOURCE_SUBADDRESS: Self = Self(0x0202);
    /// Destination subaddress; 2 to 23 octets (SMPP 3.4).
    pub const DEST_SUBADDRESS: Self = Self(0x0203);
    /// ESME-assigned message reference, echoed in receipts; 2 octets (SMPP 3.4).
    pub const USER_MESSAGE_REFERENCE: Self = Self(0x0204);
    /// Application reply code 0-255 (CDMA) or 0-15 (TDMA); 1 octet (SMPP 3.4).
    pub const USER_RESPONSE_CODE: Self = Self(0x0205);
    /// Application port of the source; 2 octets (SMPP 3.4).
    pub const SOURCE_PORT: Self = Self(0x020A);
    /// Application port of the destination; 2 octets (SMPP 3.4).
    pub const DEST_PORT: Self = Self(0x020B);
    /// Concatenation reference (all three sar_ TLVs or none); 2 octets (SMPP 3.4).
    pub const SAR_MSG_REF_NUM: Self = Self(0x020C);
    /// Language of the text; 1 octet (SMPP 3.4).
    pub const LANGUAGE_INDICATOR: Self = Self(0x020D);
    /// Number of segments 1-255; 1 octet (SMPP 3.4).
    pub const SAR_TOTAL_SEGMENTS: Self = Self(0x020E);
    /// Segment number 1-255; 1 octet (SMPP 3.4).
    pub const SAR_SEGMENT_SEQNUM: Self = Self(0x020F);
    /// SMPP version the MC supports (bind responses); 1 octet (SMPP 3.4).
    pub const SC_INTERFACE_VERSION: Self = Self(0x0210);
    /// Presentation (bits 3-2) and screening (bits 1-0) of the matching callback_num; 1 octet (SMPP 3.4).
    pub const CALLBACK_NUM_PRES_IND: Self = Self(0x0302);
    /// Display tag of the matching callback_num: data_coding octet then text; 1 to 65 octets (SMPP 3.4).
    pub const CALLBACK_NUM_ATAG: Self = Self(0x0303);
    /// Messages in the mailbox 0-99; 1 octet (SMPP 3.4).
    pub const NUMBER_OF_MESSAGES: Self = Self(0x0304);
    /// Callback number: digit mode, TON, NPI, digits; 4 to 19 octets (SMPP 3.4).
    pub const CALLBACK_NUM: Self = Self(0x0381);
    /// Delivery pending flag was set (1) or not; 1 octet (SMPP 3.4).
    pub const DPF_RESULT: Self = Self(0x0420);
    /// Ask to set the delivery pending flag on failure; 1 octet (SMPP 3.4).
    pub const SET_DPF: Self = Self(0x0421);
    /// Mobile availability: 0 available 1 denied 2 unavailable; 1 octet (SMPP 3.4).
    pub const MS_AVAILABILITY_STATUS: Self = Self(0x0422);
    /// Network type octet plus 16-bit error; 3 octets (SMPP 3.4).
    pub const NETWORK_ERROR_CODE: Self = Self(0x0423);
    /// User data instead of short_message; 0 to 65535 octets (SMPP 3.4).
    pub const MESSAGE_PAYLOAD: Self = Self(0x0424);
    /// Reason of failed delivery (transaction mode); 1 octet (SMPP 3.4).
    pub const DELIVERY_FAILURE_REASON: Self = Self(0x0425);
    /// More messages for the same destination follow; 1 octet (SMPP 3.4).
    pub const MORE_MESSAGES_TO_SEND: Self = Self(0x0426);
    /// Message state in receipts and query_broadcast_sm_resp; 1 octet (SMPP 3.4).
    pub const MESSAGE_STATE: Self = Self(0x0427);
    /// Load of the sender 0-100; 1 octet (SMPP 5.0).
    pub const CONGESTION_STATE: Self = Self(0x0428);
    /// USSD operation; 1 octet (SMPP 3.4).
    pub const USSD_SERVICE_OP: Self = Self(0x0501);
    /// Cell broadcast channel basic/extended; 1 octet (SMPP 5.0).
    pub const BROADCAST_CHANNEL_INDICATOR: Self = Self(0x0600);
    /// Network type octet plus 16-bit content type; 3 octets (SMPP 5.0).
    pub const BROADCAST_CONTENT_TYPE: Self = Self(0x0601);
    /// Free data about the content type; 1 to 255 octets (SMPP 5.0).
    pub const BROADCAST_CONTENT_TYPE_INFO: Self = Self(0x0602);
    /// Message class of a broadcast; 1 octet (SMPP 5.0).
    pub const BROADCAST_MESSAGE_CLASS: Self = Self(0x0603);
    /// Number of repetitions; 0 = implicit/unlimited; 2 octets (SMPP 5.0).
    pub const BROADCAST_REP_NUM: Self = Self(0x0604);
    /// Unit octet plus 16-bit count; 3 octets (SMPP 5.0).
    pub const BROADCAST_FREQUENCY_INTERVAL: Self = Self(0x0605);
    /// Format octet plus up to 100 octets of area; in broadcast_sm_resp it lists the failed areas under the same tag; 1 to 101 octets (SMPP 5.0).
    pub const BROADCAST_AREA_IDENTIFIER: Self = Self(0x0606);
    /// Command_status per failed area, same order; 4 octets (SMPP 5.0).
    pub const BROADCAST_ERROR_STATUS: Self = Self(0x0607);
    /// Success percentage 0-100, 255 unknown; 1 octet (SMPP 5.0).
    pub const BROADCAST_AREA_SUCCESS: Self = Self(0x0608);
    /// Absolute time broadcasting ended; 16 to 17 octets (SMPP 5.0).
    pub const BROADCAST_END_TIME: Self = Self(0x0609);
    /// Target group; 1 to 255 octets (SMPP 5.0).
    pub const BROADCAST_SERVICE_GROUP: Self = Self(0x060A);
    /// Format octet (bit 7 = vendor specific) plus billing data; 1 to 1024 octets (SMPP 5.0).
    pub const BILLING_IDENTIFICATION: Self = Self(0x060B);
    /// Source network id; needs source_node_id; 7 to 65 octets (SMPP 5.0).
    pub const SOURCE_NETWORK_ID: Self = Self(0x060D);
    /// Destination network id; needs dest_node_id; 7 to 65 octets (SMPP 5.0).
    pub const DEST_NETWORK_ID: Self = Self(0x060E);
    /// Six decimal digits; 6 octets (SMPP 5.0).
    pub const SOURCE_NODE_ID: Self = Self(0x060F);
    /// Six decimal digits; 6 octets (SMPP 5.0).
    pub const DEST_NODE_ID: Self = Self(0x0610);
    /// Number portability query result; 2 requires the two other np TLVs; 1 octet (SMPP 5.0).
    pub const DEST_ADDR_NP_RESOLUTION: Self = Self(0x0611);
    /// Ten-digit LRN; 10 octets (SMPP 5.0).
    pub const DEST_ADDR_NP_INFORMATION: Self = Self(0x0612);
    /// E.164 country code of the operator; 1 to 5 octets (SMPP 5.0).
    pub const DEST_ADDR_NP_COUNTRY: Self = Self(0x0613);
    /// Display mode 0 temporary 1 default 2 invoke; 1 octet (SMPP 3.4).
    pub const DISPLAY_TIME: Self = Self(0x1201);
    /// Alert tone per CMT-136; 2 octets (SMPP 3.4).
    pub const SMS_SIGNAL: Self = Self(0x1203);
    /// Validity at the mobile; 5.0 adds behaviour 4 with unit octet and 16-bit count; 1 to 4 octets (SMPP 3.4).
    pub const MS_VALIDITY: Self = Self(0x1204);
    /// Alert the user on delivery (presence is enough); 5.0 adds a priority octet; 0 to 1 octets (SMPP 3.4).
    pub const ALERT_ON_MESSAGE_DELIVERY: Self = Self(0x130C);
    /// Interactive teleservice reply method; 1 octet (SMPP 3.4).
    pub const ITS_REPLY_TYPE: Self = Self(0x1380);
    /// Session number octet; sequence number (bits 7-1) and end flag (bit 0); 2 octets (SMPP 3.4).
    pub const ITS_SESSION_INFO: Self = Self(0x1383);

    /// The specification's name, the one of SMPP 5.0 where the two differ.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        TlvSpec::of(self).map(|spec| spec.name)
    }

    /// The tag of that name; the names of SMPP 3.4 that 5.0 changed are known as well.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "destination_port" => "dest_port",
            "SC_interface_version" => "sc_interface_version",
            "alert_on_msg_delivery" => "alert_on_message_delivery",
            name => name,
        };
        TLVS.iter().find(|spec| spec.name == name).map(|spec| spec.tag)
    }
}

impl fmt::Debug for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04X}", self.0),
        }
    }
}

impl From<u16> for TlvTag {
    fn from(number: u16) -> Self {
        Self(number)
    }
}

/// How a TLV's value is to be read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    any(test, feature = "serde"),
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum TlvKind {
    /// A big-endian number of one, two or four octets.
    Integer,
    /// Octets of any value.
    Octets,
    /// A string that a NUL ends; reading does without it.
    COctets,
}

/// One row of the table of registered TLVs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TlvSpec {
    pub(crate) tag: TlvTag,
    pub(crate) name: &'static str,
    pub(crate) kind: TlvKind,
    /// The lengths taken under [`Strictness::Strict`](crate::Strictness::Strict): where versions and
    /// implementations disagree, all of theirs.
    pub(crate) min: u16,
    pub(crate) max: u16,
    pub(crate) since: InterfaceVersion,
}

impl TlvSpec {
    const fn new(
        tag: TlvTag,
        name: &'static str,
        kind: TlvKind,
        min: u16,
        max: u16,
        since: InterfaceVersion,
    ) -> Self {
        Self { tag, name, kind, min, max, since }
    }

    /// The row of a tag.
    pub(crate) fn of(tag: TlvTag) -> Option<&'static Self> {
        let index = TLVS.binary_search_by_key(&tag, |spec| spec.tag).ok()?;
        TLVS.get(index)
    }
}

/// Every registered TLV, by tag.
#[rustfmt::skip]
pub(crate) const TLVS: [TlvSpec; 64] = [
    TlvSpec::new(TlvTag::DEST_ADDR_SUBUNIT, "dest_addr_subunit", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DEST_NETWORK_TYPE, "dest_network_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DEST_BEARER_TYPE, "dest_bearer_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DEST_TELEMATICS_ID, "dest_telematics_id", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_ADDR_SUBUNIT, "source_addr_subunit", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_NETWORK_TYPE, "source_network_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_BEARER_TYPE, "source_bearer_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_TELEMATICS_ID, "source_telematics_id", TlvKind::Integer, 1, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::QOS_TIME_TO_LIVE, "qos_time_to_live", TlvKind::Integer, 4, 4, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::PAYLOAD_TYPE, "payload_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::ADDITIONAL_STATUS_INFO_TEXT, "additional_status_info_text", TlvKind::COctets, 1, 256, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::RECEIPTED_MESSAGE_ID, "receipted_message_id", TlvKind::COctets, 1, 65, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MS_MSG_WAIT_FACILITIES, "ms_msg_wait_facilities", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::PRIVACY_INDICATOR, "privacy_indicator", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_SUBADDRESS, "source_subaddress", TlvKind::Octets, 2, 23, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DEST_SUBADDRESS, "dest_subaddress", TlvKind::Octets, 2, 23, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::USER_MESSAGE_REFERENCE, "user_message_reference", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::USER_RESPONSE_CODE, "user_response_code", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SOURCE_PORT, "source_port", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DEST_PORT, "dest_port", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SAR_MSG_REF_NUM, "sar_msg_ref_num", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::LANGUAGE_INDICATOR, "language_indicator", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SAR_TOTAL_SEGMENTS, "sar_total_segments", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SAR_SEGMENT_SEQNUM, "sar_segment_seqnum", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SC_INTERFACE_VERSION, "sc_interface_version", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::CALLBACK_NUM_PRES_IND, "callback_num_pres_ind", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::CALLBACK_NUM_ATAG, "callback_num_atag", TlvKind::Octets, 0, 65, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::NUMBER_OF_MESSAGES, "number_of_messages", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::CALLBACK_NUM, "callback_num", TlvKind::Octets, 4, 19, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DPF_RESULT, "dpf_result", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SET_DPF, "set_dpf", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MS_AVAILABILITY_STATUS, "ms_availability_status", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::NETWORK_ERROR_CODE, "network_error_code", TlvKind::Octets, 3, 3, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MESSAGE_PAYLOAD, "message_payload", TlvKind::Octets, 0, 65535, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::DELIVERY_FAILURE_REASON, "delivery_failure_reason", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MORE_MESSAGES_TO_SEND, "more_messages_to_send", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MESSAGE_STATE, "message_state", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::CONGESTION_STATE, "congestion_state", TlvKind::Integer, 1, 1, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::USSD_SERVICE_OP, "ussd_service_op", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::BROADCAST_CHANNEL_INDICATOR, "broadcast_channel_indicator", TlvKind::Integer, 1, 1, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_CONTENT_TYPE, "broadcast_content_type", TlvKind::Octets, 3, 3, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_CONTENT_TYPE_INFO, "broadcast_content_type_info", TlvKind::Octets, 1, 255, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_MESSAGE_CLASS, "broadcast_message_class", TlvKind::Integer, 1, 1, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_REP_NUM, "broadcast_rep_num", TlvKind::Integer, 2, 2, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_FREQUENCY_INTERVAL, "broadcast_frequency_interval", TlvKind::Octets, 3, 3, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_AREA_IDENTIFIER, "broadcast_area_identifier", TlvKind::Octets, 1, 101, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_ERROR_STATUS, "broadcast_error_status", TlvKind::Integer, 4, 4, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_AREA_SUCCESS, "broadcast_area_success", TlvKind::Integer, 1, 1, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_END_TIME, "broadcast_end_time", TlvKind::COctets, 16, 17, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BROADCAST_SERVICE_GROUP, "broadcast_service_group", TlvKind::Octets, 1, 255, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::BILLING_IDENTIFICATION, "billing_identification", TlvKind::Octets, 1, 1024, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::SOURCE_NETWORK_ID, "source_network_id", TlvKind::COctets, 7, 65, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DEST_NETWORK_ID, "dest_network_id", TlvKind::COctets, 7, 65, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::SOURCE_NODE_ID, "source_node_id", TlvKind::Octets, 6, 6, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DEST_NODE_ID, "dest_node_id", TlvKind::Octets, 6, 6, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DEST_ADDR_NP_RESOLUTION, "dest_addr_np_resolution", TlvKind::Integer, 1, 1, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DEST_ADDR_NP_INFORMATION, "dest_addr_np_information", TlvKind::Octets, 10, 10, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DEST_ADDR_NP_COUNTRY, "dest_addr_np_country", TlvKind::Octets, 1, 5, InterfaceVersion::V5_0),
    TlvSpec::new(TlvTag::DISPLAY_TIME, "display_time", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::SMS_SIGNAL, "sms_signal", TlvKind::Integer, 2, 2, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::MS_VALIDITY, "ms_validity", TlvKind::Octets, 1, 4, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::ALERT_ON_MESSAGE_DELIVERY, "alert_on_message_delivery", TlvKind::Integer, 0, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::ITS_REPLY_TYPE, "its_reply_type", TlvKind::Integer, 1, 1, InterfaceVersion::V3_4),
    TlvSpec::new(TlvTag::ITS_SESSION_INFO, "its_session_info", TlvKind::Octets, 2, 2, InterfaceVersion::V3_4),
];
