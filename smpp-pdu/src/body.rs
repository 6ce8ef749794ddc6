//! [`Body`]: every operation, and what is not known.

use core::fmt;

use crate::{
    CommandId, OctetString, Tlvs,
    error::FieldError,
    field::{FieldMut, FieldValue},
    irregular::Irregular,
    operation::sealed::Operation,
    operation::*,
    writer::Writer,
};

/// Lists the operations once: which stay inline and which are boxed, and makes everything that goes
/// through all of them.
macro_rules! bodies {
    (
        inline { $( $(#[doc = $doc:literal])* $name:ident ),* $(,)? }
        boxed { $( $(#[doc = $boxed_doc:literal])* $boxed:ident ),* $(,)? }
    ) => {
        /// Every SMPP operation, and what is not known.
        ///
        /// At most 120 octets: what is larger than submit_sm is boxed, which `From` hides and matching
        /// sees through.
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
        #[non_exhaustive]
        pub enum Body {
            $( $(#[doc = $doc])* $name($name), )*
            $( $(#[doc = $boxed_doc])* $boxed(Box<$boxed>), )*
            /// A command_id that is not listed; its octets are kept.
            Unknown {
                /// The id received.
                command_id: CommandId,
                /// What followed the header.
                octets: OctetString,
            },
            /// A known operation that only tolerant reading can take.
            Irregular(Box<Irregular>),
        }

        impl Body {
            /// Which operation it is.
            #[must_use]
            pub fn command_id(&self) -> CommandId {
                match self {
                    $( Self::$name(_) => <$name as Operation>::COMMAND_ID, )*
                    $( Self::$boxed(_) => <$boxed as Operation>::COMMAND_ID, )*
                    Self::Unknown { command_id, .. } => *command_id,
                    Self::Irregular(irregular) => irregular.command_id(),
                }
            }

            /// Its TLVs; `None` for what is unknown.
            #[must_use]
            pub fn tlvs(&self) -> Option<&Tlvs> {
                match self {
                    $( Self::$name(body) => Some(Operation::tlvs(body)), )*
                    $( Self::$boxed(body) => Some(Operation::tlvs(&**body)), )*
                    Self::Unknown { .. } => None,
                    Self::Irregular(irregular) => Some(irregular.tlvs()),
                }
            }

            /// Its TLVs, to change them; `None` for what is unknown or irregular.
            #[must_use]
            pub fn tlvs_mut(&mut self) -> Option<&mut Tlvs> {
                match self {
                    $( Self::$name(body) => Some(Operation::tlvs_mut(body)), )*
                    $( Self::$boxed(body) => Some(Operation::tlvs_mut(&mut **body)), )*
                    Self::Unknown { .. } | Self::Irregular(_) => None,
                }
            }

            /// Reads the body of a listed command_id; keeps the octets of any other.
            #[inline(always)]
            pub(crate) fn decode(command_id: CommandId, octets: &[u8]) -> Result<Self, FieldError> {
                match command_id {
                    $( <$name as Operation>::COMMAND_ID => <$name>::decode_body(octets).map(Self::$name), )*
                    $( <$boxed as Operation>::COMMAND_ID => decode_boxed(octets).map(Self::$boxed), )*
                    _ => Ok(Self::Unknown { command_id, octets: octets.into() }),
                }
            }

            /// Octets on the wire, without the header.
            #[inline]
            pub(crate) fn encoded_len(&self) -> usize {
                match self {
                    $( Self::$name(body) => body.body_len(), )*
                    $( Self::$boxed(body) => body.body_len(), )*
                    Self::Unknown { octets, .. } => octets.len(),
                    Self::Irregular(irregular) => irregular.octets().len(),
                }
            }

            #[inline(always)]
            pub(crate) fn write(&self, writer: &mut Writer<'_>) {
                match self {
                    $( Self::$name(body) => body.write_body(writer), )*
                    $( Self::$boxed(body) => body.write_body(writer), )*
                    Self::Unknown { octets, .. } => writer.octets(octets),
                    Self::Irregular(irregular) => writer.octets(irregular.octets()),
                }
            }

            /// Whether the wire form can hold every field.
            #[inline(always)]
            pub(crate) fn check(&self) -> Result<(), crate::EncodeError> {
                match self {
                    $( Self::$name(body) => body.check(), )*
                    $( Self::$boxed(body) => body.check(), )*
                    Self::Unknown { .. } | Self::Irregular(_) => Ok(()),
                }
            }

            /// Whether every value of it existed in SMPP 3.4.
            #[inline]
            pub(crate) fn is_plain(&self) -> bool {
                match self {
                    $( Self::$name(body) => body.is_plain(), )*
                    $( Self::$boxed(body) => body.is_plain(), )*
                    Self::Unknown { .. } | Self::Irregular(_) => true,
                }
            }

            /// Calls back with each field in wire order, without the TLVs.
            pub(crate) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
                match self {
                    $( Self::$name(body) => body.visit(visit), )*
                    $( Self::$boxed(body) => body.visit(visit), )*
                    Self::Unknown { .. } => {}
                    Self::Irregular(irregular) => irregular.visit(visit),
                }
            }

            /// The same, to change them.
            pub(crate) fn visit_mut(&mut self, visit: &mut dyn FnMut(&'static str, FieldMut<'_>)) {
                match self {
                    $( Self::$name(body) => body.visit_mut(visit), )*
                    $( Self::$boxed(body) => body.visit_mut(visit), )*
                    Self::Unknown { .. } | Self::Irregular(_) => {}
                }
            }

            /// The default of a listed operation.
            pub(crate) fn default_of(command_id: CommandId) -> Option<Self> {
                Some(match command_id {
                    $( <$name as Operation>::COMMAND_ID => <$name>::default().into(), )*
                    $( <$boxed as Operation>::COMMAND_ID => <$boxed>::default().into(), )*
                    _ => return None,
                })
            }

            /// The form of a response that is only a header and TLVs; `None` where there is no such form.
            pub(crate) fn without_body(command_id: CommandId, tlvs: Tlvs) -> Option<Self> {
                fn of<T: Operation + Into<Body>>(tlvs: Tlvs) -> Option<Body> {
                    (T::OPTIONAL_BODY || T::FIELDS.is_empty()).then(|| T::without_body(tlvs).into())
                }
                match command_id {
                    $( <$name as Operation>::COMMAND_ID => of::<$name>(tlvs), )*
                    $( <$boxed as Operation>::COMMAND_ID => of::<$boxed>(tlvs), )*
                    _ => None,
                }
            }

            /// The table of fields of a listed operation.
            pub(crate) fn fields_of(command_id: CommandId) -> Option<&'static [crate::field::FieldSpec]> {
                Some(match command_id {
                    $( <$name as Operation>::COMMAND_ID => <$name as Operation>::FIELDS, )*
                    $( <$boxed as Operation>::COMMAND_ID => <$boxed as Operation>::FIELDS, )*
                    _ => return None,
                })
            }
        }

        #[cfg(any(test, feature = "arbitrary"))]
        impl<'a> arbitrary::Arbitrary<'a> for Body {
            /// Any listed operation, or one of the vendors' range; nothing irregular.
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                type Make = fn(&mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Body>;
                let all: &[Make] = &[
                    $( |u| u.arbitrary::<$name>().map(Body::from), )*
                    $( |u| u.arbitrary::<$boxed>().map(Body::from), )*
                    |u| {
                        let command_id = CommandId(0x0001_0200 + u32::from(u.arbitrary::<u8>()?));
                        Ok(Body::Unknown { command_id, octets: u.arbitrary()? })
                    },
                ];
                u.choose(all)?(u)
            }
        }

        $(
            impl From<$name> for Body {
                #[inline]
                fn from(body: $name) -> Self {
                    Self::$name(body)
                }
            }

            impl TryFrom<Body> for $name {
                type Error = Body;

                fn try_from(body: Body) -> Result<Self, Body> {
                    if let Body::$name(body) = body { Ok(body) } else { Err(body) }
                }
            }

            const _: () = assert!(size_of::<$name>() <= 112, "too large to stay inline");
        )*
        $(
            impl From<$boxed> for Body {
                fn from(body: $boxed) -> Self {
                    Self::$boxed(Box::new(body))
                }
            }

            impl TryFrom<Body> for $boxed {
                type Error = Body;

                fn try_from(body: Body) -> Result<Self, Body> {
                    if let Body::$boxed(body) = body { Ok(*body) } else { Err(body) }
                }
            }
        )*
    };
}

bodies! {
    inline {
        /// Answers a bind_receiver.
        BindReceiverResp,
        /// Answers a bind_transmitter.
        BindTransmitterResp,
        /// Answers a bind_transceiver.
        BindTransceiverResp,
        /// Asks to end the session.
        Unbind,
        /// Answers an unbind.
        UnbindResp,
        /// Asks whether the peer is there.
        EnquireLink,
        /// Answers an enquire_link.
        EnquireLinkResp,
        /// Answers what cannot be answered otherwise.
        GenericNack,
        /// Hands a message to the Message Centre.
        SubmitSm,
        /// Answers a submit_sm.
        SubmitSmResp,
        /// Hands a message or a receipt to an ESME.
        DeliverSm,
        /// Answers a deliver_sm.
        DeliverSmResp,
        /// Answers a data_sm.
        DataSmResp,
        /// Answers a cancel_sm.
        CancelSmResp,
        /// Answers a replace_sm.
        ReplaceSmResp,
        /// Answers a broadcast_sm.
        BroadcastSmResp,
        /// Answers a query_broadcast_sm.
        QueryBroadcastSmResp,
        /// Answers a cancel_broadcast_sm.
        CancelBroadcastSmResp,
        /// Answers a query_last_msgs.
        QueryLastMsgsResp,
        /// Asks for a configuration parameter.
        ParamRetrieve,
        /// Asks for the last messages of a source.
        QueryLastMsgs,
    }
    boxed {
        /// Asks to open a session as receiver.
        BindReceiver,
        /// Asks to open a session as transmitter.
        BindTransmitter,
        /// Asks to open a session in both directions.
        BindTransceiver,
        /// Asks an ESME to bind.
        Outbind,
        /// Hands a message over in either direction.
        DataSm,
        /// Asks what became of a message.
        QuerySm,
        /// Answers a query_sm.
        QuerySmResp,
        /// Cancels messages.
        CancelSm,
        /// Replaces a message.
        ReplaceSm,
        /// Hands over one message for several destinations.
        SubmitMulti,
        /// Answers a submit_multi.
        SubmitMultiResp,
        /// Tells that a mobile can be reached.
        AlertNotification,
        /// Broadcasts a message.
        BroadcastSm,
        /// Asks what became of a broadcast.
        QueryBroadcastSm,
        /// Cancels a broadcast.
        CancelBroadcastSm,
        /// Asks for everything about a message.
        QueryMsgDetails,
        /// Answers a query_msg_details.
        QueryMsgDetailsResp,
        /// Answers a param_retrieve.
        ParamRetrieveResp,
    }
}

const _: () = assert!(size_of::<SubmitSm>() == 112);
const _: () = assert!(size_of::<DeliverSm>() == 112);
const _: () = assert!(size_of::<Body>() <= 120);

impl Body {
    /// Whether it is a request, outbind and alert_notification included.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.command_id().is_request()
    }

    /// Whether it is a response; generic_nack is one.
    #[must_use]
    pub fn is_response(&self) -> bool {
        !self.is_request()
    }

    /// The body that refuses a request of that id: for listed operations their response as a header
    /// only, for all others a generic_nack. `None` if nothing may be sent: responses are never answered,
    /// nor are outbind and alert_notification.
    ///
    /// What is a header only here gets an empty string when it is written for a peer of SMPP 3.3
    /// ([`Pdu::encode_with`](crate::Pdu::encode_with)), which knows no rule for leaving the body out.
    #[must_use]
    pub fn refusal_of(command_id: CommandId) -> Option<Self> {
        let response = command_id.response()?;
        Self::without_body(response, Tlvs::default()).or_else(|| Some(GenericNack::default().into()))
    }

    /// The body that answers a request of that id and says nothing more: the default of its response.
    /// `None` as for [`refusal_of`](Self::refusal_of), and for what is not listed.
    #[must_use]
    pub fn acceptance_of(command_id: CommandId) -> Option<Self> {
        Self::default_of(command_id.response()?)
    }
}

/// Boxes what is too large to be moved about.
#[inline(never)]
fn decode_boxed<T: Operation>(octets: &[u8]) -> Result<Box<T>, FieldError> {
    T::decode_body(octets).map(Box::new)
}

impl fmt::Display for Body {
    /// The name of the operation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.command_id(), f)
    }
}
