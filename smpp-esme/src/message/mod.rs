//! [`Message`]: what an application wants to send, before it is PDUs.

mod address;
mod error;
mod parts;

use std::{fmt, time::Duration};

use smpp_session::pdu::{
    DataCoding, EsmClass, PriorityFlag, RegisteredDelivery, SmppTime, text::Encoding, tlv::TlvTag,
};

pub use self::{address::MessageAddress, error::MessageError, parts::Split};

/// A text or binary message, to be encoded, split and submitted.
///
/// Nothing is checked while it is put together; what does not fit the protocol
/// is a [`MessageError`] when it is submitted, before anything is sent.
///
/// ```
/// use std::time::Duration;
/// use smpp_esme::Message;
///
/// let message = Message::text("+4790000000", "Hei, verden")
///     .from("DEMO")
///     .request_receipt()
///     .validity(Duration::from_secs(3600))
///     .reference("order 17");
/// assert_eq!(message.parts(1)?.len(), 1);
/// # Ok::<(), smpp_esme::MessageError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Message {
    content: Content,
    destination: MessageAddress,
    source: MessageAddress,
    service_type: String,
    esm_class: EsmClass,
    protocol_id: u8,
    priority_flag: PriorityFlag,
    schedule_delivery_time: When,
    validity_period: When,
    registered_delivery: RegisteredDelivery,
    replace_if_present_flag: u8,
    data_coding: Option<DataCoding>,
    sm_default_msg_id: u8,
    tlvs: Vec<(TlvTag, Vec<u8>)>,
    encoding: Option<Encoding>,
    split: Option<Split>,
    reference: Option<String>,
}

#[derive(Clone, Eq, PartialEq)]
enum Content {
    Text(String),
    Binary(Vec<u8>),
}

/// A time as the application gave it.
#[derive(Clone, Copy, Eq, PartialEq)]
enum When {
    Unset,
    After(Duration),
    Time(SmppTime),
}

impl Message {
    /// A text to `destination`. It is encoded in GSM 03.38 if every character
    /// is in it, else in UCS-2, and data_coding says which.
    pub fn text(destination: impl Into<MessageAddress>, text: impl Into<String>) -> Self {
        Self::new(destination.into(), Content::Text(text.into()))
    }

    /// Octets to `destination`, with data_coding 0x04 unless
    /// [`data_coding`](Self::data_coding) says otherwise. They are split like a
    /// text if they do not fit; if they begin with a user data header of their
    /// own, say so by [`esm_class`](Self::esm_class), and they stay one part.
    pub fn binary(destination: impl Into<MessageAddress>, octets: impl Into<Vec<u8>>) -> Self {
        Self::new(destination.into(), Content::Binary(octets.into()))
    }

    fn new(destination: MessageAddress, content: Content) -> Self {
        Self {
            content,
            destination,
            source: MessageAddress::default(),
            service_type: String::new(),
            esm_class: EsmClass::DEFAULT,
            protocol_id: 0,
            priority_flag: PriorityFlag::LEVEL_0,
            schedule_delivery_time: When::Unset,
            validity_period: When::Unset,
            registered_delivery: RegisteredDelivery::NONE,
            replace_if_present_flag: 0,
            data_coding: None,
            sm_default_msg_id: 0,
            tlvs: Vec::new(),
            encoding: None,
            split: None,
            reference: None,
        }
    }

    /// The source address; without one the centre fills in its own.
    #[must_use]
    pub fn from(mut self, source: impl Into<MessageAddress>) -> Self {
        self.source = source.into();
        self
    }

    /// Asks for a receipt when the message reaches a final state, delivered or
    /// not (registered_delivery 0x01, SMPP v3.4 section 5.2.17). Each part of a
    /// long message has its own.
    #[must_use]
    pub fn request_receipt(self) -> Self {
        self.registered_delivery(RegisteredDelivery::FINAL)
    }

    /// Which receipts and notifications are asked for. Default: none.
    #[must_use]
    pub fn registered_delivery(mut self, registered_delivery: RegisteredDelivery) -> Self {
        self.registered_delivery = registered_delivery;
        self
    }

