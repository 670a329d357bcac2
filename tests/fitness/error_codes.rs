//! The error codes in the column `code` of `docs/api.md`, and of `docs/admin-api.md` for those that the admin API adds.

use super::metrics::{labels_of, scrape};
use super::names_in;

#[tokio::test]
async fn error_codes_and_the_api_pages_match() {
    let codes = labels_of(&scrape().await, "doorward_http_problems_total", "code");
    assert!(codes.contains("overloaded"), "codes are served before they occur: {codes:?}");
    let (public, admin) = (names_in("api.md", "code"), names_in("admin-api.md", "code"));
    assert!(public.is_disjoint(&admin), "one fact has one home: {:?}", public.intersection(&admin));
    assert_eq!(&public | &admin, codes, "left: the pages, right: the program");
}
