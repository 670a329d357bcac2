//! Trusted devices: guesses by others do not slow them, and they guess no faster themselves.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const NEW_PASSWORD: &str = "staple battery";
const HOME: &str = "198.51.100.7";
const MINUTE: Duration = Duration::from_mins(1);

async fn server(place: Place) -> TestServer {
    TestServer::start_with(place, &["--throttle=on", "--trusted-proxies=127.0.0.1"]).await
}

/// What the cookie of devices is set to.
fn devices(reply: &Reply) -> Option<String> {
    let set = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("ASCII"));
    let values = set.filter_map(|set| set.strip_prefix("auth_session_device=")?.split_once(';'));
    values.map(|(value, _)| value.to_owned()).next()
}

/// A request with this cookie of devices, from this address.
fn by(request: RequestBuilder, devices: &str, from: &str) -> RequestBuilder {
    let request = request.header("x-forwarded-for", from);
    if devices.is_empty() { request } else { request.header("cookie", format!("auth_session_device={devices}")) }
}

async fn sign_up(client: &Client, devices: &str, username: &str) -> Reply {
    let fields = [("username", username), ("password", PASSWORD)];
    let reply = send(by(client.submit("/api/signup", Encoding::Json, &fields), devices, HOME)).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    reply
}

async fn log_in(client: &Client, devices: &str, from: &str, username: &str, password: &str) -> Reply {
    let fields = [("username", username), ("password", password)];
    send(by(client.submit("/api/login", Encoding::Json, &fields), devices, from)).await
}

/// How many wrong guesses in a row are looked at before one is refused, of at most so many.
async fn guesses(client: &Client, devices: &str, from: &str, username: &str, most: usize) -> usize {
    for guess in 0..most {
        let reply = log_in(client, devices, from, username, &format!("guess {guess}")).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return guess;
        }
        reply.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    }
    most
}

/// Guesses at the account from so many addresses that the account as a whole is slowed, also at 203.0.113.1.
async fn slow_down(client: &Client, username: &str) {
    let mut looked_at = 0;
    for stranger in 0..6 {
        looked_at += guesses(client, "", &format!("192.0.2.{stranger}"), username, 10).await;
    }
    assert_eq!(looked_at, 52, "the sixth address has two attempts of its own");
    assert_eq!(guesses(client, "", "203.0.113.1", username, 10).await, 2, "and so has a seventh");
}

fn made_up(letter: char) -> String {
    letter.to_string().repeat(43)
}

