//! Request smuggling: requests that two parsers could read differently. Each goes over a connection on which another
//! request follows, so that a server that loses its place answers wrongly.

use super::wire::{LAST, exchange, post, statuses};
use crate::storage::places;
use crate::support::server::TestServer;

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

/// A valid chunked body and its header.
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const CHUNKS: &str = "2\r\n{}\r\n0\r\n\r\n";

/// Sends each request with another one after it, and asserts one 400 and no further response.
async fn assert_all_are_refused(requests: &[String]) {
    let server = server().await;
    for request in requests {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        let shown = &request[..request.floor_char_boundary(300)];
        assert_eq!(statuses(&answers), [400], "{shown:?}: {answers:?}");
        assert_eq!(answers[0].field("connection"), Some("close"), "{shown:?}");
    }
}

fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\n{fields}\r\n")
}

#[tokio::test]
async fn an_ambiguous_head_is_malformed_and_ends_the_connection() {
    let server = server().await;
    for request in [
        get("/login", ""),
        get("/login", "Host: x\r\nHost: x\r\n"),
        get("/login", "Host: x\r\nHost: evil.example\r\n"),
        get("/login", "Host: a/b\r\n"),
        get("/login", "Host: a@evil.example\r\n"),
        get("/login", "Host: \u{fc}\r\n"),
        get("http://evil.example/login", "Host: x\r\n"),
        get("http://x@evil.example/login", "Host: x\r\n"),
        get("http://evil.example@x/login", "Host: x\r\n"),
        get("ftp://x/login", "Host: x\r\n"),
        get("x:80", "Host: x\r\n"),
        get("login", "Host: x\r\n"),
        get("*", "Host: x\r\n"),
        "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        post("/api/login", "Transfer-Encoding: gzip, chunked\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
    ] {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        assert_eq!(statuses(&answers), [400], "{request:?}: {answers:?}");
        assert_eq!(answers[0].code().as_deref(), Some("malformed_request"), "{request:?}");
        assert_eq!(answers[0].field("connection"), Some("close"), "{request:?}");
    }
}

#[tokio::test]
async fn an_invalid_head_is_400_and_ends_the_connection() {
    assert_all_are_refused(&[
        // Field names, lines and separators (RFC 9112, 2.2, 5.1 and 5.2).
        get("/login", "Host: x\r\nA: b\r\n c\r\n"),
        get("/login", " Host: x\r\n"),
        get("/login", "Host : x\r\n"),
        get("/login", "Host: x\r\nrubbish\r\n"),
        get("/login", "Host: x\r\n: b\r\n"),
        get("/login", "Host: x\r\nA: b\0c\r\n"),
        get("/login", "Host: x\r\nA: b\rC: d\r\n"),
        get("/login", "Host: x\r\nA\u{fc}: b\r\n"),
        "GET  /login HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        "GET\t/login HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        "GET /login HTTP/1.1 \r\nHost: x\r\n\r\n".into(),
        "GET /login http/1.1\r\nHost: x\r\n\r\n".into(),
        "GET /login HTTP/2.0\r\nHost: x\r\n\r\n".into(),
        "GET /login\r\n\r\n".into(),
        "GET /lo gin HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        // Lengths (RFC 9112, 6.3).
        post("/api/login", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"),
        post("/api/login", "Content-Length: 2, 2\r\n", "{}"),
        post("/api/login", "Content-Length: +2\r\n", "{}"),
        post("/api/login", "Content-Length: -2\r\n", "{}"),
        post("/api/login", "Content-Length: 0x2\r\n", "{}"),
        post("/api/login", "Content-Length: 2 \t2\r\n", "{}"),
        post("/api/login", "Content-Length:\r\n", "{}"),
        post("/api/login", "Content-Length : 2\r\n", "{}"),
        post("/api/login", "Content-Length: 99999999999999999999\r\n", "{}"),
        // Codings (RFC 9112, 6.1).
        post("/api/login", "Transfer-Encoding: xchunked\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding: chunked, gzip\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding: \x0bchunked\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding : chunked\r\n", CHUNKS),
        post("/api/login", "Transfer-Encoding:\r\n", CHUNKS),
        post("/api/login", CHUNKED, CHUNKS).replace("HTTP/1.1", "HTTP/1.0"),
    ])
    .await;
}

#[tokio::test]
async fn invalid_chunks_are_malformed_and_end_the_connection() {
    let server = server().await;
    for body in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "2\n{}\n0\n\n",
        "2\r\n{}X0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "2;a\n=b\r\n{}\r\n0\r\n\r\n",
        &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(1_000_000)),
        &format!("{}0\r\n\r\n", format!("1;{}\r\n \r\n", "a".repeat(100)).repeat(10_000)),
        &format!("2\r\n{{}}\r\n0\r\n{}\r\n", "A: b\r\n".repeat(100_000)),
        &format!("2\r\n{{}}\r\n0\r\nA: {}\r\n\r\n", "b".repeat(100_000)),
    ] {
        let request = format!("{}{LAST}", post("/api/login", CHUNKED, body));
        let answers = exchange(server.port(), request.as_bytes()).await;
        let shown = &body[..body.len().min(60)];
        assert_eq!(statuses(&answers), [400], "{shown:?}: {answers:?}");
        assert_eq!(answers[0].code().as_deref(), Some("malformed_request"), "{shown:?}");
    }
}

