//! Users and their keys, which are written together.

use async_trait::async_trait;
use thiserror::Error;

use super::StoreError;
use crate::{Key, KeyId, Session, TokenHash, User};

/// Holds users and keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Writes the user, the key and the session, and ends the replaced session, or does none of it.
    ///
    /// # Errors
    /// [`CreateUserError::KeyTaken`] when the key exists, decided by the store's constraint: of any number of racing
    /// calls with one key id exactly one succeeds.
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError>;

    /// The key with this id and the user it belongs to; `None` when there is none.
    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError>;
}

/// All that a sign-up writes.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The new user.
    pub user: User,
    /// The user's first key.
    pub key: Key,
    /// The user's first session.
    pub session: Session,
    /// The session that the person came with, if any; it ends. One that does not exist is no error.
    pub replaces: Option<TokenHash>,
}

/// A user was not created.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// The key exists already.
    #[error("the key is taken")]
    KeyTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
