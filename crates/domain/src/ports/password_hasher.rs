//! Making and checking password hashes.

use async_trait::async_trait;
use thiserror::Error;

use super::errors::Cause;
use crate::{AddressBlock, Password, PasswordHash};

/// Makes and checks password hashes, on threads of its own: awaiting it never blocks the caller's thread.
///
/// The work is bounded. What cannot be started in time is refused as [`HasherError::Overloaded`], and work whose caller
/// went away (its future was dropped) before it started is not done. Each call names the address that it serves, and the
/// addresses share what can wait: one that asks for much is refused before others are.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a new password with a salt of its own, at the cost in force.
    async fn hash(&self, password: &Password, source: AddressBlock) -> Result<PasswordHash, HasherError>;

    /// Checks a password against a hash of any supported scheme and cost: its normalised text first, then the text as
    /// typed if that differs.
    ///
    /// `None` stands for a user that does not exist: the password is then checked against a hash of the cost in force
    /// that nothing matches, so that the answer takes as long, and no caller can forget to. A hash that cannot be read is treated like that too, and logged.
    async fn verify<'a>(
        &self,
        password: &Password,
        hash: Option<&'a PasswordHash>,
        source: AddressBlock,
    ) -> Result<Verdict, HasherError>;
}

/// What came of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, but the hash is of another scheme or cost than the one in force and should be made anew.
    RightButOutdated,
}

/// A hasher did not do what it was asked.
#[derive(Debug, Error)]
pub enum HasherError {
    /// Too much is waiting already, or this waited too long.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded,
    /// It failed: no randomness, or no memory.
    #[error("a password could not be hashed or checked")]
    Failed(#[source] Cause),
}
