//! The store that all backends share: which connection a port call runs on, and the probe. The ports themselves are in
//! [`crate::users`], [`crate::sessions`], [`crate::recovery`], [`crate::records`] and [`crate::throttle`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use doorward_domain::ports::{StoreError, StoreProbe};
use doorward_domain::{Session, TokenHash};
use sqlx::Connection;

use crate::anchor::Anchor;
use crate::connections::Connections;
use crate::dialect::Dialect;
use crate::lease::{Lease, fault};
use crate::readership::Readership;
use crate::script::Script;
use crate::value::Value;
use crate::{Backend, statements};

/// A store on one database system.
pub(crate) struct SqlStore<DB: Dialect> {
    /// For what only reads.
    pub(crate) readers: Arc<Connections<DB>>,
    /// For what writes; the same where the system does not care.
    pub(crate) writers: Arc<Connections<DB>>,
    /// The longest that a port call may take.
    pub(crate) limit: Duration,
    /// Who else sees what this store writes, and when.
    pub(crate) readership: Readership,
    /// Whether what is written will be found again.
    pub(crate) anchor: Anchor,
    /// Open as long as the store is, and otherwise unused.
    pub(crate) keeper: Mutex<Option<DB::Connection>>,
}

impl<DB: Dialect> SqlStore<DB> {
    /// Takes a connection to a store that is where it was.
    pub(crate) async fn lease<'a>(&self, connections: &'a Connections<DB>) -> Result<Lease<'a, DB>, StoreError> {
        self.anchor.check()?;
        Lease::take(connections, self.limit).await
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Lease<'_, DB>, StoreError> {
        let mut lease = self.lease(&self.writers).await?;
        lease.execute(DB::BEGIN, &[]).await?;
        Ok(lease)
    }

    /// Commits a transaction that ended sessions; returns once nobody takes them for alive. Also where it fails, since
    /// nobody may know then what became of it.
    pub(crate) async fn commit(&self, lease: Lease<'_, DB>, ended: &[TokenHash]) -> Result<(), StoreError> {
        let committed = lease.commit().await;
        self.readership.learn_of_end(ended).await;
        committed?;
        self.anchor.check()
    }

    /// Commits a transaction after a script that opens a session, as [`Self::commit`], and returns the tokens that the
    /// script does: beside these, those sessions ended, but for the one that it opens. What a script that failed would have
    /// returned nobody learns of before the lease is over.
    pub(crate) async fn commit_opening(
        &self,
        lease: Lease<'_, DB>,
        script: Script<'_>,
        opened: &Session,
        ended: &[TokenHash],
    ) -> Result<Vec<TokenHash>, StoreError> {
        let committed = lease.commit_with(script).await;
        let returned = committed.as_deref().unwrap_or_default();
        let ended: Vec<_> =
            ended.iter().chain(returned).filter(|token| **token != opened.token_hash).copied().collect();
        self.readership.learn_of_end(&ended).await;
        let returned = committed?;
        self.anchor.check()?;
        Ok(returned)
    }

    /// Runs a script, which is a transaction of its own and returns nothing.
    pub(crate) async fn write_all(&self, script: Script<'_>) -> Result<(), StoreError> {
        let lease = self.lease(&self.writers).await?;
        lease.commit_with(script.after(DB::BEGIN)).await?;
        self.anchor.check()
    }

    /// Runs one statement, which is a transaction of its own, and says how many rows it changed.
    pub(crate) async fn write(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut lease = self.lease(&self.writers).await?;
        let rows = lease.execute(sql, values).await?;
        lease.settle();
        self.anchor.check()?;
        Ok(rows)
    }

    /// Runs one statement that ends or changes sessions, and says how many; returns once nobody takes them for what they were.
    pub(crate) async fn end_sessions(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut lease = self.lease(&self.writers).await?;
        let ended = lease.tokens(sql, values).await?;
        lease.settle();
        self.readership.learn_of_end(&ended).await;
        self.anchor.check()?;
        Ok(ended.len() as u64)
    }

    /// Reads the first row of a query.
    pub(crate) async fn read<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        meaning: impl FnOnce(&DB::Row) -> sqlx::Result<T> + Send,
    ) -> Result<Option<T>, StoreError> {
        let mut lease = self.lease(&self.readers).await?;
        let row = lease.fetch(sql, values).await?;
        lease.settle();
        row.as_ref().map(meaning).transpose().map_err(fault::<DB>)
    }

    /// Reads all rows of a query.
    pub(crate) async fn read_all<T>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        meaning: impl Fn(&DB::Row) -> sqlx::Result<T> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut lease = self.lease(&self.readers).await?;
        let rows = lease.fetch_all(sql, values).await?;
        lease.settle();
        rows.iter().map(meaning).collect::<sqlx::Result<_>>().map_err(fault::<DB>)
    }
}

#[async_trait]
impl<DB: Dialect> StoreProbe for SqlStore<DB> {
    async fn ping(&self) -> Result<(), StoreError> {
        self.read(statements::PING, &[], |_| Ok(())).await.map(drop)
    }
}

#[async_trait]
impl<DB: Dialect> Backend for SqlStore<DB> {
    async fn close(&self) {
        self.readership.withdraw().await;
        self.readers.close().await;
        self.writers.close().await;
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(keeper) = keeper {
            // Whatever it cannot do at its end is made up for by whoever opens the store next.
            let _ = keeper.close().await;
        }
    }
}
