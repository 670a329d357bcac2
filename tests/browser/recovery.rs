//! Recovery codes: offered after sign-up, kept on paper or as a file, and the way back in.

use std::time::Duration;

use serde_json::json;

use crate::storage::places;
use crate::support::browser::Browser;
use crate::support::client::send;
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

/// The path that makes codes.
const ISSUE: &str = "/api/recovery-codes";

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

/// Signs a user up in the browser.
async fn sign_up(browser: &Browser, server: &TestServer, username: &str) {
    browser.visit(server, "/signup").await;
    browser.fill(&[("username", username), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert_eq!((browser.location().await.as_str(), browser.heading().await.as_str()), ("/", "Profile"));
}

/// The codes that the page shows.
async fn codes(browser: &Browser) -> Vec<String> {
    const CODES: &str = "return [...document.querySelectorAll('ol code')].map((code) => code.innerText)";
    assert_eq!(browser.heading().await, "Your recovery codes");
    let codes: Vec<String> = serde_json::from_value(browser.run(CODES, &[]).await).expect("texts");
    assert_eq!(codes.len(), 10, "{codes:?}");
    codes
}

async fn recover(browser: &Browser, username: &str, code: &str) {
    browser.fill(&[("username", username), ("code", code), ("newPassword", NEW_PASSWORD)]).await;
    browser.submit().await;
}

pub async fn a_person_keeps_the_codes_they_are_offered_and_gets_back_in_with_one(browser: &Browser) {
    let server = server().await;
    sign_up(browser, &server, "Alice").await;
    assert!(browser.text(".callout").await.contains("only a recovery code lets you back in"));
    browser.submit_form(ISSUE).await;
    let codes = codes(browser).await;
    let page = browser.text("main").await;
    assert!(page.contains("Recovery codes of Alice for Doorward, created ") && page.contains("/recover"), "{page}");
    let file = browser.download(".actions a").await;
    assert!(file.starts_with("Recovery codes of Alice for Doorward, created "), "{file}");
    assert!(codes.iter().all(|code| file.contains(&format!(". {code}\r\n"))), "{file}");
    browser.follow("Back to your account").await;
    assert!(browser.text("main").await.contains("You have 10 of 10 recovery codes left."));
    browser.follow("Recovery codes").await;
    assert!(browser.text("main").await.contains("You have 10 of 10 recovery codes left."));
    browser.visit(&server, "/").await;
    assert_eq!(browser.count(".callout").await, 0, "nothing is left to offer");

    let elsewhere = server.client().log_in("alice", PASSWORD).await.expect("let in");
    browser.submit().await;
    browser.follow("Forgot your password?").await;
    assert_eq!(
        (browser.location().await.as_str(), browser.heading().await.as_str()),
        ("/recover", "Recover your account")
    );
    let typed = codes[0].to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    recover(browser, "ALICE", &format!(" {typed}")).await;
    assert_eq!(browser.heading().await, "Alice");
    let said = "You're back in, and your new password is set. You're signed out everywhere else.";
    assert_eq!(browser.text("[role=status]").await, said);
    assert!(browser.text("main").await.contains("You have 9 of 10 recovery codes left."));
    assert_eq!(server.client().session(&elsewhere).await.status, 401, "what was open elsewhere has ended");

    browser.submit().await;
    browser.follow("Forgot your password?").await;
    recover(browser, "Alice", &codes[0]).await;
    assert_eq!(
        (browser.location().await.as_str(), browser.heading().await.as_str()),
        ("/api/recover", "Recover your account")
    );
    let said = "Incorrect username or recovery code. Each code works once. Try another one.";
    assert_eq!(browser.text("[role=alert]").await, said);
    assert_eq!(browser.focus().await, "code");
    for (field, value) in [("#username", "Alice"), ("#code", ""), ("#new-password", "")] {
        assert_eq!(browser.property(field, "value").await.as_deref(), Some(value), "{field}");
    }
    browser.fill(&[("code", &codes[1]), ("newPassword", "short")]).await;
    browser.submit().await;
    assert_eq!(browser.text("[role=alert]").await, "Use 6 to 255 characters.");
    assert_eq!(browser.focus().await, "new-password");
    assert_eq!(browser.complaints().await, [""; 0]);

    browser.follow("Back to the sign-in page").await;
    browser.fill(&[("username", "alice"), ("password", NEW_PASSWORD)]).await;
    browser.submit().await;
    assert_eq!(browser.heading().await, "Profile");
    assert_eq!(browser.complaints().await, [""; 0]);
}

pub async fn who_wants_no_codes_now_is_let_be_and_finds_them_later(browser: &Browser) {
    let server = server().await;
    sign_up(browser, &server, "alice").await;
    browser.follow("Not now").await;
    assert_eq!((browser.heading().await.as_str(), browser.count(".callout").await), ("Profile", 0));
    browser.follow("Your account").await;
    assert!(browser.text("main").await.contains("You have no recovery codes."));
    server.clock.advance(Duration::from_mins(10));
    browser.visit(&server, "/").await;
    assert_eq!(browser.count(".callout").await, 0, "the offer ends after ten minutes");

    browser.visit(&server, "/account/recovery-codes").await;
    for (password, said) in [("", "Enter your current password."), ("wrong horse", "Incorrect password.")] {
        browser.fill(&[("password", password)]).await;
        browser.submit_form(ISSUE).await;
        assert_eq!(
            (browser.heading().await.as_str(), browser.text("[role=alert]").await.as_str()),
            ("Recovery codes", said)
        );
        assert_eq!(browser.focus().await, "codes-password");
    }
    browser.fill(&[("password", PASSWORD)]).await;
    browser.submit_form(ISSUE).await;
    let first = codes(browser).await;
    browser.visit(&server, "/account/recovery-codes").await;
    assert!(browser.text("main").await.contains("The codes that you have now will no longer work."));
    browser.fill(&[("password", PASSWORD)]).await;
    browser.submit_form(ISSUE).await;
    let second = codes(browser).await;
    assert!(second.iter().all(|code| !first.contains(code)));
    assert_eq!(browser.complaints().await, [""; 0]);
}

pub async fn where_one_was_going_survives_a_recovery(browser: &Browser) {
    let server = server().await;
    let token = server.client().sign_up("alice", PASSWORD).await;
    let made = send(server.client().post(ISSUE).header("cookie", crate::support::client::cookie(&token))).await;
    let code = |number: usize| made.json()["codes"][number].as_str().expect("a code").to_owned();
    browser.visit(&server, "/login?next=%2Fdocs%3Fa%3Db%26c").await;
    browser.follow("Forgot your password?").await;
    recover(browser, "alice", "7").await;
    assert!(browser.text("[role=alert]").await.contains("A recovery code has 16 letters and digits."));
    recover(browser, "alice", &code(0)).await;
    assert_eq!(browser.location().await, "/docs?a=b&c");

    // Who is signed in may have forgotten the password all the same.
    for number in 1..=7 {
        browser.visit(&server, "/account/password").await;
        browser.follow("Forgot your password?").await;
        recover(browser, "alice", &code(number)).await;
    }
    assert!(browser.text("main").await.contains("You have 2 of 10 recovery codes left. Create new ones"));
}

pub async fn codes_are_printed_alone_and_asked_for_once(browser: &Browser) {
    /// Which parts of the page are there to be seen.
    const SEEN: &str = "return [...document.querySelectorAll('main > *')]
        .filter((part) => getComputedStyle(part).display !== 'none').map((part) => part.className)";
    /// Presses the button twice before anything is sent, and says how often something would be.
    const SENT: &str = "const form = document.querySelector('form[action=\"/api/recovery-codes\"]');
        let sent = 0;
        form.addEventListener('submit', (event) => {
            if (!event.defaultPrevented) sent += 1;
            event.preventDefault();
        });
        form.requestSubmit();
        form.requestSubmit();
        return sent";
    let server = server().await;
    sign_up(browser, &server, "alice").await;
    assert_eq!(browser.run(SENT, &[]).await, 1);
    browser.visit(&server, "/").await;
    browser.submit_form(ISSUE).await;
    codes(browser).await;
    browser.run("window.print = () => { document.body.dataset.printed = 'once' }", &[]).await;
    browser.click(".actions button:last-child").await;
    assert_eq!(browser.text(".actions button:last-child").await, "Print");
    assert_eq!(browser.run("return document.body.dataset.printed", &[]).await, "once");
    assert!(browser.run(SEEN, &[]).await.as_array().expect("parts").len() > 4);
    browser.show_as_printed().await;
    for part in ["body", "main", ".codes"] {
        let ground = format!("return getComputedStyle(document.querySelector('{part}')).backgroundColor");
        let ground = browser.run(&ground, &[]).await;
        assert!(ground == "rgb(255, 255, 255)" || ground == "rgba(0, 0, 0, 0)", "paper is white: {part} is {ground}");
    }
    assert_eq!(browser.run(SEEN, &[]).await, json!(["codes"]), "with whose codes they are and where to use them");
}
