//! How the pages look: every page and every kind of error on a phone and on a desktop, nothing cut off, nothing too pale
//! to read, nothing that axe finds wrong, nothing in the console. A picture of each is left in `target/screenshots`.

use std::path::Path;

use doorward_domain::UserId;
use reqwest::StatusCode;
use serde_json::json;

use crate::http::links::School;
use crate::storage::places;
use crate::support::axe;
use crate::support::browser::Browser;
use crate::support::client::{Encoding, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

/// As wide as usernames get: 31 of the widest letter, with no place to break.
const WIDEST_USERNAME: &str = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

/// What a browser really calls itself.
const LONG_USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// A phone and a desktop, in CSS pixels.
const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 800)];

/// The narrowest screen that a page has to fit without scrolling sideways (WCAG 2.2, 1.4.10).
const NARROWEST: u32 = 320;

/// Lists what has too little contrast with its ground: 4.5 for text, 3 for large text and for the edges of controls
/// (WCAG 2.2, 1.4.3 and 1.4.11).
const TOO_PALE: &str = "
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
        const [r, g, b] = channels(color).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (a, b) => {
        const [low, high] = [luminance(a), luminance(b)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const ground = (element) => {
        const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
        return channels(color)[3] === 0 ? ground(element.parentElement) : color;
    };
    const pale = [];
    const judge = (element, what, color, on, least) => {
        const found = ratio(color, on);
        if (found < least) pale.push(`${element.tagName} ${what}: ${found.toFixed(2)}`);
    };
    for (const element of document.body.querySelectorAll('*')) {
        const style = getComputedStyle(element);
        const control = element.matches('input, button');
        const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
        const text = texts.map((node) => node.data).join('').trim();
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
        if (text || element.matches('input')) judge(element, text, style.color, ground(element), large ? 3 : 4.5);
        if (control && channels(style.borderColor)[3] !== 0) {
            judge(element, 'edge', style.borderColor, ground(element.parentElement), 3);
        }
    }
    return pale;";

pub async fn every_page_fits_every_screen_and_reads_well_in_light_and_dark(browser: &Browser) {
    let place = || async { places::sqlite().await.expect("SQLite is everywhere") };
    let (server, closed) =
        (TestServer::start(place().await).await, TestServer::start_with(place().await, &["--signup=closed"]).await);
    server.client().sign_up("alice", PASSWORD).await;
    let look = |name: &'static str, heading: &'static str| look_at(browser, name, heading);

    for (path, heading, attempts) in [
        (
            "/login",
            "Sign in",
            [
                ("sign-in-without-username", "", ""),
                ("sign-in-without-password", "alice", ""),
                ("sign-in-incorrect", "alice", "wrong horse"),
            ],
        ),
        (
            "/signup",
            "Sign up",
            [
                ("sign-up-invalid-username", "abc", ""),
                ("sign-up-common-password", WIDEST_USERNAME, "password"),
                ("sign-up-taken", "Alice", PASSWORD),
            ],
        ),
    ] {
        browser.visit(&server, path).await;
        look(if path == "/login" { "sign-in" } else { "sign-up" }, heading).await;
        for (name, username, password) in attempts {
            browser.fill(&[("username", username), ("password", password)]).await;
            browser.submit().await;
            look(name, heading).await;
        }
    }
    browser.visit(&closed, "/signup").await;
    look("sign-up-closed", "Sign up").await;
    browser.visit(&closed, "/login").await;
    look("sign-in-closed", "Sign in").await;

    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", WIDEST_USERNAME), ("password", PASSWORD)]).await;
    browser.submit().await;
    look("profile", "Profile").await;
    for agent in [LONG_USER_AGENT, "W".repeat(256).as_str(), "curl/8.0"] {
        let fields = [("username", WIDEST_USERNAME), ("password", PASSWORD)];
        let login = server.client().submit("/api/login", Encoding::Json, &fields).header("user-agent", agent);
        assert_eq!(send(login).await.status, StatusCode::OK);
    }
    browser.visit(&server, "/account/sessions").await;
    look("account-sessions", "Where you're signed in").await;
    browser.visit(&server, "/").await;
    browser.submit_form("/api/recovery-codes").await;
    look("recovery-codes", "Your recovery codes").await;
    browser.visit(&server, "/recover").await;
    look("recover", "Recover your account").await;
    for (name, code, password) in
        [("recover-incorrect", "0000-0000-0000-0000", "staple battery"), ("recover-short", "0000-0000-0000-0000", "x")]
    {
        browser.fill(&[("username", WIDEST_USERNAME), ("code", code), ("newPassword", password)]).await;
        browser.submit().await;
        look(name, "Recover your account").await;
    }
    for (path, name, heading) in [
        ("/nowhere", "problem-404", "There's no page here"),
        ("/logout", "logout", "Sign out"),
        ("/account", "account", WIDEST_USERNAME),
        ("/account/recovery-codes", "account-recovery-codes", "Recovery codes"),
        ("/account/delete", "account-delete", "Delete your account"),
        ("/account/username", "account-username", "Change your username"),
        ("/account/password", "account-password", "Change your password"),
    ] {
        browser.visit(&server, path).await;
        look(name, heading).await;
    }
    browser.fill(&[("currentPassword", "wrong horse"), ("newPassword", "staple battery")]).await;
    browser.submit_form("/api/password").await;
    look("account-password-incorrect", "Change your password").await;
    browser.visit(&server, "/account/sessions").await;
    browser.forget_cookies().await;
    browser.submit_form("/api/sessions/revoke-others").await;
    look("problem-401", "You're signed out").await;

    browser.post_from_elsewhere(&server, "/api/logout").await;
    look("problem-403", "That came from another site").await;
    let throttled = TestServer::start_with(place().await, &["--throttle=on"]).await;
    for _ in 0..=10 {
        browser.visit(&throttled, "/login").await;
        browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
        browser.submit().await;
    }
    look("sign-in-too-many-attempts", "Sign in").await;
    browser.visit(&server, &format!("/login?{}", "x".repeat(33_000))).await;
    look("problem-431", "Your browser sent too many cookies").await;
    browser.visit(&server, "/docs").await;
    look("docs", "Doorward API").await;

    browser.visit(&server, "/login").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    server.place.run(server.place.rubbish[0]).await;
    browser.submit().await;
    look("problem-500", "Something went wrong").await;
}

pub async fn the_pages_of_links_fit_every_screen_and_read_well_in_light_and_dark(browser: &Browser) {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let school = School::open(place, &["--signup=invite", "--language=de"]).await;
    let first = school.invite(Some(WIDEST_USERNAME), 1).await;
    browser.visit(&school.server, &format!("/invite/{first}")).await;
    look_at(browser, "german-invite", "Registrieren").await;
    browser.fill(&[("password", PASSWORD)]).await;
    browser.submit().await;
    look_at(browser, "german-invited-profile", "Profil").await;
    browser.forget_cookies().await;
    browser.visit(&school.server, "/signup").await;
    look_at(browser, "german-sign-up-by-invitation", "Registrieren").await;
    browser.fill(&[("invitation", "0000"), ("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    look_at(browser, "german-invitation-invalid", "Registrieren").await;
    let session = school.client.log_in(WIDEST_USERNAME, PASSWORD).await.expect("signed in");
    let id = school.client.session(&session).await.json()["user"]["userId"].as_str().expect("an id").to_owned();
    let code = school.link(&UserId::restore(id)).await;
    browser.visit(&school.server, &format!("/reset/{code}")).await;
    look_at(browser, "german-reset", "Neues Passwort wählen").await;
    browser.fill(&[("newPassword", "x")]).await;
    browser.submit().await;
    look_at(browser, "german-reset-short", "Neues Passwort wählen").await;
    browser.visit(&school.server, "/reset").await;
    look_at(browser, "german-reset-by-hand", "Neues Passwort wählen").await;
    browser.visit(&school.server, "/reset/0000-0000-0000-0000").await;
    look_at(browser, "german-invalid-link", "Dieser Link funktioniert nicht mehr").await;
}

pub async fn pages_in_another_language_and_in_an_operator_s_colours_fit_and_read_as_well(browser: &Browser) {
    const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">
        <circle cx="20" cy="20" r="18" fill="#e4572e"/><path d="M44 30 64 8l20 22z" fill="#2e86ab"/></svg>"##;
    let logo = Path::new(env!("CARGO_TARGET_TMPDIR")).join("logo.svg");
    std::fs::write(&logo, LOGO).expect("a logo that can be kept");
    let logo = format!("--site-logo={}", logo.display());
    let flags = ["--language=de", "--site-name=Kaninchenzüchterverein", "--site-color=#e4572e", &logo];
    let server = TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), &flags).await;
    browser.visit(&server, "/login").await;
    look_at(browser, "german-sign-in", "Anmelden").await;
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "abc"), ("password", PASSWORD)]).await;
    browser.submit().await;
    look_at(browser, "german-sign-up-invalid-username", "Registrieren").await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    look_at(browser, "german-profile", "Profil").await;
    browser.visit(&server, "/account").await;
    look_at(browser, "german-account", "alice").await;
    browser.visit(&server, "/").await;
    browser.submit_form("/api/recovery-codes").await;
    look_at(browser, "german-recovery-codes", "Ihre Codes").await;
    browser.visit(&server, "/recover").await;
    look_at(browser, "german-recover", "Zugang wiederherstellen").await;
    browser.visit(&server, "/nirgends").await;
    look_at(browser, "german-problem-404", "Hier gibt es keine Seite").await;
    for (tag, headings) in [
        ("fr", ["Se connecter", "S’inscrire", "Modifier votre mot de passe", "Supprimer votre compte"]),
        ("es", ["Iniciar sesión", "Crear cuenta", "Cambiar la contraseña", "Eliminar la cuenta"]),
        ("pt", ["Entrar", "Criar conta", "Alterar a senha", "Excluir a conta"]),
        ("nl", ["Inloggen", "Registreren", "Wachtwoord wijzigen", "Account verwijderen"]),
    ] {
        look_at_language(browser, tag, headings).await;
    }
}

