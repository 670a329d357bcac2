//! Keys: the ways in which a user can prove who they are.

use crate::ids::{KeyId, UserId};
use crate::password::PasswordHash;
use crate::time::Timestamp;

/// One way for a user to sign in: an id that is unique among all keys, and the hash of the password that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The id by which the user is looked up.
    pub id: KeyId,
    /// The user whose key it is.
    pub user_id: UserId,
    /// The hash of the password; `None` where the key has none and another system proves who its user is.
    pub password_hash: Option<PasswordHash>,
    /// When it was created.
    pub created_at: Timestamp,
}
