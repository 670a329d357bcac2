//! Why a stored hash cannot be read.

use thiserror::Error;

use crate::argon2_cost::InvalidArgon2Cost;

/// A stored hash that no password can be checked against.
#[derive(Debug, Error)]
pub(crate) enum UnreadableHash {
    /// It has not the form of its scheme, or its salt or tag is longer or shorter than those are.
    #[error("the stored password hash is no PHC string or bcrypt hash")]
    Shape,
    /// It is of another scheme, or of a version of Argon2 that does not exist.
    #[error("the stored password hash is of an unknown scheme or version")]
    Scheme,
    /// A parameter is missing, unknown, twice there, no number, or less than the scheme takes.
    #[error("the stored password hash has parameters that cannot be read")]
    Params,
    /// It has a key id or associated data, which go with secrets that are not here.
    #[error("the stored password hash needs a secret that is not here")]
    Secret,
    /// It costs more than is spent on one hash of Argon2.
    #[error("the stored password hash has a cost out of bounds")]
    Argon2Cost(#[from] InvalidArgon2Cost),
    /// It costs more than is spent on one hash of another scheme.
    #[error("the stored password hash has a cost out of bounds")]
    TooCostly,
    /// The salt or the tag is missing.
    #[error("the stored password hash has no salt or no tag")]
    Incomplete,
}
