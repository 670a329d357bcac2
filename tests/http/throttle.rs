//! The throttle, black-box: guesses are bounded, and no owner is locked out. Addresses are told by a trusted proxy, and
//! time is the test's.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::storage::places::Place;
use crate::support::client::{Client, Encoding, Reply, cookie, send};
use crate::support::server::TestServer;

const PASSWORD: &str = "correct horse";
const MINUTE: Duration = Duration::from_mins(1);

async fn server(place: Place) -> TestServer {
    TestServer::start_with(place, &["--throttle=on", "--trusted-proxies=127.0.0.1"]).await
}

/// A login from an address.
async fn log_in(client: &Client, from: &str, username: &str, password: &str) -> Reply {
    log_in_as(client, from, Encoding::Json, username, password).await
}

async fn log_in_as(client: &Client, from: &str, encoding: Encoding, username: &str, password: &str) -> Reply {
    let fields = [("username", username), ("password", password)];
    send(client.submit("/api/login", encoding, &fields).header("x-forwarded-for", from)).await
}

/// A recovery from an address.
async fn recover(client: &Client, from: &str, username: &str, code: &str) -> Reply {
    let fields = [("username", username), ("code", code), ("newPassword", "staple battery")];
    send(client.submit("/api/recover", Encoding::Json, &fields).header("x-forwarded-for", from)).await
}

/// How many wrong guesses in a row are looked at before one is refused, of at most so many.
async fn guesses(client: &Client, from: &str, username: &str, most: usize) -> usize {
    for guess in 0..most {
        let reply = log_in(client, from, username, &format!("guess {guess}")).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return guess;
        }
        reply.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    }
    most
}

#[track_caller]
fn assert_refused(reply: &Reply) -> u64 {
    reply.assert_error(429, "too_many_attempts", "Too many attempts");
    let wait = reply.header("retry-after").expect("a wait").parse().expect("whole seconds");
    assert!(wait >= 1);
    wait
}

pub async fn an_account_is_guessed_at_ten_times_from_one_address_and_then_once_a_minute(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    assert_eq!(guesses(&client, "192.0.2.1", "alice", 100).await, 10);
    let wait = assert_refused(&log_in(&client, "192.0.2.1", "alice", PASSWORD).await);
    assert_eq!(wait, 60, "the right password is not looked at either");
    server.clock.advance(MINUTE.saturating_sub(Duration::from_millis(1)));
    assert_eq!(assert_refused(&log_in(&client, "192.0.2.1", "alice", "x").await), 1, "refusals lengthen nothing");
    server.clock.advance(Duration::from_millis(1));
    assert_eq!(guesses(&client, "192.0.2.1", "alice", 100).await, 1);
    server.clock.advance(MINUTE);
    assert_eq!(log_in(&client, "192.0.2.1", "alice", PASSWORD).await.status, StatusCode::OK);
}

pub async fn unknown_names_are_refused_at_the_same_attempt_with_the_same_answer(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let mut refused = Vec::new();
    for (name, from) in [("alice", "192.0.2.1"), ("stranger", "192.0.2.2")] {
        assert_eq!(guesses(&client, from, name, 100).await, 10, "{name}");
        refused.push(log_in(&client, from, name, "x").await);
    }
    assert_eq!(refused[0].body, refused[1].body);
    assert_eq!(refused[0].header("retry-after"), refused[1].header("retry-after"));
}

pub async fn every_spelling_encoding_and_way_of_asking_shares_the_count(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let spellings = ["alice", "ALICE", "Ａｌｉｃｅ", "al\u{200b}ice"];
    for guess in 0..10 {
        let encoding = Encoding::ALL[guess % 3];
        let fields = [("username", spellings[guess % 4]), ("password", "wrong horse")];
        let request = client.submit("/api/login", encoding, &fields).header("x-forwarded-for", "192.0.2.1");
        let accept = ["*/*", "text/html", "application/json"][guess % 3];
        assert_eq!(send(request.header("accept", accept)).await.status, StatusCode::BAD_REQUEST, "{guess}");
    }
    for encoding in Encoding::ALL {
        assert_refused(&log_in_as(&client, "192.0.2.1", encoding, "alice", PASSWORD).await);
    }
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let page = client.submit("/api/login", Encoding::Urlencoded, &fields).header("x-forwarded-for", "192.0.2.1");
    let page = send(page.header("accept", "text/html")).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.body.contains("role=\"alert\">Too many attempts. Wait 60 seconds"), "{}", page.body);
    assert!(page.body.contains("value=\"alice\""), "what was typed is kept: {}", page.body);
    for path in ["//api/login", "/api//login", "/api/login/", "/API/login"] {
        let reply = send(client.submit(path, Encoding::Json, &fields)).await;
        assert_ne!(reply.status, StatusCode::OK, "{path} is no second door");
    }
}

