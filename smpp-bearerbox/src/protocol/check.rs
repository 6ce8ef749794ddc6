//! What an MT must be like, so that it does bearerbox no harm and arrives as it was meant.

use bytes::Bytes;

use crate::protocol::error::SmsError;
use crate::protocol::sms::{Coding, Sms, SmsType};

impl Sms {
    /// Checks that the message may be sent to bearerbox as an MT.
    ///
    /// A message without `sender`, `receiver` or `msgdata` makes bearerbox exit or crash, for every box; text that is
    /// not UTF-8 would be cut at the first bad octet; a NUL octet in a text field ends that text for some of
    /// Kannel's modules and not for others.
    ///
    /// # Errors
    ///
    /// The first rule that is broken. Nothing is repaired.
    pub fn check_mt(&self) -> Result<(), SmsError> {
        match self.sms_type {
            SmsType::MtPush | SmsType::MtReply => {}
            SmsType::Mo | SmsType::ReportMo | SmsType::ReportMt | SmsType::Unknown(_) => {
                return Err(SmsError::NotMt);
            }
        }
        let required = [("sender", &self.sender), ("receiver", &self.receiver), ("msgdata", &self.msgdata)];
        if let Some((field, _)) = required.into_iter().find(|(_, octets)| octets.is_none()) {
            return Err(SmsError::Missing { field });
        }
        let text_fields = [
            ("sender", &self.sender),
            ("receiver", &self.receiver),
            ("smsc_id", &self.smsc_id),
            ("smsc_number", &self.smsc_number),
            ("foreign_id", &self.foreign_id),
            ("service", &self.service),
            ("account", &self.account),
            ("dlr_url", &self.dlr_url),
            ("charset", &self.charset),
            ("boxc_id", &self.boxc_id),
            ("binfo", &self.binfo),
            ("meta_data", &self.meta_data),
        ];
        if let Some((field, _)) = text_fields.into_iter().find(|(_, octets)| holds_nul(octets)) {
            return Err(SmsError::Nul { field });
        }
        if Coding::of(self) == Coding::Text
            && let Some(Err(error)) = self.msgdata.as_deref().map(str::from_utf8)
        {
            return Err(SmsError::NotUtf8 { valid_up_to: error.valid_up_to() });
        }
        Ok(())
    }
}

fn holds_nul(octets: &Option<Bytes>) -> bool {
    octets.as_ref().is_some_and(|octets| octets.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::sms_id::SmsId;

    #[test]
    fn a_plain_text_and_an_empty_one_pass() {
        assert_eq!(text("caf\u{e9}").check_mt(), Ok(()));
        assert_eq!(text("").check_mt(), Ok(()));
    }

    #[test]
    fn every_required_field_is_required() {
        for field in ["sender", "receiver", "msgdata"] {
            let mut sms = text("x");
            match field {
                "sender" => sms.sender = None,
                "receiver" => sms.receiver = None,
                _ => sms.msgdata = None,
            }

            assert_eq!(sms.check_mt(), Err(SmsError::Missing { field }));
        }
    }

    #[test]
    fn text_is_utf_8_and_octets_are_anything() {
        let mut sms = text("");
        sms.msgdata = Some(Bytes::from_static(b"caf\xE9!"));
        assert_eq!(sms.check_mt(), Err(SmsError::NotUtf8 { valid_up_to: 3 }));

        sms.coding = None;
        assert_eq!(sms.check_mt(), Err(SmsError::NotUtf8 { valid_up_to: 3 }));

        sms.coding = Some(1);
        assert_eq!(sms.check_mt(), Ok(()));
    }

    #[test]
    fn no_text_field_holds_a_nul() {
        let mut sms = text("x");
        sms.dlr_url = Some(Bytes::from_static(b"a\0b"));

        assert_eq!(sms.check_mt(), Err(SmsError::Nul { field: "dlr_url" }));
    }

    #[test]
    fn mos_and_reports_are_not_sent() {
        for sms_type in [SmsType::Mo, SmsType::ReportMo, SmsType::ReportMt, SmsType::Unknown(-1)] {
            assert_eq!(Sms { sms_type, ..text("x") }.check_mt(), Err(SmsError::NotMt));
        }
    }

    fn text(text: &str) -> Sms {
        Sms::text(SmsId::from_bytes([1; 16]), "1000", "2000", text.to_owned())
    }
}
