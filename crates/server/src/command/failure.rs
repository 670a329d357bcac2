//! Why a command did nothing: a line, perhaps one more for each wrong item of a list, and an exit status of `sysexits.h`.

use doorward_adapters_sql::ConnectError;
use doorward_app::Fault;
use doorward_domain::{
    InvalidKeyId, InvalidPassword, InvalidUsername, Password, PasswordPolicy, User, Username, UsernameRules,
    error_chain,
};

use super::record::escaped;

/// A command that did nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    line: String,
    details: Vec<String>,
}

/// What went wrong, as far as a script can do something about it. The numbers are those of `sysexits.h`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Failed = 1,
    /// `EX_USAGE`
    Usage = 64,
    /// `EX_DATAERR`
    Data = 65,
    /// `EX_NOINPUT`
    NoInput = 66,
    /// `EX_NOUSER`
    NotFound = 67,
    /// `EX_UNAVAILABLE`
    Unavailable = 69,
    /// `EX_CANTCREAT`
    Taken = 73,
    /// `EX_TEMPFAIL`
    Interrupted = 75,
    /// `EX_NOPERM`
    Incorrect = 77,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Failed,
        Self::Usage,
        Self::Data,
        Self::NoInput,
        Self::NotFound,
        Self::Unavailable,
        Self::Taken,
        Self::Interrupted,
        Self::Incorrect,
    ];

    const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => {
                "something unforeseen, a server that is not ready (`health`), or a question answered with no"
            }
            Self::Usage => "the command or a setting is wrong",
            Self::Data => {
                "a name, a password, JSON or another argument that cannot be taken, the user is disabled, or nothing was imported"
            }
            Self::NoInput => "a file or the source of an import cannot be read, or lacks what it must have",
            Self::NotFound => "there is no such user, key, session, link or invitation",
            Self::Unavailable => "the store cannot be opened or does not answer",
            Self::Taken => "the username, the user id or the key is taken",
            Self::Interrupted => "it was interrupted, and goes on when it is run again (`import`)",
            Self::Incorrect => "it is not the password (`key use`)",
        }
    }
}

/// The exit statuses of the program, and what they mean.
pub(crate) fn exit_statuses() -> impl Iterator<Item = (u8, &'static str)> {
    let failures = Kind::ALL.into_iter().map(|kind| (kind as u8, kind.meaning()));
    std::iter::once((0, "it is done")).chain(failures)
}

impl Failure {
    pub(super) fn new(kind: Kind, line: impl Into<String>) -> Self {
        Self { kind, line: line.into(), details: vec![] }
    }

    /// With lines to print before its own.
    pub(super) fn with_details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }

    /// A line, and what the user of the command probably meant.
    pub(super) fn with_suggestion(kind: Kind, line: &str, meant: &str) -> Self {
        Self::new(kind, format!("{line}; did you mean `{}`?", escaped(meant)))
    }

    pub(super) fn from_store(error: &ConnectError) -> Self {
        Self::new(Kind::Unavailable, error.to_string())
    }

    /// A disabled user, whom nothing signs in.
    pub(super) fn disabled(user: &User) -> Self {
        let enable = format!("doorward user enable {}", user.id.as_str());
        Self::new(Kind::Data, format!("the user is disabled; enable them first with `{enable}`"))
    }

    /// A new password that breaks a rule.
    pub(super) fn from_password(error: InvalidPassword, rules: &PasswordPolicy) -> Self {
        let length = |what| {
            format!("the password is {what}; it must have {} to {} characters", rules.min_chars, Password::MAX_CHARS)
        };
        let line = match error {
            InvalidPassword::Missing => length("empty"),
            InvalidPassword::TooShort => length("too short"),
            InvalidPassword::TooLong => length("too long"),
            InvalidPassword::IsUsername | InvalidPassword::Common => error.to_string(),
        };
        Self::new(Kind::Data, line)
    }

    /// A new username that breaks a rule.
    pub(super) fn from_username(error: InvalidUsername, rules: UsernameRules) -> Self {
        let length = |what| {
            let (min, max) = (Username::MIN_CHARS, rules.max_chars);
            format!("the username is {what}; it must have {min} to {max} characters")
        };
        let line = match error {
            InvalidUsername::Missing => length("empty"),
            InvalidUsername::TooShort => length("too short"),
            InvalidUsername::TooLong => length("too long"),
            InvalidUsername::Character => {
                "the username has a character that DOORWARD_USERNAMES does not allow".to_owned()
            }
            _ => error.to_string(),
        };
        Self::new(Kind::Data, line)
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        self.kind as u8
    }

    /// Whether the command is wrong.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self.kind, Kind::Usage)
    }

    /// Whether there is no such record.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self.kind, Kind::NotFound)
    }

    /// The lines before the last one.
    pub(crate) fn details(&self) -> &[String] {
        &self.details
    }

    /// The line.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }
}

/// Shows the causes, which the operator alone may see.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let kind = match fault {
            Fault::Unavailable(_) | Fault::Overloaded => Kind::Unavailable,
            Fault::TooManyAttempts { .. } | Fault::Unforeseen(_) => Kind::Failed,
        };
        Self::new(kind, error_chain(&fault).replace('\n', " "))
    }
}

impl From<InvalidKeyId> for Failure {
    fn from(error: InvalidKeyId) -> Self {
        Self::new(Kind::Data, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_password_of_another_length_is_told_the_numbers() {
        let rules = PasswordPolicy { min_chars: 12, ..PasswordPolicy::DEFAULT };
        for error in [InvalidPassword::Missing, InvalidPassword::TooShort, InvalidPassword::TooLong] {
            let failure = Failure::from_password(error, &rules);
            assert!(failure.line().ends_with("it must have 12 to 255 characters"), "{}", failure.line());
        }
        for error in [InvalidUsername::Missing, InvalidUsername::TooShort, InvalidUsername::TooLong] {
            let failure = Failure::from_username(error, UsernameRules { max_chars: 100, ..UsernameRules::DEFAULT });
            assert!(failure.line().ends_with("it must have 4 to 100 characters"), "{}", failure.line());
        }
    }

    #[test]
    fn the_configuration_page_has_every_exit_status() {
        let page = include_str!("../../../../docs/configuration.md");
        for (status, meaning) in exit_statuses() {
            let row = format!("| {status} | {meaning} |\n");
            assert!(page.contains(&row), "{row}");
        }
    }
}