pub async fn sixty_failures_from_elsewhere_do_not_keep_out_the_owner(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let sign_up = client.submit("/api/signup", Encoding::Json, &fields).header("x-forwarded-for", "198.51.100.7");
    let token = send(sign_up).await.cookie_value().expect("a session cookie");
    let mut looked_at = 0;
    for stranger in 0..6 {
        looked_at += guesses(&client, &format!("192.0.2.{stranger}"), "alice", 10).await;
    }
    assert_eq!(looked_at, 52, "the account as a whole has its bound, and the sixth address two attempts of its own");
    assert_refused(&log_in(&client, "192.0.2.5", "alice", PASSWORD).await);
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "a live session is untouched");
    let owner = log_in(&client, "198.51.100.7", "alice", PASSWORD).await;
    assert_eq!(owner.status, StatusCode::OK, "where the account is known, strangers' guesses do not count");

    assert_eq!(log_in(&client, "192.0.2.99", "alice", PASSWORD).await.status, StatusCode::OK, "a new place");
    for stranger in 0..6 {
        guesses(&client, &format!("203.0.113.{stranger}"), "alice", 10).await;
    }
    assert_eq!(log_in(&client, "192.0.2.99", "alice", PASSWORD).await.status, StatusCode::OK, "it is known there now");
}

pub async fn a_hundred_failures_in_a_row_slow_the_account_further(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let mut stranger = 0_u16;
    let mut next = || {
        stranger += 1;
        format!("2001:db8:0:{stranger:x}::1")
    };
    let mut looked_at = 0;
    while looked_at < 50 {
        looked_at += guesses(&client, &next(), "alice", 10).await;
    }
    assert_eq!(guesses(&client, &next(), "alice", 10).await, 2, "the site has two attempts of its own");
    for _ in 50..100 {
        server.clock.advance(Duration::from_secs(30));
        assert_eq!(guesses(&client, &next(), "alice", 2).await, 1);
    }
    server.clock.advance(Duration::from_secs(30));
    let wait = assert_refused(&log_in(&client, &next(), "alice", PASSWORD).await);
    assert_eq!(wait, 270, "five minutes from the last");
    for address in 0..60 {
        let admitted = guesses(&client, &format!("192.0.2.{address}"), "alice", 3).await;
        assert_eq!(admitted, if address < 50 { 2 } else { 0 }, "{address}: a hundred such attempts in all");
    }
    server.clock.advance(Duration::from_secs(270));
    assert_eq!(log_in(&client, &next(), "alice", PASSWORD).await.status, StatusCode::OK, "slowed, never locked");
}

pub async fn a_hundred_failures_in_a_row_slow_a_known_address_too(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let sign_up = client.submit("/api/signup", Encoding::Json, &fields).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(send(sign_up).await.status, StatusCode::CREATED);
    assert_eq!(guesses(&client, "192.0.2.1", "alice", 100).await, 10);
    for _ in 10..100 {
        server.clock.advance(MINUTE);
        assert_eq!(guesses(&client, "192.0.2.1", "alice", 2).await, 1);
    }
    server.clock.advance(MINUTE);
    let wait = assert_refused(&log_in(&client, "192.0.2.1", "alice", PASSWORD).await);
    assert_eq!(wait, 240, "five minutes from the last");
    server.clock.advance(4 * MINUTE);
    assert_eq!(log_in(&client, "192.0.2.1", "alice", PASSWORD).await.status, StatusCode::OK, "slowed, never locked");
    server.clock.advance(10 * MINUTE);
    assert_eq!(guesses(&client, "192.0.2.1", "alice", 100).await, 10, "the row of failures has ended");
}

