//! The guide, page by page: sign up, profile, sign out, sign in.

use crate::storage::places;
use crate::support::browser::Browser;
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

pub async fn a_person_signs_up_signs_out_and_signs_in_again(browser: &Browser) {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    for path in ["/", "/login"] {
        browser.visit(&server, path).await;
        assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/login", "Sign in"));
    }
    browser.follow("Create an account").await;
    assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/signup", "Sign up"));
    browser.fill(&[("username", "Zoë 日本"), ("password", PASSWORD)]).await;
    browser.submit().await;

    let user_id = assert_profile(browser, "Zoë 日本").await;
    for path in ["/login", "/signup"] {
        browser.visit(&server, path).await;
        assert_eq!(browser.location().await, "/", "{path} is for those who are not signed in");
    }

    browser.submit().await;
    assert_eq!(browser.heading().await, "Sign in");
    assert_eq!(browser.text("[role=status]").await, "You're signed out.");
    browser.visit(&server, "/").await;
    assert_eq!(browser.location().await, "/login", "the session has ended");

    browser.fill(&[("username", "zoË 日本"), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert_eq!(assert_profile(browser, "Zoë 日本").await, user_id);
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// Asserts that this is the profile of a person, and returns their user id.
async fn assert_profile(browser: &Browser, username: &str) -> String {
    assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/", "Profile"));
    let text = browser.text("main").await;
    assert!(text.lines().any(|line| line == format!("Username: {username}")), "{text}");
    let user_id = text.lines().find_map(|line| line.strip_prefix("User id: ")).expect("a user id");
    assert!(!user_id.is_empty());
    user_id.to_owned()
}
