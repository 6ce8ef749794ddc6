//! [`SmppTime`]: the time of a message, absolute or relative.

use core::{fmt, str::FromStr, time::Duration};
use std::time::SystemTime;

use super::{CivilTime, FieldKind, FieldMut, FieldValue, WireField};
use crate::{
    InvalidField,
    field::civil_time::{moment_of, seconds_of},
    reader::Reader,
    writer::Writer,
};

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

    /// A point in time, written as local time of a zone that is that many quarters of an hour ahead of UTC
    /// (negative: behind). Offsets over 12 hours are written as 12, with the time converted.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Time`] outside the years 1938-2037, which two digits can name.
    pub fn absolute(at: SystemTime, quarters_ahead: i8) -> Result<Self, InvalidField> {
        let quarters = quarters_ahead.clamp(-MAX_QUARTERS, MAX_QUARTERS);
        let seconds = seconds_of(at).saturating_add(i64::from(quarters) * QUARTER);
        let civil = CivilTime::of_seconds(seconds);
        if !(1938..=2037).contains(&civil.year()) {
            return Err(InvalidField::Time);
        }
        // Below 100.
        let year = (civil.year() % 100) as u8;
        let form = if quarters < 0 { Form::Behind } else { Form::Ahead };
        let pairs = [year, civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()];
        Ok(Self { pairs, tenths: 0, quarters: quarters.unsigned_abs(), form })
    }

    /// A span from the Message Centre's present time, rounded down to seconds.
    ///
    /// Up to 99 days are written in days; more in months, which depend on the date: `now` is what the
    /// Message Centre's clock is taken to show.
    ///
    /// # Errors
    ///
    /// [`InvalidField::TooLong`] above 63 weeks, the longest validity that GSM 03.40 section 9.2.3.12 can
    /// express.
    pub fn relative(span: Duration, now: SystemTime) -> Result<Self, InvalidField> {
        if span > Self::MAX_RELATIVE {
            return Err(InvalidField::TooLong);
        }
        // At most 63 weeks.
        let span = i64::try_from(span.as_secs()).unwrap_or_default();
        let (months, rest) = if span < 100 * DAY { (0, span) } else { whole_months(span, seconds_of(now)) };
        // 63 weeks are below 15 months, and rests below 100 days.
        let number = |number: i64| u8::try_from(number).unwrap_or_default();
        let (hours, minutes) = (rest % DAY / 3_600, rest % 3_600 / 60);
        let pairs = [months / 12, months % 12, rest / DAY, hours, minutes, rest % 60].map(number);
        Ok(Self { pairs, tenths: 0, quarters: 0, form: Form::Relative })
    }

    /// The longest span that [`relative`](Self::relative) writes: 63 weeks.
    pub const MAX_RELATIVE: Duration = Duration::from_secs(63 * 7 * 86_400);

    /// The moment it means, by the default [`TimeRules`].
    ///
    /// # Errors
    ///
    /// As [`resolve_with`](Self::resolve_with).
    pub fn resolve(&self, now: SystemTime) -> Result<SystemTime, InvalidField> {
        self.resolve_with(&TimeRules::default(), now)
    }

    /// The moment it means. `now` is the Message Centre's present time, from which a span counts: years and
    /// months by the calendar (the last day of a month where there is no such day), then the rest.
    ///
    /// # Errors
    ///
    /// [`InvalidField::Time`] if no such date, time of day or offset exists.
    pub fn resolve_with(&self, rules: &TimeRules, now: SystemTime) -> Result<SystemTime, InvalidField> {
        let [year, month, day, hour, minute, second] = self.pairs;
        let ahead = match self.form {
            Form::Relative => {
                let start = CivilTime::of_utc(now).plus_months(u32::from(year) * 12 + u32::from(month));
                let [days, hours, minutes, seconds] = [day, hour, minute, second].map(i64::from);
                let span = days * DAY + hours * 3_600 + minutes * 60 + seconds;
                return Ok(moment_of(start.to_seconds() + span));
            }
            Form::Ahead => i64::from(self.quarters),
            Form::Behind => -i64::from(self.quarters),
            Form::Local => i64::from(rules.local_quarters_ahead),
        };
        if self.form != Form::Local && self.quarters > rules.max_quarters {
            return Err(InvalidField::Time);
        }
        let century = if year < rules.pivot { 2_000 } else { 1_900 };
        let civil = CivilTime::new(century + u16::from(year), month, day, hour, minute, second);
        let civil = civil.ok_or(InvalidField::Time)?;
        Ok(moment_of(civil.to_seconds() - ahead * QUARTER))
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

/// How the digits of a time are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TimeRules {
    /// Years below it are of the 21st century, the others of the 20th (SMPP 3.4 appendix C: 38). 100 puts
    /// all of them into the 21st.
    pub pivot: u8,
    /// The largest offset from UTC in quarters of an hour: the specification says 48, UTC+14 needs 56.
    pub max_quarters: u8,
    /// The zone of times without offset, in quarters of an hour ahead of UTC.
    pub local_quarters_ahead: i8,
}

impl Default for TimeRules {
    /// 38, 63, UTC.
    fn default() -> Self {
        Self { pivot: 38, max_quarters: 63, local_quarters_ahead: 0 }
    }
}

impl TimeRules {
    /// Sets the year from which two digits are of the 20th century.
    #[must_use]
    pub fn with_pivot(mut self, pivot: u8) -> Self {
        self.pivot = pivot;
        self
    }

