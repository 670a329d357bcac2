//! Invalid UTF-8 and unusual Unicode text, on every store.

use reqwest::StatusCode;

use super::wire::{exchange, statuses};
use crate::storage::places;
use crate::support::client::{Client, Encoding, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

async fn servers() -> Vec<TestServer> {
    let mut servers = Vec::new();
    for place in [places::sqlite().await, places::postgres().await].into_iter().flatten() {
        servers.push(TestServer::start(place).await);
    }
    servers
}

#[tokio::test]
async fn invalid_text_anywhere_in_a_body_is_malformed() {
    /// Invalid UTF-8: a lone byte, a truncated one, overlong, a surrogate, a pair, beyond the last code point.
    const NO_TEXT: [&[u8]; 6] =
        [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xf4\x90\x80\x80"];
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let post = async |content_type: &str, body: Vec<u8>| {
        for path in ["/api/signup", "/api/login"] {
            let request = server.client().post(path).header("content-type", content_type).body(body.clone());
            send(request).await.assert_error(400, "malformed_request", "Malformed request");
        }
    };
    let (form, multipart) = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b");
    for bytes in NO_TEXT {
        let escaped = bytes.iter().fold(String::new(), |text, byte| text + &format!("%{byte:02x}"));
        post(form, format!("username={escaped}").into()).await;
        post(form, format!("{escaped}=alice").into()).await;
        post(form, [b"username=", bytes].concat()).await;
        post("application/json", [b"{\"username\":\"", bytes, b"\"}"].concat()).await;
        post("application/json", [b"{\"", bytes, b"\":\"alice\"}"].concat()).await;
        let part = &b"--b\r\nContent-Disposition: form-data; name=\""[..];
        post(multipart, [part, b"username\"\r\n\r\n", bytes, b"\r\n--b--\r\n"].concat()).await;
        post(multipart, [part, bytes, b"\"\r\n\r\nalice\r\n--b--\r\n"].concat()).await;
    }
    for escape in
        ["\\ud800", "\\udc00", "\\ude00\\ud83d", "\\ud83d\\ud83d", "\\ud83dx", "\\u12", "\\u{41}", "\\x41", "\u{1}"]
    {
        post("application/json", format!(r#"{{"username":"{escape}","password":"{PASSWORD}"}}"#).into()).await;
        post("application/json", format!(r#"{{"{escape}":"x"}}"#).into()).await;
    }
    for escape in ["%", "%4", "%zz", "%-1", "%+1", "%u0041", "a%"] {
        post(form, format!("username={escape}").into()).await;
        post(form, format!("{escape}=alice").into()).await;
    }
    post("application/json", b"\xef\xbb\xbf\xef\xbb\xbf{\"username\":\"alice\"}".to_vec()).await;
    let utf_16: Vec<u8> = r#"{"username":"alice"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    post("application/json; charset=utf-16", utf_16).await;
}

#[tokio::test]
async fn invalid_text_in_a_head_never_causes_a_server_error() {
    let server = TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await;
    let bad: [&[u8]; 5] = [b"%ff", b"%c0%af", b"%", b"%zz", b"%00"];
    for escape in bad {
        for (before, after) in [
            (&b"GET /"[..], &b" HTTP/1.1\r\n"[..]),
            (b"GET /assets/", b" HTTP/1.1\r\n"),
            (b"POST /api/", b" HTTP/1.1\r\nContent-Length: 0\r\n"),
            (b"GET /login?next=/", b" HTTP/1.1\r\n"),
            (b"GET /signup?", b"=x HTTP/1.1\r\n"),
            (b"GET /login HTTP/1.1\r\nCookie: auth_session=", b"\r\n"),
            (b"GET /api/session HTTP/1.1\r\nAuthorization: Bearer ", b"\r\n"),
            (b"GET /api/session HTTP/1.1\r\nAccept: text/html;q=", b"\r\n"),
        ] {
            let request = [before, escape, after, b"Host: x\r\nConnection: close\r\n\r\n"].concat();
            let answers = exchange(server.port(), &request).await;
            let shown = String::from_utf8_lossy(&request).into_owned();
            assert_eq!(answers.len(), 1, "{shown}");
            assert!((200..500).contains(&statuses(&answers)[0]), "{shown}: {answers:?}");
        }
    }
    // Paths are compared as sent, without decoding or normalisation.
    for path in
        ["/%6cogin", "/api%2flogin", "/login%00", "/login%2f", "/login;x", "/./login", "/x/../login", "/\u{ff0f}login"]
    {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_eq!(statuses(&exchange(server.port(), request.as_bytes()).await), [404], "{path}");
    }
}

async fn enter(client: &Client, path: &str, username: &str, password: &str) -> StatusCode {
    send(client.submit(path, Encoding::Json, &[("username", username), ("password", password)])).await.status
}

#[tokio::test]
async fn every_store_handles_unusual_unicode_text() {
    for server in servers().await {
        let client = server.client();
        let strange = [
            "al\0ice",
            "\0\0\0\0",
            "\u{ffff}\u{fffe}\u{10ffff}\u{fdd0}",
            "\u{e000}\u{e001}\u{f0000}\u{100000}",
            "\u{202e}\u{202d}\u{2066}\u{200b}",
            "\u{feff}alice",
            "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
            "\u{85}\u{2028}\u{2029}\u{c}",
        ];
        for text in strange {
            for (username, password) in [(text, PASSWORD), ("alice", text), (text, text)] {
                let status = enter(&client, "/api/login", username, password).await;
                assert_eq!(status, StatusCode::BAD_REQUEST, "{username:?} {password:?} on {}", server.place.url);
            }
            let status = enter(&client, "/api/signup", text, PASSWORD).await;
            assert!(matches!(status, StatusCode::BAD_REQUEST | StatusCode::CREATED), "{text:?}: {status}");
        }
        // A password may contain all of these, and is compared exactly.
        for (n, text) in strange.into_iter().enumerate() {
            let (username, password) = (format!("user-{n}"), format!("{text} and more"));
            assert_eq!(enter(&client, "/api/signup", &username, &password).await, StatusCode::CREATED, "{text:?}");
            assert_eq!(enter(&client, "/api/login", &username, &password).await, StatusCode::OK, "{text:?}");
            let other = password.replace('m', "M");
            assert_eq!(enter(&client, "/api/login", &username, &other).await, StatusCode::BAD_REQUEST, "{text:?}");
        }
    }
}

#[tokio::test]
async fn a_character_that_normalises_to_eighteen_counts_as_one() {
    const EXPANDS: &str = "\u{fdfa}";
    for server in servers().await {
        let client = server.client();
        let (username, password) = (EXPANDS.repeat(31), EXPANDS.repeat(255));
        assert_eq!(enter(&client, "/api/signup", &username, &password).await, StatusCode::CREATED);
        assert_eq!(enter(&client, "/api/login", &username, &password).await, StatusCode::OK);
        for (username, password) in [(EXPANDS.repeat(32), password.clone()), (username, EXPANDS.repeat(256))] {
            assert_eq!(enter(&client, "/api/signup", &username, &password).await, StatusCode::BAD_REQUEST);
        }
    }
}
