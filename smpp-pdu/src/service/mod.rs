//! Messages that are more than text: for ports, WAP push, flash, message waiting, silent.
//!
//! ```
//! use smpp_pdu::{SubmitSm, multipart::Splitter, service::{ServiceMessage, WapPush}};
//!
//! let push = WapPush::indication("https://example.com/offer", "An offer");
//! let message = ServiceMessage::wap_push(&push, 0x25);
//! let template = SubmitSm { destination_addr: "447700900123".try_into()?, ..SubmitSm::default() };
//! let parts = message.submit_sms(Splitter::default(), &template, 1)?;
//! assert!(parts[0].esm_class.has_udhi());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod wap_push;

pub use wap_push::{PushAction, WapPush};

use crate::{
    DataCoding, MessageClass, MessageWaiting, SubmitSm, WaitingKind,
    multipart::{SplitError, Splitter},
    text::{Encoded, Encoding, TextOptions},
    udh::{Element, Ports, SpecialIndication, UserDataHeader, iei},
};

/// The port of a mobile's WAP push agent, unsecured.
const WAP_PUSH_PORT: u16 = 2948;
/// The port that WAP gateways send from.
const WSP_PORT: u16 = 9200;

/// A message with what its service needs: user data, header, protocol_id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServiceMessage {
    encoded: Encoded,
    header: UserDataHeader,
    protocol_id: Option<u8>,
}

impl ServiceMessage {
    /// A message for an application port of the mobile.
    #[must_use]
    pub fn to_ports(encoded: Encoded, ports: Ports) -> Self {
        let mut header = UserDataHeader::new();
        // One element always fits.
        let _ = header.push_ports(ports);
        Self { encoded, header, protocol_id: None }
    }

    /// A WAP push, in binary of message class 1 to port 2948. The transaction id is any octet.
    #[must_use]
    pub fn wap_push(push: &WapPush, transaction_id: u8) -> Self {
        let octets = push.to_octets(transaction_id);
        let ports = Ports { destination: WAP_PUSH_PORT, originator: WSP_PORT, wide: true };
        Self::to_ports(Encoded::binary(DataCoding(0xF5), octets), ports)
    }

    /// A text that is shown at once and not kept (message class 0).
    #[must_use]
    pub fn flash(text: &str, options: &TextOptions) -> Self {
        let encoded = options.encode(text).with_class(MessageClass::Class0);
        Self { encoded, header: UserDataHeader::new(), protocol_id: None }
    }

    /// A message that the mobile acknowledges and shows to nobody: short message type 0 (3GPP TS 23.040
    /// section 9.2.3.9, protocol_id 0x40).
    #[must_use]
    pub fn silent() -> Self {
        let encoded = Encoded::binary(DataCoding::MC_DEFAULT, Vec::new());
        Self { encoded, header: UserDataHeader::new(), protocol_id: Some(0x40) }
    }

    /// Sets or clears an indication that something waits, in data_coding and, with the count, in the header.
    /// With a text the message is kept; without one it only sets the indication. A count of 0 clears it.
    #[must_use]
    pub fn message_waiting(kind: WaitingKind, count: u8, text: &str, options: &TextOptions) -> Self {
        let encoded = options.encode(text);
        let store = !text.is_empty();
        let ucs2 = store && encoded.encoding() == Encoding::Ucs2;
        let waiting = MessageWaiting { store, ucs2, active: count > 0, kind };
        let mut header = UserDataHeader::new();
        let indication = SpecialIndication { kind, store, count };
        // One element always fits.
        let _ = header.push(Element { iei: iei::SPECIAL_INDICATION, data: &indication.to_data() });
        let encoded = encoded.with_data_coding(DataCoding::with_message_waiting(waiting));
        Self { encoded, header, protocol_id: None }
    }

    /// The user data without the header, not yet cut.
    #[must_use]
    pub fn encoded(&self) -> &Encoded {
        &self.encoded
    }

    /// The header that every part carries.
    #[must_use]
    pub fn header(&self) -> &UserDataHeader {
        &self.header
    }

    /// Cuts the message into copies of a submit_sm.
    ///
    /// # Errors
    ///
    /// As [`Splitter::split`].
    pub fn submit_sms(
        &self,
        splitter: Splitter,
        template: &SubmitSm,
        reference: u16,
    ) -> Result<Vec<SubmitSm>, SplitError> {
        let mut template = template.clone();
        if let Some(protocol_id) = self.protocol_id {
            template.protocol_id = protocol_id;
        }
        splitter.with_header(&self.header).submit_sms(&template, &self.encoded, reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(message: &ServiceMessage) -> SubmitSm {
        let mut parts = message.submit_sms(Splitter::default(), &SubmitSm::default(), 7).unwrap();
        assert_eq!(parts.len(), 1);
        parts.remove(0)
    }

    #[test]
    fn flash_is_class_0_in_both_alphabets() {
        let options = TextOptions::default();
        assert_eq!(sent(&ServiceMessage::flash("Alarm", &options)).data_coding, DataCoding(0xF0));
        let flash = sent(&ServiceMessage::flash("Тревога", &options));
        assert_eq!(flash.data_coding, DataCoding(0x18));
        assert_eq!(flash.text(&options).unwrap(), "Тревога");
    }

    #[test]
    fn silent_is_type_0() {
        let silent = sent(&ServiceMessage::silent());
        assert_eq!((silent.protocol_id, silent.short_message.len()), (0x40, 0));
    }

    #[test]
    fn waiting_messages_are_counted_in_the_header() {
        let options = TextOptions::default();
        let waiting = sent(&ServiceMessage::message_waiting(WaitingKind::Voicemail, 3, "3 calls", &options));
        assert_eq!(waiting.data_coding, DataCoding(0xD8));
        assert_eq!(waiting.short_message[..5], [0x04, 0x01, 0x02, 0x80, 0x03]);
        assert_eq!(waiting.text(&options).unwrap(), "3 calls");
        let cleared = sent(&ServiceMessage::message_waiting(WaitingKind::Fax, 0, "", &options));
        assert_eq!(cleared.data_coding, DataCoding(0xC1));
        assert_eq!(cleared.short_message, b"\x04\x01\x02\x01\x00");
    }

    #[test]
    fn a_push_goes_to_its_port_and_is_cut_like_a_text() {
        let push = WapPush::indication("http://example.com/", "text ".repeat(60));
        let message = ServiceMessage::wap_push(&push, 1);
        let parts = message.submit_sms(Splitter::default(), &SubmitSm::default(), 7).unwrap();
        assert!(parts.len() > 1);
        for part in &parts {
            let (header, _) = part.split_user_data().unwrap();
            assert_eq!(header.ports(), Some(Ports { destination: 2948, originator: 9200, wide: true }));
            assert_eq!(part.data_coding, DataCoding(0xF5));
            assert!(part.short_message.len() <= 140);
        }
    }
}
