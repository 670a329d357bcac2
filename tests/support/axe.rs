//! axe-core, the accessibility audit that runs inside a page. It is fetched by `just axe`, as CI does.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::browser::Browser;

/// Set where a machine without the programs is broken, as in CI: tests then fail instead of not running.
const REQUIRED: &str = "DOORWARD_TEST_REQUIRE_SERVERS";

/// The source of axe; `None` where it was not fetched.
static SOURCE: LazyLock<Option<String>> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe").join("axe.min.js");
    let source = std::fs::read_to_string(file).ok();
    if source.is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and axe is not there: run just axe");
        // Not `eprintln!`: the test harness would keep it to itself.
        let _ =
            writeln!(std::io::stderr(), "\n*** No axe found (just axe): no page was audited for accessibility. ***\n");
    }
    source
});

/// Whether there is an audit at all.
pub fn is_there() -> bool {
    SOURCE.is_some()
}

/// What axe finds wrong with the page, by all of its rules, each with the elements; nothing where there is no axe.
pub async fn violations(browser: &Browser) -> Value {
    const RUN: &str = "
        const done = arguments[arguments.length - 1];
        const told = (violation) => [violation.id, violation.help, ...violation.nodes.map((node) => node.html)];
        axe.run(document).then((found) => done(found.violations.map(told)), (error) => done(String(error)));";
    let Some(source) = SOURCE.as_ref() else { return json!([]) };
    browser.run(&format!("{source}; window.axe = axe;"), &[]).await;
    browser.run_until_done(RUN, &[]).await
}
