//! What only a store on a server can get wrong: the server, and the way to it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use doorward_adapters_sql::{ConnectError, Store, connect};
use doorward_domain::ports::{CreateUserError, KeyedWriteError, StoreError};
use doorward_domain::{Attributes, TokenHash};
use futures_util::FutureExt;
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::life::assert_one_line;
use super::people::{account, client, hash, session, token, verified, with_attributes};
use super::places::{self, Place};
use super::{life, sessions};
use crate::support::postgres::database_with;

/// What a call may take at most, and some time for a busy machine.
const AT_MOST: Duration = Duration::from_secs(7);

async fn refusal(url: &str) -> ConnectError {
    let error = connect(&url.parse().expect("a good URL")).await.err().expect("a store that does not open");
    assert_one_line(&error);
    assert!(!error.to_string().contains("hunter2"), "{error}");
    error
}

#[tokio::test]
async fn a_server_that_is_not_there_says_so_without_the_password() {
    let error = refusal("postgres://alice:hunter2@127.0.0.1:1/doorward").await;
    assert_matches!(error, ConnectError::Unreachable { .. });
    let told = error.to_string();
    assert!(told.contains("postgres://alice@127.0.0.1:1/doorward") && told.contains("refused"), "{told}");
}

#[tokio::test]
async fn a_database_that_is_not_there_says_so() {
    let Some(place) = places::postgres().await else { return };
    let error = refusal(&format!("{}_not", place.url)).await;
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_name_is_refused() {
    let Some(url) = database_with("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'").await else { return };
    assert_matches!(refusal(&url).await, ConnectError::Encoding { encoding, .. } if encoding == "SQL_ASCII");
}

/// Changes a default of this database for later connections.
async fn set_default(place: &Place, setting: &str) {
    place
        .run(&format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database()); END $$"))
        .await;
}

#[tokio::test]
async fn a_database_that_is_read_only_is_refused() {
    let Some(place) = places::postgres().await else { return };
    set_default(&place, "default_transaction_read_only = on").await;
    let error = refusal(&place.url).await;
    assert_matches!(error, ConnectError::ReadOnly { .. });
}

#[tokio::test]
async fn a_role_that_may_not_migrate_says_who_may() {
    let Some(place) = places::postgres_of_rows_before_its_first_start().await else { return };
    let error = refusal(&place.url).await;
    assert_matches!(&error, ConnectError::MayNotMigrate { .. });
    assert!(error.to_string().contains("the role that owns the database"), "{error}");

    let Some(place) = places::postgres_by_rows().await else { return };
    place.run("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)").await;
    assert_matches!(refusal(&place.url).await, ConnectError::MayNotMigrate { .. });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_database_is_set_to_by_default_changes_nothing() {
    let Some(place) = places::postgres().await else { return };
    for setting in ["default_transaction_isolation = serializable", "lock_timeout = 1"] {
        set_default(&place, setting).await;
    }
    life::ten_nodes_may_start_at_once_on_a_new_store(place.clone()).await;
    place.run("TRUNCATE users CASCADE").await;
    sessions::of_forty_racing_renewals_exactly_one_is_told_so(place).await;
}

#[tokio::test]
async fn a_database_without_its_tables_is_unavailable_until_they_are_back() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    place.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    assert_matches!(store.probe().ping().await, Err(StoreError::Unavailable(_)));
    let refused = store.users().create(&account("Bob", 2)).await;
    assert_matches!(refused, Err(CreateUserError::Store(StoreError::Unavailable(_))));

    // As a backup would be restored.
    place.open().await;
    store.users().create(&account("Bob", 2)).await.expect("the store goes on");
    store.probe().ping().await.expect("a sign of life");
}

#[tokio::test]
async fn columns_have_the_types_that_fit() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    let mut connection = PgConnection::connect(&place.url).await.expect("a way to the server");
    let row: (String, i32, String) = sqlx::query_as(
        "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS'), octet_length(token_hash), \
         pg_typeof(created_at)::text FROM sessions",
    )
    .fetch_one(&mut connection)
    .await
    .expect("a row");
    assert_eq!(row, ("2025-11-24T16:00:00.125".into(), 32, "timestamp with time zone".into()));
}

/// Waits until a statement of another connection waits for a lock.
async fn a_statement_waits(connection: &mut PgConnection) {
    until_waiting(connection, |waiting| waiting > 0, "no statement waits: the key is not locked").await;
}

