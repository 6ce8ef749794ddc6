//! The message itself: MT, MO and report share one layout.

use bytes::Bytes;

use crate::protocol::error::SmsError;
use crate::protocol::field::fields;
use crate::protocol::sms_id::SmsId;

fields! {
    /// A message between a box and bearerbox: an MT, an MO or a report, with Kannel's own field names in wire order.
    ///
    /// `None` is Kannel's "undefined" (-1) or NULL, which differs from an empty string. `Some(-1)` is written like
    /// `None`. Octets are shared with the frame they came in, so a clone is cheap.
    #[derive(Clone, Eq, PartialEq)]
    pub struct Sms {
        /// MT: source address. MO: the handset. Report: the sender of the MT, not swapped. Required in an MT.
        pub sender: Option<Bytes>,
        /// MT: destination. MO: the number called. Report: the receiver of the MT. Required in an MT; SMPP links
        /// take at most 20 octets.
        pub receiver: Option<Bytes>,
        /// The whole user data header with its length octet.
        pub udhdata: Option<Bytes>,
        /// The text or the octets after the header, in the form `coding` says. Required in an MT.
        pub msgdata: Option<Bytes>,
        /// Unix seconds. MT: now; a client fills it in when absent.
        pub time: Option<i32>,
        /// MT: a wish for an SMSC link. MO and report: the link's smsc-id.
        pub smsc_id: Option<Bytes>,
        /// Only from AT modems.
        pub smsc_number: Option<Bytes>,
        /// Report: the id the SMSC gave the message.
        pub foreign_id: Option<Bytes>,
        /// Free text that comes back in reports.
        pub service: Option<Bytes>,
        /// MT: a label for the access log. From SMPP links: the link's smsc-username.
        pub account: Option<Bytes>,
        /// What the acknowledgement names.
        pub id: SmsId,
        /// MT, MO or report.
        pub sms_type: SmsType,
        /// Message class, 0..=3.
        pub mclass: Option<i32>,
        /// Message waiting: 0..=3 voice, fax, email, other on; 4..=7 the same off.
        pub mwi: Option<i32>,
        /// Form of `msgdata`: see [`Coding`]. Absent acts as text, with a `udhdata` as octets.
        pub coding: Option<i32>,
        /// 1 for compressed text.
        pub compress: Option<i32>,
        /// Unix seconds after which the message expires. In minutes on the wire of Kannel 1.4.2, which is handled
        /// when it is written and read.
        pub validity: Option<i32>,
        /// Unix seconds before which the SMSC does not deliver. Like `validity` on the wire of Kannel 1.4.2.
        pub deferred: Option<i32>,
        /// MT: bits of the reports wanted. Report: bits of what happened. See [`DlrMask`](crate::DlrMask).
        pub dlr_mask: Option<i32>,
        /// An opaque text that comes back unchanged in every report: the key of the MT.
        pub dlr_url: Option<Bytes>,
        /// The protocol id of GSM.
        pub pid: Option<i32>,
        /// 1 for a data coding of the form 0xFx.
        pub alt_dcs: Option<i32>,
        /// Above 0: a return path is asked for.
        pub rpi: Option<i32>,
        /// Not looked at by bearerbox; text is UTF-8.
        pub charset: Option<Bytes>,
        /// MT: the name of this box, so that reports come back to it. A client fills it in.
        pub boxc_id: Option<Bytes>,
        /// SMPP links: the service_type.
        pub binfo: Option<Bytes>,
        /// Above 0: more messages follow (more_messages_to_send).
        pub msg_left: Option<i32>,
        /// 0..=3, the priority_flag; orders an SMPP link's queue too.
        pub priority: Option<i32>,
        /// Counted by bearerbox.
        pub resend_try: Option<i32>,
        /// Counted by bearerbox.
        pub resend_time: Option<i32>,
        /// Groups of keys and values: see [`MetaData`](crate::MetaData). Not on the wire of Kannel 1.4.2.
        pub meta_data: Option<Bytes> = None,
    }
}

impl Sms {
    /// Makes a message of which nothing else is set.
    pub const fn new(sms_type: SmsType, id: SmsId) -> Self {
        Self {
            sender: None,
            receiver: None,
            udhdata: None,
            msgdata: None,
            time: None,
            smsc_id: None,
            smsc_number: None,
            foreign_id: None,
            service: None,
            account: None,
            id,
            sms_type,
            mclass: None,
            mwi: None,
            coding: None,
            compress: None,
            validity: None,
            deferred: None,
            dlr_mask: None,
            dlr_url: None,
            pid: None,
            alt_dcs: None,
            rpi: None,
            charset: None,
            boxc_id: None,
            binfo: None,
            msg_left: None,
            priority: None,
            resend_try: None,
            resend_time: None,
            meta_data: None,
        }
    }

    /// Makes an MT of a text in UTF-8, `coding` 0.
    pub fn text(
        id: SmsId,
        sender: impl Into<Bytes>,
        receiver: impl Into<Bytes>,
        text: impl Into<Bytes>,
    ) -> Self {
        Self {
            sender: Some(sender.into()),
            receiver: Some(receiver.into()),
            msgdata: Some(text.into()),
            coding: Some(Coding::Text.number()),
            ..Self::new(SmsType::MtPush, id)
        }
    }

