//! [`TlvRegistry`]: the TLVs of a vendor, by name.

use std::collections::BTreeMap;

use super::{Tlv, TlvKind, TlvTag, Tlvs};
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

    /// The value of a TLV as its vendor means it; `None` if the tag is not the vendor's or the value has a
    /// length that the vendor does not allow.
    #[must_use]
    pub fn value<'a>(&self, tlv: Tlv<'a>) -> Option<VendorValue<'a>> {
        let vendor = self.by_tag(tlv.tag).filter(|vendor| vendor.accepts(tlv.value))?;
        Some(match (vendor.kind, tlv.value) {
            (TlvKind::Integer, value) => {
                VendorValue::Integer(value.iter().fold(0, |number, octet| number << 8 | u32::from(*octet)))
            }
            (TlvKind::Octets, value) => VendorValue::Octets(value),
            (TlvKind::COctets, value) => VendorValue::COctets(value.strip_suffix(&[0]).unwrap_or(value)),
        })
    }

    /// Appends a TLV by name, an integer in as many octets as the vendor says, a string with its NUL.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Value`] if there is no such name, the value is of another type or does not fit;
    /// [`InvalidField::TlvLength`] if the vendor does not allow its length.
    pub fn push(&self, tlvs: &mut Tlvs, name: &str, value: VendorValue<'_>) -> Result<(), InvalidField> {
        let vendor = self.iter().find(|tlv| tlv.name == name).ok_or(InvalidField::Value)?;
        let octets = match (vendor.kind, value) {
            (TlvKind::Integer, VendorValue::Integer(number)) => {
                let octets = number.to_be_bytes();
                let (high, low) = octets
                    .split_at_checked(4_usize.saturating_sub(usize::from(vendor.max)))
                    .ok_or(InvalidField::Value)?;
                if high.iter().any(|octet| *octet != 0) {
                    return Err(InvalidField::Value);
                }
                low.to_vec()
            }
            (TlvKind::Octets, VendorValue::Octets(octets)) => octets.to_vec(),
            (TlvKind::COctets, VendorValue::COctets(octets)) if !octets.contains(&0) => {
                [octets, &[0]].concat()
            }
            (TlvKind::Integer | TlvKind::Octets | TlvKind::COctets, _) => return Err(InvalidField::Value),
        };
        if !vendor.accepts(&octets) {
            return Err(InvalidField::TlvLength);
        }
        tlvs.push(vendor.tag, &octets)
    }

    /// All of them, by tag.
    pub fn iter(&self) -> impl Iterator<Item = &VendorTlv> {
        self.by_tag.values()
    }
}

/// A value as its vendor means it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VendorValue<'a> {
    /// A number of one, two or four octets.
    Integer(u32),
    /// Octets of any value.
    Octets(&'a [u8]),
    /// A string, without its NUL.
    COctets(&'a [u8]),
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
    fn values_by_name_there_and_back() {
        let mut registry = TlvRegistry::default();
        for (tag, name, kind, max) in [
            (0x1400, "operator", TlvKind::Integer, 2),
            (0x1401, "label", TlvKind::COctets, 5),
            (0x1402, "blob", TlvKind::Octets, 3),
        ] {
            registry.insert(VendorTlv::new(TlvTag(tag), name, kind, 1, max)).unwrap();
        }
        let values = [
            ("operator", VendorValue::Integer(0x0102)),
            ("label", VendorValue::COctets(b"abcd")),
            ("blob", VendorValue::Octets(&[0, 1, 2])),
        ];
        let mut tlvs = Tlvs::new();
        for (name, value) in values {
            registry.push(&mut tlvs, name, value).unwrap();
        }
        assert_eq!(tlvs.get(TlvTag(0x1400)), Some(&[1, 2][..]));
        assert_eq!(tlvs.get(TlvTag(0x1401)), Some(&b"abcd\0"[..]));
        let read: Vec<_> = tlvs.iter().map(|tlv| registry.value(tlv).unwrap()).collect();
        assert_eq!(read, values.map(|(_, value)| value));

        let mut push = |name, value| registry.push(&mut tlvs, name, value);
        assert_eq!(push("operator", VendorValue::Integer(0x1_0000)), Err(InvalidField::Value));
        assert_eq!(push("operator", VendorValue::Octets(&[1])), Err(InvalidField::Value));
        assert_eq!(push("label", VendorValue::COctets(b"abcde")), Err(InvalidField::TlvLength));
        assert_eq!(push("unknown", VendorValue::Integer(1)), Err(InvalidField::Value));
        let short = Tlv { tag: TlvTag(0x1402), value: &[] };
        assert_eq!(registry.value(short), None);
    }

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
