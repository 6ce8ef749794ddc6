//! What the simulated network does with a message: the first rule that fits its destination decides.

use smpp_session::pdu::{CommandStatus, MessageState};

/// An ordered list of rules, and what happens where none fits: DELIVERED.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scenario {
    rules: Vec<Rule>,
}

impl Scenario {
    /// A network that delivers everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number plan that the third-party clients of the tests expect:
    ///
    /// | destination | what happens |
    /// |---|---|
    /// | `9900hh` | refused at the door with `command_status` 0xhh |
    /// | `8800…`, `8801…`, `8802…` | UNDELIVERABLE, EXPIRED, REJECTED |
    /// | `7700…` | delivered, and comes back as a mobile-originated message |
    /// | other | DELIVERED |
    #[must_use]
    pub fn number_plan() -> Self {
        let state = |state, error| Outcome::Reaches { state, error };
        Self::new()
            .rule("9900", Outcome::RefusedByNumber)
            .rule("8800", state(MessageState::UNDELIVERABLE, 11))
            .rule("8801", state(MessageState::EXPIRED, 3))
            .rule("8802", state(MessageState::REJECTED, 99))
            .rule("7700", Outcome::Echoed)
    }

    /// Adds a rule behind the others, for destinations that begin with `prefix`. A leading `+` of a number does not
    /// count.
    #[must_use]
    pub fn rule(mut self, prefix: impl Into<String>, outcome: Outcome) -> Self {
        self.rules.push(Rule { prefix: prefix.into(), outcome });
        self
    }

    /// What happens to a message for `destination`.
    #[must_use]
    pub fn verdict(&self, destination: &[u8]) -> Verdict {
        let digits = destination.strip_prefix(b"+").unwrap_or(destination);
        self.rules
            .iter()
            .filter_map(|rule| digits.strip_prefix(rule.prefix.as_bytes()).map(|rest| (rule, rest)))
            .find_map(|(rule, rest)| rule.outcome.verdict(rest))
            .unwrap_or(Verdict::Reaches { state: MessageState::DELIVERED, error: 0, echo: false })
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Rule {
    prefix: String,
    outcome: Outcome,
}

/// What a rule does.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The submission is refused with this status.
    Refused(CommandStatus),
    /// The submission is refused with the status that the two hexadecimal digits behind the prefix name; with anything
    /// else there the rule does not fit.
    RefusedByNumber,
    /// The message comes to this final state.
    Reaches {
        /// A final `message_state`.
        state: MessageState,
        /// The network's error code, 0 for none.
        error: u16,
    },
    /// The message is delivered and comes back from the number it was sent to.
    Echoed,
}

impl Outcome {
    fn verdict(&self, rest: &[u8]) -> Option<Verdict> {
        match self {
            Self::Refused(status) => Some(Verdict::Refused(*status)),
            Self::RefusedByNumber => {
                let digits = std::str::from_utf8(rest).ok().filter(|digits| digits.len() == 2)?;
                u32::from_str_radix(digits, 16).ok().map(|status| Verdict::Refused(CommandStatus(status)))
            }
            Self::Reaches { state, error } => {
                Some(Verdict::Reaches { state: *state, error: *error, echo: false })
            }
            Self::Echoed => Some(Verdict::Reaches { state: MessageState::DELIVERED, error: 0, echo: true }),
        }
    }
}

/// What happens to one message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Refused at the door with this status.
    Refused(CommandStatus),
    /// Taken; comes to a final state.
    Reaches {
        /// The final state.
        state: MessageState,
        /// The network's error code.
        error: u16,
        /// Whether the message comes back as a mobile-originated one.
        echo: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_plan_decides_by_prefix() {
        let plan = Scenario::number_plan();
        let reaches = |state, error, echo| Verdict::Reaches { state, error, echo };

        assert_eq!(plan.verdict(b"990058"), Verdict::Refused(CommandStatus(0x58)));
        assert_eq!(plan.verdict(b"8800123"), reaches(MessageState::UNDELIVERABLE, 11, false));
        assert_eq!(plan.verdict(b"+8801123"), reaches(MessageState::EXPIRED, 3, false));
        assert_eq!(plan.verdict(b"8802"), reaches(MessageState::REJECTED, 99, false));
        assert_eq!(plan.verdict(b"7700123"), reaches(MessageState::DELIVERED, 0, true));
        assert_eq!(plan.verdict(b"4790000000"), reaches(MessageState::DELIVERED, 0, false));
    }

    #[test]
    fn a_refusal_by_number_needs_two_hexadecimal_digits() {
        let delivered = Verdict::Reaches { state: MessageState::DELIVERED, error: 0, echo: false };

        assert_eq!(Scenario::number_plan().verdict(b"9900"), delivered);
        assert_eq!(Scenario::number_plan().verdict(b"9900zz"), delivered);
        assert_eq!(Scenario::number_plan().verdict(b"9900581"), delivered);
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let scenario = Scenario::new()
            .rule("47", Outcome::Refused(CommandStatus::ESME_RINVDSTADR))
            .rule("479", Outcome::Echoed);

        assert_eq!(scenario.verdict(b"4790"), Verdict::Refused(CommandStatus::ESME_RINVDSTADR));
    }
}
