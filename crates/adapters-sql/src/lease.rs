//! A connection on loan, and which of the port's two errors a failure on it is.

use std::time::Duration;

use doorward_domain::TokenHash;
use doorward_domain::ports::StoreError;
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use crate::connections::{Connections, Loan, Turn};
use crate::dialect::Dialect;
use crate::row::Columns;
use crate::script::Script;
use crate::value::Value;

/// A connection that is used again only when it was [settled](Self::settle).
///
/// Whoever fails, runs out of time or is dropped half-way leaves a connection in an unknown state. It is then closed,
/// which rolls back whatever it had begun. Transactions are therefore begun and ended as plain statements: sqlx's own
/// count of them goes wrong, for good, when SQLite has rolled back by itself (a full disk).
pub(crate) struct Lease<'a, DB: Dialect> {
    loan: Loan<DB>,
    connections: &'a Connections<DB>,
    deadline: Instant,
    /// Given up last, when the connection is at hand for whoever is next.
    _turn: Turn<'a>,
}

impl<'a, DB: Dialect> Lease<'a, DB> {
    /// Waits for a connection. Whatever is done on it must have ended when `limit` has passed from now.
    pub(crate) async fn take(connections: &'a Connections<DB>, limit: Duration) -> Result<Self, StoreError> {
        let deadline = Instant::now() + limit;
        match connections.take().await {
            Ok((loan, turn)) => Ok(Self { loan, connections, deadline, _turn: turn }),
            Err(sqlx::Error::PoolTimedOut) => Err(fault::<DB>(DB::why_none_was_free(connections.pool()).await)),
            Err(error) => Err(fault::<DB>(error)),
        }
    }

    pub(crate) async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let done = timeout_at(self.deadline, DB::execute(&mut self.loan.connection, sql, values)).await;
        done.map_err(|_| StoreError::Unavailable(TookTooLong.into()))?.map_err(fault::<DB>)
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<DB::Row>, StoreError> {
        let done = timeout_at(self.deadline, DB::fetch(&mut self.loan.connection, sql, values)).await;
        done.map_err(|_| StoreError::Unavailable(TookTooLong.into()))?.map_err(fault::<DB>)
    }

    pub(crate) async fn fetch_all(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<DB::Row>, StoreError> {
        let done = timeout_at(self.deadline, DB::fetch_all(&mut self.loan.connection, sql, values)).await;
        done.map_err(|_| StoreError::Unavailable(TookTooLong.into()))?.map_err(fault::<DB>)
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

    /// Runs a script, whose statements return nothing but the tokens of the sessions they changed.
    pub(crate) async fn run(&mut self, script: &Script<'_>) -> Result<Vec<TokenHash>, StoreError> {
        let done = timeout_at(self.deadline, DB::run(&mut self.loan.connection, script)).await;
        let rows = done.map_err(|_| StoreError::Unavailable(TookTooLong.into()))?.map_err(fault::<DB>)?;
        rows.iter().map(|row| row.token("token_hash")).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
    }

    /// Runs a script and then commits; returns the tokens that the script does.
    pub(crate) async fn commit_with(mut self, mut script: Script<'_>) -> Result<Vec<TokenHash>, StoreError> {
        script.push(COMMIT, []);
        let tokens = self.run(&script).await?;
        self.settle();
        Ok(tokens)
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute(COMMIT, &[]).await?;
        self.settle();
        Ok(())
    }

    /// Undoes the transaction. A failure to do so closes the connection, which undoes it as well.
    pub(crate) async fn roll_back(mut self) {
        if self.execute("ROLLBACK", &[]).await.is_ok() {
            self.settle();
        }
    }

    /// Gives the connection back, with nothing left to do on it.
    pub(crate) fn settle(self) {
        self.connections.give_back(self.loan);
    }
}

/// Ends a transaction, on every system.
const COMMIT: &str = "COMMIT";

#[derive(Debug, Error)]
#[error("the store took too long to answer")]
struct TookTooLong;

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
