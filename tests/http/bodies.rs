//! What bodies may be: their types, their size, and what of them does not parse.

use reqwest::StatusCode;

use crate::storage::places;
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

const PATHS: [&str; 2] = ["/api/signup", "/api/login"];

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let server = server().await;
    for path in ["/api/signup", "/api/login", "/api/logout"] {
        for content_type in
            ["text/plain", "application/xml", "multipart/mixed; boundary=x", "application/octet-stream", "json", ""]
        {
            let request =
                server.client().post(path).header("content-type", content_type).body(r#"{"username":"alice"}"#);
            send(request).await.assert_error(415, "unsupported_media_type", "Unsupported media type");
        }
        let untyped = server.client().post(path).body("username=alice");
        send(untyped).await.assert_error(415, "unsupported_media_type", "Unsupported media type");
    }
}

/// Clients name a type for a body that they do not send, and send `null` for a value that they do not have.
#[tokio::test]
async fn no_body_needs_no_type_and_null_is_a_missing_field() {
    let server = server().await;
    let client = server.client();
    for (content_type, body) in [
        ("application/octet-stream", ""),
        ("text/plain;charset=UTF-8", ""),
        ("rubbish", ""),
        ("application/json", "null"),
        ("application/json", "\u{feff}"),
        ("application/json", "\u{feff}{}"),
        ("application/json", r#"{"next": null}"#),
    ] {
        let token = client.sign_up("alice", PASSWORD).await;
        let request = client.post("/api/logout").header("content-type", content_type).body(body);
        let reply = send(request.header("cookie", cookie(&token)).header("accept", "application/json")).await;
        assert_eq!(reply.status.as_u16(), 204, "{content_type} {body:?}: {}", reply.body);
        assert_eq!(client.session(&token).await.status.as_u16(), 401);
        let delete = client.submit("/api/account/delete", Encoding::Json, &[("password", PASSWORD)]);
        let token = client.log_in("alice", PASSWORD).await.expect("signed in");
        assert_eq!(send(delete.header("cookie", cookie(&token))).await.status.as_u16(), 204);
    }
    let mut chunked = b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n".to_vec();
    chunked.extend(b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n");
    let answer = client.raw(&chunked).await;
    assert!(answer.contains("invalid_username"), "{answer}");
    let body = r#"{"username": "alice", "password": "correct horse", "transport": null, "next": null}"#;
    let sign_up = client.post("/api/signup").header("content-type", "application/json").body(format!("\u{feff}{body}"));
    assert_eq!(send(sign_up).await.status.as_u16(), 201);
}

#[tokio::test]
async fn a_body_that_does_not_parse_or_repeats_a_field_is_malformed() {
    let server = server().await;
    let part = "--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nalice\r\n";
    let repeated_part = format!("{part}{part}--b--\r\n");
    let bodies: [(&str, &[u8]); 12] = [
        ("application/json", b"{"),
        ("application/json", b"[\"username\"]"),
        ("application/json", br#"{"username": "a", "username": "b"}"#),
        ("application/json", br#"{"username": "\ud800"}"#),
        ("application/json", b"{\"username\": \"\xff\"}"),
        ("application/x-www-form-urlencoded", b"username=a&username=b"),
        ("application/x-www-form-urlencoded", b"username=%ff"),
        ("application/x-www-form-urlencoded", b"username=%4"),
        ("multipart/form-data; boundary=b", repeated_part.as_bytes()),
        ("multipart/form-data; boundary=b", part.as_bytes()),
        ("multipart/form-data; boundary=c", repeated_part.as_bytes()),
        ("multipart/form-data", repeated_part.as_bytes()),
    ];
    for path in PATHS {
        for (content_type, body) in bodies {
            let reply = send(server.client().post(path).header("content-type", content_type).body(body.to_vec())).await;
            reply.assert_error(400, "malformed_request", "Malformed request");
        }
    }
}

#[tokio::test]
async fn a_body_has_at_most_64_kib_counted_as_it_comes() {
    let server = server().await;
    let body_of = |bytes: usize| {
        let frame = r#"{"username":"alice","password":"x","more":""}"#;
        frame.replace(r#""more":"""#, &format!(r#""more":"{}""#, "x".repeat(bytes - frame.len())))
    };
    let as_json = |body: reqwest::Body| {
        send(server.client().post("/api/login").header("content-type", "application/json").body(body))
    };
    let fits = as_json(body_of(65_536).into()).await;
    fits.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    as_json(body_of(65_537).into()).await.assert_error(413, "payload_too_large", "Payload too large");

    as_json(body_of(5_000_000).into()).await.assert_error(413, "payload_too_large", "Payload too large");

    let mut chunked = b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    let body = body_of(65_537);
    for chunk in body.as_bytes().chunks(10_000) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    let answer = server.client().raw(&chunked).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn more_fields_than_asked_for_are_let_pass() {
    let server = server().await;
    for (n, encoding) in Encoding::ALL.into_iter().enumerate() {
        let username = format!("extra-{n}");
        let fields = [("username", username.as_str()), ("password", "correct horse"), ("remember", "1")];
        let reply = send(server.client().submit("/api/signup", encoding, &fields)).await;
        assert!(matches!(reply.status, StatusCode::FOUND | StatusCode::CREATED), "{}", reply.body);
    }
}

#[tokio::test]
async fn no_bytes_are_an_internal_error() {
    let server = server().await;
    for request in [
        &b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"[..],
        b"GET /%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /login?next=%ff%fe&next=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: \xff\r\nCookie: \xff=\xfe; auth_session=\xff\r\nConnection: close\r\n\r\n",
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nOrigin: \xff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: \xff\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx",
        b"GET /api/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"rubbish\r\n\r\n",
    ] {
        let answer = server.client().raw(request).await;
        let shown = String::from_utf8_lossy(request);
        assert!(answer.starts_with("HTTP/1.1 "), "{shown}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{shown}: {answer}");
    }
}
