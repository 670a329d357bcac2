//! Runs `import` and `export` on the store of a place.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::program;
use crate::storage::places::Place;

/// A file of the fixtures.
pub fn fixture(name: &str) -> String {
    format!("{}/takeover/{name}", env!("CARGO_MANIFEST_DIR"))
}

pub fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(name)).expect("a fixture")).expect("JSON")
}

/// A copy of a database of the fixtures, which tests may change.
pub fn copy_of(name: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("source.db");
    std::fs::copy(fixture(name), &path).expect("a copy");
    let mut permissions = std::fs::metadata(&path).expect("a file").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    std::fs::set_permissions(&path, permissions).expect("a file of ours");
    let url = format!("sqlite:{}", path.display());
    (folder, url)
}

/// Runs the program with these arguments on the store of the place.
pub async fn run(place: &Place, arguments: &[&str]) -> Output {
    run_in(Path::new("."), place, arguments, &[]).await
}

pub async fn run_in(folder: &Path, place: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let store = format!("--database-url={}", place.url);
    let arguments: Vec<&str> = arguments.iter().copied().chain([store.as_str()]).collect();
    program::run(folder, &arguments, variables).await
}

/// Runs a command that must succeed, and returns its outcome.
pub async fn totals(place: &Place, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let output = run(place, &arguments).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// All accounts of the store, as an export has them.
pub async fn export(place: &Place) -> String {
    let output = run(place, &["export"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// The rows of a report: user id, username, part, reason.
pub fn report(path: &Path) -> Vec<[String; 4]> {
    let text = std::fs::read_to_string(path).expect("a report");
    let (header, rows) = text.split_once('\n').expect("a header");
    assert_eq!(header, "userId,username,what,reason");
    let row = |line: &str| {
        let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields.try_into().expect("four fields, none with a comma")
    };
    rows.lines().map(row).collect()
}
