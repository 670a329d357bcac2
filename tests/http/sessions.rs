//! Sessions over time, and the credentials that prove them.

use std::time::Duration;

use doorward_domain::{Attributes, SessionId, UserId};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::storage::people::with_attributes;
use crate::storage::places::Place;
use crate::support::client::{Encoding, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const DAY: Duration = Duration::from_hours(24);
const MOMENT: Duration = Duration::from_millis(1);

pub async fn a_session_has_the_names_of_lucia_s(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let fields = [("username", "Alice"), ("password", PASSWORD)];
    let opened = send(client.submit("/api/signup", Encoding::Json, &fields)).await.json();
    let token = client.log_in("alice", PASSWORD).await.expect("let in");
    let session = client.session(&token).await;
    assert_eq!(session.header("cache-control"), Some("no-store"));
    for json in [opened, session.json()] {
        let mut names: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
        names.sort_unstable();
        let expected = ["activePeriodExpiresAt", "fresh", "idlePeriodExpiresAt", "sessionId", "state", "user"];
        assert_eq!(names, expected);
        assert_eq!((&json["state"], &json["fresh"]), (&json!("active"), &json!(false)));
        assert_eq!(json["user"].as_object().expect("an object").len(), 2);
        assert_eq!(json["user"]["username"], "Alice");
        for instant in ["activePeriodExpiresAt", "idlePeriodExpiresAt"] {
            let text = json[instant].as_str().expect("a text");
            assert!(text.len() == 24 && text.ends_with('Z') && &text[10..11] == "T", "{text}");
        }
    }
}

pub async fn attributes_are_in_the_very_next_validation_and_nowhere_while_empty(place: Place) {
    let server = TestServer::start(place).await;
    let store = server.place.open().await;
    let client = server.client();
    let token = client.sign_up("Alice", PASSWORD).await;
    let before = client.session(&token).await.body;
    assert!(!before.contains("attributes"), "{before}");

    let digits = Attributes::parse(r#"{"id":12345678901234567890123,"price":1.10}"#).expect("an object");
    let (user, session) = (json!({"plan": "pro", "seats": [1, 2.5]}), json!({"device": "é\u{0}</script>"}));
    let attributes = |json: &serde_json::Value| Attributes::parse(&json.to_string()).expect("an object");
    let shown = client.session(&token).await.json();
    let id = |json: &serde_json::Value| json.as_str().expect("an id").to_owned();
    let (user_id, session_id) =
        (UserId::restore(id(&shown["user"]["userId"])), SessionId::restore(id(&shown["sessionId"])));
    store.users().update(&with_attributes(&user_id, &attributes(&user))).await.expect("an update");
    let shown = client.session(&token).await.json();
    assert_eq!((&shown["user"]["attributes"], shown.get("attributes")), (&user, None));
    assert!(store.sessions().set_attributes(&session_id, &attributes(&session)).await.expect("an answer"));
    let shown = client.session(&token).await.json();
    assert_eq!((&shown["user"]["attributes"], &shown["attributes"]), (&user, &session));
    let listed = send(client.get("/api/sessions").header("cookie", cookie(&token))).await.json();
    assert_eq!(listed["sessions"][0]["attributes"], session);
    assert!(store.sessions().set_attributes(&session_id, &digits).await.expect("an answer"));
    let listed = send(client.get("/api/sessions").header("cookie", cookie(&token))).await.body;
    let validated = client.session(&token).await.body;
    assert!(listed.contains(digits.as_json()) && validated.contains(digits.as_json()), "{listed} {validated}");

    let fields = [("username", "alice"), ("password", PASSWORD)];
    let again = send(client.submit("/api/login", Encoding::Json, &fields)).await.json();
    assert_eq!((&again["user"]["attributes"], again.get("attributes")), (&user, None), "a new session has none");

    store.users().update(&with_attributes(&user_id, &Attributes::default())).await.expect("an update");
    assert!(store.sessions().set_attributes(&session_id, &Attributes::default()).await.expect("an answer"));
    assert_eq!(client.session(&token).await.body, before, "byte for byte as it was");
}

pub async fn a_clock_that_was_ahead_gives_no_session_a_longer_life(place: Place) {
    let now = TestServer::start(place.clone()).await;
    let ahead = TestServer::start(place).await;
    let renewed_ahead = now.client().sign_up("alice", PASSWORD).await;
    ahead.clock.advance(Duration::from_hours(10 * 24));
    assert_eq!(ahead.client().session(&renewed_ahead).await.json()["fresh"], true);
    ahead.clock.advance(Duration::from_hours(355 * 24));
    let opened_ahead = ahead.client().sign_up("bobby", PASSWORD).await;

    let honest = now.client().sign_up("carol", PASSWORD).await;
    let honest = now.client().session(&honest).await.json();
    for token in [renewed_ahead, opened_ahead] {
        let session = now.client().session(&token).await.json();
        assert_eq!(session["fresh"], true, "{session}");
        for end in ["activePeriodExpiresAt", "idlePeriodExpiresAt"] {
            assert_eq!(session[end], honest[end], "{session}");
        }
        assert_eq!(now.client().session(&token).await.json()["fresh"], false, "once");
    }
}

pub async fn an_active_session_is_validated_without_a_write(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let before = client.session(&token).await.json();
    server.clock.advance(DAY.saturating_sub(MOMENT));
    assert_eq!(client.session(&token).await.json(), before, "active to the last millisecond, its instants untouched");
}

pub async fn an_idle_session_is_renewed_once_and_fresh(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let opened = client.session(&token).await.json();
    server.clock.advance(DAY);
    let renewed = client.session(&token).await.json();
    assert_eq!((&renewed["state"], &renewed["fresh"]), (&json!("active"), &json!(true)));
    assert_eq!(renewed["sessionId"], opened["sessionId"]);
    assert!(renewed["activePeriodExpiresAt"].as_str() > opened["activePeriodExpiresAt"].as_str());
    assert!(renewed["idlePeriodExpiresAt"].as_str() > opened["idlePeriodExpiresAt"].as_str());
    let again = client.session(&token).await.json();
    assert_eq!(again["fresh"], false);
    assert_eq!(again["idlePeriodExpiresAt"], renewed["idlePeriodExpiresAt"]);

    server.clock.advance((DAY * 15).saturating_sub(MOMENT));
    let page = send(client.get("/").header("cookie", cookie(&token))).await;
    assert_eq!(page.status, StatusCode::OK, "pages renew as well, to the last millisecond");
    server.clock.advance(DAY * 14);
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "both periods started again");
}

pub async fn fifty_parallel_validations_of_an_idle_session_all_succeed(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.clock.advance(DAY);
    let replies = join_all((0..50).map(|_| client.session(&token))).await;
    let fresh = replies.iter().filter(|reply| reply.json()["fresh"] == true).count();
    assert!(replies.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(fresh, 1, "one of them renewed it");
}

pub async fn a_session_revoked_under_load_is_refused_at_the_next_request(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    for _ in 0..20 {
        let token = client.log_in("alice", PASSWORD).await.expect("let in");
        let asking = join_all((0..8).map(|_| {
            let (client, token) = (client.clone(), token.clone());
            async move { while client.session(&token).await.status == StatusCode::OK {} }
        }));
        let ending = async {
            let ended = send(client.post("/api/logout").header("cookie", cookie(&token))).await;
            assert_eq!(ended.status, StatusCode::FOUND);
            assert_eq!(client.session(&token).await.status, StatusCode::UNAUTHORIZED);
        };
        tokio::join!(asking, ending);
    }
}

pub async fn a_dead_session_is_refused_and_removed(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.clock.advance(DAY * 15);
    client.session(&token).await.assert_error(401, "unauthenticated", "Unauthenticated");
    assert_eq!(server.place.count("sessions").await, 0);
    send(client.get("/").header("cookie", cookie(&token))).await.assert_redirect("/login");
    let log_out = send(client.post("/api/logout").header("cookie", cookie(&token))).await;
    log_out.assert_error(401, "unauthenticated", "Unauthenticated");
    assert!(client.log_in("alice", PASSWORD).await.is_some(), "the account lives on");
}

pub async fn the_longest_life_ends_what_renewal_would_prolong(place: Place) {
    let server = TestServer::start_with(place, &["--session-max=3d"]).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for _ in 0..2 {
        server.clock.advance(DAY + Duration::from_hours(11));
        assert_eq!(client.session(&token).await.status, StatusCode::OK);
    }
    server.clock.advance(Duration::from_hours(2));
    assert_eq!(client.session(&token).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn a_fourth_login_ends_the_oldest_of_three(place: Place) {
    let server = TestServer::start_with(place, &["--sessions-per-user=3"]).await;
    let client = server.client();
    let bobby = client.sign_up("bobby", PASSWORD).await;
    let mut tokens = vec![client.sign_up("alice", PASSWORD).await];
    for opened in 1..6 {
        server.clock.advance(Duration::from_millis(1));
        tokens.push(client.log_in("alice", PASSWORD).await.expect("let in"));
        for (number, token) in tokens.iter().enumerate() {
            let expected = if number + 3 > opened { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(client.session(token).await.status, expected, "number {number} after {opened} logins");
        }
    }
    assert_eq!(client.session(&bobby).await.status, StatusCode::OK, "another user's are untouched");
}

pub async fn without_a_bound_no_login_ends_another_session(place: Place) {
    let server = TestServer::start_with(place, &["--sessions-per-user=off"]).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for _ in 0..5 {
        client.log_in("alice", PASSWORD).await.expect("let in");
    }
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
    assert_eq!(server.place.count("sessions").await, 6);
}

pub async fn sessions_beyond_the_list_are_told_of_and_revoked(place: Place) {
    let server = TestServer::start_with(place, &["--sessions-per-user=off"]).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let get = |path: &str| send(client.get(path).header("cookie", cookie(&token)));
    let listed = async || {
        let list = get("/api/sessions").await.json();
        (list["sessions"].as_array().map(Vec::len), list["more"].clone())
    };
    assert_eq!(listed().await, (Some(1), json!(false)));
    server.place.add_older_sessions(1_000).await;
    assert_eq!(listed().await, (Some(1_000), json!(true)));
    let page = get("/account/sessions?all").await.body;
    assert!(page.contains("950 more and older ones are not shown."), "{page}");
    let revoke = client.submit("/api/sessions/revoke-others", Encoding::Json, &[]).header("cookie", cookie(&token));
    assert_eq!(send(revoke).await.status, StatusCode::NO_CONTENT);
    assert_eq!((listed().await, server.place.count("sessions").await), ((Some(1), json!(false)), 1));
}

pub async fn a_bearer_client_gets_a_token_and_no_cookie(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    for (path, status) in [("/api/signup", StatusCode::CREATED), ("/api/login", StatusCode::OK)] {
        for (encoding, accept) in [(Encoding::Multipart, "text/html"), (Encoding::Json, "*/*")] {
            let username = if path == "/api/login" { "Multipart" } else { &format!("{encoding:?}") };
            let fields = [("username", username), ("password", PASSWORD), ("transport", "bearer"), ("next", "/x")];
            let reply = send(client.submit(path, encoding, &fields).header("accept", accept)).await;
            assert_eq!(reply.status, status, "{}", reply.body);
            assert_eq!(reply.set_cookie(), None);
            let token = reply.json()["token"].as_str().expect("a token").to_owned();
            let with_token = |request: reqwest::RequestBuilder| send(request.bearer_auth(&token));
            let session = with_token(client.get("/api/session")).await;
            assert_eq!(session.json()["sessionId"], reply.json()["sessionId"]);
            assert_eq!(session.json().get("token"), None, "it is shown once");
            assert_eq!(with_token(client.post("/api/logout").json(&json!({}))).await.status, StatusCode::NO_CONTENT);
            assert_eq!(with_token(client.get("/api/session")).await.status, StatusCode::UNAUTHORIZED);
        }
    }
    let fields = [("username", "stranger"), ("password", PASSWORD), ("transport", "bearer")];
    let reply = send(client.submit("/api/login", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    reply.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    for transport in [json!("pigeon"), json!(1)] {
        let body = json!({"username": "alice", "password": PASSWORD, "transport": transport});
        send(client.post("/api/login").json(&body)).await.assert_error(400, "malformed_request", "Malformed request");
    }
}

pub async fn the_bearer_header_counts_before_the_cookie(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (alice, bobby) = (client.sign_up("alice", PASSWORD).await, client.sign_up("bobby", PASSWORD).await);
    let both =
        |header: &str| client.get("/api/session").header("cookie", cookie(&alice)).header("authorization", header);
    let reply = send(both(&format!("Bearer {bobby}"))).await;
    assert_eq!(reply.json()["user"]["username"], "bobby");
    send(both("Bearer rubbish")).await.assert_error(401, "unauthenticated", "Unauthenticated");
    assert_eq!(send(both("Basic YTpi")).await.json()["user"]["username"], "alice");
}

pub async fn no_credential_is_a_session_id_or_a_changed_token(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let session_id = client.session(&token).await.json()["sessionId"].as_str().expect("a text").to_owned();
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{last}", &token[..token.len() - 1]);
    for credential in [&session_id, &changed, &format!("{token}="), &token.to_uppercase(), &String::new()] {
        client.session(credential).await.assert_error(401, "unauthenticated", "Unauthenticated");
        let bearer = send(client.get("/api/session").bearer_auth(credential)).await;
        bearer.assert_error(401, "unauthenticated", "Unauthenticated");
    }
    let garbage_beside = format!("x=\u{fc}; y=%ff; auth_session=; {}; auth_session=rubbish", cookie(&token));
    let reply = send(client.get("/api/session").header("cookie", garbage_beside.as_bytes())).await;
    assert_eq!(reply.status, StatusCode::OK, "other apps' cookies harm nothing");
}

pub async fn the_store_holds_no_token_and_no_password(place: Place) {
    const SECRET: &str = "correct-horse-battery";
    let server = TestServer::start(place).await;
    let token = server.client().sign_up("alice", SECRET).await;
    server.client().log_in("alice", SECRET).await.expect("let in");
    let contents = server.place.dump().await;
    assert!(contents.contains("alice"), "the dump shows what is stored");
    assert!(!contents.contains(&token));
    assert!(!contents.contains(SECRET));
    assert!(contents.contains("$argon2id$v=19$m=8,t=1,p=1$"), "a PHC string");
}

pub async fn a_damaged_store_is_an_unknown_error_that_says_nothing(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    server.place.run(server.place.rubbish[0]).await;
    client.session(&token).await.assert_error(500, "unknown", "An unknown error occurred");
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let login = send(client.submit("/api/login", Encoding::Multipart, &fields)).await;
    login.assert_error(500, "unknown", "An unknown error occurred");
    let page = send(client.get("/").header("cookie", cookie(&token)).header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = page.header("x-request-id").expect("a number to tell").to_owned();
    assert!(page.body.contains("<h1>Something went wrong</h1>") && page.body.contains(&request_id));
    assert!(!page.body.contains("created_at") && !page.body.contains("users"), "{}", page.body);
}

pub async fn sessions_of_two_users_prove_neither(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (alice, bobby) = (client.sign_up("alice", PASSWORD).await, client.sign_up("bobby", PASSWORD).await);
    let cookies = format!("{}; {}", cookie(&alice), cookie(&bobby));
    for path in ["/api/session", "/api/verify"] {
        let reply = send(client.get(path).header("cookie", &cookies)).await;
        reply.assert_error(401, "unauthenticated", "Unauthenticated");
    }
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let reply = send(client.submit("/api/login", Encoding::Json, &fields).header("cookie", &cookies)).await;
    assert!(reply.status.is_success(), "{}", reply.body);
    assert_eq!(client.session(&bobby).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn signing_out_ends_the_session_of_every_cookie(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let mut tokens = vec![client.sign_up("alice", PASSWORD).await, client.sign_up("bobby", PASSWORD).await];
    for _ in 0..5 {
        tokens.push(client.log_in("alice", PASSWORD).await.expect("let in"));
    }
    let planted = vec![cookie(&"A".repeat(43)); 4].join("; ");
    let cookies = tokens.iter().map(|token| cookie(token)).collect::<Vec<_>>().join("; ");
    for cookies in [format!("{planted}; {}", cookie(&tokens.pop().expect("a session"))), cookies] {
        let reply = send(client.submit("/api/logout", Encoding::Json, &[]).header("cookie", cookies)).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.body);
    }
    for token in &tokens {
        assert_eq!(client.session(token).await.status, StatusCode::UNAUTHORIZED);
    }
}

pub async fn a_renewed_session_sets_its_cookie_again(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let idle = async || server.clock.advance(DAY + MOMENT);
    let get = async |path: &str| send(client.get(path).header("cookie", cookie(&token))).await;
    for path in ["/api/session", "/api/sessions", "/api/verify", "/account", "/", "/login", "/api/account/data"] {
        assert_eq!(get(path).await.set_cookie(), None, "{path}: it is active");
        idle().await;
        let renewed = get(path).await;
        assert_eq!(renewed.cookie_value().as_deref(), Some(token.as_str()), "{path}: {:?}", renewed.headers);
        let attributes = renewed.set_cookie().expect("a cookie").to_owned();
        assert!(attributes.contains("; HttpOnly; SameSite=Lax; Max-Age=31536000; Expires="), "{attributes}");
        assert_eq!(renewed.header("cache-control"), Some("no-store"), "{path}");
    }
    idle().await;
    let bearer = send(client.get("/api/session").bearer_auth(&token)).await;
    assert_eq!((bearer.json()["fresh"].as_bool(), bearer.set_cookie()), (Some(true), None), "a bearer keeps its token");
    idle().await;
    let other = client.get("/api/session").bearer_auth(&token).header("cookie", cookie(&"x".repeat(43)));
    assert_eq!(send(other).await.set_cookie(), None, "the cookie is not the token of the header");
    idle().await;
    let out = send(client.post("/api/logout").header("cookie", cookie(&token))).await;
    let lines: Vec<_> = out.headers.get_all("set-cookie").iter().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(out.set_cookie().expect("a cookie").starts_with("auth_session=;"), "a sign-out only removes it");
}

pub async fn an_imported_session_keeps_the_text_of_its_cookie(place: Place) {
    // A token, a dot and its signature in base64, as Better Auth has them; and the SHA-256 of the text.
    let token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345.x+y/z0123456789abcdefghijklmnopqrstuvwxyzAB=";
    let hash = "b644b5e943417a356400d91e64dab3717fdc2108507762afaf31e532bedb844e";
    let written = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let server = TestServer::start(place).await;
    let client = server.client();
    let own = client.sign_up("alice", PASSWORD).await;
    let blob = if server.place.url.starts_with("sqlite:") { format!("x'{hash}'") } else { format!("'\\x{hash}'") };
    server.place.run(&format!("UPDATE sessions SET token_hash = {blob}")).await;

    assert_eq!(client.session(&own).await.status, StatusCode::UNAUTHORIZED);
    let get = async |value: &str| send(client.get("/api/session").header("cookie", cookie(value))).await;
    for value in [written.as_str(), token] {
        let reply = get(value).await;
        assert_eq!((reply.status, reply.set_cookie()), (StatusCode::OK, None), "{}", reply.body);
    }
    assert_eq!(send(client.get("/api/session").bearer_auth(token)).await.status, StatusCode::OK);
    assert_eq!(send(client.get("/api/session").bearer_auth(&written)).await.status, StatusCode::UNAUTHORIZED);
    server.clock.advance(DAY + MOMENT);
    let renewed = get(&written).await;
    assert_eq!(renewed.json()["fresh"], true);
    assert_eq!(renewed.cookie_value(), Some(written.clone()));
    let out = send(client.post("/api/logout").header("cookie", cookie(&written))).await;
    out.assert_redirect("/login");
    assert_eq!(get(&written).await.status, StatusCode::UNAUTHORIZED);
}

pub async fn a_renewal_sets_no_cookie_of_a_session_that_did_not_count(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let (first, other) = (client.sign_up("mallory", PASSWORD).await, client.sign_up("mallory 2", PASSWORD).await);
    let again = client.log_in("mallory", PASSWORD).await.expect("signed in");
    server.clock.advance(DAY + MOMENT);
    let alice = client.sign_up("alice", PASSWORD).await;
    for cookies in [[&alice, &first], [&other, &alice], [&first, &other]] {
        let both = format!("{}; {}", cookie(cookies[0]), cookie(cookies[1]));
        for path in ["/api/session", "/api/verify", "/account", "/", "/login"] {
            let reply = send(client.get(path).header("cookie", &both)).await;
            assert_eq!(reply.set_cookie(), None, "{path}: a subdomain can plant a cookie of another user");
        }
    }
    server.clock.advance(DAY + MOMENT);
    let both = format!("{}; {}", cookie(&again), cookie(&first));
    let reply = send(client.get("/api/session").header("cookie", &both)).await;
    assert_eq!(reply.cookie_value(), Some(again), "of two of one user, the first counts");
}