#[tokio::test]
async fn chunked_wins_over_content_length_and_ends_the_connection() {
    let server = server().await;
    for fields in
        ["Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 999\r\n"]
    {
        let answers = exchange(server.port(), format!("{}{LAST}", post("/api/login", fields, CHUNKS)).as_bytes()).await;
        assert_eq!(statuses(&answers), [400], "{answers:?}");
        assert_eq!(answers[0].code().as_deref(), Some("invalid_username"), "the chunks were read: {answers:?}");
        assert_eq!(answers[0].field("connection"), Some("close"));
    }
}

#[tokio::test]
async fn unusual_but_valid_requests_leave_the_connection_usable() {
    let server = server().await;
    for (request, expected) in [
        (get("http://x/login", "Host: x\r\n"), 200),
        (get("/login", "Host:\t x \r\n"), 200),
        (format!("\r\n{}", get("/login", "Host: x\r\n")), 200),
        ("GET /login HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".into(), 200),
        (get("/login", "Host: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 200),
        ("TRACE /login HTTP/1.1\r\nHost: x\r\n\r\n".into(), 405),
        ("CONNECT /login HTTP/1.1\r\nHost: x\r\n\r\n".into(), 405),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".into(), 404),
        (post("/api/login", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400),
        (post("/api/login", CHUNKED, "2;a=b\r\n{}\r\n0;c\r\n\r\n"), 400),
        (post("/api/login", CHUNKED, "2\r\n{}\r\n0\r\nContent-Length: 999\r\nHost: evil.example\r\n\r\n"), 400),
    ] {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        assert_eq!(statuses(&answers), [expected, 200], "{request:?}: {answers:?}");
        assert!(expected != 400 || answers[0].code().as_deref() == Some("invalid_username"), "{answers:?}");
    }
    let answers = exchange(server.port(), format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{LAST}").as_bytes()).await;
    assert_eq!(statuses(&answers), [0; 0], "HTTP/2 is not spoken");
}

#[tokio::test]
async fn a_request_in_the_body_of_a_refused_one_is_never_executed() {
    let server = server().await;
    let credentials = r#"{"username": "smuggled", "password": "correct horse"}"#;
    let smuggled = post("/api/signup", &format!("Content-Length: {}\r\n", credentials.len()), credentials);
    let length = format!("Content-Length: {}\r\n", smuggled.len());
    let chunks = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    let body = |request: String| format!("{request}{smuggled}");
    let requests = [
        // Refused because of the head, on routes that read no body and on routes that do.
        (body(post("/api/login", &format!("{length}Origin: https://evil.example\r\n"), "")), 403),
        (body(post("/api/login", &length, "").replace("application/json", "text/plain")), 415),
        (body(post("/api/login", &length, "").replace("Host: x", "Host: x/y")), 400),
        (body(post("/nowhere", &length, "")), 404),
        (body(post("/login", &length, "")), 405),
        (body(post("/api/logout", &length, "")), 401),
        (body(post("/api/login", &length, "")), 400),
        (body(get("/login", &format!("Host: x\r\n{length}"))), 200),
        (post("/api/login", CHUNKED, &chunks), 400),
        (post("/nowhere", CHUNKED, &chunks), 404),
        (format!("{}{chunks}", get("/login", &format!("Host: x\r\n{CHUNKED}"))), 200),
        (post("/api/login", &format!("{CHUNKED}Origin: https://evil.example\r\n"), &chunks), 403),
    ];
    for (request, expected) in requests {
        let answers = exchange(server.port(), format!("{request}{LAST}").as_bytes()).await;
        let found = statuses(&answers);
        assert!(found == [expected, 200] || found == [expected], "{request:?}: {answers:?}");
    }
    let too_large = post("/api/login", "Content-Length: 70000\r\n", &smuggled.repeat(70_000 / smuggled.len() + 1));
    assert_eq!(statuses(&exchange(server.port(), too_large.as_bytes()).await), [413]);
    let too_large = format!("{:x}\r\n{}\r\n0\r\n\r\n", smuggled.len() * 600, smuggled.repeat(600));
    let too_large = post("/api/login", CHUNKED, &too_large) + &smuggled;
    assert_eq!(statuses(&exchange(server.port(), too_large.as_bytes()).await), [413]);
    assert_eq!(server.place.count("users").await, 0);
}

#[tokio::test]
async fn a_refusal_before_the_body_ends_the_connection() {
    let server = server().await;
    for (path, fields, expected) in [
        ("/api/login", "Content-Length: 70000\r\n", 413),
        ("/api/login", "Content-Length: 2\r\nOrigin: https://evil.example\r\n", 403),
        ("/nowhere", "Content-Length: 2\r\n", 404),
        ("/login", "Content-Length: 2\r\n", 405),
        ("/api/logout", "Content-Length: 2\r\n", 401),
    ] {
        // Instead of the body, the client sends its next request.
        let request = post(path, &format!("{fields}Expect: 100-continue\r\n"), LAST);
        let answers = exchange(server.port(), request.as_bytes()).await;
        assert_eq!(statuses(&answers), [expected], "{request:?}: {answers:?}");
        assert_eq!(answers[0].field("connection"), Some("close"), "{request:?}");
    }
}
