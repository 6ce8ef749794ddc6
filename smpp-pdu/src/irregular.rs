//! [`Irregular`]: a known operation that only tolerant reading can take.

use core::ops::Range;

use crate::{
    CommandId, CommandStatus, InvalidField, OctetString, Tlvs,
    field::{FieldKind, FieldSpec, FieldValue},
    reader::Reader,
    tlv,
};

/// A known operation in a whole frame with a value that its type cannot hold: an address or id longer
/// than any limit, a time of another form, an error response with a body of its own.
///
/// A Message Centre refuses such a request with [`command_status`](Self::command_status); a client can
/// still read every field by name. It re-encodes to the octets it came from.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(
    any(test, feature = "serde"),
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Form")
)]
pub struct Irregular {
    command_id: CommandId,
    octets: OctetString,
    #[cfg_attr(any(test, feature = "serde"), serde(skip))]
    found: Vec<Found>,
    #[cfg_attr(any(test, feature = "serde"), serde(skip))]
    tlvs: Tlvs,
    #[cfg_attr(any(test, feature = "serde"), serde(skip))]
    defect: (&'static str, InvalidField),
}

/// A field that could be read, and where its value lies in the body.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Found {
    name: &'static str,
    value: Range<usize>,
    integer: bool,
}

impl Irregular {
    /// Keeps the octets of a body and reads what it can.
    pub(crate) fn new(
        command_id: CommandId,
        octets: &[u8],
        field: &'static str,
        reason: InvalidField,
    ) -> (Self, bool) {
        let mut walk = Walk { octets, reader: Reader::new(octets), found: Vec::new() };
        let whole = walk.all(fields_of(command_id)).is_ok();
        let rest = if whole { walk.reader.rest() } else { &[] };
        let regular = rest.strip_suffix(&[0]).filter(|_| tlv::check(rest).is_err()).unwrap_or(rest);
        let tlvs = Tlvs::from_wire(regular);
        let whole = whole && tlvs.is_ok();
        let irregular = Self {
            command_id,
            octets: octets.into(),
            found: walk.found,
            tlvs: tlvs.unwrap_or_default(),
            defect: (field, reason),
        };
        (irregular, whole)
    }

    /// Which operation it is.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        self.command_id
    }

    /// The body as received.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The first field that its type cannot hold, and why.
    #[must_use]
    pub fn defect(&self) -> (&'static str, InvalidField) {
        self.defect
    }

    /// The status with which a strict reader refuses it.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        let (field, reason) = self.defect;
        reason.command_status(field)
    }

    /// The octets of a string, a time or a text, under the specification's name; without the NUL.
    #[must_use]
    pub fn bytes(&self, field: &str) -> Option<&[u8]> {
        let found = self.found.iter().find(|found| found.name == field)?;
        self.octets.get(found.value.clone())
    }

    /// The number in a field of one octet, under the specification's name.
    #[must_use]
    pub fn integer(&self, field: &str) -> Option<u8> {
        match (self.found.iter().find(|found| found.name == field)?.integer, self.bytes(field)?) {
            (true, [octet]) => Some(*octet),
            _ => None,
        }
    }

    /// The names of the fields that could be read, in wire order.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.found.iter().map(|found| found.name)
    }

    /// Its TLVs; none if they could not be read.
    #[must_use]
    pub fn tlvs(&self) -> &Tlvs {
        &self.tlvs
    }

    pub(crate) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
        for found in &self.found {
            let value = self.octets.get(found.value.clone()).unwrap_or_default();
            match value {
                [octet] if found.integer => visit(found.name, FieldValue::Integer(*octet)),
                _ if found.name == "password" => visit(found.name, FieldValue::Secret(value)),
                _ if found.name == "short_message" => visit(found.name, FieldValue::Octets(value)),
                _ => visit(found.name, FieldValue::String(value)),
            }
        }
    }
}

/// Reads fields without minding how long they are.
struct Walk<'a> {
    octets: &'a [u8],
    reader: Reader<'a>,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn all(&mut self, fields: &[FieldSpec]) -> Result<(), InvalidField> {
        for field in fields {
            let start = self.position();
            let integer = field.kind == FieldKind::Integer;
            let value = match field.kind {
                FieldKind::Integer => {
                    self.reader.u8()?;
                    start..start + 1
                }
                FieldKind::COctet(_) | FieldKind::Time => self.string()?,
                FieldKind::ShortMessage => {
                    let len = self.reader.u8()?;
                    self.reader.octets(usize::from(len))?;
                    start + 1..self.position()
                }
                FieldKind::DestAddresses | FieldKind::UnsuccessSmes | FieldKind::MessageIds => {
                    self.list(field.kind)?;
                    start + 1..self.position()
                }
            };
            self.found.push(Found { name: field.name, value, integer });
        }
        Ok(())
    }

    /// A string of any length; the last one of a body may lack its NUL.
    fn string(&mut self) -> Result<Range<usize>, InvalidField> {
        let start = self.position();
        let rest = self.reader.rest();
        if rest.is_empty() {
            return Err(InvalidField::Truncated);
        }
        match self.reader.c_octets(usize::MAX) {
            Ok(string) => Ok(start..start + string.len()),
            Err(_) => {
                self.reader.skip(rest.len());
                Ok(start..start + rest.len())
            }
        }
    }

    fn list(&mut self, kind: FieldKind) -> Result<(), InvalidField> {
        for _ in 0..self.reader.u8()? {
            match kind {
                FieldKind::DestAddresses => match self.reader.u8()? {
                    1 => {
                        self.reader.octets(2)?;
                        self.string()?;
                    }
                    2 => {
                        self.string()?;
                    }
                    _ => return Err(InvalidField::DestFlag),
                },
                FieldKind::UnsuccessSmes => {
                    self.reader.octets(2)?;
                    self.string()?;
                    self.reader.octets(4)?;
                }
                FieldKind::MessageIds
                | FieldKind::Integer
                | FieldKind::COctet(_)
                | FieldKind::Time
                | FieldKind::ShortMessage => {
                    self.string()?;
                }
            }
        }
        Ok(())
    }

    fn position(&self) -> usize {
        self.octets.len() - self.reader.rest().len()
    }
}

fn fields_of(command_id: CommandId) -> &'static [FieldSpec] {
    crate::Body::fields_of(command_id).unwrap_or_default()
}

/// What is written of it; the rest is read from the octets again.
#[cfg(any(test, feature = "serde"))]
#[derive(serde::Deserialize)]
struct Form {
    command_id: CommandId,
    octets: OctetString,
}

#[cfg(any(test, feature = "serde"))]
impl TryFrom<Form> for Irregular {
    type Error = &'static str;

    fn try_from(form: Form) -> Result<Self, Self::Error> {
        match crate::Body::decode(form.command_id, &form.octets) {
            Ok(_) => Err("these octets are a regular body"),
            Err(error) => Ok(Self::new(form.command_id, &form.octets, error.field, error.reason).0),
        }
    }
}
