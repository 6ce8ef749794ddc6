//! Delivery reports: what an MT asks for, and what a report says.

use bytes::Bytes;
use smpp_pdu::receipt::ReceiptText;
use smpp_pdu::tlv::value::{ErrorNetwork, NetworkErrorCode};
use smpp_pdu::{CommandStatus, MessageState};

use crate::meta_data::MetaData;
use crate::protocol::{Sms, SmsId, SmsType};

/// The bits of `dlr_mask`. In an MT they say which reports are wanted; a report has those of the one thing that happened.
///
/// Kannel 1.4.4 has neither [`EXPIRED`](Self::EXPIRED) nor [`UNKNOWN`](Self::UNKNOWN): test bits, not equality.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an open bit field: the number is all there is")]
pub struct DlrMask(pub i32);

impl DlrMask {
    /// No report.
    pub const NONE: Self = Self(0);
    /// Delivered. Final.
    pub const DELIVERED: Self = Self(1);
    /// Not delivered. Final.
    pub const FAILED: Self = Self(2);
    /// Waiting at the SMSC.
    pub const BUFFERED: Self = Self(4);
    /// The SMSC took it.
    pub const SMSC_SUCCESS: Self = Self(8);
    /// The SMSC or bearerbox refused it. Final.
    pub const SMSC_FAIL: Self = Self(16);
    /// Expired: 32, together with [`FAILED`](Self::FAILED). Final.
    pub const EXPIRED: Self = Self(32 | 2);
    /// Not known: 64, together with [`FAILED`](Self::FAILED). Final. Defined and not produced by Kannel 1.4.5.
    pub const UNKNOWN: Self = Self(64 | 2);
    /// Every report, as a gateway wants it: 31.
    pub const ALL: Self = Self(31);

    /// Tells whether all bits of the other mask are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 >= 0 && self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for DlrMask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What happened to an MT.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ReportOutcome {
    /// Delivered.
    Delivered,
    /// Not delivered.
    Failed,
    /// Its validity ended first. Kannel tells it apart from `Failed` only if the SMSC's receipt has a message_state TLV; the
    /// text of the receipt is looked at as well.
    Expired,
    /// The SMSC does not know.
    Unknown,
    /// Waiting at the SMSC.
    Buffered,
    /// The SMSC took it.
    SmscAccepted,
    /// The SMSC or bearerbox refused it. When the MT was acknowledged with failed before, this only repeats it.
    SmscRejected,
}

impl ReportOutcome {
    /// Tells whether no other report follows.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Delivered | Self::Failed | Self::Expired | Self::Unknown | Self::SmscRejected => true,
            Self::Buffered | Self::SmscAccepted => false,
        }
    }

    fn of(mask: DlrMask) -> Option<Self> {
        // The longer ones first: they contain the bit of a failure.
        let outcomes = [
            (DlrMask::EXPIRED, Self::Expired),
            (DlrMask::UNKNOWN, Self::Unknown),
            (DlrMask::DELIVERED, Self::Delivered),
            (DlrMask::FAILED, Self::Failed),
            (DlrMask::SMSC_FAIL, Self::SmscRejected),
            (DlrMask::BUFFERED, Self::Buffered),
            (DlrMask::SMSC_SUCCESS, Self::SmscAccepted),
        ];
        outcomes.into_iter().find(|(bits, _)| mask.contains(*bits)).map(|(_, outcome)| outcome)
    }
}

