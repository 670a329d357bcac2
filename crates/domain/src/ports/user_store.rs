//! Users and their keys, which are written together.

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use super::session_store::{KeyedWriteError, VerifiedKey};
use crate::{
    Attributes, Client, Key, KeyId, LinkHash, PasswordHash, PasswordLink, Session, Timestamp, TokenHash, User, UserId,
    Username,
};

/// Holds users and keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Writes the user, the key, the session and the sign-in event [`SignInKind::SignUp`](crate::SignInKind), and revokes the
    /// replaced sessions, or does none of it.
    ///
    /// # Errors
    /// [`CreateUserError::KeyTaken`] when the key exists, decided by the store's constraint: of any number of racing
    /// calls with one key id exactly one succeeds. [`CreateUserError::NoSuchInvitation`] when the invitation does not exist,
    /// has expired or has no use left: of any number of racing calls with one invitation as many succeed as it has uses.
    async fn create(&self, account: &NewAccount) -> Result<(), CreateUserError>;

    /// The key with this id and the user it belongs to; `None` when there is none.
    async fn find_by_key(&self, id: &KeyId) -> Result<Option<(Key, User)>, StoreError>;

    /// Writes the key's new hash, deletes the recovery codes and the password link and revokes every session of its user, and
    /// writes the new session with the sign-in event [`SignInKind::PasswordChanged`](crate::SignInKind), or does none of it.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against, or the
    /// user was disabled: of any number of racing changes exactly one succeeds.
    async fn replace_password_and_revoke_sessions(&self, change: &PasswordChange) -> Result<(), KeyedWriteError>;

    /// Removes the user with all keys and sessions, or nothing.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against.
    async fn delete(&self, user: &UserId, verified: &VerifiedKey) -> Result<(), KeyedWriteError>;

    /// Writes all these users, with their keys and password links where there are any, or none of it. No session is opened.
    ///
    /// # Errors
    /// [`AdminCreateUsersError::Taken`] with each user whose id or key exists already or is that of an earlier one.
    async fn admin_create_users(&self, users: &[NewUser]) -> Result<(), AdminCreateUsersError>;

    /// The user with this id; `None` when there is none.
    async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// At most `limit` users that the query finds, in the order of their ids.
    async fn list(&self, query: &UserQuery, limit: u32) -> Result<Vec<User>, StoreError>;

    /// Changes a user, all of it or nothing, and returns the user as it is then. Every later validation of a session of
    /// theirs has the change, on every node, before the call returns.
    ///
    /// A new username takes its key, with the password and the age of the old one, and gives up the old. A user who is
    /// disabled loses all sessions and the password link, and no call opens a session of theirs from then on.
    ///
    /// # Errors
    /// [`UpdateUserError::KeyTaken`] as in [`Self::create`]; [`UpdateUserError::NoSuchUser`];
    /// [`UpdateUserError::KeyChanged`] where a verified key is given and no longer has the hash that the password was
    /// checked against.
    async fn update(&self, update: &UserUpdate) -> Result<User, UpdateUserError>;

    /// Removes the user with all keys and sessions, or nothing; `false` when there is no such user.
    async fn admin_delete_user(&self, user: &UserId) -> Result<bool, StoreError>;

    /// Writes another key of a user who is there.
    ///
    /// # Errors
    /// [`AddKeyError::KeyTaken`] as in [`Self::create`]; [`AddKeyError::NoSuchUser`].
    async fn add_key(&self, key: &Key) -> Result<(), AddKeyError>;

    /// All keys of a user, oldest first; ties by id.
    async fn list_keys(&self, user: &UserId) -> Result<Vec<Key>, StoreError>;

    /// Replaces the key's hash, deletes the recovery codes and the password link and revokes every session of its user, or
    /// does none of it; `None` takes the password away. `false` when there is no such key.
    async fn admin_set_password<'a>(&self, key: &KeyId, new: Option<&'a PasswordHash>) -> Result<bool, StoreError>;

    /// Removes the key, deletes the recovery codes and the password link and revokes every session of its user, or does none
    /// of it; `false` when there is no such key.
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
    /// The invitation of which this takes a use, if any.
    pub invitation: Option<LinkHash>,
}

/// A user that an operator creates.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The new user.
    pub user: User,
    /// The user's first key, if any.
    pub key: Option<Key>,
    /// The link by which the user chooses a password, if any.
    pub password_link: Option<PasswordLink>,
}

/// Which users to list.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    /// Only those whose ids come after this one.
    pub after: Option<UserId>,
    /// Only those who are disabled, or those who are not.
    pub disabled: Option<bool>,
    /// Only those who were created at this instant or later.
    pub created_since: Option<Timestamp>,
    /// Only those whose username's key starts like this one.
    pub key_prefix: Option<KeyId>,
}

/// What to change of a user; `None` for what stays.
#[derive(Clone, Debug)]
pub struct UserUpdate {
    /// The user.
    pub user_id: UserId,
    /// The user's key, where the user proved the password.
    pub verified: Option<VerifiedKey>,
    /// The new username.
    pub username: Option<Username>,
    /// The new attributes.
    pub attributes: Option<Attributes>,
    /// Whether the user is disabled.
    pub disabled: Option<bool>,
}

impl UserUpdate {
    /// An update that changes nothing of this user.
    #[must_use]
    pub fn of(user_id: UserId) -> Self {
        Self { user_id, verified: None, username: None, attributes: None, disabled: None }
    }
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
    /// There is no such invitation, or no longer.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// No user was created.
#[derive(Debug, Error)]
pub enum AdminCreateUsersError {
    /// These are taken; at least one.
    #[error("ids or keys are taken")]
    Taken(Vec<Taken>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is taken of a new user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The id of the user at this place.
    Id(usize),
    /// The key of the user at this place.
    Key(usize),
}

/// A user was not changed.
#[derive(Debug, Error)]
pub enum UpdateUserError {
    /// There is no such user.
    #[error("there is no such user")]
    NoSuchUser,
    /// The key of the new username exists already.
    #[error("the key is taken")]
    KeyTaken,
    /// The verified key is gone or has another hash.
    #[error("the key changed since the password was checked")]
    KeyChanged,
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
