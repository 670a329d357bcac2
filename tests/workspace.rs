//! The shape of the workspace: which crate may know which, and which outside crate is at home where.

use std::process::Command;

use serde_json::Value;

/// The edges that there may be, from crate to crate.
const EDGES: [(&str, &[&str]); 7] = [
    ("doorward-domain", &[]),
    ("doorward-app", &["doorward-domain"]),
    ("doorward-adapters-sql", &["doorward-domain"]),
    ("doorward-adapters-crypto", &["doorward-domain"]),
    ("doorward-adapters-http", &["doorward-domain", "doorward-app"]),
    (
        "doorward",
        &[
            "doorward-domain",
            "doorward-app",
            "doorward-adapters-sql",
            "doorward-adapters-crypto",
            "doorward-adapters-http",
        ],
    ),
    // Tests may know everything.
    (
        "doorward-tests",
        &[
            "doorward",
            "doorward-domain",
            "doorward-app",
            "doorward-adapters-sql",
            "doorward-adapters-crypto",
            "doorward-adapters-http",
        ],
    ),
];

/// Outside crates that only these may depend on.
const HOMES: [(&str, &[&str]); 13] = [
    ("sqlx", &["doorward-adapters-sql", "doorward-tests"]),
    ("argon2", &["doorward-adapters-crypto"]),
    ("rand", &["doorward-adapters-crypto"]),
    ("sha2", &["doorward-adapters-crypto"]),
    // The listener hands requests to Poem's endpoint.
    ("poem", &["doorward-adapters-http", "doorward"]),
    ("poem-openapi", &["doorward-adapters-http"]),
    ("askama", &["doorward-adapters-http"]),
    ("serde", &["doorward-adapters-http"]),
    // The domain checks attributes with it, and shows it to nobody; the command line writes with it.
    ("serde_json", &["doorward-domain", "doorward-adapters-http", "doorward", "doorward-tests"]),
    ("prometheus-client", &["doorward-adapters-http", "doorward"]),
    ("hyper", &["doorward"]),
    ("hyper-util", &["doorward"]),
    ("clap", &["doorward"]),
];

/// Who may open sockets.
const TOKIO_NET: [&str; 2] = ["doorward", "doorward-tests"];

fn packages() -> Vec<Value> {
    packages_of(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
}

/// The packages of the workspace that a manifest belongs to.
pub fn packages_of(manifest: &str) -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().expect("a name")
}

/// What a package is built with; what only its tests need is left out.
fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    package["dependencies"].as_array().expect("dependencies").iter().filter(|dependency| dependency["kind"] != "dev")
}

#[test]
fn crates_know_only_whom_they_may() {
    let packages = packages();
    assert_eq!(packages.len(), EDGES.len(), "every crate has a line in EDGES");
    for package in &packages {
        let (_, allowed) = EDGES.iter().find(|(known, _)| *known == name(package)).expect("a line in EDGES");
        let known = package["dependencies"].as_array().expect("dependencies").iter().map(name);
        for other in known.filter(|other| EDGES.iter().any(|(known, _)| known == other)) {
            assert!(allowed.contains(&other), "{} must not know {other}", name(package));
        }
    }
}

#[test]
fn outside_crates_stay_at_home() {
    for package in &packages() {
        for dependency in dependencies(package) {
            if let Some((_, homes)) = HOMES.iter().find(|(crate_name, _)| *crate_name == name(dependency)) {
                assert!(homes.contains(&name(package)), "{} is not at home in {}", name(dependency), name(package));
            }
        }
    }
}

#[test]
fn only_the_server_opens_sockets() {
    for package in &packages() {
        let tokio = dependencies(package).find(|dependency| name(dependency) == "tokio");
        let has_net = tokio.is_some_and(|tokio| {
            tokio["features"].as_array().expect("features").iter().any(|feature| feature == "net" || feature == "full")
        });
        assert!(!has_net || TOKIO_NET.contains(&name(package)), "{} must not open sockets", name(package));
    }
}

#[test]
fn no_normal_build_turns_on_what_is_for_tests_alone() {
    let for_tests_alone = |feature: &Value| feature == "mocks" || feature == "fuzzing";
    for package in &packages() {
        for dependency in dependencies(package) {
            let features = dependency["features"].as_array().expect("features");
            assert!(!features.iter().any(for_tests_alone), "{}", name(package));
        }
        let own = package["features"].as_object().expect("features");
        for (feature, turns_on) in own {
            let turned_on = turns_on.as_array().expect("features").iter().map(|on| on.as_str().expect("a feature"));
            let mut inner = turned_on.map(|on| Value::from(on.rsplit('/').next().expect("a name")));
            assert!(!inner.any(|on| for_tests_alone(&on)), "{feature} of {}", name(package));
        }
    }
}

#[test]
fn the_sqlx_that_is_built_has_the_mend_of_rustsec_2024_0363() {
    let lock = include_str!("../Cargo.lock");
    let (_, after) = lock.split_once("name = \"sqlx\"\nversion = \"").expect("sqlx in the lock file");
    let numbers: Vec<u32> = after.split('"').next().expect("a version").split('.').flat_map(str::parse).collect();
    assert!(numbers >= vec![0, 8, 1], "{numbers:?}");
}
