//! [`MessageIds`]: the message_id an ESME sees, a secret keyed permutation of the store's key.
//!
//! Unguessable, never repeated as long as no key is, and found again without an index. SMPP leaves
//! the form to the message centre (SMPP 3.4 section 5.2.23).

use core::fmt;
use core::ops::Deref;
use std::sync::Arc;

use siphasher::sip::SipHasher24;

use super::MessageKey;

/// Makes message_ids of keys and keys of message_ids.
///
/// A Feistel network of eight rounds over 64 bits with SipHash-2-4 as its round function. The secret
/// belongs to the data: with another one, the message_ids given out before are found no more.
#[derive(Clone)]
pub struct MessageIds {
    secret: Arc<Secret>,
}

impl MessageIds {
    /// The permutation of this secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let (even, odd) = secret.split_at(16);
        let mut keys = [[0; 16]; 2];
        for (key, half) in keys.iter_mut().zip([even, odd]) {
            key.copy_from_slice(half);
        }
        Self { secret: Arc::new(keys.map(|key| SipHasher24::new_with_key(&key))) }
    }

    /// The message_id of `key` in `form`.
    #[must_use]
    pub fn text(&self, key: MessageKey, form: MessageIdForm) -> MessageIdText {
        let value = self.permute(key.number());
        let mut text = MessageIdText::empty();
        match form {
            MessageIdForm::Hexadecimal => text.push_hexadecimal(u128::from(value), 16),
            MessageIdForm::Decimal => text.push_decimal(value),
            MessageIdForm::Uuid => {
                let uuid = self.uuid(value);
                for (shift, digits) in [(96, 8), (80, 4), (64, 4), (48, 4), (0, 12)] {
                    if shift != 96 {
                        text.push(b'-');
                    }
                    text.push_hexadecimal(uuid >> shift, digits);
                }
            }
        }
        text
    }

    /// The key of a message_id, or `None` if the text cannot be one of ours. Whether such a message
    /// exists is for the store to say.
    ///
    /// `form` is the one the account is given and decides where a text could be read in two ways.
    /// Peers change what they are given: upper case, leading zeros dropped, hyphens removed, another
    /// form of the same number are all understood.
    #[must_use]
    pub fn parse(&self, text: &str, form: MessageIdForm) -> Option<MessageKey> {
        let value = match form {
            MessageIdForm::Hexadecimal => hexadecimal(text).or_else(|| decimal(text)),
            MessageIdForm::Decimal => decimal(text).or_else(|| hexadecimal(text)),
            MessageIdForm::Uuid => None,
        };
        let value = value
            .or_else(|| self.parse_uuid(text))
            .or_else(|| hexadecimal(text))
            .or_else(|| decimal(text))?;
        MessageKey::new(self.permute_back(value))
    }

    /// A code that shows that `octets` were written by whoever has the secret: what travels through others and comes
    /// back carries it.
    #[must_use]
    pub fn mac(&self, octets: &[u8]) -> u64 {
        let [even, odd] = &*self.secret;
        let mut input = Vec::with_capacity(octets.len() + 1);
        input.push(MAC_DOMAIN);
        input.extend_from_slice(octets);
        let first = even.hash(&input);
        input.extend_from_slice(&first.to_le_bytes());
        odd.hash(&input)
    }

    fn parse_uuid(&self, text: &str) -> Option<u64> {
        let mut digits = 0u32;
        let mut uuid = 0u128;
        for (at, octet) in text.bytes().enumerate() {
            if octet == b'-' && text.len() == UUID_LEN && matches!(at, 8 | 13 | 18 | 23) {
                continue;
            }
            let digit = char::from(octet).to_digit(16)?;
            digits += 1;
            if digits > 32 {
                return None;
            }
            uuid = uuid << 4 | u128::from(digit);
        }
        if digits != 32 {
            return None;
        }
        let value = uuid_value(uuid);
        (self.uuid(value) == uuid).then_some(value)
    }

    /// A UUID of version 8 (RFC 9562 section 5.8): 64 bits of ours and 58 that prove it is ours.
    fn uuid(&self, value: u64) -> u128 {
        let [even, odd] = &*self.secret;
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        let input = [UUID_DOMAIN, a, b, c, d, e, f, g, h];
        let proof = even.hash(&input) ^ odd.hash(&input);
        let value = u128::from(value);
        // 48 bits, version, 12 bits, variant, 4 bits, 58 bits of proof.
        let high = (value >> 16) << 80 | 0x8 << 76 | (value >> 4 & 0xFFF) << 64;
        let low = 0b10 << 62 | (value & 0xF) << 58 | u128::from(proof) & ((1 << 58) - 1);
        high | low
    }

    fn permute(&self, value: u64) -> u64 {
        (0..ROUNDS).fold(value, |value, round| {
            let (left, right) = halves(value);
            joined(right, left ^ self.round(round, right))
        })
    }

    fn permute_back(&self, value: u64) -> u64 {
        (0..ROUNDS).rev().fold(value, |value, round| {
            let (left, right) = halves(value);
            joined(right ^ self.round(round, left), left)
        })
    }

    fn round(&self, round: u8, half: u32) -> u32 {
        let [even, odd] = &*self.secret;
        let [a, b, c, d] = half.to_le_bytes();
        let hasher = if round.is_multiple_of(2) { even } else { odd };
        halves(hasher.hash(&[round, a, b, c, d])).1
    }
}

