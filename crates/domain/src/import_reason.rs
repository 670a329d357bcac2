//! Why a part of an account of another system is not imported as it is.

use crate::password::HashRefusal;

/// A reason in a report of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportReason {
    /// The source has no id for the user.
    UserIdMissing,
    /// The id is not 1 to 128 printable ASCII characters without space, `"`, `\` and `,`.
    UserIdInvalid,
    /// Two users of the source have the id.
    UserIdDuplicate,
    /// Another user of the store has the id.
    UserIdTaken,
    /// The user has no name to sign in with.
    UsernameMissing,
    /// No character of the name shows, or it has a U+0000.
    UsernameInvalid,
    /// The name is longer than names may be.
    UsernameTooLong,
    /// Another user of the source or the store has the name in some spelling.
    UsernameTaken,
    /// The password hash is damaged or incomplete.
    HashMalformed,
    /// The password hash leaves open which parameters it was made with.
    HashAmbiguous,
    /// The password hash is of a scheme that is not supported.
    HashUnsupported,
    /// The password hash costs too much to verify.
    HashTooCostly,
    /// The provider or the id of a key is not allowed, or another user has the key.
    KeyInvalid,
    /// The token of a session has no form that a cookie could have here, or two sessions have it.
    SessionFormat,
    /// The token of a session is short enough to be guessed.
    SessionGuessable,
    /// The attributes are not one JSON object within the bounds.
    Attributes,
    /// The user needs a second factor, which Doorward does not have.
    SecondFactor,
    /// The line has a password.
    PasswordInClear,
    /// The line is not a JSON object of the format.
    NotJson,
    /// The line has a field that the format does not know.
    FieldUnknown,
    /// The line has a field twice.
    FieldDuplicate,
    /// An instant is neither a number nor ISO 8601.
    Instant,
    /// The name that the user types is not the username, and is kept.
    UsernameDiffers,
    /// No new user may have the name.
    UsernameNotAllowedToday,
    /// The user is disabled, and is imported so, without sessions.
    Disabled,
    /// The user's second factor is left out.
    SecondFactorDropped,
    /// The user was imported before, and stays as they are.
    AlreadyImported,
}

impl ImportReason {
    /// All reasons, refusals first.
    pub const ALL: [Self; 27] = [
        Self::UserIdMissing,
        Self::UserIdInvalid,
        Self::UserIdDuplicate,
        Self::UserIdTaken,
        Self::UsernameMissing,
        Self::UsernameInvalid,
        Self::UsernameTooLong,
        Self::UsernameTaken,
        Self::HashMalformed,
        Self::HashAmbiguous,
        Self::HashUnsupported,
        Self::HashTooCostly,
        Self::KeyInvalid,
        Self::SessionFormat,
        Self::SessionGuessable,
        Self::Attributes,
        Self::SecondFactor,
        Self::PasswordInClear,
        Self::NotJson,
        Self::FieldUnknown,
        Self::FieldDuplicate,
        Self::Instant,
        Self::UsernameDiffers,
        Self::UsernameNotAllowedToday,
        Self::Disabled,
        Self::SecondFactorDropped,
        Self::AlreadyImported,
    ];

    /// The name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserIdMissing => "user_id_missing",
            Self::UserIdInvalid => "user_id_invalid",
            Self::UserIdDuplicate => "user_id_duplicate",
            Self::UserIdTaken => "user_id_taken",
            Self::UsernameMissing => "username_missing",
            Self::UsernameInvalid => "username_invalid",
            Self::UsernameTooLong => "username_too_long",
            Self::UsernameTaken => "username_taken",
            Self::HashMalformed => "hash_malformed",
            Self::HashAmbiguous => "hash_ambiguous",
            Self::HashUnsupported => "hash_unsupported",
            Self::HashTooCostly => "hash_too_costly",
            Self::KeyInvalid => "key_invalid",
            Self::SessionFormat => "session_format",
            Self::SessionGuessable => "session_guessable",
            Self::Attributes => "attributes",
            Self::SecondFactor => "second_factor",
            Self::PasswordInClear => "password_in_clear",
            Self::NotJson => "not_json",
            Self::FieldUnknown => "field_unknown",
            Self::FieldDuplicate => "field_duplicate",
            Self::Instant => "instant",
            Self::UsernameDiffers => "username_differs",
            Self::UsernameNotAllowedToday => "username_not_allowed_today",
            Self::Disabled => "disabled",
            Self::SecondFactorDropped => "second_factor_dropped",
            Self::AlreadyImported => "already_imported",
        }
    }

    /// Whether the account is imported with it all the same.
    #[must_use]
    pub const fn is_remark(self) -> bool {
        matches!(
            self,
            Self::UsernameDiffers
                | Self::UsernameNotAllowedToday
                | Self::Disabled
                | Self::SecondFactorDropped
                | Self::AlreadyImported
        )
    }
}

impl From<HashRefusal> for ImportReason {
    fn from(refusal: HashRefusal) -> Self {
        match refusal {
            HashRefusal::Malformed => Self::HashMalformed,
            HashRefusal::Ambiguous => Self::HashAmbiguous,
            HashRefusal::Unsupported => Self::HashUnsupported,
            HashRefusal::TooCostly => Self::HashTooCostly,
        }
    }
}
