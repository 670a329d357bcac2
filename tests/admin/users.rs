//! Users in the admin API.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::AdminServer;
use crate::storage::places::Place;
use crate::support::client::{Encoding, cookie, send};

const PASSWORD: &str = "correct horse";

pub async fn a_created_user_signs_in_with_the_password(place: Place) {
    let admin = AdminServer::start_on(place, &["--signup=closed"]).await;
    let body = json!({ "username": "Admin", "password": PASSWORD, "attributes": { "plan": "pro" }, "unknown": 1 });
    let created = admin.post("/admin/users", &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let user = created.json();
    assert_eq!((&user["username"], &user["attributes"]), (&"Admin".into(), &json!({ "plan": "pro" })));
    assert!(user["createdAt"].as_str().expect("an instant").ends_with('Z'), "{user}");
    let token = admin.server.client().log_in("admin", PASSWORD).await.expect("a login");
    let session = admin.server.client().session(&token).await.json();
    assert_eq!(session["user"]["userId"], user["userId"]);
    let shown = admin.get(&format!("/admin/users/{}", user["userId"].as_str().expect("an id"))).await;
    assert_eq!((shown.status, shown.json()), (StatusCode::OK, user));
}

pub async fn a_user_without_a_password_takes_the_username_and_nothing_signs_in(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let body = json!({ "username": "alice", "userId": "larz8rga34yycgj", "password": null, "attributes": null });
    let created = admin.post("/admin/users", &body).await;
    assert_eq!((created.status, &created.json()["userId"]), (StatusCode::CREATED, &"larz8rga34yycgj".into()));
    assert_eq!(created.json()["attributes"], json!({}));
    assert!(admin.server.client().log_in("alice", PASSWORD).await.is_none());
    let fields = [("username", "ALICE"), ("password", PASSWORD)];
    let taken = send(admin.server.client().submit("/api/signup", Encoding::Json, &fields)).await;
    taken.assert_error(400, "username_taken", "Username already taken");
}

pub async fn users_are_found_by_username_in_any_spelling_and_by_up_to_100_ids(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let alice = admin.create_user("Alice", PASSWORD).await;
    let bobby = admin.create_user("bobby", PASSWORD).await;
    let ids = |reply: &Value| -> Vec<String> {
        let users = reply["users"].as_array().expect("a list");
        users.iter().map(|user| user["userId"].as_str().expect("an id").to_owned()).collect()
    };
    for (query, expected) in [
        ("username=ALICE".to_owned(), vec![&alice]),
        ("username=%EF%BD%81lice".to_owned(), vec![&alice]),
        ("username=carol".to_owned(), vec![]),
        ("username=".to_owned(), vec![]),
        (format!("ids={bobby},{alice},{bobby}"), vec![&bobby, &alice]),
        (format!("ids=no-id,000000000000000,{alice}"), vec![&alice]),
        (format!("ids={}", vec![alice.as_str(); 100].join(",")), vec![&alice]),
    ] {
        let found = admin.get(&format!("/admin/users?{query}")).await;
        assert_eq!(found.status, StatusCode::OK, "{query}: {}", found.body);
        assert_eq!(ids(&found.json()).iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let too_many = format!("?ids={}", vec![alice.as_str(); 101].join(","));
    for query in ["?username=alice&ids=x", &too_many] {
        let refused = admin.get(&format!("/admin/users{query}")).await;
        refused.assert_error(400, "malformed_request", "Malformed request");
    }
}

pub async fn a_user_of_another_system_is_found_by_the_id_from_there(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let longest = "z".repeat(128);
    let ids = [
        ("..x", "..x"),
        ("0b8a1f0e-7c55-4d0a-9a0e-2f6f1c0f7a11", "0b8a1f0e-7c55-4d0a-9a0e-2f6f1c0f7a11"),
        ("a%2Fb", "a%252Fb"),
        ("a/b", "a%2Fb"),
        ("auth0|5f7c", "auth0%7C5f7c"),
        (&longest, &longest),
    ];
    for (place, (id, written)) in ids.iter().enumerate() {
        let body = json!({ "username": format!("user-{place}"), "userId": id, "password": PASSWORD });
        let created = admin.post("/admin/users", &body).await;
        assert_eq!((created.status, &created.json()["userId"]), (StatusCode::CREATED, &json!(id)), "{}", created.body);
        let path = format!("/admin/users/{written}");
        assert_eq!(admin.get(&path).await.json()["userId"], *id);
        assert_eq!(admin.patch(&path, &json!({ "attributes": { "plan": id } })).await.status, StatusCode::OK, "{id}");
        assert_eq!(admin.get(&format!("{path}/keys")).await.json()["keys"][0]["userId"], *id);
        let opened = admin.post(&format!("{path}/sessions"), &json!({})).await.json();
        let token = opened["token"].as_str().expect("a token").to_owned();
        let client = admin.server.client();
        assert_eq!(client.session(&token).await.json()["user"]["userId"], *id);
        let verified = send(client.get("/api/verify").header("cookie", cookie(&token))).await;
        assert_eq!(verified.header("x-auth-user-id"), Some(*id));
        assert_eq!(send(client.get("/account").header("cookie", cookie(&token))).await.status, StatusCode::OK);
        let found = admin.get(&format!("/admin/users?ids=x,{written}")).await.json();
        assert_eq!(found["users"][0]["userId"], *id, "{found}");
    }
    for pair in ids.windows(2) {
        let next = admin.get(&format!("/admin/users?limit=1&after={}", pair[0].1)).await.json();
        assert_eq!(next["users"][0]["userId"], pair[1].0, "{next}");
    }
    AdminServer::assert_done(&admin.delete("/admin/users/a%2Fb").await);
    admin.get("/admin/users/a%2Fb").await.assert_error(404, "not_found", "Not found");
    let too_long = json!({ "username": "alice", "userId": "z".repeat(129) });
    admin.post("/admin/users", &too_long).await.assert_error(400, "invalid_user_id", "Invalid user id");
}

pub async fn changed_attributes_are_in_the_very_next_validation(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let token = admin.server.client().log_in("alice", PASSWORD).await.expect("a login");
    let path = format!("/admin/users/{id}");
    for (body, expected) in [
        (json!({ "attributes": { "plan": "pro", "seats": [1, 2.5] } }), json!({ "plan": "pro", "seats": [1, 2.5] })),
        (json!({}), json!({ "plan": "pro", "seats": [1, 2.5] })),
        (json!({ "attributes": null }), json!({ "plan": "pro", "seats": [1, 2.5] })),
        (json!({ "attributes": { "plan": "free" } }), json!({ "plan": "free" })),
    ] {
        let changed = admin.patch(&path, &body).await;
        assert_eq!((changed.status, &changed.json()["attributes"]), (StatusCode::OK, &expected), "{body}");
        let session = admin.server.client().session(&token).await.json();
        assert_eq!(session["user"]["attributes"], expected, "{body}");
    }
    let wrong = admin.patch(&path, &json!({ "attributes": "{}" })).await;
    wrong.assert_error(400, "invalid_attributes", "Invalid attributes");
    let unknown = admin.patch("/admin/users/000000000000000", &json!({ "attributes": {} })).await;
    unknown.assert_error(404, "not_found", "Not found");
}

pub async fn a_deleted_user_is_gone_with_keys_and_sessions(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let token = admin.server.client().log_in("alice", PASSWORD).await.expect("a login");
    let path = format!("/admin/users/{id}");
    AdminServer::assert_done(&admin.delete(&path).await);
    assert_eq!(admin.server.client().session(&token).await.status, StatusCode::UNAUTHORIZED);
    admin.get("/admin/keys/username:alice").await.assert_error(404, "not_found", "Not found");
    admin.get(&path).await.assert_error(404, "not_found", "Not found");
    admin.delete(&path).await.assert_error(404, "not_found", "Not found");
    admin.create_user("alice", PASSWORD).await;
}

pub async fn what_cannot_be_created_is_refused_with_its_code_and_field(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let deep = json!({ "a": [[[[[[[[]]]]]]]] });
    for (body, code, field, reason) in [
        (json!({}), "invalid_username", "username", "required"),
        (json!({ "username": 1 }), "invalid_username", "username", "required"),
        (json!({ "username": "ann" }), "invalid_username", "username", "too_short"),
        (json!({ "username": "bobby", "password": "short" }), "invalid_password", "password", "too_short"),
        (json!({ "username": "bobby", "password": 1 }), "invalid_password", "password", "required"),
        (json!({ "username": "bobby", "userId": "X Y" }), "invalid_user_id", "userId", "malformed"),
        (json!({ "username": "bobby", "userId": 1 }), "invalid_user_id", "userId", "malformed"),
        (json!({ "username": "bobby", "attributes": [] }), "invalid_attributes", "attributes", "malformed"),
        (json!({ "username": "bobby", "attributes": deep }), "invalid_attributes", "attributes", "malformed"),
        (
            json!({ "username": "bobby", "attributes": { "a": "x".repeat(5_000) } }),
            "invalid_attributes",
            "attributes",
            "too_long",
        ),
        (json!({ "username": "ALICE" }), "username_taken", "username", "taken"),
        (json!({ "username": "bobby", "userId": id }), "user_id_taken", "userId", "taken"),
    ] {
        let refused = admin.post("/admin/users", &body).await;
        let problem = refused.json();
        assert_eq!(
            (refused.status.as_u16(), &problem["code"], &problem["field"], &problem["reason"]),
            (400, &code.into(), &field.into(), &reason.into()),
            "{body}"
        );
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let none = admin.get("/admin/users?username=bobby").await;
    assert_eq!(none.json(), json!({ "users": [], "more": false }));
}
