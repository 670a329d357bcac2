//! In what the backends differ, as seen by the code that they share.

use sqlx::Database;
use sqlx::pool::Pool;

use crate::row::Columns;
use crate::script::Script;
use crate::value::Value;

/// A database system that a store can be on.
pub(crate) trait Dialect: Database<Row: Columns> {
    /// Begins a transaction that writes.
    const BEGIN: &'static str;

    /// [`crate::statements::insert_session_of_key`] with this system's way to keep the key from changing.
    const INSERT_SESSION_OF_KEY: &'static str;

    /// Finds the user `$1`, who is then there until the transaction has ended.
    const LOCK_USER: &'static str;

    /// Finds the user `$1`, of whom no session is opened then until the transaction has ended, nor is one being opened.
    const LOCK_USER_ALONE: &'static str;

    /// Deletes at most `$2` sessions that were dead at `$1`, those longest dead first.
    const DELETE_DEAD_SESSIONS: &'static str;

    /// Deletes at most `$4` buckets that were full at `$1`, but for those with `$2` failures or more that were not yet full
    /// at `$3`.
    const DELETE_SPENT_BUCKETS: &'static str;

    /// Deletes at most `$2` sign-ins that were at `$1` or before, the first first.
    const DELETE_OLD_SIGN_INS: &'static str;

    /// Runs a statement and says how many rows it changed.
    fn execute(
        connection: &mut Self::Connection,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Runs a query and returns its first row.
    fn fetch(
        connection: &mut Self::Connection,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Option<Self::Row>>> + Send;

    /// Runs a query and returns all its rows.
    fn fetch_all(
        connection: &mut Self::Connection,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;

    /// Runs a script and returns the rows of all its statements.
    fn run(
        connection: &mut Self::Connection,
        script: &Script<'_>,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;

    /// Whether a database error with this code says that the store cannot serve now, rather than that what it holds or
    /// what it was asked is wrong.
    fn is_outage(code: &str) -> bool;

    /// Why the pool had no connection to give, after it gave up.
    fn why_none_was_free(pool: &Pool<Self>) -> impl Future<Output = sqlx::Error> + Send {
        let _ = pool;
        std::future::ready(sqlx::Error::PoolTimedOut)
    }
}
