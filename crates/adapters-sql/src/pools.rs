//! The connections of a store, and calls of one statement on them.

use std::time::Duration;

use doorward_domain::ports::StoreError;
use sqlx::pool::Pool;

use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;
use crate::file_identity::FileIdentity;
use crate::value::Value;

/// The connections of a store.
pub(crate) struct Pools<DB: Dialect> {
    /// For calls that only read.
    pub(crate) readers: Pool<DB>,
    /// For calls that write; the same pool where the database has many writers.
    pub(crate) writers: Pool<DB>,
    /// The longest that a port call may take.
    pub(crate) limit: Duration,
    /// Checked before and after each call that writes.
    pub(crate) file: FileIdentity,
}

impl<DB: Dialect> Pools<DB> {
    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<CheckedOut<DB>, StoreError> {
        let mut transaction = self.check_out(&self.writers).await?;
        transaction.begin().await?;
        Ok(transaction)
    }

    /// Runs one statement, which is a transaction of its own, and returns the number of rows it changed.
    pub(crate) async fn write(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut connection = self.check_out(&self.writers).await?;
        let rows = connection.execute(sql, values).await?;
        connection.finish();
        self.file.check()?;
        Ok(rows)
    }

    /// Reads the first row of a query.
    pub(crate) async fn read<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        meaning: impl FnOnce(&DB::Row) -> sqlx::Result<T> + Send,
    ) -> Result<Option<T>, StoreError> {
        let mut connection = self.check_out(&self.readers).await?;
        let row = connection.fetch(sql, values).await?;
        connection.finish();
        row.as_ref().map(meaning).transpose().map_err(fault::<DB>)
    }

    /// Reads all rows of a query.
    pub(crate) async fn read_all<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        meaning: impl Fn(&DB::Row) -> sqlx::Result<T> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut connection = self.check_out(&self.readers).await?;
        let rows = connection.fetch_all(sql, values).await?;
        connection.finish();
        rows.iter().map(meaning).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
    }

    /// Checks a connection out, to a store whose files are in their place.
    pub(crate) async fn check_out(&self, pool: &Pool<DB>) -> Result<CheckedOut<DB>, StoreError> {
        self.file.check()?;
        CheckedOut::of(pool, self.limit).await
    }

    /// Closes all connections once the calls under way have ended.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}
