//! Password links, invitations, lists and changes of users in the admin API.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::AdminServer;
use crate::storage::places::Place;
use crate::support::client::{Encoding, send};

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}"))
}

async fn reset(admin: &AdminServer, code: &str) -> StatusCode {
    let fields = [("code", code), ("newPassword", NEW_PASSWORD)];
    send(admin.server.client().submit("/api/reset", Encoding::Json, &fields)).await.status
}

pub async fn a_program_creates_a_user_who_chooses_the_password_by_a_link(place: Place) {
    let admin = AdminServer::start_on(place, &["--public-url=http://login.example:8080"]).await;
    let body = json!({ "username": "Alice", "passwordLink": true, "attributes": { "class": "5b" } });
    let created = admin.post("/admin/users", &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let (user, link) = (created.json(), created.json()["passwordLink"].clone());
    let code = text(&link, "code");
    assert_eq!(text(&link, "link"), format!("http://login.example:8080/reset/{code}"));
    assert!(text(&link, "expiresAt").ends_with('Z'), "{link}");
    assert_eq!(reset(&admin, code).await, StatusCode::OK);
    let token = admin.server.client().log_in("alice", NEW_PASSWORD).await.expect("a login");
    let session = admin.server.client().session(&token).await.json();
    assert_eq!(session["user"]["attributes"], json!({ "class": "5b" }));
    let shown = admin.get(&format!("/admin/users/{}", text(&user, "userId"))).await.json();
    assert!(shown.get("passwordLink").is_none() && shown["disabled"] == false, "{shown}");
    let both = json!({ "username": "bobby", "password": PASSWORD, "passwordLink": true });
    let refused = admin.post("/admin/users", &both).await;
    refused.assert_error(400, "malformed_request", "Malformed request");
    assert_eq!(refused.json()["field"], "passwordLink");
    let taken = admin.post("/admin/users", &json!({ "username": "ALICE", "passwordLink": true })).await;
    taken.assert_error(400, "username_taken", "Username already taken");
}

pub async fn a_password_link_is_made_replaced_and_revoked(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let path = format!("/admin/users/{id}/password-link");
    let first = admin.post(&path, &json!({})).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let second = admin.post(&path, &json!({ "expiresIn": 60 })).await.json();
    assert_eq!(reset(&admin, text(&first.json(), "code")).await, StatusCode::BAD_REQUEST, "it was replaced");
    AdminServer::assert_done(&admin.delete(&path).await);
    assert_eq!(reset(&admin, text(&second, "code")).await, StatusCode::BAD_REQUEST, "it was revoked");
    admin.delete(&path).await.assert_error(404, "not_found", "Not found");
    let third = admin.post(&path, &json!({})).await.json();
    assert_eq!(reset(&admin, text(&third, "code")).await, StatusCode::OK);
    for wrong in [json!(0), json!(7_776_001), json!(1.5), json!("60"), json!(true), json!([1])] {
        let refused = admin.post(&path, &json!({ "expiresIn": wrong })).await;
        refused.assert_error(400, "malformed_request", "Malformed request");
        assert_eq!(refused.json()["field"], "expiresIn");
    }
    let unknown = admin.post("/admin/users/000000000000000/password-link", &json!({})).await;
    unknown.assert_error(404, "not_found", "Not found");
}

pub async fn a_disabled_user_gets_neither_session_nor_link_until_enabled(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    let token = admin.server.client().log_in("alice", PASSWORD).await.expect("a login");
    let path = format!("/admin/users/{id}");
    let disabled = admin.patch(&path, &json!({ "disabled": true })).await;
    assert_eq!((disabled.status, &disabled.json()["disabled"]), (StatusCode::OK, &true.into()));
    assert_eq!(admin.server.client().session(&token).await.status, StatusCode::UNAUTHORIZED);
    for refused in ["sessions", "password-link"] {
        let refused = admin.post(&format!("{path}/{refused}"), &json!({})).await;
        refused.assert_error(403, "account_disabled", "Account is disabled");
    }
    let listed = admin.get("/admin/users?disabled=true").await.json();
    assert_eq!(text(&listed["users"][0], "username"), "alice");
    assert_eq!(admin.patch(&path, &json!({ "disabled": false })).await.json()["disabled"], false);
    assert!(admin.server.client().log_in("alice", PASSWORD).await.is_some());
    for wrong in [json!("true"), json!(1), json!({})] {
        let refused = admin.patch(&path, &json!({ "disabled": wrong })).await;
        refused.assert_error(400, "malformed_request", "Malformed request");
        assert_eq!(refused.json()["field"], "disabled");
    }
}

pub async fn a_user_is_changed_as_a_whole_or_not_at_all(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let id = admin.create_user("alice", PASSWORD).await;
    admin.create_user("bobby", PASSWORD).await;
    let token = admin.server.client().log_in("alice", PASSWORD).await.expect("a login");
    let path = format!("/admin/users/{id}");
    let body = |name: &str| json!({ "username": name, "attributes": { "plan": "pro" } });
    let refused = admin.patch(&path, &body("BOBBY")).await;
    refused.assert_error(400, "username_taken", "Username already taken");
    admin.patch(&path, &body("ann")).await.assert_error(400, "invalid_username", "Invalid username");
    assert_eq!(admin.get(&path).await.json()["attributes"], json!({}), "nothing was changed");
    let changed = admin.patch(&path, &body("Admin")).await;
    assert_eq!((changed.status, text(&changed.json(), "username")), (StatusCode::OK, "Admin"));
    let user = admin.server.client().session(&token).await.json()["user"].clone();
    assert_eq!((text(&user, "username"), &user["attributes"]), ("Admin", &json!({ "plan": "pro" })));
    assert!(admin.server.client().log_in("admin", PASSWORD).await.is_some());
    assert!(admin.server.client().log_in("alice", PASSWORD).await.is_none());
}

pub async fn users_are_listed_page_by_page(place: Place) {
    let admin = AdminServer::start_on(place, &[]).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(admin.create_user(&format!("Pupil {number}"), PASSWORD).await);
    }
    ids.sort();
    let (mut seen, mut after) = (Vec::new(), String::new());
    for more in [true, true, false] {
        let page = admin.get(&format!("/admin/users?limit=2&after={after}")).await.json();
        let users = page["users"].as_array().expect("users").clone();
        seen.extend(users.iter().map(|user| text(user, "userId").to_owned()));
        assert_eq!(page["more"], more, "{page}");
        after.clone_from(seen.last().expect("a user"));
    }
    assert_eq!(seen, ids);
    for (query, count) in
        [("", 5), ("?prefix=PUP", 5), ("?prefix=pupil%203", 1), ("?prefix=x", 0), ("?disabled=true", 0)]
    {
        let page = admin.get(&format!("/admin/users{query}")).await.json();
        assert_eq!(page["users"].as_array().map(Vec::len), Some(count), "{query}");
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "disabled=maybe",
        "username=a&limit=2",
        "ids=x&username=y",
        "after=%00",
        "after=a,b",
    ] {
        let refused = admin.get(&format!("/admin/users?{query}")).await;
        refused.assert_error(400, "malformed_request", "Malformed request");
    }
}

