//! The user data header: what the octets of a message begin with when esm_class says so (3GPP TS 23.040
//! section 9.2.3.24).

mod element;

use core::fmt;

pub use element::{Concatenation, Element, Ports, SpecialIndication, iei};

use crate::{InvalidField, text::Shifts};

/// A user data header in wire form: order and unknown elements are kept.
///
/// ```
/// use smpp_pdu::udh::UserDataHeader;
///
/// let (header, text) = UserDataHeader::split_from(b"\x05\x00\x03\x64\x02\x01Hello")?;
/// let part = header.concatenation().unwrap();
/// assert_eq!((part.reference, part.total, part.sequence), (0x64, 2, 1));
/// assert_eq!(text, b"Hello");
/// # Ok::<(), smpp_pdu::InvalidField>(())
/// ```
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct UserDataHeader {
    /// The elements, without the length octet.
    elements: Vec<u8>,
}

impl UserDataHeader {
    /// No elements.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the header from the front of user data and returns what follows it.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Truncated`] if the length octet is missing or passes the end;
    /// [`InvalidField::Length`] if an element passes the end of the header.
    pub fn split_from(user_data: &[u8]) -> Result<(Self, &[u8]), InvalidField> {
        let (len, rest) = user_data.split_first().ok_or(InvalidField::Truncated)?;
        let (elements, rest) = rest.split_at_checked(usize::from(*len)).ok_or(InvalidField::Truncated)?;
        let mut left = elements;
        while !left.is_empty() {
            left = Element::split_from(left).ok_or(InvalidField::Length)?.1;
        }
        Ok((Self { elements: elements.to_vec() }, rest))
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The octets on the wire, the length octet counted; 0 without elements, since then no header is sent.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.elements.is_empty() { 0 } else { 1 + self.elements.len() }
    }

    /// The octets on the wire with the length octet; none without elements.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.len());
        if !self.elements.is_empty() {
            // `push` keeps the elements below 256 octets.
            octets.push(self.elements.len() as u8);
            octets.extend_from_slice(&self.elements);
        }
        octets
    }

    /// The elements in wire order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Element<'_>> {
        let mut elements = Vec::new();
        let mut left = self.elements.as_slice();
        while let Some((element, rest)) = Element::split_from(left) {
            elements.push(element);
            left = rest;
        }
        elements.into_iter()
    }

    /// The data of the last element of that identifier: if one repeats, the last counts.
    #[must_use]
    pub fn get(&self, iei: u8) -> Option<&[u8]> {
        self.iter().rev().find(|element| element.iei == iei).map(|element| element.data)
    }

    /// Which part of a long message this is. `None` also if the element says something impossible (no parts,
    /// part 0, a part above the total): then it is ignored. The last element counts, 8 or 16 bits.
    #[must_use]
    pub fn concatenation(&self) -> Option<Concatenation> {
        self.iter().rev().find_map(Concatenation::of).filter(Concatenation::is_possible)
    }

    /// The application ports, of 8 or 16 bits.
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.iter().rev().find_map(Ports::of)
    }

    /// The national tables that the text uses.
    #[must_use]
    pub fn shifts(&self) -> Shifts {
        let language = |iei| match self.get(iei) {
            Some([language]) => crate::text::Language(*language),
            _ => crate::text::Language::DEFAULT,
        };
        Shifts { locking: language(iei::LOCKING_SHIFT), single: language(iei::SINGLE_SHIFT) }
    }

    /// The message waiting indications, one for each kind.
    pub fn special_indications(&self) -> impl Iterator<Item = SpecialIndication> {
        self.iter().filter_map(SpecialIndication::of)
    }

    /// Appends an element.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] if the header would pass 255 octets; it is then as it was.
    pub fn push(&mut self, element: Element<'_>) -> Result<(), InvalidField> {
        let len = self.elements.len() + 2 + element.data.len();
        let Ok(data_len) = u8::try_from(element.data.len()) else { return Err(InvalidField::TooLong) };
        if len > 255 {
            return Err(InvalidField::TooLong);
        }
        self.elements.extend([element.iei, data_len]);
        self.elements.extend_from_slice(element.data);
        Ok(())
    }

    /// Appends which part of a long message this is.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_concatenation(&mut self, part: Concatenation) -> Result<(), InvalidField> {
        let [high, low] = part.reference.to_be_bytes();
        if part.wide {
            self.push(Element { iei: iei::CONCATENATION_16, data: &[high, low, part.total, part.sequence] })
        } else {
            self.push(Element { iei: iei::CONCATENATION_8, data: &[low, part.total, part.sequence] })
        }
    }

    /// Appends application ports, as 8 bits if both fit.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_ports(&mut self, ports: Ports) -> Result<(), InvalidField> {
        let ([d1, d2], [o1, o2]) = (ports.destination.to_be_bytes(), ports.originator.to_be_bytes());
        if ports.wide || d1 != 0 || o1 != 0 {
            self.push(Element { iei: iei::PORTS_16, data: &[d1, d2, o1, o2] })
        } else {
            self.push(Element { iei: iei::PORTS_8, data: &[d2, o2] })
        }
    }

    /// Appends the national tables that the text uses; nothing for the default ones.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn push_shifts(&mut self, shifts: Shifts) -> Result<(), InvalidField> {
        for (iei, language) in [(iei::SINGLE_SHIFT, shifts.single), (iei::LOCKING_SHIFT, shifts.locking)] {
            if language.0 != 0 {
                self.push(Element { iei, data: &[language.0] })?;
            }
        }
        Ok(())
    }

    /// The header without the elements that say which part this is.
    #[must_use]
    pub fn without_concatenation(&self) -> Self {
        let mut elements = Vec::with_capacity(self.elements.len());
        let mut left = self.elements.as_slice();
        while let Some((element, rest)) = Element::split_from(left) {
            if !matches!(element.iei, iei::CONCATENATION_8 | iei::CONCATENATION_16) {
                elements.extend_from_slice(left.get(..left.len() - rest.len()).unwrap_or_default());
            }
            left = rest;
        }
        Self { elements }
    }
}

