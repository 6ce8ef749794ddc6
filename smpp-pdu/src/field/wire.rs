//! How one field is read and written, and what a table row says about it.

use crate::{InvalidField, SmppTime, reader::Reader, writer::Writer};

/// A mandatory field: read in two phases, first what borrows from the frame, then what is owned, so that
/// nothing is allocated for a PDU that turns out to be bad.
pub(crate) trait WireField: Sized {
    /// What the first phase finds.
    type Raw<'a>;
    /// Whether the field, and with it the rest of the body, may be missing from a response.
    const OPTIONAL: bool = false;
    /// What its row in the table of fields says.
    const KIND: FieldKind;

    /// The first phase.
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self::Raw<'a>, InvalidField>;
    /// The second phase.
    fn own(raw: Self::Raw<'_>) -> Self;
    fn write(&self, writer: &mut Writer<'_>);
    fn wire_len(&self) -> usize;
    /// Whether the wire form can hold it.
    #[inline(always)]
    fn check(&self) -> Result<(), InvalidField> {
        Ok(())
    }
    /// Whether it is an optional field that is missing.
    #[inline(always)]
    fn is_absent(&self) -> bool {
        false
    }
    /// Whether a peer of SMPP 3.4 may see it as it is. `name` is a literal, so comparing it costs nothing; what
    /// happens to a value that is not plain stands in the tables of `version`.
    #[inline(always)]
    fn is_plain(&self, name: &str) -> bool {
        let _ = name;
        true
    }
    fn value(&self) -> FieldValue<'_>;
    /// The same for the rules of versions, which change some values.
    fn value_mut(&mut self) -> FieldMut<'_>;
}

/// The type column of the specification's tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FieldKind {
    /// One octet.
    Integer,
    /// A string ended by NUL; the number counts it.
    COctet(usize),
    /// Empty or a time, ended by NUL.
    Time,
    /// A length octet and as many octets.
    ShortMessage,
    /// A count octet and as many entries of these kinds.
    DestAddresses,
    UnsuccessSmes,
    MessageIds,
}

/// One row of a table: the name and what the specification says about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldSpec {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
}

/// A field's value as dumps and checks see it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldValue<'a> {
    Absent,
    Integer(u8),
    String(&'a [u8]),
    /// A string that stays out of dumps.
    Secret(&'a [u8]),
    Time(Option<SmppTime>),
    Octets(&'a [u8]),
    DestAddresses(&'a [crate::DestAddress]),
    UnsuccessSmes(&'a [crate::UnsuccessSme]),
    MessageIds(&'a [crate::MessageId]),
}

impl FieldValue<'_> {
    /// Its octets on the wire.
    pub(crate) fn wire_len(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Integer(_) => 1,
            Self::String(string) | Self::Secret(string) | Self::Octets(string) => string.len() + 1,
            Self::Time(time) => time.wire_len(),
            Self::DestAddresses(list) => 1 + list.iter().map(crate::DestAddress::wire_len).sum::<usize>(),
            Self::UnsuccessSmes(list) => 1 + list.iter().map(crate::UnsuccessSme::wire_len).sum::<usize>(),
            Self::MessageIds(list) => 1 + list.iter().map(WireField::wire_len).sum::<usize>(),
        }
    }
}

/// A field's value as the rules of versions change it.
#[derive(Debug)]
pub(crate) enum FieldMut<'a> {
    Integer(&'a mut u8),
    /// How many octets a string has, without the NUL.
    String(usize),
    Octets(&'a mut crate::OctetString),
    /// How many entries a list has.
    List(usize),
    /// Nothing that depends on a version.
    Other,
}

impl WireField for u8 {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::Integer;

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        reader.u8()
    }

    #[inline(always)]
    fn own(raw: Self) -> Self {
        raw
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(*self);
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        1
    }

    #[inline(always)]
    fn is_plain(&self, name: &str) -> bool {
        *self < 255 || name != "sm_default_msg_id"
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::Integer(*self)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::Integer(self)
    }
}

/// A string that may be missing with everything after it: the first field of a response.
impl<T: for<'a> WireField<Raw<'a> = T>> WireField for Option<T> {
    type Raw<'a> = Self;
    const OPTIONAL: bool = true;
    const KIND: FieldKind = T::KIND;

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        T::read(reader).map(Some)
    }

    #[inline(always)]
    fn own(raw: Self) -> Self {
        raw
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        if let Some(value) = self {
            value.write(writer);
        }
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        self.as_ref().map_or(0, T::wire_len)
    }

    #[inline(always)]
    fn check(&self) -> Result<(), InvalidField> {
        self.as_ref().map_or(Ok(()), T::check)
    }

    #[inline(always)]
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn value(&self) -> FieldValue<'_> {
        self.as_ref().map_or(FieldValue::Absent, T::value)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        self.as_mut().map_or(FieldMut::Other, T::value_mut)
    }
}

/// Makes an open one-octet enumeration a field.
macro_rules! newtype_field {
    ($name:ident) => {
        $crate::field::newtype_field!($name, |_| true);
    };
    ($name:ident, $is_plain:expr) => {
        impl $crate::field::WireField for $name {
            type Raw<'a> = Self;
            const KIND: $crate::field::FieldKind = $crate::field::FieldKind::Integer;

            #[inline(always)]
            fn read<'a>(reader: &mut $crate::reader::Reader<'a>) -> Result<Self, $crate::InvalidField> {
                reader.u8().map(Self)
            }

            #[inline(always)]
            fn own(raw: Self) -> Self {
                raw
            }

            #[inline(always)]
            fn write(&self, writer: &mut $crate::writer::Writer<'_>) {
                writer.u8(self.0);
            }

            #[inline(always)]
            fn wire_len(&self) -> usize {
                1
            }

            #[inline(always)]
            fn is_plain(&self, _: &str) -> bool {
                let is_plain: fn(u8) -> bool = $is_plain;
                is_plain(self.0)
            }

            fn value(&self) -> $crate::field::FieldValue<'_> {
                $crate::field::FieldValue::Integer(self.0)
            }

            fn value_mut(&mut self) -> $crate::field::FieldMut<'_> {
                $crate::field::FieldMut::Integer(&mut self.0)
            }
        }

        impl From<u8> for $name {
            fn from(number: u8) -> Self {
                Self(number)
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
pub(crate) use newtype_field;
