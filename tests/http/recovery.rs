//! Recovery codes: made, counted, used once, and what they tell a stranger, which is nothing.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

/// The time after which a session alone makes no codes.
const FRESH: Duration = Duration::from_mins(10);

fn with(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.header("cookie", cookie(token))
}

/// Asks for new codes.
async fn ask(client: &Client, token: &str, fields: &[(&str, &str)]) -> Reply {
    send(with(client.submit("/api/recovery-codes", Encoding::Json, fields), token)).await
}

fn codes_in(reply: &Reply) -> Vec<String> {
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, Some("no-store")), "{}", reply.body);
    let codes = reply.json()["codes"].as_array().expect("codes").clone();
    assert_eq!(codes.len(), 10, "{}", reply.body);
    codes.iter().map(|code| code.as_str().expect("a text").to_owned()).collect()
}

async fn left(client: &Client, token: &str) -> Value {
    let reply = send(with(client.get("/api/recovery-codes"), token)).await;
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, Some("no-store")), "{}", reply.body);
    reply.json()
}

async fn recover(client: &Client, username: &str, code: &str, new_password: &str) -> Reply {
    let fields = [("username", username), ("code", code), ("newPassword", new_password)];
    send(client.submit("/api/recover", Encoding::Json, &fields)).await
}

#[track_caller]
fn assert_incorrect(reply: &Reply) {
    reply.assert_error(400, "incorrect_recovery_code", "Incorrect username or recovery code");
}

/// A user with codes.
async fn with_codes(client: &Client, username: &str) -> (String, Vec<String>) {
    let token = client.sign_up(username, PASSWORD).await;
    let codes = codes_in(&ask(client, &token, &[]).await);
    (token, codes)
}

pub async fn a_new_user_makes_ten_codes_by_the_session_alone(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    assert_eq!(left(&client, &token).await, json!({"left": 0, "createdAt": null}));
    server.clock.advance(FRESH.saturating_sub(Duration::from_millis(1)));
    let codes = codes_in(&ask(&client, &token, &[]).await);
    assert_eq!(codes.iter().collect::<std::collections::HashSet<_>>().len(), 10, "{codes:?}");
    for code in &codes {
        let groups: Vec<&str> = code.split('-').collect();
        let digit = |c: char| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c);
        assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{code}");
        assert!(groups.concat().chars().all(digit), "{code}");
    }
    let counted = left(&client, &token).await;
    assert_eq!(counted["left"], 10);
    assert!(counted["createdAt"].as_str().is_some_and(|instant| instant.ends_with('Z')), "{counted}");
    let stranger = send(client.post("/api/recovery-codes")).await;
    stranger.assert_error(401, "unauthenticated", "Unauthenticated");
}

pub async fn codes_that_are_there_or_an_older_session_take_the_password(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (token, first) = with_codes(&client, "alice").await;
    let again = ask(&client, &token, &[]).await;
    again.assert_error(400, "invalid_password", "Invalid password");
    assert!(again.json()["detail"].as_str().is_some_and(|detail| detail.contains("password")));
    for wrong in [json!({"password": 1}), json!({"password": null}), json!({"password": ""})] {
        let reply = send(with(client.post("/api/recovery-codes").json(&wrong), &token)).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
    }
    let wrong = ask(&client, &token, &[("password", "wrong horse")]).await;
    wrong.assert_error(400, "incorrect_password", "Incorrect password");
    assert_eq!(left(&client, &token).await["left"], 10);

    let second = codes_in(&ask(&client, &token, &[("password", PASSWORD)]).await);
    assert!(second.iter().all(|code| !first.contains(code)));
    assert_incorrect(&recover(&client, "alice", &first[0], NEW_PASSWORD).await);
    assert_eq!(recover(&client, "alice", &second[0], NEW_PASSWORD).await.status, StatusCode::OK);

    client.sign_up("carol", PASSWORD).await;
    server.clock.advance(Duration::from_millis(1));
    let login = client.log_in("carol", PASSWORD).await.expect("signed in");
    ask(&client, &login, &[]).await.assert_error(400, "invalid_password", "Invalid password");

    let late = client.sign_up("bobby", PASSWORD).await;
    server.clock.advance(FRESH);
    ask(&client, &late, &[]).await.assert_error(400, "invalid_password", "Invalid password");
    for (encoding, accept) in [(Encoding::Urlencoded, "application/json"), (Encoding::Multipart, "*/*")] {
        let request = client.submit("/api/recovery-codes", encoding, &[("password", PASSWORD)]);
        assert_eq!(codes_in(&send(with(request.header("accept", accept), &late)).await).len(), 10, "{encoding:?}");
    }
    let bearer = client.submit("/api/recovery-codes", Encoding::Json, &[("password", PASSWORD)]).bearer_auth(&late);
    assert_eq!(codes_in(&send(bearer).await).len(), 10);
}

