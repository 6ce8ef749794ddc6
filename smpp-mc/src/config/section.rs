//! Reading a TOML file key by key, so that every complaint names the file, the line, the key and the mend.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;

/// The text of a configuration file and where it came from.
#[derive(Debug)]
pub(crate) struct Source {
    file: PathBuf,
    text: String,
}

impl Source {
    /// Reads `file`.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self { file: file.to_owned(), text }),
            Err(error) => Err(ConfigError::file(file, &error)),
        }
    }

    /// Takes a text that is already in memory; `file` is the name used in errors.
    pub(crate) fn of(file: &Path, text: &str) -> Self {
        Self { file: file.to_owned(), text: text.to_owned() }
    }

    /// The folder that relative paths in the file start from.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or_else(|| Path::new("."))
    }

    /// The whole file as its outermost section.
    pub(crate) fn root(&self) -> Result<Section<'_>, ConfigError> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(Section::new(self, String::new(), 0..0, table.into_inner())),
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                Err(self.error(&at, "", error.message(), "write it as TOML (toml.io)"))
            }
        }
    }

    fn error(&self, at: &Range<usize>, key: &str, problem: &str, mend: &str) -> ConfigError {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        let line = before.bytes().filter(|octet| *octet == b'\n').count() + 1;
        ConfigError::key(&self.file, line, key, problem, mend)
    }
}

/// One table of the file. Each key is taken once; `finish` refuses what was not taken.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    source: &'a Source,
    path: String,
    at: Range<usize>,
    entries: BTreeMap<String, Entry<'a>>,
    known: Vec<&'static str>,
}

#[derive(Debug)]
struct Entry<'a> {
    key_at: Range<usize>,
    value: Spanned<DeValue<'a>>,
}

impl<'a> Section<'a> {
    fn new(source: &'a Source, path: String, at: Range<usize>, table: DeTable<'a>) -> Self {
        let entries = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), Entry { key_at: key.span(), value }))
            .collect();
        Self { source, path, at, entries, known: Vec::new() }
    }

    /// The value of `key`, if the section has it.
    pub(crate) fn optional<T: FromValue>(&mut self, key: &'static str) -> Result<Option<T>, ConfigError> {
        let Some(entry) = self.take(key) else { return Ok(None) };
        match T::from_value(entry.value.get_ref()) {
            Ok(value) => Ok(Some(value)),
            Err(mismatch) => Err(self.error_at(&entry.value.span(), key, &mismatch.problem, &mismatch.mend)),
        }
    }

    /// The value of `key`, or `default`.
    pub(crate) fn or<T: FromValue>(&mut self, key: &'static str, default: T) -> Result<T, ConfigError> {
        Ok(self.optional(key)?.unwrap_or(default))
    }

    /// The value of `key`; `mend` says what to write when it is missing.
    pub(crate) fn required<T: FromValue>(&mut self, key: &'static str, mend: &str) -> Result<T, ConfigError> {
        match self.optional(key)? {
            Some(value) => Ok(value),
            None => Err(self.error_at(&self.at, key, "this key is missing", mend)),
        }
    }

    /// The table `[key]`, if the section has it.
    pub(crate) fn section(&mut self, key: &'static str) -> Result<Option<Self>, ConfigError> {
        let Some(entry) = self.take(key) else { return Ok(None) };
        let at = entry.key_at;
        let DeValue::Table(table) = entry.value.into_inner() else {
            let mend = format!("write [{}]", self.child(key));
            return Err(self.error_at(&at, key, "a table is wanted", &mend));
        };
        Ok(Some(Self::new(self.source, self.child(key), at, table)))
    }

    /// The tables `[[key]]`, none if the section has no such key.
    pub(crate) fn sections(&mut self, key: &'static str) -> Result<Vec<Self>, ConfigError> {
        let Some(entry) = self.take(key) else { return Ok(Vec::new()) };
        let mend = format!("write [[{}]] before each of them", self.child(key));
        let DeValue::Array(array) = entry.value.into_inner() else {
            return Err(self.error_at(&entry.key_at, key, "a list of tables is wanted", &mend));
        };
        let mut sections = Vec::new();
        for element in array {
            let at = element.span();
            let DeValue::Table(table) = element.into_inner() else {
                return Err(self.error_at(&at, key, "a list of tables is wanted", &mend));
            };
            sections.push(Self::new(self.source, self.child(key), at, table));
        }
        Ok(sections)
    }

    /// Refuses any key that nobody asked for, with the nearest known one as mend.
    pub(crate) fn finish(self) -> Result<(), ConfigError> {
        let Some((key, entry)) = self.entries.iter().min_by_key(|(_, entry)| entry.key_at.start) else {
            return Ok(());
        };
        let mend = match nearest(key, &self.known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("remove it, or use one of: {}", self.known.join(", ")),
        };
        Err(self.error_at(&entry.key_at, key, "no such key", &mend))
    }

    /// A complaint about the value of `key`, which was taken before.
    pub(crate) fn error(&self, at: &Range<usize>, key: &str, problem: &str, mend: &str) -> ConfigError {
        self.error_at(at, key, problem, mend)
    }

    /// Where the value of `key` stands; the section's own place if it has no such key.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        self.entries.get(key).map_or_else(|| self.at.clone(), |entry| entry.value.span())
    }

    /// Whether the section has the key and nobody took it yet.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.known.push(key);
        self.entries.contains_key(key)
    }

    fn take(&mut self, key: &'static str) -> Option<Entry<'a>> {
        self.known.push(key);
        self.entries.remove(key)
    }

    fn child(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn error_at(&self, at: &Range<usize>, key: &str, problem: &str, mend: &str) -> ConfigError {
        self.source.error(at, &self.child(key), problem, mend)
    }
}

/// What a value was not, and what to write instead.
#[derive(Debug)]
pub(crate) struct Mismatch {
    problem: String,
    mend: String,
}

impl Mismatch {
    /// A mismatch in words.
    pub(crate) fn new(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { problem: problem.into(), mend: mend.into() }
    }

    fn kind(wanted: &str, found: &DeValue<'_>, example: &str) -> Self {
        Self::new(format!("{wanted} is wanted, found {}", kind(found)), format!("write it like {example}"))
    }
}

/// A type that a key's value can be read as.
pub(crate) trait FromValue: Sized {
    /// Reads one value.
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch>;
}

impl FromValue for String {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(Mismatch::kind("a text", value, "\"text\"")),
        }
    }
}

