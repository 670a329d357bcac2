//! A person's own account: where they are signed in, the password, leaving.

use doorward_domain::SessionId;
use futures_util::future::join_all;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";

fn with(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.header("cookie", cookie(token))
}

/// A change as a program makes it.
async fn post(client: &Client, token: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    send(with(client.submit(path, Encoding::Json, fields), token)).await
}

async fn change_password(client: &Client, token: &str, current: &str, new: &str) -> Reply {
    post(client, token, "/api/password", &[("currentPassword", current), ("newPassword", new)]).await
}

async fn sessions(client: &Client, token: &str) -> Vec<Value> {
    let reply = send(with(client.get("/api/sessions"), token)).await;
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, Some("no-store")), "{}", reply.body);
    reply.json()["sessions"].as_array().expect("a list").clone()
}

async fn id_of(client: &Client, token: &str) -> String {
    client.session(token).await.json()["sessionId"].as_str().expect("an id").to_owned()
}

pub async fn a_list_shows_where_one_is_signed_in(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("mallory", PASSWORD).await;
    let first = client.sign_up("alice", PASSWORD).await;
    server.clock.advance(std::time::Duration::from_secs(1));
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let login = client.submit("/api/login", Encoding::Json, &fields).header("user-agent", "Tester/1.0 <b>");
    let second = send(login).await.cookie_value().expect("a session cookie");

    let listed = sessions(&client, &first).await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(false), &json!(true)), "the last first");
    assert_eq!(listed[0]["sessionId"], id_of(&client, &second).await);
    assert_eq!(listed[0]["userAgent"], "Tester/1.0 <b>");
    assert_eq!(listed[0]["address"], "127.0.0.1");
    for session in &listed {
        let mut names: Vec<_> = session.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected = [
            "activePeriodExpiresAt",
            "address",
            "createdAt",
            "current",
            "idlePeriodExpiresAt",
            "lastUsedAt",
            "sessionId",
            "userAgent",
        ];
        assert_eq!(names, expected);
    }
    assert!(!format!("{listed:?}").contains(&first), "no list shows a credential");

    let page = send(with(client.get("/account/sessions"), &first).header("accept", "text/html")).await.body;
    assert!(page.contains("Tester/1.0 &#60;b&#62;") && page.contains("This device"), "{page}");
    server.clock.advance(std::time::Duration::from_hours(24 * 15));
    assert_eq!(client.session(&first).await.status, StatusCode::UNAUTHORIZED);
    let third = client.log_in("alice", PASSWORD).await.expect("let in");
    assert_eq!(sessions(&client, &third).await.len(), 1, "what is dead is not listed");
}

pub async fn a_user_is_told_of_the_latest_sign_ins(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let minute = || server.clock.advance(std::time::Duration::from_mins(1));
    let token = client.sign_up("alice", PASSWORD).await;
    let codes = post(&client, &token, "/api/recovery-codes", &[]).await.json();
    minute();
    assert!(client.log_in("alice", "wrong horse").await.is_none());
    for _ in 0..3 {
        client.log_in("alice", PASSWORD).await.expect("let in");
        minute();
    }
    let code = codes["codes"][0].as_str().expect("a code");
    let claim = [("username", "alice"), ("code", code), ("newPassword", "staple battery")];
    let recovered = send(client.submit("/api/recover", Encoding::Json, &claim)).await.cookie_value().expect("a cookie");
    minute();
    let change = [("currentPassword", "staple battery"), ("newPassword", PASSWORD)];
    let token = post(&client, &recovered, "/api/password", &change).await.cookie_value().expect("a cookie");
    let page = send(with(client.get("/account/sessions"), &token).header("accept", "text/html")).await.body;
    let list = page.split_once("Recent sign-ins").expect("a list").1;
    let events: Vec<_> =
        list.split("<li").skip(1).map(|item| item.split(['>', '·']).nth(1).unwrap_or_default().trim()).collect();
    assert_eq!(events, ["Password changed", "Recovery code used", "Signed in", "Signed in", "Signed in"], "{page}");
}

