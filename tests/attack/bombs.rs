//! Heads and bodies that are too large, too deep or too many.

use reqwest::StatusCode;
use tokio::io::AsyncWriteExt;

use super::wire::{Answer, LAST, connect, exchange, post, statuses};
use crate::storage::places;
use crate::support::client::{Encoding, Reply, send};
use crate::support::server::TestServer;

const KIB: usize = 1024;

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

#[track_caller]
fn assert_head_too_large(answers: &[Answer], what: &str) {
    assert_eq!(statuses(answers), [431], "{what}: {answers:?}");
    let answer = &answers[0];
    assert_eq!(
        answer.body, r#"{"code":"header_fields_too_large","error":"Request header fields too large"}"#,
        "{what}"
    );
    assert_eq!(answer.field("content-type"), Some("application/json; charset=utf-8"), "{what}");
    assert_eq!(answer.field("connection"), Some("close"), "{what}");
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{what}");
}

#[tokio::test]
async fn heads_beyond_32_kib_or_100_fields_are_431() {
    let server = server().await;
    let frame = "GET /health/live HTTP/1.1\r\nHost: x\r\nA: \r\n\r\n".len();
    let of_bytes = |n: usize| format!("GET /health/live HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "b".repeat(n - frame));
    let target_of = |n: usize| format!("GET /login?{} HTTP/1.1\r\nHost: x\r\n\r\n", "b".repeat(n));
    let of_fields = |n: usize| format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(n - 1));
    for (request, what) in
        [(of_bytes(32 * KIB), "32 KiB"), (target_of(32_000), "a long query"), (of_fields(100), "100 fields")]
    {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        assert_eq!(statuses(&answers), [200, 200], "{what}: {answers:?}");
    }
    for (request, what) in [
        (of_bytes(32 * KIB + 1), "a byte more than 32 KiB"),
        (of_bytes(48 * KIB - 1), "48 KiB"),
        (target_of(32 * KIB), "a longer query"),
        (of_fields(101), "101 fields"),
        (of_fields(128), "128 fields"),
        (of_fields(101).replace("GET", "POST"), "101 fields of a change"),
    ] {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        assert_head_too_large(&answers, what);
    }
    // hyper itself refuses these: another body, but the same status, and the connection ends as well.
    for request in [of_bytes(300 * KIB), of_fields(1_000), of_fields(50_000)] {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        assert_eq!(statuses(&answers), [431], "{answers:?}");
    }
    // A head that never ends.
    let answers = exchange(server.port(), format!("GET /{}", "a".repeat(4_000 * KIB)).as_bytes()).await;
    assert!(matches!(statuses(&answers)[..], [431]), "{answers:?}");
}

#[tokio::test]
async fn the_page_for_too_many_cookies_says_what_to_do() {
    let server = server().await;
    let cookies = format!("a={}", "b".repeat(40_000));
    let request = server.client().get("/login").header("accept", "text/html").header("cookie", cookies);
    let page = send(request).await;
    assert_eq!(page.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert!(page.body.contains("<h1>Your browser sent too many cookies</h1>"), "{}", page.body);
    assert!(page.body.contains("Delete the cookies of this site"), "{}", page.body);
}

#[tokio::test]
async fn an_endless_body_is_413_and_reading_stops_soon() {
    let server = server().await;
    let mut connection = connect(server.port()).await;
    let head = post("/api/login", "Transfer-Encoding: chunked\r\n", "");
    connection.write_all(head.as_bytes()).await.expect("a server that listens");
    let megabyte = format!("100000\r\n{}\r\n", "x".repeat(KIB * KIB));
    let mut taken = 0;
    while connection.write_all(megabyte.as_bytes()).await.is_ok() {
        taken += 1;
        assert!(taken < 64, "the server discards up to 16 MiB, and socket buffers hold some more");
    }

    let byte_by_byte = post("/api/login", "Transfer-Encoding: chunked\r\n", &"1\r\nx\r\n".repeat(64 * KIB + 1));
    let answers = exchange(server.port(), format!("{byte_by_byte}0\r\n\r\n{LAST}").as_bytes()).await;
    assert_eq!(statuses(&answers), [413], "{answers:?}");
    assert_eq!(answers[0].code().as_deref(), Some("payload_too_large"));
}

#[tokio::test]
async fn a_compressed_body_is_415_and_never_unpacked() {
    let server = server().await;
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, identity", "identity, gzip"] {
        let request = server.client().submit("/api/login", Encoding::Json, &[]).header("content-encoding", coding);
        send(request).await.assert_error(415, "unsupported_media_type", "Unsupported media type");
    }
    let plain = server.client().submit("/api/login", Encoding::Json, &[]).header("content-encoding", "Identity");
    send(plain).await.assert_error(400, "invalid_username", "Invalid username");
}

#[tokio::test]
async fn deep_wide_and_long_bodies_are_malformed() {
    async fn login(server: &TestServer, content_type: &str, body: String) -> Reply {
        send(server.client().post("/api/login").header("content-type", content_type).body(body)).await
    }
    let server = server().await;
    let part =
        |name: &str, more: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\nx\r\n");
    let parts = |n: usize| (0..n).map(|i| part(&format!("f{i}"), "")).collect::<String>() + "--b--\r\n";
    let members = |n: usize| format!("{{{}}}", (0..n).map(|i| format!("\"f{i}\":1")).collect::<Vec<_>>().join(","));
    let pairs = |n: usize| (0..n).map(|i| format!("f{i}=x")).collect::<Vec<_>>().join("&");
    let nested = |n: usize| format!("{{\"username\":{}{}}}", "[".repeat(n), "]".repeat(n));
    let (json, form, multipart) =
        ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b");
    let long_number = format!("{{\"username\":1e{}}}", "9".repeat(60_000));
    for (content_type, body) in
        [(json, members(100)), (form, pairs(100)), (multipart, parts(100)), (json, nested(31)), (json, long_number)]
    {
        login(&server, content_type, body).await.assert_error(400, "invalid_username", "Invalid username");
    }
    let long = "n".repeat(257);
    for (content_type, body) in [
        (json, members(101)),
        (form, pairs(101)),
        (multipart, parts(101)),
        (json, format!("{{\"{long}\":1}}")),
        (form, format!("{long}=x")),
        (multipart, part(&long, "") + "--b--\r\n"),
        (json, nested(32)),
        (json, nested(30_000)),
        (json, "[".repeat(64 * KIB)),
        (json, "{\"a\":".repeat(10_000)),
        (form, "&=".repeat(30_000)),
        (multipart, "--b\r\n".repeat(13_000)),
        (multipart, part("a", &format!("; x=\"{}\"", "y".repeat(60_000)))),
        ("multipart/form-data; boundary=", part("a", "")),
        (&format!("multipart/form-data; boundary={}", "b".repeat(20_000)), part("a", "")),
    ] {
        let shown = &body[..body.len().min(40)];
        let reply = login(&server, content_type, body.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{content_type}: {shown}");
        reply.assert_error(400, "malformed_request", "Malformed request");
    }
}

#[tokio::test]
async fn abandoned_connections_do_not_disturb_the_server() {
    let server = server().await;
    for request in
        ["GET /log", "POST /api/login HTTP/1.1\r\nHost: x\r\n", &post("/api/login", "Content-Length: 99\r\n", "{")]
    {
        for _ in 0..50 {
            let mut connection = connect(server.port()).await;
            connection.write_all(request.as_bytes()).await.expect("a server");
        }
    }
    server.client().sign_up("alice", "correct horse").await;
}