/// A delivery report, read.
///
/// It names its MT by [`dlr_url`](Self::dlr_url) only; its own id is not the MT's. It can come before the MT's
/// acknowledgement, twice, and for an MT that this process never sent.
///
/// ```
/// use smpp_bearerbox::{Report, ReportOutcome, Sms, SmsId, SmsType};
/// use smpp_pdu::MessageState;
///
/// let sms = Sms {
///     dlr_mask: Some(2),
///     dlr_url: Some("key-1".into()),
///     msgdata: Some("id:17 sub:001 dlvrd:000 stat:EXPIRED err:017 text:".into()),
///     ..Sms::new(SmsType::ReportMo, SmsId::from_bytes([1; 16]))
/// };
///
/// let report = Report::of(&sms).expect("a report");
/// assert_eq!(report.outcome, ReportOutcome::Expired);
/// assert_eq!(report.message_state, MessageState::EXPIRED);
/// assert_eq!(report.error_code(), Some(17));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What happened.
    pub outcome: ReportOutcome,
    /// The same as a state of SMPP. Whether it is final is said by [`ReportOutcome::is_final`].
    pub message_state: MessageState,
    /// The network's error, of the TLV that bearerbox passes on.
    pub network_error_code: Option<NetworkErrorCode>,
    /// The status of the submit_sm_resp by which the SMSC refused the message.
    pub command_status: Option<CommandStatus>,
    /// Why bearerbox or the SMSC refused the message, in Kannel's words.
    pub refusal: Option<String>,
    /// The SMSC's receipt, where it wrote one.
    pub receipt: Option<ReceiptText>,
    /// The `dlr_url` of the MT.
    pub dlr_url: Option<Bytes>,
    /// What the SMSC calls the message.
    pub foreign_id: Option<Bytes>,
    /// The SMSC link.
    pub smsc_id: Option<Bytes>,
    /// Unix seconds, when bearerbox learned it.
    pub time: Option<i32>,
}

impl Report {
    /// Reads a report. `None` for an MO, and for a report that does not say what happened.
    pub fn of(sms: &Sms) -> Option<Self> {
        if sms.sms_type != SmsType::ReportMo {
            return None;
        }
        let told = ReportOutcome::of(DlrMask(sms.dlr_mask?))?;
        let text = sms.msgdata.as_deref().unwrap_or_default();
        let refusal = text.strip_prefix(b"NACK/").filter(|_| told == ReportOutcome::SmscRejected);
        let receipt = Some(ReceiptText::parse(text)).filter(ReceiptText::is_receipt);
        let meta_data =
            sms.meta_data.as_deref().and_then(|octets| MetaData::parse(octets).ok()).unwrap_or_default();
        let stat = meta_data
            .value(MetaData::SMPP, "dlr_stat")
            .and_then(|stat| MessageState::from_receipt_text(str::from_utf8(stat).ok()?))
            .or_else(|| receipt.as_ref()?.message_state());
        let error = ["dlr_err", "network_error_code"]
            .into_iter()
            .find_map(|key| meta_data.value(MetaData::SMPP, key));
        let command_status = refusal.and_then(refusing_status);
        let message_state = message_state(told, stat, refusal, command_status);
        let expired = told == ReportOutcome::Failed && message_state == MessageState::EXPIRED;
        Some(Self {
            outcome: if expired { ReportOutcome::Expired } else { told },
            message_state,
            network_error_code: error.and_then(network_error_code),
            command_status,
            refusal: refusal.map(|refusal| String::from_utf8_lossy(refusal).into_owned()),
            receipt,
            dlr_url: sms.dlr_url.clone(),
            foreign_id: sms.foreign_id.clone(),
            smsc_id: sms.smsc_id.clone(),
            time: sms.time,
        })
    }

    /// The error as a number, for a receipt's `err:`: the network's, else the receipt's own, else the status of the
    /// submit_sm_resp. An error of 0 counts.
    pub fn error_code(&self) -> Option<u16> {
        let network = self.network_error_code.map(|error| error.code);
        let receipt = || u16::try_from(self.receipt.as_ref()?.error_code()?).ok();
        let status = || u16::try_from(self.command_status?.0).ok();
        network.or_else(receipt).or_else(status)
    }
}