pub async fn the_last_use_of_a_session_is_kept_to_the_hour(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (first, second) = (client.sign_up("alice", PASSWORD).await, client.log_in("alice", PASSWORD).await);
    let second = second.expect("let in");
    let listed = sessions(&client, &first).await;
    assert!(listed.iter().all(|session| session["lastUsedAt"] == session["createdAt"]), "{listed:?}");
    let opened = server.clock_millis();
    server.clock.advance(std::time::Duration::from_mins(59));
    assert_eq!(client.session(&first).await.status, StatusCode::OK);
    server.clock.advance(std::time::Duration::from_mins(1));
    for _ in 0..3 {
        assert_eq!(client.session(&second).await.status, StatusCode::OK);
    }
    let id = id_of(&client, &second).await;
    // What was noted is written at the latest when the server stops.
    let place = server.stop().await;
    let server = TestServer::start(place).await;
    for session in sessions(&server.client(), &first).await {
        let used = session["lastUsedAt"].as_str().expect("an instant");
        assert_eq!(used != session["createdAt"], session["sessionId"] == id.as_str(), "{session}");
    }
    let store = server.place.open().await;
    let kept = store.sessions().find_by_id(&SessionId::restore(id)).await.expect("an answer").expect("a session");
    assert_eq!(kept.0.session.last_used_at.as_unix_millis(), opened + 3_600_000);
    let page = send(with(server.client().get("/account/sessions"), &first)).await.body;
    assert_eq!(page.matches("Last used: <time").count(), 1, "{page}");
}

