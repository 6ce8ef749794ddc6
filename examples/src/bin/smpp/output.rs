//! Printing lines, and nothing when the reader has gone away.

use std::io::Write as _;

/// Prints one line to standard output. A closed pipe is not an error.
pub(crate) fn line(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{text}");
}
