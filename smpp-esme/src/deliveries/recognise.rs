//! Which delivery is a message, which a receipt, and which a part.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use smpp_session::pdu::{
    Body, DataCoding, MessageId, MessageState,
    receipt::ReceiptText,
    text::TextOptions,
    tlv::{TlvTag, value::NetworkErrorCode},
};

use super::{Receipt, envelope::Envelope};
use crate::parts::Part;

/// How a delivery is told to be a receipt, and how it is read.
///
/// By default it is one if esm_class says so (SMPP v3.4 section 5.2.12), or if
/// the TLVs receipted_message_id and message_state are both there. A mobile can
/// send a text that looks like a receipt, so the text alone decides only if
/// that is asked for; some centres leave no other way.
#[derive(Clone)]
pub struct ReceiptPolicy {
    by_esm_class: bool,
    by_tlvs: bool,
    by_text: bool,
    message_id_form: MessageIdForm,
    states: BTreeMap<String, MessageState>,
    reader: Option<Reader>,
}

type Reader = Arc<dyn Fn(&[u8]) -> Option<ReceiptText> + Send + Sync>;

/// How message_id is written in receipts, where that differs from
/// submit_sm_resp. Centres are known to give it in hexadecimal in one and in
/// decimal in the other.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum MessageIdForm {
    /// The same in both.
    #[default]
    Same,
    /// Decimal in receipts, upper-case hexadecimal in submit_sm_resp.
    DecimalForHex,
    /// Decimal in receipts, lower-case hexadecimal in submit_sm_resp.
    DecimalForLowerHex,
    /// Hexadecimal in receipts, decimal in submit_sm_resp.
    HexForDecimal,
}

impl Default for ReceiptPolicy {
    fn default() -> Self {
        Self {
            by_esm_class: true,
            by_tlvs: true,
            by_text: false,
            message_id_form: MessageIdForm::Same,
            states: BTreeMap::new(),
            reader: None,
        }
    }
}

impl ReceiptPolicy {
    /// Whether esm_class decides. Default: yes.
    #[must_use]
    pub fn by_esm_class(mut self, decides: bool) -> Self {
        self.by_esm_class = decides;
        self
    }

    /// Whether the TLVs receipted_message_id and message_state decide. Default:
    /// yes.
    #[must_use]
    pub fn by_tlvs(mut self, decide: bool) -> Self {
        self.by_tlvs = decide;
        self
    }

    /// Whether a text that reads like a receipt decides. Default: no.
    #[must_use]
    pub fn by_text(mut self, decides: bool) -> Self {
        self.by_text = decides;
        self
    }

    /// How message_id is written in receipts. Default: as in submit_sm_resp.
    #[must_use]
    pub fn message_id_form(mut self, form: MessageIdForm) -> Self {
        self.message_id_form = form;
        self
    }

    /// What a word for a state means, in place of the usual meaning; case does
    /// not matter.
    #[must_use]
    pub fn state(mut self, stat: impl Into<String>, state: MessageState) -> Self {
        self.states.insert(stat.into().to_ascii_uppercase(), state);
        self
    }

    /// Reads the text of receipts (ASCII; from UCS-2 converted) instead of
    /// [`ReceiptText::parse`]; `None` means that the text is no receipt.
    #[must_use]
    pub fn reader(mut self, reader: impl Fn(&[u8]) -> Option<ReceiptText> + Send + Sync + 'static) -> Self {
        self.reader = Some(Arc::new(reader));
        self
    }

    fn read(&self, text: &[u8]) -> Option<ReceiptText> {
        match &self.reader {
            Some(reader) => reader(text),
            None => Some(ReceiptText::parse(text)).filter(ReceiptText::is_receipt),
        }
    }

    fn state_of(&self, text: &ReceiptText) -> Option<MessageState> {
        let stat = text.stat.as_deref()?.to_ascii_uppercase();
        self.states.get(&stat).copied().or_else(|| text.message_state())
    }
}

