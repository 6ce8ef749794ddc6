//! [`ReceiptFormat`]: the text of a receipt written.

use core::fmt::Write;

use super::ReceiptText;
use crate::{CivilTime, MessageId};

/// How the text of a receipt is written.
///
/// The default is that of SMPP 3.4 appendix B: the id as it is, dates of 10 digits, an error of 3, 20
/// characters of text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReceiptFormat {
    /// How dates are written.
    pub dates: DateForm,
    /// How the id is written.
    pub id: IdForm,
    /// How many digits `err:` has at least.
    pub err_width: usize,
    /// How many octets of text there are at most.
    pub text_len: usize,
}

impl Default for ReceiptFormat {
    fn default() -> Self {
        Self { dates: DateForm::Minutes, id: IdForm::AsIs, err_width: 3, text_len: 20 }
    }
}

/// How dates are written.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DateForm {
    /// YYMMDDhhmm.
    #[default]
    Minutes,
    /// YYMMDDhhmmss.
    Seconds,
    /// YYYYMMDDhhmmss.
    FullYear,
}

/// How the id is written. An id that is no number in the other base stays as it is.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum IdForm {
    /// Unchanged.
    #[default]
    AsIs,
    /// A hexadecimal id in decimal, with zeros up to that many digits.
    Decimal {
        /// The least number of digits.
        width: usize,
    },
    /// A decimal id in hexadecimal, with zeros up to that many digits.
    Hexadecimal {
        /// The least number of digits.
        width: usize,
        /// Whether its letters are capitals.
        upper: bool,
    },
}

impl ReceiptFormat {
    /// Sets how dates are written.
    #[must_use]
    pub fn with_dates(mut self, dates: DateForm) -> Self {
        self.dates = dates;
        self
    }

    /// Sets how the id is written.
    #[must_use]
    pub fn with_id(mut self, id: IdForm) -> Self {
        self.id = id;
        self
    }

    /// Sets how many digits `err:` has at least.
    #[must_use]
    pub fn with_err_width(mut self, err_width: usize) -> Self {
        self.err_width = err_width;
        self
    }

    /// Sets how many octets of text there are at most.
    #[must_use]
    pub fn with_text_len(mut self, text_len: usize) -> Self {
        self.text_len = text_len;
        self
    }

    /// A date in this form.
    #[must_use]
    pub fn date(&self, at: CivilTime) -> String {
        let (year, short) = (at.year(), at.year() % 100);
        let (month, day, hour, minute, second) = (at.month(), at.day(), at.hour(), at.minute(), at.second());
        match self.dates {
            DateForm::Minutes => format!("{short:02}{month:02}{day:02}{hour:02}{minute:02}"),
            DateForm::Seconds => format!("{short:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
            DateForm::FullYear => format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"),
        }
    }

    /// An id in this form.
    #[must_use]
    pub fn id(&self, id: &MessageId) -> String {
        let text = id.to_string();
        let converted = match self.id {
            IdForm::AsIs => None,
            IdForm::Decimal { width } => {
                u128::from_str_radix(&text, 16).ok().map(|number| format!("{number:0width$}"))
            }
            IdForm::Hexadecimal { width, upper: true } => {
                text.parse::<u128>().ok().map(|n| format!("{n:0width$X}"))
            }
            IdForm::Hexadecimal { width, upper: false } => {
                text.parse::<u128>().ok().map(|n| format!("{n:0width$x}"))
            }
        };
        converted.unwrap_or(text)
    }

    /// The text of a receipt: the keys that have a value, in the usual order, then any others.
    #[must_use]
    pub fn write(&self, receipt: &ReceiptText) -> Vec<u8> {
        let mut text = String::new();
        let known = [
            ("id", &receipt.id),
            ("sub", &receipt.sub),
            ("dlvrd", &receipt.dlvrd),
            ("submit date", &receipt.submit_date),
            ("done date", &receipt.done_date),
            ("stat", &receipt.stat),
            ("err", &receipt.err),
        ];
        let known = known.into_iter().filter_map(|(key, value)| value.as_deref().map(|value| (key, value)));
        let others = receipt.extra.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        for (key, value) in known.chain(others) {
            let space = if text.is_empty() { "" } else { " " };
            // Writing to a String does not fail.
            let _ = write!(text, "{space}{key}:{value}");
        }
        let mut octets: Vec<u8> = text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
        if let Some(text) = &receipt.text {
            octets.extend_from_slice(if octets.is_empty() { b"text:" } else { b" text:" });
            octets.extend(text.iter().take(self.text_len));
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches() {
        let at = CivilTime::new(2026, 1, 31, 12, 5, 9).unwrap();
        let format = ReceiptFormat::default();
        assert_eq!(format.date(at), "2601311205");
        assert_eq!(format.with_dates(DateForm::Seconds).date(at), "260131120509");
        assert_eq!(format.with_dates(DateForm::FullYear).date(at), "20260131120509");
        let id = |text: &str, form| format.with_id(form).id(&text.try_into().unwrap());
        assert_eq!(id("ff", IdForm::Decimal { width: 10 }), "0000000255");
        assert_eq!(id("255", IdForm::Hexadecimal { width: 4, upper: true }), "00FF");
        assert_eq!(id("255", IdForm::Hexadecimal { width: 0, upper: false }), "ff");
        assert_eq!(id("m1", IdForm::Decimal { width: 10 }), "m1");
    }

    #[test]
    fn what_was_read_is_written_again() {
        let text = b"id:0123456789 sub:001 dlvrd:001 submit date:0908312310 done date:0908312311 stat:DELIVRD err:000 text:Hello SMPP world";
        assert_eq!(ReceiptFormat::default().write(&ReceiptText::parse(text)), text);
        let format = ReceiptFormat::default().with_text_len(5);
        assert!(format.write(&ReceiptText::parse(text)).ends_with(b"text:Hello"));
    }
}
