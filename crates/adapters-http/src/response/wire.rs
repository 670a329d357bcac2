//! The shapes of the JSON that clients see, with the names of Lucia's `Session` and `User`.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use doorward_app::ValidSession;
use doorward_domain::ports::{KeyRecord, LiveSession, UnusedCode};
use doorward_domain::{
    Attributes, Client, RecoveryCode, SessionId, SessionToken, SignInEvent, SignInKind, Timestamp, User, UserAgent,
};
use poem_openapi::types::Any;
use poem_openapi::{Enum, Object};
use serde::Serialize;
use serde_json::Value;

/// A session and whose it is. Written by serde, in the order of the fields: poem-openapi would make a tree of values of it
/// first, for the one answer that everybody asks for all day.
#[derive(Object, Serialize)]
#[oai(rename = "Session", rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionBody {
    /// What names the session. It is no credential.
    session_id: String,
    state: StateWord,
    /// Whether this very request renewed the session.
    fresh: bool,
    /// When the session becomes idle (RFC 3339, UTC).
    active_period_expires_at: String,
    /// When the session ends, unless it is renewed before (RFC 3339, UTC).
    idle_period_expires_at: String,
    /// What the operator keeps of the session; not there where that is nothing.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesBody>,
    user: UserBody,
    /// The credential, only in answers to `"transport": "bearer"`: send it as `Authorization: Bearer TOKEN`.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// How many recovery codes the user has left, only in the answer to a recovery.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<u32>,
}

/// The state of a session; an idle one is renewed before it is shown, so that none is ever seen.
#[derive(Enum, Serialize)]
#[oai(rename = "SessionState", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
enum StateWord {
    Active,
}

/// A user.
#[derive(Object, Serialize)]
#[oai(rename = "User", rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
struct UserBody {
    /// What names the user for ever.
    user_id: String,
    /// The name they chose, with the letters they typed.
    username: String,
    /// What the operator keeps of the user; not there where that is nothing.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesBody>,
}

/// A JSON object of which only the operator knows what is in it.
type AttributesBody = BTreeMap<String, Any<Value>>;

/// Attributes as they stand in an answer, if they do.
fn attributes_body(attributes: &Attributes) -> Option<AttributesBody> {
    if attributes.is_empty() {
        return None;
    }
    // It was read as an object before, so there is no other case.
    serde_json::from_str(attributes.as_json()).ok()
}

impl From<&ValidSession> for SessionBody {
    fn from(ValidSession { session, user, fresh }: &ValidSession) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            state: StateWord::Active,
            fresh: *fresh,
            active_period_expires_at: rfc3339(session.active_expires_at),
            idle_period_expires_at: rfc3339(session.idle_expires_at),
            attributes: attributes_body(&session.attributes),
            user: UserBody {
                user_id: user.id.as_str().to_owned(),
                username: user.username.as_str().to_owned(),
                attributes: attributes_body(&user.attributes),
            },
            token: None,
            recovery_codes_left: None,
        }
    }
}

impl SessionBody {
    /// The same with its credential.
    pub(crate) fn with_token(self, token: &SessionToken) -> Self {
        Self { token: Some(token.expose().to_owned()), ..self }
    }

    /// The same with what is left of the recovery codes.
    pub(crate) fn with_recovery_codes_left(self, left: u32) -> Self {
        Self { recovery_codes_left: Some(left), ..self }
    }
}

/// The sessions of a user.
#[derive(Object)]
#[oai(rename = "SessionList")]
pub(crate) struct SessionListBody {
    /// Those opened last first; at most 1,000.
    sessions: Vec<ListedSessionBody>,
}

/// A session in the list of its user's.
#[derive(Object)]
#[oai(rename = "ListedSession", rename_all = "camelCase")]
pub(crate) struct ListedSessionBody {
    /// What names the session. It is no credential.
    session_id: String,
    /// Whether it is the one that this request came with.
    current: bool,
    /// When it was opened (RFC 3339, UTC).
    created_at: String,
    /// When it becomes idle (RFC 3339, UTC).
    active_period_expires_at: String,
    /// When it ends, unless it is renewed before (RFC 3339, UTC).
    idle_period_expires_at: String,
    /// What the browser or program that opened it called itself; null where it did not say.
    #[oai(nullable)]
    user_agent: Option<String>,
    /// The address that it was opened from; null where it is not known.
    #[oai(nullable)]
    address: Option<String>,
    /// What the operator keeps of it; not there where that is nothing.
    #[oai(skip_serializing_if_is_none)]
    attributes: Option<AttributesBody>,
}

impl SessionListBody {
    pub(crate) fn new(sessions: &[LiveSession], current: &SessionId) -> Self {
        Self { sessions: sessions.iter().map(|live| ListedSessionBody::new(live, current)).collect() }
    }
}

