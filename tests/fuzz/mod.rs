//! Replays the corpus of the fuzz targets: each file goes through the check of its target.

pub mod checks;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The folder of the package that `just fuzz` builds.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in Unicode")).collect()
}

#[test]
fn every_corpus_input_passes_its_check() {
    let mut broken = Vec::new();
    for (target, check) in checks::ALL {
        let corpus = folder().join("corpus").join(target);
        let inputs = names_in(&corpus);
        assert!(inputs.len() >= 4, "{target} has too few inputs to start from");
        for name in inputs {
            let input = fs::read(corpus.join(&name)).expect("an input");
            if catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
                broken.push(format!("{target}/{name}"));
            }
        }
    }
    // Each panic has printed its message above.
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn checks_targets_and_corpora_match() {
    let checks: BTreeSet<String> = checks::ALL.iter().map(|(target, _)| (*target).to_owned()).collect();
    assert_eq!(names_in(&folder().join("corpus")), checks);
    let files: BTreeSet<String> = checks.iter().map(|target| format!("{target}.rs")).collect();
    assert_eq!(names_in(&folder().join("targets")), files);
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).expect("a manifest");
    let recipe = fs::read_to_string(folder().join("../../justfile")).expect("a justfile");
    for target in &checks {
        let source = fs::read_to_string(folder().join(format!("targets/{target}.rs"))).expect("a target");
        assert!(source.contains(&format!("checks::{target}::check(input)")), "{target} runs another check");
        let bin = format!("name = \"{target}\"\npath = \"targets/{target}.rs\"\n");
        assert!(manifest.contains(&bin), "{target} is not declared");
    }
    let all = checks::ALL.map(|(target, _)| target).join(" ");
    assert!(recipe.contains(&format!("*targets=\"{all}\":")), "`just fuzz` runs other targets");
}
