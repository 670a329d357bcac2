//! PostgreSQL: any number of nodes on one server, or on what speaks its protocol.

mod connect;
mod instant;
mod shared_lookups;

use std::time::Duration;

use sqlx::pool::Pool;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{ConnectOptions, Connection, Postgres, SqlStr};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::dialect::Dialect;
use crate::statements::insert_session_of_key;
use crate::value::{Value, bound};

pub(crate) use connect::{connect, describe, exists, look_at};
use shared_lookups::SharedLookups;

impl Dialect for Postgres {
    type Lookups = SharedLookups;

    /// Said in full, since a server can be set to another default. What must not change between two statements of a
    /// transaction is locked by the first.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED";

    const BEGIN_SNAPSHOT: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    const NUMBERS_VALUES: bool = true;

    const PREPARE_IMPORT: &'static [&'static str] = &[];

    const END_IMPORT: &'static [&'static str] = &[];

    /// The number is `dwimport` in ASCII.
    const LOCK_IMPORTS: &'static str = "SELECT pg_advisory_xact_lock(7239370844780065396)::text";

    const COUNT_KEYS_BY_SCHEME: &'static str = "SELECT split_part(password_hash, '$', 2) AS scheme, COUNT(*) AS keys \
         FROM user_keys WHERE password_hash IS NOT NULL GROUP BY 1";

    /// Waits for a change of the key that is under way and then looks at the hash again; makes one that comes later wait.
    /// So do two logins of one user, each of which must see the other's session to count it.
    const INSERT_SESSION_OF_KEY: &'static str = insert_session_of_key!(" FOR NO KEY UPDATE");

    const LOCK_USER: &'static str = "SELECT id FROM users WHERE id = $1 FOR KEY SHARE";

    /// A key share would not wait for a change of columns that are no key.
    const LOCK_ENABLED_USER: &'static str = "SELECT id FROM users WHERE id = $1 AND NOT disabled FOR SHARE";

    /// A statement that inserts a session holds a key share of its user, because of the foreign key.
    const LOCK_USER_ALONE: &'static str = "SELECT id FROM users WHERE id = $1 FOR UPDATE";

    const LOCK_KEYS_OF_USER: &'static str = "SELECT id FROM user_keys WHERE user_id = $1 FOR NO KEY UPDATE";
    const LOCK_KEY: &'static str =
        "SELECT id FROM user_keys WHERE id = $1 AND user_id = $2 AND password_hash = $3 FOR NO KEY UPDATE";

    /// Nodes that sweep at the same time do not wait for each other, nor do they find the same sessions.
    const DELETE_EXPIRED_SESSIONS: &'static str = "WITH dead AS MATERIALIZED \
         (SELECT token_hash FROM sessions WHERE idle_expires_at <= $1 ORDER BY idle_expires_at LIMIT $2 \
         FOR UPDATE SKIP LOCKED) \
         DELETE FROM sessions USING dead WHERE sessions.token_hash = dead.token_hash";

    const DELETE_SPENT_BUCKETS: &'static str = "WITH spent AS MATERIALIZED \
         (SELECT key FROM throttle WHERE tat <= $1 AND (failures < $2 OR tat <= $3) LIMIT $4 FOR UPDATE SKIP LOCKED) \
         DELETE FROM throttle USING spent WHERE throttle.key = spent.key";

    const DELETE_OLD_SIGN_INS: &'static str = "WITH old AS MATERIALIZED \
         (SELECT user_id, happened_at, session_id FROM sign_in_events WHERE happened_at <= $1 \
         ORDER BY happened_at LIMIT $2 FOR UPDATE SKIP LOCKED) \
         DELETE FROM sign_in_events e USING old WHERE e.user_id = old.user_id AND e.happened_at = old.happened_at \
         AND e.session_id = old.session_id";

    async fn execute(connection: &mut PgConnection, sql: SqlStr, values: &[Value<'_>]) -> sqlx::Result<u64> {
        Ok(bound(sql, values).execute(connection).await?.rows_affected())
    }

    async fn fetch(connection: &mut PgConnection, sql: SqlStr, values: &[Value<'_>]) -> sqlx::Result<Option<PgRow>> {
        bound(sql, values).fetch_optional(connection).await
    }

    async fn fetch_all(connection: &mut PgConnection, sql: SqlStr, values: &[Value<'_>]) -> sqlx::Result<Vec<PgRow>> {
        bound(sql, values).fetch_all(connection).await
    }

    /// By the classes of <https://www.postgresql.org/docs/current/errcodes-appendix.html>: the connection, the login,
    /// a plan or transaction that may succeed when tried again, and a server that is out of resources, shut down, a
    /// standby, damaged, or without the database, its tables (a backup that is being restored) or our right to them.
    fn is_outage(code: &str) -> bool {
        const CLASSES: [&str; 11] = ["08", "0A", "25", "28", "3D", "40", "53", "55", "57", "58", "XX"];
        const UNDEFINED_TABLE: &str = "42P01";
        let class = code.get(..2).unwrap_or_default();
        CLASSES.contains(&class) || [INSUFFICIENT_PRIVILEGE, UNDEFINED_TABLE].contains(&code)
    }

    /// The pool keeps trying to connect until its time is up, and then does not say why it failed: ask the server once
    /// more. One call at a time, so that a pool that is only busy does not open connections without bound.
    async fn why_none_was_free(pool: &Pool<Self>) -> sqlx::Error {
        static ASKING: Mutex<()> = Mutex::const_new(());
        let Ok(_asking) = ASKING.try_lock() else { return sqlx::Error::PoolTimedOut };
        match timeout(LAST_QUESTION, pool.connect_options().connect()).await {
            Ok(Err(cause)) => cause,
            Ok(Ok(connection)) => {
                let _ = timeout(LAST_QUESTION, connection.close()).await;
                sqlx::Error::PoolTimedOut
            }
            Err(_) => sqlx::Error::PoolTimedOut,
        }
    }
}

/// The role may not do it.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// How long to look for the reason why there was no connection.
const LAST_QUESTION: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_cannot_serve_now_is_an_outage() {
        // admin_shutdown, query_canceled, too_many_connections, disk_full, deadlock_detected, read_only_sql_transaction,
        // connection_failure, lock_not_available, invalid_catalog_name, insufficient_privilege, undefined_table,
        // data_corrupted
        for code in
            ["57P01", "57014", "53300", "53100", "40P01", "25006", "08006", "55P03", "3D000", "42501", "42P01", "XX001"]
        {
            assert!(Postgres::is_outage(code), "{code}");
        }
    }

    #[test]
    fn a_broken_constraint_a_missing_column_and_a_wrong_value_are_none() {
        for code in ["23505", "23503", "42703", "22021", ""] {
            assert!(!Postgres::is_outage(code), "{code}");
        }
    }
}
