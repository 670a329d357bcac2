//! Opens a database on a server: migrates under a lock that all nodes share, and builds the pool.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use doorward_domain::ports::Cause;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, Postgres};
use thiserror::Error;
use tokio::time::timeout;

use super::INSUFFICIENT_PRIVILEGE;
use super::shared_lookups::SharedLookups;
use crate::connect_error::ConnectError;
use crate::dialect::Dialect;
use crate::file_identity::FileIdentity;
use crate::migrations;
use crate::pools::Pools;
use crate::store::SqlStore;
use crate::store_state::StoreState;

/// The most that a call may take, the wait for a connection included.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How long a call waits for a connection; what is left of [`LIMIT`] is for finding out why there was none.
const PATIENCE: Duration = Duration::from_secs(4);

/// A connection that was idle for longer is tested before it is used, since the server may have gone meanwhile. To test each
/// time would cost a round trip for every query.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Connections of one node; PostgreSQL's default of 100 in all is enough for ten nodes.
const CONNECTIONS: u32 = 8;

/// Makes the server give up on a statement when we do, and on a transaction whose node has died, so that neither keeps
/// its locks; and a statement outside of a transaction look at what it waited for, under any setting of the server. Not
/// sent as start-up parameters, which PgBouncer refuses.
const SESSION: &str = "SET statement_timeout = '5s'; SET lock_timeout = 0; \
     SET idle_in_transaction_session_timeout = '10s'; SET default_transaction_isolation = 'read committed'";

/// Waits for the node that migrates, however long that takes. The number is only ours: the letters "doorward".
const LOCK: &str = "SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(x'646f6f7277617264'::bigint)";

/// Whether a program on sqlx has a schema in the database.
const MIGRATED: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
/// Whether Doorward has one.
const OURS: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AND to_regclass('user_keys') IS NOT NULL";

pub(crate) async fn connect(options: &PgConnectOptions) -> Result<SqlStore<Postgres>, ConnectError> {
    let store = describe(options);
    let options = prepared(options);
    let connecting = timeout(LIMIT, options.connect()).await;
    let mut connection =
        connecting.map_err(|_| unreachable(&store, NoAnswer))?.map_err(|error| unreachable(&store, error))?;
    check_encoding(&mut connection, &store).await?;
    migrate(&mut connection, &store).await?;
    check_pooler(&options, &store).await?;
    connection.close().await.map_err(|error| unreachable(&store, error))?;

    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }))
        .connect_lazy_with(options);
    let pools = Arc::new(Pools { readers: pool.clone(), writers: pool, limit: LIMIT, file: FileIdentity::default() });
    let lookups = SharedLookups::new(Arc::clone(&pools));
    Ok(SqlStore { pools, lookups, keeper: Mutex::new(None) })
}

/// Whether the database has a schema of Doorward.
pub(crate) async fn exists(options: &PgConnectOptions) -> Result<bool, ConnectError> {
    let store = describe(options);
    let looking = async {
        let mut connection = prepared(options).connect().await?;
        let exists = sqlx::query_scalar(OURS).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(exists)
    };
    timeout(LIMIT, looking).await.map_err(|_| unreachable(&store, NoAnswer))?.map_err(|error| refused(&store, error))
}

/// Whether the server takes no changes, as a standby.
const IS_READ_ONLY: &str = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean";

/// Looks at a store as [`connect`] does before it migrates, and leaves it as it is.
pub(crate) async fn look_at(options: &PgConnectOptions) -> Result<StoreState, ConnectError> {
    let store = describe(options);
    let looking = async {
        let options = prepared(options);
        let mut connection = options.connect().await.map_err(|error| unreachable(&store, error))?;
        check_encoding(&mut connection, &store).await?;
        let refused = |error| refused(&store, error);
        let is_read_only: bool = sqlx::query_scalar(IS_READ_ONLY).fetch_one(&mut connection).await.map_err(refused)?;
        if is_read_only {
            return Err(read_only(&store));
        }
        let pending = pending(&mut connection, &store).await?;
        check_pooler(&options, &store).await?;
        connection.close().await.map_err(refused)?;
        Ok(pending.map_or(StoreState::Absent, StoreState::of))
    };
    timeout(LIMIT, looking).await.map_err(|_| unreachable(&store, NoAnswer))?
}

/// The URL without its password and parameters.
pub(crate) fn describe(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let database = options.get_database().unwrap_or(options.get_username());
    format!("postgres://{}@{host}:{}/{database}", options.get_username(), options.get_port())
}

