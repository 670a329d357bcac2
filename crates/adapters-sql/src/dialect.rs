//! What each database supplies to the shared store code.

use sqlx::pool::Pool;
use sqlx::{Database, SqlStr};

use crate::lookups::Lookups;
use crate::row::Columns;
use crate::value::Value;

/// A database system that a store can be on.
pub(crate) trait Dialect: Database<Row: Columns> {
    /// How sessions are looked up.
    type Lookups: Lookups;

    /// Begins a transaction that writes.
    const BEGIN: &'static str;

    /// Begins a transaction that reads, all of it at one instant, and keeps no writer waiting.
    const BEGIN_SNAPSHOT: &'static str;

    /// Whether values of statements that are put together have numbers. SQLite looks each name up in a list.
    const NUMBERS_VALUES: bool;

    /// Statements that prepare a connection for an import.
    const PREPARE_IMPORT: &'static [&'static str];

    /// Undoes what of [`Self::PREPARE_IMPORT`] must not stay.
    const END_IMPORT: &'static [&'static str];

    /// Keeps other imports waiting until the transaction ends.
    const LOCK_IMPORTS: &'static str;

    /// The number of keys by the first part of their hashes.
    const COUNT_KEYS_BY_SCHEME: &'static str;

    /// [`crate::statements::insert_session_of_key`] with this system's lock on the key.
    const INSERT_SESSION_OF_KEY: &'static str;

    /// Finds the user `$1`, and keeps the row until the transaction ends.
    const LOCK_USER: &'static str;

    /// Finds the user `$1`, unless the user is disabled, and keeps other transactions from disabling the user until this one
    /// ends.
    const LOCK_ENABLED_USER: &'static str;

    /// Finds the user `$1`, and keeps other transactions from opening sessions of the user until this one ends.
    const LOCK_USER_ALONE: &'static str;

    /// Finds the keys of the user `$1`, and keeps others from changing them until the transaction ends. To update them would
    /// keep others waiting who only want to know whether a name is free, and two of those would wait for each other.
    const LOCK_KEYS_OF_USER: &'static str;

    /// As [`Self::LOCK_KEYS_OF_USER`], the key `$1` of the user `$2`, if it still has the hash `$3`.
    const LOCK_KEY: &'static str;

    /// Deletes at most `$2` sessions whose idle period ended at `$1` or before, longest ago first.
    const DELETE_EXPIRED_SESSIONS: &'static str;

    /// Deletes at most `$4` buckets that were full at `$1`, but not those with `$2` failures or more that were full only
    /// after `$3`.
    const DELETE_SPENT_BUCKETS: &'static str;

    /// Deletes at most `$2` sign-in events at `$1` or before, oldest first.
    const DELETE_OLD_SIGN_INS: &'static str;

    /// Runs a statement and returns the number of rows it changed.
    fn execute(
        connection: &mut Self::Connection,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Runs a query and returns its first row.
    fn fetch(
        connection: &mut Self::Connection,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Option<Self::Row>>> + Send;

    /// Runs a query and returns all its rows.
    fn fetch_all(
        connection: &mut Self::Connection,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;

    /// Whether a database error with this code means that the store cannot serve now. Any other one means that the
    /// statement or the data is wrong.
    fn is_outage(code: &str) -> bool;

    /// The reason why the pool had no free connection in time.
    fn why_none_was_free(pool: &Pool<Self>) -> impl Future<Output = sqlx::Error> + Send {
        let _ = pool;
        std::future::ready(sqlx::Error::PoolTimedOut)
    }
}
