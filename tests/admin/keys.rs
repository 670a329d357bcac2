//! Keys in the admin API.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::AdminServer;
use crate::storage::places::Place;

const PASSWORD: &str = "correct horse";

pub async fn keys_are_created_listed_shown_and_deleted(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("Alice", PASSWORD).await;
    let token = admin.server.client().log_in("alice", PASSWORD).await.expect("a login");
    let keys = format!("/admin/users/{id}/keys");
    admin.server.clock.advance(Duration::from_secs(1));
    let created = admin.post(&keys, &json!({ "keyId": "github:583231" })).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let key = created.json();
    assert_eq!((&key["keyId"], &key["userId"]), (&"github:583231".into(), &id.into()));
    assert_eq!((&key["hasPassword"], key["createdAt"].is_string()), (&false.into(), true));
    assert_eq!(admin.get("/admin/keys/github:583231").await.json(), key);
    let list = admin.get(&keys).await.json();
    let listed: Vec<_> = list["keys"].as_array().expect("a list").iter().map(|key| &key["keyId"]).collect();
    assert_eq!((listed[0], listed[1], listed.len()), (&"username:alice".into(), &"github:583231".into(), 2));
    AdminServer::assert_done(&admin.delete("/admin/keys/github:583231").await);
    assert_eq!(admin.server.client().session(&token).await.status, StatusCode::UNAUTHORIZED, "every session ends");
    admin.get("/admin/keys/github:583231").await.assert_error(404, "not_found", "Not found");
    admin.delete("/admin/keys/github:583231").await.assert_error(404, "not_found", "Not found");
    admin.get("/admin/users/000000000000000/keys").await.assert_error(404, "not_found", "Not found");
}

pub async fn an_id_of_a_key_may_have_any_visible_characters(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    for (key, path) in [
        ("oidc:https://id.example/a b?c#d", "oidc:https:%2F%2Fid.example%2Fa%20b%3Fc%23d"),
        ("email:zoë+x@example.com", "email%3Azo%C3%AB+x%40example.com"),
        ("x:100%", "x:100%25"),
        ("x:%2F", "x:%252F"),
    ] {
        let created = admin.post(&format!("/admin/users/{id}/keys"), &json!({ "keyId": key })).await;
        assert_eq!(created.status, StatusCode::CREATED, "{key}: {}", created.body);
        let path = format!("/admin/keys/{path}");
        assert_eq!(admin.get(&path).await.json()["keyId"], key);
        assert_eq!(admin.post(&format!("{path}/verify"), &json!({})).await.json()["keyId"], key);
        AdminServer::assert_done(&admin.delete(&path).await);
    }
    for path in ["no-key", "x:", "GitHub:1", "x:%0A"] {
        admin.get(&format!("/admin/keys/{path}")).await.assert_error(404, "not_found", "Not found");
    }
    let shown = admin.get("/admin/keys/username:%EF%BD%81LICE").await.json();
    assert_eq!(shown["keyId"], "username:alice", "any spelling of a username is its key");
    admin.get("/admin/keys/x:%ff").await.assert_error(400, "malformed_request", "Malformed request");
}

pub async fn a_key_is_verified_by_its_password_and_one_without_by_none(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    admin.post(&format!("/admin/users/{id}/keys"), &json!({ "keyId": "github:1" })).await;
    for (key, body, is_right) in [
        ("username:alice", json!({ "password": PASSWORD }), true),
        ("username:ALICE", json!({ "password": PASSWORD }), true),
        ("username:alice", json!({ "password": "wrong horse" }), false),
        ("username:alice", json!({ "password": "" }), false),
        ("username:alice", json!({}), false),
        ("username:alice", json!({ "password": null }), false),
        ("github:1", json!({}), true),
        ("github:1", json!({ "password": null }), true),
        ("github:1", json!({ "password": PASSWORD }), false),
    ] {
        let verified = admin.post(&format!("/admin/keys/{key}/verify"), &body).await;
        if is_right {
            assert_eq!((verified.status, &verified.json()["userId"]), (StatusCode::OK, &id.as_str().into()));
        } else {
            verified.assert_error(400, "incorrect_password", "Incorrect password");
        }
    }
    let unknown = admin.post("/admin/keys/username:bobby/verify", &json!({ "password": PASSWORD })).await;
    unknown.assert_error(404, "not_found", "Not found");
}

pub async fn a_password_that_is_set_or_taken_away_revokes_every_session(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    admin.create_user("alice", PASSWORD).await;
    let client = admin.server.client();
    for password in [Some("staple battery"), None] {
        let signed_in = client.log_in("alice", if password.is_some() { PASSWORD } else { "staple battery" }).await;
        let token = signed_in.expect("a login");
        let body = json!({ "password": password });
        AdminServer::assert_done(&admin.patch("/admin/keys/username:alice", &body).await);
        assert_eq!(client.session(&token).await.status, StatusCode::UNAUTHORIZED);
        let key = admin.get("/admin/keys/username:alice").await.json();
        assert_eq!(key["hasPassword"], password.is_some());
    }
    assert!(client.log_in("alice", "staple battery").await.is_none());
    for (body, reason) in [
        (json!({}), "required"),
        (json!({ "password": 1 }), "required"),
        (json!({ "password": "short" }), "too_short"),
        (json!({ "password": "alice1" }), "contains_username"),
    ] {
        let refused = admin.patch("/admin/keys/username:alice", &body).await;
        refused.assert_error(400, "invalid_password", "Invalid password");
        assert_eq!(refused.json()["reason"], reason, "{body}");
    }
    let unknown = admin.patch("/admin/keys/username:bobby", &json!({ "password": PASSWORD })).await;
    unknown.assert_error(404, "not_found", "Not found");
}

pub async fn a_key_that_cannot_be_created_is_refused_with_its_code(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let keys = format!("/admin/users/{id}/keys");
    for (body, code, reason) in [
        (json!({}), "invalid_key_id", "required"),
        (json!({ "keyId": null }), "invalid_key_id", "required"),
        (json!({ "keyId": "github" }), "invalid_key_id", "malformed"),
        (json!({ "keyId": "username:bobby" }), "invalid_key_id", "incorrect"),
        (json!({ "keyId": "username:Alice" }), "key_taken", "taken"),
        (json!({ "keyId": "x:1", "password": "short" }), "invalid_password", "too_short"),
    ] {
        let refused = admin.post(&keys, &body).await;
        let problem = refused.json();
        assert_eq!(
            (refused.status.as_u16(), &problem["code"], &problem["reason"]),
            (400, &code.into(), &reason.into()),
            "{body}"
        );
    }
    let unknown = admin.post("/admin/users/000000000000000/keys", &json!({ "keyId": "x:1" })).await;
    unknown.assert_error(404, "not_found", "Not found");
}