fn prepared(options: &PgConnectOptions) -> PgConnectOptions {
    // No floating-point number is ever read, and PgBouncer refuses the parameter.
    let options = options.clone().extra_float_digits(None);
    if options.get_application_name().is_none() { options.application_name("doorward") } else { options }
}

async fn check_encoding(connection: &mut PgConnection, store: &str) -> Result<(), ConnectError> {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(connection)
        .await
        .map_err(|error| refused(store, error))?;
    if encoding == "UTF8" { Ok(()) } else { Err(ConnectError::Encoding { store: store.to_owned(), encoding }) }
}

/// Prepares a statement on one more connection, while the first is open and has prepared its own. Both have the same name
/// for it, which fails where a pooler has one connection of the server take turns for them.
async fn check_pooler(options: &PgConnectOptions, store: &str) -> Result<(), ConnectError> {
    let checking = async {
        let mut another = options.connect().await.map_err(|error| unreachable(store, error))?;
        check_encoding(&mut another, store).await?;
        another.close().await.map_err(|error| unreachable(store, error))
    };
    timeout(LIMIT, checking).await.map_err(|_| unreachable(store, NoAnswer))?
}

/// Migrates, unless there is nothing to do: a role that may only read and write rows can start the server then.
async fn migrate(connection: &mut PgConnection, store: &str) -> Result<(), ConnectError> {
    let refused = |error| refused(store, error);
    let mut transaction = connection.begin_with(Postgres::BEGIN).await.map_err(refused)?;
    transaction.execute(LOCK).await.map_err(refused)?;
    if pending(&mut transaction, store).await? != Some(0) {
        let may_not = |error: sqlx::Error| match error.as_database_error().and_then(DatabaseError::code) {
            Some(code) if code == INSUFFICIENT_PRIVILEGE => ConnectError::MayNotMigrate { store: store.to_owned() },
            _ => refused(error),
        };
        migrations::run(migrator(), &mut *transaction, store, may_not).await?;
    }
    transaction.commit().await.map_err(refused)
}

/// The number of migrations that the schema lacks; `None` where there is no schema.
async fn pending(connection: &mut PgConnection, store: &str) -> Result<Option<usize>, ConnectError> {
    let refused = |error| refused(store, error);
    if !sqlx::query_scalar(MIGRATED).fetch_one(&mut *connection).await.map_err(refused)? {
        return Ok(None);
    }
    if sqlx::query_scalar(migrations::FIND_DEVELOPMENT_BUILD).fetch_one(&mut *connection).await.map_err(refused)? {
        return Err(ConnectError::DevelopmentBuild { store: store.to_owned() });
    }
    let applied: Vec<_> = sqlx::query_as(migrations::FIND_APPLIED).fetch_all(connection).await.map_err(refused)?;
    migrations::pending(&migrator(), &applied, store).map(Some)
}

fn migrator() -> Migrator {
    sqlx::migrate!("../../migrations/postgres")
}

fn read_only(store: &str) -> ConnectError {
    let remedy = "it is a standby, or its default_transaction_read_only is on";
    ConnectError::ReadOnly { store: store.to_owned(), remedy }
}

fn refused(store: &str, error: sqlx::Error) -> ConnectError {
    match error.as_database_error().and_then(DatabaseError::code) {
        Some(code) if is_of_pooler(&code) => ConnectError::Pooler { store: store.to_owned() },
        Some(code) if code == READ_ONLY_SQL_TRANSACTION => read_only(store),
        _ => unreachable(store, error),
    }
}

const READ_ONLY_SQL_TRANSACTION: &str = "25006";

/// Whether an error says that a prepared statement was there before, or is no longer there: no two connections of ours
/// share what they prepare, unless a pooler mixes them up.
fn is_of_pooler(code: &str) -> bool {
    const DUPLICATE_PREPARED_STATEMENT: &str = "42P05";
    const INVALID_SQL_STATEMENT_NAME: &str = "26000";
    [DUPLICATE_PREPARED_STATEMENT, INVALID_SQL_STATEMENT_NAME].contains(&code)
}

fn unreachable(store: &str, cause: impl Into<Cause>) -> ConnectError {
    ConnectError::Unreachable { store: store.to_owned(), cause: cause.into() }
}

#[derive(Debug, Error)]
#[error("no answer within {} seconds", LIMIT.as_secs())]
struct NoAnswer;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_connections_share_are_the_work_of_a_pooler_and_nothing_else_is() {
        assert!(is_of_pooler("42P05") && is_of_pooler("26000"));
        for code in ["42P01", "57P01", "08P01", ""] {
            assert!(!is_of_pooler(code), "{code}");
        }
    }
}
