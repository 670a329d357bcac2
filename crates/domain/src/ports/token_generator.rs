//! Tokens and ids from randomness.

use thiserror::Error;

use super::errors::Cause;
use crate::{
    InvitationId, KeyId, LinkHash, OneTimeCode, RecoveryCodeHash, SessionId, SessionToken, ThrottleKey, ThrottleScope,
    TokenHash, UserId,
};

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

    /// The id of an imported user who had none, made of the key of the username: the same each time it is imported.
    fn imported_user_id(&self, key: &KeyId) -> UserId;

    /// A new code of [`OneTimeCode::BYTES`] random bytes.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn one_time_code(&self) -> Result<OneTimeCode, RandomnessError>;

    /// The SHA-256 of the token's text.
    fn digest(&self, token: &SessionToken) -> TokenHash;

    /// A new id of [`InvitationId::CHARS`] lower-case letters and digits.
    ///
    /// # Errors
    /// [`RandomnessError`] where the system gives none; there is no fallback.
    fn invitation_id(&self) -> Result<InvitationId, RandomnessError>;

    /// The SHA-256 of the code's canonical text as the code of a link.
    fn link_hash(&self, code: &OneTimeCode) -> LinkHash;

    /// The SHA-256 of the code's canonical text as a recovery code of this user.
    fn recovery_code_hash(&self, user: &UserId, code: &OneTimeCode) -> RecoveryCodeHash;

    /// The SHA-256 of the scope's canonical text.
    fn throttle_key(&self, scope: &ThrottleScope) -> ThrottleKey;
}

/// The operating system gave no randomness.
#[derive(Debug, Error)]
#[error("the operating system gave no randomness")]
pub struct RandomnessError(#[source] pub Cause);