/// The state that the outcome means, told more exactly by the receipt of a failure.
fn message_state(
    outcome: ReportOutcome,
    stat: Option<MessageState>,
    refusal: Option<&[u8]>,
    status: Option<CommandStatus>,
) -> MessageState {
    const FAILURES: [MessageState; 6] = [
        MessageState::EXPIRED,
        MessageState::DELETED,
        MessageState::UNDELIVERABLE,
        MessageState::UNKNOWN,
        MessageState::REJECTED,
        MessageState::SKIPPED,
    ];
    match outcome {
        ReportOutcome::Delivered => MessageState::DELIVERED,
        ReportOutcome::Expired => MessageState::EXPIRED,
        ReportOutcome::Unknown => MessageState::UNKNOWN,
        ReportOutcome::Buffered | ReportOutcome::SmscAccepted => MessageState::ENROUTE,
        ReportOutcome::Failed => {
            stat.filter(|state| FAILURES.contains(state)).unwrap_or(MessageState::UNDELIVERABLE)
        }
        ReportOutcome::SmscRejected if status.is_some() => MessageState::REJECTED,
        ReportOutcome::SmscRejected if refusal == Some(b"validity expired") => MessageState::EXPIRED,
        ReportOutcome::SmscRejected => MessageState::UNDELIVERABLE,
    }
}

/// The status in `0x00000045/Submit failed`.
fn refusing_status(refusal: &[u8]) -> Option<CommandStatus> {
    let digits = refusal.strip_prefix(b"0x")?.split(|octet| *octet == b'/').next()?;
    u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok().map(CommandStatus)
}

/// Three octets: the network's type and its number.
fn network_error_code(octets: &[u8]) -> Option<NetworkErrorCode> {
    let [network, high, low] = *octets else { return None };
    Some(NetworkErrorCode { network: ErrorNetwork(network), code: u16::from_be_bytes([high, low]) })
}

/// The `dlr_url` of an MT that KSMPPD sent: whose it is, and under which ids the ESME knows it.
///
/// A gateway that takes KSMPPD's place gets reports on what that one sent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KsmppdDlrUrl {
    /// The account.
    pub system_id: String,
    /// Unix seconds, when KSMPPD took the message.
    pub time: u64,
    /// The message_ids, at least one: several for parts that were sent as one.
    pub message_ids: Vec<String>,
}

