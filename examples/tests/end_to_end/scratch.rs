//! A folder and ports that belong to one test.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that is removed with the test.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// Makes a new, empty folder.
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("smpp-end-to-end-").tempdir().unwrap())
    }

    /// The path of something in the folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

/// A loopback port that nobody has. It is free, not kept: for programs that cannot take port 0.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
