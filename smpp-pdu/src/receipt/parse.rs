//! [`ReceiptText`]: the text of a receipt, in any dialect.

use core::fmt;

use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, tag_no_case, take_while1},
    combinator::{map, value},
    sequence::terminated,
};

use crate::{CivilTime, MessageState, OctetString, SmppTime};

/// The text of a receipt: every value as it stands, `None` where its key is missing.
///
/// Values are text as ISO-8859-1, `text` is octets, since its alphabet is unknown. `Debug` shows the state
/// and the error only.
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReceiptText {
    /// What the Message Centre calls the message.
    pub id: Option<String>,
    /// How many messages were submitted.
    pub sub: Option<String>,
    /// How many were delivered.
    pub dlvrd: Option<String>,
    /// When it was submitted; see [`submitted`](Self::submitted).
    pub submit_date: Option<String>,
    /// When its state became final; see [`done`](Self::done).
    pub done_date: Option<String>,
    /// The state; see [`message_state`](Self::message_state).
    pub stat: Option<String>,
    /// The error of the network or of the Message Centre.
    pub err: Option<String>,
    /// The beginning of the message.
    pub text: Option<OctetString>,
    /// Other keys and their values, in order.
    pub extra: Vec<(String, String)>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Key {
    Id,
    Sub,
    Dlvrd,
    SubmitDate,
    DoneDate,
    Stat,
    Err,
    Text,
    Other(String),
}

impl ReceiptText {
    /// Reads a text. No text is an error: what has no key that is known reads as nothing.
    ///
    /// Keys match without regard to case, in any order, at the start or after white space; a value runs to
    /// the next key; `text:` takes all that follows, unless the state is still to come. A closing NUL
    /// belongs to nothing.
    ///
    /// ```
    /// use smpp_pdu::{MessageState, receipt::ReceiptText};
    ///
    /// let receipt = ReceiptText::parse(b"id:42 stat:DELIVRD err:000 Text:Hello");
    /// assert!(receipt.is_receipt());
    /// assert_eq!(receipt.message_state(), Some(MessageState::DELIVERED));
    /// ```
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let text = text.strip_suffix(&[0]).unwrap_or(text);
        let mut receipt = Self::default();
        let mut open: Option<(Key, &[u8])> = None;
        let mut rest = text;
        let mut at_start = true;
        while let Some((first, after)) = rest.split_first() {
            let found = if at_start { key(rest).ok() } else { None };
            at_start = first.is_ascii_whitespace();
            let Some((value, key)) = found else {
                rest = after;
                continue;
            };
            if let Some((before, start)) = open.take() {
                receipt.set(before, start.get(..start.len() - rest.len()).unwrap_or_default());
            }
            if key == Key::Text && (receipt.has_verdict() || !has_stat(value)) {
                receipt.text = Some(value.into());
                return receipt.mended();
            }
            open = Some((key, value));
            rest = value;
            at_start = false;
        }
        if let Some((key, start)) = open {
            receipt.set(key, start);
        }
        receipt.mended()
    }

    /// Whether this is a receipt: a state and at least one other key that receipts have.
    #[must_use]
    pub fn is_receipt(&self) -> bool {
        let others = [&self.id, &self.sub, &self.dlvrd, &self.submit_date, &self.done_date, &self.err];
        self.stat.is_some() && others.into_iter().any(Option::is_some)
    }

    /// The state that `stat:` means, if it is one of the known words or their numbers.
    #[must_use]
    pub fn message_state(&self) -> Option<MessageState> {
        let stat = self.stat.as_deref()?;
        MessageState::from_receipt_text(stat)
    }

    /// When it was submitted, in the Message Centre's local time: 10, 12, 14 or 16 digits.
    #[must_use]
    pub fn submitted(&self) -> Option<CivilTime> {
        date(self.submit_date.as_deref()?)
    }

    /// When its state became final, in the Message Centre's local time.
    #[must_use]
    pub fn done(&self) -> Option<CivilTime> {
        date(self.done_date.as_deref()?)
    }

    /// The error as a number: decimal, or hexadecimal if it has letters.
    #[must_use]
    pub fn error_code(&self) -> Option<u32> {
        let err = self.err.as_deref()?;
        err.parse().ok().or_else(|| u32::from_str_radix(err, 16).ok())
    }

    fn has_verdict(&self) -> bool {
        self.stat.is_some() || self.err.is_some()
    }

    /// Keeps a value; the first of a repeated key counts.
    fn set(&mut self, key: Key, octets: &[u8]) {
        let octets = octets.trim_ascii();
        if key == Key::Text {
            self.text.get_or_insert_with(|| octets.into());
            return;
        }
        let text: String = octets.iter().map(|octet| char::from(*octet)).collect();
        let text = unquoted(&text).to_owned();
        let place = match key {
            Key::Id => &mut self.id,
            Key::Sub => &mut self.sub,
            Key::Dlvrd => &mut self.dlvrd,
            Key::SubmitDate => &mut self.submit_date,
            Key::DoneDate => &mut self.done_date,
            Key::Stat => &mut self.stat,
            Key::Err => &mut self.err,
            Key::Text => return,
            Key::Other(name) => return self.extra.push((name, text)),
        };
        place.get_or_insert(text);
    }

    /// Takes the state from behind the done date, where one dialect puts it without a key.
    fn mended(mut self) -> Self {
        if self.stat.is_none()
            && let Some((date, word)) = self.done_date.as_deref().and_then(|date| date.split_once(' '))
            && MessageState::from_receipt_text(word.trim()).is_some()
        {
            (self.stat, self.done_date) = (Some(word.trim().to_owned()), Some(date.to_owned()));
        }
        self
    }
}

