//! A line of the format as it is read.

use doorward_domain::ports::{
    SourceAccount, SourceHash, SourceId, SourceInstant, SourceKey, SourceSession, SourceToken, UnusedCode,
};
use doorward_domain::{
    Client, ImportReason, KeyId, LinkHash, RecoveryCodeHash, SessionId, SignInEvent, SignInKind, Timestamp, UserAgent,
    Username, digest_from_hex,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::record::parse_instant;
use super::{FORMAT, VERSION};

/// The first line of an export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Header {
    format: String,
    version: u32,
    #[serde(default)]
    users: Option<u64>,
    #[serde(default, rename = "createdAt")]
    _created_at: IgnoredAny,
}

/// A user. A field that is read without its type may have any, so that its own reason is reported.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct Line<'a> {
    user_id: Option<Value>,
    username: Option<Value>,
    created_at: Option<Value>,
    disabled: bool,
    second_factor: bool,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    password_hash: Option<Value>,
    password: Option<IgnoredAny>,
    username_key: Option<bool>,
    keys: Vec<KeyLine>,
    #[serde(borrow)]
    sessions: Vec<SessionLine<'a>>,
    recovery_codes: Vec<CodeLine>,
    password_link: Option<LinkLine>,
    sign_ins: Vec<SignInLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct KeyLine {
    key_id: String,
    #[serde(default)]
    password_hash: Option<Value>,
    #[serde(default)]
    password: Option<IgnoredAny>,
    #[serde(default)]
    created_at: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
struct SessionLine<'a> {
    token: Option<String>,
    token_sha256: Option<String>,
    session_id: Option<String>,
    created_at: Option<Value>,
    active_period_expires_at: Option<Value>,
    idle_period_expires_at: Option<Value>,
    expires_at: Option<Value>,
    last_used_at: Option<Value>,
    user_agent: Option<String>,
    address: Option<String>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CodeLine {
    code_sha256: String,
    created_at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LinkLine {
    code_sha256: String,
    created_at: String,
    expires_at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SignInLine {
    session_id: String,
    kind: String,
    at: String,
    #[serde(default)]
    user_agent: Option<String>,
    #[serde(default)]
    address: Option<String>,
}

/// Whether a line is the first line of an export, and of a version that can be read.
pub(super) enum FirstLine {
    Account,
    /// With the number of users that follow, if it says so.
    Header(Option<u64>),
    /// A format of a later version.
    Unknown(String),
}

pub(super) fn first_line(line: &[u8]) -> FirstLine {
    match serde_json::from_slice::<Header>(line) {
        Ok(Header { format, version: VERSION, users, .. }) if format == FORMAT => FirstLine::Header(users),
        Ok(Header { format, version, .. }) => FirstLine::Unknown(format!("{format} {version}")),
        Err(_) => FirstLine::Account,
    }
}

/// The account of a line.
pub(super) fn account(number: u64, line: &[u8]) -> SourceAccount {
    // An array would be taken for the values of the fields.
    let is_object = line.trim_ascii_start().starts_with(b"{");
    let object = if is_object { Ok(line) } else { Err(ImportReason::NotJson) };
    let read = object.and_then(|line| serde_json::from_slice::<Line<'_>>(line).map_err(|error| reason(&error)));
    let account = read.and_then(Line::into_account);
    match account {
        Ok(account) => SourceAccount { line: Some(number), ..account },
        Err(reason) => SourceAccount { line: Some(number), unreadable: Some(reason), ..named(line) },
    }
}

/// The id and the username of a line that has another fault, for the report.
fn named(line: &[u8]) -> SourceAccount {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Names {
        user_id: Option<String>,
        username: Option<String>,
    }
    let Names { user_id, username } = serde_json::from_slice(line).unwrap_or_default();
    SourceAccount { user_id: user_id.map_or(SourceId::New, SourceId::Text), username, ..SourceAccount::default() }
}

/// `serde_json` tells these faults apart in its message alone.
fn reason(error: &serde_json::Error) -> ImportReason {
    let message = error.to_string();
    if message.starts_with("unknown field") {
        ImportReason::FieldUnknown
    } else if message.starts_with("duplicate field") {
        ImportReason::FieldDuplicate
    } else {
        ImportReason::NotJson
    }
}

impl Line<'_> {
    fn into_account(self) -> Result<SourceAccount, ImportReason> {
        if self.password.is_some() || self.keys.iter().any(|key| key.password.is_some()) {
            return Err(ImportReason::PasswordInClear);
        }
        // What is no text is no username either.
        let username = self.username.map(|name| text(name).unwrap_or_else(|| "\0".to_owned()));
        let own_key = username.clone().map(|name| Username::restore(name).key_id());
        let is_own = |key: &KeyLine| KeyId::parse(&key.key_id).ok().is_some_and(|id| Some(id) == own_key);
        let mut keys = self.keys;
        let given = keys.iter().position(is_own).map(|place| SourceKey::from(keys.remove(place)));
        let made = || SourceKey { hash: hash(self.password_hash), ..SourceKey::default() };
        let username_key = given.or_else(|| self.username_key.unwrap_or(true).then(made));
        Ok(SourceAccount {
            user_id: self.user_id.map_or(SourceId::New, |id| SourceId::Text(text(id).unwrap_or_default())),
            username,
            created_at: instant(self.created_at),
            disabled: self.disabled,
            second_factor: self.second_factor,
            attributes: self.attributes.map(|json| json.get().to_owned()),
            username_key,
            keys: keys.into_iter().map(SourceKey::from).collect(),
            sessions: self.sessions.into_iter().map(SourceSession::from).collect(),
            recovery_codes: self.recovery_codes.iter().map(CodeLine::code).collect::<Result<_, _>>()?,
            password_link: self.password_link.as_ref().map(LinkLine::link).transpose()?,
            sign_ins: self.sign_ins.iter().map(SignInLine::event).collect::<Result<_, _>>()?,
            ..SourceAccount::default()
        })
    }
}

impl From<KeyLine> for SourceKey {
    fn from(key: KeyLine) -> Self {
        Self { id: key.key_id, hash: hash(key.password_hash), created_at: instant(key.created_at) }
    }
}

impl From<SessionLine<'_>> for SourceSession {
    fn from(session: SessionLine<'_>) -> Self {
        let token = match (session.token, session.token_sha256) {
            (Some(token), None) => SourceToken::Cookie(token),
            (None, Some(digest)) => SourceToken::Sha256(digest),
            _ => SourceToken::Unusable,
        };
        Self {
            token,
            id: session.session_id,
            created_at: instant(session.created_at),
            active_until: instant(session.active_period_expires_at),
            idle_until: instant(session.idle_period_expires_at.or(session.expires_at)),
            last_used_at: instant(session.last_used_at),
            user_agent: session.user_agent,
            address: session.address,
            attributes: session.attributes.map(|json| json.get().to_owned()),
        }
    }
}

impl CodeLine {
    fn code(&self) -> Result<UnusedCode, ImportReason> {
        let hash = RecoveryCodeHash::restore(digest(&self.code_sha256)?);
        Ok(UnusedCode { hash, created_at: exact(&self.created_at)? })
    }
}

impl LinkLine {
    fn link(&self) -> Result<(LinkHash, Timestamp, Timestamp), ImportReason> {
        let code = LinkHash::restore(digest(&self.code_sha256)?);
        Ok((code, exact(&self.created_at)?, exact(&self.expires_at)?))
    }
}

impl SignInLine {
    fn event(&self) -> Result<SignInEvent, ImportReason> {
        Ok(SignInEvent {
            session_id: SessionId::parse(&self.session_id).ok_or(ImportReason::SessionFormat)?,
            kind: SignInKind::restore(&self.kind).ok_or(ImportReason::NotJson)?,
            at: exact(&self.at)?,
            client: Client {
                address: self.address.as_ref().and_then(|address| address.parse().ok()),
                user_agent: self.user_agent.as_deref().and_then(UserAgent::parse),
            },
        })
    }
}

/// The text of a string or a number.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn hash(value: Option<Value>) -> SourceHash {
    value.map_or(SourceHash::Absent, |hash| SourceHash::InFile(text(hash).unwrap_or_default()))
}

fn instant(value: Option<Value>) -> SourceInstant {
    value.map_or(SourceInstant::Absent, |instant| SourceInstant::Text(text(instant).unwrap_or_default()))
}

/// An instant as an export writes it.
fn exact(text: &str) -> Result<Timestamp, ImportReason> {
    parse_instant(text).ok_or(ImportReason::Instant)
}

fn digest(hex: &str) -> Result<[u8; 32], ImportReason> {
    digest_from_hex(hex).ok_or(ImportReason::NotJson)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable(line: &str) -> Option<ImportReason> {
        account(7, line.as_bytes()).unreadable
    }

    #[test]
    fn a_line_that_is_not_of_the_format_has_its_reason() {
        for (line, reason) in [
            ("{\"username\":\"alice\"", ImportReason::NotJson),
            ("[]", ImportReason::NotJson),
            ("{\"keys\":{}}", ImportReason::NotJson),
            ("{\"username\":\"a\u{1}\"}", ImportReason::NotJson),
            ("{\"favourite\":1}", ImportReason::FieldUnknown),
            ("{\"keys\":[{\"keyId\":\"x:1\",\"colour\":1}]}", ImportReason::FieldUnknown),
            ("{\"username\":\"a\",\"username\":\"b\"}", ImportReason::FieldDuplicate),
            ("{\"sessions\":[{\"token\":\"a\",\"token\":\"b\"}]}", ImportReason::FieldDuplicate),
            ("{\"username\":\"a\",\"password\":\"hunter2hunter2\"}", ImportReason::PasswordInClear),
            ("{\"keys\":[{\"keyId\":\"x:1\",\"password\":\"hunter2hunter2\"}]}", ImportReason::PasswordInClear),
            (
                "{\"recoveryCodes\":[{\"codeSha256\":\"00\",\"createdAt\":\"2026-01-01T00:00:00Z\"}]}",
                ImportReason::NotJson,
            ),
            ("{\"passwordLink\":{\"codeSha256\":\"\",\"createdAt\":\"x\",\"expiresAt\":\"x\"}}", ImportReason::NotJson),
            ("{\"signIns\":[{\"sessionId\":\"x\",\"kind\":\"log_in\",\"at\":\"x\"}]}", ImportReason::SessionFormat),
        ] {
            assert_eq!(unreadable(line), Some(reason), "{line}");
        }
        assert_eq!(unreadable("{}"), None, "the names are judged later");
    }

    #[test]
    fn the_key_of_the_username_is_there_unless_the_line_says_otherwise() {
        let key = |line: &str| account(1, line.as_bytes()).username_key.is_some();
        assert!(key("{\"username\":\"alice\"}"));
        assert!(key("{\"username\":\"Alice\",\"keys\":[{\"keyId\":\"username:alice\"}]}"));
        assert!(key("{\"username\":\"alice\",\"keys\":[{\"keyId\":\"github:1\"}]}"));
        assert!(!key("{\"username\":\"alice\",\"usernameKey\":false}"));
    }

    #[test]
    fn a_first_line_of_another_version_is_known_as_such() {
        let kind = |line: &str| match first_line(line.as_bytes()) {
            FirstLine::Account => "account".to_owned(),
            FirstLine::Header(users) => format!("header {users:?}"),
            FirstLine::Unknown(what) => what,
        };
        assert_eq!(kind("{\"format\":\"doorward-accounts\",\"version\":1,\"createdAt\":\"2026\"}"), "header None");
        assert_eq!(kind("{\"format\":\"doorward-accounts\",\"version\":1,\"users\":2}"), "header Some(2)");
        assert_eq!(kind("{\"format\":\"doorward-accounts\",\"version\":2}"), "doorward-accounts 2");
        assert_eq!(kind("{\"username\":\"alice\"}"), "account");
    }
}
