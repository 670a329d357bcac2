//! What scripts add: our own, and the form component of the guide.

use std::time::Duration;

use serde_json::{Value, json};

use crate::storage::places;
use crate::support::browser::Browser;
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

pub async fn a_password_can_be_shown_and_is_hidden_again_before_it_is_sent(browser: &Browser) {
    /// Sends the form to nowhere and returns what kind of field the password was in when it left.
    const KIND_WHEN_SENT: &str = "const form = document.querySelector('form');
        form.addEventListener('submit', (event) => event.preventDefault());
        form.requestSubmit();
        return document.getElementById('password').type";
    let server = server().await;
    for path in ["/login", "/signup"] {
        browser.visit(&server, path).await;
        browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
        for (label, kind) in [("Show password", "password"), ("Hide password", "text"), ("Show password", "password")] {
            assert_eq!(browser.property("#password", "type").await.as_deref(), Some(kind));
            assert_eq!(browser.property(".reveal", "ariaLabel").await.as_deref(), Some(label));
            browser.click(".reveal").await;
            assert_eq!(browser.focus().await, "password", "typing goes on");
            assert_eq!(browser.property("#password", "value").await.as_deref(), Some(PASSWORD));
        }
        assert_eq!(browser.property("#password", "type").await.as_deref(), Some("text"));
        assert_eq!(browser.run(KIND_WHEN_SENT, &[]).await, "password");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
}

pub async fn the_form_component_of_the_guide_works(browser: &Browser) {
    /// The guide's `onSubmit`, but that it tells what was answered instead of asking React to refresh the page.
    const COMPONENT: &str = "const [username, password, done] = arguments;
        const form = document.querySelector('form');
        const action = form.getAttribute('action');
        if (username) form.username.value = username;
        if (password) form.password.value = password;
        form.onsubmit = async (e) => {
            e.preventDefault();
            const formData = new FormData(e.currentTarget);
            const response = await fetch(action, {
                method: 'POST',
                body: formData,
                redirect: 'manual'
            });
            if (response.status === 0) {
                return done('redirected');
            }
            done([response.status, response.headers.get('content-type'), await response.json()]);
        };
        form.requestSubmit();";
    let server = server().await;
    // The guide's pages are not ours, and live under another policy than `default-src 'none'`.
    browser.ignore_content_security_policies().await;
    let send = |username, password| async move {
        browser.run_until_done(COMPONENT, &[json!(username), json!(password)]).await
    };
    // The component reads `error` alone.
    let refusal = |reply: Value| (reply[0].clone(), reply[1].clone(), reply[2]["error"].clone());
    let error = |error: &str| (json!(400), json!("application/json; charset=utf-8"), json!(error));

    browser.visit(&server, "/signup").await;
    let refused = send("abc", PASSWORD).await;
    assert_eq!(refusal(refused), error("Invalid username"));
    assert_eq!(send("alice", PASSWORD).await, "redirected");
    browser.visit(&server, "/").await;
    assert!(browser.text("main").await.contains("Username: alice"));

    assert_eq!(send("", "").await, "redirected", "a form without fields signs out");
    browser.visit(&server, "/").await;
    assert_eq!(browser.location().await, "/login");

    let refused = send("alice", "wrong horse").await;
    assert_eq!(refusal(refused), error("Incorrect username or password"));
    assert_eq!(send("alice", PASSWORD).await, "redirected");
    browser.visit(&server, "/login").await;
    assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/", "Profile"));
}

/// Chromium keeps no page for Back while a driver is attached, so the events of a page that is kept are sent by hand.
pub async fn pages_that_come_back_show_no_account_and_no_password(browser: &Browser) {
    const COMES_BACK: &str = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))";
    const IS_LEFT: &str = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))";
    let server = server().await;
    let is_at = async |heading: &str| {
        for _ in 0..100 {
            if browser.heading().await == heading {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} is {:?}, not {heading:?}", browser.location().await, browser.heading().await);
    };
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    browser.visit(&server, "/account/delete").await;
    browser.fill(&[("password", PASSWORD)]).await;
    browser.run(IS_LEFT, &[]).await;
    assert_eq!(browser.property("[name=password]", "value").await.as_deref(), Some(""), "no password waits in it");

    browser.visit(&server, "/account").await;
    browser.forget_cookies().await;
    browser.run(COMES_BACK, &[]).await;
    is_at("Sign in").await;

    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    browser.visit(&server, "/account").await;
    browser.submit_form("/api/logout").await;
    browser.run("history.back()", &[]).await;
    is_at("Sign in").await;
}

pub async fn times_are_the_reader_s_and_what_was_done_is_told_once(browser: &Browser) {
    const TIMES: &str = "return [...document.querySelectorAll('time')].map((time) => {
        const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
        return [time.textContent === format.format(new Date(time.dateTime)), time.title.endsWith(' UTC')];
    })";
    let server = server().await;
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    server.client().log_in("alice", PASSWORD).await.expect("let in");
    browser.visit(&server, "/account/sessions").await;
    assert_eq!(browser.run(TIMES, &[]).await, json!(vec![[true, true]; 4]), "two sessions and two sign-ins");
    browser.submit_form("/api/sessions/revoke-others").await;
    assert_eq!(browser.text("[role=status]").await, "You're signed out everywhere else.");
    assert_eq!(browser.run("return document.activeElement.getAttribute('role')", &[]).await, "status");
    // A reload asks for the address that the script left, without the word of the notice.
    let location = browser.location().await;
    assert_eq!(location, "/account/sessions");
    browser.visit(&server, &location).await;
    assert_eq!(browser.count("[role=status]").await, 0);
    assert_eq!(browser.complaints().await, [""; 0]);
}

pub async fn recovery_codes_can_be_copied(browser: &Browser) {
    const COPIED: &str = "navigator.clipboard.writeText = async (text) => { document.body.dataset.copied = text }";
    let server = server().await;
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    browser.submit_form("/api/recovery-codes").await;
    browser.run(COPIED, &[]).await;
    browser.click(".actions button:not(:last-child)").await;
    let copied = browser.run("return document.body.dataset.copied.split('\\n')", &[]).await;
    assert_eq!(copied.as_array().map(Vec::len), Some(10), "{copied}");
    assert_eq!(browser.text(".actions button:not(:last-child)").await, "Copied");
    assert_eq!(browser.complaints().await, [""; 0]);
}