impl ListedSessionBody {
    pub(crate) fn new(LiveSession { session, client }: &LiveSession, current: &SessionId) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            current: session.id == *current,
            created_at: rfc3339(session.created_at),
            active_period_expires_at: rfc3339(session.active_expires_at),
            idle_period_expires_at: rfc3339(session.idle_expires_at),
            user_agent: user_agent(client),
            address: address(client),
            attributes: attributes_body(&session.attributes),
        }
    }
}

fn user_agent(client: &Client) -> Option<String> {
    client.user_agent.as_ref().map(UserAgent::as_str).map(str::to_owned)
}

fn address(client: &Client) -> Option<String> {
    client.address.map(|address| address.to_string())
}

/// All that is kept of a user, but for what proves who they are.
#[derive(Object)]
#[oai(rename = "AccountData", rename_all = "camelCase")]
pub(crate) struct AccountDataBody {
    /// When it was put together (RFC 3339, UTC).
    generated_at: String,
    user: AccountUserBody,
    /// The ways to sign in.
    keys: Vec<KeyBody>,
    /// Where one is signed in, those opened first first.
    sessions: Vec<ListedSessionBody>,
    /// The last sign-ins, at most 100 of the last 90 days, the first first. Failed ones are not kept.
    sign_ins: Vec<SignInBody>,
}

/// The user in the data that is kept of them.
#[derive(Object)]
#[oai(rename = "AccountUser", rename_all = "camelCase")]
pub(crate) struct AccountUserBody {
    /// What names the user for ever.
    user_id: String,
    /// The name they chose, with the letters they typed.
    username: String,
    /// When they signed up (RFC 3339, UTC).
    created_at: String,
    /// What the operator keeps of them; not there where that is nothing.
    #[oai(skip_serializing_if_is_none)]
    attributes: Option<AttributesBody>,
}

impl From<&User> for AccountUserBody {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            created_at: rfc3339(user.created_at),
            attributes: attributes_body(&user.attributes),
        }
    }
}

/// A way to sign in.
#[derive(Object)]
#[oai(rename = "Key", rename_all = "camelCase")]
pub(crate) struct KeyBody {
    /// What names the key: `username:` and the name in the form in which names are compared.
    key_id: String,
    /// Whether there is a password that goes with it.
    has_password: bool,
    /// When it was made (RFC 3339, UTC).
    created_at: String,
}

impl From<&KeyRecord> for KeyBody {
    fn from(key: &KeyRecord) -> Self {
        Self { key_id: key.id.as_str().to_owned(), has_password: key.has_password, created_at: rfc3339(key.created_at) }
    }
}

/// That somebody was given a session.
#[derive(Object)]
#[oai(rename = "SignIn", rename_all = "camelCase")]
pub(crate) struct SignInBody {
    /// The session that it opened, which may have ended since.
    session_id: String,
    kind: SignInWord,
    /// When (RFC 3339, UTC).
    at: String,
    /// What the browser or program called itself; null where it did not say.
    #[oai(nullable)]
    user_agent: Option<String>,
    /// The address that it came from; null where it is not known.
    #[oai(nullable)]
    address: Option<String>,
}

/// What somebody did who was given a session.
#[derive(Enum)]
#[oai(rename = "SignInKind", rename_all = "snake_case")]
enum SignInWord {
    SignUp,
    LogIn,
    PasswordChanged,
    Recovered,
    Vouched,
}

impl From<&SignInEvent> for SignInBody {
    fn from(sign_in: &SignInEvent) -> Self {
        Self {
            session_id: sign_in.session_id.as_str().to_owned(),
            kind: match sign_in.kind {
                SignInKind::SignUp => SignInWord::SignUp,
                SignInKind::LogIn => SignInWord::LogIn,
                SignInKind::PasswordChanged => SignInWord::PasswordChanged,
                SignInKind::Recovered => SignInWord::Recovered,
                SignInKind::Vouched => SignInWord::Vouched,
            },
            at: rfc3339(sign_in.at),
            user_agent: user_agent(&sign_in.client),
            address: address(&sign_in.client),
        }
    }
}

/// New recovery codes.
#[derive(Object)]
#[oai(rename = "NewCodes")]
pub(crate) struct RecoveryCodesBody {
    /// Ten codes. They are shown here and nowhere else.
    codes: Vec<String>,
}

impl From<&[RecoveryCode]> for RecoveryCodesBody {
    fn from(codes: &[RecoveryCode]) -> Self {
        Self { codes: codes.iter().map(|code| code.expose().to_owned()).collect() }
    }
}

