//! What only a store in a file can get wrong: the file itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use doorward_adapters_sql::{ConnectError, Store, connect};
use doorward_domain::ports::{CreateUserError, StoreError};
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::life::{LATER_MIGRATION, assert_one_line, newest_migration};
use super::people::account;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("doorward.db");
    (folder, file)
}

async fn open(file: &Path) -> Result<Store, ConnectError> {
    connect(&format!("sqlite://{}", file.display()).parse().expect("a good URL")).await
}

async fn raw(file: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("a way to the file")
}

async fn refusal(file: &Path) -> ConnectError {
    let error = open(file).await.err().expect("a store that does not open");
    assert_one_line(&error);
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    error
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_new_file_and_its_log_are_private() {
    let (folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    assert_eq!(names(&folder), ["doorward.db", "doorward.db-shm", "doorward.db-wal"]);
    for name in names(&folder) {
        let mode = fs::metadata(folder.path().join(&name)).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_closed_store_is_one_file() {
    let (folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    assert!(store.users().find_by_key(&account("Alice", 1).key.id).await.expect("an answer").is_some());
    store.close().await;
    assert_eq!(names(&folder), ["doorward.db"]);
}

#[tokio::test]
async fn what_was_acknowledged_is_on_the_disk_without_closing() {
    let (folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    // What another process finds after this one was killed.
    let copy = TempDir::new().expect("a folder");
    for name in names(&folder) {
        fs::copy(folder.path().join(&name), copy.path().join(&name)).expect("a copy");
    }
    let survivor = open(&copy.path().join("doorward.db")).await.expect("a store that opens");
    let found = survivor.users().find_by_key(&account("Alice", 1).key.id).await.expect("an answer");
    assert!(found.is_some());
}

#[tokio::test]
async fn a_file_of_a_newer_version_stays_as_it_is() {
    let (folder, file) = folder();
    open(&file).await.expect("a new store").close().await;
    let mut connection = raw(&file).await;
    connection.execute(LATER_MIGRATION).await.expect("good SQL");
    connection.close().await.expect("a polite end");

    let before = fs::read(&file).expect("a file");
    assert_matches!(refusal(&file).await, ConnectError::Newer { found: 9999, known, .. } if known == newest_migration());
    assert!(fs::read(&file).expect("a file") == before, "byte for byte");
    assert_eq!(names(&folder), ["doorward.db"]);
}

#[tokio::test]
async fn a_file_of_a_newer_version_that_was_killed_stays_as_it_is() {
    let (folder, file) = folder();
    open(&file).await.expect("a new store").close().await;
    let mut connection = raw(&file).await;
    connection.execute(LATER_MIGRATION).await.expect("good SQL");
    let copy = TempDir::new().expect("a folder");
    for name in names(&folder) {
        fs::copy(folder.path().join(&name), copy.path().join(&name)).expect("a copy");
    }
    connection.close().await.expect("a polite end");

    let file = copy.path().join("doorward.db");
    let log = copy.path().join("doorward.db-wal");
    let before = (fs::read(&file).expect("a file"), fs::read(&log).expect("its log"));
    assert!(!before.1.is_empty(), "the newer schema is only in the log");
    assert_matches!(refusal(&file).await, ConnectError::Newer { found: 9999, .. });
    assert!((fs::read(&file).expect("a file"), fs::read(&log).expect("its log")) == before, "byte for byte");
}

#[tokio::test]
async fn what_is_no_database_stays_as_it_is() {
    for garbage in ["x".repeat(10), "All work and no play makes Jack a dull boy.\n".repeat(1_000)] {
        let (folder, file) = folder();
        fs::write(&file, &garbage).expect("a file");
        assert_matches!(refusal(&file).await, ConnectError::Damaged { .. });
        assert!(fs::read(&file).expect("a file") == garbage.as_bytes(), "byte for byte");
        assert_eq!(names(&folder), ["doorward.db"]);
    }
}

#[tokio::test]
async fn a_damaged_file_stays_as_it_is() {
    let (_folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    for number in 0..200 {
        store.users().create(&account(&format!("person {number}"), number)).await.expect("a new account");
    }
    store.close().await;
    let whole = fs::read(&file).expect("a file");

    let cut = whole[..whole.len() / 2].to_vec();
    let mut scratched = whole.clone();
    let middle = whole.len() / 2;
    scratched[middle..middle + 4_096].fill(0xa5);
    for damaged in [cut, scratched] {
        fs::write(&file, &damaged).expect("a file");
        assert_matches!(refusal(&file).await, ConnectError::Damaged { .. });
        assert!(fs::read(&file).expect("a file") == damaged, "byte for byte");
    }

    fs::write(&file, whole).expect("a file");
    open(&file).await.expect("a store that opens");
}

#[tokio::test]
async fn an_empty_file_is_a_new_store() {
    let (_folder, file) = folder();
    fs::write(&file, "").expect("a file");
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
}

#[tokio::test]
async fn a_place_where_no_file_can_be_says_why() {
    let (folder, file) = folder();
    assert_matches!(
        refusal(&folder.path().join("missing").join("doorward.db")).await,
        ConnectError::Unreachable { .. }
    );
    assert_matches!(refusal(folder.path()).await, ConnectError::Unreachable { .. });
    let url = format!("sqlite://{}?mode=rw", file.display()).parse().expect("a good URL");
    assert_matches!(connect(&url).await.err(), Some(ConnectError::Unreachable { .. }));
    assert!(names(&folder).is_empty(), "what must exist is not created");
}

#[tokio::test]
async fn a_store_in_memory_keeps_what_it_was_given() {
    let store = connect(&"sqlite::memory:".parse().expect("a good URL")).await.expect("a new store");
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    {
        let (users, bob) = (store.users(), account("Bob", 2));
        let mut given_up = std::pin::pin!(users.create(&bob));
        let mut polls = 6;
        std::future::poll_fn(|context| {
            polls -= 1;
            if polls == 0 { std::task::Poll::Ready(()) } else { given_up.as_mut().poll(context).map(drop) }
        })
        .await;
    }
    let found = store.sessions().find(&alice.session.token_hash).await.expect("an answer");
    assert_eq!(found, Some((alice.session, alice.user)));
    let another = connect(&"sqlite::memory:".parse().expect("a good URL")).await.expect("a new store");
    assert_eq!(another.users().find_by_key(&alice.key.id).await.expect("an answer"), None, "it is another store");
}

#[tokio::test]
async fn a_locked_file_is_read_but_unavailable_for_writing_and_recovers() {
    let (_folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    let mut other = raw(&file).await;
    other.execute("BEGIN IMMEDIATE").await.expect("a lock");

    let found = store.users().find_by_key(&account("Alice", 1).key.id).await.expect("readers do not wait");
    assert!(found.is_some());
    let refused = store.users().create(&account("Bob", 2)).await;
    assert_matches!(refused, Err(CreateUserError::Store(StoreError::Unavailable(_))));

    other.execute("ROLLBACK").await.expect("no lock");
    store.users().create(&account("Bob", 2)).await.expect("the store goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_may_start_while_others_stop() {
    for _ in 0..30 {
        let (_folder, file) = folder();
        let mut servers = JoinSet::new();
        for _ in 0..6 {
            let file = file.clone();
            servers.spawn(async move {
                let store = open(&file).await?;
                store.probe().ping().await.expect("a sign of life");
                store.close().await;
                Ok::<_, ConnectError>(())
            });
        }
        for outcome in servers.join_all().await {
            outcome.expect("a store that opens");
        }
    }
}

#[tokio::test]
async fn a_file_that_stays_locked_says_so() {
    let (_folder, file) = folder();
    open(&file).await.expect("a new store").close().await;
    let mut other = raw(&file).await;
    other.execute("BEGIN EXCLUSIVE").await.expect("a lock");
    assert_matches!(refusal(&file).await, ConnectError::Locked { .. });
}

/// Fails unless every call to the store fails, so that it promises nothing that will not be found again.
async fn assert_unavailable(store: &Store, number: u64) {
    let (users, sessions, person) = (store.users(), store.sessions(), account(&format!("person {number}"), number));
    assert_matches!(users.create(&person).await, Err(CreateUserError::Store(StoreError::Unavailable(_))));
    assert_matches!(users.find_by_key(&person.key.id).await, Err(StoreError::Unavailable(_)));
    assert_matches!(sessions.delete(&person.session.id).await, Err(StoreError::Unavailable(_)));
    assert_matches!(store.probe().ping().await, Err(StoreError::Unavailable(_)));
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_unavailable_until_it_is_back() {
    let (folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    let elsewhere = folder.path().join("elsewhere.db");
    fs::rename(&file, &elsewhere).expect("it can be moved");
    assert_unavailable(&store, 2).await;

    // Another store in its place, as when a backup is restored beneath a server that runs.
    let another = folder.path().join("another.db");
    open(&another).await.expect("a new store").close().await;
    fs::rename(&another, &file).expect("it can be moved");
    assert_unavailable(&store, 2).await;

    fs::rename(&elsewhere, &file).expect("it can be moved");
    store.users().create(&account("Bob", 2)).await.expect("the store goes on");
    store.close().await;
    let store = open(&file).await.expect("a store that opens");
    for person in [account("Alice", 1), account("Bob", 2)] {
        assert!(store.users().find_by_key(&person.key.id).await.expect("an answer").is_some());
    }
}

#[tokio::test]
async fn a_log_that_is_deleted_makes_the_store_unavailable_and_loses_nothing() {
    let (folder, file) = folder();
    let store = open(&file).await.expect("a new store");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    fs::remove_file(folder.path().join("doorward.db-wal")).expect("it is there");
    assert_unavailable(&store, 2).await;

    store.close().await;
    let store = open(&file).await.expect("a store that opens");
    let found = store.users().find_by_key(&account("Alice", 1).key.id).await.expect("an answer");
    assert!(found.is_some(), "the server that was told to stop still had the log");
}

#[tokio::test]
async fn a_link_to_a_file_is_the_file() {
    let (folder, file) = folder();
    open(&file).await.expect("a new store").close().await;
    let other = tempfile::tempdir().expect("a folder");
    let link = other.path().join("link.db");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    let store = open(&link).await.expect("a store that opens");
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    assert_eq!(names(&other), ["link.db"]);
    fs::remove_file(folder.path().join("doorward.db-wal")).expect("it is there");
    assert_unavailable(&store, 2).await;
}
