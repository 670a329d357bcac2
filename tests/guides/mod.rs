//! The guides in `docs/guides`: their pages show real files, and `just guides` drives the apps in a browser.

mod app;
mod drive;
mod llms;
mod pages;
mod stand_in;

use std::fs;
use std::path::{Path, PathBuf};

/// A path of this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
