//! Imports that are killed, run at once, or run beside a server.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

use super::program::{export, totals};
use crate::process::program;
use crate::storage::places::Place;
use crate::support::server::TestServer;

const USERS: u32 = 6_000;

/// A database of Lucia 2 with many users, each with a key and a session.
async fn source() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("source.db").display());
    let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new file");
    let numbers = format!("WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {USERS})");
    let statements = format!(
        "CREATE TABLE user (id TEXT PRIMARY KEY, username TEXT);
         CREATE TABLE key (id TEXT PRIMARY KEY, user_id TEXT, hashed_password TEXT);
         CREATE TABLE session (id TEXT PRIMARY KEY, user_id TEXT, active_expires INTEGER, idle_expires INTEGER);
         {numbers} INSERT INTO user SELECT 'user-' || n, 'person ' || n FROM up;
         {numbers} INSERT INTO key SELECT 'username:person ' || n, 'user-' || n,
             '$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.' FROM up;
         {numbers} INSERT INTO session SELECT 'session-of-user-' || (100000000 + n), 'user-' || n, 4102444800000,
             4102444900000 FROM up;"
    );
    connection.execute(sqlx::AssertSqlSafe(statements)).await.expect("good SQL");
    connection.close().await.expect("a polite end");
    (folder, url)
}

fn import<'a>(from: &'a str, store: &'a str) -> [&'a str; 5] {
    ["import", "lucia-v2", "--from", from, store]
}

pub async fn an_import_that_is_killed_goes_on_when_it_is_run_again(place: Place) {
    let (folder, from) = source().await;
    let store = format!("--database-url={}", place.url);
    drop(place.open().await);
    let (mut kills, mut users) = (0, 0);
    while users < i64::from(USERS) {
        let mut child = program::command(folder.path()).args(import(&from, &store)).spawn().expect("a program");
        // As soon as another batch is there, so that the next one is under way.
        while place.count("users").await == users && child.try_wait().expect("a process").is_none() {}
        child.kill().await.expect("a process that can be killed");
        let (keys, sessions) = (place.count("user_keys").await, place.count("sessions").await);
        users = place.count("users").await;
        assert_eq!((users, users), (keys, sessions), "each user is there whole, or not at all");
        kills += i32::from(users < i64::from(USERS));
    }
    assert!(kills > 0, "no import was killed between two batches");
    let found = totals(&place, &import(&from, &store)[..4]).await;
    let (written, before) = (found["users"].as_u64(), found["alreadyImported"].as_u64());
    assert_eq!(written.zip(before).map(|(written, before)| written + before), Some(u64::from(USERS)), "{found}");
    assert_eq!(place.count("users").await, i64::from(USERS));
    let again = totals(&place, &import(&from, &store)[..4]).await;
    assert_eq!(again["users"].as_u64(), Some(0));
}

pub async fn two_imports_at_once_write_each_user_once(place: Place) {
    let (folder, from) = source().await;
    let store = format!("--database-url={}", place.url);
    let arguments = import(&from, &store);
    let run = || program::run(folder.path(), &arguments, &[]);
    let (one, other) = tokio::join!(run(), run());
    for output in [one, other] {
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(place.count("users").await, i64::from(USERS));
    assert_eq!(place.count("sessions").await, i64::from(USERS));
    assert_eq!(export(&place).await.lines().count(), 1 + USERS as usize);
}

pub async fn a_server_goes_on_beside_an_import(place: Place) {
    let server = TestServer::start(place).await;
    let client = server.client();
    let token = client.sign_up("alice", "correct horse").await;
    let (_folder, from) = source().await;
    let place = server.place.clone();
    let importing = tokio::spawn(async move { totals(&place, &["import", "lucia-v2", "--from", &from]).await });
    let mut slowest = Duration::ZERO;
    while !importing.is_finished() {
        let start = Instant::now();
        assert!(client.session(&token).await.status.is_success());
        slowest = slowest.max(start.elapsed());
        assert!(client.log_in("alice", "correct horse").await.is_some());
    }
    assert_eq!(importing.await.expect("an import")["users"].as_u64(), Some(u64::from(USERS)));
    assert!(slowest < Duration::from_secs(2), "a validation took {slowest:?}");
    assert_eq!(client.session("session-of-user-100000001").await.json()["user"]["userId"], "user-1");
}
