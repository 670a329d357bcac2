//! The store that both databases share: its parts, the end of a transaction, and the probe. The ports are in
//! [`crate::users`], [`crate::sessions`], [`crate::recovery`], [`crate::records`] and [`crate::throttle`].

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use doorward_domain::ports::{StoreCounts, StoreError, StoreProbe};
use doorward_domain::{Timestamp, TokenHash};
use sqlx::Connection;

use crate::backend::Backend;
use crate::checked_out::CheckedOut;
use crate::dialect::Dialect;
use crate::lookups::Lookups;
use crate::pools::Pools;
use crate::row::Columns;
use crate::statements;
use crate::value::Value;

/// A store on one database system.
pub(crate) struct SqlStore<DB: Dialect> {
    pub(crate) pools: Arc<Pools<DB>>,
    pub(crate) lookups: DB::Lookups,
    /// Open as long as the store is, and otherwise unused.
    pub(crate) keeper: Mutex<Option<DB::Connection>>,
}

impl<DB: Dialect> SqlStore<DB> {
    /// Commits a transaction that revoked or changed sessions, and returns once they are served from no cache. The caches
    /// learn of it also where the commit fails, since it may have been done all the same.
    pub(crate) async fn commit(&self, transaction: CheckedOut<DB>, changed: &[TokenHash]) -> Result<(), StoreError> {
        let committed = transaction.commit().await;
        self.lookups.invalidate(changed).await;
        committed?;
        self.pools.file.check()
    }

    /// Runs one statement that revokes or changes sessions and returns their number, once they are served from no cache.
    pub(crate) async fn change_sessions(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut connection = self.pools.check_out(&self.pools.writers).await?;
        let changed = connection.tokens(sql, values).await?;
        connection.finish();
        self.lookups.invalidate(&changed).await;
        self.pools.file.check()?;
        Ok(changed.len() as u64)
    }
}

#[async_trait]
impl<DB: Dialect> StoreProbe for SqlStore<DB> {
    async fn ping(&self) -> Result<(), StoreError> {
        self.pools.read(statements::PING, &[], |_| Ok(())).await.map(drop)
    }

    async fn count(&self, now: Timestamp) -> Result<StoreCounts, StoreError> {
        let number = |row: &DB::Row, column| row.number(column).map(|number| number.try_into().unwrap_or_default());
        let counts = |row: &DB::Row| {
            Ok(StoreCounts { users: number(row, "users")?, live_sessions: number(row, "live_sessions")? })
        };
        let counted = self.pools.read(statements::COUNT, &[Value::Instant(now)], counts).await?;
        counted.ok_or_else(|| StoreError::Corrupt("a count without a row".into()))
    }
}

#[async_trait]
impl<DB: Dialect> Backend for SqlStore<DB> {
    async fn close(&self) {
        self.pools.close().await;
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(keeper) = keeper {
            // A failure leaves work that the next process to open the store does.
            let _ = keeper.close().await;
        }
    }
}
