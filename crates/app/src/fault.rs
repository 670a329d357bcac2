//! Faults: what can go wrong in every use case, because of something behind a port or too many attempts.

use std::time::Duration;

use doorward_domain::ports::{Cause, HasherError, RandomnessError, StoreError};
use thiserror::Error;

/// A use case could not be carried out. A caller can act on which of them it is, never on the cause.
#[derive(Debug, Error)]
pub enum Fault {
    /// Too many passwords are waiting to be hashed; try again in a few seconds.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded,
    /// Too much was tried from this address or at this account.
    #[error("too many attempts were made")]
    TooManyAttempts {
        /// How long until the next attempt is let through, unless another client takes it.
        wait: Duration,
    },
    /// The store does not answer; try again later.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// Something that should not happen.
    #[error("something unforeseen happened")]
    Unforeseen(#[source] Cause),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            StoreError::Corrupt(_) => Self::Unforeseen(error.into()),
        }
    }
}

impl From<HasherError> for Fault {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Overloaded => Self::Overloaded,
            HasherError::Failed(_) => Self::Unforeseen(error.into()),
        }
    }
}

impl From<RandomnessError> for Fault {
    fn from(error: RandomnessError) -> Self {
        Self::Unforeseen(error.into())
    }
}
