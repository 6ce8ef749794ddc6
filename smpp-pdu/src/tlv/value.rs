//! Values of TLVs that are more than a number, and typed access to them.

#![expect(clippy::exhaustive_structs, reason = "the specification fixes what a value holds")]

use super::{TlvTag, Tlvs};
use crate::{InvalidField, MessageId, MessageState, SmppTime, WaitingKind};

/// network_error_code: which network, and its error (SMPP 3.4 section 5.3.2.31).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NetworkErrorCode {
    /// Which kind of network.
    pub network: ErrorNetwork,
    /// The network's number.
    pub code: u16,
}

/// The first octet of network_error_code. Open: vendors differ in what it means.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ErrorNetwork(pub u8);

impl ErrorNetwork {
    /// ANSI-136 access denied reason.
    pub const ANSI_136_ACCESS_DENIED: Self = Self(1);
    /// IS-95 access denied reason.
    pub const IS_95_ACCESS_DENIED: Self = Self(2);
    /// GSM.
    pub const GSM: Self = Self(3);
    /// ANSI-136 cause code (SMPP 5.0).
    pub const ANSI_136_CAUSE: Self = Self(4);
    /// IS-95 cause code (SMPP 5.0).
    pub const IS_95_CAUSE: Self = Self(5);
    /// ANSI-41 error (SMPP 5.0).
    pub const ANSI_41: Self = Self(6);
    /// An SMPP error (SMPP 5.0).
    pub const SMPP: Self = Self(7);
    /// Specific to the Message Centre (SMPP 5.0).
    pub const MC_SPECIFIC: Self = Self(8);
}

/// ussd_service_op: what a USSD message does (SMPP 3.4 section 5.3.2.44). Open: 32-255 are vendors'.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct UssdServiceOp(pub u8);

impl UssdServiceOp {
    /// A mobile begins a dialogue with data.
    pub const PSSD_INDICATION: Self = Self(0x00);
    /// A mobile begins a dialogue with a request.
    pub const PSSR_INDICATION: Self = Self(0x01);
    /// The network asks the mobile.
    pub const USSR_REQUEST: Self = Self(0x02);
    /// The network notifies the mobile.
    pub const USSN_REQUEST: Self = Self(0x03);
    /// The answer to PSSD; it ends the dialogue.
    pub const PSSD_RESPONSE: Self = Self(0x10);
    /// The answer to PSSR; it ends the dialogue.
    pub const PSSR_RESPONSE: Self = Self(0x11);
    /// The mobile's answer to USSR.
    pub const USSR_CONFIRM: Self = Self(0x12);
    /// The mobile's answer to USSN.
    pub const USSN_CONFIRM: Self = Self(0x13);

    /// Whether the user is expected to answer.
    #[must_use]
    pub const fn expects_answer(self) -> bool {
        matches!(self, Self::USSR_REQUEST)
    }

    /// Whether it ends the dialogue.
    #[must_use]
    pub const fn ends_dialogue(self) -> bool {
        matches!(self, Self::PSSD_RESPONSE | Self::PSSR_RESPONSE)
    }
}

/// its_session_info: where in an interactive session a message stands (SMPP 3.4 section 5.3.2.43).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ItsSessionInfo {
    /// The session, 0-255.
    pub session_number: u8,
    /// The number of the message within it, 0-127.
    pub sequence_number: u8,
    /// Whether the session ends with this message.
    pub end_of_session: bool,
}

/// callback_num: a number to call back (SMPP 3.4 section 5.3.2.36).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CallbackNum {
    /// 0 for TBCD digits, 1 for ASCII.
    pub digit_mode: u8,
    /// Type of number.
    pub ton: crate::Ton,
    /// Numbering plan.
    pub npi: crate::Npi,
    /// The digits as sent.
    pub digits: crate::OctetString,
}

/// source_subaddress and dest_subaddress (SMPP 3.4 section 5.3.2.15).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Subaddress {
    /// 0x80 NSAP even, 0x88 NSAP odd, 0xA0 user specified.
    pub kind: u8,
    /// The octets behind it.
    pub octets: crate::OctetString,
}

/// ms_msg_wait_facilities: what waits for the subscriber (SMPP 3.4 section 5.3.2.13).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MsMsgWaitFacilities {
    /// Whether the indication is set or cleared.
    pub active: bool,
    /// What waits.
    pub kind: WaitingKind,
}

/// ms_validity: how long the mobile keeps a message (SMPP 5.0 section 4.8.4.42).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one octet of behaviour, or four with a period")]
pub enum MsValidity {
    /// 0 store indefinitely, 1 until power is off, 2 while in the registration area, 3 show only.
    Behaviour(u8),
    /// Behaviour 4: for a period.
    Period {
        /// 0 seconds, 1 minutes, 2 hours, 3 days, 4 weeks, 5 months, 6 years.
        unit: u8,
        /// How many of them.
        count: u16,
    },
}