async fn until_waiting(connection: &mut PgConnection, enough: impl Fn(i64) -> bool, complaint: &str) {
    let deadline = Instant::now() + AT_MOST;
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("a number");
        if enough(waiting) {
            return;
        }
        assert!(Instant::now() < deadline, "{complaint}");
    }
}

#[tokio::test]
async fn a_login_waits_for_a_password_change_under_way_and_loses() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    let mut change = PgConnection::connect(&place.url).await.expect("a way to the server");
    let mut watcher = PgConnection::connect(&place.url).await.expect("a way to the server");

    for (number, rehashed) in [(2, None), (3, Some(hash("costlier")))] {
        let mut key = verified(&alice);
        key.rehashed = rehashed;
        change.execute("BEGIN").await.expect("a transaction");
        change.execute("UPDATE user_keys SET password_hash = 'new'").await.expect("a new password");
        let opening = {
            let (sessions, session) = (store.sessions(), session(&alice.user, number));
            tokio::spawn(async move { sessions.open(&session, &client(), &key, &[], None).await })
        };
        a_statement_waits(&mut watcher).await;
        change.execute("DELETE FROM sessions; COMMIT").await.expect("the change is made");
        assert_matches!(opening.await.expect("no panic"), Err(KeyedWriteError::KeyChanged));
        assert_eq!(store.sessions().find(&token(number)).await.expect("an answer"), None);

        let back = format!("UPDATE user_keys SET password_hash = '{}'", verified(&alice).hash.expose());
        place.run(&back).await;
    }
}

#[tokio::test]
async fn new_attributes_wait_for_a_session_that_is_being_opened() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    let mut opening = PgConnection::connect(&place.url).await.expect("a way to the server");
    let mut watcher = PgConnection::connect(&place.url).await.expect("a way to the server");
    opening
        .execute(
            "BEGIN; INSERT INTO sessions (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) \
             SELECT sha256('other'), 'other', user_id, created_at, active_expires_at, idle_expires_at FROM sessions",
        )
        .await
        .expect("a login under way");
    let new = Attributes::parse(r#"{"plan":"pro"}"#).expect("an object");
    let setting = {
        let (users, id, new) = (store.users(), alice.user.id.clone(), new.clone());
        tokio::spawn(async move { users.update(&with_attributes(&id, &new)).await })
    };
    a_statement_waits(&mut watcher).await;
    assert!(!setting.is_finished(), "or a cached session could keep the old ones");
    opening.execute("COMMIT").await.expect("its end");
    setting.await.expect("no panic").expect("an update");
    let found = store.sessions().find(&token(1)).await.expect("an answer").expect("a session");
    assert_eq!(found.1.attributes, new);
}

#[tokio::test]
async fn a_sign_up_waits_for_one_of_the_same_name_and_wins_if_that_is_undone() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let mut other = PgConnection::connect(&place.url).await.expect("a way to the server");
    let mut watcher = PgConnection::connect(&place.url).await.expect("a way to the server");
    for (end, wins) in [("ROLLBACK", true), ("COMMIT", false)] {
        place.run("DELETE FROM users").await;
        other
            .execute(
                "BEGIN; INSERT INTO users VALUES ('other', 'alice', now()); \
                 INSERT INTO user_keys VALUES ('username:alice', 'other', 'hash', now())",
            )
            .await
            .expect("a sign-up under way");
        let users = store.users();
        let creating = tokio::spawn(async move { users.create(&account("Alice", 1)).await });
        a_statement_waits(&mut watcher).await;
        other.execute(end).await.expect("its end");
        match creating.await.expect("no panic") {
            Ok(()) => assert!(wins),
            Err(CreateUserError::KeyTaken) => assert!(!wins),
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!((place.count("users").await, place.count("user_keys").await), (1, 1));
    }
}

