//! What deliver_sm and data_sm have in common.

use std::sync::LazyLock;

use smpp_session::pdu::{Body, DataCoding, EsmClass, Npi, Tlvs, Ton, tlv::TlvTag, udh::UserDataHeader};

use crate::message::MessageAddress;

/// A borrowed view of a deliver_sm or data_sm.
pub(super) struct Envelope<'a> {
    pub(super) esm_class: EsmClass,
    pub(super) data_coding: DataCoding,
    pub(super) tlvs: &'a Tlvs,
    source: (Ton, Npi, &'a [u8]),
    destination: (Ton, Npi, &'a [u8]),
    short_message: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// None for any other operation.
    pub(super) fn of(body: &'a Body) -> Option<Self> {
        if let Body::DeliverSm(pdu) = body {
            return Some(Self {
                esm_class: pdu.esm_class,
                data_coding: pdu.data_coding,
                tlvs: &pdu.tlvs,
                source: (pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes()),
                destination: (pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes()),
                short_message: pdu.short_message.as_bytes(),
            });
        }
        let Body::DataSm(pdu) = body else {
            return None;
        };
        Some(Self {
            esm_class: pdu.esm_class,
            data_coding: pdu.data_coding,
            tlvs: &pdu.tlvs,
            source: (pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr.as_bytes()),
            destination: (pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr.as_bytes()),
            short_message: &[],
        })
    }

    pub(super) fn source(&self) -> MessageAddress {
        address(self.source)
    }

    pub(super) fn destination(&self) -> MessageAddress {
        address(self.destination)
    }

    /// message_payload if there is one, else short_message (SMPP v3.4 section
    /// 5.3.2.32 allows only one of the two to hold anything).
    pub(super) fn user_data(&self) -> &'a [u8] {
        match self.tlvs.get(TlvTag::MESSAGE_PAYLOAD) {
            Some(payload) if !payload.is_empty() => payload,
            _ => self.short_message,
        }
    }

    /// The user data and its header. What claims to have a header and has none
    /// is taken for text.
    pub(super) fn split(&self) -> (UserDataHeader, &'a [u8]) {
        let user_data = self.user_data();
        if self.esm_class.has_udhi()
            && let Ok(split) = UserDataHeader::split_from(user_data)
        {
            return split;
        }
        (UserDataHeader::new(), user_data)
    }
}

fn address((ton, npi, octets): (Ton, Npi, &[u8])) -> MessageAddress {
    MessageAddress::new(ton, npi, String::from_utf8_lossy(octets))
}

/// For what has no TLVs.
pub(super) static NO_TLVS: LazyLock<Tlvs> = LazyLock::new(Tlvs::new);
