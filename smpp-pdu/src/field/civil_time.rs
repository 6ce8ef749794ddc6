//! [`CivilTime`]: a date and a time of day, and the arithmetic of the calendar.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

/// A date of the Gregorian calendar and a time of day, in whatever zone its context says.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CivilTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

const DAY: i64 = 86_400;

impl CivilTime {
    /// A date and a time that exist: month 1-12, a day of that month, 0-23, 0-59, 0-59; leap days in leap
    /// years only, no leap seconds.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        let exists = (1..=12).contains(&month)
            && (1..=days_in(i64::from(year), month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        exists.then_some(Self { year, month, day, hour, minute, second })
    }

    /// The date and time in UTC.
    #[must_use]
    pub fn of_utc(at: SystemTime) -> Self {
        Self::of_seconds(seconds_of(at))
    }

    /// The date and time in a zone that is that many seconds ahead of UTC.
    #[must_use]
    pub fn of_zone(at: SystemTime, ahead_of_utc: i32) -> Self {
        Self::of_seconds(seconds_of(at).saturating_add(i64::from(ahead_of_utc)))
    }

    /// The moment, if this is UTC.
    #[must_use]
    pub fn to_utc(self) -> SystemTime {
        moment_of(self.to_seconds())
    }

    /// The year, such as 2026.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1-12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day, 1-31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// The hour, 0-23.
    #[must_use]
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0-59.
    #[must_use]
    pub fn minute(self) -> u8 {
        self.minute
    }

    /// The second, 0-59.
    #[must_use]
    pub fn second(self) -> u8 {
        self.second
    }

    /// That many months later, on the last day of the month if there is no such day.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let count = u32::from(self.year) * 12 + u32::from(self.month) - 1 + months;
        let year = u16::try_from(count / 12).unwrap_or(u16::MAX);
        // Below 12.
        let month = (count % 12) as u8 + 1;
        Self { year, month, day: self.day.min(days_in(i64::from(year), month)), ..self }
    }

    /// Seconds since 1970, if this is UTC.
    pub(crate) fn to_seconds(self) -> i64 {
        let days = days_from_civil(i64::from(self.year), self.month, self.day);
        days * DAY + i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// Years before 0 become 0, years after 65535 that.
    pub(crate) fn of_seconds(seconds: i64) -> Self {
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let rest = seconds.rem_euclid(DAY);
        // Each is below its bound by the remainders.
        let (hour, minute, second) = ((rest / 3_600) as u8, (rest / 60 % 60) as u8, (rest % 60) as u8);
        let year = u16::try_from(year.max(0)).unwrap_or(u16::MAX);
        Self { year, month, day, hour, minute, second }
    }
}

/// Seconds since 1970, rounded down.
pub(crate) fn seconds_of(at: SystemTime) -> i64 {
    let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match at.duration_since(UNIX_EPOCH) {
        Ok(after) => seconds(after),
        Err(before) => {
            let span = before.duration();
            -seconds(span).saturating_add(i64::from(span.subsec_nanos() > 0))
        }
    }
}

/// The moment of that many seconds since 1970; the epoch where the system cannot hold it.
pub(crate) fn moment_of(seconds: i64) -> SystemTime {
    let span = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
    moment.unwrap_or(UNIX_EPOCH)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, counting years from March so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    // Days are below 32 and months below 13 by construction.
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right() {
        let at = |seconds| CivilTime::of_seconds(seconds);
        assert_eq!(at(0), CivilTime::new(1970, 1, 1, 0, 0, 0).unwrap());
        assert_eq!(at(951_782_400), CivilTime::new(2000, 2, 29, 0, 0, 0).unwrap());
        assert_eq!(at(1_789_123_456), CivilTime::new(2026, 9, 11, 10, 44, 16).unwrap());
        assert_eq!(at(-1), CivilTime::new(1969, 12, 31, 23, 59, 59).unwrap());
        for day in 0..150 * 365 {
            let civil = at(day * DAY);
            assert_eq!(civil.to_seconds(), day * DAY);
            assert_eq!(CivilTime::new(civil.year, civil.month, civil.day, 0, 0, 0), Some(civil));
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        assert_eq!(CivilTime::new(2026, 2, 29, 0, 0, 0), None);
        assert!(CivilTime::new(2028, 2, 29, 0, 0, 0).is_some());
        assert_eq!(CivilTime::new(2100, 2, 29, 0, 0, 0), None);
        assert_eq!(CivilTime::new(2026, 13, 1, 0, 0, 0), None);
        assert_eq!(CivilTime::new(2026, 1, 1, 24, 0, 0), None);
        assert_eq!(CivilTime::new(2026, 1, 1, 0, 0, 60), None);
    }

    #[test]
    fn months_end_where_they_end() {
        let january = CivilTime::new(2027, 1, 31, 12, 0, 0).unwrap();
        assert_eq!(january.plus_months(1), CivilTime::new(2027, 2, 28, 12, 0, 0).unwrap());
        assert_eq!(january.plus_months(13), CivilTime::new(2028, 2, 29, 12, 0, 0).unwrap());
    }
}