impl fmt::Debug for MessageIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageIds").finish_non_exhaustive()
    }
}

/// How a message_id is written.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MessageIdForm {
    /// 16 lower-case hexadecimal digits. For SMPP 3.4 and later; version 3.3 carries 8 at most.
    #[default]
    Hexadecimal,
    /// A decimal number of 20 digits, zeros in front.
    Decimal,
    /// 36 characters in the shape of a UUID.
    Uuid,
}

/// The text of a message_id, held inline.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct MessageIdText {
    len: u8,
    octets: [u8; UUID_LEN],
}

impl MessageIdText {
    /// The text, ASCII digits, letters a to f and hyphens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let octets = self.octets.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(octets).unwrap_or_default()
    }

    fn empty() -> Self {
        Self { len: 0, octets: [0; UUID_LEN] }
    }

    fn push(&mut self, octet: u8) {
        if let Some(slot) = self.octets.get_mut(usize::from(self.len)) {
            *slot = octet;
            self.len += 1;
        }
    }

    fn push_hexadecimal(&mut self, value: u128, digits: u32) {
        for at in (0..digits).rev() {
            let digit = (value >> (4 * at) & 0xF) as u8;
            self.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }

    fn push_decimal(&mut self, value: u64) {
        for at in (0..DECIMAL_LEN).rev() {
            let digit = value / 10u64.pow(at) % 10;
            self.push(b'0' + digit as u8);
        }
    }
}

impl Deref for MessageIdText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for MessageIdText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for MessageIdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An id proves that a message is one's own, so it is not shown.
impl fmt::Debug for MessageIdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageIdText").field("len", &self.len).finish_non_exhaustive()
    }
}

type Secret = [SipHasher24; 2];

fn hexadecimal(text: &str) -> Option<u64> {
    let fits = (1..=16).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_hexdigit());
    if fits { u64::from_str_radix(text, 16).ok() } else { None }
}

