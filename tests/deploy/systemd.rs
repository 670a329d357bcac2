//! The unit of systemd.

use std::process::Command;

use super::{file, succeed, text, tool};

const UNIT: &str = "doorward.service";

#[test]
fn the_unit_is_exposed_by_less_than_2() {
    let Some(analyze) = tool("systemd-analyze") else { return };
    // The threshold is in tenths.
    let said = succeed(
        Command::new(analyze).args(["security", "--offline=true", "--no-pager", "--threshold=20"]).arg(file(UNIT)),
    );
    assert!(said.contains("Overall exposure level for doorward.service: 1."), "{said}");
}

#[test]
fn the_unit_has_no_setting_that_systemd_does_not_know() {
    let Some(analyze) = tool("systemd-analyze") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    // It must name a program that exists.
    let unit = folder.path().join(UNIT);
    std::fs::write(&unit, text(UNIT).replace("/usr/local/bin/doorward", "/bin/true")).expect("a file");
    let said = succeed(Command::new(analyze).arg("verify").arg(&unit));
    assert!(!said.contains(UNIT), "{said}");
}

#[test]
fn the_unit_lets_hashing_threads_lower_their_priority() {
    let unit = text(UNIT);
    let filters: Vec<_> = unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")).collect();
    // Lines are merged in order: a call that a later line names is allowed again.
    assert_eq!(filters, ["@system-service", "~@privileged @resources", "setpriority"]);
}
