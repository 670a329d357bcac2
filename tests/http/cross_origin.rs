//! The cross-origin matrix, and CORS.

use reqwest::{Method, RequestBuilder, StatusCode};

use crate::storage::places;
use crate::support::client::{Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const TRUSTED: &str = "https://app.example";

async fn server() -> TestServer {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let flags = ["--trusted-origins=https://app.example", "--public-url=https://door.example"];
    TestServer::start_with(place, &flags).await
}

/// A logout without a session, with these headers: past the check it is a 401.
async fn attempt(server: &TestServer, headers: &[(&str, &str)]) -> Reply {
    let request = server.client().post("/api/logout");
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn what_another_site_sends_is_refused_and_all_else_passes() {
    let server = server().await;
    let own = format!("http://127.0.0.1:{}", server.port());
    let other_port = format!("http://127.0.0.1:{}", server.port() ^ 1);
    let tls = format!("https://127.0.0.1:{}", server.port());
    let bearer = ("authorization", "Bearer x");
    let passes: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", &own)],
        &[("origin", "https://door.example")],
        &[("origin", "HTTPS://DOOR.EXAMPLE:443")],
        &[("origin", TRUSTED)],
        &[("origin", TRUSTED), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://behind.a.rewriting.proxy")],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[bearer, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
    ];
    for headers in passes {
        assert_eq!(attempt(&server, headers).await.status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    let refused: &[&[(&str, &str)]] = &[
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "rubbish")],
        &[("origin", "https://app.example/")],
        &[("origin", &other_port)],
        &[("origin", &tls)],
        &[("origin", "http://door.example")],
        &[("origin", "https://door.example.evil.example")],
        &[("origin", "https://app.example.evil.example")],
        &[("origin", "https://xapp.example")],
        &[("origin", "https://app.example:8443")],
        &[("origin", &own), ("origin", "https://evil.example")],
        &[("origin", &own), ("origin", &own)],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "rubbish")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[bearer, ("cookie", "a=b"), ("origin", "https://evil.example")],
        &[("authorization", "Basic eDp5"), ("origin", "https://evil.example")],
        &[("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")],
    ];
    for headers in refused {
        attempt(&server, headers).await.assert_error(403, "cross_origin", "Cross-origin request refused");
    }
}

#[tokio::test]
async fn every_change_is_checked_before_its_body_is_read() {
    let server = server().await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    for (method, path) in [
        (Method::POST, "/api/login"),
        (Method::POST, "/api/signup"),
        (Method::POST, "/api/logout"),
        (Method::PUT, "/api/login"),
        (Method::DELETE, "/"),
        (Method::PATCH, "/api/session"),
    ] {
        let request = client.request(method.clone(), path).header("cookie", cookie(&token));
        let unreadable = request.header("content-type", "application/json").body("{");
        let reply = send(unreadable.header("sec-fetch-site", "cross-site")).await;
        reply.assert_error(403, "cross_origin", "Cross-origin request refused");
    }
    let too_large = client.post("/api/login").header("sec-fetch-site", "cross-site").body("x".repeat(65_537));
    send(too_large).await.assert_error(413, "payload_too_large", "Payload too large");
    let unknown_type =
        client.post("/api/login").header("sec-fetch-site", "cross-site").header("content-type", "text/plain");
    send(unknown_type.body("x")).await.assert_error(415, "unsupported_media_type", "Unsupported media type");
    for method in [Method::GET, Method::HEAD] {
        let read = client.request(method, "/api/session").header("cookie", cookie(&token));
        let reply = send(read.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example")).await;
        assert_eq!(reply.status, StatusCode::OK, "reading is for CORS to forbid");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn only_a_trusted_origin_is_told_that_it_may_read() {
    let server = server().await;
    let client = server.client();
    let from = |request: RequestBuilder, origin: &str| send(request.header("origin", origin));
    for request in [client.get("/api/session"), client.post("/api/login"), client.get("/nowhere")] {
        let reply = from(request, TRUSTED).await;
        assert_eq!(reply.header("access-control-allow-origin"), Some(TRUSTED));
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
    for origin in ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example"] {
        let reply = from(client.get("/api/session"), origin).await;
        assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "{origin}");
        assert_eq!(reply.header("vary"), Some("Origin"), "caches must not mix the two up");
    }
    let preflight = || client.request(Method::OPTIONS, "/api/login").header("access-control-request-method", "POST");
    let reply = from(preflight(), TRUSTED).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET, POST"));
    assert!(reply.header("access-control-allow-headers").expect("headers").contains("Content-Type"));
    let reply = from(preflight(), "https://evil.example").await;
    assert_eq!((reply.status, reply.header("access-control-allow-methods")), (StatusCode::METHOD_NOT_ALLOWED, None));
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_forwarded_host_is_the_own_one() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--trusted-proxies=127.0.0.0/8, ::1"]).await;
    let forwarded = [("x-forwarded-host", "Door.Example"), ("x-forwarded-proto", "https")];
    let with = |origin| [("origin", origin), forwarded[0], forwarded[1]];
    assert_eq!(attempt(&server, &with("https://door.example")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(attempt(&server, &with("http://door.example")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_page_under_another_host_name_can_change_nothing() {
    let server = server().await;
    let page = |host: &'static str, origin: &'static str| [("host", host), ("origin", origin)];
    let rebound = page("evil.example", "http://evil.example");
    let bearer = [rebound[0], rebound[1], ("authorization", "Bearer x")];
    let marked = [rebound[0], rebound[1], ("sec-fetch-site", "same-origin")];
    let plain = page("door.example", "http://door.example");
    for headers in [&rebound[..], &bearer, &marked, &plain] {
        let reply = attempt(&server, headers).await;
        reply.assert_error(403, "cross_origin", "Cross-origin request refused");
        assert!(reply.body.contains("https://door.example"), "{}", reply.body);
    }
    for headers in [&[("host", "doorward:8080")][..], &page("localhost", "http://localhost")] {
        assert_eq!(attempt(&server, headers).await.status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
}

#[tokio::test]
async fn an_app_that_users_are_led_back_to_may_sign_them_out_and_do_nothing_else() {
    let place = places::sqlite().await.expect("SQLite is everywhere");
    let server = TestServer::start_with(place, &["--return-origins=https://app.example"]).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let from = |origin: &str, path: &str, fields: &[(&str, &str)]| {
        let form = client.submit(path, Encoding::Urlencoded, fields).header("origin", origin);
        form.header("sec-fetch-site", "same-site").header("cookie", cookie(&token))
    };
    for path in ["/api/sessions/revoke-others", "/api/account/delete", "/api/login"] {
        let refused = send(from("https://app.example", path, &[("password", "correct horse")])).await;
        refused.assert_error(403, "cross_origin", "Cross-origin request refused");
    }
    let elsewhere = send(from("https://evil.example", "/api/logout", &[])).await;
    elsewhere.assert_error(403, "cross_origin", "Cross-origin request refused");
    assert_eq!(client.session(&token).await.status.as_u16(), 200);
    let back = [("next", "https://app.example/bye?a=1&b=2")];
    send(from("https://app.example", "/api/logout", &back)).await.assert_redirect("https://app.example/bye?a=1&b=2");
    assert_eq!(client.session(&token).await.status.as_u16(), 401);
}

#[tokio::test]
async fn subdomains_of_a_wildcard_are_led_to_and_may_do_nothing_but_sign_out() {
    let flags = [
        "--public-url=https://login.example.com",
        "--cookie-domain=example.com",
        "--return-origins=https://*.example.com",
        "--trusted-proxies=127.0.0.1",
    ];
    let server = TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), &flags).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    for (host, is_listed) in [("a.example.com", true), ("a.b.example.com", true), ("evilexample.com", false)] {
        let (origin, url) = (format!("https://{host}"), format!("https://{host}/x"));
        let asked = [("x-forwarded-proto", "https"), ("x-forwarded-host", host), ("x-forwarded-uri", "/x")];
        let verify = client.get("/api/verify").header("accept", "text/html");
        let reply = send(asked.iter().fold(verify, |request, (name, value)| request.header(*name, *value))).await;
        let query = if is_listed { format!("?next=https%3A%2F%2F{host}%2Fx") } else { String::new() };
        reply.assert_redirect(&format!("https://login.example.com/login{query}"));

        let read = client.get("/api/session").header("origin", &origin).header("cookie", cookie(&token));
        assert_eq!(send(read).await.header("access-control-allow-origin"), None, "{host}");
        let preflight = client.request(Method::OPTIONS, "/api/login").header("access-control-request-method", "POST");
        assert_eq!(send(preflight.header("origin", &origin)).await.status, StatusCode::METHOD_NOT_ALLOWED, "{host}");
        let change = client.post("/api/sessions/revoke-others").header("origin", &origin);
        let refused = send(change.header("cookie", cookie(&token))).await;
        refused.assert_error(403, "cross_origin", "Cross-origin request refused");

        let other = client.log_in("alice", "correct horse").await.expect("let in");
        let log_out = client.submit("/api/logout", Encoding::Urlencoded, &[("next", &url)]);
        let reply = send(log_out.header("origin", &origin).header("cookie", cookie(&other))).await;
        if is_listed {
            reply.assert_redirect(&url);
        } else {
            reply.assert_error(403, "cross_origin", "Cross-origin request refused");
        }
    }
}
