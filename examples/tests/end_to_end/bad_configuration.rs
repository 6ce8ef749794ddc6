//! A configuration that cannot be used is refused with file, line, key and mend, before anything is touched.

use std::fs;

use crate::bad_input::refusal;
use crate::configuration::{kannel_toml, simulator_toml};
use crate::process::Process;
use crate::scratch::{Scratch, free_port};
use crate::smppd::serve;

#[test]
fn a_file_that_is_not_there_is_named() {
    let scratch = Scratch::new();
    let config = scratch.path("nowhere.toml");

    let said = refusal(Process::start("smppd", &mut serve(&config, &scratch.path("data"))));

    assert!(said.contains(config.to_str().unwrap()), "{said}");
    assert!(!scratch.path("data").exists());
}

#[test]
fn an_unknown_key() {
    Wrong { was: "[smpp]", becomes: "colour = \"red\"\n[smpp]", key: "colour", mend: "remove it" }
        .is_refused();
}

#[test]
fn a_misspelt_key() {
    let mend = "max_binds";
    Wrong { was: "max_binds = 50", becomes: "max_bnids = 50", key: "account.max_bnids", mend }.is_refused();
}

#[test]
fn a_value_of_another_type() {
    let becomes = "max_binds = \"fifty\"";
    Wrong { was: "max_binds = 50", becomes, key: "account.max_binds", mend: "number" }.is_refused();
}

#[test]
fn a_value_that_does_not_exist() {
    let becomes = "mode = \"sometimes\"";
    let was = "mode = \"store_and_forward\"";
    Wrong { was, becomes, key: "account.mode", mend: "store_and_forward" }.is_refused();
}

#[test]
fn an_address_without_a_port() {
    let becomes = "listen = \"127.0.0.1\"";
    Wrong { was: "listen = \"127.0.0.1:2775\"", becomes, key: "smpp.listen", mend: ":2775" }.is_refused();
}

#[test]
fn text_that_is_not_toml() {
    Wrong { was: "[smpp]", becomes: "this is not TOML\n[smpp]", key: "", mend: "TOML" }.is_refused();
}

#[test]
fn a_missing_key() {
    let scratch = Scratch::new();
    let config = kannel_toml(&scratch, free_port());
    let text = fs::read_to_string(&config).unwrap();
    let without: String =
        text.lines().filter(|line| !line.starts_with("port = ")).map(|line| format!("{line}\n")).collect();
    fs::write(&config, &without).unwrap();

    let said = refusal(Process::start("smppd", &mut serve(&config, &scratch.path("data"))));

    // What is missing has no line; its section has.
    assert!(said.contains(&format!("smppd.toml:{}", line_of(&without, "[[bearerbox]]"))), "{said}");
    assert!(said.contains("bearerbox.port"), "{said}");
    assert!(said.contains("smsbox-port"), "{said}");
}

/// `simulator.toml` with one thing wrong.
struct Wrong {
    was: &'static str,
    becomes: &'static str,
    /// The key to be named.
    key: &'static str,
    /// What the message has to offer.
    mend: &'static str,
}

impl Wrong {
    fn is_refused(&self) {
        let scratch = Scratch::new();
        let text = fs::read_to_string(simulator_toml()).unwrap();
        let line = line_of(&text, self.was);
        let config = scratch.write("smppd.toml", &text.replacen(self.was, self.becomes, 1));

        let said = refusal(Process::start("smppd", &mut serve(&config, &scratch.path("data"))));

        assert!(said.contains(&format!("{}:{line}", config.display())), "{said}");
        assert!(said.contains(self.key), "{said}");
        assert!(said.contains(self.mend), "{said}");
        assert!(!scratch.path("data").exists(), "the data folder was touched");
    }
}

/// The number of the line that starts with this text, from 1.
fn line_of(text: &str, start: &str) -> usize {
    let before = text.lines().take_while(|line| !line.starts_with(start)).count();
    assert!(before < text.lines().count(), "no line starts with {start}");
    before + 1
}
