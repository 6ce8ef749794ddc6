//! What travels in `dlr_url` and comes back in every report: which message of which account on which node, and a code
//! that shows it was written here.

use std::sync::Arc;

use crate::message::{MessageIdForm, MessageIds, MessageKey};

/// Writes and reads references of one node.
#[derive(Clone)]
pub(super) struct References {
    node: Arc<str>,
    ids: MessageIds,
}

/// What a `dlr_url` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Reference {
    /// A message of this node.
    Ours(MessageKey),
    /// Written by another node with the same secret.
    OtherNode,
    /// Not written by us.
    Foreign,
}

impl References {
    pub(super) fn new(node: impl Into<Arc<str>>, ids: MessageIds) -> Self {
        Self { node: node.into(), ids }
    }

    /// `node|account|message_id|code`.
    pub(super) fn write(&self, account: &str, key: MessageKey) -> String {
        let id = self.ids.text(key, MessageIdForm::Hexadecimal);
        let signed = format!("{}|{account}|{}", self.node, id.as_str());
        let code = self.ids.mac(signed.as_bytes());
        format!("{signed}|{code:016x}")
    }

    pub(super) fn read(&self, text: &[u8]) -> Reference {
        let Some((signed, code)) = std::str::from_utf8(text).ok().and_then(|text| text.rsplit_once('|'))
        else {
            return Reference::Foreign;
        };
        if u64::from_str_radix(code, 16) != Ok(self.ids.mac(signed.as_bytes())) {
            return Reference::Foreign;
        }
        let mut parts = signed.split('|');
        let (Some(node), Some(id)) = (parts.next(), parts.next_back()) else { return Reference::Foreign };
        if node != &*self.node {
            return Reference::OtherNode;
        }
        match self.ids.parse(id, MessageIdForm::Hexadecimal) {
            Some(key) => Reference::Ours(key),
            None => Reference::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(node: &str) -> References {
        References::new(node, MessageIds::new(&[7; 32]))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let key = MessageKey::new(123_456).unwrap();
        let text = references("n1").write("esme", key);

        assert_eq!(references("n1").read(text.as_bytes()), Reference::Ours(key));
        assert_eq!(references("n2").read(text.as_bytes()), Reference::OtherNode);
    }

    #[test]
    fn what_was_changed_or_comes_from_elsewhere_is_foreign() {
        let key = MessageKey::new(123_456).unwrap();
        let text = references("n1").write("esme", key);

        assert_eq!(references("n1").read(text.replace("esme", "evil").as_bytes()), Reference::Foreign);
        assert_eq!(references("n1").read(b"esme|1700000000|7d8f"), Reference::Foreign);
        assert_eq!(references("n1").read(b""), Reference::Foreign);
        assert_eq!(references("n1").read(&[0xFF, b'|', b'0']), Reference::Foreign);
    }
}
