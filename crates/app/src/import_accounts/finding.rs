//! What an import finds, as reports name it.

use doorward_domain::ImportReason;

/// That a part of an account is not imported as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line of the file.
    pub line: Option<u64>,
    /// The user's id, as the source has it.
    pub user_id: Option<String>,
    /// The username, as the source has it.
    pub username: Option<String>,
    /// The part.
    pub part: Part,
    /// The reason.
    pub reason: ImportReason,
}

/// A part of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The user as a whole.
    User,
    /// The password of a key.
    Password,
    /// A key.
    Key,
    /// A session.
    Session,
    /// The attributes.
    Attributes,
}

impl Part {
    /// The name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Password => "password",
            Self::Key => "key",
            Self::Session => "session",
            Self::Attributes => "attributes",
        }
    }
}
