//! The three ways to answer, on every route that has more than one.

use reqwest::StatusCode;

use crate::storage::places;
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

#[tokio::test]
async fn success_is_a_redirect_or_json_as_the_client_asked() {
    let server = server().await;
    let client = server.client();
    let ways = [
        (Encoding::Urlencoded, Some(BROWSER), None),
        (Encoding::Json, Some(BROWSER), Some(201)),
        (Encoding::Json, Some("text/html"), None),
        (Encoding::Multipart, Some("*/*"), None),
        (Encoding::Urlencoded, None, None),
        (Encoding::Json, Some("*/*"), Some(201)),
        (Encoding::Multipart, Some("application/json"), Some(201)),
        (Encoding::Urlencoded, Some("text/html;q=0, application/json;q=0.5"), Some(201)),
    ];
    for (n, (encoding, accept, json)) in ways.into_iter().enumerate() {
        let with_accept = |request: reqwest::RequestBuilder| match accept {
            Some(accept) => request.header("accept", accept),
            None => request,
        };
        let username = format!("way-{n}");
        let fields = [("username", username.as_str()), ("password", PASSWORD)];
        let sign_up = send(with_accept(client.submit("/api/signup", encoding, &fields))).await;
        let log_in = send(with_accept(client.submit("/api/login", encoding, &fields))).await;
        let token = log_in.cookie_value().expect("a session cookie");
        let empty = client.submit("/api/logout", encoding, &[]).header("cookie", cookie(&token));
        let log_out = send(with_accept(empty)).await;
        if let Some(status) = json {
            assert_eq!(sign_up.status.as_u16(), status, "{encoding:?} {accept:?}");
            assert_eq!(log_in.status, StatusCode::OK);
            assert_eq!(log_in.json()["user"]["username"], username);
            assert_eq!((log_out.status, log_out.body.as_str()), (StatusCode::NO_CONTENT, ""));
        } else {
            sign_up.assert_redirect("/");
            log_in.assert_redirect("/");
            let is_page = accept.is_some_and(|accept| accept.contains("text/html"));
            log_out.assert_redirect(if is_page { "/login?done=signed-out" } else { "/login" });
        }
    }
}

