//! The error codes in the column `code` of `docs/api.md`.

use super::assert_listed;
use super::metrics::{labels_of, scrape};

#[tokio::test]
async fn error_codes_and_the_api_page_match() {
    let codes = labels_of(&scrape().await, "doorward_http_problems_total", "code");
    assert!(codes.contains("overloaded"), "codes are served before they occur: {codes:?}");
    assert_listed("api.md", "code", &codes);
}
