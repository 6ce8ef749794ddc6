//! [`CommandStatus`]: the outcome of a request.

#![expect(clippy::exhaustive_structs, reason = "an open enumeration: the number is all there is")]

use core::fmt;

/// The outcome of a request, 0 in requests (SMPP 3.4 section 5.1.3, SMPP 5.0 section 4.7.6).
///
/// Open: vendors use reserved numbers daily, and they survive a round trip.
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CommandStatus(pub u32);

/// What a sender may do about a status.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RetryClass {
    /// Nothing went wrong.
    Success,
    /// The same message may be accepted later.
    Temporary,
    /// It depends on the peer: a limited number of attempts is reasonable.
    Conditional,
    /// The same message will be refused again.
    Permanent,
}

impl CommandStatus {
    /// Request succeeded (SMPP 3.3).
    pub const ESME_ROK: Self = Self(0x0000_0000);
    /// Text or payload length not acceptable to the MC or network (SMPP 3.3).
    pub const ESME_RINVMSGLEN: Self = Self(0x0000_0001);
    /// Command_length too small or too large for the PDU (SMPP 3.3).
    pub const ESME_RINVCMDLEN: Self = Self(0x0000_0002);
    /// Command_id unknown or not supported (SMPP 3.3).
    pub const ESME_RINVCMDID: Self = Self(0x0000_0003);
    /// PDU not allowed in the current session state (SMPP 3.3).
    pub const ESME_RINVBNDSTS: Self = Self(0x0000_0004);
    /// Session is already bound (some MCs: too many binds for the account) (SMPP 3.3).
    pub const ESME_RALYBND: Self = Self(0x0000_0005);
    /// Priority_flag illegal or unsupported (SMPP 3.3).
    pub const ESME_RINVPRTFLG: Self = Self(0x0000_0006);
    /// Registered_delivery illegal or receipts not permitted (SMPP 3.3).
    pub const ESME_RINVREGDLVFLG: Self = Self(0x0000_0007);
    /// Internal MC error or MC partly unavailable (SMPP 3.3).
    pub const ESME_RSYSERR: Self = Self(0x0000_0008);
    /// Source address not acceptable (SMPP 3.3).
    pub const ESME_RINVSRCADR: Self = Self(0x0000_000A);
    /// Destination address not acceptable (SMPP 3.3).
    pub const ESME_RINVDSTADR: Self = Self(0x0000_000B);
    /// Message_id unknown or malformed (query, cancel, replace) (SMPP 3.3).
    pub const ESME_RINVMSGID: Self = Self(0x0000_000C);
    /// Bind refused for a general reason (also wrong credentials, provisioning) (SMPP 3.4 section 5.1.3).
    pub const ESME_RBINDFAIL: Self = Self(0x0000_000D);
    /// Password field malformed (in practice also: wrong password) (SMPP 3.3).
    pub const ESME_RINVPASWD: Self = Self(0x0000_000E);
    /// System_id field malformed (in practice also: unknown system_id) (SMPP 3.3).
    pub const ESME_RINVSYSID: Self = Self(0x0000_000F);
    /// Cancel_sm failed (SMPP 3.3).
    pub const ESME_RCANCELFAIL: Self = Self(0x0000_0011);
    /// Replace_sm failed (SMPP 3.3).
    pub const ESME_RREPLACEFAIL: Self = Self(0x0000_0013);
    /// Queue limit reached (per destination or whole MC) (SMPP 3.3).
    pub const ESME_RMSGQFUL: Self = Self(0x0000_0014);
    /// Service_type unknown or bad length (SMPP 3.3).
    pub const ESME_RINVSERTYP: Self = Self(0x0000_0015);
    /// Number_of_dests not acceptable (SMPP 3.3).
    pub const ESME_RINVNUMDESTS: Self = Self(0x0000_0033);
    /// Distribution list name invalid or unknown (SMPP 3.3).
    pub const ESME_RINVDLNAME: Self = Self(0x0000_0034);
    /// Dest_flag has an illegal value (submit_multi) (SMPP 3.3).
    pub const ESME_RINVDESTFLAG: Self = Self(0x0000_0040);
    /// Submit with replace not supported, not allowed or inappropriate (SMPP 3.3).
    pub const ESME_RINVSUBREP: Self = Self(0x0000_0042);
    /// Esm_class value unsupported (SMPP 3.3).
    pub const ESME_RINVESMCLASS: Self = Self(0x0000_0043);
    /// Distribution lists not supported, denied or unavailable (SMPP 3.3).
    pub const ESME_RCNTSUBDL: Self = Self(0x0000_0044);
    /// Submit_sm, submit_multi (5.0: also data_sm) failed for a general reason (SMPP 3.4 section 5.1.3).
    pub const ESME_RSUBMITFAIL: Self = Self(0x0000_0045);
    /// Source TON invalid or unsupported (SMPP 3.3).
    pub const ESME_RINVSRCTON: Self = Self(0x0000_0048);
    /// Source NPI invalid or unsupported (SMPP 3.3).
    pub const ESME_RINVSRCNPI: Self = Self(0x0000_0049);
    /// Destination TON invalid or unsupported (SMPP 3.3).
    pub const ESME_RINVDSTTON: Self = Self(0x0000_0050);
    /// Destination NPI invalid or unsupported (SMPP 3.3).
    pub const ESME_RINVDSTNPI: Self = Self(0x0000_0051);
    /// System_type in bind malformed or refused (SMPP 3.3).
    pub const ESME_RINVSYSTYP: Self = Self(0x0000_0053);
    /// Replace_if_present_flag illegal or unsupported (SMPP 3.3).
    pub const ESME_RINVREPFLAG: Self = Self(0x0000_0054);
    /// Invalid number of messages (3.3: query_last_msgs) (SMPP 3.3).
    pub const ESME_RINVNUMMSGS: Self = Self(0x0000_0055);
    /// Message rate limit exceeded (SMPP 3.3).
    pub const ESME_RTHROTTLED: Self = Self(0x0000_0058);
    /// Schedule_delivery_time has bad length or value (SMPP 3.3).
    pub const ESME_RINVSCHED: Self = Self(0x0000_0061);
    /// Validity_period has bad length or value (SMPP 3.3).
    pub const ESME_RINVEXPIRY: Self = Self(0x0000_0062);
    /// Sm_default_msg_id invalid or unknown (SMPP 3.4 section 5.1.3).
    pub const ESME_RINVDFTMSGID: Self = Self(0x0000_0063);
    /// Receiving ESME: temporary problem, MC should retry (SMPP 3.4 section 5.1.3).
    pub const ESME_RX_T_APPN: Self = Self(0x0000_0064);
    /// Receiving ESME: permanent problem with this destination, do not retry it or others queued to it (SMPP 3.4 section 5.1.3).
    pub const ESME_RX_P_APPN: Self = Self(0x0000_0065);
    /// Receiving ESME rejects this one message, do not retry it (SMPP 3.4 section 5.1.3).
    pub const ESME_RX_R_APPN: Self = Self(0x0000_0066);
    /// Query_sm failed (some vendors: credit exhausted) (SMPP 3.4 section 5.1.3).
    pub const ESME_RQUERYFAIL: Self = Self(0x0000_0067);
    /// TLV section malformed: 1-3 octets left over, or a length beyond the PDU (SMPP 3.4 section 5.1.3).
    pub const ESME_RINVTLVSTREAM: Self = Self(0x0000_00C0);
    /// The same under its 3.4 name.
    pub const ESME_RINVOPTPARSTREAM: Self = Self::ESME_RINVTLVSTREAM;
    /// TLV not allowed in this context or refused by the operator (SMPP 3.4 section 5.1.3).
    pub const ESME_RTLVNOTALLWD: Self = Self(0x0000_00C1);
    /// The same under its 3.4 name.
    pub const ESME_ROPTPARNOTALLWD: Self = Self::ESME_RTLVNOTALLWD;
    /// TLV/parameter length invalid (SMPP 3.4 section 5.1.3).
    pub const ESME_RINVTLVLEN: Self = Self(0x0000_00C2);
    /// The same under its 3.4 name.
    pub const ESME_RINVPARLEN: Self = Self::ESME_RINVTLVLEN;
    /// A TLV required here is missing (e.g. message_payload in data_sm) (SMPP 3.4 section 5.1.3).
    pub const ESME_RMISSINGTLV: Self = Self(0x0000_00C3);
    /// The same under its 3.4 name.
    pub const ESME_RMISSINGOPTPARAM: Self = Self::ESME_RMISSINGTLV;
    /// TLV value cannot be decoded or is invalid (SMPP 3.4 section 5.1.3).
    pub const ESME_RINVTLVVAL: Self = Self(0x0000_00C4);
    /// The same under its 3.4 name.
    pub const ESME_RINVOPTPARAMVAL: Self = Self::ESME_RINVTLVVAL;
    /// Transaction-mode delivery failed (data_sm_resp; 5.0 also submit_sm_resp) (SMPP 3.4 section 5.1.3).
    pub const ESME_RDELIVERYFAILURE: Self = Self(0x0000_00FE);
    /// Unspecified error (SMPP 3.3).
    pub const ESME_RUNKNOWNERR: Self = Self(0x0000_00FF);
    /// ESME not authorised to use this service_type (SMPP 5.0 section 4.7.6).
    pub const ESME_RSERTYPUNAUTH: Self = Self(0x0000_0100);
    /// Operation recognised but forbidden for this ESME (SMPP 5.0 section 4.7.6).
    pub const ESME_RPROHIBITED: Self = Self(0x0000_0101);
    /// Service_type temporarily unavailable in the MC (SMPP 5.0 section 4.7.6).
    pub const ESME_RSERTYPUNAVAIL: Self = Self(0x0000_0102);
    /// Service_type denied because of the message content (SMPP 5.0 section 4.7.6).
    pub const ESME_RSERTYPDENIED: Self = Self(0x0000_0103);
    /// Data_coding invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVDCS: Self = Self(0x0000_0104);
    /// Source_addr_subunit invalid (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVSRCADDRSUBUNIT: Self = Self(0x0000_0105);
    /// Dest_addr_subunit invalid (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVDSTADDRSUBUNIT: Self = Self(0x0000_0106);
    /// Broadcast_frequency_interval invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTFREQINT: Self = Self(0x0000_0107);
    /// Broadcast area alias name invalid (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTALIAS_NAME: Self = Self(0x0000_0108);
    /// Broadcast area format invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTAREAFMT: Self = Self(0x0000_0109);
    /// Number of broadcast areas invalid (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVNUMBCAST_AREAS: Self = Self(0x0000_010A);
    /// Broadcast_content_type invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTCNTTYPE: Self = Self(0x0000_010B);
    /// Broadcast_message_class invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTMSGCLASS: Self = Self(0x0000_010C);
    /// Broadcast_sm failed (SMPP 5.0 section 4.7.6).
    pub const ESME_RBCASTFAIL: Self = Self(0x0000_010D);
    /// Query_broadcast_sm failed (SMPP 5.0 section 4.7.6).
    pub const ESME_RBCASTQUERYFAIL: Self = Self(0x0000_010E);
    /// Cancel_broadcast_sm failed (SMPP 5.0 section 4.7.6).
    pub const ESME_RBCASTCANCELFAIL: Self = Self(0x0000_010F);
    /// Broadcast_rep_num invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCAST_REP: Self = Self(0x0000_0110);
    /// Broadcast_service_group invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTSRVGRP: Self = Self(0x0000_0111);
    /// Broadcast_channel_indicator invalid or unsupported (SMPP 5.0 section 4.7.6).
    pub const ESME_RINVBCASTCHANIND: Self = Self(0x0000_0112);
    /// Invalid parameter (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVPAR: Self = Self(0x0000_0009);
    /// Date format invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVDATFMT: Self = Self(0x0000_0012);
    /// Address mismatch in a replace (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVREPADDR: Self = Self(0x0000_0017);
    /// Address length invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVADRLEN: Self = Self(0x0000_0022);
    /// Cannot retrieve the parameter (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RCNTRETRPARAM: Self = Self(0x0000_0031);
    /// Parameter length invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_EINVPARAMLEN: Self = Self(0x0000_0032);
    /// Source address length invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVSRCADDRLEN: Self = Self(0x0000_0046);
    /// Destination address length invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVDSTADDRLEN: Self = Self(0x0000_0047);
    /// Esm type invalid (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RINVESMTYPE: Self = Self(0x0000_0052);
    /// Overall transaction limit of the session exceeded (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RLIMITEXCEED: Self = Self(0x0000_0056);
    /// Transaction not allowed (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RTXNOTALLOWD: Self = Self(0x0000_0057);
    /// Transaction limit for the primitive exceeded (3.3) (SMPP 3.3). Its number is inferred; it is for reading only.
    pub const ESME_RTXEXCEED: Self = Self(0x0000_005A);