    /// Sets the largest offset from UTC, in quarters of an hour.
    #[must_use]
    pub fn with_max_quarters(mut self, max_quarters: u8) -> Self {
        self.max_quarters = max_quarters;
        self
    }

    /// Sets the zone of times without offset, in quarters of an hour ahead of UTC.
    #[must_use]
    pub fn with_local_quarters_ahead(mut self, quarters: i8) -> Self {
        self.local_quarters_ahead = quarters;
        self
    }
}

const DAY: i64 = 86_400;
const QUARTER: i64 = 900;
const MAX_QUARTERS: i8 = 48;

/// How many months of the calendar a span from `now` holds, and what is left.
fn whole_months(span: i64, now: i64) -> (i64, i64) {
    let start = CivilTime::of_seconds(now);
    let after = |months| start.plus_months(months).to_seconds() - now;
    let months = (0..=15).rev().find(|months| after(*months) <= span).unwrap_or_default();
    (i64::from(months), span - after(months))
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
    if let Some((octets @ [.., tenths, _, _, _], [0, ..])) = rest.split_first_chunk::<16>()
        && *tenths != 0
    {
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

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> SystemTime {
        CivilTime::new(year, month, day, hour, minute, second).unwrap().to_utc()
    }

    fn resolved(text: &str) -> Result<SystemTime, InvalidField> {
        SmppTime::from_octets(text.as_bytes())?.resolve(at(2026, 1, 31, 12, 0, 0))
    }

    #[test]
    fn offsets_have_two_signs() {
        assert_eq!(resolved("260131120000004+"), Ok(at(2026, 1, 31, 11, 0, 0)));
        assert_eq!(resolved("260131120000004-"), Ok(at(2026, 1, 31, 13, 0, 0)));
        assert_eq!(resolved("260131120000023+"), Ok(at(2026, 1, 31, 6, 15, 0)));
        assert_eq!(resolved("260131120000000-"), resolved("260131120000000+"));
        assert_eq!(resolved("260131120000056+"), Ok(at(2026, 1, 30, 22, 0, 0)));
        assert_eq!(resolved("260131120000064+"), Err(InvalidField::Time));
        assert_eq!(resolved("260131120000"), Ok(at(2026, 1, 31, 12, 0, 0)));
    }

    #[test]
    fn leap_days_and_centuries() {
        assert_eq!(resolved("280229000000000+"), Ok(at(2028, 2, 29, 0, 0, 0)));
        assert_eq!(resolved("270229000000000+"), Err(InvalidField::Time));
        assert_eq!(resolved("370101000000000+"), Ok(at(2037, 1, 1, 0, 0, 0)));
        assert_eq!(resolved("380101000000000+"), Ok(at(1938, 1, 1, 0, 0, 0)));
        let time = SmppTime::from_octets(b"380101000000000+").unwrap();
        let rules = TimeRules::default().with_pivot(100);
        assert_eq!(time.resolve_with(&rules, UNIX_EPOCH), Ok(at(2038, 1, 1, 0, 0, 0)));
    }

    #[test]
    fn spans_follow_the_calendar() {
        assert_eq!(resolved("000001000000000R"), Ok(at(2026, 2, 1, 12, 0, 0)));
        assert_eq!(resolved("000100000000000R"), Ok(at(2026, 2, 28, 12, 0, 0)));
        assert_eq!(resolved("020610233429000R"), Ok(at(2028, 8, 11, 11, 34, 29)));
        assert_eq!(resolved("000000990000000R"), Ok(at(2026, 2, 4, 15, 0, 0)));
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        for text in
            ["", "2601311200", "260131120000-00", "2601311200000x4+", "260131120000004Z", "260131120000004"]
        {
            assert_eq!(SmppTime::from_octets(text.as_bytes()), Err(InvalidField::Time), "{text}");
        }
        for text in [
            "261301000000000+",
            "260132000000000+",
            "260131240000000+",
            "260131236000000+",
            "260131235960000+",
        ] {
            assert_eq!(resolved(text), Err(InvalidField::Time), "{text}");
        }
    }

    #[test]
    fn made_of_a_moment() {
        let moment = at(2026, 11, 20, 11, 45, 10);
        assert_eq!(SmppTime::absolute(moment, 4).unwrap().to_string(), "261120124510004+");
        assert_eq!(SmppTime::absolute(moment, -7).unwrap().to_string(), "261120100010007-");
        assert_eq!(SmppTime::absolute(moment, 56).unwrap().to_string(), "261120234510048+");
        assert_eq!(SmppTime::absolute(at(2038, 1, 1, 0, 0, 0), 0), Err(InvalidField::Time));
        for quarters in -48..=48 {
            assert_eq!(SmppTime::absolute(moment, quarters).unwrap().resolve(UNIX_EPOCH), Ok(moment));
        }
    }

    #[test]
    fn made_of_a_span() {
        let now = at(2027, 10, 31, 10, 0, 0);
        let relative = |seconds| SmppTime::relative(Duration::from_secs(seconds), now);
        assert_eq!(relative(90_061).unwrap().to_string(), "000001010101000R");
        assert_eq!(relative(99 * 86_400).unwrap().to_string(), "000099000000000R");
        for days in [100, 120, 121, 200, 365, 366, 400, 441] {
            let time = relative(days * 86_400).unwrap();
            assert_eq!(time.resolve(now), Ok(now + Duration::from_secs(days * 86_400)), "{time}");
        }
        assert_eq!(relative(441 * 86_400 + 1), Err(InvalidField::TooLong));
    }
}
