//! [`AwaitedReceipts`]: which messages still wait for their final receipt.

use smpp_session::pdu::{
    MessageId,
    receipt::{IdMatching, same_id},
};

use super::Receipt;

/// Counts the final receipts of some messages. Pure: it is told of each
/// receipt by [`note`](Self::note) and waits for nothing itself.
#[derive(Clone, Debug)]
pub struct AwaitedReceipts {
    slots: Vec<(MessageId, Option<Receipt>)>,
}

impl AwaitedReceipts {
    /// Waits for a final receipt of each of these messages.
    pub fn new(message_ids: &[MessageId]) -> Self {
        Self { slots: message_ids.iter().map(|id| (*id, None)).collect() }
    }

    /// Takes note of a receipt; true if it belongs to one of the messages. An id
    /// in another base or case is known if none is the same octet by octet.
    /// Intermediate ones belong, and complete nothing. Of several final
    /// receipts of one message the first counts.
    pub fn note(&mut self, receipt: &Receipt) -> bool {
        let Some(message_id) = receipt.message_id() else {
            return false;
        };
        let Some((_, slot)) = self.position(message_id).and_then(|index| self.slots.get_mut(index)) else {
            return false;
        };
        if receipt.is_final() && slot.is_none() {
            *slot = Some(receipt.clone());
        }
        true
    }

    fn position(&self, message_id: &MessageId) -> Option<usize> {
        let exact = self.slots.iter().position(|(id, _)| id == message_id);
        let spelled = message_id.to_string();
        exact.or_else(|| {
            self.slots.iter().position(|(id, _)| same_id(&id.to_string(), &spelled, IdMatching::AnyBase))
        })
    }

    /// True when every message has its final receipt.
    pub fn is_complete(&self) -> bool {
        self.slots.iter().all(|(_, receipt)| receipt.is_some())
    }

    /// The final receipts so far, in the order of the messages.
    pub fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        self.slots.iter().filter_map(|(_, receipt)| receipt.as_ref())
    }

    /// The messages without a final receipt.
    pub fn missing(&self) -> impl Iterator<Item = &MessageId> {
        self.slots.iter().filter(|(_, receipt)| receipt.is_none()).map(|(id, _)| id)
    }
}
