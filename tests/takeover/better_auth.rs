//! Better Auth: a database that Better Auth 1.7.25 wrote.

use reqwest::StatusCode;

use super::program::{copy_of, fixture, json, run, run_in, text, totals};
use crate::storage::places::Place;
use crate::support::client::send;
use crate::support::server::TestServer;

const SOURCE: &str = "better-auth/better-auth.db";
const COOKIE: &str = "better-auth.session_token";

/// The status and the user that the server answers for a cookie as the browser sends it.
async fn session(server: &TestServer, cookie: &str) -> StatusCode {
    let request = server.client().get("/api/session").header("cookie", format!("{COOKIE}={cookie}"));
    let reply = send(request).await;
    if let Some(set) = reply.set_cookie().filter(|_| reply.status == StatusCode::OK) {
        assert!(set.starts_with(&format!("{COOKIE}={cookie};")), "a renewed cookie keeps its text: {set}");
    }
    reply.status
}

pub async fn signed_cookies_of_better_auth_stay_alive_with_its_secret_alone(place: Place) {
    let from = fixture(SOURCE);
    let missing = run(&place, &["import", "better-auth", "--from", &from]).await;
    assert_eq!(missing.status.code(), Some(65));
    assert!(text(&missing.stderr).contains("OvEn3v82UaC4b749azlfytTA5pa5sHYI user username_missing"), "carol has none");
    let described = json("better-auth/better-auth.json");
    let secret = described["secret"].as_str().expect("a secret");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("secret"), format!("{secret}\n")).expect("room");
    let flags = ["import", "better-auth", "--from", &from, "--username-from=email", "--secret-file=secret", "--json"];
    let output = run_in(folder.path(), &place, &flags, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stdout).contains(secret) && !text(&output.stderr).contains(secret));
    assert!(text(&output.stdout).contains("\"users\":6"), "{}", text(&output.stdout));

    let server = TestServer::start_with(place, &["--cookie-name=better-auth.session_token"]).await;
    let mut alive = 0;
    for user in described["users"].as_array().expect("users") {
        let is_banned = user["banned"] == true;
        for known in user["sessions"].as_array().expect("sessions") {
            let cookie = known["cookie"].as_str().expect("a cookie");
            let is_alive = known["state"] == "active" && !is_banned;
            let expected = if is_alive { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(session(&server, cookie).await, expected, "{user}");
            alive += i32::from(is_alive);
            let token = known["token"].as_str().expect("a token");
            let forged = cookie.replacen(token, &token.chars().rev().collect::<String>(), 1);
            assert_eq!(session(&server, &forged).await, StatusCode::UNAUTHORIZED);
            assert_eq!(session(&server, token).await, StatusCode::UNAUTHORIZED, "the token alone opens nothing");
        }
        let name = user["username"].as_str().unwrap_or_else(|| user["email"].as_str().expect("an address"));
        for password in user["passwords"].as_array().expect("passwords") {
            let fields = [("username", name), ("password", password.as_str().expect("a password"))];
            for _time in 0..2 {
                let request = server.client().submit("/api/login", crate::support::client::Encoding::Json, &fields);
                let reply = send(request).await;
                let expected = if is_banned { StatusCode::FORBIDDEN } else { StatusCode::OK };
                assert_eq!(reply.status, expected, "{user}: {}", reply.body);
            }
        }
    }
    assert_eq!(alive, 7);
    assert_eq!(server.place.count("user_keys WHERE id = 'github:583231'").await, 1);
}

pub async fn users_of_a_second_factor_are_refused_or_lose_it(place: Place) {
    use sqlx::{Connection, Executor, SqliteConnection};
    let (_folder, from) = copy_of(SOURCE);
    let mut connection = SqliteConnection::connect(&from).await.expect("a copy");
    connection.execute("ALTER TABLE user ADD COLUMN twoFactorEnabled integer").await.expect("a column");
    connection.execute("UPDATE user SET twoFactorEnabled = (username = 'erin')").await.expect("a value");
    connection.execute("UPDATE user SET banExpires = '2020-01-01T00:00:00.000Z'").await.expect("a value");
    connection.close().await.expect("a polite end");
    let flags = ["import", "better-auth", "--from", &from, "--username-from=email"];
    let refused = run(&place, &flags).await;
    assert_eq!(refused.status.code(), Some(65), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("user second_factor"), "{}", text(&refused.stderr));
    let found = totals(&place, &[&flags[..], &["--drop-second-factor"]].concat()).await;
    assert_eq!(found["users"].as_u64(), Some(6));
    assert_eq!(found["sessions"].as_u64(), Some(0), "there is no secret");
    assert!(found["remarks"]["disabled"].is_null(), "the ban has ended: {found}");
    assert_eq!(found["remarks"]["second_factor_dropped"].as_u64(), Some(1));
}