impl fmt::Debug for UserDataHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} elements, {} octets)", self.iter().count(), self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn ports_and_concatenation_of_the_guide() {
        let wire = [0x0B, 0x05, 0x04, 0x15, 0x81, 0x00, 0x00, 0x00, 0x03, 0x01, 0x02, 0x01, 0xAA];
        let (header, rest) = UserDataHeader::split_from(&wire).unwrap();
        assert_eq!(header.ports(), Some(Ports { destination: 0x1581, originator: 0, wide: true }));
        let part = Concatenation { reference: 1, wide: false, total: 2, sequence: 1 };
        assert_eq!(header.concatenation(), Some(part));
        assert_eq!((header.len(), rest), (12, &[0xAA][..]));
        assert_eq!([&header.to_octets()[..], rest].concat(), wire);
    }

    #[test]
    fn impossible_parts_are_ignored() {
        for data in [[1, 0, 1], [1, 2, 0], [1, 2, 3]] {
            let mut header = UserDataHeader::new();
            header.push(Element { iei: iei::CONCATENATION_8, data: &data }).unwrap();
            assert_eq!(header.concatenation(), None);
        }
    }

    #[test]
    fn the_last_of_a_repeated_element_counts() {
        let mut header = UserDataHeader::new();
        let narrow = Concatenation { reference: 1, wide: false, total: 2, sequence: 1 };
        let wide = Concatenation { reference: 0x0203, wide: true, total: 3, sequence: 2 };
        header.push_concatenation(narrow).unwrap();
        header.push_concatenation(wide).unwrap();
        assert_eq!(header.concatenation(), Some(wide));
        assert!(header.without_concatenation().is_empty());
    }

    #[test]
    fn overruns_are_refused() {
        assert_eq!(UserDataHeader::split_from(&[]), Err(InvalidField::Truncated));
        assert_eq!(UserDataHeader::split_from(&[3, 0]), Err(InvalidField::Truncated));
        assert_eq!(UserDataHeader::split_from(&[3, 0, 3, 1]), Err(InvalidField::Length));
        assert_eq!(UserDataHeader::split_from(&[1, 0]), Err(InvalidField::Length));
    }

    #[test]
    fn unknown_elements_and_languages_survive() {
        let mut header = UserDataHeader::new();
        header.push_shifts(Shifts { locking: Language::TURKISH, single: Language::SPANISH }).unwrap();
        header.push(Element { iei: 0x70, data: &[9; 5] }).unwrap();
        let octets = header.to_octets();
        let (read, _) = UserDataHeader::split_from(&octets).unwrap();
        assert_eq!(read.shifts(), Shifts { locking: Language::TURKISH, single: Language::SPANISH });
        assert_eq!(read.get(0x70), Some(&[9; 5][..]));
        assert_eq!(header.push(Element { iei: 0, data: &[0; 250] }), Err(InvalidField::TooLong));
        assert_eq!(header, read);
    }
}
