//! submit_multi and its response.

use super::fields::operation;
use crate::{
    COctetString, CommandStatus, DataCoding, EsmClass, InvalidField, MessageId, Npi, OctetString,
    PriorityFlag, RegisteredDelivery, ServiceType, SmppTime, Ton,
    field::{FieldKind, FieldMut, FieldValue, WireField},
    reader::Reader,
    writer::Writer,
};

operation! {
    /// Hands one message for several destinations to the Message Centre (SMPP 3.4 section 4.5.1, SMPP 5.0 section
    /// 4.2.3.1).
    SubmitMulti = SUBMIT_MULTI {
        /// The application or service; empty for the default (5.2.11).
        service_type: ServiceType,
        /// Type of number of the source (5.2.5).
        source_addr_ton: Ton,
        /// Numbering plan of the source (5.2.6).
        source_addr_npi: Npi,
        /// The source; empty if the Message Centre is to fill it in (5.2.8).
        source_addr: COctetString<21>,
        /// The destinations, at most 254 (255 in SMPP 5.0); number_of_dests is their count (5.2.24, 4.5.1.1).
        dest_address: Vec<DestAddress>,
        /// Messaging mode, message type, user data header (5.2.12).
        esm_class: EsmClass,
        /// What the network uses: the TP-PID in GSM (5.2.13).
        protocol_id: u8,
        /// How urgent (5.2.14).
        priority_flag: PriorityFlag,
        /// When to deliver; `None` for at once (5.2.15).
        schedule_delivery_time: Option<SmppTime>,
        /// How long to try; `None` for the Message Centre's default (5.2.16).
        validity_period: Option<SmppTime>,
        /// Which receipts are asked for (5.2.17).
        registered_delivery: RegisteredDelivery,
        /// 1 replaces a waiting message of the same source, destination and service_type, 0 does not (5.2.18).
        replace_if_present_flag: u8,
        /// The alphabet of the user data (5.2.19).
        data_coding: DataCoding,
        /// A canned message of the Message Centre, 0 for none (5.2.20).
        sm_default_msg_id: u8,
        /// The user data, at most 254 octets (255 in SMPP 5.0); sm_length is its length (5.2.21, 5.2.22).
        short_message: OctetString,
    }
    request => SubmitMultiResp
}

operation! {
    /// Answers a submit_multi (SMPP 3.4 section 4.5.2, SMPP 5.0 section 4.2.3.2).
    SubmitMultiResp = SUBMIT_MULTI_RESP {
        /// What the Message Centre calls the message; `None` if the PDU has no body (5.2.23).
        message_id: Option<MessageId> = Some(MessageId::EMPTY),
        /// The destinations that failed, at most 255; no_unsuccess is their count (5.2.26, 4.5.2.1).
        unsuccess_sme: Vec<UnsuccessSme>,
    }
    response
}

/// One destination of a submit_multi (SMPP 3.4 section 4.5.1.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    any(test, feature = "serde"),
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
#[expect(clippy::exhaustive_enums, reason = "dest_flag has two values, any other is an error")]
pub enum DestAddress {
    /// dest_flag 1: one mobile or ESME.
    SmeAddress {
        /// Type of number (5.2.5).
        dest_addr_ton: Ton,
        /// Numbering plan (5.2.6).
        dest_addr_npi: Npi,
        /// The destination (5.2.9).
        destination_addr: COctetString<21>,
    },
    /// dest_flag 2: a distribution list of the Message Centre.
    DistributionList {
        /// Its name (5.2.27).
        dl_name: COctetString<21>,
    },
}

impl DestAddress {
    /// Its octets on the wire.
    pub(crate) fn wire_len(&self) -> usize {
        match self {
            Self::SmeAddress { destination_addr, .. } => 3 + destination_addr.wire_len(),
            Self::DistributionList { dl_name } => 1 + dl_name.wire_len(),
        }
    }
}

/// One destination that failed (SMPP 3.4 section 4.5.2.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(any(test, feature = "arbitrary"), derive(arbitrary::Arbitrary))]
#[expect(clippy::exhaustive_structs, reason = "the specification fixes the fields")]
pub struct UnsuccessSme {
    /// Type of number (5.2.5).
    pub dest_addr_ton: Ton,
    /// Numbering plan (5.2.6).
    pub dest_addr_npi: Npi,
    /// The destination (5.2.9).
    pub destination_addr: COctetString<21>,
    /// Why it failed (5.1.3).
    pub error_status_code: CommandStatus,
}

