//! The shipped configurations, changed as far as a test must.

use std::fs;
use std::path::{Path, PathBuf};

use crate::scratch::Scratch;

/// The configuration with the simulator and its number plan.
pub(crate) fn simulator_toml() -> PathBuf {
    shipped("simulator.toml")
}

/// Writes the configuration for Kannel with the port of this bearerbox, and says where it is.
pub(crate) fn kannel_toml(scratch: &Scratch, box_port: u16) -> PathBuf {
    let text = fs::read_to_string(shipped("kannel.toml")).unwrap();
    let changed = text.replacen("port = 13001", &format!("port = {box_port}"), 1);
    assert_ne!(text, changed, "kannel.toml has Kannel's usual port in it");
    scratch.write("smppd.toml", &changed)
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(name)
}
