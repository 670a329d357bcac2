//! The audit events in the column `event` of `docs/operations.md`.

use super::assert_listed;
use super::metrics::{labels_of, scrape};

#[tokio::test]
async fn audit_events_and_the_operations_page_match() {
    let events = labels_of(&scrape().await, "doorward_audit_events_total", "event");
    assert!(events.contains("account_deleted"), "events are served before they occur: {events:?}");
    assert_listed("operations.md", "event", &events);
}
