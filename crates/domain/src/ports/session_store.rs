//! Sessions, and the key that each is opened with.

use std::num::NonZeroU32;

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use crate::{Attributes, Client, KeyId, PasswordHash, Session, SessionId, Timestamp, TokenHash, User, UserId};

/// Holds sessions. What a call revoked or wrote holds for every later call, on every node, before the call returns.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session with this token and its user, in one query; `None` when there is none. The store does not judge
    /// whether the session is alive.
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError>;

    /// Writes a session, its client and the sign-in event [`SignInKind::LogIn`](crate::SignInKind), revokes the sessions it
    /// replaces (one that does not exist is no error), and writes the key's new hash where there is one, or does none of it.
    ///
    /// Where the user then has more than `most` live sessions, the oldest ones are revoked, never this one. Racing calls on one
    /// key keep the bound as well; on two keys of one user they may exceed it until the next call.
    ///
    /// # Errors
    /// [`KeyedWriteError::KeyChanged`] when the key no longer has the hash that the password was checked against, or the
    /// user is disabled: no session outlives the password it was opened with.
    async fn open<'a>(
        &self,
        session: &Session,
        client: &Client,
        verified: &VerifiedKey,
        replaces: &'a [TokenHash],
        most: Option<NonZeroU32>,
    ) -> Result<(), KeyedWriteError>;

    /// Writes the renewed session's instants, if the two expiries in the store are still the ones of `seen`.
    ///
    /// `false` when they are not, or the session is gone: another call renewed or revoked it. Of any number of racing
    /// calls that saw the same session exactly one gets `true`.
    async fn renew(&self, seen: &Session, renewed: &Session) -> Result<bool, StoreError>;

    /// Removes a session that is dead, if its two instants in the store are still the ones of `seen`; `false` when they are
    /// not, or the session is gone: another call renewed or revoked it.
    async fn delete_if_expired(&self, seen: &Session) -> Result<bool, StoreError>;

    /// Writes when sessions were last used. One that is gone is no error.
    async fn note_uses(&self, uses: &[(TokenHash, Timestamp)]) -> Result<(), StoreError>;

    /// Revokes a session; `false` when there was none.
    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Revokes the sessions with these tokens, and returns how many existed.
    async fn delete_by_tokens(&self, tokens: &[TokenHash]) -> Result<u64, StoreError>;

    /// A user's sessions that are not dead at `now`: the 1,000 newest, and whether there are more.
    async fn list(&self, user: &UserId, now: Timestamp) -> Result<SessionList, StoreError>;

    /// Revokes a session of this user; `false` when the user has none with this id.
    async fn delete_session_of(&self, user: &UserId, id: &SessionId) -> Result<bool, StoreError>;

    /// Revokes all sessions of this user but one, and returns how many.
    async fn delete_other_sessions(&self, user: &UserId, kept: &SessionId) -> Result<u64, StoreError>;

    /// Removes at most `limit` sessions whose idle period ended at `now` or before, and returns how many.
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Writes a session without a key, with the sign-in event [`SignInKind::Vouched`](crate::SignInKind), and revokes the
    /// user's oldest sessions beyond `most`, as [`Self::open`] does. `false`, and nothing is written, when there is no such
    /// user or the user is disabled. Racing calls may leave more than `most`, until the next call.
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

    /// Revokes all sessions of this user, and returns how many.
    async fn delete_sessions_of(&self, user: &UserId) -> Result<u64, StoreError>;
}

/// A key whose password was just verified.
#[derive(Clone, Debug)]
pub struct VerifiedKey {
    /// The key.
    pub id: KeyId,
    /// The hash that the password was checked against.
    pub hash: PasswordHash,
    /// The new hash, where that one was outdated.
    pub rehashed: Option<PasswordHash>,
}

/// A session and the client that opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: Session,
    /// The client that opened it.
    pub client: Client,
}

/// The newest sessions of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionList {
    /// Newest first; ties by descending id.
    pub sessions: Vec<LiveSession>,
    /// Whether the user has older ones as well.
    pub more: bool,
}

/// A write that needs a verified key was not done.
#[derive(Debug, Error)]
pub enum KeyedWriteError {
    /// The key is gone or has another hash.
    #[error("the key changed since the password was checked")]
    KeyChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