/// broadcast_area_identifier: where to broadcast (SMPP 5.0 section 4.8.4.4).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BroadcastArea {
    /// 0 a name, 1 an ellipsoid arc, 2 a polygon.
    pub format: u8,
    /// The area in that form, at most 100 octets.
    pub details: crate::OctetString,
}

/// broadcast_content_type: what is broadcast (SMPP 5.0 section 4.8.4.7).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BroadcastContentType {
    /// 0 generic, 1 GSM, 2 TDMA, 3 CDMA.
    pub network: u8,
    /// The content, by that network's table.
    pub content: u16,
}

/// broadcast_frequency_interval: how often to broadcast (SMPP 5.0 section 4.8.4.10).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BroadcastFrequency {
    /// 0 as often as possible, 8 seconds, 9 minutes, 10 hours, 11 days, 12 weeks, 13 months, 14 years.
    pub unit: u8,
    /// How many of them.
    pub count: u16,
}

/// Typed access. What has the wrong length reads as `None` and stays available through
/// [`get`](Tlvs::get).
impl Tlvs {
    /// receipted_message_id: the message a receipt is about, with or without its NUL.
    #[must_use]
    pub fn receipted_message_id(&self) -> Option<MessageId> {
        MessageId::relaxed(self.c_octets(TlvTag::RECEIPTED_MESSAGE_ID)?).ok()
    }

    /// message_state.
    #[must_use]
    pub fn message_state(&self) -> Option<MessageState> {
        self.u8(TlvTag::MESSAGE_STATE).map(MessageState)
    }

    /// network_error_code.
    #[must_use]
    pub fn network_error_code(&self) -> Option<NetworkErrorCode> {
        let (network, code) = self.octet_and_number(TlvTag::NETWORK_ERROR_CODE)?;
        Some(NetworkErrorCode { network: ErrorNetwork(network), code })
    }