pub async fn a_trusted_device_signs_in_at_once_while_others_guess(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let signed_up = sign_up(&client, "", "alice").await;
    let known = devices(&signed_up).expect("a cookie of devices");
    assert!(signed_up.set_cookie().expect("a cookie").starts_with("auth_session="), "the session's comes first");
    let all: Vec<_> = signed_up.headers.get_all("set-cookie").iter().collect();
    let expected = format!("auth_session_device={known}; Path=/; HttpOnly; SameSite=Lax; Max-Age=7776000; Expires=");
    assert!(all[1].to_str().expect("ASCII").starts_with(&expected), "{:?}", all[1]);

    slow_down(&client, "alice").await;
    assert_eq!(guesses(&client, "", HOME, "alice", 20).await, 10, "another client behind the same address");
    for account in 0..20 {
        assert_eq!(log_in(&client, "", HOME, &format!("account{account}"), "x").await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(log_in(&client, "", HOME, "stranger", "x").await.status, StatusCode::TOO_MANY_REQUESTS);
    for new in ["", &made_up('m')] {
        let reply = log_in(&client, new, HOME, "alice", PASSWORD).await;
        reply.assert_error(429, "too_many_attempts", "Too many attempts");
    }
    for from in [HOME, "203.0.113.1", "192.0.2.0"] {
        let reply = log_in(&client, &known, from, "alice", PASSWORD).await;
        assert_eq!(
            (reply.status, devices(&reply)),
            (StatusCode::OK, Some(known.clone())),
            "it stays known, from {from}"
        );
    }
    let reply = log_in(&client, &format!("{0}.rubbish.{known}", made_up('m')), HOME, "Alice", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::OK, "beside other cookies");
}

pub async fn many_trusted_devices_do_not_lift_the_limit_of_an_address(place: Place) {
    let server = server(place).await;
    let client = server.client();
    sign_up(&client, "", "mallory").await;
    let mut cookies = Vec::new();
    for _ in 0..20 {
        cookies.push(devices(&log_in(&client, "", HOME, "mallory", PASSWORD).await).expect("a cookie of devices"));
    }
    let mut looked_at = 0;
    for cookie in &cookies {
        looked_at += guesses(&client, cookie, "192.0.2.1", "mallory", 10).await;
    }
    assert_eq!(looked_at, 30);
    assert_eq!(guesses(&client, "", "192.0.2.1", "stranger", 3).await, 3, "devices are counted apart");
    assert_eq!(log_in(&client, &cookies[19], HOME, "mallory", PASSWORD).await.status, StatusCode::OK);
}

pub async fn made_up_devices_give_no_guess_more(place: Place) {
    let server = server(place).await;
    let client = server.client();
    sign_up(&client, "", "alice").await;
    let of_another = devices(&sign_up(&client, "", "mallory").await).expect("a cookie of devices");
    for (name, from) in [("alice", "192.0.2.1"), ("stranger", "192.0.2.2")] {
        let mut looked_at = 0;
        for (most, cookie) in [(3, made_up('a')), (3, of_another.clone()), (30, made_up('b'))] {
            looked_at += guesses(&client, &cookie, from, name, most).await;
        }
        assert_eq!(looked_at, 10, "{name}");
        let mut refusals = Vec::new();
        for cookie in ["", "rubbish", &made_up('c'), &of_another] {
            let reply = log_in(&client, cookie, from, name, PASSWORD).await;
            reply.assert_error(429, "too_many_attempts", "Too many attempts");
            refusals.push((reply.header("retry-after").map(str::to_owned), reply.body));
        }
        assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
    }
    let mut sprayed = 0;
    for account in 0..40 {
        let reply = log_in(&client, &made_up('d'), "192.0.2.3", &format!("account{account}"), "x").await;
        sprayed += usize::from(reply.status == StatusCode::BAD_REQUEST);
    }
    assert_eq!(sprayed, 30, "the address has its bound");
    let rows = server.place.count("throttle").await;
    let refused = log_in(&client, &made_up('e'), "192.0.2.3", "account99", "x").await;
    assert_eq!((refused.status, devices(&refused)), (StatusCode::TOO_MANY_REQUESTS, None));
    assert_eq!(server.place.count("throttle").await, rows, "a refusal leaves no rows");
    let large = by(client.post("/api/login"), &made_up('f'), "192.0.2.3").header("content-type", "application/json");
    let large = send(large.body("x".repeat(65 * 1024))).await;
    large.assert_error(413, "payload_too_large", "Payload too large");
}

pub async fn a_stolen_device_guesses_no_faster_than_an_address(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let known = devices(&sign_up(&client, "", "alice").await).expect("a cookie of devices");
    assert_eq!(guesses(&client, &known, "192.0.2.1", "alice", 100).await, 10);
    for from in ["192.0.2.2", HOME] {
        let refused = log_in(&client, &known, from, "alice", PASSWORD).await;
        refused.assert_error(429, "too_many_attempts", "Too many attempts");
        assert_eq!(refused.header("retry-after"), Some("60"), "wherever it is taken, from {from}");
    }
    assert_eq!(
        log_in(&client, "", HOME, "alice", PASSWORD).await.status,
        StatusCode::OK,
        "others are not slowed by it"
    );
    server.clock.advance(MINUTE);
    assert_eq!(guesses(&client, &known, "192.0.2.1", "alice", 100).await, 1);
    server.clock.advance(MINUTE);
    for login in 0..20 {
        let reply = log_in(&client, &known, HOME, "alice", PASSWORD).await;
        assert_eq!(reply.status, StatusCode::OK, "what is right takes back what it took: {login}");
    }
}

pub async fn a_changed_password_leaves_behind_every_browser_but_the_one_that_changed_it(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let signed_up = sign_up(&client, "", "alice").await;
    let before = devices(&signed_up).expect("a cookie of devices");
    let other = log_in(&client, "", "192.0.2.50", "alice", PASSWORD).await;
    let left_behind = devices(&other).expect("a cookie of devices");
    assert_ne!(before, left_behind, "each browser has its own");

    let session = signed_up.cookie_value().expect("a session cookie");
    let fields = [("currentPassword", PASSWORD), ("newPassword", NEW_PASSWORD)];
    let change = client.submit("/api/password", Encoding::Json, &fields).header("x-forwarded-for", HOME);
    let change = change.header("cookie", format!("{}; auth_session_device={before}", cookie(&session)));
    let changed = send(change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let known = devices(&changed).expect("a cookie of devices");
    assert!(!known.contains(&before), "it is known by another token");

    slow_down(&client, "alice").await;
    for unknown in [&before, &left_behind] {
        let reply = log_in(&client, unknown, "203.0.113.1", "alice", NEW_PASSWORD).await;
        reply.assert_error(429, "too_many_attempts", "Too many attempts");
    }
    assert_eq!(log_in(&client, &known, "203.0.113.2", "alice", NEW_PASSWORD).await.status, StatusCode::OK);
}

pub async fn a_device_outlives_the_session_and_goes_with_the_account(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let known = devices(&sign_up(&client, "", "alice").await).expect("a cookie of devices");
    let both = |session: &str| format!("{}; auth_session_device={known}", cookie(session));
    let session = log_in(&client, &known, HOME, "alice", PASSWORD).await.cookie_value().expect("a session cookie");
    let out = send(client.post("/api/logout").header("cookie", both(&session))).await;
    assert_eq!(out.headers.get_all("set-cookie").iter().count(), 1, "signing out blanks the session's cookie alone");

    let session = log_in(&client, &known, HOME, "alice", PASSWORD).await.cookie_value().expect("a session cookie");
    let delete = client.submit("/api/account/delete", Encoding::Json, &[("password", PASSWORD)]);
    let deleted = send(delete.header("cookie", both(&session)).header("x-forwarded-for", HOME)).await;
    assert_eq!((deleted.status, devices(&deleted).as_deref()), (StatusCode::NO_CONTENT, Some("")));
    assert!(deleted.set_cookie().expect("a cookie").starts_with("auth_session=;"));

    sign_up(&client, "", "alice").await;
    slow_down(&client, "alice").await;
    let reply = log_in(&client, &known, "203.0.113.1", "alice", PASSWORD).await;
    reply.assert_error(429, "too_many_attempts", "Too many attempts");
}

pub async fn one_browser_is_known_for_every_account_that_signed_in_with_it(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let mut kept = devices(&sign_up(&client, "", "alice").await).expect("a cookie of devices");
    kept = devices(&sign_up(&client, &kept, "bobby").await).expect("a cookie of devices");
    for name in ["alice", "bobby", "alice"] {
        let reply = log_in(&client, &kept, HOME, name, PASSWORD).await;
        assert_eq!((reply.status, devices(&reply)), (StatusCode::OK, Some(kept.clone())), "{name}");
    }
    for account in ["carol", "david", "erika"] {
        kept = devices(&sign_up(&client, &kept, account).await).expect("a cookie of devices");
    }
    assert_eq!(kept.split('.').count(), 4, "a few, and no more");
    slow_down(&client, "bobby").await;
    assert_eq!(log_in(&client, &kept, "203.0.113.1", "bobby", PASSWORD).await.status, StatusCode::OK);
}

pub async fn a_known_browser_stays_known_when_the_hash_is_made_anew(place: Place) {
    let old = server(place).await;
    let known = devices(&sign_up(&old.client(), "", "alice").await).expect("a cookie of devices");
    let flags = ["--throttle=on", "--trusted-proxies=127.0.0.1", "--argon2-iterations=2"];
    let server = TestServer::start_with(old.stop().await, &flags).await;
    let client = server.client();
    let anew = devices(&log_in(&client, &known, HOME, "alice", PASSWORD).await).expect("a cookie of devices");
    assert!(!anew.contains(&known), "its token went with the hash");
    slow_down(&client, "alice").await;
    let reply = log_in(&client, &anew, "203.0.113.1", "alice", PASSWORD).await;
    assert_eq!((reply.status, devices(&reply)), (StatusCode::OK, Some(anew)));
}

pub async fn a_token_of_a_device_is_no_session_and_a_session_is_no_device(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let signed_up = sign_up(&client, "", "alice").await;
    let (session, device) =
        (signed_up.cookie_value().expect("a session cookie"), devices(&signed_up).expect("another"));
    client.session(&device).await.assert_error(401, "unauthenticated", "Unauthenticated");
    let bearer = send(client.get("/api/session").bearer_auth(&device)).await;
    bearer.assert_error(401, "unauthenticated", "Unauthenticated");
    slow_down(&client, "alice").await;
    let reply = log_in(&client, &session, "203.0.113.1", "alice", PASSWORD).await;
    reply.assert_error(429, "too_many_attempts", "Too many attempts");
    assert!(!server.place.dump().await.contains(&device), "the store has its digest alone");
}

pub async fn who_keeps_no_cookies_or_needs_none_gets_none(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let fields = [("username", "alice"), ("password", PASSWORD), ("transport", "bearer")];
    for path in ["/api/signup", "/api/login"] {
        let reply = send(client.submit(path, Encoding::Json, &fields)).await;
        assert_eq!((reply.status.is_success(), reply.set_cookie()), (true, None), "{path}: {}", reply.body);
    }
    let server = TestServer::start(server.stop().await).await;
    let reply = log_in(&server.client(), &made_up('a'), HOME, "alice", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 1, "nothing is limited, so no device is trusted");
}

pub async fn a_browser_is_known_for_ninety_days_from_its_last_login(place: Place) {
    const MONTH: Duration = Duration::from_hours(30 * 24);
    let server = server(place).await;
    let client = server.client();
    let known = devices(&sign_up(&client, "", "alice").await).expect("a cookie of devices");
    for _ in 0..2 {
        server.clock.advance(2 * MONTH);
        assert_eq!(devices(&log_in(&client, &known, HOME, "alice", PASSWORD).await).as_ref(), Some(&known));
    }
    server.clock.advance(3 * MONTH);
    let reply = log_in(&client, &known, HOME, "alice", PASSWORD).await;
    let anew = devices(&reply).expect("a cookie of devices");
    assert!(anew != known && anew.ends_with(&known), "a new token stands before what is left of the old: {anew}");
}
