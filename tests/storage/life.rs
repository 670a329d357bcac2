//! Promises of a store as a whole: opening, starting together, closing, and calls that are given up.

use std::time::Duration;

use doorward_adapters_sql::ConnectError;
use doorward_domain::ports::StoreError;
use tokio::task::JoinSet;

use super::people::{NOW, account};
use super::places::Place;

pub async fn an_open_store_answers(place: Place) {
    let store = place.open().await;
    store.probe().ping().await.expect("a sign of life");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    store.probe().ping().await.expect("a sign of life");
}

pub async fn a_closed_store_is_unavailable(place: Place) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    store.close().await;
    store.close().await;
    assert_matches!(store.probe().ping().await, Err(StoreError::Unavailable(_)));
    assert_matches!(store.probe().count(NOW).await, Err(StoreError::Unavailable(_)));
    assert_matches!(store.sessions().find(&alice.session.token_hash).await, Err(StoreError::Unavailable(_)));
    assert_matches!(store.sessions().delete(&alice.session.id).await, Err(StoreError::Unavailable(_)));
}

pub async fn users_and_live_sessions_are_counted(place: Place) {
    let store = place.open().await;
    let counted = async |now| {
        let counts = store.probe().count(now).await.expect("a count");
        (counts.users, counts.live_sessions)
    };
    assert_eq!(counted(NOW).await, (0, 0));
    let (alice, bobby) = (account("Alice", 1), account("Bobby", 2));
    store.users().create(&alice).await.expect("a new account");
    store.users().create(&bobby).await.expect("a new account");
    assert_eq!(counted(NOW).await, (2, 2));
    assert!(store.sessions().delete(&bobby.session.id).await.expect("an answer"));
    assert_eq!(counted(NOW).await, (2, 1));
    let ends = alice.session.idle_expires_at;
    assert_eq!(counted(ends.minus(Duration::from_millis(1))).await, (2, 1));
    assert_eq!(counted(ends).await, (2, 0), "a session is dead at its exact instant");
}

pub async fn what_was_acknowledged_survives_reopening(place: Place) {
    let alice = account("Alice", 1);
    let store = place.open().await;
    store.users().create(&alice).await.expect("a new account");
    store.close().await;
    for _ in 0..2 {
        let store = place.open().await;
        let found = store.users().find_by_key(&alice.key.id).await.expect("an answer");
        assert_eq!(found, Some((alice.key.clone(), alice.user.clone())));
        store.close().await;
    }
}

pub async fn two_nodes_on_one_store_see_the_same(place: Place) {
    let (here, there) = (place.open().await, place.open().await);
    for number in 1..20 {
        let person = account(&format!("person {number}"), number);
        here.users().create(&person).await.expect("a new account");
        let found = there.sessions().find(&person.session.token_hash).await.expect("an answer");
        assert!(found.is_some(), "what one node wrote the other reads");
        assert!(there.sessions().delete(&person.session.id).await.expect("an answer"));
        let found = here.sessions().find(&person.session.token_hash).await.expect("an answer");
        assert_eq!(found, None, "what one node ended is over on the other");
    }
}

pub async fn ten_nodes_may_start_at_once_on_a_new_store(place: Place) {
    let mut starts = JoinSet::new();
    for _ in 0..10 {
        let url = place.url.parse().expect("a good URL");
        starts.spawn(async move { doorward_adapters_sql::connect(&url).await });
    }
    let nodes: Vec<_> = starts.join_all().await.into_iter().map(|node| node.expect("a store that opens")).collect();
    nodes[0].users().create(&account("Alice", 1)).await.expect("a new account");
    for node in &nodes {
        let found = node.users().find_by_key(&account("Alice", 1).key.id).await.expect("an answer");
        assert!(found.is_some());
    }
    assert_eq!(place.count("_sqlx_migrations").await, migrations());
}

/// How many migrations there are; as many for every kind of store.
fn migrations() -> i64 {
    i64::try_from(migration_numbers().len()).expect("not that many")
}

/// The number of the newest migration.
pub fn newest_migration() -> i64 {
    migration_numbers().into_iter().max().expect("a migration")
}

fn migration_numbers() -> Vec<i64> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite")).expect("a folder");
    let names = folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    names.map(|name| name.split('_').next().and_then(|number| number.parse().ok()).expect("a number")).collect()
}

/// Writes down a migration that this version of the program does not have.
pub const LATER_MIGRATION: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     SELECT 9999, 'of a later version', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

pub async fn a_store_of_a_newer_version_is_refused(place: Place) {
    place.open().await.close().await;
    place.run(LATER_MIGRATION).await;
    let refused = place.try_open().await.err().expect("a store that does not open");
    assert_matches!(refused, ConnectError::Newer { found: 9999, .. });
    assert_one_line(&refused);
}

pub async fn a_store_of_a_development_build_is_refused(place: Place) {
    place.open().await.close().await;
    place.run("UPDATE _sqlx_migrations SET description = 'create accounts' WHERE version = 1").await;
    let refused = place.try_open().await.err().expect("a store that does not open");
    assert_matches!(refused, ConnectError::DevelopmentBuild { .. });
    assert_one_line(&refused);
    assert!(refused.to_string().contains("use a new store"), "{refused}");
}

pub async fn a_store_with_another_history_is_refused(place: Place) {
    const HISTORIES: [&str; 2] = [
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 0, 'of another program', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        "UPDATE _sqlx_migrations SET checksum = substr(checksum, 2) WHERE version = 1",
    ];
    place.open().await.close().await;
    for history in HISTORIES {
        place.run(history).await;
        let refused = place.try_open().await.err().expect("a store that does not open");
        assert_matches!(refused, ConnectError::Schema { .. });
        assert_one_line(&refused);
        place.run("DELETE FROM _sqlx_migrations WHERE version = 0").await;
    }
}

pub fn assert_one_line(error: &ConnectError) {
    let line = error.to_string();
    assert!(!line.contains('\n') && line.len() < 300, "{line}");
}

pub async fn a_call_that_was_given_up_leaves_nothing_behind(place: Place) {
    let store = place.open().await;
    let users = store.users();
    // Polled a few times and then dropped, as when a client hangs up: sooner in each round, so that every step of the
    // transaction is the last one once.
    for number in 0..60 {
        let person = account(&format!("person {number}"), number);
        let call = users.create(&person);
        let mut call = std::pin::pin!(call);
        let mut polls = number;
        std::future::poll_fn(|context| {
            polls = polls.saturating_sub(1);
            if polls == 0 { std::task::Poll::Ready(()) } else { call.as_mut().poll(context).map(drop) }
        })
        .await;
    }
    users.create(&account("Alice", 1_000)).await.expect("the store goes on");
    let (accounts, keys) = (place.count("users").await, place.count("user_keys").await);
    assert_eq!((accounts, keys), (place.count("sessions").await, accounts), "all of an account or nothing");
}
