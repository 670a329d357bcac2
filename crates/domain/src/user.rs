//! Users: the people who sign in.

use crate::attributes::Attributes;
use crate::time::Timestamp;
use crate::username::Username;

/// What names a user for ever, whatever becomes of the username.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

impl UserId {
    /// The characters of a new id; Lucia's number, so that columns made for its ids fit.
    pub const CHARS: usize = 15;

    /// Reads an id that an operator wrote; `None` for a text that no id can have, which needs no look in the store.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let shaped =
            raw.len() == Self::CHARS && raw.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        shaped.then(|| Self(raw.to_owned()))
    }

    /// Takes an id that a generator made or a store holds.
    #[must_use]
    pub fn restore(id: String) -> Self {
        Self(id)
    }

    /// The id as clients see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What names the user.
    pub id: UserId,
    /// The name they chose, for display.
    pub username: Username,
    /// When they signed up.
    pub created_at: Timestamp,
    /// What else an operator keeps of them.
    pub attributes: Attributes,
}