    /// The message as Kannel 1.4.2 wants it: expiry and delivery time in minutes from `time`, rounded up, and no
    /// `meta_data`. A moment already past becomes 0 minutes; without a `time` there are none.
    pub(crate) fn seconds_to_minutes(&self) -> Self {
        let minutes = |moment: Option<i32>| {
            let seconds = i64::from(moment?).saturating_sub(i64::from(self.time?)).max(0);
            Some(i32::try_from(seconds.saturating_add(59) / 60).unwrap_or(i32::MAX))
        };
        let (validity, deferred) = (minutes(self.validity), minutes(self.deferred));
        Self { validity, deferred, meta_data: None, ..self.clone() }
    }

    /// Checks that the minutes have a moment to count from.
    pub(crate) fn check_minutes(&self) -> Result<(), SmsError> {
        match (self.time, self.validity, self.deferred) {
            (None, Some(_), _) => Err(SmsError::TimeMissing { field: "validity" }),
            (None, None, Some(_)) => Err(SmsError::TimeMissing { field: "deferred" }),
            _ => Ok(()),
        }
    }

    /// The reverse of [`seconds_to_minutes`](Self::seconds_to_minutes). Minutes that count from no time are lost.
    pub(crate) fn minutes_to_seconds(&mut self) {
        let time = self.time;
        let seconds = |minutes: Option<i32>| {
            let seconds = i64::from(minutes?).saturating_mul(60).saturating_add(i64::from(time?));
            Some(i32::try_from(seconds).unwrap_or(i32::MAX))
        };
        self.validity = seconds(self.validity);
        self.deferred = seconds(self.deferred);
    }
}

/// What an [`Sms`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SmsType {
    /// 0: from a handset.
    Mo,
    /// 1: to a handset, as the answer to an MO.
    MtReply,
    /// 2: to a handset.
    MtPush,
    /// 3: a report on an MT.
    ReportMo,
    /// 4: defined by Kannel, not seen on the wire.
    ReportMt,
    /// Any other number.
    Unknown(i32),
}

impl SmsType {
    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::Mo => 0,
            Self::MtReply => 1,
            Self::MtPush => 2,
            Self::ReportMo => 3,
            Self::ReportMt => 4,
            Self::Unknown(number) => number,
        }
    }

    /// Reads the number on the wire.
    pub const fn from_number(number: i32) -> Self {
        match number {
            0 => Self::Mo,
            1 => Self::MtReply,
            2 => Self::MtPush,
            3 => Self::ReportMo,
            4 => Self::ReportMt,
            _ => Self::Unknown(number),
        }
    }
}

/// The form of an [`Sms`]'s `msgdata`: Kannel's `coding`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the protocol has these three and Kannel refuses others")]
pub enum Coding {
    /// 0: text in UTF-8, which bearerbox turns into GSM 03.38 or the link's own alphabet.
    Text,
    /// 1: octets.
    Binary,
    /// 2: UTF-16, big endian.
    Ucs2,
}

impl Coding {
    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::Text => 0,
            Self::Binary => 1,
            Self::Ucs2 => 2,
        }
    }

    /// The form of a message: what `coding` says, and if it says nothing, octets for a message with a header and
    /// text for one without. Numbers without a meaning are taken as octets.
    pub fn of(sms: &Sms) -> Self {
        match sms.coding {
            Some(0) => Self::Text,
            Some(2) => Self::Ucs2,
            None | Some(-1) if sms.udhdata.as_ref().is_none_or(Bytes::is_empty) => Self::Text,
            _ => Self::Binary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_round_up_and_never_fall_below_zero() {
        let sms = |validity| Sms { time: Some(1_000), validity, ..mt() };

        assert_eq!(sms(Some(1_001)).seconds_to_minutes().validity, Some(1));
        assert_eq!(sms(Some(1_060)).seconds_to_minutes().validity, Some(1));
        assert_eq!(sms(Some(1_061)).seconds_to_minutes().validity, Some(2));
        assert_eq!(sms(Some(10)).seconds_to_minutes().validity, Some(0));
        assert_eq!(sms(None).seconds_to_minutes().validity, None);
    }

    #[test]
    fn minutes_count_from_a_time() {
        let sms = Sms { deferred: Some(5), ..mt() };

        assert_eq!(sms.check_minutes(), Err(SmsError::TimeMissing { field: "deferred" }));
    }

    #[test]
    fn without_coding_a_header_makes_it_binary() {
        let header = |udhdata: &'static [u8]| Sms { udhdata: Some(Bytes::from_static(udhdata)), ..mt() };

        assert_eq!(Coding::of(&mt()), Coding::Text);
        assert_eq!(Coding::of(&header(b"")), Coding::Text);
        assert_eq!(Coding::of(&header(b"\x00")), Coding::Binary);
    }

    fn mt() -> Sms {
        Sms::new(SmsType::MtPush, SmsId::from_bytes([1; 16]))
    }
}
