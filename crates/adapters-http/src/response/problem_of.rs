//! Turns the errors of use cases into problems with advice.

use std::time::Duration;

use doorward_app::{
    ChangePasswordError, DeleteAccountError, Fault, IssueRecoveryCodesError, LogInError, RecoverAccountError,
    SignUpError, SignUpPolicy,
};
use doorward_domain::{
    InvalidPassword, InvalidUsername, Password, PasswordPolicy, RecoveryCode, Username, UsernamePolicy,
};

use crate::response::problem::{Field, Problem, ProblemKind};
use crate::texts::Message;

impl Problem {
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

    pub(crate) fn of_change_password(error: ChangePasswordError, policy: &PasswordPolicy) -> Self {
        match error {
            ChangePasswordError::InvalidCurrent(_) => Self::invalid_current_password().field(Field::CurrentPassword),
            ChangePasswordError::InvalidNew(error) => Self::invalid_new_password(error, policy),
            ChangePasswordError::Incorrect => Self::new(ProblemKind::IncorrectPassword).field(Field::CurrentPassword),
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

    pub(crate) fn of_recover_account(error: RecoverAccountError, policy: &PasswordPolicy) -> Self {
        match error {
            RecoverAccountError::InvalidUsername(_) => Self::invalid_login_name(),
            RecoverAccountError::NoCode => Self::new(ProblemKind::IncorrectRecoveryCode)
                .detail(Message::new("code-shape").with("count", RecoveryCode::CHARS)),
            RecoverAccountError::InvalidPassword(error) => Self::invalid_new_password(error, policy),
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

    fn invalid_new_password(error: InvalidPassword, policy: &PasswordPolicy) -> Self {
        Self::new(ProblemKind::InvalidPassword).field(Field::NewPassword).detail(new_password_advice(error, policy))
    }

    fn invalid_login_name() -> Self {
        Self::new(ProblemKind::InvalidUsername).detail(Message::new("enter-username").with("max", Username::MAX_CHARS))
    }

    fn invalid_current_password() -> Self {
        Self::new(ProblemKind::InvalidPassword)
            .detail(Message::new("enter-current-password").with("max", Password::MAX_CHARS))
    }
}

/// A wait in whole seconds, at least one (RFC 9110, 10.2.3).
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1)
}

/// The advice to a client that has to wait.
fn wait_advice(seconds: u64) -> Message {
    match seconds {
        0..=90 => Message::new("wait-seconds").with("seconds", seconds),
        _ => Message::new("wait-minutes").with("minutes", seconds.div_ceil(60)),
    }
}

fn new_username_advice(error: InvalidUsername, policy: UsernamePolicy) -> Message {
    match (error, policy) {
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

fn new_password_advice(error: InvalidPassword, policy: &PasswordPolicy) -> Message {
    match error {
        InvalidPassword::Missing | InvalidPassword::Length => {
            Message::new("use-characters").with("min", policy.min_chars).with("max", Password::MAX_CHARS)
        }
        InvalidPassword::Common => Message::new("common-password"),
    }
}

/// Seconds after which a client of a busy server may retry. By then the queue is worked off.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::problem_body::ProblemBody;

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (300_000, 300)] {
            let problem = Problem::from(Fault::TooManyAttempts { wait: Duration::from_millis(millis) });
            assert_eq!(problem.retry_after, Some(seconds), "{millis} ms");
            assert!(ProblemBody::from(&problem).detail.is_some_and(|detail| detail.starts_with("Wait ")));
        }
    }

    #[test]
    fn a_cause_is_in_no_response() {
        let problem = Problem::from(Fault::Unforeseen("secret of the store".into()));
        let body = ProblemBody::from(&problem);
        assert_eq!((body.error.as_str(), body.detail), ("An unknown error occurred", None));
        assert_eq!(problem.to_string(), "An unknown error occurred");
    }
}
