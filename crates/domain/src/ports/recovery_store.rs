//! Recovery codes, and the recovery of an account.

use async_trait::async_trait;
use thiserror::Error;

use super::errors::StoreError;
use super::session_store::VerifiedKey;
use crate::{Client, KeyId, PasswordHash, RecoveryCodeHash, Session, Timestamp, TokenHash, UserId};

/// Holds the unused recovery codes of each user. They are removed with their user.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RecoveryStore: Send + Sync {
    /// The unused codes of a user, in any order.
    async fn unused_codes(&self, user: &UserId) -> Result<Vec<UnusedCode>, StoreError>;

    /// Writes new codes in place of all that the user has, or does none of it.
    ///
    /// # Errors
    /// [`ReplaceCodesError::KeyChanged`] when the key no longer has the hash it had, and
    /// [`ReplaceCodesError::CodesChanged`] when the user's codes are no longer those that were seen: of any number of
    /// racing calls that saw the same codes exactly one succeeds, and its codes are the ones that work.
    async fn replace_codes(&self, replacement: &CodeReplacement) -> Result<(), ReplaceCodesError>;

    /// Uses up the code, replaces the key's hash, deletes the password link, revokes every session of the user and those that
    /// the client came with, and writes a new one, or does none of it. Says how many codes are left.
    ///
    /// # Errors
    /// [`RecoverError::NoSuchCode`] when the user has no such code, or no such key with a password, or does not exist: of
    /// any number of racing calls with one code exactly one succeeds. [`RecoverError::AccountDisabled`].
    async fn recover_and_revoke_sessions(&self, recovery: &Recovery) -> Result<u32, RecoverError>;
}

/// An unused code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedCode {
    /// The code.
    pub hash: RecoveryCodeHash,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What the creation of codes writes.
#[derive(Clone, Debug)]
pub struct CodeReplacement {
    /// The user.
    pub user_id: UserId,
    /// A key of the user, with the hash that the password was checked against, or that it had when the session was
    /// validated.
    pub key: VerifiedKey,
    /// The unused codes that were seen.
    pub seen: Vec<RecoveryCodeHash>,
    /// The new codes.
    pub codes: Vec<RecoveryCodeHash>,
    /// When they were created.
    pub created_at: Timestamp,
}

/// What a recovery writes.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// The key that gets the new hash.
    pub key_id: KeyId,
    /// The code that is used up.
    pub code: RecoveryCodeHash,
    /// The hash of the new password.
    pub new_hash: PasswordHash,
    /// The only session of its user afterwards. Its user id selects the code and the key.
    pub session: Session,
    /// The client that opens it.
    pub client: Client,
    /// The sessions that the client presented; they are revoked. One that does not exist is no error.
    pub replaces: Vec<TokenHash>,
}

/// No new codes were written.
#[derive(Debug, Error)]
pub enum ReplaceCodesError {
    /// The key is gone or has another hash.
    #[error("the key changed since it was looked at")]
    KeyChanged,
    /// A code was used, or others were created, meanwhile.
    #[error("the recovery codes changed since they were looked at")]
    CodesChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// No account was recovered.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// There is no such code.
    #[error("there is no such recovery code")]
    NoSuchCode,
    /// The user has the code and is disabled. The code is not used up.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