/// What is left of the recovery codes.
#[derive(Object)]
#[oai(rename = "CodesLeft", rename_all = "camelCase")]
pub(crate) struct RecoveryCodesLeftBody {
    /// How many the user has not used yet.
    left: u32,
    /// When they were made (RFC 3339, UTC); null where there are none.
    #[oai(nullable)]
    created_at: Option<String>,
}

impl From<&[UnusedCode]> for RecoveryCodesLeftBody {
    fn from(unused: &[UnusedCode]) -> Self {
        Self {
            left: unused.len().try_into().unwrap_or(u32::MAX),
            created_at: unused.first().map(|code| rfc3339(code.created_at)),
        }
    }
}

/// An instant with milliseconds, as JavaScript writes it.
pub(crate) fn rfc3339(instant: Timestamp) -> String {
    let since_epoch = instant.since(Timestamp::MIN);
    humantime::format_rfc3339_millis(UNIX_EPOCH + since_epoch).to_string()
}

/// An instant to the minute, as people read it.
pub(crate) fn minute(instant: Timestamp) -> String {
    let text = rfc3339(instant);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// How the client keeps the token of the session.
#[derive(Enum)]
#[oai(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// In the session cookie; what is meant where nothing is said.
    Cookie,
    /// By itself: the answer is JSON with `token`, and no cookie is set.
    Bearer,
}

/// The fields of sign-up.
#[derive(Object)]
#[oai(rename = "SignUp")]
pub(crate) struct SignUpFields {
    /// 4 to 31 characters that show, with spaces between them; unique in any letter case. The pattern has what can be
    /// said in one: no control characters, and no white space at the ends.
    #[oai(validator(
        min_length = 4,
        max_length = 31,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f]$"
    ))]
    username: String,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    #[oai(validator(min_length = 6, max_length = 255))]
    password: String,
    transport: Option<Transport>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Option<Any<Value>>,
}

/// The fields of login.
#[derive(Object)]
#[oai(rename = "LogIn")]
pub(crate) struct LogInFields {
    /// 1 to 31 characters.
    #[oai(validator(min_length = 1, max_length = 31))]
    username: String,
    /// 1 to 255 characters.
    #[oai(validator(min_length = 1, max_length = 255))]
    password: String,
    transport: Option<Transport>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Option<Any<Value>>,
}

/// The fields of a change of the password.
#[derive(Object)]
#[oai(rename = "ChangePassword", rename_all = "camelCase")]
pub(crate) struct ChangePasswordFields {
    /// The present password, 1 to 255 characters.
    #[oai(validator(min_length = 1, max_length = 255))]
    current_password: String,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    #[oai(validator(min_length = 6, max_length = 255))]
    new_password: String,
    transport: Option<Transport>,
}

/// The fields of the making of recovery codes.
#[derive(Object)]
#[oai(rename = "IssueRecoveryCodes")]
pub(crate) struct IssueRecoveryCodesFields {
    /// The password, 1 to 255 characters. May be left out by a user without codes whose session was opened in the last
    /// ten minutes.
    #[oai(validator(min_length = 1, max_length = 255))]
    password: Option<String>,
}

/// The fields of a recovery.
#[derive(Object)]
#[oai(rename = "Recover", rename_all = "camelCase")]
pub(crate) struct RecoverFields {
    /// 1 to 31 characters.
    #[oai(validator(min_length = 1, max_length = 31))]
    username: String,
    /// A recovery code: 16 letters and digits, in either letter case, with any spaces and hyphens.
    #[oai(validator(min_length = 16))]
    code: String,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    #[oai(validator(min_length = 6, max_length = 255))]
    new_password: String,
    transport: Option<Transport>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Option<Any<Value>>,
}

/// The fields of the deletion of an account.
#[derive(Object)]
#[oai(rename = "DeleteAccount")]
pub(crate) struct DeleteAccountFields {
    /// The password, 1 to 255 characters.
    #[oai(validator(min_length = 1, max_length = 255))]
    password: String,
}

/// No fields at all.
#[derive(Object)]
#[oai(rename = "Nothing")]
pub(crate) struct NoFields {}

/// That all is well.
#[derive(Object)]
#[oai(rename = "Health")]
pub(crate) struct HealthBody {
    pub(crate) status: HealthWord,
}

/// How the server is.
#[derive(Enum)]
#[oai(rename = "HealthStatus", rename_all = "lowercase")]
pub(crate) enum HealthWord {
    Ok,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_javascript_writes_them() {
        assert_eq!(rfc3339(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24T07:21:00.000Z");
        assert_eq!(minute(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24 07:21 UTC");
        assert_eq!(rfc3339(Timestamp::MIN), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::MAX), "9999-12-31T23:59:59.999Z");
    }
}