    /// Replaces network_error_code.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_network_error_code(&mut self, value: NetworkErrorCode) -> Result<(), InvalidField> {
        let [high, low] = value.code.to_be_bytes();
        self.set(TlvTag::NETWORK_ERROR_CODE, &[value.network.0, high, low])
    }

    /// message_payload.
    #[must_use]
    pub fn message_payload(&self) -> Option<&[u8]> {
        self.get(TlvTag::MESSAGE_PAYLOAD)
    }

    /// sc_interface_version.
    #[must_use]
    pub fn sc_interface_version(&self) -> Option<crate::InterfaceVersion> {
        self.u8(TlvTag::SC_INTERFACE_VERSION).map(crate::InterfaceVersion)
    }

    /// ussd_service_op.
    #[must_use]
    pub fn ussd_service_op(&self) -> Option<UssdServiceOp> {
        self.u8(TlvTag::USSD_SERVICE_OP).map(UssdServiceOp)
    }

    /// Replaces ussd_service_op.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_ussd_service_op(&mut self, value: UssdServiceOp) -> Result<(), InvalidField> {
        self.set(TlvTag::USSD_SERVICE_OP, &[value.0])
    }

    /// its_session_info.
    #[must_use]
    pub fn its_session_info(&self) -> Option<ItsSessionInfo> {
        match self.get(TlvTag::ITS_SESSION_INFO)? {
            [session_number, rest] => Some(ItsSessionInfo {
                session_number: *session_number,
                sequence_number: rest >> 1,
                end_of_session: rest & 1 != 0,
            }),
            _ => None,
        }
    }

    /// Replaces its_session_info.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Value`] for a sequence_number above 127.
    pub fn set_its_session_info(&mut self, value: ItsSessionInfo) -> Result<(), InvalidField> {
        if value.sequence_number > 127 {
            return Err(InvalidField::Value);
        }
        let rest = value.sequence_number << 1 | u8::from(value.end_of_session);
        self.set(TlvTag::ITS_SESSION_INFO, &[value.session_number, rest])
    }

    /// Every callback_num, in wire order: the n-th callback_num_pres_ind and callback_num_atag belong to
    /// the n-th of them.
    pub fn callback_nums(&self) -> impl Iterator<Item = CallbackNum> {
        self.get_all(TlvTag::CALLBACK_NUM).filter_map(|value| {
            let ([digit_mode, ton, npi], digits) = value.split_first_chunk()?;
            let (ton, npi) = (crate::Ton(*ton), crate::Npi(*npi));
            Some(CallbackNum { digit_mode: *digit_mode, ton, npi, digits: digits.into() })
        })
    }

    /// Appends a callback_num.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] for more than 16 digits.
    pub fn push_callback_num(&mut self, value: &CallbackNum) -> Result<(), InvalidField> {
        if value.digits.len() > 16 {
            return Err(InvalidField::TooLong);
        }
        let head = [value.digit_mode, value.ton.0, value.npi.0];
        self.push(TlvTag::CALLBACK_NUM, &[&head, value.digits.as_bytes()].concat())
    }

    /// source_subaddress.
    #[must_use]
    pub fn source_subaddress(&self) -> Option<Subaddress> {
        self.subaddress(TlvTag::SOURCE_SUBADDRESS)
    }

    /// dest_subaddress.
    #[must_use]
    pub fn dest_subaddress(&self) -> Option<Subaddress> {
        self.subaddress(TlvTag::DEST_SUBADDRESS)
    }

    /// ms_msg_wait_facilities.
    #[must_use]
    pub fn ms_msg_wait_facilities(&self) -> Option<MsMsgWaitFacilities> {
        let octet = self.u8(TlvTag::MS_MSG_WAIT_FACILITIES)?;
        Some(MsMsgWaitFacilities { active: octet & 0x80 != 0, kind: WaitingKind::from_bits(octet) })
    }

    /// Replaces ms_msg_wait_facilities.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_ms_msg_wait_facilities(&mut self, value: MsMsgWaitFacilities) -> Result<(), InvalidField> {
        self.set(TlvTag::MS_MSG_WAIT_FACILITIES, &[value.kind.bits() | u8::from(value.active) << 7])
    }

    /// ms_validity, of one octet or of four.
    #[must_use]
    pub fn ms_validity(&self) -> Option<MsValidity> {
        match self.get(TlvTag::MS_VALIDITY)? {
            [behaviour] => Some(MsValidity::Behaviour(*behaviour)),
            [4, unit, high, low] => {
                Some(MsValidity::Period { unit: *unit, count: u16::from_be_bytes([*high, *low]) })
            }
            _ => None,
        }
    }

    /// Replaces ms_validity.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_ms_validity(&mut self, value: MsValidity) -> Result<(), InvalidField> {
        match value {
            MsValidity::Behaviour(behaviour) => self.set(TlvTag::MS_VALIDITY, &[behaviour]),
            MsValidity::Period { unit, count } => {
                let [high, low] = count.to_be_bytes();
                self.set(TlvTag::MS_VALIDITY, &[4, unit, high, low])
            }
        }
    }

    /// source_telematics_id, of one octet as specified or of two as some peers send it.
    #[must_use]
    pub fn source_telematics_id(&self) -> Option<u16> {
        match self.get(TlvTag::SOURCE_TELEMATICS_ID)? {
            [octet] => Some(u16::from(*octet)),
            [high, low] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }

    /// Whether alert_on_message_delivery is there, and the priority that SMPP 5.0 gives it; 0 without one.
    #[must_use]
    pub fn alert_on_message_delivery(&self) -> Option<u8> {
        match self.get(TlvTag::ALERT_ON_MESSAGE_DELIVERY)? {
            [] => Some(0),
            [priority] => Some(*priority),
            _ => None,
        }
    }

    /// Every broadcast_area_identifier, in wire order.
    pub fn broadcast_areas(&self) -> impl Iterator<Item = BroadcastArea> {
        self.get_all(TlvTag::BROADCAST_AREA_IDENTIFIER).filter_map(|value| {
            let (format, details) = value.split_first()?;
            Some(BroadcastArea { format: *format, details: details.into() })
        })
    }

    /// Appends a broadcast_area_identifier.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] for more than 100 octets of details.
    pub fn push_broadcast_area(&mut self, value: &BroadcastArea) -> Result<(), InvalidField> {
        if value.details.len() > 100 {
            return Err(InvalidField::TooLong);
        }
        self.push(TlvTag::BROADCAST_AREA_IDENTIFIER, &[&[value.format], value.details.as_bytes()].concat())
    }

    /// broadcast_content_type.
    #[must_use]
    pub fn broadcast_content_type(&self) -> Option<BroadcastContentType> {
        let (network, content) = self.octet_and_number(TlvTag::BROADCAST_CONTENT_TYPE)?;
        Some(BroadcastContentType { network, content })
    }

    /// Replaces broadcast_content_type.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_broadcast_content_type(&mut self, value: BroadcastContentType) -> Result<(), InvalidField> {
        let [high, low] = value.content.to_be_bytes();
        self.set(TlvTag::BROADCAST_CONTENT_TYPE, &[value.network, high, low])
    }

    /// broadcast_frequency_interval.
    #[must_use]
    pub fn broadcast_frequency_interval(&self) -> Option<BroadcastFrequency> {
        let (unit, count) = self.octet_and_number(TlvTag::BROADCAST_FREQUENCY_INTERVAL)?;
        Some(BroadcastFrequency { unit, count })
    }

    /// Replaces broadcast_frequency_interval.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn set_broadcast_frequency_interval(
        &mut self,
        value: BroadcastFrequency,
    ) -> Result<(), InvalidField> {
        let [high, low] = value.count.to_be_bytes();
        self.set(TlvTag::BROADCAST_FREQUENCY_INTERVAL, &[value.unit, high, low])
    }

    /// broadcast_end_time, with or without its NUL.
    #[must_use]
    pub fn broadcast_end_time(&self) -> Option<SmppTime> {
        SmppTime::from_octets(self.c_octets(TlvTag::BROADCAST_END_TIME)?).ok()
    }

    fn octet_and_number(&self, tag: TlvTag) -> Option<(u8, u16)> {
        match self.get(tag)? {
            [octet, high, low] => Some((*octet, u16::from_be_bytes([*high, *low]))),
            _ => None,
        }
    }

    fn subaddress(&self, tag: TlvTag) -> Option<Subaddress> {
        let (kind, octets) = self.get(tag)?.split_first()?;
        Some(Subaddress { kind: *kind, octets: octets.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_there_and_back() {
        let mut tlvs = Tlvs::new();
        let error = NetworkErrorCode { network: ErrorNetwork::GSM, code: 0x0102 };
        let session = ItsSessionInfo { session_number: 9, sequence_number: 127, end_of_session: true };
        let waiting = MsMsgWaitFacilities { active: true, kind: WaitingKind::Other };
        let frequency = BroadcastFrequency { unit: 9, count: 31 };
        let content = BroadcastContentType { network: 1, content: 0x33 };
        let area = BroadcastArea { format: 0, details: b"north".into() };
        tlvs.set_network_error_code(error).unwrap();
        tlvs.set_its_session_info(session).unwrap();
        tlvs.set_ms_msg_wait_facilities(waiting).unwrap();
        tlvs.set_broadcast_frequency_interval(frequency).unwrap();
        tlvs.set_broadcast_content_type(content).unwrap();
        tlvs.push_broadcast_area(&area).unwrap();
        tlvs.set_ussd_service_op(UssdServiceOp::USSR_REQUEST).unwrap();
        assert_eq!(tlvs.network_error_code(), Some(error));
        assert_eq!(tlvs.its_session_info(), Some(session));
        assert_eq!(tlvs.get(TlvTag::ITS_SESSION_INFO), Some(&[9, 0xFF][..]));
        assert_eq!(tlvs.ms_msg_wait_facilities(), Some(waiting));
        assert_eq!(tlvs.get(TlvTag::BROADCAST_FREQUENCY_INTERVAL), Some(&[0x09, 0x00, 0x1F][..]));
        assert_eq!(tlvs.broadcast_frequency_interval(), Some(frequency));
        assert_eq!(tlvs.broadcast_content_type(), Some(content));
        assert_eq!(tlvs.broadcast_areas().collect::<Vec<_>>(), [area]);
        assert_eq!(tlvs.ussd_service_op(), Some(UssdServiceOp::USSR_REQUEST));
    }

    #[test]
    fn both_widths_are_read() {
        let mut tlvs = Tlvs::new();
        for validity in [MsValidity::Behaviour(2), MsValidity::Period { unit: 3, count: 300 }] {
            tlvs.set_ms_validity(validity).unwrap();
            assert_eq!(tlvs.ms_validity(), Some(validity));
        }
        for (value, number) in [(&[7][..], 7), (&[0, 7], 7), (&[1, 0], 256)] {
            tlvs.set(TlvTag::SOURCE_TELEMATICS_ID, value).unwrap();
            assert_eq!(tlvs.source_telematics_id(), Some(number));
        }
        for (value, priority) in [(&[][..], Some(0)), (&[3], Some(3)), (&[3, 4], None)] {
            tlvs.set(TlvTag::ALERT_ON_MESSAGE_DELIVERY, value).unwrap();
            assert_eq!(tlvs.alert_on_message_delivery(), priority);
        }
    }

    #[test]
    fn a_wrong_size_stays_raw() {
        let mut tlvs = Tlvs::new();
        tlvs.push(TlvTag::MESSAGE_STATE, &[0, 2]).unwrap();
        tlvs.push(TlvTag::NETWORK_ERROR_CODE, &[3]).unwrap();
        assert_eq!((tlvs.message_state(), tlvs.network_error_code()), (None, None));
        assert_eq!(tlvs.get(TlvTag::MESSAGE_STATE), Some(&[0, 2][..]));
    }
}
