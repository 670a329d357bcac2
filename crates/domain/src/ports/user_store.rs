//! Users and their keys, which are written together.

use async_trait::async_trait;
use thiserror::Error;

use super::{KeyedWriteError, StoreError, VerifiedKey};
use crate::{Client, Key, KeyId, PasswordHash, Session, TokenHash, User, UserId};

/// Holds users and keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Writes the user, the key and the session, and ends the replaced sessions, or does none of it.
    ///
    /// # Errors
    /// [`CreateUserError::KeyTaken`] when the key exists, decided by the store's constraint: of any number of racing
    /// calls with one key id exactly one succeeds.
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError>;

    /// The key with this id and the user it belongs to; `None` when there is none.
    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError>;

    /// Writes the key's new hash, ends every session of its user and writes the new one, or does none of it.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against: of any
    /// number of racing changes exactly one succeeds.
    async fn replace_password_and_end_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError>;

    /// Removes the user with all keys and sessions, or nothing.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against.
    async fn delete(&self, user: &UserId, verified: &VerifiedKey) -> Result<(), KeyedWriteError>;
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
    /// Who opens it.
    pub client: Client,
    /// The sessions that the person came with; they end. One that does not exist is no error.
    pub replaces: Vec<TokenHash>,
}

/// All that a change of a password writes.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The key, with the hash that the old password was checked against.
    pub verified: VerifiedKey,
    /// The hash of the new password.
    pub new_hash: PasswordHash,
    /// The only session of the user from then on.
    pub session: Session,
    /// Who opens it.
    pub client: Client,
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