pub async fn an_address_sprays_thirty_accounts_and_then_one_each_ten_seconds(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for account in 0..30 {
        let reply = log_in(&client, "2001:db8::1", &format!("account{account}"), "x").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{account}");
    }
    let rows = server.place.count("throttle").await;
    for account in 30..40 {
        // Another address of the same /64.
        let reply = log_in(&client, &format!("2001:db8::{account}"), &format!("account{account}"), "x").await;
        assert_eq!(assert_refused(&reply), 10);
    }
    assert_eq!(server.place.count("throttle").await, rows, "an address over its limit leaves no rows");
    let malformed = client.post("/api/login").header("x-forwarded-for", "2001:db8::1");
    let malformed = malformed.header("content-type", "application/json").body("{");
    assert_refused(&send(malformed).await);
    let change = client.post("/api/password").header("x-forwarded-for", "2001:db8::1").json(&());
    assert_refused(&send(change).await);
    assert_eq!(log_in(&client, "2001:db8:0:1::1", "account99", "x").await.status, StatusCode::BAD_REQUEST);
    server.clock.advance(Duration::from_secs(10));
    assert_eq!(guesses(&client, "2001:db8::1", "account50", 5).await, 1);
    assert_eq!(client.session(&token).await.status, StatusCode::OK);
}

pub async fn a_site_of_ipv6_is_limited_however_many_networks_it_uses(place: Place) {
    let server = server(place).await;
    let client = server.client();
    for (site, networks, admitted) in [("2001:db8:1:2", 0x40, 120), ("2001:db8:2:", 0x1000, 480)] {
        let mut looked_at = 0;
        'site: for network in 0..60 {
            let from = match networks {
                0x40 => format!("{site}{network:02x}::1"),
                _ => format!("{site}{:x}::1", network * 0x100),
            };
            for guess in 0..10 {
                let reply = log_in(&client, &from, &format!("{guess}of{network}at{networks}"), "x").await;
                if reply.status == StatusCode::TOO_MANY_REQUESTS {
                    assert_refused(&reply);
                    break 'site;
                }
                looked_at += 1;
            }
        }
        assert_eq!(looked_at, admitted, "{site}");
    }
    assert_eq!(log_in(&client, "2001:db8:3::1", "alice", "x").await.status, StatusCode::BAD_REQUEST);
}

