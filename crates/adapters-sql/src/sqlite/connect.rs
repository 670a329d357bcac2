//! Opens a file: creates it, looks before it leaps, migrates, and builds the two pools.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use doorward_domain::ports::Cause;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Sqlite};
use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::cache_coherence::CacheCoherence;
use super::cached_lookups::CachedLookups;
use super::result_code::ResultCode;
use crate::connect_error::ConnectError;
use crate::dialect::Dialect;
use crate::file_identity::FileIdentity;
use crate::migrations;
use crate::pools::Pools;
use crate::store::SqlStore;
use crate::store_state::StoreState;

/// How long a statement waits for another process's lock, a call for its turn with the writer, and a start for another
/// program to let go of the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most that a call may take once it has its turn: the wait for a lock and as long again for the disk.
const LIMIT: Duration = Duration::from_secs(10);

/// Readers beside the one writer. A read takes some 10 µs, and each reader is a thread.
const READERS: u32 = 4;

/// Where an SQLite store is.
#[derive(Clone)]
pub(crate) enum Location {
    /// In memory, gone when the store is closed.
    Memory,
    /// In a file.
    File {
        /// Which one.
        path: PathBuf,
        /// Whether to create it when it is missing.
        create: bool,
    },
}

/// How many there are of the migrations' table, which every program on sqlx has, and of a table of ours.
const OUR_TABLES: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('_sqlx_migrations', 'user_keys')";

impl Location {
    /// The file, which is not created any more; `None` where there is none, or one that is no store of Doorward. A file that
    /// cannot be looked at is left to [`connect`], which says why.
    pub(crate) async fn existing(&self) -> Option<Self> {
        let Self::File { path, .. } = self else { return None };
        let existing = Self::File { path: path.clone(), create: false };
        if !path.try_exists().unwrap_or(true) {
            return None;
        }
        let tables = async {
            let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
            let tables: i64 = sqlx::query_scalar(OUR_TABLES).fetch_one(&mut connection).await?;
            connection.close().await?;
            Ok::<_, sqlx::Error>(tables)
        };
        (tables.await.unwrap_or(2) == 2).then_some(existing)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("sqlite::memory:"),
            Self::File { path, .. } => path.display().fmt(f),
        }
    }
}

pub(crate) async fn connect(location: &Location) -> Result<SqlStore<Sqlite>, ConnectError> {
    let store = location.to_string();
    match location {
        Location::Memory => open_memory(&store).await,
        Location::File { path, create } => {
            if *create {
                create_private(path).map_err(|error| unreachable(&store, error))?;
            }
            let file = open_for_writing(path, &store)?;
            // SQLite keeps the log beside the file itself, wherever a link to it may be.
            let real = path.canonicalize().map_err(|error| unreachable(&store, error))?;
            // Two processes that open a new file at once: to turn it to its write-ahead log one of them needs it alone,
            // and SQLite does not wait for that.
            let give_up = Instant::now() + PATIENCE;
            let (keeper, readers, writers) = loop {
                match open_file(&real, &store).await {
                    Err(ConnectError::Locked { .. }) if Instant::now() < give_up => {
                        sleep(Duration::from_millis(20)).await;
                    }
                    outcome => break outcome?,
                }
            };
            let log = log_of(&real);
            // A file system without shared memory has none.
            let files: &[&Path] = if log.exists() { &[path, &log] } else { &[path] };
            let identity = FileIdentity::of(files).map_err(|error| unreachable(&store, error))?;
            let pools = Arc::new(Pools { readers, writers, limit: LIMIT, file: identity });
            let lookups = CachedLookups::new(Arc::clone(&pools), CacheCoherence::of_file(file));
            Ok(SqlStore { pools, lookups, keeper: Mutex::new(Some(keeper)) })
        }
    }
}

/// The pool of readers, that of the writer, and a connection that keeps the log where it is: the last to close takes it
/// away, which a writer that failed must not be.
async fn open_file(path: &Path, store: &str) -> Result<(SqliteConnection, SqlitePool, SqlitePool), ConnectError> {
    inspect(path, store).await?;

    let options = SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE);
    let writing = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut keeper = writing.connect().await.map_err(|error| refused(store, error))?;
    migrate(&mut keeper, store).await?;
    // Moves the content of the log into the file, as far as no other process is in the way.
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut keeper).await.map_err(|error| refused(store, error))?;
    let readers = pool(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok((keeper, readers, pool(1).connect_lazy_with(writing)))
}

