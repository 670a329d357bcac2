//! Tokens and ids from randomness.

use thiserror::Error;

use super::errors::Cause;
use crate::{RecoveryCode, RecoveryCodeHash, SessionId, SessionToken, ThrottleKey, ThrottleScope, TokenHash, UserId};

/// Makes tokens and ids from the operating system's randomness, and the digests that a store knows
/// things by.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait TokenGenerator: Send + Sync {
    /// A new token of [`SessionToken::BYTES`] random bytes.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn session_token(&self) -> Result<SessionToken, RandomnessError>;

    /// A new id of [`SessionId::CHARS`] lower-case letters and digits.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn session_id(&self) -> Result<SessionId, RandomnessError>;

    /// A new id of [`UserId::CHARS`] lower-case letters and digits.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn user_id(&self) -> Result<UserId, RandomnessError>;

    /// A new code of [`RecoveryCode::BYTES`] random bytes.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn recovery_code(&self) -> Result<RecoveryCode, RandomnessError>;

    /// The SHA-256 of the token's text.
    fn digest(&self, token: &SessionToken) -> TokenHash;

    /// The SHA-256 of the code's canonical text as a code of this user.
    fn recovery_code_hash(&self, user: &UserId, code: &RecoveryCode) -> RecoveryCodeHash;

    /// The SHA-256 of the scope's canonical text.
    fn throttle_key(&self, scope: &ThrottleScope) -> ThrottleKey;
}

/// The operating system gave no randomness.
#[derive(Debug, Error)]
#[error("the operating system gave no randomness")]
pub struct RandomnessError(#[source] pub Cause);
