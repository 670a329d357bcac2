//! Keys: the ways in which a user can prove who they are.

use crate::password::PasswordHash;
use crate::text;
use crate::time::Timestamp;
use crate::user::UserId;

/// What names a key: a provider and the user's id with that provider, written `username:alice` as Lucia did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    const USERNAME_PROVIDER: &str = "username";

    /// The key of everybody who calls themselves so, in any letter case and any spelling that looks the same.
    pub(crate) fn of_username(name: &str) -> Self {
        Self(format!("{}:{}", Self::USERNAME_PROVIDER, text::fold(name)))
    }

    /// Takes back an id that a store holds.
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored)
    }

    /// The id as stores keep it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One way for a user to sign in: an id that is unique among all keys, and the hash of the password that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What the person is looked up by.
    pub id: KeyId,
    /// Whose key it is.
    pub user_id: UserId,
    /// What the password is checked against.
    pub password_hash: PasswordHash,
    /// When it was made.
    pub created_at: Timestamp,
}
