//! Users and their keys, which are written together.

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use super::session_store::{KeyedWriteError, VerifiedKey};
use crate::{Attributes, Client, Key, KeyId, PasswordHash, Session, TokenHash, User, UserId};

/// Holds users and keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Writes the user, the key, the session and the sign-in event [`SignInKind::SignUp`](crate::SignInKind), and revokes the
    /// replaced sessions, or does none of it.
    ///
    /// # Errors
    /// [`CreateUserError::KeyTaken`] when the key exists, decided by the store's constraint: of any number of racing
    /// calls with one key id exactly one succeeds.
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError>;

    /// The key with this id and the user it belongs to; `None` when there is none.
    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError>;

    /// Writes the key's new hash, deletes the recovery codes and revokes every session of its user, and writes the new
    /// session with the sign-in event [`SignInKind::PasswordChanged`](crate::SignInKind), or does none of it.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against: of any
    /// number of racing changes exactly one succeeds.
    async fn replace_password_and_revoke_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError>;

    /// Removes the user with all keys and sessions, or nothing.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against.
    async fn delete(&self, user: &UserId, verified: &VerifiedKey) -> Result<(), KeyedWriteError>;

    /// Writes the user, and the key where there is one, or neither. No session is opened.
    ///
    /// # Errors
    /// [`AdminCreateUserError::KeyTaken`] as in [`Self::create`]; [`AdminCreateUserError::IdTaken`] likewise.
    async fn admin_create_user<'a>(&self, user: &User, key: Option<&'a Key>) -> Result<(), AdminCreateUserError>;

    /// The user with this id; `None` when there is none.
    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// Writes a user's attributes; `false` when there is no such user. Every later validation of a session of theirs has
    /// them.
    async fn set_attributes(&self, user: &UserId, attributes: &Attributes) -> Result<bool, StoreError>;

    /// Removes the user with all keys and sessions, or nothing; `false` when there is no such user.
    async fn admin_delete_user(&self, user: &UserId) -> Result<bool, StoreError>;

    /// Writes another key of a user who is there.
    ///
    /// # Errors
    /// [`AddKeyError::KeyTaken`] as in [`Self::create`]; [`AddKeyError::NoSuchUser`].
    async fn add_key(&self, key: &Key) -> Result<(), AddKeyError>;

    /// All keys of a user, oldest first; ties by id.
    async fn list_keys(&self, user: &UserId) -> Result<Vec<Key>, StoreError>;

    /// Replaces the key's hash, deletes the recovery codes and revokes every session of its user, or does none of it; `None`
    /// takes the password away. `false` when there is no such key.
    async fn admin_set_password<'a>(&self, key: &KeyId, new: Option<&'a PasswordHash>) -> Result<bool, StoreError>;

    /// Removes the key, deletes the recovery codes and revokes every session of its user, or does none of it; `false` when
    /// there is no such key.
    async fn admin_delete_key(&self, key: &KeyId) -> Result<bool, StoreError>;
}

/// What a sign-up writes.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The new user.
    pub user: User,
    /// The user's first key.
    pub key: Key,
    /// The user's first session.
    pub session: Session,
    /// The client that opens it.
    pub client: Client,
    /// The sessions that the client presented; they are revoked. One that does not exist is no error.
    pub replaces: Vec<TokenHash>,
}

/// What a change of a password writes.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The key, with the hash that the old password was checked against.
    pub verified: VerifiedKey,
    /// The hash of the new password.
    pub new_hash: PasswordHash,
    /// The only session of the user from then on.
    pub session: Session,
    /// The client that opens it.
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

/// A user, perhaps with a chosen id, was not created.
#[derive(Debug, Error)]
pub enum AdminCreateUserError {
    /// The key exists already.
    #[error("the key is taken")]
    KeyTaken,
    /// Another user has the id.
    #[error("the id is taken")]
    IdTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key was not added.
#[derive(Debug, Error)]
pub enum AddKeyError {
    /// The key exists already.
    #[error("the key is taken")]
    KeyTaken,
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
