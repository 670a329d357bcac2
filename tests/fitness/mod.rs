//! Fitness tests: the modules of each crate have no import cycles, and the reference pages of `docs/` match the program.
//!
//! A reference page lists names in a column of a table. The header of the column says what they are (`code`, `event`,
//! `name`, `command`), and each name stands in backticks at the start of its cell.

use std::collections::BTreeSet;
use std::path::Path;

mod audit_events;
mod commands;
mod error_codes;
mod metrics;
mod module_cycles;

/// The names in the column under this header, in all tables of a page of `docs/` that have such a column.
///
/// A name is the text between the first two backticks of a cell. Cells without backticks are skipped.
pub fn names_in(page: &str, header: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut column = None;
    let mut names = BTreeSet::new();
    let mut above_is_row = false;
    for line in text.lines() {
        let is_row = line.starts_with('|');
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if is_row && !above_is_row {
            column = cells.iter().position(|cell| cell.trim_matches('`').eq_ignore_ascii_case(header));
        } else if is_row && let Some(cell) = column.and_then(|column| cells.get(column)) {
            names.extend(cell.split('`').nth(1).map(str::to_owned));
        }
        above_is_row = is_row;
    }
    assert!(!names.is_empty(), "docs/{page} has no table with a column `{header}`");
    names
}

/// Asserts that a page lists exactly the names that the program has.
#[track_caller]
fn assert_listed(page: &str, header: &str, expected: &BTreeSet<String>) {
    let listed = names_in(page, header);
    let missing: Vec<_> = expected.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(expected).collect();
    assert!(missing.is_empty(), "docs/{page} lacks these names under `{header}`: {missing:?}");
    assert!(unknown.is_empty(), "docs/{page} lists names under `{header}` that do not exist: {unknown:?}");
}