pub async fn a_session_is_ended_by_its_own_user_alone(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let mallory = client.sign_up("mallory", PASSWORD).await;
    let alice = client.sign_up("alice", PASSWORD).await;
    let other = client.log_in("alice", PASSWORD).await.expect("let in");
    let revoke = |id: &str| format!("/api/sessions/{id}/revoke");

    let id = id_of(&client, &other).await;
    let of_another = post(&client, &mallory, &revoke(&id), &[]).await;
    let made_up = post(&client, &mallory, &revoke("aaaaaaaaaaaaaaaaaaaaaaaa"), &[]).await;
    of_another.assert_error(404, "not_found", "Not found");
    assert_eq!((of_another.status, &of_another.body), (made_up.status, &made_up.body), "the same answer");
    for id in ["%00", "%ff", "..", "x'%20OR%201=1", &"y".repeat(4_000)] {
        let reply = post(&client, &alice, &revoke(id), &[]).await;
        assert!(matches!(reply.status.as_u16(), 400 | 404), "{id}: {}", reply.status);
    }
    assert_eq!(client.session(&other).await.status, StatusCode::OK, "it was not revoked");

    let ended = post(&client, &alice, &revoke(&id), &[]).await;
    assert_eq!((ended.status, ended.set_cookie()), (StatusCode::NO_CONTENT, None));
    assert_eq!(client.session(&other).await.status, StatusCode::UNAUTHORIZED);
    post(&client, &alice, &revoke(&id), &[]).await.assert_error(404, "not_found", "Not found");

    let own = revoke(&id_of(&client, &alice).await);
    let ended = send(with(client.post(&own).header("accept", "text/html"), &alice)).await;
    ended.assert_redirect("/login?done=signed-out");
    assert_eq!(ended.cookie_value().as_deref(), Some(""), "the cookie goes with the session");
    assert_eq!(client.session(&alice).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn all_other_sessions_end_at_once(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let mallory = client.sign_up("mallory", PASSWORD).await;
    let kept = client.sign_up("alice", PASSWORD).await;
    let others = [client.log_in("alice", PASSWORD).await, client.log_in("alice", PASSWORD).await];
    let reply = send(with(client.post("/api/sessions/revoke-others"), &kept)).await;
    reply.assert_redirect("/account/sessions");
    for ended in others.into_iter().flatten() {
        assert_eq!(client.session(&ended).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(client.session(&kept).await.status, StatusCode::OK);
    assert_eq!(client.session(&mallory).await.status, StatusCode::OK);
    let again = post(&client, &kept, "/api/sessions/revoke-others", &[]).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
}

pub async fn a_new_password_ends_every_session_and_opens_one(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let first = client.sign_up("alice", PASSWORD).await;
    let second = client.log_in("alice", PASSWORD).await.expect("let in");
    let changed = change_password(&client, &first, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.json()["user"]["username"], "alice");
    let token = changed.cookie_value().expect("a session cookie");
    for ended in [&first, &second] {
        assert_eq!(client.session(ended).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert!(client.log_in("alice", PASSWORD).await.is_none());
    assert!(client.log_in("alice", NEW_PASSWORD).await.is_some());

    let pairs = [(Encoding::Urlencoded, NEW_PASSWORD, PASSWORD), (Encoding::Multipart, PASSWORD, NEW_PASSWORD)];
    for (encoding, current, new) in pairs {
        let token = client.log_in("alice", current).await.expect("let in");
        let fields = [("currentPassword", current), ("newPassword", new)];
        let reply = send(with(client.submit("/api/password", encoding, &fields), &token)).await;
        reply.assert_redirect("/account");
        assert!(reply.cookie_value().is_some_and(|value| value != token));
    }
}

pub async fn a_change_of_the_password_says_what_is_wrong(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice-k", PASSWORD).await;
    change_password(&client, &token, "wrong horse", NEW_PASSWORD).await.assert_error(
        400,
        "incorrect_password",
        "Incorrect password",
    );
    for (current, new) in [(PASSWORD, "short"), (PASSWORD, "password1"), (PASSWORD, "ALICE-K"), ("", NEW_PASSWORD)] {
        let reply = change_password(&client, &token, current, new).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
        assert!(reply.json()["detail"].is_string(), "{current:?} {new:?}");
        assert_eq!(client.session(&token).await.status, StatusCode::OK, "nothing ended");
    }
}

pub async fn what_is_missing_in_a_change_of_the_password_is_that_field_s_error(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for body in [json!({}), json!({"currentPassword": PASSWORD}), json!({"currentPassword": 1, "newPassword": 2})] {
        let reply = send(with(client.post("/api/password").json(&body), &token)).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
    }
    let reply = send(with(client.post("/api/account/delete").json(&json!({"password": [PASSWORD]})), &token)).await;
    reply.assert_error(400, "invalid_password", "Invalid password");
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
}

pub async fn a_bearer_client_gets_its_new_token_and_no_cookie(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let fields = [("currentPassword", PASSWORD), ("newPassword", NEW_PASSWORD)];
    let request = client.submit("/api/password", Encoding::Urlencoded, &fields).bearer_auth(&token);
    let reply = send(request.header("accept", "text/html")).await;
    assert_eq!((reply.status, reply.set_cookie()), (StatusCode::OK, None), "{}", reply.body);
    let renewed = reply.json()["token"].as_str().expect("a token").to_owned();
    let session = send(client.get("/api/session").bearer_auth(&renewed)).await;
    assert_eq!(session.status, StatusCode::OK);
}

pub async fn of_racing_changes_of_a_password_one_wins(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let wanted: Vec<String> = (0..10).map(|number| format!("new password {number}")).collect();
    let replies = join_all(wanted.iter().map(|new| change_password(&client, &token, PASSWORD, new))).await;
    let winners: Vec<_> = replies.iter().zip(&wanted).filter(|(reply, _)| reply.status == StatusCode::OK).collect();
    assert_eq!(winners.len(), 1, "{replies:?}");
    let (reply, password) = winners[0];
    let session = client.session(&reply.cookie_value().expect("a session cookie")).await;
    assert_eq!(session.status, StatusCode::OK, "the winner's session lives");
    assert!(client.log_in("alice", password).await.is_some());
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 400 | 401)), "{replies:?}");
}

pub async fn an_account_is_deleted_with_all_that_is_kept_of_it(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let alice = client.sign_up("alice", PASSWORD).await;
    let elsewhere = client.log_in("alice", PASSWORD).await.expect("let in");
    let bob = client.sign_up("bobby", PASSWORD).await;
    let wrong = post(&client, &alice, "/api/account/delete", &[("password", "wrong horse")]).await;
    wrong.assert_error(400, "incorrect_password", "Incorrect password");

    let deleted = post(&client, &alice, "/api/account/delete", &[("password", PASSWORD)]).await;
    assert_eq!((deleted.status, deleted.cookie_value().as_deref()), (StatusCode::NO_CONTENT, Some("")));
    for token in [&alice, &elsewhere] {
        assert_eq!(client.session(token).await.status, StatusCode::UNAUTHORIZED);
    }
    assert!(client.log_in("alice", PASSWORD).await.is_none());
    for table in ["users", "user_keys", "sessions"] {
        assert_eq!(server.place.count(table).await, 1, "{table}");
    }
    assert_eq!(client.session(&bob).await.status, StatusCode::OK);

    client.sign_up("alice", PASSWORD).await;
    let form = client.submit("/api/account/delete", Encoding::Urlencoded, &[("password", PASSWORD)]);
    send(with(form.header("accept", "text/html"), &bob)).await.assert_redirect("/login?done=deleted");
}

pub async fn a_failed_account_form_is_shown_again_with_its_message(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for (path, heading, fields, field, message) in [
        (
            "/api/password",
            "Change your password",
            [("currentPassword", "wrong"), ("newPassword", NEW_PASSWORD)],
            "current-password",
            "Incorrect password.",
        ),
        (
            "/api/password",
            "Change your password",
            [("currentPassword", PASSWORD), ("newPassword", "123456")],
            "new-password",
            "That password is too common.",
        ),
        (
            "/api/account/delete",
            "Delete your account",
            [("password", "wrong"), ("x", "")],
            "deletion-password",
            "Incorrect password.",
        ),
    ] {
        let form = client.submit(path, Encoding::Urlencoded, &fields).header("accept", "text/html");
        let page = send(with(form, &token)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(
            page.body.contains(&format!("<h1>{heading}</h1>")) && page.body.contains(r#"value="alice""#),
            "{}",
            page.body
        );
        let beside = format!(r#"id="{field}-error" role="alert">{message}"#);
        assert!(page.body.contains(&beside), "{beside}: {}", page.body);
        assert_eq!(page.body.matches(r#"role="alert""#).count(), 1);
        assert!(!page.body.contains(PASSWORD) && !page.body.contains(NEW_PASSWORD));
    }
}

pub async fn account_pages_say_what_was_done_and_ask_a_stranger_to_sign_in(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    client.log_in("alice", PASSWORD).await.expect("let in");
    for (path, heading) in [
        ("/account", "alice"),
        ("/account/password", "Change your password"),
        ("/account/recovery-codes", "Recovery codes"),
        ("/account/sessions", "Where you&#39;re signed in"),
        ("/account/delete", "Delete your account"),
    ] {
        let page = send(with(client.get(path), &token)).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, Some("no-store")), "{path}");
        assert!(page.body.contains(&format!("<h1>{heading}</h1>")), "{path}: {}", page.body);
        assert!(!page.body.contains(r#"role="status""#), "{path}: nothing was done yet");
        send(client.get(path)).await.assert_redirect(&format!("/login?next={}", path.replace('/', "%2F")));
    }
    for (path, said) in [
        ("/account?done=password", "Your password was changed."),
        ("/account/sessions?done=session", "That device was signed out."),
        ("/account/sessions?done=other-sessions", "You&#39;re signed out everywhere else."),
    ] {
        let page = send(with(client.get(path), &token)).await.body;
        assert!(page.contains(&format!(r#"role="status" tabindex="-1" autofocus>{said}"#)), "{path}: {page}");
    }
    let page = send(with(client.get("/account?done=%3Cb%3E"), &token)).await.body;
    assert!(!page.contains(r#"role="status""#) && !page.contains("<b>"), "an unknown word says nothing: {page}");
}

pub async fn every_page_that_needs_a_session_has_a_button_to_sign_out(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let paths =
        ["/", "/account", "/account/password", "/account/recovery-codes", "/account/sessions", "/account/delete"];
    let codes = client.post("/api/recovery-codes").header("accept", "text/html");
    for request in paths.map(|path| client.get(path)).into_iter().chain([codes]) {
        let page = send(with(request, &token)).await;
        assert_eq!(page.status, StatusCode::OK);
        let (before, form) = page.body.split_once(r#"<form action="/api/logout" method="post""#).expect("a form");
        assert!(!before.contains("/api/logout") && form.contains(">Sign out</button>"), "{}", page.body);
    }
}

pub async fn a_form_of_another_user_s_page_changes_nothing(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (alice, bobby) = (client.sign_up("alice", PASSWORD).await, client.sign_up("bobby", PASSWORD).await);
    let user_id = client.session(&alice).await.json()["user"]["userId"].as_str().expect("a text").to_owned();
    let new = "staple horse battery";
    for (path, fields) in [
        ("/api/password", vec![("currentPassword", PASSWORD), ("newPassword", new)]),
        ("/api/recovery-codes", vec![("password", PASSWORD)]),
        ("/api/sessions/revoke-others", vec![]),
        ("/api/account/delete", vec![("password", PASSWORD)]),
    ] {
        let fields = [&fields[..], &[("userId", user_id.as_str())]].concat();
        let reply = send(client.submit(path, Encoding::Json, &fields).header("cookie", cookie(&bobby))).await;
        reply.assert_error(401, "unauthenticated", "Unauthenticated");
        assert_eq!(client.session(&bobby).await.status, StatusCode::OK, "{path}");
    }
    for no_text in [json!({}), json!(1), json!("")] {
        let revoke = client.post("/api/sessions/revoke-others").json(&json!({"userId": no_text}));
        send(with(revoke, &bobby)).await.assert_error(401, "unauthenticated", "Unauthenticated");
    }
    let fields = [("currentPassword", PASSWORD), ("newPassword", new), ("userId", user_id.as_str())];
    let reply = send(client.submit("/api/password", Encoding::Json, &fields).header("cookie", cookie(&alice))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
}

pub async fn the_page_of_sessions_stays_small(place: Place) {
    let server = TestServer::start_with(place, &["--throttle=off"]).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let fields = [("username", "alice"), ("password", PASSWORD)];
    for _ in 0..14 {
        let request = client.submit("/api/login", Encoding::Json, &fields).header("user-agent", "<".repeat(256));
        assert_eq!(send(request).await.status, StatusCode::OK);
    }
    let page = |path: &'static str| send(client.get(path).header("cookie", cookie(&token)));
    let first = page("/account/sessions").await.body;
    assert_eq!(first.matches("<li>").count(), 10);
    assert!(first.find("This device") < first.find("/revoke\"") && first.contains("/account/sessions?all"), "{first}");
    assert!(first.len() < 20_000, "{}", first.len());
    let all = page("/account/sessions?all").await.body;
    assert_eq!((all.matches("<li>").count(), all.contains("?all")), (15, false));
}
