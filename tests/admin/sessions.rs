//! Sessions in the admin API.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::AdminServer;
use crate::storage::places::Place;

const PASSWORD: &str = "correct horse";

/// Opens a session and returns its body.
async fn open(admin: &AdminServer, user: &str) -> Value {
    let opened =
        admin.post(&format!("/admin/users/{user}/sessions"), &json!({ "attributes": { "by": "kiosk" } })).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.body);
    opened.json()
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().expect("a text")
}

pub async fn an_opened_session_is_validated_with_its_token(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let user = admin.create_user("alice", PASSWORD).await;
    let opened = open(&admin, &user).await;
    assert_eq!((&opened["userId"], &opened["state"]), (&user.clone().into(), &"active".into()));
    let session = admin.server.client().session(text(&opened, "token")).await.json();
    assert_eq!((&session["sessionId"], &session["attributes"]["by"]), (&opened["sessionId"], &"kiosk".into()));
    let shown = admin.get(&format!("/admin/sessions/{}", text(&opened, "sessionId"))).await.json();
    assert!(shown.get("token").is_none(), "the token is shown once: {shown}");
    assert_eq!((&shown["sessionId"], &shown["userAgent"]), (&opened["sessionId"], &Value::Null));
    let unknown = admin.post("/admin/users/000000000000000/sessions", &json!({})).await;
    unknown.assert_error(404, "not_found", "Not found");
    let wrong = admin.post(&format!("/admin/users/{user}/sessions"), &json!({ "attributes": 1 })).await;
    wrong.assert_error(400, "invalid_attributes", "Invalid attributes");
}

pub async fn sessions_of_a_user_are_listed_with_their_state(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let user = admin.create_user("alice", PASSWORD).await;
    let list = format!("/admin/users/{user}/sessions");
    assert_eq!(admin.get(&list).await.json(), json!({ "sessions": [], "more": false }));
    let older = open(&admin, &user).await;
    admin.server.clock.advance(Duration::from_hours(25));
    let newer = open(&admin, &user).await;
    let listed = admin.get(&list).await.json();
    let states: Vec<_> =
        listed["sessions"].as_array().expect("a list").iter().map(|s| (&s["sessionId"], &s["state"])).collect();
    let [active, idle] = ["active", "idle"].map(Value::from);
    assert_eq!(states, [(&newer["sessionId"], &active), (&older["sessionId"], &idle)]);
    admin.server.clock.advance(Duration::from_hours(24 * 15));
    let dead = admin.get(&format!("/admin/sessions/{}", text(&older, "sessionId"))).await;
    dead.assert_error(404, "not_found", "Not found");
    admin.get("/admin/users/000000000000000/sessions").await.assert_error(404, "not_found", "Not found");
}

pub async fn attributes_of_a_session_are_in_the_very_next_validation(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let user = admin.create_user("alice", PASSWORD).await;
    let opened = open(&admin, &user).await;
    let path = format!("/admin/sessions/{}", text(&opened, "sessionId"));
    let client = admin.server.client();
    client.session(text(&opened, "token")).await;
    for (body, expected) in [
        (json!({ "attributes": { "role": "editor" } }), json!({ "role": "editor" })),
        (json!({}), json!({ "role": "editor" })),
    ] {
        let changed = admin.patch(&path, &body).await;
        assert_eq!((changed.status, &changed.json()["attributes"]), (StatusCode::OK, &expected));
        assert_eq!(client.session(text(&opened, "token")).await.json()["attributes"], expected);
    }
    let wrong = admin.patch(&path, &json!({ "attributes": [] })).await;
    wrong.assert_error(400, "invalid_attributes", "Invalid attributes");
    let unknown = admin.patch("/admin/sessions/000000000000000000000000", &json!({ "attributes": {} })).await;
    unknown.assert_error(404, "not_found", "Not found");
}

pub async fn a_revoked_session_is_refused_at_the_next_request(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let user = admin.create_user("alice", PASSWORD).await;
    let (revoked, other) = (open(&admin, &user).await, open(&admin, &user).await);
    let client = admin.server.client();
    assert_eq!(client.session(text(&revoked, "token")).await.status, StatusCode::OK);
    let path = format!("/admin/sessions/{}", text(&revoked, "sessionId"));
    AdminServer::assert_done(&admin.delete(&path).await);
    assert_eq!(client.session(text(&revoked, "token")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.session(text(&other, "token")).await.status, StatusCode::OK);
    admin.delete(&path).await.assert_error(404, "not_found", "Not found");
    admin.delete("/admin/sessions/no-id").await.assert_error(404, "not_found", "Not found");
}

pub async fn all_sessions_of_a_user_are_revoked_at_once(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let (alice, bobby) = (admin.create_user("alice", PASSWORD).await, admin.create_user("bobby", PASSWORD).await);
    let sessions = [open(&admin, &alice).await, open(&admin, &alice).await];
    let other = open(&admin, &bobby).await;
    AdminServer::assert_done(&admin.delete(&format!("/admin/users/{alice}/sessions")).await);
    let client = admin.server.client();
    for session in &sessions {
        assert_eq!(client.session(text(session, "token")).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(client.session(text(&other, "token")).await.status, StatusCode::OK);
    admin.delete("/admin/users/000000000000000/sessions").await.assert_error(404, "not_found", "Not found");
}