impl FromValue for PathBuf {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        String::from_value(value).map(Self::from)
    }
}

impl FromValue for bool {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        value.as_bool().ok_or_else(|| Mismatch::kind("true or false", value, "true"))
    }
}

impl FromValue for u64 {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        let Some(integer) = value.as_integer() else {
            return Err(Mismatch::kind("a whole number", value, "100"));
        };
        Self::from_str_radix(integer.as_str(), integer.radix())
            .map_err(|_| Mismatch::new("a whole number from 0 is wanted", "write it like 100"))
    }
}

impl FromValue for u32 {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        narrow(value)
    }
}

impl FromValue for u16 {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        narrow(value)
    }
}

impl FromValue for usize {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        narrow(value)
    }
}

impl FromValue for f64 {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        let number = match value {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        match number {
            Some(number) if Self::is_finite(number) && number >= 0.0 => Ok(number),
            _ => Err(Mismatch::kind("a number from 0", value, "2.5")),
        }
    }
}

impl FromValue for SocketAddr {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        let text = String::from_value(value)?;
        text.parse().map_err(|_| {
            Mismatch::new(format!("\"{text}\" is no address and port"), "write it like \"127.0.0.1:2775\"")
        })
    }
}

impl FromValue for Duration {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        let Some(text) = value.as_str() else {
            return Err(Mismatch::kind("a time with its unit", value, "\"30s\""));
        };
        let duration = parse_duration(text).ok_or_else(|| {
            Mismatch::new(
                format!("\"{text}\" is no time with its unit"),
                "write it like \"200ms\", \"30s\", \"5m\", \"2h\" or \"1d\"",
            )
        })?;
        if duration > LONGEST {
            let problem = format!("\"{text}\" is longer than a hundred years");
            return Err(Mismatch::new(problem, "write at most \"36500d\""));
        }
        Ok(duration)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &DeValue<'_>) -> Result<Self, Mismatch> {
        match value.as_array() {
            Some(array) => array.iter().map(|element| T::from_value(element.get_ref())).collect(),
            None => Err(Mismatch::kind("a list", value, "[\"one\", \"two\"]")),
        }
    }
}

