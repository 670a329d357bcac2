//! Everything that can be wrong with a request or with us, and the one place where the errors of use cases become a
//! status, a code and a sentence. The words are the contract's; what a cause says never gets into them.

use std::fmt;
use std::time::Duration;

use doorward_app::{
    ChangePasswordError, DeleteAccountError, Fault, IssueRecoveryCodesError, LogInError, RecoverAccountError,
    SignUpError, SignUpPolicy,
};
use doorward_domain::ports::Cause;
use doorward_domain::{
    InvalidPassword, InvalidUsername, Password, PasswordPolicy, RecoveryCode, Username, UsernamePolicy,
};
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};

use crate::form::FormEcho;
use crate::texts::{Language, Message};

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    /// What a person can do about it.
    pub(crate) detail: Option<Box<Message>>,
    /// The form it belongs to, for a client that wants pages.
    pub(crate) form: Option<FormEcho>,
    /// Whether the answer is JSON whatever the client accepts, as with the bearer transport.
    pub(crate) json_only: bool,
    /// In how many seconds it is worth trying again, where that is known.
    pub(crate) retry_after: Option<u64>,
    /// Whether the connection ends with the answer.
    pub(crate) hangs_up: bool,
    /// What is logged, and only logged.
    pub(crate) cause: Option<Cause>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind) -> Self {
        Self { kind, detail: None, form: None, json_only: false, retry_after: None, hangs_up: false, cause: None }
    }

    pub(crate) fn detail(self, detail: Message) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn caused_by(self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The same as the last answer on its connection.
    pub(crate) fn hang_up(self) -> Self {
        Self { hangs_up: true, ..self }
    }

    pub(crate) fn of_sign_up(error: SignUpError, policy: &SignUpPolicy) -> Self {
        match error {
            SignUpError::Closed => Self::new(ProblemKind::SignupClosed),
            SignUpError::InvalidUsername(error) => {
                Self::new(ProblemKind::InvalidUsername).detail(new_username_advice(error, policy.usernames))
            }
            SignUpError::InvalidPassword(error) => {
                Self::new(ProblemKind::InvalidPassword).detail(new_password_advice(error, &policy.passwords))
            }
            SignUpError::UsernameTaken => Self::new(ProblemKind::UsernameTaken).detail(Message::new("choose-another")),
            SignUpError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_log_in(error: LogInError) -> Self {
        match error {
            LogInError::InvalidUsername(_) => Self::invalid_login_name(),
            LogInError::InvalidPassword(_) => Self::new(ProblemKind::InvalidPassword)
                .detail(Message::new("enter-password").with("max", Password::MAX_CHARS)),
            LogInError::IncorrectCredentials { .. } => Self::new(ProblemKind::IncorrectCredentials),
            LogInError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_change_password(error: ChangePasswordError, rules: &PasswordPolicy) -> Self {
        match error {
            ChangePasswordError::InvalidCurrent(_) => Self::invalid_current_password(),
            ChangePasswordError::InvalidNew(error) => {
                Self::new(ProblemKind::InvalidPassword).detail(new_password_advice(error, rules))
            }
            ChangePasswordError::Incorrect => Self::new(ProblemKind::IncorrectPassword),
            ChangePasswordError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_issue_recovery_codes(error: IssueRecoveryCodesError) -> Self {
        match error {
            IssueRecoveryCodesError::InvalidPassword(_) => Self::invalid_current_password(),
            IssueRecoveryCodesError::PasswordNeeded => {
                Self::new(ProblemKind::InvalidPassword).detail(Message::new("password-for-codes"))
            }
            IssueRecoveryCodesError::Incorrect => Self::new(ProblemKind::IncorrectPassword),
            IssueRecoveryCodesError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_recover_account(error: RecoverAccountError, rules: &PasswordPolicy) -> Self {
        match error {
            RecoverAccountError::InvalidUsername(_) => Self::invalid_login_name(),
            RecoverAccountError::NoCode => Self::new(ProblemKind::IncorrectRecoveryCode)
                .detail(Message::new("code-shape").with("count", RecoveryCode::CHARS)),
            RecoverAccountError::InvalidPassword(error) => {
                Self::new(ProblemKind::InvalidPassword).detail(new_password_advice(error, rules))
            }
            RecoverAccountError::Incorrect { .. } => {
                Self::new(ProblemKind::IncorrectRecoveryCode).detail(Message::new("code-works-once"))
            }
            RecoverAccountError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_delete_account(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::InvalidPassword(_) => Self::invalid_current_password(),
            DeleteAccountError::Incorrect => Self::new(ProblemKind::IncorrectPassword),
            DeleteAccountError::Fault(fault) => fault.into(),
        }
    }

    fn invalid_login_name() -> Self {
        Self::new(ProblemKind::InvalidUsername).detail(Message::new("enter-username").with("max", Username::MAX_CHARS))
    }

    fn invalid_current_password() -> Self {
        Self::new(ProblemKind::InvalidPassword)
            .detail(Message::new("enter-present-password").with("max", Password::MAX_CHARS))
    }
}

/// A wait in whole seconds, at least one (RFC 9110, 10.2.3).
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1)
}

/// What somebody is told who tried too often.
fn wait_advice(seconds: u64) -> Message {
    match seconds {
        0..=90 => Message::new("wait-seconds").with("seconds", seconds),
        _ => Message::new("wait-minutes").with("minutes", seconds.div_ceil(60)),
    }
}

fn new_username_advice(error: InvalidUsername, rules: UsernamePolicy) -> Message {
    match (error, rules) {
        (InvalidUsername::Missing | InvalidUsername::Length, _) => {
            Message::new("use-characters").with("min", Username::MIN_CHARS).with("max", Username::MAX_CHARS)
        }
        (InvalidUsername::SurroundingSpace, _) => Message::new("surrounding-space"),
        (InvalidUsername::Character, UsernamePolicy::Unicode) => Message::new("characters-unicode"),
        (InvalidUsername::Character, UsernamePolicy::Precis) => Message::new("characters-precis"),
        (InvalidUsername::Character, UsernamePolicy::Ascii) => Message::new("characters-ascii"),
        (InvalidUsername::MixedScripts, _) => Message::new("mixed-scripts"),
    }
}

fn new_password_advice(error: InvalidPassword, rules: &PasswordPolicy) -> Message {
    match error {
        InvalidPassword::Missing | InvalidPassword::Length => {
            Message::new("use-characters").with("min", rules.min_chars).with("max", Password::MAX_CHARS)
        }
        InvalidPassword::Common => Message::new("common-password"),
    }
}

/// After how many seconds a client that met a busy server may try again: by then the queue has been worked off.
const OVERLOADED_RETRY_AFTER_SECS: u64 = 5;

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Overloaded => {
                Self { retry_after: Some(OVERLOADED_RETRY_AFTER_SECS), ..Self::new(ProblemKind::Overloaded) }
            }
            Fault::TooManyAttempts { wait } => {
                let seconds = whole_seconds(wait);
                let problem = Self::new(ProblemKind::TooManyAttempts).detail(wait_advice(seconds));
                Self { retry_after: Some(seconds), ..problem }
            }
            Fault::Unavailable(_) => Self::new(ProblemKind::Unavailable).caused_by(fault),
            Fault::Unforeseen(_) => Self::new(ProblemKind::Unknown).caused_by(fault),
        }
    }
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

/// What kinds of problem there are: the contract's table.
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

/// An error as JSON.
#[derive(Object)]
#[oai(rename = "Error")]
pub(crate) struct ProblemBody {
    /// What is wrong, in a sentence.
    pub(crate) error: String,
    /// What is wrong, for programs; it never changes.
    pub(crate) code: String,
    /// What a person can do about it.
    #[oai(skip_serializing_if_is_none)]
    pub(crate) detail: Option<String>,
}

impl From<&Problem> for ProblemBody {
    fn from(problem: &Problem) -> Self {
        Self {
            error: problem.kind.sentence().into(),
            code: problem.kind.code().into(),
            detail: problem.detail.as_ref().map(|detail| Language::English.texts().message(detail)),
        }
    }
}

/// How the problems of an operation stand in the `OpenAPI` document: any problem may come of any operation, each status
/// once.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let mut statuses: Vec<StatusCode> = ProblemKind::ALL.map(ProblemKind::status).to_vec();
        statuses.dedup();
        let content = || {
            vec![
                MetaMediaType { content_type: "application/json; charset=utf-8", schema: ProblemBody::schema_ref() },
                MetaMediaType { content_type: "text/html; charset=utf-8", schema: String::schema_ref() },
            ]
        };
        let responses = statuses
            .into_iter()
            .map(|status| MetaResponse {
                description: status.canonical_reason().unwrap_or_default(),
                status: Some(status.as_u16()),
                status_range: None,
                content: content(),
                headers: headers(status),
            })
            .collect();
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

/// What stands in the head of a problem with this status.
fn headers(status: StatusCode) -> Vec<MetaHeader> {
    let header = |name: &str, required, description: &str, schema| {
        let (name, description) = (name.into(), Some(description.into()));
        vec![MetaHeader { name, description, required, deprecated: false, schema }]
    };
    match status {
        StatusCode::UNAUTHORIZED => header("WWW-Authenticate", true, "`Bearer`", String::schema_ref()),
        StatusCode::METHOD_NOT_ALLOWED => header("Allow", true, "The methods of this path", String::schema_ref()),
        StatusCode::INTERNAL_SERVER_ERROR => {
            header("X-Request-Id", true, "By which the log has the cause", String::schema_ref())
        }
        StatusCode::TOO_MANY_REQUESTS => header("Retry-After", true, "Seconds to wait", u64::schema_ref()),
        StatusCode::SERVICE_UNAVAILABLE => {
            header("Retry-After", false, "Seconds to wait, with `overloaded`", u64::schema_ref())
        }
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_a_status_of_an_error() {
        let codes: HashSet<_> = ProblemKind::ALL.map(ProblemKind::code).into_iter().collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind:?}");
        }
    }

    #[test]
    fn each_status_stands_once_in_the_document() {
        let statuses: Vec<_> = Problem::meta().responses.iter().map(|response| response.status).collect();
        assert_eq!(statuses.iter().collect::<HashSet<_>>().len(), statuses.len());
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_of_which_there_is_at_least_one() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (300_000, 300)] {
            let problem = Problem::from(Fault::TooManyAttempts { wait: Duration::from_millis(millis) });
            assert_eq!(problem.retry_after, Some(seconds), "{millis} ms");
            assert!(ProblemBody::from(&problem).detail.is_some_and(|detail| detail.starts_with("Wait ")));
        }
    }

    #[test]
    fn a_cause_gets_into_no_answer() {
        let problem = Problem::from(Fault::Unforeseen("secret of the store".into()));
        let body = ProblemBody::from(&problem);
        assert_eq!((body.error.as_str(), body.detail), ("An unknown error occurred", None));
        assert_eq!(problem.to_string(), "An unknown error occurred");
    }
}
