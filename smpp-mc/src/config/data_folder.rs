//! The folder that a message centre keeps its data in, held by one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// A data folder, locked until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if need be and locks it.
    ///
    /// # Errors
    ///
    /// That another process holds it, or that it cannot be created or written.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let unusable =
            |error: io::Error| DataFolderError::Unusable { path: path.to_owned(), error: error.kind() };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who it is only helps the reader; the refusal stands without.
                let _ = lock.read_to_string(&mut holder);
                return Err(DataFolderError::Held { path: path.to_owned(), pid: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        lock.set_len(0).map_err(unusable)?;
        lock.rewind().map_err(unusable)?;
        writeln!(lock, "{}", std::process::id()).map_err(unusable)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Why a data folder cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DataFolderError {
    /// Another process uses it.
    #[error("the data folder {path} is held by process {pid}; stop that, or name another folder with --data", path = path.display())]
    Held {
        /// The folder.
        path: PathBuf,
        /// The holder's process id, as it wrote it down.
        pid: String,
    },
    /// It cannot be created, read or written.
    #[error("the data folder {path} cannot be used ({error}); check its path and permissions", path = path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::ErrorKind,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time_and_free_again_after() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");

        let held = DataFolder::open(&path).unwrap();
        let refused = DataFolder::open(&path).unwrap_err();
        drop(held);

        assert!(matches!(refused, DataFolderError::Held { .. }));
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn a_path_that_is_no_folder_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();

        assert!(matches!(DataFolder::open(file.path()), Err(DataFolderError::Unusable { .. })));
    }
}