/// Looks at four pages in a language: the sign-in, a failed sign-up, a password change and a deletion.
async fn look_at_language(browser: &Browser, tag: &str, [sign_in, sign_up, password, delete]: [&str; 4]) {
    let flag = format!("--language={tag}");
    let server = TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), &[&flag]).await;
    browser.forget_cookies().await;
    browser.visit(&server, "/login").await;
    look_at(browser, &format!("{tag}-sign-in"), sign_in).await;
    browser.visit(&server, "/signup").await;
    browser.fill(&[("username", "abc"), ("password", PASSWORD)]).await;
    browser.submit().await;
    look_at(browser, &format!("{tag}-sign-up-invalid-username"), sign_up).await;
    browser.fill(&[("username", "alice"), ("password", PASSWORD)]).await;
    browser.submit().await;
    for (path, name, heading) in [("password", "account-password", password), ("delete", "account-delete", delete)] {
        browser.visit(&server, &format!("/account/{path}")).await;
        look_at(browser, &format!("{tag}-{name}"), heading).await;
    }
}

pub async fn the_audit_finds_what_is_wrong(browser: &Browser) {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    browser.visit(&server, "/login").await;
    browser.run("document.querySelector('label').remove()", &[]).await;
    let found = axe::violations(browser).await;
    assert!(!axe::is_there() || found[0][0] == "label", "{found}");
}

