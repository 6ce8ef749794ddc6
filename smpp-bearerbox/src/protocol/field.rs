//! The kinds of field, and the macro that makes a message of a list of them.

use std::fmt;

use bytes::{Bytes, BytesMut};

use crate::protocol::ack::AckStatus;
use crate::protocol::admin::AdminCommand;
use crate::protocol::encoder;
use crate::protocol::parser::{self, Parsed};
use crate::protocol::sms::SmsType;
use crate::protocol::sms_id::SmsId;

/// One field on the wire.
pub(crate) trait Field: Sized {
    /// Reads the field called `name` off the front of `input`, which is a part of `frame`.
    fn parse<'a>(name: &'static str, frame: &Bytes, input: &'a [u8]) -> Parsed<'a, Self>;
    /// Appends the field to `dst`.
    fn put(&self, dst: &mut BytesMut);
    /// How many octets [`put`](Self::put) appends.
    fn encoded_len(&self) -> usize;
    /// Shows the field without any text of a message and without any number of a subscriber.
    fn show(&self) -> Shown<'_>;
}

/// A field as `Debug` shows it.
pub(crate) enum Shown<'a> {
    Absent,
    Octets(usize),
    Value(&'a dyn fmt::Debug),
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("-"),
            Self::Octets(length) => write!(f, "{length} octets"),
            Self::Value(value) => value.fmt(f),
        }
    }
}

impl Field for Option<Bytes> {
    fn parse<'a>(name: &'static str, frame: &Bytes, input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, octets) = parser::octet_string(name, input)?;
        Ok((input, octets.map(|octets| frame.slice_ref(octets))))
    }

    fn put(&self, dst: &mut BytesMut) {
        encoder::octet_string(self.as_deref(), dst);
    }

    fn encoded_len(&self) -> usize {
        4 + self.as_ref().map_or(0, Bytes::len)
    }

    fn show(&self) -> Shown<'_> {
        self.as_ref().map_or(Shown::Absent, |octets| Shown::Octets(octets.len()))
    }
}

impl Field for Option<i32> {
    fn parse<'a>(name: &'static str, _: &Bytes, input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, number) = parser::integer(name, input)?;
        Ok((input, (number != -1).then_some(number)))
    }

    fn put(&self, dst: &mut BytesMut) {
        encoder::integer(self.unwrap_or(-1), dst);
    }

    fn encoded_len(&self) -> usize {
        4
    }

    fn show(&self) -> Shown<'_> {
        self.as_ref().map_or(Shown::Absent, |number| Shown::Value(number))
    }
}

impl Field for SmsId {
    fn parse<'a>(name: &'static str, _: &Bytes, input: &'a [u8]) -> Parsed<'a, Self> {
        parser::id(name, input)
    }

    fn put(&self, dst: &mut BytesMut) {
        encoder::octet_string(Some(self.write(&mut [0; Self::LEN])), dst);
    }

    fn encoded_len(&self) -> usize {
        4 + Self::LEN
    }

    fn show(&self) -> Shown<'_> {
        Shown::Value(self)
    }
}

/// A number with names.
macro_rules! named_number {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn parse<'a>(name: &'static str, _: &Bytes, input: &'a [u8]) -> Parsed<'a, Self> {
                let (input, number) = parser::integer(name, input)?;
                Ok((input, Self::from_number(number)))
            }

            fn put(&self, dst: &mut BytesMut) {
                encoder::integer(self.number(), dst);
            }

            fn encoded_len(&self) -> usize {
                4
            }

            fn show(&self) -> Shown<'_> {
                Shown::Value(self)
            }
        }
    )*};
}

named_number!(AckStatus, AdminCommand, SmsType);

/// Makes a message of its list of fields, in wire order: the struct, its decoder and encoder, and a `Debug` that
/// shows lengths instead of octets. A field with `= value` takes that value when the frame ends right before it.
macro_rules! fields {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(= $absent:expr)?,)*
        }
    ) => {
        $(#[$meta])*
        #[expect(clippy::exhaustive_structs, reason = "the fields on the wire are fixed")]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $name {
            /// Reads the fields off the front of `input`, which is a part of `frame`.
            pub(crate) fn parse<'a>(
                frame: &bytes::Bytes,
                input: &'a [u8],
            ) -> crate::protocol::parser::Parsed<'a, Self> {
                $(let (input, $field) =
                    crate::protocol::field::fields!(@parse $field frame input $($absent)?);)*
                Ok((input, Self { $($field),* }))
            }

            /// Appends the fields to `dst`.
            pub(crate) fn put(&self, dst: &mut bytes::BytesMut) {
                $(crate::protocol::field::Field::put(&self.$field, dst);)*
            }

            /// How many octets the fields take.
            pub(crate) fn encoded_len(&self) -> usize {
                0 $(+ crate::protocol::field::Field::encoded_len(&self.$field))*
            }
        }

        /// Shows the lengths of strings, never their octets.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &crate::protocol::field::Field::show(&self.$field)))*
                    .finish()
            }
        }
    };
    (@parse $field:ident $frame:ident $input:ident) => {
        crate::protocol::field::Field::parse(stringify!($field), $frame, $input)?
    };
    (@parse $field:ident $frame:ident $input:ident $absent:expr) => {
        if $input.is_empty() {
            ($input, $absent)
        } else {
            crate::protocol::field::fields!(@parse $field $frame $input)
        }
    };
}

pub(crate) use fields;
