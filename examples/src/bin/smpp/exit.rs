//! Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 time-out.

use std::{fmt::Display, process::ExitCode};

pub(crate) const REFUSED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const TIMED_OUT: u8 = 3;

/// Prints `error` to standard error and gives the exit code for a failure.
#[expect(clippy::print_stderr, reason = "a command line tool speaks to its user")]
pub(crate) fn failed(error: &dyn Display) -> ExitCode {
    eprintln!("smpp: {error}");
    ExitCode::from(REFUSED)
}

/// Prints what is wrong with the command line.
#[expect(clippy::print_stderr, reason = "a command line tool speaks to its user")]
pub(crate) fn usage(error: &dyn Display) -> ExitCode {
    eprintln!("smpp: {error}");
    ExitCode::from(USAGE)
}
