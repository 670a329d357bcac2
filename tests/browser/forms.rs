//! The forms: their labels, and what becomes of them when something is wrong with what was typed.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::storage::places;
use crate::support::browser::{Browser, Scripts};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

async fn server_with_alice() -> TestServer {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    server.client().sign_up("alice", PASSWORD).await;
    server
}

pub async fn a_failed_form_says_what_is_wrong_beside_its_field(browser: &Browser) {
    /// The texts that an alert says of each field, in the order of the page.
    const ALERTS: &str = "return [...document.querySelectorAll('input:not([type=hidden])')].map((input) => [
        input.getAttribute('aria-invalid') === 'true',
        (input.getAttribute('aria-describedby') ?? '').split(/\\s+/).filter(Boolean)
            .map((id) => document.getElementById(id))
            .filter((text) => text.role === 'alert' && (text.closest('.field') ?? text.closest('form')).contains(input))
            .map((text) => text.innerText).join(' '),
    ])";
    let server = server_with_alice().await;
    let incorrect = "Incorrect username or password. Check what you typed and try again.";
    let failures = [
        ("/signup", "abc", "secret-typed", "username", ["Use 4 to 31 characters.", ""]),
        ("/signup", "Bob Stone", "12345", "password", ["", "Use 6 to 255 characters."]),
        ("/signup", "ALICE", "secret-typed", "username", ["Username already taken. Choose another one.", ""]),
        ("/login", "alice", "secret-typed", "password", [incorrect, incorrect]),
        ("/login", "", "x", "username", ["Enter your username.", ""]),
        ("/login", "alice", "", "password", ["", "Enter your password."]),
    ];
    for (path, username, password, focus, messages) in failures {
        browser.visit(&server, path).await;
        assert_eq!(browser.focus().await, "username", "one can start typing at once");
        assert_eq!(browser.count("[role=alert], [aria-invalid]").await, 0);
        assert_labelled(browser).await;
        let heading = browser.heading().await;

        browser.fill(&[("username", username), ("password", password)]).await;
        browser.submit().await;
        assert_eq!(browser.heading().await, heading, "the same page again");
        let alerts = messages.map(|message| json!([!message.is_empty(), message]));
        assert_eq!(browser.run(ALERTS, &[]).await, json!(alerts), "{path} {username}");
        assert_eq!(browser.focus().await, focus, "{path} {username}");
        assert_eq!(browser.property("#username", "value").await.as_deref(), Some(username));
        assert_eq!(browser.property("#password", "value").await.as_deref(), Some(""));
        assert_labelled(browser).await;
        assert_eq!(browser.complaints().await, [""; 0]);
    }
}

/// Asserts that each field has its label, and that scripts run if and only if they may.
async fn assert_labelled(browser: &Browser) {
    const LABELS: &str = "return [...document.querySelectorAll('input:not([type=hidden])')]
        .map((input) => [...input.labels].map((label) => label.innerText).join())";
    assert_eq!(browser.run(LABELS, &[]).await, json!(["Username", "Password"]));
    assert_eq!(browser.count(".reveal").await, usize::from(browser.scripts() == Scripts::On));
}

pub async fn where_one_was_going_survives_a_failed_attempt(browser: &Browser) {
    let server = server_with_alice().await;
    browser.visit(&server, "/signup?next=%2Fdocs%3Fa%3Db%26c").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    browser.follow("Sign in").await;
    for (username, password) in [("alice", "wrong horse"), ("", PASSWORD)] {
        browser.fill(&[("username", username), ("password", password)]).await;
        browser.submit().await;
        assert_eq!(browser.heading().await, "Sign in");
    }
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert_eq!(browser.location().await, "/docs?a=b&c");
}

/// Chromium holds the whole chain of redirects that follows a form against the `form-action` of the form's page.
pub async fn a_return_origin_may_lead_on_to_a_third_one(browser: &Browser) {
    let third = site("200 OK\r\ncontent-type: text/html", "<h1>Third</h1>").await;
    let listed = site(&format!("302 Found\r\nlocation: {third}/end"), "").await;
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &[&format!("--return-origins={listed}")]).await;
    server.client().sign_up("alice", PASSWORD).await;
    for (path, username) in [("/login", "alice"), ("/signup", "bob-stone")] {
        browser.visit(&server, &format!("{path}?next={listed}/start")).await;
        browser.fill(&[("username", username), ("password", PASSWORD)]).await;
        browser.submit().await;
        if path == "/signup" {
            browser.follow("Not now").await;
        }
        browser.await_url(&format!("{third}/end")).await;
        assert_eq!(browser.heading().await, "Third");
        browser.visit(&server, "/").await;
        assert_eq!(browser.heading().await, "Profile", "the cookie came with the page");
        browser.submit().await;
    }
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// Chromium drops a cookie with a domain that is not that of the page.
pub async fn a_browser_that_keeps_no_cookie_is_told_after_a_sign_in(browser: &Browser) {
    let app = site("200 OK\r\ncontent-type: text/html", "<h1>App</h1>").await;
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let returns = format!("--return-origins={app}");
    let flags = ["--public-url=http://door.example", "--cookie-domain=door.example", &returns];
    let server = TestServer::start_with(place, &flags).await;
    server.client().sign_up("alice", PASSWORD).await;
    for (path, query) in [("/", ""), ("/account", "next=%2Faccount&"), (&app, &format!("next={app}%2F&"))] {
        browser.visit(&server, &format!("/login?next={path}")).await;
        assert_eq!(browser.count("[role=alert]").await, 0);
        browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
        browser.submit().await;
        let query = query.replace("://", "%3A%2F%2F").replace("1:", "1%3A").replace('.', "%2E");
        browser.await_url(&format!("http://127.0.0.1:{}/login?{query}cookie=missing", server.port())).await;
        assert_eq!(browser.heading().await, "Sign in");
        let advice = browser.text("[role=alert]").await;
        assert!(advice.contains("Allow cookies for this site, or open it at http://door.example"), "{advice}");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
}

/// Starts another site, which answers every request with this status line, these headers and this body. Returns its origin.
async fn site(head: &str, body: &str) -> String {
    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                // One segment holds a browser's request.
                if connection.read(&mut [0; 8 * 1024]).await.is_ok_and(|bytes| bytes > 0) {
                    let _ = connection.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    origin
}