pub async fn a_clock_that_was_ahead_keeps_no_one_out(place: Place) {
    let flags = ["--throttle=on", "--trusted-proxies=127.0.0.1"];
    let now = server(place.clone()).await;
    now.client().sign_up("alice", PASSWORD).await;
    let ahead = TestServer::start_with(place, &flags).await;
    ahead.clock.advance(365 * 24 * 60 * MINUTE);
    assert_eq!(log_in(&ahead.client(), "192.0.2.1", "alice", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(guesses(&ahead.client(), "192.0.2.2", "alice", 12).await, 10);
    for from in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        let client = now.client();
        for waits in 0.. {
            let reply = log_in(&client, from, "alice", PASSWORD).await;
            if reply.status == StatusCode::OK {
                break;
            }
            let wait = assert_refused(&reply);
            assert!(wait <= 60 && waits < 3, "one interval of each bucket at most, not {wait} s, from {from}");
            now.clock.advance(Duration::from_secs(wait));
        }
    }
}

pub async fn a_password_hash_that_cannot_be_read_tells_no_account(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    server.place.run("UPDATE user_keys SET password_hash = '$2b$10$abcdefghijklmnopqrstuv'").await;
    let (known, unknown) =
        (log_in(&client, "192.0.2.1", "alice", "x").await, log_in(&client, "192.0.2.2", "stranger", "x").await);
    known.assert_error(400, "incorrect_credentials", "Incorrect username or password");
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
}

pub async fn ones_own_logins_do_not_hide_guesses_at_others(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("mallory", PASSWORD).await;
    let mut looked_at = 0;
    for account in 0..40 {
        assert!(matches!(
            log_in(&client, "192.0.2.1", "mallory", PASSWORD).await.status,
            StatusCode::OK | StatusCode::TOO_MANY_REQUESTS
        ));
        let reply = log_in(&client, "192.0.2.1", &format!("account{account}"), "x").await;
        looked_at += usize::from(reply.status == StatusCode::BAD_REQUEST);
    }
    assert_eq!(looked_at, 30);
}

pub async fn many_logins_that_succeed_are_never_refused(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    for login in 0..70 {
        let reply = log_in(&client, "192.0.2.1", "alice", PASSWORD).await;
        assert_eq!(reply.status, StatusCode::OK, "{login}: {}", reply.body);
    }
    for login in 0..40 {
        let reply = log_in(&client, "192.0.2.1", "", "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{login}: what is no guess costs nothing");
    }
}

pub async fn a_new_owner_of_a_name_is_known_nowhere_yet(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    for n in 0..8 {
        assert_eq!(log_in(&client, &format!("192.0.2.{n}"), "alice", PASSWORD).await.status, StatusCode::OK);
    }
    let delete = client.submit("/api/account/delete", Encoding::Json, &[("password", PASSWORD)]);
    assert_eq!(send(delete.header("cookie", cookie(&token))).await.status, StatusCode::NO_CONTENT);
    client.sign_up("alice", "staple battery").await;
    let mut looked_at = 0;
    for n in 0..8 {
        looked_at += guesses(&client, &format!("192.0.2.{n}"), "alice", 10).await;
    }
    assert_eq!(
        looked_at, 56,
        "the account as a whole has its bound, and three addresses their own two, wherever the last owner was known"
    );
}

pub async fn what_a_busy_server_turned_away_is_no_guess(place: Place) {
    let flags = ["--throttle=on", "--trusted-proxies=127.0.0.1", "--hash-threads=1", "--argon2-memory-kib=65536"];
    let server = TestServer::start_with(place, &flags).await;
    let client = server.client();
    // More than the one thread and its queue of 64 can take, each from an address of its own.
    let statuses = join_all((0..140).map(|n| {
        let client = client.clone();
        async move { log_in(&client, &format!("10.0.0.{n}"), &format!("person-{n}"), "x").await.status }
    }))
    .await;
    let turned_away = statuses.iter().filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE).count();
    assert!(turned_away > 0, "{statuses:?}");
    let spent = format!("throttle WHERE tat > {}", server.clock_millis());
    // Three buckets for each guess that was looked at; what was turned away left none but full ones.
    assert_eq!(server.place.count(&spent).await, 3 * i64::try_from(140 - turned_away).expect("a few"));
}

pub async fn racing_guesses_do_not_slip_through(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let replies = join_all((0..60).map(|_| log_in(&client, "192.0.2.1", "alice", "wrong horse"))).await;
    let looked_at = replies.iter().filter(|reply| reply.status == StatusCode::BAD_REQUEST).count();
    assert_eq!(looked_at, 10);
    assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 400 | 429)), "{replies:?}");
}

pub async fn guesses_at_the_other_doors_share_the_count(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let fields = [("username", "alice"), ("password", PASSWORD)];
    let sign_up = client.submit("/api/signup", Encoding::Json, &fields).header("x-forwarded-for", "192.0.2.1");
    let token = send(sign_up).await.cookie_value().expect("a session cookie");
    let mut looked_at = 0;
    for guess in 0..60 {
        let guess = format!("guess {guess}");
        let (path, fields) = match guess.len() % 2 {
            0 => ("/api/password", vec![("currentPassword", guess.as_str()), ("newPassword", "staple battery")]),
            _ => ("/api/account/delete", vec![("password", guess.as_str())]),
        };
        let request = client.submit(path, Encoding::Json, &fields).header("x-forwarded-for", "192.0.2.1");
        let reply = send(request.header("cookie", cookie(&token))).await;
        match reply.status {
            StatusCode::BAD_REQUEST => looked_at += 1,
            _ => drop(assert_refused(&reply)),
        }
    }
    assert_eq!(looked_at, 10);
    assert_refused(&log_in(&client, "192.0.2.1", "alice", PASSWORD).await);
    assert_eq!(client.session(&token).await.status, StatusCode::OK, "the session is untouched");
    server.clock.advance(MINUTE);
    let fields = [("currentPassword", PASSWORD), ("newPassword", "staple battery")];
    let change = client.submit("/api/password", Encoding::Json, &fields).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(send(change.header("cookie", cookie(&token))).await.status, StatusCode::OK);
}

