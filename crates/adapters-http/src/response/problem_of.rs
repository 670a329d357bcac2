//! Turns the errors of use cases into problems with advice.

use std::time::Duration;

use doorward_app::admin::{
    CreateInvitationError, CreateKeyError, CreatePasswordLinkError, CreateSessionError, CreateUserError,
    CreateUsersError, InvalidLifetime, SetPasswordError, UpdateUserError, UserRefusal, VerifyKeyError,
};
use doorward_app::{
    ChangePasswordError, ChangeUsernameError, DeleteAccountError, Fault, InvalidClaim, InvalidCredentials,
    IssueRecoveryCodesError, LinkError, LogInError, RecoverAccountError, ResetPasswordError, SignUpError, SignUpPolicy,
};
use doorward_domain::{
    InvalidAttributes, InvalidPassword, InvalidUsername, OneTimeCode, Password, PasswordPolicy, Username,
    UsernamePolicy, UsernameRules,
};

use crate::response::problem::{Field, Problem, ProblemKind, Reason};
use crate::texts::Message;

impl Problem {
    pub(crate) fn of_sign_up(error: SignUpError, policy: &SignUpPolicy) -> Self {
        match error {
            SignUpError::Closed => Self::new(ProblemKind::SignupClosed),
            SignUpError::InvitationRequired => {
                Self::new(ProblemKind::InvitationRequired).detail(Message::new("enter-invitation"))
            }
            SignUpError::InvalidLink(_) => Self::invalid_link(Field::Invitation),
            SignUpError::Invalid(InvalidCredentials { username, password }) => Self::of_invalid_fields([
                username.map(|error| Self::invalid_new_username(error, policy.usernames)),
                password.map(|error| Self::invalid_new_password(error, &policy.passwords)),
            ]),
            SignUpError::UsernameTaken => Self::new(ProblemKind::UsernameTaken).detail(Message::new("choose-another")),
            SignUpError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_log_in(error: LogInError, usernames: UsernameRules) -> Self {
        match error {
            LogInError::Invalid(InvalidCredentials { username, password }) => Self::of_invalid_fields([
                username.map(|error| Self::invalid_login_name(error, usernames)),
                password.map(|error| Self::invalid_typed_password(error, Message::new("enter-password"))),
            ]),
            LogInError::IncorrectCredentials { .. } => Self::new(ProblemKind::IncorrectCredentials),
            LogInError::AccountDisabled { .. } => Self::new(ProblemKind::AccountDisabled),
            LogInError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_change_username(error: ChangeUsernameError, policy: &SignUpPolicy) -> Self {
        match error {
            ChangeUsernameError::Invalid { username, current } => Self::of_invalid_fields([
                username.map(|error| Self::invalid_new_username(error, policy.usernames)),
                current.map(|error| Self::invalid_current_password(error).field(Field::CurrentPassword)),
            ]),
            ChangeUsernameError::Incorrect => Self::new(ProblemKind::IncorrectPassword).field(Field::CurrentPassword),
            ChangeUsernameError::UsernameTaken => {
                Self::new(ProblemKind::UsernameTaken).detail(Message::new("choose-another"))
            }
            ChangeUsernameError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_reset_password(error: ResetPasswordError, policy: &PasswordPolicy) -> Self {
        match error {
            ResetPasswordError::InvalidLink(_) => Self::invalid_link(Field::Code),
            ResetPasswordError::InvalidPassword(error) => {
                Self::invalid_new_password(error, policy).field(Field::NewPassword)
            }
            ResetPasswordError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_link(error: LinkError) -> Self {
        match error {
            LinkError::Invalid(_) => Self::new(ProblemKind::InvalidLink),
            LinkError::Fault(fault) => fault.into(),
        }
    }

    /// The code of a link, in this field, opens nothing.
    fn invalid_link(field: Field) -> Self {
        Self::new(ProblemKind::InvalidLink).field(field).detail(Message::new("ask-for-link"))
    }

    pub(crate) fn of_change_password(error: ChangePasswordError, policy: &PasswordPolicy) -> Self {
        match error {
            ChangePasswordError::Invalid { current, new } => Self::of_invalid_fields([
                current.map(|error| Self::invalid_current_password(error).field(Field::CurrentPassword)),
                new.map(|error| Self::invalid_new_password(error, policy).field(Field::NewPassword)),
            ]),
            ChangePasswordError::Incorrect => Self::new(ProblemKind::IncorrectPassword).field(Field::CurrentPassword),
            ChangePasswordError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_issue_recovery_codes(error: IssueRecoveryCodesError) -> Self {
        match error {
            IssueRecoveryCodesError::InvalidPassword(error) => Self::invalid_current_password(error),
            IssueRecoveryCodesError::PasswordNeeded => Self::new(ProblemKind::InvalidPassword)
                .reason(Reason::Required)
                .detail(Message::new("password-for-codes")),
            IssueRecoveryCodesError::Incorrect => Self::new(ProblemKind::IncorrectPassword),
            IssueRecoveryCodesError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_recover_account(error: RecoverAccountError, policy: &SignUpPolicy) -> Self {
        match error {
            RecoverAccountError::Invalid(InvalidClaim { username, lacks_code, new_password }) => {
                Self::of_invalid_fields([
                    username.map(|error| Self::invalid_login_name(error, policy.usernames)),
                    lacks_code.then(Self::malformed_code),
                    new_password
                        .map(|error| Self::invalid_new_password(error, &policy.passwords).field(Field::NewPassword)),
                ])
            }
            RecoverAccountError::Incorrect { .. } => {
                Self::new(ProblemKind::IncorrectRecoveryCode).detail(Message::new("code-works-once"))
            }
            RecoverAccountError::AccountDisabled { .. } => Self::new(ProblemKind::AccountDisabled),
            RecoverAccountError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_delete_account(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::InvalidPassword(error) => Self::invalid_current_password(error),
            DeleteAccountError::Incorrect => Self::new(ProblemKind::IncorrectPassword),
            DeleteAccountError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_create_user(error: CreateUserError, policy: &SignUpPolicy) -> Self {
        match error {
            CreateUserError::InvalidUsername(error) => Self::invalid_new_username(error, policy.usernames),
            CreateUserError::InvalidPassword(error) => Self::invalid_new_password(error, &policy.passwords),
            CreateUserError::UsernameTaken => Self::new(ProblemKind::UsernameTaken),
            CreateUserError::IdTaken => Self::new(ProblemKind::UserIdTaken),
            CreateUserError::Fault(fault) => fault.into(),
        }
    }

    /// One user of a list of one.
    pub(crate) fn of_create_users(error: CreateUsersError, policy: &SignUpPolicy) -> Self {
        match error {
            CreateUsersError::Refused(refused) => match refused.first().map(|(_, refusal)| *refusal) {
                Some(UserRefusal::InvalidUsername(error)) => Self::invalid_new_username(error, policy.usernames),
                Some(UserRefusal::IdTaken) => Self::new(ProblemKind::UserIdTaken),
                Some(UserRefusal::UsernameTaken | UserRefusal::Repeated) | None => {
                    Self::new(ProblemKind::UsernameTaken)
                }
            },
            CreateUsersError::InvalidLifetime(error) => Self::invalid_lifetime(error),
            CreateUsersError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_update_user(error: UpdateUserError, policy: &SignUpPolicy) -> Self {
        match error {
            UpdateUserError::NoSuchUser => Self::new(ProblemKind::NotFound),
            UpdateUserError::InvalidUsername(error) => Self::invalid_new_username(error, policy.usernames),
            UpdateUserError::UsernameTaken => Self::new(ProblemKind::UsernameTaken),
            UpdateUserError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_create_password_link(error: CreatePasswordLinkError) -> Self {
        match error {
            CreatePasswordLinkError::NoSuchUser => Self::new(ProblemKind::NotFound),
            CreatePasswordLinkError::AccountDisabled => Self::new(ProblemKind::AccountDisabled),
            CreatePasswordLinkError::NoKeyOfUsername => Self::new(ProblemKind::InvalidKeyId).reason(Reason::Required),
            CreatePasswordLinkError::InvalidLifetime(error) => Self::invalid_lifetime(error),
            CreatePasswordLinkError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_create_invitation(error: CreateInvitationError, policy: &SignUpPolicy) -> Self {
        match error {
            CreateInvitationError::InvalidUsername(error) => Self::invalid_new_username(error, policy.usernames),
            CreateInvitationError::UsernameTaken => Self::new(ProblemKind::UsernameTaken),
            CreateInvitationError::InvalidUses { .. } => {
                let problem = Self::new(ProblemKind::MalformedRequest).field(Field::Uses).reason(Reason::Malformed);
                problem.caused_by(error)
            }
            CreateInvitationError::InvalidLifetime(error) => Self::invalid_lifetime(error),
            CreateInvitationError::Fault(fault) => fault.into(),
        }
    }

    fn invalid_lifetime(error: InvalidLifetime) -> Self {
        let problem = Self::new(ProblemKind::MalformedRequest).field(Field::ExpiresIn).reason(Reason::Malformed);
        problem.caused_by(error)
    }

    pub(crate) fn of_create_key(error: CreateKeyError, policy: &PasswordPolicy) -> Self {
        match error {
            CreateKeyError::NoSuchUser => Self::new(ProblemKind::NotFound),
            CreateKeyError::NotTheirUsername => Self::new(ProblemKind::InvalidKeyId).reason(Reason::Incorrect),
            CreateKeyError::InvalidPassword(error) => Self::invalid_new_password(error, policy),
            CreateKeyError::KeyTaken => Self::new(ProblemKind::KeyTaken),
            CreateKeyError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_verify_key(error: VerifyKeyError) -> Self {
        match error {
            VerifyKeyError::NoSuchKey => Self::new(ProblemKind::NotFound),
            VerifyKeyError::IncorrectPassword => Self::new(ProblemKind::IncorrectPassword),
            VerifyKeyError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_set_password(error: SetPasswordError, policy: &PasswordPolicy) -> Self {
        match error {
            SetPasswordError::NoSuchKey => Self::new(ProblemKind::NotFound),
            SetPasswordError::InvalidPassword(error) => Self::invalid_new_password(error, policy),
            SetPasswordError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_create_session(error: CreateSessionError) -> Self {
        match error {
            CreateSessionError::NoSuchUser => Self::new(ProblemKind::NotFound),
            CreateSessionError::AccountDisabled => Self::new(ProblemKind::AccountDisabled),
            CreateSessionError::Fault(fault) => fault.into(),
        }
    }

    pub(crate) fn of_attributes(error: InvalidAttributes) -> Self {
        let reason = match error {
            InvalidAttributes::NotAnObject | InvalidAttributes::Depth => Reason::Malformed,
            InvalidAttributes::Length => Reason::TooLong,
        };
        Self::new(ProblemKind::InvalidAttributes).reason(reason)
    }

    /// The problems of a form's fields, of which at least one is wrong.
    pub(crate) fn of_invalid_fields<const N: usize>(problems: [Option<Self>; N]) -> Self {
        Self::of_fields(problems).unwrap_or_else(|| Self::new(ProblemKind::MalformedRequest))
    }

    fn invalid_new_username(error: InvalidUsername, rules: UsernameRules) -> Self {
        Self::new(ProblemKind::InvalidUsername).reason(error.into()).detail(new_username_advice(error, rules))
    }

    fn invalid_new_password(error: InvalidPassword, policy: &PasswordPolicy) -> Self {
        Self::new(ProblemKind::InvalidPassword).reason(error.into()).detail(new_password_advice(error, policy))
    }

    fn invalid_login_name(error: InvalidUsername, rules: UsernameRules) -> Self {
        let advice = match error {
            InvalidUsername::TooLong => Message::new("username-length").with("max", rules.max_chars),
            _ => Message::new("enter-username"),
        };
        Self::new(ProblemKind::InvalidUsername).reason(error.into()).detail(advice)
    }

    fn invalid_current_password(error: InvalidPassword) -> Self {
        Self::invalid_typed_password(error, Message::new("enter-current-password"))
    }

    /// The current password was left out.
    pub(crate) fn missing_current_password() -> Self {
        Self::invalid_current_password(InvalidPassword::Missing)
    }

    /// The username is not that of the account.
    pub(crate) fn username_differs() -> Self {
        Self::new(ProblemKind::InvalidUsername).reason(Reason::Incorrect).detail(Message::new("username-differs"))
    }

    /// A password that was typed to be checked. The advice is for one that is missing.
    fn invalid_typed_password(error: InvalidPassword, missing: Message) -> Self {
        let advice = match error {
            InvalidPassword::TooLong => Message::new("password-length").with("max", Password::MAX_CHARS),
            _ => missing,
        };
        Self::new(ProblemKind::InvalidPassword).reason(error.into()).detail(advice)
    }

    fn malformed_code() -> Self {
        let advice = Message::new("code-shape").with("count", OneTimeCode::CHARS);
        Self::new(ProblemKind::IncorrectRecoveryCode).field(Field::Code).reason(Reason::Malformed).detail(advice)
    }
}

impl From<InvalidUsername> for Reason {
    fn from(error: InvalidUsername) -> Self {
        match error {
            InvalidUsername::Missing => Self::Required,
            InvalidUsername::TooShort => Self::TooShort,
            InvalidUsername::TooLong => Self::TooLong,
            InvalidUsername::SurroundingSpace => Self::SurroundingSpace,
            InvalidUsername::InvisibleCharacter => Self::InvisibleCharacter,
            InvalidUsername::Character => Self::CharacterNotAllowed,
            InvalidUsername::MixedScripts => Self::MixedScripts,
            InvalidUsername::Reserved => Self::Reserved,
            InvalidUsername::IsPassword => Self::IsPassword,
            InvalidUsername::NotInvited => Self::NotInvited,
        }
    }
}

impl From<InvalidPassword> for Reason {
    fn from(error: InvalidPassword) -> Self {
        match error {
            InvalidPassword::Missing => Self::Required,
            InvalidPassword::TooShort => Self::TooShort,
            InvalidPassword::TooLong => Self::TooLong,
            InvalidPassword::IsUsername => Self::ContainsUsername,
            InvalidPassword::Common => Self::TooCommon,
        }
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

fn new_username_advice(error: InvalidUsername, rules: UsernameRules) -> Message {
    match (error, rules.policy) {
        (InvalidUsername::Missing | InvalidUsername::TooShort | InvalidUsername::TooLong, _) => {
            Message::new("use-characters").with("min", Username::MIN_CHARS).with("max", rules.max_chars)
        }
        (InvalidUsername::SurroundingSpace, _) => Message::new("surrounding-space"),
        (InvalidUsername::MixedScripts, _) => Message::new("mixed-scripts"),
        (InvalidUsername::Reserved, _) => Message::new("reserved-username"),
        (InvalidUsername::IsPassword, _) => Message::new("username-is-password"),
        (InvalidUsername::NotInvited, _) => Message::new("username-not-invited"),
        (InvalidUsername::InvisibleCharacter | InvalidUsername::Character, UsernamePolicy::Unicode) => {
            Message::new("characters-unicode")
        }
        (InvalidUsername::InvisibleCharacter | InvalidUsername::Character, UsernamePolicy::Precis) => {
            Message::new("characters-precis")
        }
        (InvalidUsername::InvisibleCharacter | InvalidUsername::Character, UsernamePolicy::Ascii) => {
            Message::new("characters-ascii")
        }
    }
}

fn new_password_advice(error: InvalidPassword, policy: &PasswordPolicy) -> Message {
    match error {
        InvalidPassword::Missing | InvalidPassword::TooShort | InvalidPassword::TooLong => {
            Message::new("use-characters").with("min", policy.min_chars).with("max", Password::MAX_CHARS)
        }
        InvalidPassword::IsUsername => Message::new("password-is-username"),
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
    use crate::texts::Language;

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (300_000, 300)] {
            let problem = Problem::from(Fault::TooManyAttempts { wait: Duration::from_millis(millis) });
            assert_eq!(problem.retry_after, Some(seconds), "{millis} ms");
            assert!(
                ProblemBody::new(&problem, Language::English).detail.is_some_and(|detail| detail.starts_with("Wait "))
            );
        }
    }

    #[test]
    fn a_cause_is_in_no_response() {
        let problem = Problem::from(Fault::Unforeseen("secret of the store".into()));
        let body = ProblemBody::new(&problem, Language::English);
        assert_eq!((body.error.as_str(), body.detail), ("An unknown error occurred", None));
        assert_eq!(problem.to_string(), "An unknown error occurred");
    }
}