fn decimal(text: &str) -> Option<u64> {
    let fits = text.len() <= DECIMAL_LEN as usize && text.bytes().all(|octet| octet.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// The 64 bits of ours in a UUID.
fn uuid_value(uuid: u128) -> u64 {
    let high = uuid >> 80 << 16;
    let middle = (uuid >> 64 & 0xFFF) << 4;
    let low = uuid >> 58 & 0xF;
    (high | middle | low) as u64
}

fn halves(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

fn joined(left: u32, right: u32) -> u64 {
    u64::from(left) << 32 | u64::from(right)
}

const ROUNDS: u8 = 8;
const UUID_LEN: usize = 36;
const DECIMAL_LEN: u32 = 20;
/// First octet of what is hashed for a UUID's proof; above every round number.
const UUID_DOMAIN: u8 = 0xFF;
/// Begins what [`MessageIds::mac`] hashes; no round and no UUID begins so.
const MAC_DOMAIN: u8 = 0xFE;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const FORMS: [MessageIdForm; 3] =
        [MessageIdForm::Hexadecimal, MessageIdForm::Decimal, MessageIdForm::Uuid];

    proptest! {
        #[test]
        fn every_form_leads_back_to_its_key(secret: [u8; 32], number in 0u64..1 << 63) {
            let ids = MessageIds::new(&secret);
            let key = MessageKey::new(number).unwrap();
            for form in FORMS {
                let text = ids.text(key, form);
                prop_assert_eq!(ids.parse(&text, form), Some(key));
                prop_assert_eq!(ids.parse(&text.to_uppercase(), form), Some(key));
            }
        }

        #[test]
        fn the_number_survives_what_peers_do_to_it(secret: [u8; 32], number in 0u64..1 << 63) {
            let ids = MessageIds::new(&secret);
            let key = MessageKey::new(number).unwrap();
            for form in [MessageIdForm::Hexadecimal, MessageIdForm::Decimal] {
                let stripped = ids.text(key, form).trim_start_matches('0').to_owned();
                prop_assert_eq!(ids.parse(&stripped, form), Some(key));
            }
            let bare = ids.text(key, MessageIdForm::Uuid).replace('-', "");
            prop_assert_eq!(ids.parse(&bare, MessageIdForm::Uuid), Some(key));
            for (written, account) in [
                (MessageIdForm::Uuid, MessageIdForm::Hexadecimal),
                (MessageIdForm::Decimal, MessageIdForm::Hexadecimal),
                (MessageIdForm::Hexadecimal, MessageIdForm::Uuid),
            ] {
                prop_assert_eq!(ids.parse(&ids.text(key, written), account), Some(key));
            }
        }

        #[test]
        fn the_permutation_is_one(secret: [u8; 32], value: u64) {
            let ids = MessageIds::new(&secret);
            prop_assert_eq!(ids.permute_back(ids.permute(value)), value);
            prop_assert_eq!(ids.permute(ids.permute_back(value)), value);
        }

        #[test]
        fn a_foreign_uuid_is_none(uuid: u128) {
            let text = format!("{uuid:032x}");
            prop_assert_eq!(MessageIds::new(&[1; 32]).parse(&text, MessageIdForm::Uuid), None);
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let ids = MessageIds::new(&[1; 32]);
            for form in FORMS {
                let _key = ids.parse(&text, form);
            }
        }
    }

    #[test]
    fn foreign_text_is_none() {
        let ids = MessageIds::new(&[1; 32]);
        for text in
            ["", "x", "+1", "-1", "0x12", "12 ", "99999999999999999999", "00000000000000000000000", "é"]
        {
            for form in FORMS {
                assert_eq!(ids.parse(text, form), None, "{text} as {form:?}");
            }
        }
    }

    #[test]
    fn forms_have_the_promised_shape() {
        let ids = MessageIds::new(&[7; 32]);
        for number in 0..1_000 {
            let key = MessageKey::new(number).unwrap();
            let hexadecimal = ids.text(key, MessageIdForm::Hexadecimal);
            let decimal = ids.text(key, MessageIdForm::Decimal);
            let uuid = ids.text(key, MessageIdForm::Uuid);

            assert!(hexadecimal.len() == 16 && !hexadecimal.contains(|c: char| c.is_ascii_uppercase()));
            assert!(decimal.len() == 20 && decimal.bytes().all(|octet| octet.is_ascii_digit()));
            assert_eq!(uuid.len(), 36);
            assert_eq!((uuid.as_bytes()[14], uuid.matches('-').count()), (b'8', 4));
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        }
    }

    #[test]
    fn neighbouring_keys_look_unrelated() {
        let ids = MessageIds::new(&[3; 32]);
        let mut changed = 0;
        let mut seen = HashSet::new();
        for number in 0..10_000u64 {
            let value = ids.permute(number);
            assert!(seen.insert(value));
            changed += (value ^ ids.permute(number + 1)).count_ones();
        }
        // 32 of 64 bits on average; the standard error of the mean over 10,000 pairs is 0.04.
        let mean = f64::from(changed) / 10_000.0;
        assert!((31.5..32.5).contains(&mean), "{mean}");
    }

    #[test]
    fn another_secret_gives_other_ids() {
        let key = MessageKey::new(42).unwrap();
        let mut secrets: Vec<[u8; 32]> = (0..32)
            .map(|at| {
                let mut secret = [0; 32];
                secret[at] = 1;
                secret
            })
            .collect();
        secrets.push([0; 32]);

        let ids: HashSet<_> = secrets
            .iter()
            .map(|secret| MessageIds::new(secret).text(key, MessageIdForm::Hexadecimal))
            .collect();

        assert_eq!(ids.len(), secrets.len());
    }
}
