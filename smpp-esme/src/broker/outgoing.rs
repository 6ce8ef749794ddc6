//! [`Outgoing`]: a message as it waits to be sent.

use smpp_session::pdu::{SubmitSm, text::TextOptions};

use crate::message::{Message, MessageError, Split};

/// A message that is PDUs already, with what the application wants to know it
/// by.
///
/// Made of a [`Message`] or of a single submit_sm. The parts of a long message
/// keep their common reference for as long as they wait, so what is sent again
/// after a restart still joins with what was sent before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    parts: Vec<SubmitSm>,
    reference: Option<String>,
    resend_unknown: bool,
}

impl Outgoing {
    /// Encodes and splits a message for a centre with these text options;
    /// `split` is used if the message does not say, and `reference` is what its
    /// parts share.
    ///
    /// # Errors
    ///
    /// [`MessageError`] if it cannot be made into PDUs.
    pub fn new(
        message: &Message,
        text: &TextOptions,
        split: Split,
        reference: u16,
    ) -> Result<Self, MessageError> {
        Ok(Self {
            parts: message.parts_with(text, split, reference)?,
            reference: message.application_reference().map(str::to_owned),
            resend_unknown: true,
        })
    }

    /// Puts a message together from what a broker has stored.
    pub fn from_parts(parts: Vec<SubmitSm>, reference: Option<String>, resend_unknown: bool) -> Self {
        Self { parts, reference, resend_unknown }
    }

    /// The application's own name for it.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Whether a part is sent again when it was written and never answered,
    /// because the line was lost or the answer did not come in time. Default:
    /// yes, and the recipient may then see it twice. If not, the message
    /// settles as [dead](super::Settlement::Dead) with its fate unknown.
    #[must_use]
    pub fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// The PDUs, in order.
    pub fn parts(&self) -> &[SubmitSm] {
        &self.parts
    }

    /// The application's own name for it, if it has one.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Whether a part without an answer is sent again.
    pub fn resends_unknown(&self) -> bool {
        self.resend_unknown
    }
}

impl From<SubmitSm> for Outgoing {
    fn from(pdu: SubmitSm) -> Self {
        Self::from_parts(vec![pdu], None, true)
    }
}
