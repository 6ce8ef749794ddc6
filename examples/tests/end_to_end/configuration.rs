//! Configuration files that a test writes.

use std::path::PathBuf;

use crate::bearerbox::{BOX, LINK};
use crate::scratch::Scratch;

/// An smppd whose messages go to a bearerbox.
pub(crate) struct KannelConfiguration {
    pub(crate) box_port: u16,
}

impl KannelConfiguration {
    /// Writes the file and says where it is.
    pub(crate) fn write(&self, scratch: &Scratch) -> PathBuf {
        scratch.write("smppd.toml", &format!("# {BOX} {LINK} {}\n", self.box_port))
    }
}