#[tokio::test]
async fn a_browser_s_failed_form_comes_back_with_its_message_and_what_was_typed() {
    let server = server().await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let failures = [
        ("/api/signup", "abc", "secret-typed", "Sign up", "username-error", "Use 4 to 31 characters."),
        ("/api/signup", "\"><b>x", "12345", "Sign up", "password-error", "Use 6 to 255 characters."),
        ("/api/signup", "ALICE", "secret-typed", "Sign up", "username-error", "Username already taken."),
        ("/api/login", "alice", "secret-typed", "Sign in", "form-error", "Incorrect username or password."),
        ("/api/login", "", "secret-typed", "Sign in", "username-error", "Enter your username."),
    ];
    for (path, username, password, heading, place, message) in failures {
        let fields = [("username", username), ("password", password), ("next", "/back?to=it")];
        let page = send(client.submit(path, Encoding::Urlencoded, &fields).header("accept", BROWSER)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.set_cookie(), None);
        assert!(page.body.contains(&format!("<h1>{heading}</h1>")), "{}", page.body);
        let (_, beside) =
            page.body.split_once(&format!("id=\"{place}\" role=\"alert\">")).expect("a message beside its field");
        assert!(beside.starts_with(message), "{message}: {beside}");
        let escaped = username.replace('"', "&#34;").replace('<', "&#60;").replace('>', "&#62;");
        assert!(page.body.contains(&format!("value=\"{escaped}\"")), "{}", page.body);
        assert!(page.body.contains(r#"<input type="hidden" name="next" value="/back?to=it">"#), "{}", page.body);
        assert!(!page.body.contains(password), "a password is never shown again");
        assert!(!page.body.contains("<b>x"));
    }
}

#[tokio::test]
async fn errors_that_belong_to_no_form_are_pages_that_say_the_same() {
    let server = server().await;
    let client = server.client();
    let post = |path: &str| client.post(path).header("accept", BROWSER);
    let form = |path: &str, body: &str| {
        post(path).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
    };
    let requests = [
        (client.get("/nowhere").header("accept", BROWSER), 404, "There's no page here"),
        (client.get("/api/session").header("accept", BROWSER), 401, "You're signed out"),
        (post("/login"), 405, "That doesn't work here"),
        (post("/api/login").header("origin", "https://evil.example"), 403, "That came from another site"),
        (post("/api/login").header("content-type", "text/plain").body("x"), 415, "That didn't work"),
        (form("/api/login", "username=%"), 400, "That didn't work"),
        (form("/api/login", &"x".repeat(65_537)), 413, "That's too much text"),
    ];
    for (request, status, sentence) in requests {
        let page = send(request).await;
        assert_eq!(page.status.as_u16(), status);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let heading = format!("<h1>{}</h1>", sentence.replace('\'', "&#39;"));
        assert!(page.body.contains(&heading), "{sentence}: {}", page.body);
    }
}

#[tokio::test]
async fn next_leads_on_where_it_may_and_is_ignored_elsewhere() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--return-origins=https://app.example"]).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for (next, location) in [
        ("/app?x=1", "/app?x=1"),
        ("https://app.example/y", "https://app.example/y"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let fields = [("username", "alice"), ("password", PASSWORD), ("next", next)];
        send(client.submit("/api/login", Encoding::Urlencoded, &fields)).await.assert_redirect(location);
        let page = client.get("/login").query(&[("next", next)]);
        send(page.header("cookie", cookie(&token))).await.assert_redirect(location);
        let page = send(client.get("/signup").query(&[("next", next)])).await;
        let kept = format!("name=\"next\" value=\"{location}\"");
        assert_eq!(page.body.contains(&kept), location != "/", "{next}: {}", page.body);
    }
}

/// Chromium holds every redirect that follows a form against `form-action`, so none leads away from the server.
#[tokio::test]
async fn a_form_leads_to_another_origin_by_a_page() {
    const NEXT: &str = "https://app.example/y?a=1&b='2'";
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--return-origins=https://app.example"]).await;
    let client = server.client();
    let token = client.sign_up("carol", PASSWORD).await;
    let made = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    let code = made["codes"][0].as_str().expect("a code");
    let log_in = [("username", "carol"), ("password", PASSWORD), ("next", NEXT)];
    let recover = [("username", "carol"), ("code", code), ("newPassword", "staple horse"), ("next", NEXT)];
    let log_out = client.submit("/api/logout", Encoding::Urlencoded, &[("next", NEXT)]);
    for (request, done) in [
        (client.submit("/api/login", Encoding::Multipart, &log_in), "in"),
        (log_out.header("cookie", cookie(&token)), "out"),
        (client.submit("/api/recover", Encoding::Urlencoded, &recover), "in"),
    ] {
        let page = send(request.header("accept", BROWSER)).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.body);
        assert_eq!(page.header("location"), None);
        assert_eq!(page.cookie_value().expect("a cookie").is_empty(), done == "out");
        let url = match done {
            "in" => "/login?next=https%3A%2F%2Fapp%2Eexample%2Fy%3Fa%3D1%26b%3D%25272%2527&#38;cookie=missing",
            _ => "https://app.example/y?a=1&#38;b=%272%27",
        };
        for part in [
            format!("<h1>You&#39;re signed {done}</h1>"),
            format!(r#"<meta http-equiv="refresh" content="0; url={url}">"#),
            format!(r#"<a href="{url}">Continue to https://app.example</a>"#),
        ] {
            assert!(page.body.contains(&part), "{part}: {}", page.body);
        }
    }
    let sign_up = [("username", "alice"), log_in[1], log_in[2]];
    let sign_up = client.submit("/api/signup", Encoding::Urlencoded, &sign_up).header("accept", BROWSER);
    let offer = "/account/recovery-codes?next=https%3A%2F%2Fapp%2Eexample%2Fy%3Fa%3D1%26b%3D%25272%2527";
    send(sign_up).await.assert_redirect(offer);
    let own = [("username", "alice"), ("password", PASSWORD), ("next", "/y")];
    let own = client.submit("/api/login", Encoding::Urlencoded, &own).header("accept", BROWSER);
    send(own).await.assert_redirect("/y");
    for (next, is_ours) in [("/y", false), ("/account?x", true), ("/", true)] {
        let fields = [("username", "alice"), ("password", PASSWORD), ("next", next)];
        let form = client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", BROWSER);
        let reply = send(form.header("sec-fetch-mode", "navigate").header("sec-fetch-site", "same-origin")).await;
        assert_eq!(reply.status.as_u16(), if is_ours { 302 } else { 200 }, "{next}: {}", reply.body);
        assert_eq!(reply.body.contains("cookie=missing\">Continue</a>"), !is_ours, "{}", reply.body);
    }
    let fetched = [("username", "alice"), ("password", PASSWORD), ("next", NEXT)];
    let reply = send(client.submit("/api/login", Encoding::Urlencoded, &fetched)).await;
    reply.assert_redirect("https://app.example/y?a=1&b=%272%27");
    assert_eq!(send(client.submit("/api/login", Encoding::Json, &fetched)).await.json()["state"], "active");
}
