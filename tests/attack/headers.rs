//! The headers of every response, and request headers that must not be trusted.

use reqwest::{Method, RequestBuilder};
use rustix::process::Signal;

use super::wire::{exchange, statuses};
use crate::process::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

/// Headers that every response carries exactly once.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Headers that no response carries: names and versions of programs, and permissions for other origins.
const NEVER: [&str; 5] =
    ["server", "x-powered-by", "via", "access-control-allow-origin", "access-control-allow-credentials"];

#[track_caller]
fn assert_safe(reply: &Reply, https: bool, what: &str) {
    let values = |name: &str| -> Vec<_> {
        reply.headers.get_all(name).iter().map(|value| value.to_str().expect("ASCII")).collect()
    };
    for (name, value) in ALWAYS {
        assert_eq!(values(name), [value], "{name} of {what}");
    }
    for name in NEVER {
        assert_eq!(values(name), [""; 0], "{name} of {what}");
    }
    let policy = values("content-security-policy");
    assert_eq!(policy.len(), 1, "{what}");
    for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"] {
        assert!(policy[0].split("; ").any(|found| found == directive), "{directive} in {policy:?} of {what}");
    }
    assert!(!policy[0].contains("unsafe") && !policy[0].contains('*'), "{policy:?} of {what}");
    assert_eq!(values("strict-transport-security").len(), usize::from(https), "{what}");
    let content_type = values("content-type");
    assert!(content_type.iter().all(|found| found.ends_with("; charset=utf-8")), "{content_type:?} of {what}");
    assert!(reply.body.is_empty() || content_type.len() == 1, "{what}");
    assert_eq!(values("cache-control"), ["no-store"], "{what}");
}

/// One request or more for each status that a working store can lead to.
fn requests(client: &Client, token: &str) -> Vec<(RequestBuilder, u16)> {
    let submit = |path, fields: &[(&str, &str)]| client.submit(path, Encoding::Json, fields);
    let alice = [("username", "alice"), ("password", PASSWORD)];
    vec![
        (client.get("/login"), 200),
        (client.get("/docs"), 200),
        (client.get("/openapi.json"), 200),
        (client.get("/health/live"), 200),
        (submit("/api/login", &alice), 200),
        (submit("/api/signup", &[("username", "bobby"), ("password", PASSWORD)]), 201),
        (client.get("/"), 302),
        (client.submit("/api/login", Encoding::Urlencoded, &alice), 302),
        (client.get("/login").header("cookie", cookie(token)), 302),
        (submit("/api/login", &[]), 400),
        (client.post("/api/login").header("content-type", "application/json").body("{"), 400),
        (client.get("/login").header("host", "a/b"), 400),
        (client.get("/api/session"), 401),
        (submit("/api/login", &alice).header("origin", "https://evil.example"), 403),
        (client.get("/nowhere"), 404),
        (client.get("/assets/nothing.js"), 404),
        (client.get("/api/login"), 405),
        (client.request(Method::TRACE, "/login"), 405),
        (submit("/api/login", &[("more", &"x".repeat(70_000))]), 413),
        (client.post("/api/login").body("x"), 415),
        (client.get("/login").header("a", "b".repeat(33_000)), 431),
        (submit("/api/logout", &[]).header("cookie", cookie(token)), 204),
    ]
}