impl fmt::Debug for ReceiptPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptPolicy")
            .field("by_esm_class", &self.by_esm_class)
            .field("by_tlvs", &self.by_tlvs)
            .field("by_text", &self.by_text)
            .field("message_id_form", &self.message_id_form)
            .field("states", &self.states.len())
            .field("reader", &self.reader.is_some())
            .finish()
    }
}

pub(super) enum Recognised {
    Part(Box<Part>),
    Message(Box<Body>),
    Receipt(Box<Receipt>),
    Other(Box<Body>),
}

/// Tells what a request of the centre's is.
pub(super) fn recognise(body: Body, policy: &ReceiptPolicy) -> Recognised {
    let Some(envelope) = Envelope::of(&body) else {
        return Recognised::Other(Box::new(body));
    };
    if let Some(read) = receipt(&envelope, policy) {
        return Recognised::Receipt(Box::new(read.with(body)));
    }
    match Part::of(body) {
        Ok(part) => Recognised::Part(Box::new(part)),
        Err(body) => Recognised::Message(Box::new(body)),
    }
}

/// What a receipt says, without its PDU.
struct Read {
    message_id: Option<MessageId>,
    state: Option<MessageState>,
    network_error_code: Option<NetworkErrorCode>,
    intermediate: bool,
    text: ReceiptText,
}

impl Read {
    fn with(self, body: Body) -> Receipt {
        let Self { message_id, state, network_error_code, intermediate, text } = self;
        Receipt { message_id, state, network_error_code, intermediate, text, body }
    }
}

fn receipt(envelope: &Envelope<'_>, policy: &ReceiptPolicy) -> Option<Read> {
    let tlvs = envelope.tlvs;
    let tlv_id = tlvs.c_octets(TlvTag::RECEIPTED_MESSAGE_ID).filter(|id| !id.is_empty());
    let tlv_state = tlvs.message_state();
    let intermediate = envelope.esm_class.is_intermediate_notification();
    let by_class = policy.by_esm_class && (envelope.esm_class.is_delivery_receipt() || intermediate);
    let by_tlvs = policy.by_tlvs && tlv_id.is_some() && tlv_state.is_some();
    if !by_class && !by_tlvs && !policy.by_text {
        return None;
    }
    let text = policy.read(&octets_of(envelope));
    if !by_class && !by_tlvs && text.is_none() {
        return None;
    }
    let text = text.unwrap_or_default();
    let id = match tlv_id {
        Some(octets) => String::from_utf8_lossy(octets).into_owned(),
        None => text.id.clone().unwrap_or_default(),
    };
    Some(Read {
        message_id: message_id(&id, policy.message_id_form),
        state: tlv_state.or_else(|| policy.state_of(&text)),
        network_error_code: tlvs.network_error_code(),
        intermediate,
        text,
    })
}

/// The octets of a receipt's text. It is ASCII whatever data_coding says, but
/// for UCS-2, in which each of its characters begins with a zero.
fn octets_of<'a>(envelope: &Envelope<'a>) -> Cow<'a, [u8]> {
    let (_, octets) = envelope.split();
    if octets.first() == Some(&0)
        && let Ok(text) = TextOptions::default().decode(DataCoding::UCS2, octets)
    {
        return text.into_bytes().into();
    }
    octets.into()
}

/// The id in the form of submit_sm_resp; as it came if it is no number, or if
/// it is too long.
fn message_id(id: &str, form: MessageIdForm) -> Option<MessageId> {
    if id.is_empty() {
        return None;
    }
    let converted = match form {
        MessageIdForm::Same => None,
        MessageIdForm::DecimalForHex => id.parse::<u128>().ok().map(|number| format!("{number:X}")),
        MessageIdForm::DecimalForLowerHex => id.parse::<u128>().ok().map(|number| format!("{number:x}")),
        MessageIdForm::HexForDecimal => u128::from_str_radix(id, 16).ok().map(|number| number.to_string()),
    };
    MessageId::try_from(converted.as_deref().unwrap_or(id)).ok()
}
