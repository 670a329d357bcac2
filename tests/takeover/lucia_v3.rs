//! Lucia 3, and the code that its site offers since.

use reqwest::StatusCode;
use sqlx::{Connection, Executor, SqliteConnection};

use super::program::{run, text, totals};
use crate::storage::places::Place;
use crate::support::server::TestServer;

/// A new database with these statements.
async fn source(statements: &'static str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("source.db").display());
    let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new file");
    connection.execute(statements).await.expect("good SQL");
    connection.close().await.expect("a polite end");
    (folder, url)
}

const PLAIN: &str = "CREATE TABLE user (id TEXT PRIMARY KEY, username TEXT, password_hash TEXT, email TEXT);
    CREATE TABLE session (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, user_id TEXT NOT NULL);
    CREATE TABLE oauth_account (provider_id TEXT, provider_user_id TEXT, user_id TEXT);
    INSERT INTO user VALUES ('u1', 'alice', '$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.', 'a@b.test');
    INSERT INTO user VALUES ('u2', NULL, NULL, 'bobby@b.test');
    INSERT INTO session VALUES ('an-id-of-forty-characters-as-lucia-makes', 4102444800, 'u1');
    INSERT INTO session VALUES ('another-id-of-forty-characters-that-ends', 1000000000, 'u1');
    INSERT INTO oauth_account VALUES ('github', '583231', 'u2');";

/// The id is the SHA-256 of `mxe4l2fkjbs7d5x3qzvupo6wytrn2ahg`.
const HASHED: &str = "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, passwordHash TEXT);
    CREATE TABLE session (id TEXT PRIMARY KEY, userId INTEGER NOT NULL, expiresAt TEXT NOT NULL);
    INSERT INTO user VALUES (7, 'alice', '$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.');
    INSERT INTO session VALUES ('DIGEST', 7, '2100-01-01 00:00:00');";

const WITH_SECRETS: &str = "CREATE TABLE user (id TEXT PRIMARY KEY, username TEXT, password_hash TEXT);
    CREATE TABLE session (id TEXT PRIMARY KEY, user_id TEXT, secret_hash BLOB, expires_at INTEGER);
    INSERT INTO user VALUES ('u9', 'erin', NULL);
    INSERT INTO session VALUES ('abcdefghijklmnopqrstuvwxyz', 'u9', x'00', 4102444800);";

pub async fn a_file_in_utf_16_is_refused_for_what_it_is(place: Place) {
    let (_folder, from) =
        source("PRAGMA encoding = 'UTF-16le'; CREATE TABLE user (id TEXT PRIMARY KEY, username TEXT)").await;
    let refused = run(&place, &["import", "lucia-v3", "--from", &from]).await;
    assert_eq!(refused.status.code(), Some(66), "{}", text(&refused.stderr));
    assert!(
        text(&refused.stderr).contains("is in UTF-16le; import a copy of it in UTF-8"),
        "{}",
        text(&refused.stderr)
    );
}

pub async fn sessions_of_lucia_3_stay_alive_in_each_of_its_forms(place: Place) {
    let (_plain, from) = source(PLAIN).await;
    let flags = ["import", "lucia-v3", "--from", &from, "--oauth-table=oauth_account", "--username-from=email"];
    let found = totals(&place, &flags).await;
    assert_eq!((found["users"].as_u64(), found["keys"].as_u64()), (Some(2), Some(3)), "{found}");
    assert_eq!((found["sessions"].as_u64(), &found["DOORWARD_COOKIE_NAME"]), (Some(1), &"auth_session".into()));

    let digest = {
        use doorward_domain::ports::TokenGenerator;
        let token = doorward_domain::SessionToken::parse("mxe4l2fkjbs7d5x3qzvupo6wytrn2ahg").expect("a token");
        doorward_domain::digest_to_hex(doorward_adapters_crypto::OsTokenGenerator.digest(&token).as_bytes())
    };
    let statements: &'static str = HASHED.replace("DIGEST", &digest).leak();
    let (_hashed, from) = source(statements).await;
    let refused = run(&place, &["import", "lucia-v3", "--from", &from]).await;
    assert_eq!(refused.status.code(), Some(65), "the username is taken: {}", text(&refused.stderr));
    let names = tempfile::tempdir().expect("a folder");
    let path = names.path().join("names.csv");
    std::fs::write(&path, "7,\"carol, \"\"c\"\"\"\n").expect("room");
    let flags = ["import", "lucia-v3", "--from", &from, "--usernames", path.to_str().expect("UTF-8")];
    let found = totals(&place, &flags).await;
    assert_eq!((found["users"].as_u64(), found["sessions"].as_u64()), (Some(1), Some(1)), "{found}");

    let (_secrets, from) = source(WITH_SECRETS).await;
    let refused = run(&place, &["import", "lucia-v3", "--from", &from, "--json"]).await;
    assert_eq!(refused.status.code(), Some(65));
    assert!(text(&refused.stdout).contains("\"session_format\":1"), "{}", text(&refused.stdout));

    let server = TestServer::start(place).await;
    let client = server.client();
    for (cookie, id) in [("an-id-of-forty-characters-as-lucia-makes", "u1"), ("mxe4l2fkjbs7d5x3qzvupo6wytrn2ahg", "7")]
    {
        let reply = client.session(cookie).await;
        assert_eq!((reply.status, &reply.json()["user"]["userId"]), (StatusCode::OK, &id.into()));
    }
    assert!(client.log_in("alice", "correct horse").await.is_some());
    assert!(client.log_in("carol, \"c\"", "correct horse").await.is_some());
    assert_eq!(client.session("another-id-of-forty-characters-that-ends").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.place.count("user_keys WHERE id = 'github:583231' AND user_id = 'u2'").await, 1);
    assert_eq!(server.place.count("users WHERE username = 'bobby@b.test'").await, 1);
}
