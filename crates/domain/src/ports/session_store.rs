//! Sessions.

use async_trait::async_trait;
use thiserror::Error;

use super::StoreError;
use crate::{KeyId, PasswordHash, Session, SessionId, Timestamp, TokenHash, User};

/// Holds sessions. What a call ended or wrote is so for every later call, on every node, before the call returns.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session with this token and its user, in one query; `None` when there is none. The store does not judge
    /// whether the session is alive.
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError>;

    /// Writes a session, ends the one it replaces (one that does not exist is no error), and writes the key's new hash
    /// where there is one, or does none of it.
    ///
    /// # Errors
    /// [`OpenSessionError::KeyChanged`] when the key no longer has the hash that the password was checked against: no
    /// session outlives the password it was opened with.
    async fn open<'a>(
        &self,
        session: &Session,
        verified: &VerifiedKey,
        replaces: Option<&'a TokenHash>,
    ) -> Result<(), OpenSessionError>;

    /// Writes the renewed session's two instants, if those in the store are still the ones of `seen`.
    ///
    /// `false` when they are not, or the session is gone: somebody else renewed or ended it. Of any number of racing
    /// calls that saw the same session exactly one gets `true`.
    async fn renew(&self, seen: &Session, renewed: &Session) -> Result<bool, StoreError>;

    /// Ends a session; `false` when there was none.
    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError>;

    /// Removes at most `limit` sessions whose idle period ended at `now` or before, and says how many.
    async fn delete_dead(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
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

/// A session was not opened.
#[derive(Debug, Error)]
pub enum OpenSessionError {
    /// The key is gone or has another hash by now.
    #[error("the key changed since the password was checked")]
    KeyChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
