//! The alert rules and the dashboard.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{file, succeed, text, tool};

const ALERTS: &str = "prometheus/alerts.yml";
const DASHBOARD: &str = "grafana/dashboard.json";

/// The expressions of the dashboard, with its variables filled in.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&text(DASHBOARD)).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let expressions = targets.map(|target| target["expr"].as_str().expect("an expression"));
    expressions.map(|text| text.replace("$__rate_interval", "5m").replace("$job", "doorward")).collect()
}

#[test]
fn promtool_accepts_the_alerts_and_their_tests() {
    let Some(promtool) = tool("promtool") else { return };
    succeed(Command::new(&promtool).args(["check", "rules"]).arg(file(ALERTS)));
    succeed(Command::new(&promtool).args(["test", "rules"]).arg(file("prometheus/alerts_test.yml")));
}

#[test]
fn promtool_accepts_every_expression_of_the_dashboard() {
    let Some(promtool) = tool("promtool") else { return };
    let rules: Vec<Value> = (1..)
        .zip(expressions())
        .map(|(number, expression)| serde_json::json!({"record": format!("panel:{number}"), "expr": expression}))
        .collect();
    assert!(rules.len() > 10, "{rules:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.yml");
    // JSON is YAML.
    let text = serde_json::json!({"groups": [{"name": "dashboard", "rules": rules}]}).to_string();
    std::fs::write(&file, text).expect("a file");
    succeed(Command::new(promtool).args(["check", "rules"]).arg(&file));
}

#[test]
fn alerts_and_dashboard_name_only_metrics_of_the_page() {
    let listed = crate::fitness::names_in("metrics.md", "name");
    let is_listed = |name: &str| {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        listed.contains(name) || family.is_some_and(|family| listed.contains(family))
    };
    let all = [text(ALERTS), expressions().join("\n")].join("\n");
    let words = all.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named: BTreeSet<_> =
        words.filter(|word| word.starts_with("doorward_") || word.starts_with("process_")).collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        assert!(is_listed(name), "docs/metrics.md has no {name}");
    }
}