pub async fn a_browser_gets_its_codes_as_a_page_and_its_errors_beside_the_form(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let ask = async |fields: &[(&str, &str)]| {
        let form = client.submit("/api/recovery-codes", Encoding::Urlencoded, fields).header("accept", "text/html");
        send(with(form, &token)).await
    };
    let offered = send(with(client.get("/").header("accept", "text/html"), &token)).await.body;
    assert!(offered.contains("Get recovery codes") && offered.contains(r#"href="/?later""#), "{offered}");
    let page = ask(&[]).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, Some("text/html; charset=utf-8")));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let codes: Vec<&str> = page.body.split("<code>").skip(1).map(|rest| &rest[..19]).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    let account = send(with(client.get("/account").header("accept", "text/html"), &token)).await.body;
    let profile = send(with(client.get("/").header("accept", "text/html"), &token)).await.body;
    assert!(account.contains("You have 10 of 10 recovery codes left."), "{account}");
    assert!(!profile.contains("Get recovery codes"), "{profile}");
    assert!(codes.iter().all(|code| !profile.contains(code) && !account.contains(code)), "they are shown once");

    for (fields, message) in [
        (&[][..], "Enter your current password to create recovery codes."),
        (&[("password", "wrong horse")], "Incorrect password."),
    ] {
        let page = ask(fields).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        let beside = format!(r#"id="codes-password-error" role="alert">{message}"#);
        assert!(page.body.contains("<h1>Recovery codes</h1>") && page.body.contains(&beside), "{}", page.body);
    }
    let bearer = client.post("/api/recovery-codes").bearer_auth(&token).header("accept", "text/html");
    send(bearer).await.assert_error(400, "invalid_password", "Invalid password");
    assert_eq!(recover(&client, "alice", codes[0], NEW_PASSWORD).await.status, StatusCode::OK);
}

pub async fn of_racing_askers_without_a_password_one_gets_the_codes_that_work(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let replies = join_all((0..10).map(|_| ask(&client, &token, &[]))).await;
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == StatusCode::OK).collect();
    assert_eq!(won.len(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 400)), "{replies:?}");
    let codes = codes_in(won[0]);
    assert_eq!(recover(&client, "alice", &codes[9], NEW_PASSWORD).await.status, StatusCode::OK);
}

pub async fn a_code_ends_every_session_and_opens_one_with_a_new_password(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (first, codes) = with_codes(&client, "Alice").await;
    let second = client.log_in("alice", PASSWORD).await.expect("let in");
    let bobby = client.sign_up("bobby", PASSWORD).await;

    let fields = [("username", "ALICE"), ("code", codes[3].as_str()), ("newPassword", NEW_PASSWORD)];
    let reply = send(with(client.submit("/api/recover", Encoding::Json, &fields), &bobby)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let json = reply.json();
    assert_eq!((&json["user"]["username"], &json["recoveryCodesLeft"]), (&json!("Alice"), &json!(9)));
    assert_eq!((&json["state"], &json["token"]), (&json!("active"), &Value::Null));
    for ended in [&first, &second, &bobby] {
        assert_eq!(client.session(ended).await.status, StatusCode::UNAUTHORIZED, "also the one that came along");
    }
    let token = reply.cookie_value().expect("a session cookie");
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert_eq!(client.session(&token).await.json()["recoveryCodesLeft"], Value::Null);
    assert!(client.log_in("alice", PASSWORD).await.is_none());
    assert!(client.log_in("alice", NEW_PASSWORD).await.is_some());
    assert_eq!(left(&client, &token).await["left"], 9);

    assert_incorrect(&recover(&client, "alice", &codes[3], "another password").await);
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "nothing ended");
}

