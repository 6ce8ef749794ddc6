//! The user data of the operations that carry a message: short_message or message_payload, header and text.

use crate::{
    BroadcastSm, DataSm, DeliverSm, InvalidField, OctetString, SubmitMulti, SubmitSm, Tlv, TlvTag,
    text::{TextError, TextOptions},
    udh::UserDataHeader,
};

/// The most that goes into short_message; SMPP 5.0 allows one more.
const SHORT_MESSAGE_MAX: usize = 254;

macro_rules! user_data {
    ($($name:ident $short:ident),* $(,)?) => { $(
        impl $name {
            /// The user data: message_payload if it holds anything, else short_message (SMPP 5.0 section
            /// 4.8.4.36: the payload supersedes).
            #[must_use]
            pub fn user_data(&self) -> &[u8] {
                let payload = self.tlvs.message_payload().filter(|payload| !payload.is_empty());
                user_data!(@short $short self payload)
            }

            /// Replaces the user data: up to 254 octets go into short_message, more into message_payload,
            /// and the other of the two is emptied. An operation without short_message has the payload only.
            ///
            /// # Errors
            ///
            /// [`InvalidField::TooLong`] above 65,535 octets; nothing is changed then.
            pub fn set_user_data(&mut self, user_data: &[u8]) -> Result<(), InvalidField> {
                user_data!(@set $short self user_data)
            }
        }
    )* };
    (@short short $self:ident $payload:ident) => { $payload.unwrap_or(&$self.short_message) };
    (@short none $self:ident $payload:ident) => { $payload.unwrap_or_default() };
    (@set short $self:ident $user_data:ident) => {{
        if $user_data.len() <= SHORT_MESSAGE_MAX {
            $self.short_message = $user_data.into();
            $self.tlvs.retain(|tlv| tlv.tag != TlvTag::MESSAGE_PAYLOAD);
            return Ok(());
        }
        $self.tlvs.set(TlvTag::MESSAGE_PAYLOAD, $user_data)?;
        $self.short_message = OctetString::default();
        Ok(())
    }};
    (@set none $self:ident $user_data:ident) => { $self.tlvs.set(TlvTag::MESSAGE_PAYLOAD, $user_data) };
}

macro_rules! text {
    ($($name:ident),* $(,)?) => { $(
        impl $name {
            /// The user data header, if esm_class says that there is one, and what follows it.
            ///
            /// # Errors
            ///
            /// [`InvalidField::Truncated`] or [`InvalidField::Length`] for a malformed header; the octets
            /// are still there in [`user_data`](Self::user_data).
            pub fn split_user_data(&self) -> Result<(UserDataHeader, &[u8]), InvalidField> {
                if self.esm_class.has_udhi() {
                    UserDataHeader::split_from(self.user_data())
                } else {
                    Ok((UserDataHeader::new(), self.user_data()))
                }
            }

            /// The text, decoded by data_coding and the header's national tables. A malformed header is
            /// taken for text.
            ///
            /// # Errors
            ///
            /// [`TextError::NoText`] if the user data are no text.
            pub fn text(&self, options: &TextOptions) -> Result<String, TextError> {
                let (header, octets) =
                    self.split_user_data().unwrap_or_else(|_| (UserDataHeader::new(), self.user_data()));
                options.decode_user_data(self.data_coding, octets, header.shifts(), header.len())
            }
        }
    )* };
}

user_data!(SubmitSm short, DeliverSm short, SubmitMulti short, DataSm none, BroadcastSm none);
text!(SubmitSm, DeliverSm, SubmitMulti, DataSm);

impl SubmitSm {
    /// Replaces every TLV of those tags by these, at the end; the list is copied once or twice.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] for a value above 65,535 octets; the old ones are gone then.
    pub fn replace_tlvs<'a>(&mut self, tlvs: &[Tlv<'a>]) -> Result<(), InvalidField> {
        self.tlvs.retain(|old| tlvs.iter().all(|new| new.tag != old.tag));
        self.tlvs.extend(tlvs.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataCoding, EsmClass};

    #[test]
    fn the_payload_takes_what_is_too_long() {
        let mut submit_sm = SubmitSm::default();
        submit_sm.set_user_data(&[b'a'; 254]).unwrap();
        assert_eq!((submit_sm.short_message.len(), submit_sm.tlvs.len()), (254, 0));
        submit_sm.set_user_data(&[b'a'; 255]).unwrap();
        assert_eq!((submit_sm.short_message.len(), submit_sm.user_data().len()), (0, 255));
        submit_sm.set_user_data(b"b").unwrap();
        assert_eq!((submit_sm.short_message.len(), submit_sm.tlvs.len()), (1, 0));
        assert_eq!(submit_sm.set_user_data(&[0; 65_536]), Err(InvalidField::TooLong));
        assert_eq!(submit_sm.user_data(), b"b");
    }

    #[test]
    fn the_payload_supersedes() {
        let mut deliver_sm = DeliverSm { short_message: b"short".into(), ..DeliverSm::default() };
        deliver_sm.tlvs.push(TlvTag::MESSAGE_PAYLOAD, b"payload").unwrap();
        assert_eq!(deliver_sm.text(&TextOptions::default()).unwrap(), "payload");
        deliver_sm.tlvs.set(TlvTag::MESSAGE_PAYLOAD, b"").unwrap();
        assert_eq!(deliver_sm.text(&TextOptions::default()).unwrap(), "short");
    }

    #[test]
    fn national_tables_of_the_header_are_used() {
        let deliver_sm = DeliverSm {
            esm_class: EsmClass(0x40),
            short_message: b"\x03\x25\x01\x01\x0c".into(),
            ..DeliverSm::default()
        };
        assert_eq!(deliver_sm.text(&TextOptions::default()).unwrap(), "ğ");
    }

    #[test]
    fn a_malformed_header_is_survived() {
        let mut data_sm =
            DataSm { esm_class: EsmClass(0x40), data_coding: DataCoding::LATIN_1, ..DataSm::default() };
        data_sm.set_user_data(b"\x09ab").unwrap();
        assert_eq!(data_sm.split_user_data(), Err(InvalidField::Truncated));
        assert_eq!(data_sm.text(&TextOptions::default()).unwrap(), "\tab");
    }
}
