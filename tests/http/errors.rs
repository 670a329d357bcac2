//! What an error tells a program: the field, the reason, all wrong fields at once, and advice in the reader's language.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::storage::places::Place;
use crate::support::client::{Client, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";

/// The fields of an error with their reasons, as `username: too_short`.
fn reasons(error: &Value) -> Vec<String> {
    let errors = error["errors"].as_array().cloned().unwrap_or_default();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or("?").to_owned();
    errors.iter().map(|error| format!("{}: {}", text(error, "field"), text(error, "reason"))).collect()
}

async fn post(client: &Client, path: &str, token: &str, body: &Value) -> Value {
    let reply = send(client.post(path).header("cookie", cookie(token)).json(body)).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {body}: {}", reply.body);
    reply.json()
}

pub async fn an_error_names_every_wrong_field_with_its_reason(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let code = "0000-0000-0000-0000";
    let (long, huge) = ("n".repeat(32), "p".repeat(256));
    let rows: [(&str, Value, &[&str]); 23] = [
        ("signup", json!({}), &["username: required", "password: required"]),
        ("signup", json!({"username": "", "password": ""}), &["username: required", "password: required"]),
        ("signup", json!({"username": "abc", "password": "short"}), &["username: too_short", "password: too_short"]),
        ("signup", json!({"username": long, "password": huge}), &["username: too_long", "password: too_long"]),
        ("signup", json!({"username": " abc", "password": " xyz  "}), &["username: surrounding_space"]),
        ("signup", json!({"username": "b\u{200b}bby", "password": PASSWORD}), &["username: invisible_character"]),
        ("signup", json!({"username": "p\u{430}ypal", "password": PASSWORD}), &["username: mixed_scripts"]),
        ("signup", json!({"username": "Root", "password": "short"}), &["username: reserved", "password: too_short"]),
        ("signup", json!({"username": "bobby-k", "password": "BOBBY-K"}), &["password: contains_username"]),
        ("signup", json!({"username": "bobby", "password": "password1"}), &["password: too_common"]),
        ("signup", json!({"username": "ALICE", "password": PASSWORD}), &["username: taken"]),
        ("signup", json!({"username": 1, "password": [2]}), &["username: required", "password: required"]),
        ("login", json!({}), &["username: required", "password: required"]),
        ("login", json!({"username": long, "password": huge}), &["username: too_long", "password: too_long"]),
        ("login", json!({"username": "alice", "password": "wrong horse"}), &[]),
        ("login", json!({"transport": "pigeon"}), &["transport: malformed"]),
        ("recover", json!({}), &["username: required", "code: malformed", "newPassword: required"]),
        ("recover", json!({"username": "alice", "code": code, "newPassword": "short"}), &["newPassword: too_short"]),
        ("password", json!({}), &["currentPassword: required", "newPassword: required"]),
        ("password", json!({"currentPassword": "x", "newPassword": "alice"}), &["newPassword: too_short"]),
        (
            "password",
            json!({"currentPassword": "wrong horse", "newPassword": "new horse"}),
            &["currentPassword: incorrect"],
        ),
        ("account/delete", json!({}), &["password: required"]),
        ("account/delete", json!({"password": "wrong horse"}), &["password: incorrect"]),
    ];
    for (path, body, expected) in rows {
        let error = post(&client, &format!("/api/{path}"), &token, &body).await;
        assert_eq!(reasons(&error), expected, "{path} {body}");
        let first = error["errors"].as_array().map(|errors| &errors[0]);
        assert_eq!(first.map(|first| &first["field"]), error.get("field"), "{error}");
    }
    // Which of the two is wrong is told by neither a field nor a reason of one.
    let incorrect = post(&client, "/api/login", "", &json!({"username": "alice", "password": "wrong horse"})).await;
    let unknown = post(&client, "/api/login", "", &json!({"username": "nobody", "password": "wrong horse"})).await;
    assert_eq!(incorrect, unknown);
    assert_eq!((incorrect.get("field"), incorrect["reason"].as_str()), (None, Some("incorrect")));
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
}

pub async fn a_failed_form_shows_a_message_at_every_wrong_field(place: Place) {
    let server = TestServer::start(place).await;
    let form = server.client().post("/api/signup").form(&[("username", "abc"), ("password", "short")]);
    let page = send(form.header("accept", "text/html")).await.body;
    for message in [">Use 4 to 31 characters.<", ">Use 6 to 255 characters.<"] {
        assert!(page.contains(message), "{page}");
    }
    assert_eq!(page.matches(" autofocus").count(), 1, "the first wrong field has the focus: {page}");
}

pub async fn advice_is_in_the_reader_s_language_and_the_sentence_is_not(place: Place) {
    let server = TestServer::start(place).await;
    let ask = async |language: &str| {
        let body = json!({"username": "alice", "password": "password1"});
        let request = server.client().post("/api/signup").json(&body).header("accept-language", language);
        let reply = send(request).await;
        assert!(reply.header("vary").is_some_and(|vary| vary.contains("Accept-Language")), "{:?}", reply.headers);
        reply.json()
    };
    let (english, german) = (ask("en").await, ask("de-AT, en;q=0.5").await);
    assert_eq!(english["detail"], "That password is too common.");
    assert_eq!(german["detail"], "Dieses Passwort ist zu verbreitet.");
    assert_eq!(german["errors"][0]["detail"], german["detail"]);
    assert_eq!((&german["error"], &german["code"]), (&english["error"], &english["code"]));
}

pub async fn the_rules_can_be_read_before_a_submit(place: Place) {
    let flags = ["--password-min=12", "--usernames=ascii", "--username-max=40", "--signup=closed", "--language=de"];
    let server = TestServer::start_with(place, &flags).await;
    let reply = send(server.client().get("/api/config")).await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    let rules = json!({
        "signUpOpen": false,
        "signUp": "closed",
        "username": {"policy": "ascii", "minLength": 4, "maxLength": 40},
        "password": {"minLength": 12, "maxLength": 255, "blocklist": true},
        "languages": ["de"],
    });
    assert_eq!(reply.json(), rules);
}

pub async fn a_bearer_client_is_answered_in_json_whatever_it_accepts(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    for accept in [None, Some("*/*"), Some("text/html")] {
        let token = client.sign_up(&format!("bearer {}", accept.unwrap_or("none").replace('/', "-")), PASSWORD).await;
        for (path, status) in [("revoke-others", 204), ("unknown/revoke", 404)] {
            let request = client.post(&format!("/api/sessions/{path}")).bearer_auth(&token);
            let reply =
                send(accept.into_iter().fold(request, |request, accept| request.header("accept", accept))).await;
            assert_eq!(reply.status.as_u16(), status, "{accept:?} {}", reply.body);
            assert_ne!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        }
        let request = client.post("/api/logout").bearer_auth(&token);
        let reply = send(accept.into_iter().fold(request, |request, accept| request.header("accept", accept))).await;
        assert_eq!(reply.status.as_u16(), 204, "{accept:?} {}", reply.body);
    }
}