    /// How long the centre tries, from its own present time; whole seconds,
    /// rounded up, at most 99 years. Sent as a relative time, in which a month
    /// has 30 days and a year 12 of them.
    #[must_use]
    pub fn validity(mut self, validity: Duration) -> Self {
        self.validity_period = When::After(validity);
        self
    }

    /// Until when the centre tries (SMPP v3.4 section 5.2.16).
    #[must_use]
    pub fn validity_period(mut self, time: SmppTime) -> Self {
        self.validity_period = When::Time(time);
        self
    }

    /// How long the centre waits before it delivers; whole seconds, rounded up.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.schedule_delivery_time = When::After(delay);
        self
    }

    /// When the centre delivers (SMPP v3.4 section 5.2.15).
    #[must_use]
    pub fn schedule_delivery_time(mut self, time: SmppTime) -> Self {
        self.schedule_delivery_time = When::Time(time);
        self
    }

    /// How urgent it is. Default: level 0.
    #[must_use]
    pub fn priority(mut self, priority_flag: PriorityFlag) -> Self {
        self.priority_flag = priority_flag;
        self
    }

    /// The application service, at most 5 octets: `CMT`, `USSD`, …
    #[must_use]
    pub fn service_type(mut self, service_type: impl Into<String>) -> Self {
        self.service_type = service_type.into();
        self
    }

    /// Messaging mode, message type and network features; the bit for a user
    /// data header is added where splitting needs it.
    #[must_use]
    pub fn esm_class(mut self, esm_class: EsmClass) -> Self {
        self.esm_class = esm_class;
        self
    }

    /// The network's protocol_id. Default: 0.
    #[must_use]
    pub fn protocol_id(mut self, protocol_id: u8) -> Self {
        self.protocol_id = protocol_id;
        self
    }

    /// Whether the centre replaces an undelivered message between the same
    /// addresses with the same service_type (SMPP v3.4 section 5.2.18).
    #[must_use]
    pub fn replace_if_present(mut self, replace: bool) -> Self {
        self.replace_if_present_flag = u8::from(replace);
        self
    }

    /// The centre's canned message to send instead of the text.
    #[must_use]
    pub fn sm_default_msg_id(mut self, id: u8) -> Self {
        self.sm_default_msg_id = id;
        self
    }

    /// Sets data_coding as it goes on the wire. A text is then encoded in the
    /// alphabet it names, unless [`encoding`](Self::encoding) names another.
    #[must_use]
    pub fn data_coding(mut self, data_coding: DataCoding) -> Self {
        self.data_coding = Some(data_coding);
        self
    }

    /// How a text becomes octets. Default: GSM 03.38 if every character fits,
    /// else UCS-2; or as the client's text options say.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// How a long message is split, if not as the client's own setting says.
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.split = Some(split);
        self
    }

    /// Adds a TLV to every part; the value is its octets as they go on the wire.
    #[must_use]
    pub fn tlv(mut self, tag: TlvTag, value: impl Into<Vec<u8>>) -> Self {
        self.tlvs.push((tag, value.into()));
        self
    }

    /// The application's own name for this message. It never leaves this
    /// process by the wire; hooks and the correlator hand it back.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// The application's own name for this message, if it has one.
    pub fn application_reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// What messages that should stay in order have in common.
    pub(crate) fn affinity(&self) -> Vec<u8> {
        [self.source.as_str().as_bytes(), self.destination.as_str().as_bytes()].concat()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, length) = match &self.content {
            Content::Text(text) => ("text", text.chars().count()),
            Content::Binary(octets) => ("binary", octets.len()),
        };
        f.debug_struct("Message")
            .field(kind, &length)
            .field("destination", &self.destination)
            .field("source", &self.source)
            .field("registered_delivery", &self.registered_delivery)
            .field("data_coding", &self.data_coding)
            .field("tlvs", &self.tlvs.len())
            .finish_non_exhaustive()
    }
}
