//! The `meta_data` of an [`Sms`](crate::Sms): groups of keys and values in one string.
//!
//! ```text
//! ?group?key=value&key=value&?group2?key=value&
//! ```
//!
//! Groups, keys and values are URL-encoded. Values are octets. A group may be empty, and the last `&` of a group may be
//! missing when read.

use std::fmt;

use bytes::Bytes;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::combinator::{all_consuming, eof, peek};
use nom::multi::{fold_many0, many0};
use nom::sequence::{delimited, preceded, separated_pair, terminated};
use nom::{IResult, Parser};
use thiserror::Error;

/// Groups of keys and values, in the order they came; bearerbox does not keep the order.
///
/// ```
/// use smpp_bearerbox::MetaData;
///
/// let mut meta_data = MetaData::default();
/// meta_data.set("smpp", "k e", b"v&v\x00");
/// assert_eq!(meta_data.to_bytes(), "?smpp?k+e=v%26v%00&");
///
/// let read = MetaData::parse(b"?orig_msg?dlr_mask=31&?SMPP?dlr_err=%03%00%11")?;
/// assert_eq!(read.value("smpp", "dlr_err"), Some(&b"\x03\x00\x11"[..]));
/// # Ok::<(), smpp_bearerbox::InvalidMetaData>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct MetaData {
    groups: Vec<Group>,
}

#[derive(Clone, Eq, PartialEq)]
struct Group {
    name: Vec<u8>,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl MetaData {
    /// The group of TLVs and SMPP's own fields.
    pub const SMPP: &'static str = "smpp";

    /// Reads the string. The empty string has no groups.
    ///
    /// # Errors
    ///
    /// When the string does not fit the grammar as a whole; bearerbox drops such a one, too.
    pub fn parse(octets: &[u8]) -> Result<Self, InvalidMetaData> {
        let (_, groups) =
            all_consuming(many0(group)).parse(octets).map_err(|_: nom::Err<()>| InvalidMetaData)?;
        Ok(Self { groups })
    }

    /// The value of a key, the first one if it repeats. The case of the group's name does not matter.
    pub fn value(&self, group: &str, key: &str) -> Option<&[u8]> {
        self.pairs(group).find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| value)
    }

    /// The keys and values of a group. The case of its name does not matter.
    pub fn pairs<'a>(&'a self, group: &str) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.groups
            .iter()
            .filter(move |candidate| candidate.name.eq_ignore_ascii_case(group.as_bytes()))
            .flat_map(|group| group.pairs.iter())
            .map(|(key, value)| (&key[..], &value[..]))
    }

    /// The names of the groups.
    pub fn groups(&self) -> impl Iterator<Item = &[u8]> {
        self.groups.iter().map(|group| &group.name[..])
    }

    /// Sets the value of a key, in place of one that is there.
    pub fn set(&mut self, group: &str, key: &str, value: &[u8]) {
        let at =
            self.groups.iter().position(|candidate| candidate.name.eq_ignore_ascii_case(group.as_bytes()));
        let pairs = match at.and_then(|at| self.groups.get_mut(at)) {
            Some(group) => &mut group.pairs,
            None => {
                self.groups.push(Group { name: group.as_bytes().to_vec(), pairs: Vec::new() });
                let Some(group) = self.groups.last_mut() else { return };
                &mut group.pairs
            }
        };
        pairs.retain(|(name, _)| name != key.as_bytes());
        pairs.push((key.as_bytes().to_vec(), value.to_vec()));
    }

    /// Tells whether there are no groups.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Writes the string.
    pub fn to_bytes(&self) -> Bytes {
        let mut octets = Vec::new();
        for group in &self.groups {
            octets.push(b'?');
            encode(&group.name, &mut octets);
            octets.push(b'?');
            for (key, value) in &group.pairs {
                encode(key, &mut octets);
                octets.push(b'=');
                encode(value, &mut octets);
                octets.push(b'&');
            }
        }
        octets.into()
    }
}

/// Shows the names of the groups and how much they hold.
impl fmt::Debug for MetaData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.groups.iter().map(|group| (group.name.escape_ascii().to_string(), group.pairs.len())),
            )
            .finish()
    }
}

/// The string is not of the form `?group?key=value&`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not of the form ?group?key=value&")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct InvalidMetaData;

type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

