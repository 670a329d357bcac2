//! Whether the files of a store are still where whoever opens it next will look for them.
//!
//! The system lets a program go on writing to a file that was deleted or replaced, and SQLite does not notice: what it
//! then acknowledges is gone when the last one closes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use doorward_domain::ports::StoreError;
use thiserror::Error;

/// The files of a store as they were opened; none where a store has no files here.
#[derive(Default)]
pub(crate) struct Anchor(Vec<(PathBuf, Identity)>);

impl Anchor {
    /// Takes what is in these places for the store's. None of it may be deleted by the store itself while it is open.
    pub(crate) fn at(paths: &[&Path]) -> io::Result<Self> {
        paths.iter().map(|path| Ok((path.to_path_buf(), Identity::of(path)?))).collect::<io::Result<_>>().map(Self)
    }

    /// Fails where a file is gone or another one is in its place; succeeds again once it is back.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let is_there = |(path, opened): &(PathBuf, Identity)| Identity::of(path).is_ok_and(|found| found == *opened);
        if self.0.iter().all(is_there) { Ok(()) } else { Err(StoreError::Unavailable(Adrift.into())) }
    }
}

/// What tells a file from all others: the numbers of its device and of itself, where the system has them.
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
struct Adrift;
