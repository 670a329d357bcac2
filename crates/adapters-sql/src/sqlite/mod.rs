//! SQLite: one file, one writer, and readers that it does not keep waiting (write-ahead log).

mod cache_coherence;
mod cached_lookups;
mod connect;
mod instant;
mod result_code;
mod session_cache;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{SqlStr, Sqlite};

use crate::dialect::Dialect;
use crate::statements::insert_session_of_key;
use crate::value::{Value, bound};

pub(crate) use connect::{Location, connect, log_of, look_at};

use cached_lookups::CachedLookups;
use result_code::ResultCode;

impl Dialect for Sqlite {
    type Lookups = CachedLookups;

    /// A transaction that began by reading could not be made to wait for another writer: it fails at its first write.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    const BEGIN_SNAPSHOT: &'static str = "BEGIN DEFERRED";

    const NUMBERS_VALUES: bool = false;

    /// Names and tokens come in no order, so each batch changes pages all over the file. A million users have 400 MB of tables
    /// and indexes in such an order, of which a cache of 160 MiB holds two fifths. A log of 256 MiB takes several changes of a
    /// page before the file gets it: 65,536 pages of 4 KiB. What undoes a statement is a copy of each page that it changes,
    /// kept in memory, since a statement of random rows changes as many pages as it has rows. The user of each row is one
    /// that the transaction inserted, so that no row needs to look for its own.
    const PREPARE_IMPORT: &'static [&'static str] = &[
        "PRAGMA cache_size = -163840",
        "PRAGMA wal_autocheckpoint = 65536",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA foreign_keys = OFF",
    ];

    const END_IMPORT: &'static [&'static str] = &["PRAGMA foreign_keys = ON"];

    /// There is one writer at a time.
    const LOCK_IMPORTS: &'static str = "SELECT 1";

    const COUNT_KEYS_BY_SCHEME: &'static str = "SELECT \
         substr(password_hash, 2, instr(substr(password_hash, 2), '$') - 1) AS scheme, COUNT(*) AS keys \
         FROM user_keys WHERE password_hash IS NOT NULL GROUP BY 1";

    /// There is one writer at a time, so nothing else can change the key.
    const INSERT_SESSION_OF_KEY: &'static str = insert_session_of_key!("");

    const LOCK_USER: &'static str = "SELECT id FROM users WHERE id = $1";
    const LOCK_ENABLED_USER: &'static str = crate::statements::FIND_ENABLED_USER;
    const LOCK_USER_ALONE: &'static str = Self::LOCK_USER;
    const LOCK_KEYS_OF_USER: &'static str = "SELECT id FROM user_keys WHERE user_id = $1";
    const LOCK_KEY: &'static str = "SELECT id FROM user_keys WHERE id = $1 AND user_id = $2 AND password_hash = $3";

    const DELETE_EXPIRED_SESSIONS: &'static str = "DELETE FROM sessions WHERE token_hash IN \
         (SELECT token_hash FROM sessions WHERE idle_expires_at <= $1 ORDER BY idle_expires_at LIMIT $2)";

    const DELETE_SPENT_BUCKETS: &'static str = "DELETE FROM throttle WHERE key IN \
         (SELECT key FROM throttle WHERE tat <= $1 AND (failures < $2 OR tat <= $3) LIMIT $4)";

    const DELETE_OLD_SIGN_INS: &'static str = "DELETE FROM sign_in_events WHERE (user_id, happened_at, session_id) IN \
         (SELECT user_id, happened_at, session_id FROM sign_in_events WHERE happened_at <= $1 \
         ORDER BY happened_at LIMIT $2)";

    async fn execute(connection: &mut SqliteConnection, sql: SqlStr, values: &[Value<'_>]) -> sqlx::Result<u64> {
        Ok(bound::<Sqlite>(sql, values).execute(connection).await?.rows_affected())
    }

    async fn fetch(
        connection: &mut SqliteConnection,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> sqlx::Result<Option<SqliteRow>> {
        bound::<Sqlite>(sql, values).fetch_optional(connection).await
    }

    async fn fetch_all(
        connection: &mut SqliteConnection,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> sqlx::Result<Vec<SqliteRow>> {
        bound::<Sqlite>(sql, values).fetch_all(connection).await
    }

    fn is_outage(code: &str) -> bool {
        matches!(
            ResultCode::parse(code),
            ResultCode::PERM
                | ResultCode::BUSY
                | ResultCode::LOCKED
                | ResultCode::NOMEM
                | ResultCode::READONLY
                | ResultCode::INTERRUPT
                | ResultCode::IOERR
                | ResultCode::CORRUPT
                | ResultCode::FULL
                | ResultCode::CANTOPEN
                | ResultCode::PROTOCOL
                | ResultCode::NOLFS
                | ResultCode::NOTADB
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_a_full_disk_a_read_only_file_and_a_damaged_one_are_outages() {
        // SQLITE_BUSY_SNAPSHOT, SQLITE_FULL, SQLITE_READONLY_DBMOVED, SQLITE_IOERR_WRITE, SQLITE_CANTOPEN,
        // SQLITE_CORRUPT_INDEX, SQLITE_NOTADB
        for code in ["517", "13", "1032", "778", "14", "779", "26"] {
            assert!(Sqlite::is_outage(code), "{code}");
        }
    }

    #[test]
    fn a_broken_constraint_is_none() {
        // SQLITE_CONSTRAINT_UNIQUE, SQLITE_ERROR
        for code in ["2067", "1", ""] {
            assert!(!Sqlite::is_outage(code), "{code}");
        }
    }
}
