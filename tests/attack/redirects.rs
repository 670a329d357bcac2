//! Open redirects: `Location` and the pages for hostile values of `next`, compared byte by byte.

use reqwest::{StatusCode, Url};

use super::wire::{exchange, statuses};
use crate::storage::places;
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

/// URLs of other sites, or of no site, that browsers and naive checks have read differently.
const ASTRAY: [&str; 24] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\r\n/evil.example",
    "\u{1}//evil.example",
    " https://evil.example",
    "https:\\\\evil.example",
    "https:////evil.example",
    "https://door.example@evil.example",
    "https://door.example.evil.example",
    "https://evil.example/https://door.example",
    "https://evil.example?door.example",
    "https://evil.example#door.example",
    "//door.example:443@evil.example",
    "http://door.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\u{202e}//evil.example",
    "https://app.example.evil.example",
];

async fn server() -> TestServer {
    let flags = ["--public-url=https://door.example", "--return-origins=https://app.example"];
    TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), &flags).await
}

/// Asserts that a browser on this server that follows `there` stays on this server.
#[track_caller]
fn assert_stays(there: &str, next: &str) {
    let here = Url::parse("https://door.example/login").expect("a URL");
    let url = here.join(there).expect("a URL");
    assert_eq!(url.origin(), here.origin(), "{next:?} leads to {there:?}");
    assert!(there.bytes().all(|byte| byte.is_ascii_graphic()), "{next:?} leads to {there:?}");
}

/// Asserts that every `next` in a page stays on this server.
#[track_caller]
fn assert_page_stays(page: &str, next: &str) {
    for start in ["name=\"next\" value=\"", "?next="] {
        if let Some((_, rest)) = page.split_once(start) {
            let value = rest.split('"').next().expect("a value").replace("%2F", "/").replace("%25", "%");
            assert_stays(&value, next);
        }
    }
    assert!(!page.contains("alert(1)"), "{next:?} in {page}");
}

#[tokio::test]
async fn next_never_leads_to_another_site() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for (n, next) in ASTRAY.into_iter().enumerate() {
        let alice = [("username", "alice"), ("password", PASSWORD), ("next", next)];
        let another = [("username", &*format!("user-{n}")), ("password", PASSWORD), ("next", next)];
        for request in [
            client.submit("/api/login", Encoding::Urlencoded, &alice),
            client.submit("/api/login", Encoding::Multipart, &alice),
            client.submit("/api/signup", Encoding::Urlencoded, &another),
            client.get("/login").query(&[("next", next)]).header("cookie", cookie(&token)),
            client.get("/signup").query(&[("next", next)]).header("cookie", cookie(&token)),
        ] {
            let reply = send(request).await;
            assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.body);
            assert_stays(reply.header("location").expect("a location"), next);
        }
        let unknown = [("username", "unknown"), ("password", PASSWORD), ("next", next)];
        for request in [
            client.get("/login").query(&[("next", next)]),
            client.get("/signup").query(&[("next", next)]),
            client.submit("/api/login", Encoding::Urlencoded, &unknown).header("accept", "text/html"),
        ] {
            assert_page_stays(&send(request).await.body, next);
        }
    }
}

#[tokio::test]
async fn line_ends_in_next_never_start_a_header() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for injected in
        ["%0d%0aSet-Cookie:%20a=b", "%0aSet-Cookie:a=b", "%0d%0a%0d%0a%3Cscript%3E", "%E5%98%8A%E5%98%8DSet-Cookie:a=b"]
    {
        let request = format!(
            "GET /login?next=/x{injected} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            cookie(&token)
        );
        let answers = exchange(server.port(), request.as_bytes()).await;
        assert_eq!(statuses(&answers), [302], "{answers:?}");
        assert_eq!(answers[0].field("set-cookie"), None, "{answers:?}");
        assert_eq!(answers[0].body, "", "{answers:?}");
        assert!(answers[0].field("location").expect("a location").starts_with("/x"), "{answers:?}");

        let body = format!("username=alice&password=correct+horse&next=/x{injected}");
        let request = format!(
            "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answers = exchange(server.port(), request.as_bytes()).await;
        assert_eq!(statuses(&answers), [302], "{answers:?}");
        assert!(answers[0].field("set-cookie").expect("a session").starts_with("auth_session="), "{answers:?}");
        assert_eq!(answers[0].body, "", "{answers:?}");
    }
}

#[tokio::test]
async fn forms_go_to_this_server_and_return_origins_alone() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let flags = ["--return-origins=https://app.example https://*.team.example:8443", "--cookie-domain=team.example"];
    let server = TestServer::start_with(place, &flags).await;
    let page = send(server.client().get("/login?next=https://evil.example")).await;
    let policy = page.header("content-security-policy").expect("a policy");
    let allowed = "form-action 'self' https://app.example https://*.team.example:8443;";
    assert!(policy.contains(allowed), "{policy}");
}
