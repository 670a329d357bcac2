//! Downloading one's data.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const PATH: &str = "/api/account/data";

async fn download(client: &Client, token: &str) -> Reply {
    let reply = send(client.get(PATH).header("cookie", cookie(token))).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, Some("application/json; charset=utf-8")));
    reply
}

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

pub async fn the_data_of_an_account_is_all_that_is_kept_but_no_secret(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("mallory", PASSWORD).await;
    client.sign_up("Alice", PASSWORD).await;
    server.clock.advance(Duration::from_secs(1));
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let login = client.submit("/api/login", Encoding::Json, &fields).header("user-agent", "Tester/1.0 \"é\"");
    let token = send(login).await.cookie_value().expect("a session cookie");
    send(client.post("/api/sessions/revoke-others").header("cookie", cookie(&token))).await;
    let change = client.submit(
        "/api/password",
        Encoding::Json,
        &[("currentPassword", PASSWORD), ("newPassword", "staple battery")],
    );
    server.clock.advance(Duration::from_secs(1));
    let token = send(change.header("cookie", cookie(&token))).await.cookie_value().expect("a session cookie");

    server.place.run(r#"UPDATE users SET attributes = '{"plan":["pro"]}'"#).await;
    let reply = download(&client, &token).await;
    assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"doorward-Alice.json\""));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let data = reply.json();
    assert_eq!(names(&data), ["generatedAt", "keys", "sessions", "signIns", "user"].into());
    let session = client.session(&token).await.json();
    assert_eq!(data["user"]["userId"], session["user"]["userId"]);
    assert_eq!(
        (names(&data["user"]), &data["user"]["username"]),
        (["attributes", "createdAt", "userId", "username"].into(), &json!("Alice"))
    );
    assert_eq!(data["keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (names(&data["keys"][0]), &data["keys"][0]["keyId"]),
        (["createdAt", "hasPassword", "keyId"].into(), &json!("username:alice"))
    );
    assert_eq!(data["sessions"].as_array().map(Vec::len), Some(1), "what has ended is no session");
    assert_eq!(data["sessions"][0]["sessionId"], session["sessionId"]);
    assert_eq!(data["sessions"][0]["current"], true);
    assert_eq!(
        (&data["user"]["attributes"], &data["sessions"][0]["attributes"]),
        (&json!({"plan": ["pro"]}), &Value::Null)
    );
    let sign_ins = data["signIns"].as_array().expect("a list");
    let kinds: Vec<_> = sign_ins.iter().map(|sign_in| sign_in["kind"].as_str().expect("a word")).collect();
    assert_eq!(kinds, ["sign_up", "log_in", "password_changed"]);
    assert_eq!(sign_ins[1]["userAgent"], "Tester/1.0 \"é\"");
    assert_eq!((&sign_ins[2]["sessionId"], &sign_ins[2]["address"]), (&session["sessionId"], &json!("127.0.0.1")));
    assert!(sign_ins[1]["at"].as_str() < sign_ins[2]["at"].as_str(), "{sign_ins:?}");
    for secret in [&token, "argon2", "hash", "mallory"] {
        assert!(!reply.body.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {}", reply.body);
    }
    let bearer = send(client.get(PATH).bearer_auth(&token)).await;
    assert_eq!(bearer.json()["signIns"], data["signIns"], "a program gets the same");
}

pub async fn without_a_session_there_is_nothing_to_download(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    send(client.get(PATH)).await.assert_error(401, "unauthenticated", "Unauthenticated");
    send(client.get(PATH).bearer_auth("rubbish")).await.assert_error(401, "unauthenticated", "Unauthenticated");
    let page = send(client.get(PATH).header("accept", "text/html")).await;
    assert_eq!((page.status, page.header("content-disposition")), (StatusCode::UNAUTHORIZED, None));
    assert!(page.body.contains("<h1>You&#39;re signed out</h1>"), "{}", page.body);
    let other = send(client.post(PATH).header("cookie", cookie(&token))).await;
    other.assert_error(405, "method_not_allowed", "Method not allowed");
}

pub async fn thousands_of_sessions_are_downloaded_each_once(place: Place) {
    const MANY: usize = 2_500;
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let (digest, id) = if server.place.url.starts_with("sqlite:") {
        ("CAST(printf('%032d', i) AS BLOB)", "printf('bulk%020d', i)")
    } else {
        ("decode(lpad(to_hex(i), 64, '0'), 'hex')", "'bulk' || lpad(i::text, 20, '0')")
    };
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) \
         INSERT INTO sessions (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) \
         SELECT {digest}, {id}, user_id, created_at, active_expires_at, idle_expires_at \
         FROM n, (SELECT * FROM sessions LIMIT 1) AS one"
    );
    server.place.run(&many).await;
    let data = download(&client, &token).await.json();
    let sessions = data["sessions"].as_array().expect("a list");
    let ids: BTreeSet<_> = sessions.iter().map(|session| session["sessionId"].as_str().expect("an id")).collect();
    assert_eq!((sessions.len(), ids.len()), (MANY + 1, MANY + 1));
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
}

pub async fn a_download_that_the_store_breaks_off_does_not_pass_for_complete(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.place.run("UPDATE sign_in_events SET kind = 'an unknown kind'").await;
    let whole = async {
        let response = client.get(PATH).header("cookie", cookie(&token)).send().await?;
        assert_eq!(response.status(), StatusCode::OK, "what was wrong came to light later");
        response.bytes().await
    };
    whole.await.expect_err("a body that ends before its end");
    let head = format!("GET {PATH} HTTP/1.0\r\nHost: localhost\r\nCookie: {}\r\n\r\n", cookie(&token));
    let arrived = client.raw(head.as_bytes()).await;
    let document = arrived.split_once("\r\n\r\n").map_or("", |(_, document)| document);
    assert!(!arrived.contains("unknown kind"), "{arrived}");
    assert!(
        serde_json::from_str::<Value>(document).is_err(),
        "where only the end of the connection says that it is all"
    );
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "and nothing else is broken");
}

pub async fn sign_ins_of_more_than_ninety_days_ago_are_forgotten(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    server.clock.advance(Duration::from_hours(90 * 24));
    let token = client.log_in("alice", PASSWORD).await.expect("let in");
    let kinds = |data: &Value| -> Vec<String> {
        let sign_ins = data["signIns"].as_array().expect("a list").iter();
        sign_ins.map(|sign_in| sign_in["kind"].as_str().expect("a word").to_owned()).collect()
    };
    assert_eq!(kinds(&download(&client, &token).await.json()), ["log_in"]);
    assert_eq!(server.place.count("sign_in_events").await, 2, "the sweep has yet to come by");
    let clock = std::sync::Arc::clone(&server.clock);
    let server = TestServer::start_at(server.stop().await, clock, &[]).await;
    let swept = async {
        while server.place.count("sign_in_events").await > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), swept).await.expect("a sweep at the start");
    assert_eq!(kinds(&download(&server.client(), &token).await.json()), ["log_in"]);
}

pub async fn the_account_page_links_to_the_download(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let page = send(client.get("/account").header("cookie", cookie(&token)).header("accept", "text/html")).await;
    assert!(page.body.contains("<a href=\"/api/account/data\">Download your data</a>"), "{}", page.body);
}
