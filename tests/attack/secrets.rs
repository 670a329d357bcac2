//! Passwords and tokens must not be in anything that the server writes.

use reqwest::StatusCode;
use rustix::process::Signal;

use crate::process::program::Program;
use crate::storage::places;
use crate::support::client::{Client, Encoding, cookie, send};

const PASSWORD: &str = "correct-horse-battery-staple";
/// A password that a user typed into the username field by mistake.
const MISTYPED: &str = "typed-by-mistake";
const GUESSED: &str = "guessed-wrongly";

#[tokio::test]
async fn passwords_and_tokens_are_in_no_log_and_no_store() {
    for format in ["text", "json"] {
        let place = places::sqlite().await.expect("SQLite is everywhere");
        let store = format!("--database-url={}", place.url);
        let flags = ["--log=trace", &format!("--log-format={format}"), &store];
        let mut program = Program::start_in(tempfile::tempdir().expect("a folder"), &flags, &[]).await;
        let client = program.client();
        let (secrets, stored) = program
            .log_during(async {
                let mut secrets = sign_up_and_log_in(&client).await;
                send_refused_requests(&client, &secrets[0]).await;
                let of_recovery = recover_accounts(&client).await;
                let before = place.dump().await;
                // A failing store, whose error is logged. This token is not in the server's cache yet.
                place.run(place.rubbish[0]).await;
                let uncached = secrets.last().expect("a token");
                let reply = send(client.get("/api/session").bearer_auth(uncached)).await;
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
        assert!(!log.contains("$argon2id$"), "no password hash is in the log");
    }
}

/// Signs up and logs in with every encoding and transport, and returns the tokens.
async fn sign_up_and_log_in(client: &Client) -> Vec<String> {
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

/// Issues recovery codes, uses some of them correctly and incorrectly, and returns the codes and the tokens.
async fn recover_accounts(client: &Client) -> Vec<String> {
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
        // A code that a user typed into the username field by mistake.
        let fields = [("username", code.as_str()), ("code", "forgetful"), ("newPassword", GUESSED)];
        assert_eq!(send(client.submit("/api/recover", encoding, &fields)).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(secrets.len(), 1 + 3, "each code opens one session");
    for code in codes {
        secrets.push(code.replace('-', ""));
        secrets.push(code);
    }
    secrets
}

/// Sends requests with passwords or tokens that are refused for every kind of reason, and logs out at the end.
async fn send_refused_requests(client: &Client, token: &str) {
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
    // Tokens and passwords where they do not belong.
    for path in [format!("/api/session?token={token}"), format!("/login?auth_session={token}&password={PASSWORD}")] {
        send(client.get(&path).header("cookie", cookie(token))).await;
    }
    let too_large = client.get("/").header("cookie", format!("{}; {}", cookie(token), "x".repeat(33_000)));
    assert_eq!(send(too_large).await.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let cross_origin = client.post("/api/logout").header("origin", "https://evil.example");
    assert_eq!(send(cross_origin.header("cookie", cookie(token))).await.status, StatusCode::FORBIDDEN);
    let another = client.log_in("user-1", PASSWORD).await.expect("a successful login");
    assert_eq!(send(client.post("/api/logout").bearer_auth(another)).await.status, StatusCode::NO_CONTENT);
}
