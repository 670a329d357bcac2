//! Whether the store answers.

use async_trait::async_trait;

use super::errors::StoreError;

/// Asks the store for a sign of life.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StoreProbe: Send + Sync {
    /// Returns once the store answered a query.
    async fn ping(&self) -> Result<(), StoreError>;
}
