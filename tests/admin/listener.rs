//! The admin listener: apart from the public one, closed without a token, and with the errors and limits of the public API.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{AdminServer, TOKEN};
use crate::support::client::send;

#[tokio::test]
async fn each_listener_serves_its_own_api_alone() {
    let admin = AdminServer::start().await;
    let id = admin.create_user("alice", "correct horse").await;
    for path in ["/admin", "/admin/users", &format!("/admin/users/{id}"), "/admin/openapi.json", "/admin/keys/x:1"] {
        let public = send(admin.server.client().get(path).bearer_auth(TOKEN)).await;
        public.assert_error(404, "not_found", "Not found");
    }
    let posted = admin.server.client().post("/admin/users").bearer_auth(TOKEN).json(&json!({ "username": "bobby" }));
    send(posted).await.assert_error(404, "not_found", "Not found");
    for path in ["/", "/login", "/api/session", "/api/config", "/health/live", "/openapi.json", "/docs", "/metrics"] {
        admin.get(path).await.assert_error(404, "not_found", "Not found");
    }
}

#[tokio::test]
async fn a_request_without_a_known_token_is_401_whatever_it_asks_for() {
    let admin = AdminServer::start().await;
    let session = admin.server.client().sign_up("alice", "correct horse").await;
    let wrong = [
        None,
        Some("Bearer".to_owned()),
        Some(format!("Bearer {}", &TOKEN[1..])),
        Some(format!("Bearer {TOKEN}x")),
        Some(format!("Bearer {session}")),
        Some(format!("Basic {TOKEN}")),
        Some(TOKEN.to_owned()),
    ];
    for (method, path) in [
        (Method::GET, "/admin/users?username=alice"),
        (Method::POST, "/admin/users"),
        (Method::GET, "/admin/openapi.json"),
        (Method::OPTIONS, "/admin/users"),
        (Method::PUT, "/admin/users"),
        (Method::GET, "/no/such/path"),
    ] {
        for header in &wrong {
            let request =
                admin.client.request(method.clone(), path).header("cookie", format!("auth_session={session}"));
            let request = header.iter().fold(request, |request, header| request.header("authorization", header));
            let refused = send(request).await;
            refused.assert_error(401, "unauthenticated", "Unauthenticated");
            assert_eq!(refused.header("www-authenticate"), Some("Bearer"), "{path}");
        }
    }
    let twice = admin.client.get("/admin/users?username=alice").bearer_auth(TOKEN).header("authorization", "Basic x");
    send(twice).await.assert_error(401, "unauthenticated", "Unauthenticated");
    let lower = admin.client.get("/admin/users?username=alice").header("authorization", format!("bearer {TOKEN}"));
    assert_eq!(send(lower).await.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_of_the_admin_api_are_those_of_the_public_one() {
    let admin = AdminServer::start().await;
    for path in ["/admin", "/admin/", "/admin/users/", "/admin/users/x/y", "/admin/no-such", "/ADMIN/users"] {
        admin.get(path).await.assert_error(404, "not_found", "Not found");
    }
    for (method, path, allow) in [
        (Method::PUT, "/admin/users", "GET, POST, HEAD"),
        (Method::OPTIONS, "/admin/users/x", "DELETE, GET, PATCH, HEAD"),
        (Method::GET, "/admin/keys/x:1/verify", "POST"),
        (Method::POST, "/admin/openapi.json", "GET, HEAD"),
    ] {
        let refused = admin.ask(method, path).await;
        refused.assert_error(405, "method_not_allowed", "Method not allowed");
        let mut allowed: Vec<_> = refused.header("allow").expect("a list").split(", ").collect();
        let mut expected: Vec<_> = allow.split(", ").collect();
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{path}");
    }
    let post = |content_type: &str, body: &str| {
        let request = admin.client.post("/admin/users").bearer_auth(TOKEN);
        send(request.header("content-type", content_type.to_owned()).body(body.to_owned()))
    };
    for body in ["{", "[]", "\"x\"", "{\"username\":\"alice\",\"username\":\"alice\"}", "{\"a\":\"\\ud800\"}"] {
        post("application/json", body).await.assert_error(400, "malformed_request", "Malformed request");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    post("application/json", &deep).await.assert_error(400, "malformed_request", "Malformed request");
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let refused = post(content_type, "username=alice").await;
        refused.assert_error(415, "unsupported_media_type", "Unsupported media type");
    }
    let large = post("application/json", &format!("{{\"a\":\"{}\"}}", "x".repeat(70_000))).await;
    large.assert_error(413, "payload_too_large", "Payload too large");
    let long = admin.client.get("/admin/users").bearer_auth(TOKEN).header("x-long", "x".repeat(33_000));
    send(long).await.assert_error(431, "header_fields_too_large", "Request header fields too large");
    let none = admin.get("/admin/users?username=alice").await;
    assert_eq!(none.json(), json!({ "users": [], "more": false }), "nothing was created");
}

#[tokio::test]
async fn the_admin_api_has_no_cookies_and_no_cors() {
    let admin = AdminServer::start_with(&["--trusted-origins=https://app.example"]).await;
    let user = admin.create_user("alice", "correct horse").await;
    let preflight = admin
        .client
        .request(Method::OPTIONS, "/admin/users")
        .bearer_auth(TOKEN)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST");
    let origin = |path: &str| admin.client.get(path).bearer_auth(TOKEN).header("origin", "https://app.example");
    let opened = admin.post(&format!("/admin/users/{user}/sessions"), &json!({})).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let replies = [
        send(preflight).await,
        send(origin(&format!("/admin/users/{user}"))).await,
        send(origin("/admin/no-such")).await,
        opened,
        send(admin.client.get("/admin/users")).await,
    ];
    assert_eq!(replies[0].status, StatusCode::METHOD_NOT_ALLOWED);
    for reply in replies {
        assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{reply:?}");
        assert_eq!(reply.set_cookie(), None);
        assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        let policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        assert_eq!(reply.header("content-security-policy"), Some(policy));
    }
}

#[tokio::test]
async fn requests_and_changes_of_the_admin_api_are_counted() {
    let admin = AdminServer::start_with(&["--metrics-listen=127.0.0.1:0"]).await;
    let user = admin.create_user("alice", "correct horse").await;
    admin.get(&format!("/admin/users/{user}")).await;
    admin.get("/admin/made-up").await;
    send(admin.client.get("/admin/users")).await;
    send(admin.server.client().get("/admin/users")).await;
    let text = send(admin.server.metrics_client().get("/metrics")).await.body;
    for series in [
        r#"doorward_http_requests_total{method="POST",route="/admin/users",status="201"} 1"#,
        r#"doorward_http_requests_total{method="GET",route="/admin/users/{userId}",status="200"} 1"#,
        r#"doorward_http_requests_total{method="GET",route="/admin/users",status="401"} 1"#,
        r#"doorward_http_requests_total{method="other",route="other",status="404"} 2"#,
        r#"doorward_audit_events_total{event="account_created"} 1"#,
        r#"doorward_audit_events_total{event="admin_token_refused"} 1"#,
    ] {
        assert!(text.lines().any(|line| line == series), "{series} in {text}");
    }
}