impl KsmppdDlrUrl {
    /// Reads `system_id|time|uuid`, or `uuid;uuid` in the last place. `None` for anything else.
    pub fn parse(dlr_url: &[u8]) -> Option<Self> {
        let mut parts = str::from_utf8(dlr_url).ok()?.split('|');
        let (system_id, time, ids) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || system_id.is_empty() {
            return None;
        }
        let message_ids: Vec<_> = ids.split(';').map(str::to_owned).collect();
        let are_ids = message_ids.iter().all(|id| id.parse::<SmsId>().is_ok());
        are_ids.then_some(Self { system_id: system_id.to_owned(), time: time.parse().ok()?, message_ids })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mask_has_an_outcome_and_a_state() {
        let table = [
            (1, "stat:DELIVRD err:000", ReportOutcome::Delivered, MessageState::DELIVERED),
            (1, "", ReportOutcome::Delivered, MessageState::DELIVERED),
            (2, "stat:UNDELIV err:017", ReportOutcome::Failed, MessageState::UNDELIVERABLE),
            (2, "stat:REJECTD err:017", ReportOutcome::Failed, MessageState::REJECTED),
            (2, "stat:DELETED err:017", ReportOutcome::Failed, MessageState::DELETED),
            (2, "stat:EXPIRED err:017", ReportOutcome::Expired, MessageState::EXPIRED),
            (2, "stat:DELIVRD err:017", ReportOutcome::Failed, MessageState::UNDELIVERABLE),
            (2, "", ReportOutcome::Failed, MessageState::UNDELIVERABLE),
            (34, "stat:EXPIRED", ReportOutcome::Expired, MessageState::EXPIRED),
            (34, "", ReportOutcome::Expired, MessageState::EXPIRED),
            (66, "", ReportOutcome::Unknown, MessageState::UNKNOWN),
            (4, "stat:ENROUTE", ReportOutcome::Buffered, MessageState::ENROUTE),
            (4, "stat:ACCEPTD", ReportOutcome::Buffered, MessageState::ENROUTE),
            (8, "ACK/", ReportOutcome::SmscAccepted, MessageState::ENROUTE),
            (16, "NACK/0x00000045/Submit failed", ReportOutcome::SmscRejected, MessageState::REJECTED),
            (16, "NACK/no SMSC", ReportOutcome::SmscRejected, MessageState::UNDELIVERABLE),
            (16, "NACK/Retries Exceeded", ReportOutcome::SmscRejected, MessageState::UNDELIVERABLE),
            (16, "NACK/validity expired", ReportOutcome::SmscRejected, MessageState::EXPIRED),
            (16, "", ReportOutcome::SmscRejected, MessageState::UNDELIVERABLE),
        ];
        for (mask, text, outcome, message_state) in table {
            let report =
                Report::of(&sms(mask, &format!("id:1 {text}").replace("id:1 NACK", "NACK"))).unwrap();

            assert_eq!((report.outcome, report.message_state), (outcome, message_state), "{mask} {text}");
            assert_eq!(report.outcome.is_final(), ![4, 8].contains(&mask), "{mask} {text}");
        }
    }

    #[test]
    fn what_says_nothing_is_no_report() {
        assert_eq!(Report::of(&sms(0, "")), None);
        assert_eq!(Report::of(&sms(-1, "")), None);
        assert_eq!(Report::of(&sms(i32::MIN, "")), None);
        assert_eq!(Report::of(&Sms { dlr_mask: None, ..sms(1, "") }), None);
        assert_eq!(Report::of(&Sms { sms_type: SmsType::Mo, ..sms(1, "") }), None);
    }

    #[test]
    fn the_error_comes_from_the_best_source() {
        let with = |meta_data: &'static str, text: &str| {
            Report::of(&Sms { meta_data: Some(meta_data.into()), ..sms(2, text) }).unwrap()
        };

        let tlv = with("?orig_msg?dlr_mask=31&?smpp?dlr_err=%03%00%11&", "id:1 stat:UNDELIV err:099");
        assert_eq!((tlv.error_code(), tlv.network_error_code.unwrap().network), (Some(17), ErrorNetwork(3)));
        assert_eq!(with("", "id:1 stat:UNDELIV err:099").error_code(), Some(99));
        assert_eq!(with("?smpp?dlr_err=%03&", "id:1 stat:UNDELIV").error_code(), None);
        let refused = Report::of(&sms(16, "NACK/0x00000045/Submit failed")).unwrap();
        assert_eq!(refused.command_status, Some(CommandStatus::ESME_RSUBMITFAIL));
        assert_eq!(refused.error_code(), Some(0x45));
        assert_eq!(refused.refusal.as_deref(), Some("0x00000045/Submit failed"));
    }

    #[test]
    fn meta_data_can_tell_an_expiry() {
        let sms = Sms { meta_data: Some("?smpp?dlr_stat=EXPIRED&".into()), ..sms(2, "") };

        assert_eq!(Report::of(&sms).unwrap().outcome, ReportOutcome::Expired);
    }

    #[test]
    fn reads_the_return_address_of_ksmppd() {
        let id = "0fd18b0d-08af-449f-85d7-c316bf42ab72";

        let one = KsmppdDlrUrl::parse(format!("esme|1795167832|{id}").as_bytes()).unwrap();
        let two = KsmppdDlrUrl::parse(format!("esme|1795167832|{id};{id}").as_bytes()).unwrap();

        assert_eq!((&*one.system_id, one.time, one.message_ids.len()), ("esme", 1_795_167_832, 1));
        assert_eq!(two.message_ids, [id, id]);
        for text in [
            "",
            "esme",
            "esme|1",
            "esme|1|x",
            &format!("esme|x|{id}"),
            &format!("|1|{id}"),
            &format!("a|1|{id}|"),
        ] {
            assert_eq!(KsmppdDlrUrl::parse(text.as_bytes()), None, "{text}");
        }
    }

    fn sms(mask: i32, text: &str) -> Sms {
        Sms {
            dlr_mask: Some(mask),
            msgdata: Some(text.to_owned().into()),
            ..Sms::new(SmsType::ReportMo, SmsId::from_bytes([1; 16]))
        }
    }
}
