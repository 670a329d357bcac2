//! Stores of every released schema are opened by this version with all that is in them. A release adds a folder to
//! `schemas/`, with a dump for each kind of store; no dump is ever changed.

use doorward_domain::ports::LiveSession;
use doorward_domain::{KeyId, SessionId, Timestamp};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::places::Place;
use crate::support;

/// The dumps of each released schema: its version, SQLite's and PostgreSQL's.
const RELEASED: [(&str, &str, &str); 1] =
    [("0.1.0", include_str!("schemas/0.1.0/sqlite.sql"), include_str!("schemas/0.1.0/postgres.sql"))];

#[tokio::test]
async fn sqlite_stores_of_every_released_schema_are_opened_with_their_data() {
    for (version, dump, _) in RELEASED {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("doorward.db").display());
        let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new file");
        connection.execute(dump).await.expect("a dump that can be restored");
        connection.close().await.expect("a polite end");
        assert_has_alice(&Place::at(url), version).await;
    }
}

#[tokio::test]
async fn postgres_stores_of_every_released_schema_are_opened_with_their_data() {
    for (version, _, dump) in RELEASED {
        let Some(url) = support::postgres::database().await else { return };
        let mut connection = PgConnection::connect(&url).await.expect("a new database");
        connection.execute(dump).await.expect("a dump that can be restored");
        connection.close().await.expect("a polite end");
        assert_has_alice(&Place::at(url), version).await;
    }
}

/// Asserts that the store has the user of the dumps with both keys, the session, the sign-in event and the recovery code.
async fn assert_has_alice(place: &Place, version: &str) {
    let store = place.open().await;
    let key = KeyId::parse("username:alice").expect("a key");
    let (key, alice) = store.users().find_by_key(&key).await.expect("an answer").expect("a key");
    assert!(key.password_hash.is_some_and(|hash| hash.expose().starts_with("$argon2id$")), "{version}");
    assert_eq!((alice.username.as_str(), alice.attributes.as_json()), ("Alice", r#"{"role":"teacher"}"#), "{version}");
    let keys = store.users().list_keys(&alice.id).await.expect("an answer");
    let ids: Vec<_> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["username:alice", "github:583231"], "{version}");

    let id = SessionId::parse("utiw25ne2pegq50qpmcbhfww").expect("an id");
    let (LiveSession { session, .. }, user) =
        store.sessions().find_by_id(&id).await.expect("an answer").expect("a session");
    assert_eq!((user.id.as_str(), session.created_at.as_unix_millis()), (alice.id.as_str(), 1_795_784_381_369));
    let found = store.sessions().find(&session.token_hash).await.expect("an answer");
    assert_eq!(found.map(|(session, _)| session.id), Some(id.clone()), "{version}");
    let sign_ins = store.records().sign_ins(&alice.id, None, 10).await.expect("an answer");
    assert_eq!(sign_ins.iter().map(|event| &event.session_id).collect::<Vec<_>>(), [&id], "{version}");
    let codes = store.recovery().unused_codes(&alice.id).await.expect("an answer");
    assert_eq!(
        codes.iter().map(|code| code.created_at).collect::<Vec<_>>(),
        [Timestamp::from_unix_millis(1_795_784_381_369)]
    );
    store.close().await;
}
