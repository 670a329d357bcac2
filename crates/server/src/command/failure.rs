//! Why a command did nothing: one line, and an exit status of `sysexits.h`.

use doorward_adapters_sql::ConnectError;
use doorward_app::Fault;
use doorward_domain::{InvalidKeyId, InvalidPassword, InvalidUsername, error_chain};

/// A command that did nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    line: String,
}

/// What went wrong, as far as a script can do something about it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Something unforeseen.
    Failed = 1,
    /// The command was not put right (`EX_USAGE`).
    Usage = 64,
    /// What it was given cannot be taken: a name, a password, JSON (`EX_DATAERR`).
    Data = 65,
    /// There is no such user, key or session (`EX_NOUSER`).
    NotFound = 67,
    /// The store cannot be opened or does not answer (`EX_UNAVAILABLE`).
    Unavailable = 69,
    /// It is taken (`EX_CANTCREAT`).
    Taken = 73,
    /// It is not the password (`EX_NOPERM`).
    Incorrect = 77,
}

impl Failure {
    pub(super) fn new(kind: Kind, line: impl Into<String>) -> Self {
        Self { kind, line: line.into() }
    }

    pub(super) fn from_store(error: &ConnectError) -> Self {
        Self::new(Kind::Unavailable, error.to_string())
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        self.kind as u8
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

impl From<InvalidUsername> for Failure {
    fn from(error: InvalidUsername) -> Self {
        Self::new(Kind::Data, error.to_string())
    }
}

impl From<InvalidPassword> for Failure {
    fn from(error: InvalidPassword) -> Self {
        Self::new(Kind::Data, error.to_string())
    }
}

impl From<InvalidKeyId> for Failure {
    fn from(error: InvalidKeyId) -> Self {
        Self::new(Kind::Data, error.to_string())
    }
}
