//! Whether the files of a store are still where the next process that opens it will look for them.
//!
//! The system lets a program go on writing to a file that was deleted or replaced, and SQLite does not notice: what it
//! acknowledges then is gone when the last process closes the file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use doorward_domain::ports::StoreError;
use thiserror::Error;

/// The files of a store as they were opened; none where a store has no files on this machine.
#[derive(Default)]
pub(crate) struct FileIdentity(Vec<(PathBuf, Identity)>);

impl FileIdentity {
    /// Takes the files at these paths for the store's. The store itself must not delete them while it is open.
    pub(crate) fn of(paths: &[&Path]) -> io::Result<Self> {
        paths.iter().map(|path| Ok((path.to_path_buf(), Identity::of(path)?))).collect::<io::Result<_>>().map(Self)
    }

    /// Fails while a file is gone or another one is in its place.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let is_there = |(path, opened): &(PathBuf, Identity)| Identity::of(path).is_ok_and(|found| found == *opened);
        if self.0.iter().all(is_there) { Ok(()) } else { Err(StoreError::Unavailable(FileMoved.into())) }
    }
}

/// The numbers of a file's device and of the file itself, where the system has them.
#[derive(PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        #[cfg(unix)]
        let identity = Self(std::os::unix::fs::MetadataExt::dev(&found), std::os::unix::fs::MetadataExt::ino(&found));
        #[cfg(not(unix))]
        let identity = Self(0, u64::from(found.is_file()));
        Ok(identity)
    }
}

#[derive(Debug, Error)]
#[error("the store's file or its log was moved, deleted or replaced: put it back, or start the server again")]
struct FileMoved;
