//! Reading all accounts of a store, to write them elsewhere.

use async_trait::async_trait;

use super::account::Account;
use super::errors::StoreError;
use crate::Timestamp;

/// Reads all accounts.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountArchive: Send + Sync {
    /// Opens a snapshot of the store. What is written later is not in it, and it keeps no writer waiting.
    async fn snapshot(&self) -> Result<Box<dyn AccountSnapshot>, StoreError>;
}

/// The accounts of a store at one instant.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountSnapshot: Send {
    /// How many users there are.
    async fn count(&mut self) -> Result<u64, StoreError>;

    /// The next accounts in the order of their users' ids, at most `limit`; none at the end. Sessions and password links that
    /// have expired at `now` are left out.
    async fn next(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Account>, StoreError>;
}
