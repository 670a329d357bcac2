//! The errors of the contract, each kind with its status, code and sentence. A cause goes to the log and never into a
//! response.

use std::fmt;

use doorward_domain::error_chain;
use doorward_domain::ports::Cause;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem_openapi::Enum;

use crate::audit::{Audit, AuditEvent};
use crate::texts::Message;

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    /// Advice for the user.
    pub(crate) detail: Option<Box<Message>>,
    /// The field that is wrong, where it is one.
    pub(crate) field: Option<Field>,
    /// What is wrong with the field.
    pub(crate) reason: Option<Reason>,
    /// The problems of further fields of the same form.
    pub(crate) further: Vec<Self>,
    /// Seconds after which a retry makes sense, where that is known.
    pub(crate) retry_after: Option<u64>,
    /// Whether the server closes the connection after the response.
    pub(crate) hangs_up: bool,
    /// The cause, for the log only.
    pub(crate) cause: Option<Cause>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind) -> Self {
        let (field, reason) = (kind.field(), kind.reason());
        Self { kind, detail: None, field, reason, further: vec![], retry_after: None, hangs_up: false, cause: None }
    }

    /// The problems of a form's fields as one, of the kind of the first; `None` where there are none.
    pub(crate) fn of_fields(problems: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let mut problems = problems.into_iter().flatten();
        let first = problems.next()?;
        Some(Self { further: problems.collect(), ..first })
    }

    /// The problem and those of further fields.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.further)
    }

    /// The same, about this field.
    pub(crate) fn field(self, field: Field) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The same, for this reason.
    pub(crate) fn reason(self, reason: Reason) -> Self {
        Self { reason: Some(reason), ..self }
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
        let cause = self.cause.as_ref().map(|cause| error_chain(cause.as_ref())).unwrap_or_default();
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

/// A field of a request, by its name there.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[oai(rename = "ErrorField", rename_all = "camelCase")]
pub(crate) enum Field {
    Username,
    Password,
    CurrentPassword,
    NewPassword,
    Code,
    Invitation,
    Transport,
    UserId,
    KeyId,
    Attributes,
    Disabled,
    PasswordLink,
    Uses,
    ExpiresIn,
}

/// What is wrong with a field. A program can choose its own words by it.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[oai(rename = "ErrorReason", rename_all = "snake_case")]
pub(crate) enum Reason {
    /// It is missing, empty, or not a string.
    Required,
    /// It has fewer characters than the shortest allowed one.
    TooShort,
    /// It has more characters than the longest allowed one.
    TooLong,
    /// It is one of the passwords that are guessed first.
    TooCommon,
    /// It is the username, perhaps repeated or with digits and punctuation around it.
    ContainsUsername,
    /// It starts or ends with a space.
    SurroundingSpace,
    /// It has a character that does not show.
    InvisibleCharacter,
    /// It has a character that the operator's policy does not allow.
    CharacterNotAllowed,
    /// It mixes letters of scripts that look alike.
    MixedScripts,
    /// It is a username that sign-up refuses, such as `admin`.
    Reserved,
    /// It is the user's password.
    IsPassword,
    /// It is not the username of the invitation.
    NotInvited,
    /// Another user has it.
    Taken,
    /// It is not the right one.
    Incorrect,
    /// It is none of the values that this field can have.
    Malformed,
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

/// The kinds of problem: the contract's table. They never change their names.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[oai(rename = "ErrorCode", rename_all = "snake_case")]
pub(crate) enum ProblemKind {
    InvalidUsername,
    InvalidPassword,
    InvalidUserId,
    InvalidKeyId,
    InvalidAttributes,
    UsernameTaken,
    UserIdTaken,
    KeyTaken,
    IncorrectCredentials,
    IncorrectPassword,
    IncorrectRecoveryCode,
    InvalidLink,
    MalformedRequest,
    Unauthenticated,
    CrossOrigin,
    SignupClosed,
    InvitationRequired,
    AccountDisabled,
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
    pub(crate) const ALL: [Self; 28] = [
        Self::InvalidUsername,
        Self::InvalidPassword,
        Self::InvalidUserId,
        Self::InvalidKeyId,
        Self::InvalidAttributes,
        Self::UsernameTaken,
        Self::UserIdTaken,
        Self::KeyTaken,
        Self::IncorrectCredentials,
        Self::IncorrectPassword,
        Self::IncorrectRecoveryCode,
        Self::InvalidLink,
        Self::MalformedRequest,
        Self::Unauthenticated,
        Self::CrossOrigin,
        Self::SignupClosed,
        Self::InvitationRequired,
        Self::AccountDisabled,
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
            Self::InvalidUserId => (StatusCode::BAD_REQUEST, "invalid_user_id", "Invalid user id"),
            Self::InvalidKeyId => (StatusCode::BAD_REQUEST, "invalid_key_id", "Invalid key id"),
            Self::InvalidAttributes => (StatusCode::BAD_REQUEST, "invalid_attributes", "Invalid attributes"),
            Self::UsernameTaken => (StatusCode::BAD_REQUEST, "username_taken", "Username already taken"),
            Self::UserIdTaken => (StatusCode::BAD_REQUEST, "user_id_taken", "User id already taken"),
            Self::KeyTaken => (StatusCode::BAD_REQUEST, "key_taken", "Key already taken"),
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
            Self::InvitationRequired => (StatusCode::FORBIDDEN, "invitation_required", "Sign-up is by invitation"),
            Self::InvalidLink => (StatusCode::BAD_REQUEST, "invalid_link", "Invalid link"),
            Self::AccountDisabled => (StatusCode::FORBIDDEN, "account_disabled", "Account is disabled"),
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
            Self::InvitationRequired => Some(Field::Invitation),
            Self::InvalidUserId | Self::UserIdTaken => Some(Field::UserId),
            Self::InvalidKeyId | Self::KeyTaken => Some(Field::KeyId),
            Self::InvalidAttributes => Some(Field::Attributes),
            _ => None,
        }
    }

    /// The reason of a problem of this kind, unless the problem names another.
    const fn reason(self) -> Option<Reason> {
        match self {
            Self::UsernameTaken | Self::UserIdTaken | Self::KeyTaken => Some(Reason::Taken),
            Self::InvitationRequired => Some(Reason::Required),
            Self::InvalidLink => Some(Reason::Incorrect),
            Self::IncorrectCredentials | Self::IncorrectPassword | Self::IncorrectRecoveryCode => {
                Some(Reason::Incorrect)
            }
            _ => None,
        }
    }

    /// Whether the problem is about a form without telling which of its fields is wrong.
    pub(crate) const fn is_about_form(self) -> bool {
        matches!(
            self,
            Self::IncorrectCredentials
                | Self::IncorrectRecoveryCode
                | Self::AccountDisabled
                | Self::TooManyAttempts
                | Self::Overloaded
        )
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

    use poem_openapi::types::ToJSON;

    use super::*;

    #[test]
    fn each_kind_has_its_own_code_and_an_error_status() {
        let codes: HashSet<_> = ProblemKind::ALL.map(ProblemKind::code).into_iter().collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind:?}");
            assert_eq!(kind.to_json_string(), format!("{:?}", kind.code()), "the document has the same names");
        }
    }
}
