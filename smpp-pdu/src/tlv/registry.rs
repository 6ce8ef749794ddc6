//! [`TlvRegistry`]: the TLVs of a vendor, by name.

use std::collections::BTreeMap;

use super::{TlvKind, TlvTag};
use crate::InvalidField;

/// The TLVs of a vendor, by name, type and length.
///
/// One registry serves the peers that share a vendor; it travels in
/// [`CodecOptions`](crate::CodecOptions). It may also rename or retype a registered tag.
///
/// ```
/// use smpp_pdu::{Tlvs, tlv::{TlvKind, TlvRegistry, TlvTag, VendorTlv}};
///
/// let mut registry = TlvRegistry::default();
/// registry.insert(VendorTlv::new(TlvTag(0x1400), "operator_id", TlvKind::Integer, 2, 2))?;
///
/// let mut tlvs = Tlvs::default();
/// tlvs.push(registry.tag("operator_id").unwrap(), &[0x00, 0x2A])?;
/// let vendor = registry.by_tag(TlvTag(0x1400)).unwrap();
/// assert!(vendor.accepts(&[0x00, 0x2A]));
/// assert!(!vendor.accepts(&[0x2A]));
/// # Ok::<(), smpp_pdu::InvalidField>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TlvRegistry {
    by_tag: BTreeMap<TlvTag, VendorTlv>,
}

impl TlvRegistry {
    /// Adds a TLV.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Value`] if its tag or its name is taken, or its lengths cannot be.
    pub fn insert(&mut self, tlv: VendorTlv) -> Result<(), InvalidField> {
        let impossible = tlv.min > tlv.max || tlv.kind == TlvKind::Integer && ![1, 2, 4].contains(&tlv.max);
        if impossible || self.tag(&tlv.name).is_some() || self.by_tag.contains_key(&tlv.tag) {
            return Err(InvalidField::Value);
        }
        self.by_tag.insert(tlv.tag, tlv);
        Ok(())
    }

    /// The TLV of that tag.
    #[must_use]
    pub fn by_tag(&self, tag: TlvTag) -> Option<&VendorTlv> {
        self.by_tag.get(&tag)
    }

    /// The tag of that name.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<TlvTag> {
        self.iter().find(|tlv| tlv.name == name).map(|tlv| tlv.tag)
    }

    /// All of them, by tag.
    pub fn iter(&self) -> impl Iterator<Item = &VendorTlv> {
        self.by_tag.values()
    }
}

/// A TLV that a vendor defined.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(any(test, feature = "serde"), derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct VendorTlv {
    /// Its tag; vendors have 0x1400-0x3FFF.
    pub tag: TlvTag,
    /// What the vendor calls it.
    pub name: String,
    /// How its value is read.
    pub kind: TlvKind,
    /// The shortest value, in octets.
    pub min: u16,
    /// The longest value, in octets; 1, 2 or 4 for integers.
    pub max: u16,
}

impl VendorTlv {
    /// A TLV of that tag, name, type and length.
    #[must_use]
    pub fn new(tag: TlvTag, name: impl Into<String>, kind: TlvKind, min: u16, max: u16) -> Self {
        Self { tag, name: name.into(), kind, min, max }
    }

    /// Whether a value has a length that the vendor allows.
    #[must_use]
    pub fn accepts(&self, value: &[u8]) -> bool {
        (usize::from(self.min)..=usize::from(self.max)).contains(&value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_are_taken_once() {
        let mut registry = TlvRegistry::default();
        let tlv = |tag, name| VendorTlv::new(TlvTag(tag), name, TlvKind::Octets, 0, 10);
        assert_eq!(registry.insert(tlv(0x1400, "a")), Ok(()));
        assert_eq!(registry.insert(tlv(0x1400, "b")), Err(InvalidField::Value));
        assert_eq!(registry.insert(tlv(0x1401, "a")), Err(InvalidField::Value));
        assert_eq!(
            registry.insert(VendorTlv::new(TlvTag(0x1402), "c", TlvKind::Integer, 1, 3)),
            Err(InvalidField::Value)
        );
        assert_eq!(registry.iter().count(), 1);
    }
}