    /// Whether the request succeeded.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// The specification's name, the one of SMPP 5.0 where the two differ.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ESME_ROK => "ESME_ROK",
            Self::ESME_RINVMSGLEN => "ESME_RINVMSGLEN",
            Self::ESME_RINVCMDLEN => "ESME_RINVCMDLEN",
            Self::ESME_RINVCMDID => "ESME_RINVCMDID",
            Self::ESME_RINVBNDSTS => "ESME_RINVBNDSTS",
            Self::ESME_RALYBND => "ESME_RALYBND",
            Self::ESME_RINVPRTFLG => "ESME_RINVPRTFLG",
            Self::ESME_RINVREGDLVFLG => "ESME_RINVREGDLVFLG",
            Self::ESME_RSYSERR => "ESME_RSYSERR",
            Self::ESME_RINVPAR => "ESME_RINVPAR",
            Self::ESME_RINVSRCADR => "ESME_RINVSRCADR",
            Self::ESME_RINVDSTADR => "ESME_RINVDSTADR",
            Self::ESME_RINVMSGID => "ESME_RINVMSGID",
            Self::ESME_RBINDFAIL => "ESME_RBINDFAIL",
            Self::ESME_RINVPASWD => "ESME_RINVPASWD",
            Self::ESME_RINVSYSID => "ESME_RINVSYSID",
            Self::ESME_RCANCELFAIL => "ESME_RCANCELFAIL",
            Self::ESME_RINVDATFMT => "ESME_RINVDATFMT",
            Self::ESME_RREPLACEFAIL => "ESME_RREPLACEFAIL",
            Self::ESME_RMSGQFUL => "ESME_RMSGQFUL",
            Self::ESME_RINVSERTYP => "ESME_RINVSERTYP",
            Self::ESME_RINVREPADDR => "ESME_RINVREPADDR",
            Self::ESME_RINVADRLEN => "ESME_RINVADRLEN",
            Self::ESME_RCNTRETRPARAM => "ESME_RCNTRETRPARAM",
            Self::ESME_EINVPARAMLEN => "ESME_EINVPARAMLEN",
            Self::ESME_RINVNUMDESTS => "ESME_RINVNUMDESTS",
            Self::ESME_RINVDLNAME => "ESME_RINVDLNAME",
            Self::ESME_RINVDESTFLAG => "ESME_RINVDESTFLAG",
            Self::ESME_RINVSUBREP => "ESME_RINVSUBREP",
            Self::ESME_RINVESMCLASS => "ESME_RINVESMCLASS",
            Self::ESME_RCNTSUBDL => "ESME_RCNTSUBDL",
            Self::ESME_RSUBMITFAIL => "ESME_RSUBMITFAIL",
            Self::ESME_RINVSRCADDRLEN => "ESME_RINVSRCADDRLEN",
            Self::ESME_RINVDSTADDRLEN => "ESME_RINVDSTADDRLEN",
            Self::ESME_RINVSRCTON => "ESME_RINVSRCTON",
            Self::ESME_RINVSRCNPI => "ESME_RINVSRCNPI",
            Self::ESME_RINVDSTTON => "ESME_RINVDSTTON",
            Self::ESME_RINVDSTNPI => "ESME_RINVDSTNPI",
            Self::ESME_RINVESMTYPE => "ESME_RINVESMTYPE",
            Self::ESME_RINVSYSTYP => "ESME_RINVSYSTYP",
            Self::ESME_RINVREPFLAG => "ESME_RINVREPFLAG",
            Self::ESME_RINVNUMMSGS => "ESME_RINVNUMMSGS",
            Self::ESME_RLIMITEXCEED => "ESME_RLIMITEXCEED",
            Self::ESME_RTXNOTALLOWD => "ESME_RTXNOTALLOWD",
            Self::ESME_RTHROTTLED => "ESME_RTHROTTLED",
            Self::ESME_RTXEXCEED => "ESME_RTXEXCEED",
            Self::ESME_RINVSCHED => "ESME_RINVSCHED",
            Self::ESME_RINVEXPIRY => "ESME_RINVEXPIRY",
            Self::ESME_RINVDFTMSGID => "ESME_RINVDFTMSGID",
            Self::ESME_RX_T_APPN => "ESME_RX_T_APPN",
            Self::ESME_RX_P_APPN => "ESME_RX_P_APPN",
            Self::ESME_RX_R_APPN => "ESME_RX_R_APPN",
            Self::ESME_RQUERYFAIL => "ESME_RQUERYFAIL",
            Self::ESME_RINVTLVSTREAM => "ESME_RINVTLVSTREAM",
            Self::ESME_RTLVNOTALLWD => "ESME_RTLVNOTALLWD",
            Self::ESME_RINVTLVLEN => "ESME_RINVTLVLEN",
            Self::ESME_RMISSINGTLV => "ESME_RMISSINGTLV",
            Self::ESME_RINVTLVVAL => "ESME_RINVTLVVAL",
            Self::ESME_RDELIVERYFAILURE => "ESME_RDELIVERYFAILURE",
            Self::ESME_RUNKNOWNERR => "ESME_RUNKNOWNERR",
            Self::ESME_RSERTYPUNAUTH => "ESME_RSERTYPUNAUTH",
            Self::ESME_RPROHIBITED => "ESME_RPROHIBITED",
            Self::ESME_RSERTYPUNAVAIL => "ESME_RSERTYPUNAVAIL",
            Self::ESME_RSERTYPDENIED => "ESME_RSERTYPDENIED",
            Self::ESME_RINVDCS => "ESME_RINVDCS",
            Self::ESME_RINVSRCADDRSUBUNIT => "ESME_RINVSRCADDRSUBUNIT",
            Self::ESME_RINVDSTADDRSUBUNIT => "ESME_RINVDSTADDRSUBUNIT",
            Self::ESME_RINVBCASTFREQINT => "ESME_RINVBCASTFREQINT",
            Self::ESME_RINVBCASTALIAS_NAME => "ESME_RINVBCASTALIAS_NAME",
            Self::ESME_RINVBCASTAREAFMT => "ESME_RINVBCASTAREAFMT",
            Self::ESME_RINVNUMBCAST_AREAS => "ESME_RINVNUMBCAST_AREAS",
            Self::ESME_RINVBCASTCNTTYPE => "ESME_RINVBCASTCNTTYPE",
            Self::ESME_RINVBCASTMSGCLASS => "ESME_RINVBCASTMSGCLASS",
            Self::ESME_RBCASTFAIL => "ESME_RBCASTFAIL",
            Self::ESME_RBCASTQUERYFAIL => "ESME_RBCASTQUERYFAIL",
            Self::ESME_RBCASTCANCELFAIL => "ESME_RBCASTCANCELFAIL",
            Self::ESME_RINVBCAST_REP => "ESME_RINVBCAST_REP",
            Self::ESME_RINVBCASTSRVGRP => "ESME_RINVBCASTSRVGRP",
            Self::ESME_RINVBCASTCHANIND => "ESME_RINVBCASTCHANIND",
            _ => return None,
        })
    }

    /// The status of that name; both the names of SMPP 3.4 and those of 5.0 are known.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ESME_RINVOPTPARSTREAM" => return Some(Self::ESME_RINVTLVSTREAM),
            "ESME_ROPTPARNOTALLWD" => return Some(Self::ESME_RTLVNOTALLWD),
            "ESME_RINVPARLEN" | "ESME_RINVOPTPARLEN" => return Some(Self::ESME_RINVTLVLEN),
            "ESME_RMISSINGOPTPARAM" => return Some(Self::ESME_RMISSINGTLV),
            "ESME_RINVOPTPARAMVAL" => return Some(Self::ESME_RINVTLVVAL),
            _ => {}
        }
        (0..=0x1FF).map(Self).find(|status| status.name() == Some(name))
    }

    /// What a sender may do about it. Unlisted numbers count as permanent.
    #[must_use]
    pub const fn retry_class(self) -> RetryClass {
        match self {
            Self::ESME_ROK => RetryClass::Success,
            Self::ESME_RSYSERR
            | Self::ESME_RMSGQFUL
            | Self::ESME_RLIMITEXCEED
            | Self::ESME_RTHROTTLED
            | Self::ESME_RTXEXCEED
            | Self::ESME_RX_T_APPN
            | Self::ESME_RSERTYPUNAVAIL => RetryClass::Temporary,
            Self::ESME_RALYBND
            | Self::ESME_RBINDFAIL
            | Self::ESME_RSUBMITFAIL
            | Self::ESME_RQUERYFAIL
            | Self::ESME_RDELIVERYFAILURE
            | Self::ESME_RUNKNOWNERR
            | Self::ESME_RBCASTFAIL
            | Self::ESME_RBCASTQUERYFAIL
            | Self::ESME_RBCASTCANCELFAIL => RetryClass::Conditional,
            _ => RetryClass::Permanent,
        }
    }
}

impl fmt::Debug for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl From<u32> for CommandStatus {
    fn from(number: u32) -> Self {
        Self(number)
    }
}
