//! A connection that is checked out of a pool, with or without a transaction, and which of the port's two errors a failure
//! on it is.

use std::time::Duration;

use doorward_domain::TokenHash;
use doorward_domain::ports::StoreError;
use sqlx::pool::{Pool, PoolConnection};
use sqlx::{SqlSafeStr, SqlStr};
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use crate::dialect::Dialect;
use crate::row::Columns;
use crate::value::Value;

/// A connection that goes back to its pool only when it was finished.
///
/// A call that fails, runs out of time or is dropped half-way leaves its connection in an unknown state. It is then closed,
/// which rolls back what it had begun. Transactions are begun and ended as plain statements: sqlx's own count of them goes
/// wrong, for good, when SQLite rolls back by itself (a full disk).
pub(crate) struct CheckedOut<DB: Dialect> {
    connection: PoolConnection<DB>,
    deadline: Instant,
    is_finished: bool,
}

impl<DB: Dialect> CheckedOut<DB> {
    /// Waits for a connection. Everything on it must end when `limit` has passed from now.
    pub(crate) async fn of(pool: &Pool<DB>, limit: Duration) -> Result<Self, StoreError> {
        let deadline = Instant::now() + limit;
        match pool.acquire().await {
            Ok(connection) => Ok(Self { connection, deadline, is_finished: false }),
            Err(sqlx::Error::PoolTimedOut) => Err(fault::<DB>(DB::why_none_was_free(pool).await)),
            Err(error) => Err(fault::<DB>(error)),
        }
    }

    /// Gives the call this much longer.
    pub(crate) fn prolong(&mut self, by: Duration) {
        self.deadline += by;
    }

    /// Gives the call `limit` from now.
    pub(crate) fn restart_deadline(&mut self, limit: Duration) {
        self.deadline = Instant::now() + limit;
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        self.execute(DB::BEGIN, &[]).await.map(drop)
    }

    /// Runs a statement and returns the number of rows it changed.
    pub(crate) async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.execute_built(sql.into_sql_str(), values).await
    }

    /// Runs a statement that was put together, and returns the number of rows it changed.
    pub(crate) async fn execute_built(&mut self, sql: SqlStr, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.in_time(async |connection| DB::execute(connection, sql, values).await).await
    }

    /// Runs a query and returns its first row.
    pub(crate) async fn fetch(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<DB::Row>, StoreError> {
        self.in_time(async |connection| DB::fetch(connection, sql.into_sql_str(), values).await).await
    }

    /// Runs a query and returns all its rows.
    pub(crate) async fn fetch_all(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<DB::Row>, StoreError> {
        self.fetch_all_built(sql.into_sql_str(), values).await
    }

    /// Runs a query that was put together, and returns all its rows.
    pub(crate) async fn fetch_all_built(
        &mut self,
        sql: SqlStr,
        values: &[Value<'_>],
    ) -> Result<Vec<DB::Row>, StoreError> {
        self.in_time(async |connection| DB::fetch_all(connection, sql, values).await).await
    }

    /// Runs a statement that returns the tokens of the sessions it changed.
    pub(crate) async fn tokens(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<TokenHash>, StoreError> {
        let rows = self.fetch_all(sql, values).await?;
        rows.iter().map(|row| row.token("token_hash")).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
    }

    /// Commits the transaction.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute("COMMIT", &[]).await?;
        self.finish();
        Ok(())
    }

    /// Undoes the transaction. A failure to do so closes the connection, which undoes it as well.
    pub(crate) async fn roll_back(mut self) {
        if self.execute("ROLLBACK", &[]).await.is_ok() {
            self.finish();
        }
    }

    /// Gives the connection back to its pool. No transaction is open on it.
    pub(crate) fn finish(mut self) {
        self.is_finished = true;
    }

    /// Runs something on the connection until the deadline.
    pub(crate) async fn in_time<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut DB::Connection) -> sqlx::Result<T>,
    ) -> Result<T, StoreError> {
        let done = timeout_at(self.deadline, run(&mut self.connection)).await;
        done.map_err(|_| StoreError::Unavailable(TookTooLong.into()))?.map_err(fault::<DB>)
    }
}

impl<DB: Dialect> Drop for CheckedOut<DB> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.connection.close_on_drop();
        }
    }
}

/// A call ran out of time.
#[derive(Debug, Error)]
#[error("the store took too long to answer")]
pub(crate) struct TookTooLong;

/// Turns an error of sqlx into one of the port's two.
pub(crate) fn fault<DB: Dialect>(error: sqlx::Error) -> StoreError {
    use sqlx::Error;
    let outage = match &error {
        Error::Database(said) => said.code().is_some_and(|code| DB::is_outage(&code)),
        Error::Io(_)
        | Error::Tls(_)
        | Error::Protocol(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed => true,
        _ => false,
    };
    if outage { StoreError::Unavailable(error.into()) } else { StoreError::Corrupt(error.into()) }
}