/// One connection for everything, since a store in memory cannot be read beside its writer; and one more that never
/// does anything, since the store is gone with its last connection.
async fn open_memory(store: &str) -> Result<SqlStore<Sqlite>, ConnectError> {
    let options: SqliteConnectOptions = "sqlite::memory:".parse().map_err(|error| refused(store, error))?;
    let mut keeper = options.connect().await.map_err(|error| refused(store, error))?;
    migrate(&mut keeper, store).await?;
    let only = pool(1).connect_lazy_with(options);
    let file = FileIdentity::default();
    let pools = Arc::new(Pools { readers: only.clone(), writers: only, limit: LIMIT, file });
    let lookups = CachedLookups::new(Arc::clone(&pools), CacheCoherence::alone());
    Ok(SqlStore { pools, lookups, keeper: Mutex::new(Some(keeper)) })
}

/// A pool whose connections stay open and are not tested: nothing can come between them and the file.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Creates the file, empty and private; SQLite gives its log and the index of the log the same mode.
///
/// The name is on the disk before anything is promised to be in it.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all()?;
            File::open(folder_of(path))?.sync_all()
        }
        // Never opened here when it exists: to close it would end the locks that this process has on it (POSIX).
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens the file as its writer will, before SQLite does: that would fall back to reading where it may not write, leave
/// its log beside the file with the same rights, and say less of the cause.
fn open_for_writing(path: &Path, store: &str) -> Result<File, ConnectError> {
    let refused = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => return Ok(file),
        Err(error) => error,
    };
    let read_only = match refused.kind() {
        io::ErrorKind::ReadOnlyFilesystem => true,
        io::ErrorKind::PermissionDenied => File::open(path).is_ok(),
        _ => false,
    };
    Err(if read_only { not_writable(store) } else { unreachable(store, refused) })
}

/// Where SQLite keeps the log of a database.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Looks at a store as [`connect`] does before it migrates, and leaves it as it is.
pub(crate) async fn look_at(location: &Location) -> Result<StoreState, ConnectError> {
    let store = location.to_string();
    let Location::File { path, create } = location else { return Ok(StoreState::Absent) };
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) if !create => return Err(ConnectError::Missing { store }),
        Ok(false) => {
            return match folder_of(path).metadata() {
                Ok(folder) if folder.is_dir() => Ok(StoreState::Absent),
                Ok(_) => Err(unreachable(&store, io::Error::from(io::ErrorKind::NotADirectory))),
                Err(error) => Err(unreachable(&store, error)),
            };
        }
        Err(error) => return Err(unreachable(&store, error)),
    }
    drop(open_for_writing(path, &store)?);
    let real = path.canonicalize().map_err(|error| unreachable(&store, error))?;
    inspect(&real, &store).await.map(StoreState::of)
}

/// The folder of a file.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reads the file as it is, and refuses it before anything is written to it. Returns the number of migrations that it lacks.
async fn inspect(path: &Path, store: &str) -> Result<usize, ConnectError> {
    // With a log beside the file, the last connection to close would write it into the file: read only, then. Without
    // one there may be the journal of a first start that was cut short, which only a writer can undo.
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE).read_only(log_of(path).exists());
    let mut connection = options.connect().await.map_err(|error| refused(store, error))?;
    let verdict = judge(&mut connection, store).await;
    connection.close().await.map_err(|error| refused(store, error))?;
    verdict
}

async fn judge(connection: &mut SqliteConnection, store: &str) -> Result<usize, ConnectError> {
    let refused = |error| refused(store, error);
    let finding: String =
        sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *connection).await.map_err(refused)?;
    if finding != "ok" {
        return Err(ConnectError::Damaged { store: store.to_owned(), cause: finding.into() });
    }

    let migrated: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
            .fetch_one(&mut *connection)
            .await
            .map_err(refused)?;
    let mut applied = Vec::new();
    if migrated {
        let is_of_development_build: bool = sqlx::query_scalar(migrations::FIND_DEVELOPMENT_BUILD)
            .fetch_one(&mut *connection)
            .await
            .map_err(refused)?;
        if is_of_development_build {
            return Err(ConnectError::DevelopmentBuild { store: store.to_owned() });
        }
        applied = sqlx::query_as(migrations::FIND_APPLIED).fetch_all(&mut *connection).await.map_err(refused)?;
    }
    migrations::pending(&migrator(), &applied, store)
}

fn migrator() -> Migrator {
    sqlx::migrate!("../../migrations/sqlite")
}

async fn migrate(connection: &mut SqliteConnection, store: &str) -> Result<(), ConnectError> {
    let mut transaction = connection.begin_with(Sqlite::BEGIN).await.map_err(|error| refused(store, error))?;
    migrations::run(migrator(), &mut *transaction, store, |error| refused(store, error)).await?;
    transaction.commit().await.map_err(|error| refused(store, error))
}

fn not_writable(store: &str) -> ConnectError {
    let remedy = "the server must be able to write to it and to its folder";
    ConnectError::ReadOnly { store: store.to_owned(), remedy }
}

