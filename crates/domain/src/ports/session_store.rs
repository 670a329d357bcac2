//! Sessions, and the key that each is opened with.

use std::num::NonZeroU32;

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use crate::{Attributes, Client, KeyId, PasswordHash, Session, SessionId, Timestamp, TokenHash, User, UserId};

/// Holds sessions. What a call ended or wrote is so for every later call, on every node, before the call returns.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session with this token and its user, in one query; `None` when there is none. The store does not judge
    /// whether the session is alive.
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError>;

    /// Writes a session, who it was opened by, and that they signed in ([`SignInKind::LogIn`](crate::SignInKind)), ends those it replaces (one that does not exist is no error), and writes
    /// the key's new hash where there is one, or does none of it.
    ///
    /// Where the user then has more than `most` that are alive at the instant at which this one was opened, all that are
    /// too many end: those opened first, of those opened at once the last in the list of [`Self::list`], and never this
    /// one. Racing calls on one key leave no more than that either; on two keys of one user they may, until the next call.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against: no
    /// session outlives the password it was opened with.
    async fn open<'a>(
        &self,
        session: &Session,
        client: &Client,
        verified: &VerifiedKey,
        replaces: &'a [TokenHash],
        most: Option<NonZeroU32>,
    ) -> Result<(), KeyedWriteError>;

    /// Writes the renewed session's two instants, if those in the store are still the ones of `seen`.
    ///
    /// `false` when they are not, or the session is gone: another call renewed or revoked it. Of any number of racing
    /// calls that saw the same session exactly one gets `true`.
    async fn renew(&self, seen: &Session, renewed: &Session) -> Result<bool, StoreError>;

    /// Removes a session that is dead, if its two instants in the store are still the ones of `seen`; `false` when they are
    /// not, or the session is gone: another call renewed or revoked it.
    async fn delete_if_expired(&self, seen: &Session) -> Result<bool, StoreError>;

    /// Ends a session; `false` when there was none.
    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Ends the sessions with these tokens, and says how many there were.
    async fn delete_by_tokens(&self, tokens: &[TokenHash]) -> Result<u64, StoreError>;

    /// All sessions of a user that are not dead at `now`, those opened last first, and of those opened at once by their
    /// ids, the last first.
    async fn list(&self, user: &UserId, now: Timestamp) -> Result<Vec<LiveSession>, StoreError>;

    /// Ends a session of this user; `false` when the user has none with this id.
    async fn delete_session_of(&self, user: &UserId, id: &SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of this user but one, and says how many.
    async fn delete_other_sessions(&self, user: &UserId, kept: &SessionId) -> Result<u64, StoreError>;

    /// Removes at most `limit` sessions whose idle period ended at `now` or before, and says how many.
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Writes a session that no key was asked for, and that its user was vouched for
    /// ([`SignInKind::Vouched`](crate::SignInKind)), and ends those that are too many then, as [`Self::open`] does; `false`,
    /// and nothing is written, when its user is not there. Racing calls may leave more than `most`, until the next call.
    async fn admin_open_session(
        &self,
        session: &Session,
        client: &Client,
        most: Option<NonZeroU32>,
    ) -> Result<bool, StoreError>;

    /// The session with this id and its user; `None` when there is none. The store does not judge whether the session is
    /// alive.
    async fn find_by_id(&self, id: &SessionId) -> Result<Option<(LiveSession, User)>, StoreError>;

    /// Writes a session's attributes; `false` when there is no such session. Every later validation has them.
    async fn set_attributes(&self, id: &SessionId, attributes: &Attributes) -> Result<bool, StoreError>;

    /// Ends all sessions of this user, and says how many.
    async fn delete_sessions_of(&self, user: &UserId) -> Result<u64, StoreError>;
}

/// A key whose password was just found right.
#[derive(Clone, Debug)]
pub struct VerifiedKey {
    /// Which key.
    pub id: KeyId,
    /// The hash that the password was checked against.
    pub hash: PasswordHash,
    /// The hash to keep from now on, where that one was outdated.
    pub rehashed: Option<PasswordHash>,
}

/// A session in the list of its user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: Session,
    /// Who opened it.
    pub client: Client,
}

/// Nothing was written on the strength of a key.
#[derive(Debug, Error)]
pub enum KeyedWriteError {
    /// The key is gone or has another hash by now.
    #[error("the key changed since the password was checked")]
    KeyChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
