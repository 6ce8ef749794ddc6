//! [`SmppTime`]: the time of a message, absolute or relative.

use core::{fmt, str::FromStr};

use super::{FieldKind, FieldMut, FieldValue, WireField};
use crate::{InvalidField, reader::Reader, writer::Writer};

/// A time as sent: YYMMDDhhmmsstnnp (SMPP 3.4 section 7.1.1, SMPP 5.0 section 4.7.23.5).
///
/// The digits are kept as they came and not judged: whether they name a moment is asked when they are
/// turned into one. So every sixteen characters of that form survive a round trip. A fourth form, twelve
/// digits without offset, is what Message Centres report in final_date: their local time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SmppTime {
    /// YY MM DD hh mm ss: 0-99 each.
    pairs: [u8; 6],
    /// 0-9.
    tenths: u8,
    /// 0-99, in quarters of an hour.
    quarters: u8,
    form: Form,
}

/// The last character.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Form {
    /// `+`: local time, ahead of UTC.
    Ahead,
    /// `-`: local time, behind UTC.
    Behind,
    /// `R`: a span from the Message Centre's present time.
    Relative,
    /// Absent, with tenths and offset: the Message Centre's local time, twelve digits.
    Local,
}

impl SmppTime {
    /// Reads sixteen characters, or twelve digits.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Time`] for any other length and for what is no digit, or no `+`, `-` or `R` at the
    /// end.
    #[inline]
    pub fn from_octets(octets: &[u8]) -> Result<Self, InvalidField> {
        if let Ok(octets) = octets.try_into() {
            full(octets)
        } else if let Ok(octets) = octets.try_into() {
            local(octets)
        } else {
            Err(InvalidField::Time)
        }
    }

    /// Whether it is a span and not a point in time.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.form == Form::Relative
    }

    /// Whether it has twelve digits and no offset.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.form == Form::Local
    }
}

impl WireField for Option<SmppTime> {
    type Raw<'a> = Self;
    const KIND: FieldKind = FieldKind::Time;

    #[inline(always)]
    fn read<'a>(reader: &mut Reader<'a>) -> Result<Self, InvalidField> {
        let rest = reader.rest();
        match rest.first() {
            Some(0) => {
                reader.skip(1);
                Ok(None)
            }
            Some(_) => read_time(reader).map(Some),
            None => Err(InvalidField::Truncated),
        }
    }

    #[inline(always)]
    fn own(raw: Self) -> Self {
        raw
    }

    #[inline(always)]
    fn write(&self, writer: &mut Writer<'_>) {
        if let Some(time) = self {
            write_time(time, writer);
        }
        writer.u8(0);
    }

    #[inline(always)]
    fn wire_len(&self) -> usize {
        match self {
            None => 1,
            Some(time) if time.form == Form::Local => 13,
            Some(_) => 17,
        }
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::Time(*self)
    }

    fn value_mut(&mut self) -> FieldMut<'_> {
        FieldMut::Other
    }
}

#[inline]
fn read_time(reader: &mut Reader<'_>) -> Result<SmppTime, InvalidField> {
    let rest = reader.rest();
    if let Some((octets, [0, ..])) = rest.split_first_chunk::<16>() {
        let time = full(octets)?;
        reader.skip(17);
        return Ok(time);
    }
    if let Some((octets, [0, ..])) = rest.split_first_chunk::<12>() {
        let time = local(octets)?;
        reader.skip(13);
        return Ok(time);
    }
    Err(if rest.contains(&0) { InvalidField::Time } else { InvalidField::MissingNul })
}

#[inline]
fn full(octets: &[u8; 16]) -> Result<SmppTime, InvalidField> {
    let [y1, y2, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, t, q1, q2, p] = *octets;
    if ![y1, y2, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, t, q1, q2].iter().all(u8::is_ascii_digit) {
        return Err(InvalidField::Time);
    }
    let form = match p {
        b'+' => Form::Ahead,
        b'-' => Form::Behind,
        b'R' => Form::Relative,
        _ => return Err(InvalidField::Time),
    };
    Ok(SmppTime {
        pairs: [pair(y1, y2), pair(m1, m2), pair(d1, d2), pair(h1, h2), pair(n1, n2), pair(s1, s2)],
        tenths: t & 0x0F,
        quarters: pair(q1, q2),
        form,
    })
}

fn local(octets: &[u8; 12]) -> Result<SmppTime, InvalidField> {
    if !octets.iter().all(u8::is_ascii_digit) {
        return Err(InvalidField::Time);
    }
    let [y1, y2, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2] = *octets;
    let pairs = [pair(y1, y2), pair(m1, m2), pair(d1, d2), pair(h1, h2), pair(n1, n2), pair(s1, s2)];
    Ok(SmppTime { pairs, tenths: 0, quarters: 0, form: Form::Local })
}

/// Two digits as a number. The callers have checked that they are digits.
#[inline(always)]
fn pair(tens: u8, units: u8) -> u8 {
    (tens & 0x0F) * 10 + (units & 0x0F)
}

#[inline]
fn write_time(time: &SmppTime, writer: &mut Writer<'_>) {
    for number in time.pairs {
        writer.array(digits(number));
    }
    let sign = match time.form {
        Form::Ahead => b'+',
        Form::Behind => b'-',
        Form::Relative => b'R',
        Form::Local => return,
    };
    let [q1, q2] = digits(time.quarters);
    writer.array([b'0' + time.tenths, q1, q2, sign]);
}

#[inline(always)]
fn digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

impl fmt::Display for SmppTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = [0; 16];
        let mut writer = Writer::new(&mut octets);
        write_time(self, &mut writer);
        let text = core::str::from_utf8(&octets).unwrap_or_default();
        f.write_str(text.trim_end_matches('\0'))
    }
}

impl FromStr for SmppTime {
    type Err = InvalidField;

    fn from_str(text: &str) -> Result<Self, InvalidField> {
        Self::from_octets(text.as_bytes())
    }
}

impl TryFrom<&str> for SmppTime {
    type Error = InvalidField;

    fn try_from(text: &str) -> Result<Self, InvalidField> {
        text.parse()
    }
}