#[tokio::test]
async fn lookups_that_share_a_query_get_each_their_own_answer() {
    const SESSIONS: u64 = 40;
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let accounts: Vec<_> = (0..SESSIONS).map(|number| account(&format!("person {number}"), number)).collect();
    for account in &accounts {
        store.users().create(account).await.expect("a new account");
    }
    // One row that cannot be read, and one session that another connection revoked.
    let (damaged, revoked) = (&accounts[0], &accounts[1]);
    place.run(&format!("UPDATE users SET attributes = '[]' WHERE id = '{}'", damaged.user.id.as_str())).await;
    assert!(store.sessions().delete(&revoked.session.id).await.expect("an answer"));
    let unknown = TokenHash::restore([255; 32]);

    // More at once than one query takes, so that most wait for a query in flight and share the next one.
    let tokens = accounts.iter().map(|account| account.session.token_hash).chain([unknown]);
    let asked: Vec<TokenHash> = tokens.cycle().take(1_000).collect();
    let sessions = store.sessions();
    // Callers that go away take no other answer along.
    for token in &asked {
        drop(sessions.find(token).now_or_never());
    }
    let answers = join_all(asked.iter().map(|token| sessions.find(token))).await;
    for (token, answer) in asked.iter().zip(answers) {
        if *token == damaged.session.token_hash {
            assert_matches!(answer, Err(StoreError::Corrupt(_)));
            continue;
        }
        let found = answer.expect("an answer").map(|(session, _)| session.token_hash);
        let exists = *token != unknown && *token != revoked.session.token_hash;
        assert_eq!(found, exists.then_some(*token));
    }
}

#[tokio::test]
async fn a_failed_shared_query_is_unavailable_to_each_of_its_lookups() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    place.run("ALTER TABLE sessions RENAME TO moved").await;
    let (sessions, token) = (store.sessions(), account("Alice", 1).session.token_hash);
    for answer in join_all((0..300).map(|_| sessions.find(&token))).await {
        assert_matches!(answer, Err(StoreError::Unavailable(_)));
    }
    place.run("ALTER TABLE moved RENAME TO sessions").await;
    assert!(sessions.find(&token).await.expect("an answer").is_some(), "later lookups are answered again");
}

#[tokio::test]
async fn a_sweep_does_not_wait_for_a_session_in_use() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    for number in 0..3 {
        store.users().create(&account(&format!("person {number}"), number)).await.expect("a new account");
    }
    let mut other = PgConnection::connect(&place.url).await.expect("a way to the server");
    let lock = "BEGIN; SELECT id FROM sessions ORDER BY id LIMIT 1 FOR UPDATE";
    other.execute(lock).await.expect("a lock");
    let swept = store.sessions().delete_expired(doorward_domain::Timestamp::MAX, 10).await.expect("an answer");
    assert_eq!(swept, 2);
}

#[tokio::test]
async fn a_locked_table_is_unavailable_in_time_and_the_server_stops_trying() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let mut other = PgConnection::connect(&place.url).await.expect("a way to the server");
    other.execute("BEGIN; LOCK TABLE users, sessions IN ACCESS EXCLUSIVE MODE").await.expect("a lock");

    let started = Instant::now();
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let (users, probe) = (store.users(), store.probe());
        calls.spawn(async move {
            match users.create(&account("Alice", number)).await {
                Err(CreateUserError::Store(error)) => Err(error),
                other => panic!("{other:?}"),
            }
        });
        calls.spawn(async move { probe.ping().await });
    }
    for outcome in calls.join_all().await {
        assert_matches!(outcome, Err(StoreError::Unavailable(_)));
    }
    assert!(started.elapsed() < AT_MOST, "{:?}", started.elapsed());

    until_waiting(&mut other, |waiting| waiting == 0, "the server still waits for a client that is gone").await;
    other.execute("ROLLBACK").await.expect("no lock");
    store.users().create(&account("Alice", 99)).await.expect("the store goes on");
}

