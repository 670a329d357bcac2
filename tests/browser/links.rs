//! Links as a person opens them: a new password, an invitation, and a new username.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use doorward_domain::LinkPolicy;
use doorward_domain::ports::UserUpdate;

use crate::http::links::School;
use crate::storage::places;
use crate::support::browser::Browser;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

async fn school(flags: &[&str]) -> School {
    School::open(places::sqlite().await.expect("SQLite is everywhere"), flags).await
}

async fn heading_is(browser: &Browser, heading: &str) {
    assert_eq!(browser.heading().await, heading, "{}", browser.text("main").await);
}

pub async fn a_person_opens_a_link_chooses_a_password_and_is_signed_in(browser: &Browser) {
    let school = school(&[]).await;
    let (_, id) = school.sign_up("Alice").await;
    let path = format!("/reset/{}", school.link(&id).await);
    browser.visit(&school.server, &path).await;
    heading_is(browser, "Choose a new password").await;
    assert!(browser.text("main").await.contains("Username: Alice"));
    assert_eq!(browser.focus().await, "new-password");
    browser.fill(&[("newPassword", "short")]).await;
    browser.submit().await;
    assert_eq!(browser.text("#new-password-error").await, "Use 6 to 255 characters.");
    assert!(browser.text("main").await.contains("Username: Alice"));
    browser.fill(&[("newPassword", NEW_PASSWORD)]).await;
    browser.submit().await;
    assert!(browser.location().await.starts_with("/account"), "{}", browser.location().await);
    assert_eq!(
        browser.text(".done").await,
        "Your new password is set, and you're signed in. You're signed out everywhere else."
    );
    browser.visit(&school.server, "/account/sessions").await;
    assert!(browser.text("main").await.contains("Password chosen by a link"), "{}", browser.text("main").await);
    browser.visit(&school.server, &path).await;
    heading_is(browser, "This link doesn't work any more").await;
}

pub async fn the_code_of_a_link_can_be_typed(browser: &Browser) {
    let school = school(&[]).await;
    let (_, id) = school.sign_up("Alice").await;
    let code = school.link(&id).await;
    browser.visit(&school.server, "/recover").await;
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
    browser.type_into("#link-code", &typed).await;
    browser.submit_form("/reset").await;
    heading_is(browser, "Choose a new password").await;
    browser.fill(&[("newPassword", NEW_PASSWORD)]).await;
    browser.submit().await;
    assert!(browser.location().await.starts_with("/account"), "{}", browser.location().await);
    browser.forget_cookies().await;

    browser.visit(&school.server, "/reset").await;
    assert_eq!(browser.focus().await, "code");
    browser.fill(&[("code", "0000"), ("newPassword", NEW_PASSWORD)]).await;
    browser.submit().await;
    assert!(browser.text("#code-error").await.contains("Check the code for a typing error"));
    assert_eq!(browser.property("#code", "value").await.as_deref(), Some("0000"));
}

pub async fn a_person_signs_up_with_an_invitation(browser: &Browser) {
    let school = school(&["--signup=invite"]).await;
    let code = school.invite(None, 2).await;
    browser.visit(&school.server, &format!("/invite/{code}")).await;
    heading_is(browser, "Sign up").await;
    assert!(browser.text("main").await.contains("You were invited."));
    browser.fill(&[("username", "abc"), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert_eq!(browser.text("#username-error").await, "Use 4 to 31 characters.");
    browser.fill(&[("username", "Alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    heading_is(browser, "Profile").await;
    browser.submit_form("/api/logout").await;

    browser.visit(&school.server, "/login").await;
    browser.follow("Create an account").await;
    browser.fill(&[("username", "Bobby"), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert!(browser.text("#invitation-error").await.contains("Enter the code of your invitation."));
    browser.fill(&[("invitation", &code), ("username", "Bobby"), ("password", PASSWORD)]).await;
    browser.submit().await;
    heading_is(browser, "Profile").await;
}

pub async fn a_user_changes_the_username(browser: &Browser) {
    let school = school(&[]).await;
    school.sign_up("Bobby").await;
    browser.visit(&school.server, "/signup").await;
    browser.fill(&[("username", "Alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    browser.visit(&school.server, "/account").await;
    browser.follow("Change your username").await;
    assert_eq!(browser.property("#username", "value").await.as_deref(), Some("Alice"));
    browser.fill(&[("username", "BOBBY"), ("currentPassword", PASSWORD)]).await;
    browser.submit().await;
    assert!(browser.text("#username-error").await.contains("Username already taken."));
    browser.fill(&[("username", "Alicia"), ("currentPassword", PASSWORD)]).await;
    browser.submit().await;
    heading_is(browser, "Alicia").await;
    assert_eq!(browser.text(".done").await, "Your username was changed.");
}

pub async fn a_disabled_user_is_told_so_at_the_sign_in(browser: &Browser) {
    let school = school(&[]).await;
    let (_, id) = school.sign_up("Alice").await;
    browser.visit(&school.server, "/login").await;
    browser.fill(&[("username", "Alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    heading_is(browser, "Profile").await;
    school.update(UserUpdate { disabled: Some(true), ..UserUpdate::of(id) }).await;
    browser.visit(&school.server, "/account").await;
    heading_is(browser, "Sign in").await;
    browser.fill(&[("username", "Alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    assert_eq!(browser.text("#form-error").await, "Account is disabled. Ask the site's administrator.");
}

pub async fn no_page_after_a_link_learns_its_code_and_forms_work_over_plain_http(browser: &Browser) {
    // Plain http on another host than loopback is where browsers send no `Sec-Fetch-Site`.
    let school = school(&["--listen=0.0.0.0:0"]).await;
    let origin = format!("http://{}:{}", own_address(), school.server.port());
    let (_, id) = school.sign_up("Alice").await;
    let link = school.links.create_password_link(&id, LinkPolicy::PASSWORD_LINK).await.expect("a link");
    for path in [format!("/reset/{}", link.code.expose()), format!("/invite/{}", school.invite(None, 1).await)] {
        browser.visit_url(&format!("{origin}{path}")).await;
        let sent = "return performance.getEntriesByType('resource').map((entry) => entry.name).join(' ')";
        let sent = browser.run(sent, &[]).await.to_string();
        assert!(sent.contains("/assets/"), "the page has a style: {sent}");
        if path.starts_with("/reset") {
            browser.fill(&[("newPassword", NEW_PASSWORD)]).await;
        } else {
            browser.fill(&[("username", "Bobby"), ("password", PASSWORD)]).await;
        }
        browser.submit().await;
        let referrer = browser.run("return document.referrer", &[]).await;
        assert_eq!(referrer, format!("{origin}/"), "the origin alone");
        assert!(!browser.location().await.starts_with(&path), "{}", browser.text("main").await);
        browser.forget_cookies().await;
    }
}

/// The address of this machine in its network, or loopback where it has none.
fn own_address() -> IpAddr {
    // Nothing is sent: the system only chooses the interface.
    let chosen = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    chosen.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}
