//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used. Its text names the file, the line, the key and the mend.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigError {
    file: PathBuf,
    line: Option<usize>,
    key: String,
    problem: String,
    mend: String,
}

impl ConfigError {
    pub(crate) fn key(file: &Path, line: usize, key: &str, problem: &str, mend: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: Some(line),
            key: key.to_owned(),
            problem: problem.to_owned(),
            mend: mend.to_owned(),
        }
    }

    pub(crate) fn file(file: &Path, error: &io::Error) -> Self {
        let mend = if error.kind() == io::ErrorKind::NotFound {
            "check the path, or start without --config for the built-in defaults"
        } else {
            "make it a file that this user can read"
        };
        Self {
            file: file.to_owned(),
            line: None,
            key: String::new(),
            problem: format!("cannot be read: {error}"),
            mend: mend.to_owned(),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// The line, counted from 1; none when the file itself cannot be read.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The key with its sections, such as `account.system_id`; empty when no key is to blame.
    #[must_use]
    pub fn key_path(&self) -> &str {
        &self.key
    }

    /// What to write or do instead.
    #[must_use]
    pub fn mend(&self) -> &str {
        &self.mend
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; {}", self.problem, self.mend)
    }
}

impl std::error::Error for ConfigError {}