pub async fn guesses_at_recovery_codes_are_limited_by_address_alone(place: Place) {
    let server = server(place).await;
    let client = server.client();
    client.sign_up("alice", PASSWORD).await;
    let mut refused = Vec::new();
    for (name, from) in [("alice", "192.0.2.1"), ("stranger", "192.0.2.2")] {
        assert_eq!(guesses(&client, from, name, 100).await, 10, "logins come first");
        let mut looked_at = 0;
        for guess in 0..60 {
            let reply = recover(&client, from, name, &format!("{guess:016}")).await;
            match reply.status {
                StatusCode::BAD_REQUEST => looked_at += 1,
                _ => refused.push((assert_refused(&reply), reply.body)),
            }
        }
        assert_eq!(looked_at, 20, "{name}: thirty guesses of the address, ten of them at the password");
        let no_code = recover(&client, from, name, "no code").await;
        assert_eq!(assert_refused(&no_code), 10);
    }
    assert_eq!(refused.len(), 80);
    assert!(refused.iter().all(|told| *told == refused[0]), "for every account");
}

pub async fn a_recovery_is_known_where_it_was_made(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let codes = send(client.post("/api/recovery-codes").header("cookie", cookie(&token))).await.json();
    for stranger in 0..5 {
        guesses(&client, &format!("192.0.2.{stranger}"), "alice", 10).await;
    }
    let code = |number: usize| codes["codes"][number].as_str().expect("a code").to_owned();
    let recovered = recover(&client, "198.51.100.7", "alice", &code(0)).await;
    assert_eq!(recovered.status, StatusCode::OK, "guesses at the password keep out no code");
    for number in 1..10 {
        let again = recover(&client, "198.51.100.7", "alice", &code(number)).await;
        assert_eq!(again.status, StatusCode::OK, "strangers' guesses do not count there, nor do its own successes");
    }
}

pub async fn an_address_signs_up_thirty_times_and_then_once_each_six_seconds(place: Place) {
    let server = server(place).await;
    let client = server.client();
    let sign_up = async |from: &str, name: &str| {
        let fields = [("username", name), ("password", PASSWORD)];
        send(client.submit("/api/signup", Encoding::Json, &fields).header("x-forwarded-for", from)).await
    };
    for _ in 0..40 {
        assert_eq!(sign_up("192.0.2.1", "x").await.status, StatusCode::BAD_REQUEST, "what cannot be tells nothing");
    }
    assert_eq!(sign_up("192.0.2.1", "alice").await.status, StatusCode::CREATED);
    for _ in 1..30 {
        sign_up("192.0.2.1", "alice").await.assert_error(400, "username_taken", "Username already taken");
    }
    assert_eq!(assert_refused(&sign_up("192.0.2.1", "bobby").await), 6);
    assert_eq!(sign_up("192.0.2.2", "bobby").await.status, StatusCode::CREATED);
    server.clock.advance(Duration::from_secs(6));
    assert_eq!(sign_up("192.0.2.1", "carol").await.status, StatusCode::CREATED);
    assert_eq!(guesses(&client, "192.0.2.1", "stranger", 3).await, 3, "sign-ups are counted apart from guesses");
}

pub async fn counts_survive_a_restart_and_hold_on_every_node(place: Place) {
    let flags = ["--throttle=on", "--trusted-proxies=127.0.0.1"];
    let one = server(place.clone()).await;
    one.client().sign_up("alice", PASSWORD).await;
    assert_eq!(guesses(&one.client(), "192.0.2.1", "alice", 6).await, 6);
    let other = TestServer::start_at(place, std::sync::Arc::clone(&one.clock), &flags).await;
    assert_eq!(guesses(&other.client(), "192.0.2.1", "alice", 100).await, 4);
    assert_refused(&log_in(&one.client(), "192.0.2.1", "alice", PASSWORD).await);
}

pub async fn the_store_keeps_no_name_and_no_address_of_a_guess(place: Place) {
    let server = server(place).await;
    log_in(&server.client(), "198.51.100.77", "somebodyelse", "a guessed password").await;
    assert_eq!(server.place.count("throttle").await, 3);
    for wanted in ["somebodyelse", "198.51.100.77"] {
        let rows = format!("throttle WHERE CAST(key AS TEXT) LIKE '%{wanted}%'");
        assert_eq!(server.place.count(&rows).await, 0, "{wanted}");
    }
}
