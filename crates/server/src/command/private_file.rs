//! Files that a command writes beside its output: no other user can read them, and none replaces another.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::failure::{Failure, Kind};

/// Creates a file that no other user can read. One that is there already is never replaced.
pub(super) fn new_private_file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(Kind::Usage, format!("the file {} exists already; name another one", path.display()))
        }
        _ => cannot_write(path, &error),
    })
}

/// Removes a file that was not written to its end.
pub(super) fn remove_unfinished(path: &Path) {
    let _ = fs::remove_file(path);
}

pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Usage, format!("the file {} cannot be written: {error}", path.display()))
}
