//! The errors of the contract, each kind with its status, code and sentence. A cause goes to the log and never into a
//! response.

use std::fmt;

use doorward_domain::ports::Cause;
use poem::error::ResponseError;
use poem::http::StatusCode;

use crate::audit::{Audit, AuditEvent};
use crate::texts::Message;

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    /// Advice for the user.
    pub(crate) detail: Option<Box<Message>>,
    /// The field that is wrong.
    pub(crate) field: Option<Field>,
    /// Seconds after which a retry makes sense, where that is known.
    pub(crate) retry_after: Option<u64>,
    /// Whether the server closes the connection after the response.
    pub(crate) hangs_up: bool,
    /// The cause, for the log only.
    pub(crate) cause: Option<Cause>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind) -> Self {
        Self { kind, detail: None, field: kind.field(), retry_after: None, hangs_up: false, cause: None }
    }

    /// The same, about this field.
    pub(crate) fn field(self, field: Field) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The same, with advice for the user.
    pub(crate) fn detail(self, detail: Message) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The same, with a cause for the log.
    pub(crate) fn caused_by(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The same, closing the connection after the response.
    pub(crate) fn hang_up(self) -> Self {
        Self { hangs_up: true, ..self }
    }
}

impl Problem {
    /// Logs the problem once, with the chain of its causes.
    pub(crate) fn log(&self, audit: &Audit) {
        let code = self.kind.code();
        let chain = std::iter::successors(std::error::Error::source(self), |error| error.source());
        let cause = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        match self.kind {
            ProblemKind::Unknown => tracing::error!(code, cause, "failed"),
            ProblemKind::Unavailable | ProblemKind::Overloaded => tracing::warn!(code, cause, "refused"),
            ProblemKind::TooManyAttempts => audit.note(AuditEvent::TooManyAttempts, None),
            ProblemKind::CrossOrigin => {
                audit.note(AuditEvent::CrossOrigin, None);
                tracing::info!(code, cause, "refused");
            }
            _ => tracing::debug!(code, cause, "refused"),
        }
    }
}

/// A field of a form, or the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// More than one field. The response does not tell which one is wrong.
    Form,
    Username,
    Password,
    CurrentPassword,
    NewPassword,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.status()
    }
}

/// The kinds of problem: the contract's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    InvalidUsername,
    InvalidPassword,
    UsernameTaken,
    IncorrectCredentials,
    IncorrectPassword,
    IncorrectRecoveryCode,
    MalformedRequest,
    Unauthenticated,
    CrossOrigin,
    SignupClosed,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    TooManyAttempts,
    HeaderFieldsTooLarge,
    Unknown,
    Overloaded,
    Unavailable,
}

impl ProblemKind {
    pub(crate) const ALL: [Self; 20] = [
        Self::InvalidUsername,
        Self::InvalidPassword,
        Self::UsernameTaken,
        Self::IncorrectCredentials,
        Self::IncorrectPassword,
        Self::IncorrectRecoveryCode,
        Self::MalformedRequest,
        Self::Unauthenticated,
        Self::CrossOrigin,
        Self::SignupClosed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyAttempts,
        Self::HeaderFieldsTooLarge,
        Self::Unknown,
        Self::Overloaded,
        Self::Unavailable,
    ];

    const fn row(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidUsername => (StatusCode::BAD_REQUEST, "invalid_username", "Invalid username"),
            Self::InvalidPassword => (StatusCode::BAD_REQUEST, "invalid_password", "Invalid password"),
            Self::UsernameTaken => (StatusCode::BAD_REQUEST, "username_taken", "Username already taken"),
            Self::IncorrectCredentials => {
                (StatusCode::BAD_REQUEST, "incorrect_credentials", "Incorrect username or password")
            }
            Self::IncorrectPassword => (StatusCode::BAD_REQUEST, "incorrect_password", "Incorrect password"),
            Self::IncorrectRecoveryCode => {
                (StatusCode::BAD_REQUEST, "incorrect_recovery_code", "Incorrect username or recovery code")
            }
            Self::MalformedRequest => (StatusCode::BAD_REQUEST, "malformed_request", "Malformed request"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Unauthenticated"),
            Self::CrossOrigin => (StatusCode::FORBIDDEN, "cross_origin", "Cross-origin request refused"),
            Self::SignupClosed => (StatusCode::FORBIDDEN, "signup_closed", "Sign-up is closed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed"),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout", "Request timed out"),
            Self::PayloadTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "Payload too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type")
            }
            Self::TooManyAttempts => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts"),
            Self::HeaderFieldsTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "header_fields_too_large",
                "Request header fields too large",
            ),
            Self::Unknown => (StatusCode::INTERNAL_SERVER_ERROR, "unknown", "An unknown error occurred"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Server is busy"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Store unavailable"),
        }
    }

    /// The field of a problem of this kind, unless the problem names another.
    const fn field(self) -> Option<Field> {
        match self {
            Self::InvalidUsername | Self::UsernameTaken => Some(Field::Username),
            Self::InvalidPassword | Self::IncorrectPassword => Some(Field::Password),
            Self::IncorrectCredentials | Self::IncorrectRecoveryCode => Some(Field::Form),
            _ => None,
        }
    }

    pub(crate) const fn status(self) -> StatusCode {
        self.row().0
    }

    pub(crate) const fn code(self) -> &'static str {
        self.row().1
    }

    pub(crate) const fn sentence(self) -> &'static str {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_kind_has_its_own_code_and_an_error_status() {
        let codes: HashSet<_> = ProblemKind::ALL.map(ProblemKind::code).into_iter().collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind:?}");
        }
    }
}
