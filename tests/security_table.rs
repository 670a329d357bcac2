//! The checklist of `docs/security.md`: it has every row, and every test that a row names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../docs/security.md");

/// The number of rows of each topic.
const TOPICS: [(&str, u32); 20] = [
    ("PW", 9),
    ("UN", 7),
    ("EN", 4),
    ("TH", 6),
    ("RC", 5),
    ("LK", 8),
    ("PX", 6),
    ("SE", 8),
    ("CK", 4),
    ("CR", 6),
    ("HD", 5),
    ("HT", 7),
    ("OV", 3),
    ("ST", 3),
    ("LG", 5),
    ("AD", 5),
    ("MV", 6),
    ("RN", 1),
    ("SC", 1),
    ("DP", 2),
];

struct Row<'a> {
    id: &'a str,
    how: &'a str,
    tests: Vec<&'a str>,
    requirement: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let lines = PAGE.lines().filter(|line| line.starts_with("| **"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [id, how, tests, requirement] = cells[..] else { panic!("four cells: {line}") };
            let tests = tests.split(", ").map(|name| name.trim_matches('`')).filter(|name| *name != "—").collect();
            Row { id: id.trim_matches('*'), how, tests, requirement }
        })
        .collect()
}

/// The names of the tests in this binary, without their modules.
fn tests_of_the_suite() -> BTreeSet<String> {
    let output = Command::new(std::env::current_exe().expect("this binary")).arg("--list").output().expect("a list");
    let list = String::from_utf8(output.stdout).expect("UTF-8");
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    names.map(|name| name.rsplit("::").next().expect("a name").to_owned()).collect()
}

/// The names of the crates' unit tests: functions below an attribute that contains `test`.
fn tests_of_the_crates() -> BTreeSet<String> {
    fn walk(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                walk(&entry, names);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&entry).expect("a source file");
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                for pair in lines.windows(2).filter(|pair| pair[0].starts_with("#[") && pair[0].contains("test")) {
                    let function = pair[1].trim_start_matches("async ").strip_prefix("fn ");
                    names.extend(function.and_then(|function| function.split('(').next()).map(str::to_owned));
                }
            }
        }
    }
    let mut names = BTreeSet::new();
    walk(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates")), &mut names);
    names
}

#[test]
fn the_checklist_has_each_row_once_and_in_order() {
    let expected = TOPICS.into_iter().flat_map(|(topic, rows)| (1..=rows).map(move |n| format!("{topic}-{n}")));
    let found: Vec<String> = rows().iter().map(|row| row.id.to_owned()).collect();
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[test]
fn every_test_on_the_page_exists() {
    let (suite, crates) = (tests_of_the_suite(), tests_of_the_crates());
    assert!(suite.len() > 100 && crates.len() > 100, "{} and {}", suite.len(), crates.len());
    for row in rows() {
        for test in &row.tests {
            assert!(suite.contains(*test) || crates.contains(*test), "{}: there is no test {test}", row.id);
        }
    }
}

#[test]
fn each_row_has_a_description_and_a_test_or_a_reason() {
    for row in rows() {
        assert!(row.how.len() > 10 && !row.requirement.is_empty(), "{}", row.id);
        assert!(!row.tests.is_empty() || row.how.contains("**Not followed**"), "{}: no test and no reason", row.id);
    }
}
