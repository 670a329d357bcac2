//! Reading the accounts of another system.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use super::errors::Cause;
use super::recovery_store::UnusedCode;
use crate::{HashRefusal, ImportReason, LinkHash, PasswordHash, SignInEvent, Timestamp};

/// Reads the accounts of another system from one snapshot, and changes nothing there.
#[async_trait]
pub trait AccountSource: Send {
    /// Begins again with the first account.
    ///
    /// # Errors
    /// [`SourceError`] where the source cannot be read.
    async fn restart(&mut self) -> Result<(), SourceError>;

    /// The next accounts, some thousand at most, each time in the same order; none at the end.
    ///
    /// # Errors
    /// [`SourceError`] where the source cannot be read.
    async fn next(&mut self) -> Result<Vec<SourceAccount>, SourceError>;
}

/// An account as another system keeps it. Texts were not checked.
#[derive(Clone, Debug, Default)]
pub struct SourceAccount {
    /// The line of a file that it stands in.
    pub line: Option<u64>,
    /// Why it cannot be read, if it cannot.
    pub unreadable: Option<ImportReason>,
    /// The user's id.
    pub user_id: SourceId,
    /// The username that is shown.
    pub username: Option<String>,
    /// The name that the user types, where the system keeps it apart from the username. It wins where the two differ.
    pub login_name: Option<String>,
    /// When the user signed up.
    pub created_at: SourceInstant,
    /// Whether the user may not sign in.
    pub disabled: bool,
    /// Until when the user is disabled; [`SourceInstant::Absent`] for good.
    pub disabled_until: SourceInstant,
    /// Whether the user needs a second factor.
    pub second_factor: bool,
    /// The JSON object to keep of the user.
    pub attributes: Option<String>,
    /// The key of the username; `None` where the user has none.
    pub username_key: Option<SourceKey>,
    /// The other keys.
    pub keys: Vec<SourceKey>,
    /// The sessions.
    pub sessions: Vec<SourceSession>,
    /// The recovery codes, which Doorward alone has.
    pub recovery_codes: Vec<UnusedCode>,
    /// The password link, which Doorward alone has: code, creation and expiry.
    pub password_link: Option<(LinkHash, Timestamp, Timestamp)>,
    /// The sign-in events, which Doorward alone has.
    pub sign_ins: Vec<SignInEvent>,
}

/// The id of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceId {
    /// The source has none, and a new one is made.
    #[default]
    New,
    /// The source must have one and has not.
    Missing,
    /// The id.
    Text(String),
}

/// A key.
#[derive(Clone, Debug, Default)]
pub struct SourceKey {
    /// Provider, colon and id; empty for the key of the username.
    pub id: String,
    /// The password hash.
    pub hash: SourceHash,
    /// When it was created.
    pub created_at: SourceInstant,
}

/// The password hash of a key.
#[derive(Clone, Default)]
pub enum SourceHash {
    /// The key has no password.
    #[default]
    Absent,
    /// The text that a table has.
    InTable(String),
    /// The text that a file has.
    InFile(String),
}

impl fmt::Debug for SourceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceHash(…)")
    }
}

/// A session.
#[derive(Clone, Debug, Default)]
pub struct SourceSession {
    /// What its cookie is known by.
    pub token: SourceToken,
    /// Its id; `None` for a new one.
    pub id: Option<String>,
    /// When it was opened.
    pub created_at: SourceInstant,
    /// The first instant at which it is no longer active; [`SourceInstant::Absent`] where the source knows one period only.
    pub active_until: SourceInstant,
    /// The first instant at which it is dead.
    pub idle_until: SourceInstant,
    /// When it was last presented.
    pub last_used_at: SourceInstant,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// The JSON object to keep of it.
    pub attributes: Option<String>,
}

/// What a session's cookie is known by.
#[derive(Clone, Default)]
pub enum SourceToken {
    /// Nothing that a cookie could be compared with.
    #[default]
    Unusable,
    /// The cookie's text.
    Cookie(String),
    /// The SHA-256 of the cookie's text, in hexadecimal digits.
    Sha256(String),
}

impl fmt::Debug for SourceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceToken(…)")
    }
}

/// An instant as a source has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceInstant {
    /// There is none.
    #[default]
    Absent,
    /// Its text: a number, or ISO 8601.
    Text(String),
}

/// Reads password hashes of other systems.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait HashReader: Send + Sync {
    /// The form in which the hash is kept and verified here; `None` for [`SourceHash::Absent`].
    ///
    /// # Errors
    /// [`HashRefusal`] says why no password could be verified against it.
    fn read(&self, hash: &SourceHash) -> Result<Option<PasswordHash>, HashRefusal>;
}

/// Signs a session token as a source's cookies are signed.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CookieSigner: Send + Sync {
    /// The text of the cookie.
    fn cookie(&self, token: &str) -> String;
}

/// A source could not be read.
#[derive(Debug, Error)]
pub enum SourceError {
    /// It cannot be opened or does not answer.
    #[error("{0} cannot be read")]
    Unreadable(String, #[source] Cause),
    /// The import was asked for something that no source of its kind has.
    #[error("{0}")]
    Wrong(String),
    /// It has not what the import needs.
    #[error("{0}")]
    Lacks(String),
}
