//! Passwords and tokens, looked for wherever this server writes anything.

use reqwest::StatusCode;
use rustix::process::Signal;

use crate::process::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};

const PASSWORD: &str = "correct-horse-battery-staple";
/// A password in the field of the username, where a person is in a hurry.
const MISTYPED: &str = "typed-by-mistake";
const GUESSED: &str = "guessed-wrongly";

#[tokio::test]
async fn no_password_and_no_token_is_in_the_store_or_in_the_fullest_log() {
    for format in ["text", "json"] {
        let place = places::sqlite().await.expect("SQLite is everywhere");
        let store = format!("--database-url={}", place.url);
        let flags = ["--log=trace", &format!("--log-format={format}"), &store];
        let mut program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
        let client = program.client();
        let (secrets, stored) = program
            .log_during(async {
                let mut secrets = enter_in_every_way(&client).await;
                be_refused_in_every_way(&client, &secrets[0]).await;
                let of_recovery = recover_in_every_way(&client).await;
                let before = place.dump().await;
                // A store that fails, whose cause is logged: asked for a session that nobody asked for yet.
                place.run(place.rubbish[0]).await;
                let unasked = secrets.last().expect("a token");
                let reply = send(client.get("/api/session").bearer_auth(unasked)).await;
                assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
                let fields = [("username", "user-0"), ("password", PASSWORD)];
                let reply = send(client.submit("/api/login", Encoding::Json, &fields)).await;
                assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
                secrets.extend(of_recovery);
                secrets.extend([PASSWORD, MISTYPED, GUESSED].map(str::to_owned));
                (secrets, before + &place.dump().await)
            })
            .await;
        program.signal(Signal::TERM);
        let (_, _, log) = program.end().await;
        let log = log.join("\n");
        for expected in [
            "sign_up",
            "log_in",
            "log_out",
            "account_recovered",
            "recovery_failed",
            "incorrect_credentials",
            "cross_origin",
            "unknown",
            "answered",
        ] {
            assert!(log.contains(expected), "{expected} is in the log");
        }
        assert!(stored.contains("user-0") && stored.contains("$argon2id$"), "the store was read");
        for secret in &secrets {
            assert!(!log.contains(secret.as_str()), "{secret} in the log");
            assert!(!stored.contains(secret.as_str()), "{secret} in the store");
        }
        assert!(!log.contains("$argon2id$"), "no hash either");
    }
}

/// Signs up and in with every encoding and transport, and returns the tokens.
async fn enter_in_every_way(client: &Client) -> Vec<String> {
    let mut tokens = Vec::new();
    for (n, encoding) in Encoding::ALL.into_iter().enumerate() {
        for (m, transport) in ["cookie", "bearer"].into_iter().enumerate() {
            let username = format!("user-{}", 2 * n + m);
            for path in ["/api/signup", "/api/login"] {
                let fields = [("username", &*username), ("password", PASSWORD), ("transport", transport)];
                let reply = send(client.submit(path, encoding, &fields)).await;
                assert!(reply.status.is_success() || reply.status.is_redirection(), "{}", reply.body);
                let token = reply.cookie_value().or_else(|| Some(reply.json()["token"].as_str()?.to_owned()));
                tokens.push(token.expect("a token"));
            }
        }
    }
    tokens
}

/// Makes recovery codes and uses some of them up, rightly and wrongly, and returns the codes and the tokens.
async fn recover_in_every_way(client: &Client) -> Vec<String> {
    let token = client.sign_up("forgetful", PASSWORD).await;
    let made = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await;
    let codes = made.json()["codes"].as_array().expect("codes").clone();
    let codes: Vec<String> = codes.iter().map(|code| code.as_str().expect("a text").to_owned()).collect();
    let mut secrets = vec![token];
    for (code, encoding) in codes.iter().zip(Encoding::ALL) {
        for username in ["forgetful", "forgetful", "user-0"] {
            let fields = [("username", username), ("code", code), ("newPassword", PASSWORD)];
            let reply = send(client.submit("/api/recover", encoding, &fields)).await;
            assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", reply.body);
            secrets.extend(reply.cookie_value());
        }
        // A code in the field of the username, where a person is in a hurry.
        let fields = [("username", code.as_str()), ("code", "forgetful"), ("newPassword", GUESSED)];
        assert_eq!(send(client.submit("/api/recover", encoding, &fields)).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(secrets.len(), 1 + 3, "each code let in once");
    for code in codes {
        secrets.push(code.replace('-', ""));
        secrets.push(code);
    }
    secrets
}

/// Has every kind of request refused that may carry a password or a token, and signs out in the end.
async fn be_refused_in_every_way(client: &Client, token: &str) {
    for encoding in Encoding::ALL {
        for (path, username, password) in [
            ("/api/login", MISTYPED, PASSWORD),
            ("/api/login", "user-0", GUESSED),
            ("/api/signup", "user-0", PASSWORD),
            ("/api/signup", MISTYPED, MISTYPED),
        ] {
            let reply = send(client.submit(path, encoding, &[("username", username), ("password", password)])).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.body);
        }
    }
    let unreadable = format!(r#"{{"username": "alice", "password": "{PASSWORD}%""#);
    for content_type in
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain"]
    {
        let request = client.post("/api/login").header("content-type", content_type).body(unreadable.clone());
        assert!(send(request).await.status.is_client_error(), "{content_type}");
    }
    // Where tokens and passwords have no business being.
    for path in [format!("/api/session?token={token}"), format!("/login?auth_session={token}&password={PASSWORD}")] {
        send(client.get(&path).header("cookie", cookie(token))).await;
    }
    let too_large = client.get("/").header("cookie", format!("{}; {}", cookie(token), "x".repeat(33_000)));
    assert_eq!(send(too_large).await.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let from_elsewhere = client.post("/api/logout").header("origin", "https://evil.example");
    assert_eq!(send(from_elsewhere.header("cookie", cookie(token))).await.status, StatusCode::FORBIDDEN);
    let another = client.log_in("user-1", PASSWORD).await.expect("let in");
    assert_eq!(send(client.post("/api/logout").bearer_auth(another)).await.status, StatusCode::NO_CONTENT);
}
