//! What holds for every answer.

use reqwest::{Method, StatusCode};

use crate::storage::places;
use crate::support::client::{cookie, send};
use crate::support::server::TestServer;

async fn server_with(flags: &[&str]) -> TestServer {
    TestServer::start_with(places::sqlite().await.expect("SQLite is everywhere"), flags).await
}

#[tokio::test]
async fn unknown_paths_and_methods_are_errors_in_the_one_shape() {
    let server = server_with(&[]).await;
    let client = server.client();
    for path in ["/nowhere", "/api", "/api/", "/api/login/", "//api/login", "/API/login", "/assets/", "/health"] {
        send(client.get(path)).await.assert_error(404, "not_found", "Not found");
        send(client.post(path)).await.assert_error(404, "not_found", "Not found");
    }
    for (method, path, allow) in [
        (Method::GET, "/api/login", "POST"),
        (Method::DELETE, "/api/signup", "POST"),
        (Method::PUT, "/api/logout", "POST"),
        (Method::POST, "/api/session", "GET, HEAD"),
        (Method::POST, "/", "GET, HEAD"),
        (Method::PATCH, "/login", "GET, HEAD"),
        (Method::TRACE, "/", "GET, HEAD"),
        (Method::OPTIONS, "/api/login", "POST"),
        (Method::from_bytes(b"BREW").expect("a method"), "/health/live", "GET, HEAD"),
    ] {
        let reply = send(client.request(method, path)).await;
        reply.assert_error(405, "method_not_allowed", "Method not allowed");
        assert_eq!(reply.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn no_method_is_taken_for_another() {
    let server = server_with(&[]).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    for request in [
        client.get("/api/logout?_method=POST"),
        client.get("/api/logout").header("x-http-method-override", "POST"),
        client.request(Method::HEAD, "/api/logout"),
    ] {
        let reply = send(request.header("cookie", cookie(&token))).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let server = server_with(&[]).await;
    for path in ["/login", "/health/live", "/openapi.json", "/assets/doorward.css"] {
        let reply = send(server.client().request(Method::HEAD, path)).await;
        assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, ""), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let server = server_with(&["--public-url=https://door.example", "--return-origins=https://app.example"]).await;
    let client = server.client();
    for path in ["/login", "/", "/api/session", "/nowhere", "/assets/doorward.js", "/docs", "/health/live"] {
        let reply = send(client.get(path)).await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
        assert_eq!(
            reply.header("content-security-policy"),
            Some(
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                 form-action 'self' https://app.example; base-uri 'none'; frame-ancestors 'none'"
            ),
            "{path}"
        );
        assert_eq!(reply.header("server"), None, "{path}");
        let is_file = path.starts_with("/assets/");
        let expected = if is_file { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(reply.header("cache-control"), Some(expected), "{path}");
    }
    let plain = server_with(&[]).await;
    assert_eq!(send(plain.client().get("/login")).await.header("strict-transport-security"), None);
}

#[tokio::test]
async fn the_cookie_has_the_attributes_of_the_contract() {
    let sign_up = async |flags: &[&str]| {
        let server = server_with(flags).await;
        let body = serde_json::json!({"username": "alice", "password": "correct horse"});
        let reply = send(server.client().post("/api/signup").json(&body)).await;
        let (name_and_value, attributes) = reply.set_cookie().expect("a cookie").split_once("; ").expect("attributes");
        let (name, value) = name_and_value.split_once('=').expect("a value");
        assert_eq!(value.len(), 43, "32 bytes in base64url");
        let (expires, others) = attributes.split("; ").partition::<Vec<_>, _>(|part| part.starts_with("Expires="));
        assert_eq!(expires.len(), 1, "clients of RFC 2965 need it");
        (name.to_owned(), others.join("; "))
    };
    let expected = "Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000";
    assert_eq!(sign_up(&[]).await, ("auth_session".into(), expected.into()));
    let secure = sign_up(&["--public-url=https://door.example", "--cookie-name=__Host-auth_session"]).await;
    assert_eq!(secure, ("__Host-auth_session".into(), format!("{expected}; Secure")));
    let shared = sign_up(&["--public-url=https://door.example", "--cookie-domain=example.com"]).await;
    assert_eq!(shared.1, format!("{expected}; Domain=example.com; Secure"));
}

#[tokio::test]
async fn the_server_says_that_it_is_alive_and_ready() {
    let server = server_with(&[]).await;
    for path in ["/health/live", "/health/ready"] {
        let reply = send(server.client().get(path)).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::OK, serde_json::json!({"status": "ok"})));
    }
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn the_request_id_of_a_trusted_proxy_is_in_every_answer() {
    let server = server_with(&["--trusted-proxies=127.0.0.1"]).await;
    let client = server.client();
    for (path, status) in [("/api/session", 401), ("/login", 200), ("/nowhere", 404), ("/assets/doorward.css", 200)] {
        let reply = send(client.get(path).header("x-request-id", "proxy-7/a+b=")).await;
        assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (status, Some("proxy-7/a+b=")), "{path}");
        let reply = send(client.get(path).header("x-request-id", "two words")).await;
        assert_eq!((reply.status.as_u16(), reply.header("x-request-id")), (status, None), "{path}");
        assert_eq!(send(client.get(path)).await.header("x-request-id"), None, "{path}");
    }
}

#[tokio::test]
async fn the_request_id_of_any_other_peer_is_ignored() {
    let server = server_with(&["--trusted-proxies=192.0.2.0/24"]).await;
    let request = server.client().get("/login").header("x-request-id", "mine").header("traceparent", TRACEPARENT);
    assert_eq!(send(request).await.header("x-request-id"), None);
}
