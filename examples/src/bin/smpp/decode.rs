//! `smpp decode`: PDUs in hexadecimal, field by field.

use std::{io::Read as _, process::ExitCode};

use clap::Args as ClapArgs;
use smpp_esme::pdu::{CodecOptions, DecodeError, Pdu, Strictness};

use crate::{exit, number, output};

/// Exit code 0, or 1 if anything in the octets is no whole, well-formed PDU.
#[derive(ClapArgs, Debug)]
pub(crate) struct Args {
    /// The octets in hexadecimal; blanks and colons are ignored. Read from
    /// standard input if not given.
    hex: Vec<String>,
    /// Show text and numbers; passwords stay hidden.
    #[arg(long)]
    show: bool,
    /// Accept only what the specification allows.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let octets = match args.octets() {
        Ok(octets) => octets,
        Err(error) => return exit::usage(&error),
    };
    let options = CodecOptions::default();
    let options = if args.strict { options.with_strictness(Strictness::Strict) } else { options };
    let mut rest = octets.as_slice();
    let mut sound = true;
    while !rest.is_empty() {
        let Some((frame, after)) = next_frame(rest) else {
            return exit::failed(&format!("{} octets are left that are no whole PDU", rest.len()));
        };
        rest = after;
        match Pdu::decode_with(frame, &options) {
            Ok(pdu) if args.show => output::line(&pdu.dump().to_string()),
            Ok(pdu) => output::line(&format!("{pdu:#?}")),
            Err(error) => {
                sound = false;
                output::line(&malformed(&error));
            }
        }
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::from(exit::REFUSED) }
}

impl Args {
    fn octets(&self) -> Result<Vec<u8>, String> {
        if !self.hex.is_empty() {
            return number::hex(&self.hex.concat());
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
        number::hex(&text)
    }
}

/// The first PDU by its command_length, and what follows it.
fn next_frame(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let command_length = u32::from_be_bytes(*octets.first_chunk()?);
    let length = usize::try_from(command_length).ok().filter(|length| *length >= HEADER)?;
    octets.split_at_checked(length)
}

fn malformed(error: &DecodeError) -> String {
    let operation = error.header().map(|header| format!("{}: ", header.command_id)).unwrap_or_default();
    format!("{operation}{error}, to be answered with {}", error.command_status())
}

/// Octets of a header.
const HEADER: usize = 16;
