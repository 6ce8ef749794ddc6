//! What a load is made of.

use clap::Args;
use smpp_esme::{Message, Split, pdu::SubmitSm, pdu::text::TextOptions};

/// What to submit, and to whom.
#[derive(Args, Debug)]
pub(super) struct Mix {
    /// The sender.
    #[arg(long, default_value = "1000")]
    from: String,
    /// The first recipient's number.
    #[arg(long, default_value = "447700900000")]
    to: String,
    /// How many recipients, numbered on from the first.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    recipients: u64,
    /// The text of every message, instead of a mix.
    #[arg(long, conflicts_with = "mix")]
    text: Option<String>,
    /// Shares of short, long (three parts) and unicode texts.
    #[arg(long, default_value = "short=1", value_name = "KIND=SHARE,...")]
    mix: String,
}

impl Mix {
    /// The PDUs to go through again and again, kinds and recipients evenly mixed.
    pub(super) fn messages(&self) -> Result<Vec<SubmitSm>, String> {
        let texts = match &self.text {
            Some(text) => vec![text.clone()],
            None => interleaved(&shares(&self.mix)?),
        };
        let rounds = self.recipients.max(texts.len().try_into().unwrap_or(u64::MAX));
        let mut pdus = Vec::new();
        for (number, text) in (0..rounds).zip(texts.iter().cycle()) {
            let to = self.recipient(number % self.recipients)?;
            let reference = u16::try_from(number % 0x1_0000).unwrap_or_default();
            let message = Message::text(to, text).from(&self.from);
            let parts = message.parts_with(&TextOptions::default(), Split::Udh16, reference);
            pdus.extend(parts.map_err(|error| error.to_string())?);
        }
        Ok(pdus)
    }

    fn recipient(&self, number: u64) -> Result<String, String> {
        if self.recipients == 1 {
            return Ok(self.to.clone());
        }
        let (plus, digits) = self.to.strip_prefix('+').map_or(("", self.to.as_str()), |digits| ("+", digits));
        let first: u64 =
            digits.parse().map_err(|_| "--to must be a number if there are several recipients".to_owned())?;
        Ok(format!("{plus}{:0width$}", first + number, width = digits.len()))
    }
}

/// `short=8,long=1` as texts and their shares.
fn shares(mix: &str) -> Result<Vec<(String, usize)>, String> {
    let share = |part: &str| {
        let (kind, share) = part.split_once('=').ok_or_else(|| format!("{part:?} is not KIND=SHARE"))?;
        let text = match kind {
            "short" => "Hello from smpp load".to_owned(),
            "long" => "smpp load ".repeat(40),
            "unicode" => "Привет от smpp load".to_owned(),
            _ => return Err(format!("{kind:?} is none of short, long, unicode")),
        };
        let share = share.parse().ok().filter(|share| (0..=1000).contains(share));
        Ok((text, share.ok_or_else(|| format!("{part:?}: a share from 0 to 1000 expected"))?))
    };
    mix.split(',').map(share).collect()
}

/// The texts by their shares, one kind after the other as long as each lasts.
fn interleaved(shares: &[(String, usize)]) -> Vec<String> {
    let rounds = shares.iter().map(|(_, share)| *share).max().unwrap_or(0);
    let in_round =
        |round: usize| shares.iter().filter(move |(_, share)| round < *share).map(|(text, _)| text.clone());
    (0..rounds).flat_map(in_round).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(mix: &str, recipients: u64) -> Mix {
        Mix { from: "1000".into(), to: "+4479".into(), recipients, text: None, mix: mix.into() }
    }

    #[test]
    fn a_mix_has_each_kind_by_its_share() {
        let pdus = mix("short=3,long=1,unicode=1", 1).messages().unwrap();

        assert_eq!(pdus.len(), 3 + 3 + 1, "a long text has three parts");
        assert!(mix("short=3,tall=1", 1).messages().is_err());
    }

    #[test]
    fn recipients_are_numbered_on() {
        let pdus = mix("short=1", 3).messages().unwrap();

        let numbers: Vec<String> = pdus.iter().map(|pdu| pdu.destination_addr.to_string()).collect();
        assert_eq!(numbers, ["4479", "4480", "4481"]);
    }
}