fn unreachable(store: &str, cause: impl Into<Cause>) -> ConnectError {
    ConnectError::Unreachable { store: store.to_owned(), cause: cause.into() }
}

fn refused(store: &str, error: sqlx::Error) -> ConnectError {
    let code = error.as_database_error().and_then(DatabaseError::code);
    if code.as_deref() == Some(NO_ROOM_FOR_INDEX) {
        return unreachable(store, NoRoom);
    }
    match code.map(|code| ResultCode::parse(&code)) {
        Some(ResultCode::BUSY | ResultCode::LOCKED) => ConnectError::Locked { store: store.to_owned() },
        Some(ResultCode::READONLY) => not_writable(store),
        Some(ResultCode::CORRUPT | ResultCode::NOTADB) => {
            ConnectError::Damaged { store: store.to_owned(), cause: error.into() }
        }
        _ => unreachable(store, error),
    }
}

/// `SQLITE_IOERR_SHMSIZE`: the index of the log cannot grow, of which SQLite says no more than "disk I/O error".
const NO_ROOM_FOR_INDEX: &str = "4874";

#[derive(Debug, Error)]
#[error("there is no room on its disk")]
struct NoRoom;

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{CreateUserError, NewAccount, StoreError, StoreProbe, UserStore};
    use doorward_domain::{
        Attributes, Client, Key, PasswordHash, Session, SessionId, SessionPolicy, Timestamp, TokenHash, User, UserId,
        Username,
    };

    use super::*;

    fn account(number: u8) -> NewAccount {
        let username = Username::restore(format!("person {number}"));
        let user = User {
            id: UserId::restore(number.to_string()),
            username,
            created_at: Timestamp::MIN,
            disabled: false,
            attributes: Attributes::default(),
        };
        let key = Key {
            id: user.username.key_id(),
            user_id: user.id.clone(),
            password_hash: Some(PasswordHash::restore("x".repeat(1_000))),
            created_at: Timestamp::MIN,
        };
        let id = SessionId::restore(number.to_string());
        let token = TokenHash::restore([number; 32]);
        let session = Session::open(id, token, user.id.clone(), Timestamp::MIN, &SessionPolicy::DEFAULT);
        NewAccount { user, key, session, client: Client::default(), replaces: vec![], invitation: None }
    }

    /// `.cargo/config.toml` has the flags. A build that does not read it is slower, and right.
    #[tokio::test]
    async fn sqlite_takes_no_lock_to_count_memory() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a connection");
        let options: Vec<String> =
            sqlx::query_scalar("PRAGMA compile_options").fetch_all(&mut connection).await.expect("options");
        assert!(options.iter().any(|option| option == "DEFAULT_MEMSTATUS=0"), "{options:?}");
        assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    }

    #[tokio::test]
    async fn a_full_disk_is_an_outage_that_leaves_nothing_half_written_and_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("doorward.db");
        let store = connect(&Location::File { path, create: true }).await.expect("a new store");
        {
            let writers = &store.pools.writers;
            let pages: i64 =
                sqlx::query_scalar("PRAGMA max_page_count = 1").fetch_one(writers).await.expect("its size");
            assert!(pages > 1, "SQLite answers with the size it already has");
        }

        let mut written = 0;
        let refused = loop {
            match store.create(&account(written)).await {
                Ok(()) => written += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, CreateUserError::Store(StoreError::Unavailable(_))), "{refused:?}");
        let refused = account(written);
        assert_eq!(store.find_by_key(&refused.key.id).await.expect("an answer"), None);

        // The failed call has closed its connection, and the limit was that connection's.
        store.create(&refused).await.expect("there is room again");
        store.ping().await.expect("a sign of life");
    }

    #[tokio::test]
    async fn a_file_that_becomes_read_only_is_read_but_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("doorward.db");
        let store = connect(&Location::File { path, create: true }).await.expect("a new store");
        store.create(&account(0)).await.expect("a new account");
        // What SQLite answers, and with which code, is the same for every way to lose the right to write.
        sqlx::query("PRAGMA query_only = ON").execute(&store.pools.writers).await.expect("a setting");

        let refused = store.create(&account(1)).await.expect_err("nothing can be written");
        assert!(matches!(refused, CreateUserError::Store(StoreError::Unavailable(_))), "{refused:?}");
        for (number, expected) in [(0, true), (1, false)] {
            let found = store.find_by_key(&account(number).key.id).await.expect("an answer");
            assert_eq!(found.is_some(), expected, "{number}");
        }

        // The failed call has closed its connection, and the setting was that connection's.
        store.create(&account(1)).await.expect("it can be written again");
    }
}
