//! Whether the store answers, and how much is in it.

use async_trait::async_trait;

use super::errors::StoreError;
use crate::Timestamp;

/// How much is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreCounts {
    /// Users.
    pub users: u64,
    /// Sessions that are active or idle.
    pub live_sessions: u64,
}

/// Asks the store for a sign of life.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StoreProbe: Send + Sync {
    /// Returns once the store answered a query.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Counts the users, and the sessions whose idle period ends after `now`. This reads an index from end to end, and blocks
    /// no other call.
    async fn count(&self, now: Timestamp) -> Result<StoreCounts, StoreError>;
}
