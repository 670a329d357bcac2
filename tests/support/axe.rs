//! axe-core, the accessibility audit that runs inside a page. `just axe` fetches it.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::browser::Browser;

/// If this variable is set, as in CI, tests fail instead of being skipped when a program is missing.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// The source of axe; `None` where it was not fetched.
static SOURCE: LazyLock<Option<String>> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe").join("axe.min.js");
    let source = std::fs::read_to_string(file).ok();
    if source.is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but axe is missing: run just axe");
        // Not `eprintln!`, which the test harness captures.
        let _ =
            writeln!(std::io::stderr(), "\n*** No axe found (just axe): no page was audited for accessibility. ***\n");
    }
    source
});

/// Whether axe was fetched.
pub fn is_there() -> bool {
    SOURCE.is_some()
}

/// The violations that axe finds in the page with all of its rules, each with the elements; empty without axe.
pub async fn violations(browser: &Browser) -> Value {
    const RUN: &str = "
        const done = arguments[arguments.length - 1];
        const told = (violation) => [violation.id, violation.help, ...violation.nodes.map((node) => node.html)];
        axe.run(document).then((found) => done(found.violations.map(told)), (error) => done(String(error)));";
    let Some(source) = SOURCE.as_ref() else { return json!([]) };
    browser.run(&format!("{source}; window.axe = axe;"), &[]).await;
    browser.run_until_done(RUN, &[]).await
}
