//! The settings of a conversion.

use std::time::SystemTime;

use smpp_pdu::multipart::Splitter;
use smpp_pdu::text::TextOptions;
use smpp_pdu::tlv::TlvRegistry;
use smpp_pdu::{DataSm, DeliverSm, SubmitSm, Tlvs};

use crate::convert::{ConvertError, mo, mt};
use crate::dlr::DlrMask;
use crate::protocol::{Sms, SmsId};

/// Converts messages for one account: what its data_coding 0 means, and which TLVs have names.
#[derive(Clone, Debug)]
pub struct Converter {
    pub(super) text: TextOptions,
    pub(super) tlvs: TlvRegistry,
    pub(super) dlr_mask: DlrMask,
    pub(super) meta_data: bool,
    pub(super) keep_numbering: bool,
}

impl Converter {
    /// The defaults: data_coding 0 is GSM 03.38, no TLV has a name, every report is asked for, and Kannel has `meta_data`.
    pub fn new() -> Self {
        Self {
            text: TextOptions::default(),
            tlvs: TlvRegistry::default(),
            dlr_mask: DlrMask::ALL,
            meta_data: true,
            keep_numbering: false,
        }
    }

    /// What data_coding 0 means to the account, and whether its septets travel packed.
    #[must_use]
    pub fn text(mut self, text: TextOptions) -> Self {
        self.text = text;
        self
    }

    /// The names under which TLVs travel in `meta_data`: those of Kannel's `smpp-tlv` groups.
    #[must_use]
    pub fn tlvs(mut self, tlvs: TlvRegistry) -> Self {
        self.tlvs = tlvs;
        self
    }

    /// Which reports an MT asks for. Default: all.
    #[must_use]
    pub fn dlr_mask(mut self, dlr_mask: DlrMask) -> Self {
        self.dlr_mask = dlr_mask;
        self
    }

    /// Whether bearerbox has `meta_data`, as Kannel from 1.4.4 on does. Default: yes. Without it TLVs are lost, and text that
    /// GSM 03.38 lacks goes out in UCS-2 instead of its own charset.
    #[must_use]
    pub fn meta_data(mut self, meta_data: bool) -> Self {
        self.meta_data = meta_data;
        self
    }

    /// Whether TON and NPI are kept by way of `meta_data` where bearerbox would choose others from the look of the address.
    /// Default: no, as KSMPPD does; bearerbox then makes a number without `+` national.
    #[must_use]
    pub fn keep_numbering(mut self, keep: bool) -> Self {
        self.keep_numbering = keep;
        self
    }

    /// Converts a submission. `now` is what validity_period and schedule_delivery_time count from; a moment beyond 2038,
    /// which Kannel cannot say, counts as none.
    ///
    /// Left to the caller: `dlr_url`, `service`, `smsc_id`, `account`. The client fills in `boxc_id`.
    ///
    /// # Errors
    ///
    /// What the ESME has to be told: see [`ConvertError::command_status`].
    pub fn submit_sm(&self, submit_sm: &SubmitSm, id: SmsId, now: SystemTime) -> Result<Sms, ConvertError> {
        mt::submit_sm(self, submit_sm, id, now)
    }

    /// Converts a data_sm, which has neither times nor protocol_id nor priority_flag.
    ///
    /// # Errors
    ///
    /// As [`submit_sm`](Self::submit_sm).
    pub fn data_sm(&self, data_sm: &DataSm, id: SmsId, now: SystemTime) -> Result<Sms, ConvertError> {
        mt::data_sm(self, data_sm, id, now)
    }

    /// Converts an MO. Text goes out as data_coding 0 if every character fits what that means to the account, otherwise as
    /// UCS-2; a character in `msgdata` that is not UTF-8 becomes U+FFFD and nothing is cut. User data of more than 254 octets
    /// become a message_payload.
    ///
    /// # Errors
    ///
    /// When an address has more than 20 octets, `binfo` more than 5, or the text more than 65,535.
    pub fn deliver_sm(&self, mo: &Sms) -> Result<DeliverSm, ConvertError> {
        mo::deliver_sm(self, mo)
    }

    /// Converts an MO like [`deliver_sm`](Self::deliver_sm), and cuts it into as many parts as it takes for an ESME that
    /// wants parts and no payload. Elements of its header are in every part; an MO that is a part itself is not cut again.
    /// `reference` marks the parts, and is to differ from one MO to the next.
    ///
    /// # Errors
    ///
    /// As [`deliver_sm`](Self::deliver_sm), and [`ConvertError::TooLong`] beyond 255 parts.
    pub fn deliver_sms(
        &self,
        mo: &Sms,
        splitter: &Splitter,
        reference: u16,
    ) -> Result<Vec<DeliverSm>, ConvertError> {
        mo::deliver_sms(self, mo, splitter, reference)
    }

    /// The TLVs that an MO or a report brings under a name, for the receipt that is made of a report.
    pub fn named_tlvs(&self, sms: &Sms) -> Tlvs {
        mo::named_tlvs(self, sms)
    }
}

impl Default for Converter {
    fn default() -> Self {
        Self::new()
    }
}

/// Unix seconds as Kannel holds them; `None` before 1970 and after 2038.
pub(crate) fn unix_seconds(moment: SystemTime) -> Option<i32> {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i32::try_from(since.as_secs()).ok()
}

impl Sms {
    /// Sets when the message expires. A moment after 2038, which Kannel cannot say, leaves it without an expiry.
    pub fn set_validity(&mut self, moment: SystemTime) {
        self.validity = unix_seconds(moment);
    }
}