pub async fn a_code_is_read_as_people_type_it_in_any_encoding(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (_, codes) = with_codes(&client, "alice").await;
    let typed: [fn(&str) -> String; 4] = [
        |code| code.to_lowercase(),
        |code| format!("  {} \n", code.replace('-', " ")),
        |code| code.replace('-', "").replace('0', "o").replace('1', "I"),
        |code| code.to_lowercase().replace('-', "\u{2013}").replace('1', "l").replace('0', "O"),
    ];
    for (code, (typed, encoding)) in codes.iter().zip(typed.iter().zip(Encoding::ALL.into_iter().cycle())) {
        let fields = [("username", "alice"), ("code", &typed(code)), ("newPassword", NEW_PASSWORD)];
        let request = client.submit("/api/recover", encoding, &fields).header("accept", "application/json");
        assert_eq!(send(request).await.status, StatusCode::OK, "{}", typed(code));
    }
    for (code, encoding) in codes[4..].iter().zip([Encoding::Urlencoded, Encoding::Multipart]) {
        let fields = [("username", "alice"), ("code", code), ("newPassword", PASSWORD), ("next", "/docs")];
        let reply = send(client.submit("/api/recover", encoding, &fields).header("accept", "*/*")).await;
        reply.assert_redirect("/docs");
        assert!(reply.cookie_value().is_some());
    }
    let fields =
        [("username", "alice"), ("code", &codes[6]), ("newPassword", PASSWORD), ("next", "https://evil.example")];
    let page = client.submit("/api/recover", Encoding::Urlencoded, &fields).header("accept", "text/html");
    send(page).await.assert_redirect("/account?done=recovered");
    let fields = [("username", "alice"), ("code", &codes[7]), ("newPassword", PASSWORD), ("transport", "bearer")];
    let bearer = send(client.submit("/api/recover", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    assert_eq!((bearer.status, bearer.set_cookie()), (StatusCode::OK, None), "{}", bearer.body);
    assert_eq!(bearer.json()["recoveryCodesLeft"], 2);
    let session = send(client.get("/api/session").bearer_auth(bearer.json()["token"].as_str().expect("a token"))).await;
    assert_eq!(session.status, StatusCode::OK);
}

pub async fn the_fields_of_a_recovery_are_judged_in_their_order(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (token, codes) = with_codes(&client, "alice-k").await;
    let code = codes[0].as_str();
    let code_field = ("incorrect_recovery_code", "Incorrect username or recovery code");
    let (username, password) = (("invalid_username", "Invalid username"), ("invalid_password", "Invalid password"));
    for (body, (error_code, error)) in [
        (json!({}), username),
        (json!({"username": "", "code": "x", "newPassword": "x"}), username),
        (json!({"username": ["alice-k"], "code": code, "newPassword": NEW_PASSWORD}), username),
        (json!({"username": "a".repeat(32), "code": code, "newPassword": NEW_PASSWORD}), username),
        (json!({"username": "alice-k"}), code_field),
        (json!({"username": "alice-k", "code": 7, "newPassword": "x"}), code_field),
        (json!({"username": "alice-k", "code": &code[1..], "newPassword": "x"}), code_field),
        (json!({"username": "stranger", "code": "U".repeat(60_000), "newPassword": "x"}), code_field),
        (json!({"username": "alice-k", "code": code}), password),
        (json!({"username": "alice-k", "code": code, "newPassword": "short"}), password),
        (json!({"username": "alice-k", "code": code, "newPassword": "x".repeat(256)}), password),
        (json!({"username": "alice-k", "code": code, "newPassword": "password1"}), password),
        (json!({"username": "ALICE-K", "code": code, "newPassword": "Alice-K"}), password),
        (json!({"username": "stranger", "code": code, "newPassword": "password1"}), password),
    ] {
        let reply = send(client.post("/api/recover").json(&body)).await;
        reply.assert_error(400, error_code, error);
        assert!(reply.json()["detail"].is_string(), "{body}");
    }
    let elsewhere = client.post("/api/recover").header("origin", "https://evil.example").json(&json!({}));
    send(elsewhere).await.assert_error(403, "cross_origin", "Cross-origin request refused");
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert_eq!(left(&client, &token).await["left"], 10, "nothing was used");
}

pub async fn an_unknown_user_a_user_without_codes_and_a_wrong_or_used_code_are_told_the_same(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (_, codes) = with_codes(&client, "alice").await;
    let (_, of_another) = with_codes(&client, "mallory").await;
    client.sign_up("bobby", PASSWORD).await;
    assert_eq!(recover(&client, "alice", &codes[0], PASSWORD).await.status, StatusCode::OK);
    let wrong = "0000-0000-0000-0000";
    for accept in ["*/*", "application/json", "text/html"] {
        let mut answers = Vec::new();
        for (username, code) in
            [("alice", wrong), ("alice", &codes[0]), ("alice", &of_another[0]), ("bobby", wrong), ("quinn", wrong)]
        {
            let fields = [("username", username), ("code", code), ("newPassword", NEW_PASSWORD)];
            let request = client.submit("/api/recover", Encoding::Urlencoded, &fields).header("accept", accept);
            let mut reply = send(request).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{username} {code}");
            assert!(!reply.body.contains(code), "a code is not shown again");
            reply.headers.remove("date");
            answers.push((reply.status, reply.headers, reply.body.replace(username, "person")));
        }
        for answer in &answers {
            assert_eq!((answer.0, &answer.2), (answers[0].0, &answers[0].2), "{accept}");
            let without_length = |headers: &reqwest::header::HeaderMap| {
                let mut headers = headers.clone();
                headers.remove("content-length");
                headers
            };
            assert_eq!(without_length(&answer.1), without_length(&answers[0].1), "{accept}");
        }
    }
    assert_eq!(client.log_in("alice", NEW_PASSWORD).await, None);
}

pub async fn of_racing_uses_of_one_code_one_is_let_in(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (_, codes) = with_codes(&client, "alice").await;
    let wanted: Vec<String> = (0..10).map(|number| format!("new password {number}")).collect();
    let replies = join_all(wanted.iter().map(|new| recover(&client, "alice", &codes[0], new))).await;
    let winners: Vec<_> = replies.iter().zip(&wanted).filter(|(reply, _)| reply.status == StatusCode::OK).collect();
    assert_eq!(winners.len(), 1, "{replies:?}");
    let (reply, password) = winners[0];
    let session = client.session(&reply.cookie_value().expect("a session cookie")).await;
    assert_eq!(session.status, StatusCode::OK, "the winner's session lives");
    assert!(client.log_in("alice", password).await.is_some());
    for loser in replies.iter().filter(|reply| reply.status != StatusCode::OK) {
        assert_incorrect(loser);
    }
}

/// A thief who was signed in may have made them.
pub async fn codes_go_with_the_password_and_with_the_account(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (token, old_codes) = with_codes(&client, "alice").await;
    server.clock.advance(Duration::from_millis(1));
    let fields = [("currentPassword", PASSWORD), ("newPassword", NEW_PASSWORD)];
    let changed = send(with(client.submit("/api/password", Encoding::Json, &fields), &token)).await;
    let token = changed.cookie_value().expect("a session cookie");
    assert_eq!(left(&client, &token).await["left"], 0);
    assert_incorrect(&recover(&client, "alice", &old_codes[0], PASSWORD).await);
    ask(&client, &token, &[]).await.assert_error(400, "invalid_password", "Invalid password");
    let codes = codes_in(&ask(&client, &token, &[("password", NEW_PASSWORD)]).await);
    let delete = client.submit("/api/account/delete", Encoding::Json, &[("password", NEW_PASSWORD)]);
    assert_eq!(send(with(delete, &token)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.place.count("recovery_codes").await, 0);
    assert_incorrect(&recover(&client, "alice", &codes[0], PASSWORD).await);
    let heir = client.sign_up("alice", PASSWORD).await;
    assert_incorrect(&recover(&client, "alice", &codes[0], NEW_PASSWORD).await);
    assert_eq!(client.session(&heir).await.status, StatusCode::OK, "who takes the name inherits no codes");
}

pub async fn the_store_holds_no_code(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (_, codes) = with_codes(&client, "alice").await;
    let stored = server.place.dump().await;
    assert!(stored.contains("alice"), "the store was read");
    for code in &codes {
        assert!(!stored.contains(code.as_str()) && !stored.contains(&code.replace('-', "")), "{code}");
    }
    assert_eq!(server.place.count("recovery_codes").await, 10);
}
