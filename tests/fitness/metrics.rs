//! The metric families in the column `name` of `docs/metrics.md`.

use std::collections::BTreeSet;

use super::assert_listed;
use crate::storage::places;
use crate::support::client::send;
use crate::support::server::TestServer;

/// The metrics of a server that has answered one request, in Prometheus text format.
pub async fn scrape() -> String {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--metrics-listen=127.0.0.1:0"]).await;
    send(server.client().get("/login")).await;
    send(server.metrics_client().get("/metrics")).await.body
}

/// The values of a label in the series of a family.
pub fn labels_of(text: &str, family: &str, label: &str) -> BTreeSet<String> {
    let series = text.lines().filter_map(|line| line.strip_prefix(family)?.strip_prefix('{'));
    let values = series.filter_map(|labels| labels.split(&format!("{label}=\"")).nth(1)?.split('"').next());
    values.map(str::to_owned).collect()
}

#[tokio::test]
async fn metric_families_and_the_metrics_page_match() {
    let text = scrape().await;
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    assert_listed("metrics.md", "name", &families.map(str::to_owned).collect());
}
