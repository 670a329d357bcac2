//! Links that an operator hands over: a new password, and an invitation.

use std::sync::Arc;
use std::time::Duration;

use doorward_adapters_crypto::OsTokenGenerator;
use doorward_app::admin::{Links, NewInvitation};
use doorward_domain::ports::{Clock, UserUpdate};
use doorward_domain::{Attributes, LinkPolicy, UserId, UsernameRules};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";
const BY_INVITATION: &str = "--signup=invite";

/// A server, a client and the operator's links.
pub struct School {
    pub server: TestServer,
    pub client: Client,
    pub links: Links,
}

impl School {
    pub async fn open(place: Place, flags: &[&str]) -> Self {
        let server = TestServer::start_with(place, flags).await;
        let store = server.place.open().await;
        let clock = Arc::clone(&server.clock) as Arc<dyn Clock>;
        let tokens = Arc::new(OsTokenGenerator);
        let links = Links::new(store.links(), store.users(), tokens, clock, UsernameRules::DEFAULT);
        Self { client: server.client(), links, server }
    }

    /// Signs a user up and returns the session's token and the user's id.
    pub async fn sign_up(&self, username: &str) -> (String, UserId) {
        let token = self.client.sign_up(username, PASSWORD).await;
        let session = self.client.session(&token).await.json();
        (token, UserId::restore(session["user"]["userId"].as_str().expect("an id").to_owned()))
    }

    /// The code of a new password link.
    pub async fn link(&self, user: &UserId) -> String {
        let link = self.links.create_password_link(user, LinkPolicy::PASSWORD_LINK).await.expect("a link");
        link.code.expose().to_owned()
    }