/// Looks at the page in every size and both schemes of colours, and keeps pictures of it.
async fn look_at(browser: &Browser, name: &str, heading: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    assert!(browser.heading().await.starts_with(heading), "{name}: {}", browser.heading().await);
    for scheme in ["light", "dark"] {
        browser.prefer_colors(scheme).await;
        for (width, height) in SIZES {
            browser.resize(width, height).await;
            let (content_width, content_height) = extent(browser).await;
            assert!(content_width <= width, "{name} is {content_width} pixels wide on a screen of {width}");
            if content_height > height {
                browser.resize(width, content_height).await;
            }
            let file = folder.join(format!("{name}-{width}-{scheme}.png"));
            std::fs::write(file, browser.picture().await).expect("a picture that can be kept");
        }
        assert_eq!(browser.run(TOO_PALE, &[]).await, json!([]), "{name} in {scheme}");
        assert_eq!(axe::violations(browser).await, json!([]), "{name} in {scheme}");
    }
    browser.resize(NARROWEST, 640).await;
    let (content_width, _) = extent(browser).await;
    assert!(content_width <= NARROWEST, "{name} is {content_width} pixels wide on a screen of {NARROWEST}");
    assert_eq!(browser.complaints().await, [""; 0], "{name}");
}

/// How wide and how high the content of the page is, in CSS pixels.
async fn extent(browser: &Browser) -> (u32, u32) {
    const EXTENT: &str = "return [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]";
    let extent = browser.run(EXTENT, &[]).await;
    let [width, height] = [0, 1].map(|n| extent[n].as_u64().and_then(|length| length.try_into().ok()));
    width.zip(height).expect("two lengths")
}