impl UnsuccessSme {
    /// Its octets on the wire.
    pub(crate) fn wire_len(&self) -> usize {
        2 + self.destination_addr.wire_len() + 4
    }
}

impl WireField for Vec<DestAddress> {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::DestAddresses;

    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        read_list(reader, |reader| match reader.u8()? {
            1 => Ok(DestAddress::SmeAddress {
                dest_addr_ton: Ton::read(reader)?,
                dest_addr_npi: Npi::read(reader)?,
                destination_addr: COctetString::read(reader)?,
            }),
            2 => Ok(DestAddress::DistributionList { dl_name: COctetString::read(reader)? }),
            _ => Err(InvalidField::DestFlag),
        })
    }

    fn own(raw: Self) -> Self {
        raw
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.len() as u8);
        for address in self {
            match address {
                DestAddress::SmeAddress { dest_addr_ton, dest_addr_npi, destination_addr } => {
                    writer.array([1, dest_addr_ton.0, dest_addr_npi.0]);
                    destination_addr.write(writer);
                }
                DestAddress::DistributionList { dl_name } => {
                    writer.u8(2);
                    dl_name.write(writer);
                }
            }
        }
    }

    fn wire_len(&self) -> usize {
        1 + self.iter().map(DestAddress::wire_len).sum::<usize>()
    }

    fn check(&self) -> Result<(), InvalidField> {
        check_count(self.len())
    }

    fn is_plain(&self, _: &str) -> bool {
        self.len() <= 254
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::DestAddresses(self)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::List(self.len())
    }
}

impl WireField for Vec<UnsuccessSme> {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::UnsuccessSmes;

    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        read_list(reader, |reader| {
            Ok(UnsuccessSme {
                dest_addr_ton: Ton::read(reader)?,
                dest_addr_npi: Npi::read(reader)?,
                destination_addr: COctetString::read(reader)?,
                error_status_code: CommandStatus(reader.u32()?),
            })
        })
    }

    fn own(raw: Self) -> Self {
        raw
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.len() as u8);
        for sme in self {
            writer.array([sme.dest_addr_ton.0, sme.dest_addr_npi.0]);
            sme.destination_addr.write(writer);
            writer.u32(sme.error_status_code.0);
        }
    }

    fn wire_len(&self) -> usize {
        1 + self.iter().map(UnsuccessSme::wire_len).sum::<usize>()
    }

    fn check(&self) -> Result<(), InvalidField> {
        check_count(self.len())
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::UnsuccessSmes(self)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::List(self.len())
    }
}

/// The list of a query_last_msgs_resp.
impl WireField for Vec<MessageId> {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::MessageIds;

    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        read_list(reader, MessageId::read)
    }

    fn own(raw: Self) -> Self {
        raw
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.len() as u8);
        for id in self {
            id.write(writer);
        }
    }

    fn wire_len(&self) -> usize {
        1 + self.iter().map(MessageId::wire_len).sum::<usize>()
    }

    fn check(&self) -> Result<(), InvalidField> {
        check_count(self.len())
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::MessageIds(self)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::List(self.len())
    }
}

/// A count octet and as many entries. The list grows only as entries are found.
fn read_list<'a, T>(
    reader: &mut Reader<'a>,
    mut entry: impl FnMut(&mut Reader<'a>) -> Result<T, InvalidField>,
) -> Result<Vec<T>, InvalidField> {
    let mut ahead = *reader;
    let count = ahead.u8()?;
    let mut list = Vec::new();
    for _ in 0..count {
        match entry(&mut ahead) {
            Ok(value) => list.push(value),
            Err(InvalidField::Truncated) => return Err(InvalidField::Count),
            Err(reason) => return Err(reason),
        }
    }
    *reader = ahead;
    Ok(list)
}

fn check_count(len: usize) -> Result<(), InvalidField> {
    if len > 255 { Err(InvalidField::Count) } else { Ok(()) }
}