#[tokio::test]
async fn connections_that_are_cut_are_replaced() {
    let Some(place) = places::postgres().await else { return };
    let store = place.open().await;
    let mut warm_up = JoinSet::new();
    for _ in 0..20 {
        let probe = store.probe();
        warm_up.spawn(async move { probe.ping().await });
    }
    for outcome in warm_up.join_all().await {
        outcome.expect("a sign of life");
    }
    place
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await;
    let mut failures = 0;
    while let Err(error) = store.probe().ping().await {
        assert_matches!(error, StoreError::Unavailable(_));
        failures += 1;
        assert!(failures <= 8, "no more than there were connections");
    }
    store.users().create(&account("Alice", 1)).await.expect("the store goes on");
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_noticed_before_it_is_used() {
    let Some(place) = places::postgres().await else { return };
    let (mut bridge, store) = Bridge::to(&place).await;
    store.probe().ping().await.expect("a sign of life");
    // How long a connection has been idle is measured by the pool's own clock.
    sleep(Duration::from_millis(1_100)).await;
    bridge.cut().await;
    bridge.mend().await;
    store.probe().ping().await.expect("the caller notices nothing");
}

/// A way to the server that can be cut, mended and blocked.
struct Bridge {
    here: SocketAddr,
    there: SocketAddr,
    /// Odd while nothing passes. A connection passes only as long as this is what it was when the connection was made.
    era: watch::Sender<u32>,
    traffic: JoinSet<()>,
}

impl Bridge {
    async fn to(place: &Place) -> (Self, Store) {
        let (_, address_and_name) = place.url.rsplit_once('@').expect("a user");
        let (address, name) = address_and_name.split_once('/').expect("a database");
        let here = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
        let there = address.parse().expect("an address");
        let mut bridge = Self { here, there, era: watch::Sender::new(0), traffic: JoinSet::new() };
        bridge.mend().await;
        let url = format!("postgres://doorward@{here}/{name}").parse().expect("a good URL");
        (bridge, connect(&url).await.expect("a store that opens"))
    }

    async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.expect("the same port");
        let (there, era) = (self.there, self.era.subscribe());
        self.traffic.spawn(async move {
            let mut streams = JoinSet::new();
            while let Ok((mut here, _)) = listener.accept().await {
                let mut era = era.clone();
                let born = *era.borrow_and_update();
                streams.spawn(async move {
                    let mut there = TcpStream::connect(there).await.expect("the server answers");
                    let blocked_now = tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut here, &mut there) => false,
                        _ = era.wait_for(|era| *era != born || era % 2 == 1) => true,
                    };
                    if blocked_now {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
    }

    /// Every connection breaks, and new ones are refused.
    async fn cut(&mut self) {
        self.traffic.shutdown().await;
    }

    /// Connections stay open and new ones are accepted, but nothing passes any more.
    fn block(&mut self) {
        self.era.send_modify(|era| *era += 1);
    }

    /// New connections pass, as when another server has taken over; the old ones get no answer.
    fn take_over(&mut self) {
        self.era.send_modify(|era| *era += 1);
    }
}

#[tokio::test]
async fn a_server_that_went_away_is_unavailable_with_its_cause_and_found_again() {
    let Some(place) = places::postgres().await else { return };
    let (mut bridge, store) = Bridge::to(&place).await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");

    bridge.cut().await;
    let mut told = String::new();
    for _ in 0..2 {
        let started = Instant::now();
        let Err(StoreError::Unavailable(cause)) = store.users().find_by_key(&alice.key.id).await else {
            panic!("there is no server")
        };
        assert!(started.elapsed() < AT_MOST, "{:?}", started.elapsed());
        told = cause.to_string();
    }
    assert!(told.contains("refused"), "{told}");

    bridge.mend().await;
    let back = timeout(Duration::from_secs(2), store.users().find_by_key(&alice.key.id)).await.expect("within 2 s");
    assert!(back.expect("an answer").is_some());
}

async fn ping_all_at_once(store: &Store) -> Vec<Result<(), StoreError>> {
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let probe = store.probe();
        calls.spawn(async move { probe.ping().await });
    }
    calls.join_all().await
}

#[tokio::test]
async fn a_server_that_falls_silent_is_unavailable_in_time_and_left_for_its_successor() {
    let Some(place) = places::postgres().await else { return };
    let (mut bridge, store) = Bridge::to(&place).await;
    // Once in the middle of traffic, so that some connections are just being given back, and once with all at rest.
    for in_traffic in [true, false] {
        let mut traffic = JoinSet::new();
        for _ in 0..8 {
            let probe = store.probe();
            traffic.spawn(async move {
                probe.ping().await?;
                if in_traffic {
                    loop {
                        probe.ping().await?;
                    }
                }
                Ok::<_, StoreError>(())
            });
        }
        sleep(Duration::from_millis(100)).await;
        bridge.block();
        let started = Instant::now();
        for outcome in traffic.join_all().await {
            assert!(!in_traffic || matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        }
        for outcome in ping_all_at_once(&store).await {
            assert_matches!(outcome, Err(StoreError::Unavailable(_)));
        }
        assert!(started.elapsed() < AT_MOST * 2, "{:?}", started.elapsed());

        bridge.take_over();
        let back = timeout(Duration::from_secs(2), ping_all_at_once(&store)).await.expect("within 2 s");
        assert!(back.iter().all(Result::is_ok), "{back:?}");
    }
}