#[tokio::test]
async fn responses_of_every_status_have_the_security_headers() {
    for (flags, https) in [(&[][..], false), (&["--public-url=https://door.example"], true)] {
        let server = TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), flags).await;
        let client = server.client();
        let token = client.sign_up("alice", PASSWORD).await;
        for accept in ["*/*", "text/html"] {
            for (request, status) in requests(&client, &token) {
                let reply = send(request.header("accept", accept)).await;
                let what = format!("{status} for {accept}: {}", reply.body);
                // In the second round the name is taken, the session is revoked, and a success is a redirect.
                assert!(accept == "text/html" || reply.status.as_u16() == status, "{what}");
                assert_safe(&reply, https, &what);
            }
        }
        let token = client.log_in("alice", PASSWORD).await.expect("a successful login");
        server.place.run(server.place.rubbish[0]).await;
        for accept in ["*/*", "text/html"] {
            let broken = send(client.get("/").header("accept", accept).header("cookie", cookie(&token))).await;
            assert_eq!(broken.status.as_u16(), 500);
            assert_safe(&broken, https, &broken.body);
        }
        for path in ["/assets/doorward.css", "/assets/doorward.js", "/assets/doorward.svg"] {
            let file = send(client.get(path)).await;
            assert!(file.header("content-type").expect("a type").ends_with("; charset=utf-8"), "{path}");
            assert_eq!(file.header("x-content-type-options"), Some("nosniff"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_forged_host_is_in_no_response() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let fields = [("username", "alice"), ("password", PASSWORD), ("next", "/next")];
    let requests = [
        client.get("/"),
        client.get("/login?next=/x"),
        client.get("/login?next=/x").header("cookie", cookie(&token)),
        client.get("/signup"),
        client.get("/docs"),
        client.get("/openapi.json"),
        client.get("/nowhere").header("accept", "text/html"),
        client.submit("/api/login", Encoding::Urlencoded, &fields),
        client.submit("/api/signup", Encoding::Urlencoded, &fields).header("accept", "text/html"),
    ];
    for request in requests {
        let forged = ["x-forwarded-host", "x-host", "x-original-host", "x-forwarded-server", "forwarded"];
        let request = forged.iter().fold(request, |request, name| request.header(*name, "host=evil.example"));
        let request = request.header("x-forwarded-proto", "https").header("x-forwarded-prefix", "/evil.example");
        let reply = send(request.header("host", "evil.example").header("x-original-url", "/evil.example")).await;
        assert!(!format!("{:?}{}", reply.headers, reply.body).contains("evil.example"), "{reply:?}");
        if let Some(location) = reply.header("location") {
            assert!(location.starts_with('/') && !location.starts_with("//"), "{location}");
        }
        assert!(reply.set_cookie().is_none_or(|cookie| !cookie.contains("Secure") && !cookie.contains("Domain")));
    }
}

#[tokio::test]
async fn cookies_of_other_apps_do_not_hide_the_session_cookie() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let token = server.client().sign_up("alice", PASSWORD).await;
    let ours = cookie(&token);
    for cookies in [
        format!("x=\u{fc}; {ours}"),
        format!("{ours}; y=%ff"),
        format!("a=\"b;c\"; =; ;; {ours}; auth_session"),
        format!("auth_session=; auth_session=rubbish; {ours}"),
        format!("auth_session={}; {ours}", "A".repeat(43)),
        format!("AUTH_SESSION=x; __Host-auth_session=x;{ours}"),
        format!("x={}; {ours}", "y".repeat(20_000)),
        format!("x=1\r\nCookie: {ours}\r\nCookie: z=\u{fc}"),
    ] {
        let request = format!("GET /api/session HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n");
        let answers = exchange(server.port(), request.as_bytes()).await;
        assert_eq!(statuses(&answers), [200], "{cookies}: {answers:?}");
    }
}

/// The client addresses that the program logs for requests with these headers, when it trusts these proxies.
async fn logged_addresses(trusted: &[&str], requests: &[&[(&str, &str)]]) -> Vec<String> {
    let flags = [&["--log=debug", "--log-format=json"], trusted].concat();
    let mut program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
    let mut addresses = Vec::new();
    for headers in requests {
        let request = program.client().get("/login");
        send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await;
        let line = program.log_until("\"answered\"").await;
        let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        addresses.push(event["span"]["address"].as_str().expect("an address").to_owned());
    }
    program.signal(Signal::TERM);
    let _ = program.end().await;
    addresses
}

#[tokio::test]
async fn only_trusted_proxies_may_forward_a_client_address() {
    let requests: [&[(&str, &str)]; 7] = [
        &[],
        &[("x-forwarded-for", "198.51.100.7")],
        &[("x-forwarded-for", "6.6.6.6, 198.51.100.7, 127.0.0.9")],
        &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.7")],
        &[("x-forwarded-for", "6.6.6.6, rubbish")],
        &[("x-forwarded-for", "6.6.6.6\t, ::ffff:198.51.100.7")],
        &[("x-real-ip", "6.6.6.6"), ("forwarded", "for=6.6.6.6"), ("cf-connecting-ip", "6.6.6.6")],
    ];
    assert_eq!(logged_addresses(&[], &requests).await, ["127.0.0.1"; 7], "headers of an untrusted peer are ignored");
    let client = "198.51.100.7";
    let behind = logged_addresses(&["--trusted-proxies=127.0.0.0/8"], &requests).await;
    assert_eq!(behind, ["127.0.0.1", client, client, client, "127.0.0.1", client, "127.0.0.1"]);
}
