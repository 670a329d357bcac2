//! What an operator says about a source, and what is known of it when it is open.

use std::fmt;
use std::sync::Arc;

use doorward_domain::ports::{AccountSource, CookieSigner};

/// A system that accounts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignSystem {
    /// Lucia 1 and 2.
    LuciaV2,
    /// Lucia 3, and the code that Lucia's site offers in its place.
    LuciaV3,
    /// Better Auth.
    BetterAuth,
}

/// What an operator says about a source.
#[derive(Clone, Default)]
pub struct SourceOptions {
    /// The table of users.
    pub user_table: Option<String>,
    /// The table of keys or accounts.
    pub key_table: Option<String>,
    /// The table of sessions.
    pub session_table: Option<String>,
    /// The table of keys of other providers, for [`ForeignSystem::LuciaV3`].
    pub oauth_table: Option<String>,
    /// Columns by the names of the fields that they hold.
    pub columns: Vec<(String, String)>,
    /// Where users without a username get one.
    pub username_from: UsernameFrom,
    /// The columns that become attributes.
    pub attributes: AttributeColumns,
    /// Whether sessions are left out.
    pub without_sessions: bool,
    /// What a session's id is, for [`ForeignSystem::LuciaV3`]; `None` to find out.
    pub session_ids: Option<SessionIds>,
    /// Signs tokens as [`ForeignSystem::BetterAuth`] does. Without it no session is read there.
    pub signer: Option<Arc<dyn CookieSigner>>,
}

/// Where users without a username get one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UsernameFrom {
    /// Nowhere.
    #[default]
    Column,
    /// The e-mail address is their username.
    Email,
    /// The id of their key of this provider is their username, and its password theirs.
    Key(String),
}

/// The columns of the table of users that become attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AttributeColumns {
    /// None.
    #[default]
    None,
    /// All but ids, usernames, binary columns, and those whose names sound like a secret.
    All,
    /// These.
    Named(Vec<String>),
}

/// What the id of a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionIds {
    /// The text of the cookie.
    Plain,
    /// The SHA-256 of the text of the cookie.
    Sha256,
}

/// A source that is open.
pub struct OpenSource {
    /// The accounts.
    pub accounts: Box<dyn AccountSource>,
    /// The tables that they are read from.
    pub tables: Vec<String>,
    /// What the ids of sessions are.
    pub session_ids: SessionIds,
}

impl fmt::Debug for OpenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenSource").field("tables", &self.tables).finish_non_exhaustive()
    }
}