    /// The code of a new invitation.
    pub async fn invite(&self, username: Option<&str>, uses: u32) -> String {
        let attributes = Attributes::parse(r#"{"class":"5b"}"#).expect("an object");
        let username = username.map(ToOwned::to_owned);
        let new = NewInvitation { username, attributes, uses, valid_for: LinkPolicy::INVITATION };
        self.links.create_invitation(new).await.expect("an invitation").1.expose().to_owned()
    }

    pub async fn update(&self, change: UserUpdate) {
        self.server.place.open().await.users().update(&change).await.expect("an update");
    }

    pub async fn reset(&self, code: &str) -> Reply {
        let fields = [("code", code), ("newPassword", NEW_PASSWORD)];
        send(self.client.submit("/api/reset", Encoding::Json, &fields)).await
    }

    async fn sign_up_with(&self, username: &str, code: &str) -> Reply {
        let fields = [("username", username), ("password", PASSWORD), ("invitation", code)];
        send(self.client.submit("/api/signup", Encoding::Json, &fields)).await
    }
}

/// A GET as a browser opens a link.
async fn open(client: &Client, path: &str) -> Reply {
    send(client.get(path).header("accept", "text/html")).await
}

#[track_caller]
fn assert_invalid(reply: &Reply) {
    reply.assert_error(400, "invalid_link", "Invalid link");
}

pub async fn a_password_link_sets_a_password_once_and_revokes_every_other_session(place: Place) {
    let school = School::open(place, &[]).await;
    for (number, encoding) in Encoding::ALL.into_iter().enumerate() {
        let name = format!("Pupil {number}");
        let (old, id) = school.sign_up(&name).await;
        let code = school.link(&id).await;
        assert_eq!(school.client.session(&old).await.status, StatusCode::OK, "nothing ends before it is used");
        let typed = code.to_lowercase().replace('-', " ");
        let fields = [("code", typed.as_str()), ("newPassword", NEW_PASSWORD)];
        let request = school.client.submit("/api/reset", encoding, &fields).header("accept", "application/json");
        let reply = send(request).await;
        assert_eq!(reply.status, StatusCode::OK, "{encoding:?} {}", reply.body);
        assert_eq!(reply.json()["user"]["username"], json!(name));
        let token = reply.cookie_value().expect("a session");
        assert_eq!(school.client.session(&token).await.status, StatusCode::OK);
        assert_eq!(school.client.session(&old).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(school.client.log_in(&name, PASSWORD).await, None);
        assert!(school.client.log_in(&name, NEW_PASSWORD).await.is_some());
        assert_invalid(&school.reset(&code).await);
        let data = send(school.client.get("/api/account/data").header("cookie", cookie(&token))).await.json();
        let kinds: Vec<_> = data["signIns"].as_array().expect("sign-ins").iter().map(|event| &event["kind"]).collect();
        assert!(kinds.contains(&&json!("password_reset")), "{data}");
    }
}

pub async fn recovery_codes_stay_when_a_link_is_used(place: Place) {
    let school = School::open(place, &[]).await;
    let (token, id) = school.sign_up("Alice").await;
    let codes = send(school.client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    assert_eq!(school.reset(&school.link(&id).await).await.status, StatusCode::OK);
    let code = codes["codes"][0].as_str().expect("a code");
    let fields = [("username", "alice"), ("code", code), ("newPassword", "another battery")];
    let recovered = send(school.client.submit("/api/recover", Encoding::Json, &fields)).await;
    assert_eq!(recovered.json()["recoveryCodesLeft"], 9);
}

pub async fn opening_a_link_uses_nothing_up_and_leaks_it_nowhere(place: Place) {
    let school = School::open(place, &[]).await;
    let (_, id) = school.sign_up("Alice").await;
    let paths = [format!("/reset/{}", school.link(&id).await), format!("/invite/{}", school.invite(None, 1).await)];
    for path in &paths {
        for _ in 0..3 {
            let page = open(&school.client, path).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert!(page.body.contains(r#"<meta name="referrer" content="strict-origin">"#), "{}", page.body);
            assert_eq!(page.set_cookie(), None);
            let head = send(school.client.request(Method::HEAD, path)).await;
            assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
        }
    }
    let page = open(&school.client, &paths[0]).await.body;
    assert!(page.contains("Alice") && page.contains(r#"<input type="hidden" name="code""#), "{page}");
    let code = paths[0].strip_prefix("/reset/").expect("its path");
    assert_eq!(school.reset(code).await.status, StatusCode::OK);
    let code = paths[1].strip_prefix("/invite/").expect("its path");
    assert_eq!(school.sign_up_with("Bobby", code).await.status, StatusCode::CREATED);
}

pub async fn a_wrong_used_expired_replaced_or_revoked_code_has_one_answer(place: Place) {
    let school = School::open(place, &[BY_INVITATION]).await;
    let first = school.invite(None, 9).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let reply = school.sign_up_with(&format!("Pupil {number}"), &first).await.json();
        ids.push(UserId::restore(reply["user"]["userId"].as_str().expect("an id").to_owned()));
    }
    let used = school.link(&ids[0]).await;
    assert_eq!(school.reset(&used).await.status, StatusCode::OK);
    let replaced = school.link(&ids[1]).await;
    school.link(&ids[1]).await;
    let revoked = school.link(&ids[2]).await;
    assert!(school.links.revoke_password_link(&ids[2]).await.expect("an answer"));
    let disabled = school.link(&ids[3]).await;
    school.update(UserUpdate { disabled: Some(true), ..UserUpdate::of(ids[3].clone()) }).await;
    let expired = school.links.create_password_link(&ids[4], Duration::from_millis(1)).await.expect("a link");
    school.server.clock.advance(Duration::from_millis(1));
    let expired = expired.code.expose().to_owned();
    let (unknown, malformed) = ("0000-0000-0000-0000".to_owned(), "x".to_owned());
    let codes = [used, replaced, revoked, disabled, expired, unknown, malformed, first];
    let mut bodies = std::collections::HashSet::new();
    for code in &codes {
        let reply = school.reset(code).await;
        assert_invalid(&reply);
        bodies.insert(reply.body);
        let page = open(&school.client, &format!("/reset/{code}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.body.contains("This link doesn&#39;t work any more"), "{}", page.body);
        assert!(!page.body.contains(code.as_str()) || code == "x", "{}", page.body);
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let mut bodies = std::collections::HashSet::new();
    for code in &codes[..7] {
        let reply = school.sign_up_with("Carol", code).await;
        assert_invalid(&reply);
        bodies.insert(reply.body);
        assert_eq!(open(&school.client, &format!("/invite/{code}")).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

pub async fn of_twenty_racing_uses_of_a_link_one_signs_in(place: Place) {
    let school = School::open(place, &[]).await;
    let (_, id) = school.sign_up("Alice").await;
    let code = school.link(&id).await;
    let replies = join_all((0..20).map(|_| school.reset(&code))).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::OK);
    assert_eq!(won.len(), 1);
    lost.into_iter().for_each(assert_invalid);
    let token = won[0].cookie_value().expect("a session");
    let listed = send(school.client.get("/api/sessions").header("cookie", cookie(&token))).await.json();
    assert_eq!(listed["sessions"].as_array().expect("sessions").len(), 1);
}

pub async fn a_refused_password_leaves_the_link_as_it_was_and_the_page_shows_it_again(place: Place) {
    let school = School::open(place, &[]).await;
    let (_, id) = school.sign_up("Alice").await;
    let code = school.link(&id).await;
    for (password, reason) in [("short", "too_short"), ("alice2026", "contains_username"), ("password", "too_common")] {
        let fields = [("code", code.as_str()), ("newPassword", password)];
        let reply = send(school.client.submit("/api/reset", Encoding::Json, &fields)).await;
        reply.assert_error(400, "invalid_password", "Invalid password");
        let json = reply.json();
        assert_eq!((&json["field"], &json["reason"]), (&json!("newPassword"), &json!(reason)));
    }
    let fields = [("code", code.as_str()), ("newPassword", "short"), ("username", "Alice"), ("next", "/account")];
    let page =
        send(school.client.submit("/api/reset", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    for part in [code.as_str(), "Alice", r#"id="new-password-error""#, r#"name="next" value="/account""#] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let fields = [("code", "wrong"), ("newPassword", NEW_PASSWORD)];
    let page =
        send(school.client.submit("/api/reset", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    assert!(page.body.contains(r#"id="code-error""#), "a typed code can be corrected: {}", page.body);
    let fields = [("code", code.as_str()), ("newPassword", NEW_PASSWORD)];
    let form =
        send(school.client.submit("/api/reset", Encoding::Urlencoded, &fields).header("accept", "text/html")).await;
    form.assert_redirect("/account?done=reset");
}

pub async fn guesses_at_links_are_limited_by_address_and_right_codes_are_not(place: Place) {
    let school = School::open(place, &["--throttle=on"]).await;
    let code = school.invite(None, 100).await;
    for number in 0..40 {
        let reply = school.sign_up_with(&format!("Pupil {number}"), &code).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{number}: {}", reply.body);
        assert_eq!(open(&school.client, &format!("/invite/{code}")).await.status, StatusCode::OK);
    }
    let mut guesses = 0;
    let refused = loop {
        let reply = school.reset("0000-0000-0000-0000").await;
        if reply.status != StatusCode::BAD_REQUEST {
            break reply;
        }
        guesses += 1;
    };
    refused.assert_error(429, "too_many_attempts", "Too many attempts");
    assert_eq!(guesses, 30);
    let page = open(&school.client, "/reset/0000-0000-0000-0000").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "a GET is a guess as well");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert!(school.client.log_in("pupil 0", PASSWORD).await.is_some(), "links that another site opens slow no login");
}

pub async fn sign_up_by_invitation_needs_one(place: Place) {
    let school = School::open(place, &[BY_INVITATION]).await;
    let config = send(school.client.get("/api/config")).await.json();
    assert_eq!((&config["signUp"], &config["signUpOpen"]), (&json!("invite"), &json!(false)));
    let fields = [("username", "Alice"), ("password", PASSWORD)];
    for blank in [None, Some(""), Some("  ")] {
        let given: Vec<_> = fields.into_iter().chain(blank.map(|code| ("invitation", code))).collect();
        let reply = send(school.client.submit("/api/signup", Encoding::Json, &given)).await;
        reply.assert_error(403, "invitation_required", "Sign-up is by invitation");
        assert_eq!(reply.json()["field"], "invitation");
    }
    let page = open(&school.client, "/signup").await.body;
    assert!(page.contains(r#"<input id="invitation""#), "{page}");
    assert!(open(&school.client, "/login").await.body.contains("/signup"));
    let code = school.invite(None, 1).await;
    let reply = school.sign_up_with("Alice", &code).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    assert_eq!(reply.json()["user"]["attributes"], json!({"class": "5b"}));
    assert_invalid(&school.sign_up_with("Bobby", &code).await);
}

pub async fn an_invitation_may_fix_the_username(place: Place) {
    let school = School::open(place, &[BY_INVITATION]).await;
    let code = school.invite(Some("Éva Müller"), 1).await;
    let page = open(&school.client, &format!("/invite/{code}")).await.body;
    assert!(page.contains(r#"value="Éva Müller""#) && page.contains(r#"type="hidden" name="invitation""#), "{page}");
    let reply = school.sign_up_with("Another", &code).await;
    reply.assert_error(400, "invalid_username", "Invalid username");
    assert_eq!(reply.json()["reason"], "not_invited");
    let fields = [("password", PASSWORD), ("invitation", code.as_str())];
    let reply = send(school.client.submit("/api/signup", Encoding::Json, &fields)).await;
    assert_eq!(reply.json()["user"]["username"], json!("Éva Müller"));
    let taken = NewInvitation {
        username: Some("ÉVA MÜLLER".to_owned()),
        attributes: Attributes::default(),
        uses: 1,
        valid_for: LinkPolicy::INVITATION,
    };
    assert!(school.links.create_invitation(taken).await.is_err(), "the name is taken by now");
}

pub async fn where_sign_up_is_closed_invitations_do_not_count(place: Place) {
    let school = School::open(place, &["--signup=closed"]).await;
    let code = school.invite(None, 1).await;
    school.sign_up_with("Alice", &code).await.assert_error(403, "signup_closed", "Sign-up is closed");
    let page = open(&school.client, &format!("/invite/{code}")).await;
    assert!(page.body.contains("No new accounts can be created here"), "{}", page.body);
    assert!(!page.body.contains("<form action=\"/api/signup\""), "{}", page.body);
}

pub async fn a_disabled_user_is_refused_at_once_and_told_so_by_the_right_password_alone(place: Place) {
    let school = School::open(place, &[]).await;
    let (token, id) = school.sign_up("Alice").await;
    let codes = send(school.client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    let code = codes["codes"][0].as_str().expect("a code").to_owned();
    assert_eq!(school.client.session(&token).await.status, StatusCode::OK);
    school.update(UserUpdate { disabled: Some(true), ..UserUpdate::of(id.clone()) }).await;
    assert_eq!(school.client.session(&token).await.status, StatusCode::UNAUTHORIZED);

    let log_in = async |password: &str| {
        let fields = [("username", "alice"), ("password", password)];
        send(school.client.submit("/api/login", Encoding::Json, &fields)).await
    };
    log_in(PASSWORD).await.assert_error(403, "account_disabled", "Account is disabled");
    log_in("wrong horse").await.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    let recover = async |code: &str| {
        let fields = [("username", "alice"), ("code", code), ("newPassword", NEW_PASSWORD)];
        send(school.client.submit("/api/recover", Encoding::Json, &fields)).await
    };
    recover(&code).await.assert_error(403, "account_disabled", "Account is disabled");
    let wrong = recover("0000-0000-0000-0000").await;
    wrong.assert_error(400, "incorrect_recovery_code", "Incorrect username or recovery code");
    assert!(school.links.create_password_link(&id, LinkPolicy::PASSWORD_LINK).await.is_err());
    let fields = [("username", "ALICE"), ("password", PASSWORD)];
    let taken = send(school.client.submit("/api/signup", Encoding::Json, &fields)).await;
    taken.assert_error(400, "username_taken", "Username already taken");
    let form =
        school.client.submit("/api/login", Encoding::Urlencoded, &[("username", "alice"), ("password", PASSWORD)]);
    let page = send(form.header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("Account is disabled. Ask the site&#39;s administrator."), "{}", page.body);

    school.update(UserUpdate { disabled: Some(false), ..UserUpdate::of(id) }).await;
    assert_eq!(log_in(PASSWORD).await.status, StatusCode::OK);
    assert_eq!(recover(&code).await.status, StatusCode::OK, "the code was not used up");
}

pub async fn a_user_is_disabled_on_three_nodes_before_the_call_returns(place: Place) {
    let first = School::open(place.clone(), &[]).await;
    let others = [TestServer::start(place.clone()).await, TestServer::start(place).await];
    let (token, id) = first.sign_up("Alice").await;
    let nodes = [first.client.clone(), others[0].client(), others[1].client()];
    for node in &nodes {
        assert_eq!(node.session(&token).await.status, StatusCode::OK);
    }
    first.update(UserUpdate { disabled: Some(true), ..UserUpdate::of(id) }).await;
    for node in &nodes {
        assert_eq!(node.session(&token).await.status, StatusCode::UNAUTHORIZED);
    }
}

pub async fn users_change_their_own_names_and_stay_signed_in(place: Place) {
    let school = School::open(place, &[]).await;
    let (token, id) = school.sign_up("Alice").await;
    school.sign_up("Bobby").await;
    let change = async |username: &str, password: &str| {
        let fields = [("username", username), ("currentPassword", password)];
        send(school.client.submit("/api/username", Encoding::Json, &fields).header("cookie", cookie(&token))).await
    };
    change("BOBBY", PASSWORD).await.assert_error(400, "username_taken", "Username already taken");
    change("Alicia", "wrong horse").await.assert_error(400, "incorrect_password", "Incorrect password");
    for (name, reason) in [("ali", "too_short"), ("Admin", "reserved"), (PASSWORD, "is_password")] {
        let reply = change(name, PASSWORD).await;
        reply.assert_error(400, "invalid_username", "Invalid username");
        assert_eq!(reply.json()["reason"], reason);
    }
    assert_eq!(change("Alicia", PASSWORD).await.status, StatusCode::NO_CONTENT);
    let session = school.client.session(&token).await.json();
    assert_eq!((&session["user"]["username"], &session["user"]["userId"]), (&json!("Alicia"), &json!(id.as_str())));
    assert_eq!(school.client.log_in("Alice", PASSWORD).await, None);
    assert!(school.client.log_in("alicia", PASSWORD).await.is_some());
    school.sign_up("alice").await;
    let stranger = send(school.client.submit("/api/username", Encoding::Json, &[("username", "Carol")])).await;
    stranger.assert_error(401, "unauthenticated", "Unauthenticated");
    let fields = [("username", "ALICIA"), ("currentPassword", PASSWORD)];
    let form = school.client.submit("/api/username", Encoding::Urlencoded, &fields).header("cookie", cookie(&token));
    send(form.header("accept", "text/html")).await.assert_redirect("/account?done=username");
    let page = send(school.client.get("/account?done=username").header("cookie", cookie(&token))).await;
    assert!(page.body.contains("Your username was changed.") && page.body.contains("ALICIA"), "{}", page.body);
}

pub async fn names_are_looked_for_no_faster_by_changing_ones_own_than_by_signing_up(place: Place) {
    let school = School::open(place, &["--throttle=on"]).await;
    let (token, _) = school.sign_up("Alice").await;
    school.sign_up("Bobby").await;
    let mut answers = Vec::new();
    for _ in 0..40 {
        let fields = [("username", "Bobby"), ("currentPassword", PASSWORD)];
        let request = school.client.submit("/api/username", Encoding::Json, &fields).header("cookie", cookie(&token));
        answers.push(send(request).await.status);
    }
    let told = answers.iter().filter(|status| **status == StatusCode::BAD_REQUEST).count();
    assert_eq!(told, 28, "two of thirty were the sign-ups: {answers:?}");
}
