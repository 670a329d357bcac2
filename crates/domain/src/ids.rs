//! The ids of users, keys and sessions.

use thiserror::Error;

use crate::text;

/// The id of a user, which never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

impl UserId {
    /// The characters of a new id; Lucia's number, so that columns made for its ids fit.
    pub const CHARS: usize = 15;
    /// The most characters of an id that another system made: longer than a UUID, a name from Clerk or Auth0, or a number.
    pub const MAX_CHARS: usize = 128;

    /// Reads an id that an operator or another system wrote: 1 to [`Self::MAX_CHARS`] printable ASCII characters without
    /// space, `"`, `\` and `,`, so that an id is one word in a list, a log line and a header. `None` for any other text.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',');
        let is_id = (1..=Self::MAX_CHARS).contains(&raw.len()) && raw.bytes().all(is_allowed);
        is_id.then(|| Self(raw.to_owned()))
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

/// The id of a key: a provider and the user's id with that provider, written `username:alice` as Lucia did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The most characters of a provider.
    pub const MAX_PROVIDER_CHARS: usize = 32;
    /// The most characters of a user's id with a provider: an e-mail address fits.
    pub const MAX_ID_CHARS: usize = 255;

    const USERNAME_PROVIDER: &str = "username";

    /// Reads an id that an operator wrote. Everything up to the first colon is the provider, which is one or more
    /// lower-case letters, digits, `-` and `_`; the rest is taken as it is, since only
    /// the provider knows which ids are equal. All spellings of a username are one key.
    ///
    /// # Errors
    /// [`InvalidKeyId`] says which rule it breaks.
    pub fn parse(raw: &str) -> Result<Self, InvalidKeyId> {
        let (provider, id) = raw.split_once(':').ok_or(InvalidKeyId::Provider)?;
        let may_be = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !(1..=Self::MAX_PROVIDER_CHARS).contains(&provider.len()) || !provider.chars().all(may_be) {
            return Err(InvalidKeyId::Provider);
        }
        let chars = id.chars().take(Self::MAX_ID_CHARS + 1).count();
        if !(1..=Self::MAX_ID_CHARS).contains(&chars) || !id.chars().all(text::shows) {
            return Err(InvalidKeyId::UserId);
        }
        Ok(if provider == Self::USERNAME_PROVIDER { Self::of_username(id) } else { Self(raw.to_owned()) })
    }

    /// The key of a username, in any letter case and any spelling that looks the same, without the white space around it.
    pub(crate) fn of_username(name: &str) -> Self {
        Self(format!("{}:{}", Self::USERNAME_PROVIDER, *text::fold(name.trim())))
    }

    /// Whether it is the key of a username.
    #[must_use]
    pub fn is_of_username(&self) -> bool {
        self.0.split_once(':').is_some_and(|(provider, _)| provider == Self::USERNAME_PROVIDER)
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

/// Which rule for ids of keys was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidKeyId {
    /// There is no colon, or no provider before it.
    #[error(
        "the key does not start with a provider and a colon, such as github:; a provider is 1 to {} lower-case letters, \
         digits, - and _",
        KeyId::MAX_PROVIDER_CHARS
    )]
    Provider,
    /// The id after the colon is too short or too long, or has characters that do not show.
    #[error("the user's id behind the key's colon is not 1 to {} characters that show", KeyId::MAX_ID_CHARS)]
    UserId,
}

/// What names an invitation in lists and logs. It is no credential: knowing it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InvitationId(String);

impl InvitationId {
    /// The characters of a new id, as of a user's.
    pub const CHARS: usize = UserId::CHARS;

    /// Reads an id that an operator wrote; `None` for a text that is no id.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        has_shape(raw, Self::CHARS).then(|| Self(raw.to_owned()))
    }

    /// Takes an id that a generator made or a store holds.
    #[must_use]
    pub fn restore(id: String) -> Self {
        Self(id)
    }

    /// The id as operators see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What names a session in lists and logs. It is no credential: knowing it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// The characters of a new id: with 36 letters and digits, 124 random bits.
    pub const CHARS: usize = 24;

    /// Reads an id that a client sent; `None` for a text that is no id.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        has_shape(raw, Self::CHARS).then(|| Self(raw.to_owned()))
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

/// Whether a text is this many lower-case letters and digits, as every id of our own is.
fn has_shape(raw: &str, chars: usize) -> bool {
    raw.len() == chars && raw.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_provider_and_the_id_it_gives() {
        for good in ["github:583231", "email:ann@example.com", "x:a:b", "my-idp_2:É 1"] {
            assert_eq!(KeyId::parse(good).expect("a key").as_str(), good);
        }
    }

    #[test]
    fn every_spelling_of_a_username_names_one_key() {
        for spelling in ["username:ALICE", "username:alice", "username:ａｌｉｃｅ"] {
            assert_eq!(KeyId::parse(spelling), Ok(KeyId::of_username("Alice")));
        }
        assert!(KeyId::of_username("Alice").is_of_username());
        assert!(!KeyId::parse("username2:alice").expect("a key").is_of_username());
    }

    #[test]
    fn a_provider_is_short_and_plain() {
        let long = format!("{}:1", "p".repeat(KeyId::MAX_PROVIDER_CHARS + 1));
        for bad in ["", "github", ":1", "GitHub:1", "git hub:1", "gïthub:1", "git\0hub:1", &long] {
            assert_eq!(KeyId::parse(bad), Err(InvalidKeyId::Provider), "{bad}");
        }
        assert!(KeyId::parse(&long[1..]).is_ok());
    }

    #[test]
    fn an_id_with_a_provider_is_there_and_shows() {
        let long = format!("p:{}", "é".repeat(KeyId::MAX_ID_CHARS + 1));
        for bad in ["github:", "github:\u{200b}", "github:a\nb", "github:a\0b", &long] {
            assert_eq!(KeyId::parse(bad), Err(InvalidKeyId::UserId), "{bad}");
        }
        assert!(KeyId::parse(&format!("p:{}", "é".repeat(KeyId::MAX_ID_CHARS))).is_ok());
    }

    #[test]
    fn the_id_of_another_system_is_one_printable_word() {
        let longest = "x".repeat(UserId::MAX_CHARS);
        for good in ["42", "0b8a1f0e-7c55-4d0a-9a0e-2f6f1c0f7a11", "auth0|5f7c", "user_2b8cKz", "a/b?c#d%20", &longest]
        {
            assert_eq!(UserId::parse(good).expect("an id").as_str(), good);
        }
        for bad in ["", "a b", "a,b", "a\"b", "a\\b", "a\tb", "a\u{7f}", "é", &format!("{longest}x")] {
            assert_eq!(UserId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_the_shape_of_an_id_is_looked_up() {
        let good = "0az9".repeat(6);
        assert_eq!(SessionId::parse(&good).expect("an id").as_str(), good);
        for bad in ["", &good[1..], &format!("{good}a"), &good.replacen('a', "A", 1), &good.replacen("0a", "é", 1)] {
            assert_eq!(SessionId::parse(bad), None, "{bad}");
        }
    }
}
