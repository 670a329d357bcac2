//! The dependencies of the workspace: which crates may depend on each other, and which may use an external crate.

use std::process::Command;

use serde_json::Value;

/// The allowed dependencies between the crates of the workspace.
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
    // Tests may depend on every crate.
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

/// External crates that only these crates may depend on.
const EXTERNAL: [(&str, &[&str]); 18] = [
    ("sqlx", &["doorward-adapters-sql", "doorward-tests"]),
    ("argon2", &["doorward-adapters-crypto"]),
    ("bcrypt", &["doorward-adapters-crypto"]),
    ("hmac", &["doorward-adapters-crypto"]),
    ("pbkdf2", &["doorward-adapters-crypto"]),
    ("rand", &["doorward-adapters-crypto"]),
    ("scrypt", &["doorward-adapters-crypto"]),
    ("sha1", &["doorward-adapters-crypto"]),
    ("sha2", &["doorward-adapters-crypto"]),
    // The listener hands requests to Poem's endpoint.
    ("poem", &["doorward-adapters-http", "doorward"]),
    ("poem-openapi", &["doorward-adapters-http"]),
    ("askama", &["doorward-adapters-http"]),
    ("serde", &["doorward-adapters-http", "doorward"]),
    // The domain checks attributes with it and does not expose it; the command line writes JSON with it.
    ("serde_json", &["doorward-domain", "doorward-adapters-http", "doorward", "doorward-tests"]),
    ("prometheus-client", &["doorward-adapters-http", "doorward"]),
    ("hyper", &["doorward"]),
    ("hyper-util", &["doorward"]),
    ("clap", &["doorward"]),
];

/// The crates that may open sockets.
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

/// The dependencies of a package, without those of its tests.
fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    package["dependencies"].as_array().expect("dependencies").iter().filter(|dependency| dependency["kind"] != "dev")
}

#[test]
fn crates_depend_only_on_allowed_crates() {
    let packages = packages();
    assert_eq!(packages.len(), EDGES.len(), "every crate has a line in EDGES");
    for package in &packages {
        let (_, allowed) = EDGES.iter().find(|(known, _)| *known == name(package)).expect("a line in EDGES");
        let known = package["dependencies"].as_array().expect("dependencies").iter().map(name);
        for other in known.filter(|other| EDGES.iter().any(|(known, _)| known == other)) {
            assert!(allowed.contains(&other), "{} must not depend on {other}", name(package));
        }
    }
}

#[test]
fn external_crates_are_used_only_where_allowed() {
    for package in &packages() {
        for dependency in dependencies(package) {
            if let Some((_, users)) = EXTERNAL.iter().find(|(crate_name, _)| *crate_name == name(dependency)) {
                assert!(users.contains(&name(package)), "{} must not use {}", name(package), name(dependency));
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
fn no_normal_build_enables_test_features() {
    let is_test_feature = |feature: &Value| feature == "mocks" || feature == "fuzzing";
    for package in &packages() {
        for dependency in dependencies(package) {
            let features = dependency["features"].as_array().expect("features");
            assert!(!features.iter().any(is_test_feature), "{}", name(package));
        }
        let own = package["features"].as_object().expect("features");
        for (feature, turns_on) in own {
            let turned_on = turns_on.as_array().expect("features").iter().map(|on| on.as_str().expect("a feature"));
            let mut inner = turned_on.map(|on| Value::from(on.rsplit('/').next().expect("a name")));
            assert!(!inner.any(|on| is_test_feature(&on)), "{feature} of {}", name(package));
        }
    }
}

#[test]
fn the_built_sqlx_has_the_fix_of_rustsec_2024_0363() {
    let lock = include_str!("../Cargo.lock");
    let (_, after) = lock.split_once("name = \"sqlx\"\nversion = \"").expect("sqlx in the lock file");
    let numbers: Vec<u32> = after.split('"').next().expect("a version").split('.').flat_map(str::parse).collect();
    assert!(numbers >= vec![0, 8, 1], "{numbers:?}");
}
