//! The words and the looks of the pages: each reader's language, and what an operator makes of them.

use std::io::Write;

use crate::storage::places;
use crate::support::client::{Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

async fn server(flags: &[&str]) -> TestServer {
    TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), flags).await
}

async fn page(server: &TestServer, path: &str, languages: &str) -> Reply {
    let request = server.client().get(path).header("accept", "text/html").header("accept-language", languages);
    let page = send(request).await;
    let tag = page.body.split("<html lang=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a language");
    assert_eq!(page.header("content-language"), Some(tag), "{path}");
    page
}

#[tokio::test]
async fn each_reader_gets_pages_and_advice_in_their_own_language() {
    let server = server(&[]).await;
    for (languages, lang, heading) in [
        ("de-DE,de;q=0.9,en;q=0.8", "de", "Anmelden"),
        ("en-GB,de", "en", "Sign in"),
        ("fr-CA", "fr", "Se connecter"),
        ("es-MX", "es", "Iniciar sesión"),
        ("pt-BR", "pt", "Entrar"),
        ("nl-BE", "nl", "Inloggen"),
        ("ja", "en", "Sign in"),
    ] {
        let page = page(&server, "/login", languages).await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\">")), "{}", page.body);
        assert!(page.body.contains(&format!("<h1>{heading}</h1>")), "{}", page.body);
        assert_eq!(page.header("vary"), Some("Accept-Language"));
    }
    assert!(page(&server, "/nowhere", "de").await.body.contains("<h1>Hier gibt es keine Seite</h1>"));

    let fields = [("username", "abc"), ("password", PASSWORD)];
    let refused = |encoding| server.client().submit("/api/signup", encoding, &fields).header("accept-language", "de");
    let page = send(refused(Encoding::Urlencoded).header("accept", "text/html")).await;
    assert!(page.body.contains(">Verwenden Sie 4 bis 31 Zeichen."), "{}", page.body);
    let refused = send(refused(Encoding::Json)).await;
    refused.assert_error(400, "invalid_username", "Invalid username");
    assert_eq!(refused.json()["detail"], "Verwenden Sie 4 bis 31 Zeichen.");

    let token = server.client().sign_up("alice", PASSWORD).await;
    let profile = server.client().get("/").header("cookie", cookie(&token)).header("accept-language", "de");
    let profile = send(profile.header("user-agent", "curl/8.0")).await.body;
    for text in ["<h1>Profil</h1>", "Benutzername: alice", "Ihr Konto"] {
        assert!(profile.contains(text), "{text}: {profile}");
    }
    let sessions = server.client().get("/account/sessions").header("cookie", cookie(&token));
    let sessions = send(sessions.header("accept-language", "de")).await.body;
    assert!(sessions.contains("<h1>Wo Sie angemeldet sind</h1>") && sessions.contains("Dieses Gerät"), "{sessions}");
    for (languages, heading) in [
        ("fr-CA", "Modifier votre mot de passe"),
        ("es-MX", "Cambiar la contraseña"),
        ("pt-BR", "Alterar a senha"),
        ("nl-BE", "Wachtwoord wijzigen"),
    ] {
        let password = server.client().get("/account/password").header("cookie", cookie(&token));
        let password = send(password.header("accept-language", languages)).await.body;
        assert!(password.contains(&format!("<h1>{heading}</h1>")), "{password}");
    }
}

#[tokio::test]
async fn an_operator_may_settle_on_one_language() {
    let server = server(&["--language=de"]).await;
    let page = page(&server, "/login", "en").await;
    assert!(page.body.contains("<h1>Anmelden</h1>"), "{}", page.body);
    assert_eq!(page.header("vary"), None);
}

#[tokio::test]
async fn what_pages_vary_by_stands_beside_what_cors_varies_by() {
    let server = server(&["--trusted-origins=https://app.example.com"]).await;
    let page = page(&server, "/login", "de").await;
    let varies: Vec<_> = page.headers.get_all("vary").iter().collect();
    assert_eq!(varies, ["Origin", "Accept-Language"]);
}

#[tokio::test]
async fn the_pages_have_the_operator_s_name_colour_and_logo() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"/>"#).expect("a file that takes text");
    let logo = format!("--site-logo={}", file.path().display());
    let server = server(&["--site-name=Ada & Söhne <b>", "--site-color=#fa0", &logo]).await;
    for path in ["/login", "/nowhere", "/docs"] {
        let page = send(server.client().get(path).header("accept", "text/html")).await.body;
        assert!(page.contains("· Ada &#38; Söhne &#60;b&#62;</title>"), "{page}");
        assert!(page.contains("<span>Ada &#38; Söhne &#60;b&#62;</span>"), "{page}");
        assert!(page.contains("src=\"/assets/logo?v="), "{page}");
    }
    let picture = send(server.client().get("/assets/logo")).await;
    assert_eq!(picture.header("content-type"), Some("image/svg+xml; charset=utf-8"));
    assert!(picture.body.starts_with("<svg"));
    assert!(picture.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
    let style = send(server.client().get("/assets/doorward.css")).await.body;
    let (_, own) = style.rsplit_once("@media (prefers-color-scheme: dark) { :root {").expect("the operator's colours");
    assert!(own.contains("--accent: #ffaa00;"), "orange can be read on the dark ground: {own}");
    assert!(!style.contains("\n:root { --accent: #ffaa00;"), "and not on the light one");
}

#[tokio::test]
async fn without_a_logo_its_address_shows_the_icon() {
    let server = server(&[]).await;
    let [logo, icon] = ["/assets/logo", "/assets/doorward.svg"].map(|path| server.client().get(path));
    assert_eq!(send(logo).await.body, send(icon).await.body);
}