fn group(input: &[u8]) -> Parsed<'_, Group> {
    let (input, name) = delimited(tag("?"), url_encoded, tag("?")).parse(input)?;
    let end = alt((tag("&"), peek(tag("?")), eof));
    let (input, pairs) = many0(terminated(pair, end)).parse(input)?;
    Ok((input, Group { name, pairs }))
}

fn pair(input: &[u8]) -> Parsed<'_, (Vec<u8>, Vec<u8>)> {
    separated_pair(url_encoded, tag("="), url_encoded).parse(input)
}

/// Reads up to one of the signs that part groups, keys and values.
fn url_encoded(input: &[u8]) -> Parsed<'_, Vec<u8>> {
    let (rest, text) = take_till(|octet| matches!(octet, b'?' | b'&' | b'='))(input)?;
    let (_, octets) = all_consuming(fold_many0(piece, Vec::new, |mut octets: Vec<u8>, piece: Piece<'_>| {
        match piece {
            Piece::Plain(plain) => octets.extend_from_slice(plain),
            Piece::Octet(octet) => octets.push(octet),
        }
        octets
    }))
    .parse(text)?;
    Ok((rest, octets))
}

enum Piece<'a> {
    Plain(&'a [u8]),
    Octet(u8),
}

fn piece(input: &[u8]) -> Parsed<'_, Piece<'_>> {
    alt((
        take_while1(|octet| !matches!(octet, b'%' | b'+')).map(Piece::Plain),
        tag("+").map(|_| Piece::Octet(b' ')),
        preceded(tag("%"), (hex_digit, hex_digit)).map(|(high, low)| Piece::Octet(high << 4 | low)),
    ))
    .parse(input)
}

fn hex_digit(input: &[u8]) -> Parsed<'_, u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match input.split_first().and_then(|(octet, rest)| Some((rest, digit(*octet)?))) {
        Some(parsed) => Ok(parsed),
        None => Err(nom::Err::Error(())),
    }
}

fn encode(octets: &[u8], encoded: &mut Vec<u8>) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    for &octet in octets {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(octet),
            b' ' => encoded.push(b'+'),
            _ => {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                encoded.extend([b'%', digit(octet >> 4), digit(octet & 0x0F)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_bearerbox_writes() {
        let text = b"?smpp?k+e=v%26v&data_coding=3&?orig_msg?dlr_mask=31&?smpp_resp??mine?a=1&b=2&";

        let meta_data = MetaData::parse(text).unwrap();

        assert_eq!(meta_data.value("smpp", "k e"), Some(&b"v&v"[..]));
        assert_eq!(meta_data.value("smpp", "data_coding"), Some(&b"3"[..]));
        assert_eq!(meta_data.pairs("smpp_resp").count(), 0);
        assert_eq!(meta_data.groups().count(), 4);
        assert_eq!(meta_data.to_bytes(), &text[..]);
    }

    #[test]
    fn refuses_what_is_not_of_the_form() {
        for text in [
            &b"smpp"[..],
            b"?smpp",
            b"?smpp?key",
            b"?smpp?a=b&c",
            b"?smpp?a=%0",
            b"?smpp?a=%zz&",
            b"?a?b=c=d",
        ] {
            assert_eq!(MetaData::parse(text), Err(InvalidMetaData), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn the_empty_string_and_the_last_ampersand() {
        assert!(MetaData::parse(b"").unwrap().is_empty());
        assert_eq!(MetaData::parse(b"?a?b=c"), MetaData::parse(b"?a?b=c&"));
    }

    #[test]
    fn set_replaces() {
        let mut meta_data = MetaData::default();
        meta_data.set("smpp", "a", b"1");
        meta_data.set("SMPP", "a", b"2");

        assert_eq!(meta_data.to_bytes(), "?smpp?a=2&");
    }

    proptest! {
        #[test]
        fn survives_its_own_form(pairs in vec(("[a-z]{1,4}", ".{0,6}", vec(any::<u8>(), 0..12)), 0..8)) {
            let mut meta_data = MetaData::default();
            for (group, key, value) in &pairs {
                meta_data.set(group, key, value);
            }

            prop_assert_eq!(MetaData::parse(&meta_data.to_bytes()), Ok(meta_data));
        }

        #[test]
        fn takes_any_octets_without_harm(octets in vec(any::<u8>(), 0..60)) {
            if let Ok(meta_data) = MetaData::parse(&octets) {
                prop_assert_eq!(MetaData::parse(&meta_data.to_bytes()), Ok(meta_data));
            }
        }
    }
}