/// A key and its colon; what follows is its value.
fn key(input: &[u8]) -> IResult<&[u8], Key> {
    let known = alt((
        value(Key::Id, tag_no_case("id:")),
        value(Key::Sub, tag_no_case("sub:")),
        value(Key::Dlvrd, tag_no_case("dlvrd:")),
        value(Key::SubmitDate, tag_no_case("submit date:")),
        value(Key::DoneDate, tag_no_case("done date:")),
        value(Key::Stat, tag_no_case("stat:")),
        value(Key::Err, tag_no_case("err:")),
        value(Key::Text, tag_no_case("text:")),
    ));
    let word = take_while1(|octet: u8| octet.is_ascii_alphanumeric() || octet == b'_');
    let other =
        map(terminated(word, tag(":")), |word: &[u8]| Key::Other(String::from_utf8_lossy(word).into_owned()));
    alt((known, other)).parse(input)
}

/// Whether a state is still to come.
fn has_stat(rest: &[u8]) -> bool {
    let mut words = rest.split(u8::is_ascii_whitespace);
    words.any(|word| word.len() > 5 && word.get(..5).is_some_and(|key| key.eq_ignore_ascii_case(b"stat:")))
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// YYMMDDhhmm, YYMMDDhhmmss, YYYYMMDDhhmm, YYYYMMDDhhmmss with or without hundredths, or a time of SMPP's own
/// form: the first that exists.
fn date(text: &str) -> Option<CivilTime> {
    if let Ok(time) = SmppTime::from_octets(text.as_bytes())
        && !time.is_local()
    {
        return date(text.get(..12)?);
    }
    if !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        10 => short(text),
        12 => short(text).or_else(|| long(text)),
        14 => long(text),
        16 => long(text.get(..14)?),
        _ => None,
    }
}

/// Two digits for the year: 00-37 are of this century, as in SMPP times.
fn short(text: &str) -> Option<CivilTime> {
    let year: u16 = text.get(..2)?.parse().ok()?;
    rest_of(if year < 38 { 2_000 + year } else { 1_900 + year }, text.get(2..)?)
}

fn long(text: &str) -> Option<CivilTime> {
    let year: u16 = text.get(..4)?.parse().ok()?;
    if year < 1_970 { None } else { rest_of(year, text.get(4..)?) }
}

fn rest_of(year: u16, text: &str) -> Option<CivilTime> {
    let pair = |at: usize| text.get(at..at + 2)?.parse().ok();
    CivilTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8).unwrap_or_default())
}

impl fmt::Debug for ReceiptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ReceiptText");
        debug.field("stat", &self.stat).field("err", &self.err).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_odd_dates() {
        let receipt = ReceiptText::parse(
            b"id:\"42\" submit date:2026013112000050 done date:260131120105304+ stat:'DELIVRD'",
        );
        assert_eq!(receipt.id.as_deref(), Some("42"));
        assert_eq!(receipt.submitted(), CivilTime::new(2026, 1, 31, 12, 0, 0));
        assert_eq!(receipt.done(), CivilTime::new(2026, 1, 31, 12, 1, 5));
        assert_eq!(receipt.message_state(), Some(MessageState::DELIVERED));
    }

    #[test]
    fn a_text_before_the_state_does_not_hide_it() {
        let receipt = ReceiptText::parse(b"id:1 text:some words stat:UNDELIV err:7");
        assert_eq!(receipt.text.as_deref(), Some(&b"some words"[..]));
        assert_eq!((receipt.stat.as_deref(), receipt.error_code()), (Some("UNDELIV"), Some(7)));
    }

    #[test]
    fn errors_are_numbers_in_either_base() {
        let code = |text: &[u8]| ReceiptText::parse(text).error_code();
        assert_eq!(code(b"stat:X err:042"), Some(42));
        assert_eq!(code(b"stat:X err:00B"), Some(11));
        assert_eq!(code(b"stat:X err:..."), None);
    }
}
