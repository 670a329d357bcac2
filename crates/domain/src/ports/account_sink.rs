//! Writing accounts that come from elsewhere.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use super::account::Account;
use super::errors::StoreError;
use crate::{KeyId, UserId, Username};

/// Takes accounts of other stores and systems.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountSink: Send + Sync {
    /// How long one write may take: others' writes may have to wait for it.
    fn longest_write(&self) -> Duration;

    /// Which of these users and keys the store has.
    async fn find_existing(&self, users: &[UserId], keys: &[KeyId]) -> Result<ExistingAccounts, StoreError>;

    /// Writes all these accounts, or none of them, and notes the parameters of their password hashes for
    /// [`HashSchemeStore`](super::HashSchemeStore). A session whose token or id exists is left out.
    ///
    /// # Errors
    /// [`WriteAccountsError::Taken`] where a user or a key exists, decided by the store's constraints.
    async fn write(&self, accounts: &[Account]) -> Result<(), WriteAccountsError>;
}

/// What the store has of the users and keys that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExistingAccounts {
    /// The users.
    pub users: Vec<(UserId, Username)>,
    /// The keys, each with its user.
    pub keys: Vec<(KeyId, UserId)>,
}

/// No account was written.
#[derive(Debug, Error)]
pub enum WriteAccountsError {
    /// A user's id or a key exists already.
    #[error("a user or a key exists already")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
