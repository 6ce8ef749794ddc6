//! `smpp encode`: what a text becomes, before it is sent.

use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde_json::{Value, json};
use smpp_esme::{
    Message,
    pdu::{SubmitSm, tlv::TlvTag},
};

use crate::{
    coding::{EncodingArg, SplitArg},
    exit, number, output,
};

/// Exit code 0, or 1 if the text cannot be encoded as asked.
#[derive(ClapArgs, Debug)]
pub(crate) struct Args {
    /// The text.
    text: String,
    /// The alphabet; GSM 03.38 if the text fits, else UCS-2.
    #[arg(long, value_enum)]
    encoding: Option<EncodingArg>,
    /// How a long text is split.
    #[arg(long, value_enum, default_value_t = SplitArg::Udh8)]
    split: SplitArg,
    /// The reference that the parts share.
    #[arg(long, default_value_t = 1)]
    reference: u16,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let mut message = Message::text("", &args.text).split(args.split.into());
    if let Some(encoding) = args.encoding {
        message = message.encoding(encoding.into());
    }
    let parts = match message.parts(args.reference) {
        Ok(parts) => parts,
        Err(error) => return exit::failed(&error),
    };
    if args.json {
        let parts: Vec<Value> = parts.iter().map(part_json).collect();
        output::line(&json!({ "characters": args.text.chars().count(), "parts": parts }).to_string());
        return ExitCode::SUCCESS;
    }
    output::line(&format!("{} characters, {} parts", args.text.chars().count(), parts.len()));
    for (part, number) in parts.iter().zip(1..) {
        let (field, octets) = user_data(part);
        output::line(&format!(
            "part {number}: data_coding 0x{:02X}, esm_class 0x{:02X}, {field} of {} octets\n  {}",
            part.data_coding.0,
            part.esm_class.0,
            octets.len(),
            number::to_hex(octets)
        ));
        for tlv in part.tlvs.iter().filter(|tlv| tlv.tag != TlvTag::MESSAGE_PAYLOAD) {
            output::line(&format!("  {}: {}", tlv.tag, number::to_hex(tlv.value)));
        }
    }
    ExitCode::SUCCESS
}

fn part_json(part: &SubmitSm) -> Value {
    let (field, octets) = user_data(part);
    json!({
        "data_coding": part.data_coding.0,
        "esm_class": part.esm_class.0,
        "field": field,
        "octets": number::to_hex(octets),
    })
}

fn user_data(part: &SubmitSm) -> (&'static str, &[u8]) {
    match part.tlvs.get(TlvTag::MESSAGE_PAYLOAD) {
        Some(payload) => ("message_payload", payload),
        None => ("short_message", part.short_message.as_bytes()),
    }
}