fn narrow<T: TryFrom<u64>>(value: &DeValue<'_>) -> Result<T, Mismatch> {
    let number = u64::from_value(value)?;
    T::try_from(number).map_err(|_| Mismatch::new(format!("{number} is too large"), "write a smaller number"))
}

fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().ok()?;
    let unit = match text.strip_prefix(digits)? {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_millis)
}

/// A hundred years: added to a time of day, it stays one that every clock can show.
const LONGEST: Duration = Duration::from_secs(36_500 * 86_400);

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The known key that a mistyped one is closest to: at most two letters away, or one begins the other.
fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|candidate| (distance(key, candidate), *candidate))
        .filter(|(distance, candidate)| {
            *distance <= 2 || (key.len() >= 4 && (candidate.starts_with(key) || key.starts_with(candidate)))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, by the row.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right.chars()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            *cell = changed.min(before + 1).min(diagonal + 1);
            before = *cell;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::of(Path::new("smppd.toml"), text)
    }

    #[test]
    fn values_are_read_in_their_types() {
        let source = source("a = 1\nb = \"30s\"\nc = [\"x\"]\nd = \"127.0.0.1:0\"\ne = 0x10\nf = 2\n");
        let mut root = source.root().unwrap();

        assert_eq!(root.required::<u32>("a", "").unwrap(), 1);
        assert_eq!(root.required::<Duration>("b", "").unwrap(), Duration::from_secs(30));
        assert_eq!(root.required::<Vec<String>>("c", "").unwrap(), ["x"]);
        assert_eq!(root.required::<SocketAddr>("d", "").unwrap().port(), 0);
        assert_eq!(root.or::<u64>("e", 0).unwrap(), 16);
        assert!((root.or::<f64>("f", 0.0).unwrap() - 2.0).abs() < f64::EPSILON);
        root.finish().unwrap();
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_known_one() {
        let source = source("[smpp]\nlisten = \"127.0.0.1:1\"\nsystem_idd = \"x\"\n");
        let mut root = source.root().unwrap();
        let mut smpp = root.section("smpp").unwrap().unwrap();
        smpp.optional::<SocketAddr>("listen").unwrap();
        smpp.optional::<String>("system_id").unwrap();

        let error = smpp.finish().unwrap_err();

        assert_eq!(error.line(), Some(3));
        assert_eq!(error.key_path(), "smpp.system_idd");
        assert!(error.mend().contains("system_id"));
    }

    #[test]
    fn a_missing_key_names_its_section() {
        let source = source("\n[[account]]\npassword = \"x\"\n");
        let mut root = source.root().unwrap();
        let mut accounts = root.sections("account").unwrap();

        let error = accounts.remove(0).required::<String>("system_id", "add it").unwrap_err();

        assert_eq!(error.line(), Some(2));
        assert_eq!(error.key_path(), "account.system_id");
    }

    #[test]
    fn a_value_of_another_kind_is_refused_with_an_example() {
        let source = source("drain = 10\n");
        let error = source.root().unwrap().optional::<Duration>("drain").unwrap_err();

        assert_eq!(error.line(), Some(1));
        assert!(error.mend().contains("30s"));
    }

    #[test]
    fn a_text_that_is_no_toml_names_its_line() {
        let error = source("a = 1\nb = = 2\n").root().map(|_| ()).unwrap_err();

        assert_eq!(error.line(), Some(2));
    }

    #[test]
    fn durations_need_a_known_unit() {
        assert_eq!(parse_duration("200ms"), Some(Duration::from_millis(200)));
        assert_eq!(parse_duration("2h"), Some(Duration::from_secs(7_200)));
        assert_eq!(parse_duration("5"), None);
        assert_eq!(parse_duration("5 years"), None);
        assert_eq!(parse_duration("99999999999999999999d"), None);
        assert_eq!(parse_duration("999999999999999999d"), None);
    }

    #[test]
    fn a_duration_that_no_clock_can_add_is_refused() {
        let source = source("validity = \"9223372036854775s\"\n");
        let error = source.root().unwrap().optional::<Duration>("validity").unwrap_err();

        assert_eq!(error.line(), Some(1));
        assert!(error.mend().contains("36500d"));
    }

    #[test]
    fn distance_counts_changed_letters() {
        assert_eq!(distance("listen", "listen"), 0);
        assert_eq!(distance("lisen", "listen"), 1);
        assert_eq!(distance("abc", "xyz"), 3);
    }
}
