//! `docs/llms.txt` names routes, settings and error codes that exist, and shows files that run.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::pages::with_files;
use super::{read, repository};
use crate::fitness::names_in;

const PAGE: &str = "docs/llms.txt";

fn document() -> Value {
    serde_json::from_str(&read("docs/openapi.json")).expect("JSON")
}

#[test]
fn the_page_for_agents_shows_the_text_of_its_files() {
    let page = read(PAGE);
    let (expected, files) = with_files(&page, "docs");
    assert_eq!(files.len(), 2, "one file in TypeScript and one in Python");
    if std::env::var_os("DOORWARD_TEST_UPDATE").is_some() {
        fs::write(repository(PAGE), &expected).expect("a page that can be written");
    } else {
        assert!(page == expected, "{PAGE} differs from its files; `just docs` updates it");
    }
}

#[test]
fn the_page_for_agents_names_every_route_and_no_other() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let documented: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().expect("methods").keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let page = read(PAGE);
    let code = page.split('`').skip(1).step_by(2);
    let named = code.filter(|code| code.starts_with("GET /") || code.starts_with("POST /"));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), documented);
}

#[test]
fn the_page_for_agents_names_settings_that_exist() {
    let reference = read("docs/configuration.md");
    let page = read(PAGE);
    let words = page.split(|char: char| !char.is_ascii_uppercase() && char != '_');
    // `DOORWARD_URL` is a variable of the apps.
    let named: BTreeSet<_> = words.filter(|word| word.starts_with("DOORWARD_") && *word != "DOORWARD_URL").collect();
    for name in &named {
        assert!(reference.contains(&format!("| `{name}` |")), "{name} is no setting");
    }
    assert!(named.len() >= 8, "{named:?}");
}

#[test]
fn the_page_for_agents_names_every_error_code() {
    let page = read(PAGE);
    for code in names_in("api.md", "code") {
        assert!(page.contains(&format!("`{code}`")), "{code} is missing");
    }
}
