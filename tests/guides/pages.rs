//! Each page of a guide shows the text of its files, the glue is short, and the typed client calls documented routes.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{read, repository};

/// The files of each guide that connect an app to Doorward. The others are the app's own.
const GLUE: [(&str, &[&str]); 9] = [
    (
        "nextjs.md",
        &[
            "nextjs/next.config.ts",
            "nextjs/auth/session.ts",
            "nextjs/auth/lucia.ts",
            "nextjs/proxy.ts",
            "nextjs/app/action/actions.ts",
        ],
    ),
    ("node.md", &["node/hono.ts"]),
    ("node.md", &["node/express.ts"]),
    ("python.md", &["python/doorward_fastapi.py"]),
    ("python.md", &["python/doorward_flask.py"]),
    (
        "sveltekit.md",
        &[
            "sveltekit/src/hooks.server.ts",
            "sveltekit/src/app.d.ts",
            "sveltekit/src/env.ts",
            "sveltekit/src/routes/login/+page.server.ts",
        ],
    ),
    ("spa.md", &["spa/session.ts", "spa/api.ts"]),
    ("rust.md", &["rust/doorward_axum.rs"]),
    ("rust.md", &["rust/doorward_poem.rs"]),
];

/// The most lines of glue for one framework, blank ones not counted.
const MAX_GLUE: usize = 60;

fn guide_pages() -> Vec<String> {
    let entries = fs::read_dir(repository("docs/guides")).expect("the guides");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut pages: Vec<_> = names.filter(|name| name.to_ascii_lowercase().ends_with(".md")).collect();
    pages.sort();
    pages
}

/// The page with the text of each file that it shows, and the files. A file's name, relative to a folder, stands in a
/// line of its own before its block, as in `` `node/hono.ts`: ``.
pub fn with_files(page: &str, folder: &str) -> (String, Vec<String>) {
    let (mut text, mut files) = (String::new(), Vec::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        let Some(file) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) else { continue };
        assert_eq!(lines.next(), Some(""), "a blank line follows {line}");
        let fence = lines.next().filter(|fence| fence.starts_with("```")).unwrap_or_else(|| panic!("no block: {line}"));
        assert!(lines.by_ref().any(|line| line == "```"), "the block of {file} ends");
        let shown = read(&format!("{folder}/{file}"));
        text.extend(["\n", fence, "\n", &shown, "```\n"]);
        files.push(file.to_owned());
    }
    (text, files)
}

#[test]
fn each_page_shows_the_text_of_its_files() {
    let mut shown = BTreeSet::new();
    for name in guide_pages() {
        let path = format!("docs/guides/{name}");
        let page = read(&path);
        let (expected, files) = with_files(&page, "docs/guides");
        if std::env::var_os("DOORWARD_TEST_UPDATE").is_some() {
            fs::write(repository(&path), &expected).expect("a page that can be written");
        } else {
            assert!(page == expected, "{path} differs from its files; `just docs` updates it");
        }
        shown.extend(files.into_iter().map(|file| (name.clone(), file)));
    }
    for (page, files) in GLUE {
        for file in files {
            assert!(shown.contains(&(page.to_owned(), (*file).to_owned())), "{page} does not show {file}");
        }
    }
}

#[test]
fn the_glue_of_each_framework_is_short() {
    for (_, files) in GLUE {
        let texts = files.iter().map(|file| read(&format!("docs/guides/{file}")));
        let lines: usize = texts.map(|text| text.lines().filter(|line| !line.trim().is_empty()).count()).sum();
        assert!(lines <= MAX_GLUE, "{files:?} have {lines} lines");
    }
}

#[test]
fn links_of_the_guides_lead_to_files() {
    for name in guide_pages() {
        let page = read(&format!("docs/guides/{name}"));
        // Without the blocks of code.
        let page: String = page.split("```").step_by(2).collect();
        for (_, rest) in page.match_indices("](").map(|(at, _)| page.split_at(at + 2)) {
            let target = rest.split([')', '#']).next().unwrap_or_default();
            let is_file = target.is_empty() || target.contains("://");
            assert!(is_file || repository("docs/guides").join(target).exists(), "{name} links to {target}");
        }
    }
}

#[test]
fn the_typed_client_calls_documented_routes() {
    let document: Value = serde_json::from_str(&read("docs/openapi.json")).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let client = read("docs/guides/doorward.ts");
    let quoted = client.split(['"', '`']).filter(|text| text.starts_with("/api/"));
    let routes: BTreeSet<_> =
        quoted.map(|route| route.replace("${encodeURIComponent(sessionId)}", "{sessionId}")).collect();
    for route in &routes {
        assert!(paths.contains_key(route), "{route} is not in docs/openapi.json");
    }
    assert!(routes.len() >= 12, "{routes:?}");
}
