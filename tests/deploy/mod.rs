//! The files of `docs/deploy`, checked by the tools that read them.

mod prometheus;
mod systemd;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// If this variable is set, as in CI, tests fail instead of being skipped when a tool is missing.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// A file of `docs/deploy`.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deploy").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A tool on the path, or where `just promtool` puts it. `None` where this machine has none, which one loud line says.
///
/// # Panics
/// Panics if it is missing and [`REQUIRED`] is set.
fn tool(name: &str) -> Option<PathBuf> {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("promtool");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).chain([fetched]).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but {name} is missing");
        // Not `eprintln!`, which the test harness captures.
        let _ = writeln!(std::io::stderr(), "\n*** No {name} found: a test of docs/deploy did NOT run. ***\n");
    }
    found
}

/// Runs a command that must succeed, and returns its output.
fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("a program that runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}