pub async fn invitations_are_made_listed_used_and_revoked(place: Place) {
    let admin = AdminServer::start_on(place, &["--signup=invite"]).await;
    let body = json!({ "uses": 2, "attributes": { "class": "5b" }, "expiresIn": 3600 });
    let created = admin.post("/admin/invitations", &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let invitation = created.json();
    assert!(text(&invitation, "link").ends_with(&format!("/invite/{}", text(&invitation, "code"))), "{invitation}");
    let sign_up = async |name: &str, code: &str| {
        let fields = [("username", name), ("password", PASSWORD), ("invitation", code)];
        send(admin.server.client().submit("/api/signup", Encoding::Json, &fields)).await
    };
    let first = sign_up("alice", text(&invitation, "code")).await;
    assert_eq!((first.status, &first.json()["user"]["attributes"]), (StatusCode::CREATED, &json!({ "class": "5b" })));
    let listed = admin.get("/admin/invitations").await.json();
    assert_eq!((&listed["invitations"][0]["usesLeft"], &listed["more"]), (&1.into(), &false.into()), "{listed}");
    assert!(listed["invitations"][0].get("code").is_none(), "{listed}");
    let path = format!("/admin/invitations/{}", text(&invitation, "invitationId"));
    AdminServer::assert_done(&admin.delete(&path).await);
    assert_eq!(sign_up("bobby", text(&invitation, "code")).await.status, StatusCode::BAD_REQUEST);
    for path in [path.as_str(), "/admin/invitations/x"] {
        admin.delete(path).await.assert_error(404, "not_found", "Not found");
    }
    let fixed = admin.post("/admin/invitations", &json!({ "username": "Admin" })).await.json();
    assert_eq!(sign_up("", text(&fixed, "code")).await.json()["user"]["username"], "Admin");
    for (body, code) in [
        (json!({ "username": "alice" }), "username_taken"),
        (json!({ "username": "ann" }), "invalid_username"),
        (json!({ "username": "carol", "uses": 2 }), "malformed_request"),
        (json!({ "uses": 100_001 }), "malformed_request"),
        (json!({ "attributes": [] }), "invalid_attributes"),
    ] {
        let refused = admin.post("/admin/invitations", &body).await;
        assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::BAD_REQUEST, &code.into()), "{body}");
    }
}
