//! Dependencies: each direct one has a row in `docs/dependencies.md`, every crate inherits the workspace's lints, and
//! builds follow `Cargo.lock`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workspace::packages_of;

/// Each crate of this repository and its name on the page, in the page's order.
const CRATES: [(&str, &str); 8] = [
    ("doorward-domain", "domain"),
    ("doorward-app", "app"),
    ("doorward-adapters-sql", "sql"),
    ("doorward-adapters-crypto", "crypto"),
    ("doorward-adapters-http", "http"),
    ("doorward", "server"),
    ("doorward-tests", "tests"),
    ("doorward-fuzz", "fuzz"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key}"))
}

/// Every crate of this repository, including the fuzz crate.
fn crates() -> Vec<Value> {
    let mut crates = packages_of(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    crates.extend(packages_of(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml")));
    let names: Vec<&str> = crates.iter().map(|package| text(package, "name")).collect();
    for name in &names {
        assert!(CRATES.iter().any(|(known, _)| known == name), "{name} has no line in CRATES");
    }
    assert_eq!(names.len(), CRATES.len(), "{names:?}");
    crates
}

/// Every direct dependency with the crates that use it, as the page writes them.
fn expected_rows() -> BTreeMap<String, String> {
    let crates = crates();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (package_name, label) in CRATES {
        let package = crates.iter().find(|package| text(package, "name") == package_name).expect("a crate");
        // Each dependency once, and whether the crate itself uses it or only its tests.
        let mut of_this: BTreeMap<&str, bool> = BTreeMap::new();
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            if dependency["path"].is_null() {
                *of_this.entry(text(dependency, "name")).or_default() |= dependency["kind"] != "dev";
            }
        }
        for (name, built_with) in of_this {
            let only_tests = !built_with && package_name != "doorward-tests";
            let star = if only_tests { "*" } else { "" };
            rows.entry(name.to_owned()).or_default().push(format!("{label}{star}"));
        }
    }
    rows.into_iter().map(|(name, labels)| (name, labels.join(", "))).collect()
}

#[test]
fn direct_dependencies_and_rows_of_the_page_match() {
    let page = read("docs/dependencies.md");
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let table: Vec<Vec<String>> = page.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    let mut rows = BTreeMap::new();
    for row in &table {
        assert_eq!(row.len(), 7, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{} has an empty cell", row[0]);
        let before = rows.insert(row[0].trim_matches('`').to_owned(), row[1].clone());
        assert_eq!(before, None, "{} has two rows", row[0]);
    }
    let expected = expected_rows();
    for (name, labels) in &expected {
        let found = rows.get(name);
        assert_eq!(found, Some(labels), "the second cell of the row for `{name}` in docs/dependencies.md");
    }
    for name in rows.keys() {
        assert!(expected.contains_key(name), "docs/dependencies.md has a row for `{name}`, but no crate depends on it");
    }
    let decisions = table.iter().filter_map(|row| row[6].split_once("](")?.1.strip_suffix(')'));
    for decision in decisions {
        assert!(root().join("docs").join(decision).is_file(), "{decision} does not exist");
    }
}

#[test]
fn every_crate_inherits_the_lints_that_forbid_unsafe_code() {
    let lints = read("Cargo.toml");
    assert!(lints.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    for package in packages_of(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")) {
        let manifest = fs::read_to_string(text(&package, "manifest_path")).expect("a manifest");
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{} has lints of its own", text(&package, "name"));
    }
}

#[test]
fn checks_build_from_the_committed_lock_file() {
    assert!(root().join("Cargo.lock").is_file());
    assert!(!read(".gitignore").contains("Cargo.lock"));
    let recipes = read("justfile");
    assert!(
        recipes.contains(
            "\ncheck: fmt-check deny lint axe traefik promtool (test \"--locked\") doc typescript schemathesis guides image\n"
        )
    );
    let locked = ["cargo clippy", "cargo doc", "cargo fetch", "cargo deny", "cargo install"];
    let script = read(".ci/run");
    let commands = recipes.lines().chain(script.lines()).filter(|line| !line.trim().starts_with('#'));
    for line in commands.filter(|line| locked.iter().any(|command| line.contains(command))) {
        assert!(line.contains("--locked") || line.contains("--version"), "{line}");
    }
}
