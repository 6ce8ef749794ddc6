//! `operation!`: from a table of fields to a struct with its decoder and encoder.

/// Makes one operation: the struct with its fields in wire order and `tlvs` at the end, `Default`, and
/// the [`Operation`](super::sealed::Operation) that reads and writes it.
///
/// The decoder reads everything into locals first, checks the TLVs, then makes what is owned, then fills
/// one struct literal: measured, this shape costs half of filling a default in place.
macro_rules! operation {
    (
        $(#[$meta:meta])*
        $name:ident = $command_id:ident {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty $(= $default:expr)? ),* $(,)?
        }
        $( $kind:ident $(=> $response:ident)? )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(default))]
        #[expect(
            clippy::exhaustive_structs,
            reason = "the specification fixes the fields, growth happens in the TLVs, and struct update works"
        )]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
            /// The TLVs.
            pub tlvs: $crate::Tlvs,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $( $field: $crate::operation::fields::operation!(@default $type $(, $default)?), )*
                    tlvs: $crate::Tlvs::default(),
                }
            }
        }

        impl $crate::operation::sealed::Sealed for $name {}

        impl $crate::operation::sealed::Operation for $name {
            const COMMAND_ID: $crate::CommandId = $crate::CommandId::$command_id;
            const FIELDS: &'static [$crate::field::FieldSpec] = &[
                $( $crate::field::FieldSpec {
                    name: stringify!($field),
                    kind: <$type as $crate::field::WireField>::KIND,
                }, )*
            ];
            const OPTIONAL_BODY: bool = false $( || <$type as $crate::field::WireField>::OPTIONAL )*;

            #[inline(always)]
            fn decode_body(body: &[u8]) -> Result<Self, $crate::error::FieldError> {
                if Self::OPTIONAL_BODY && body.is_empty() {
                    return Ok(Self::without_body($crate::Tlvs::default()));
                }
                let mut reader = $crate::reader::Reader::new(body);
                $(
                    let $field = match <$type as $crate::field::WireField>::read(&mut reader) {
                        Ok(value) => value,
                        Err(reason) => {
                            let remaining = reader.rest().len();
                            return Err($crate::error::FieldError::new(stringify!($field), reason, remaining));
                        }
                    };
                )*
                let tlvs = reader.rest();
                reader.skip(tlvs.len());
                if let Err(reason) = $crate::tlv::check(tlvs) {
                    return Err($crate::error::FieldError::new("tlvs", reason, tlvs.len()));
                }
                Ok(Self {
                    $( $field: <$type as $crate::field::WireField>::own($field), )*
                    tlvs: $crate::Tlvs::from_checked(tlvs),
                })
            }

            #[inline(always)]
            fn body_len(&self) -> usize {
                let absent = false $( || $crate::field::WireField::is_absent(&self.$field) )*;
                let fields = if absent { 0 } else { 0 $( + $crate::field::WireField::wire_len(&self.$field) )* };
                fields + self.tlvs.as_wire().len()
            }

            #[inline(always)]
            fn write_body(&self, writer: &mut $crate::writer::Writer<'_>) {
                let absent = false $( || $crate::field::WireField::is_absent(&self.$field) )*;
                if !absent {
                    $( $crate::field::WireField::write(&self.$field, writer); )*
                }
                writer.octets(self.tlvs.as_wire());
            }

            #[inline(always)]
            fn check(&self) -> Result<(), $crate::EncodeError> {
                $(
                    if let Err(reason) = $crate::field::WireField::check(&self.$field) {
                        return Err($crate::EncodeError::Field { field: stringify!($field), reason });
                    }
                )*
                Ok(())
            }

            #[inline(always)]
            fn is_plain(&self) -> bool {
                true $( && $crate::field::WireField::is_plain(&self.$field, stringify!($field)) )*
                    && $crate::version::tlvs_are_plain(&self.tlvs)
            }

            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'static str, $crate::field::FieldValue<'a>)) {
                let absent = false $( || $crate::field::WireField::is_absent(&self.$field) )*;
                if !absent {
                    $( visit(stringify!($field), $crate::field::WireField::value(&self.$field)); )*
                }
                let _ = visit;
            }

            fn visit_mut(&mut self, visit: &mut dyn FnMut(&'static str, $crate::field::FieldMut<'_>)) {
                $( visit(stringify!($field), $crate::field::WireField::value_mut(&mut self.$field)); )*
                let _ = visit;
            }

            fn tlvs(&self) -> &$crate::Tlvs {
                &self.tlvs
            }

            fn tlvs_mut(&mut self) -> &mut $crate::Tlvs {
                &mut self.tlvs
            }

            fn without_body(tlvs: $crate::Tlvs) -> Self {
                Self { $( $field: <$type as Default>::default(), )* tlvs }
            }
        }

        #[cfg(any(test, feature = "arbitrary"))]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                let operation = Self { $( $field: u.arbitrary()?, )* tlvs: u.arbitrary()? };
                $crate::arbitrary::encodable(operation)
            }
        }

        $( $crate::operation::fields::operation!(@kind $kind $name $command_id $($response)?); )?
    };
    (@default $type:ty) => { <$type as Default>::default() };
    (@default $type:ty, $default:expr) => { $default };
    (@kind request $name:ident $command_id:ident $response:ident) => {
        impl $crate::operation::Request for $name {
            const COMMAND_ID: $crate::CommandId = $crate::CommandId::$command_id;
            type Response = $response;

            fn encode_pdu(
                &self,
                sequence_number: $crate::SequenceNumber,
                dst: &mut bytes::BytesMut,
                options: &$crate::CodecOptions,
            ) -> Result<(), $crate::EncodeError> {
                let ok = $crate::CommandStatus::ESME_ROK;
                $crate::operation::encode_pdu(self, ok, sequence_number, dst, options)
            }
        }
    };
    (@kind response $name:ident $command_id:ident) => {
        impl $crate::operation::Response for $name {
            const COMMAND_ID: $crate::CommandId = $crate::CommandId::$command_id;

            fn encode_pdu(
                &self,
                command_status: $crate::CommandStatus,
                sequence_number: $crate::SequenceNumber,
                dst: &mut bytes::BytesMut,
                options: &$crate::CodecOptions,
            ) -> Result<(), $crate::EncodeError> {
                $crate::operation::encode_pdu(self, command_status, sequence_number, dst, options)
            }
        }
    };
}
pub(crate) use operation;
