//! Writes accounts, line by line: the same accounts always give the same bytes.

use std::io::{self, Write};

use doorward_domain::ports::{Account, LiveSession, UnusedCode};
use doorward_domain::{Attributes, Client, Key, PasswordHash, PasswordLink, SignInEvent, UserAgent, digest_to_hex};
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::record::rfc_3339;
use super::{FORMAT, VERSION};

/// Writes accounts.
pub(in super::super) struct NdjsonWriter<W>(W);

#[derive(Serialize)]
struct Header {
    format: &'static str,
    version: u32,
    users: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    user_id: &'a str,
    username: &'a str,
    created_at: String,
    disabled: bool,
    attributes: &'a RawValue,
    /// Said only where the user has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    username_key: Option<bool>,
    keys: Vec<KeyLine<'a>>,
    sessions: Vec<SessionLine<'a>>,
    recovery_codes: Vec<CodeLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_link: Option<LinkLine>,
    sign_ins: Vec<SignInLine<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyLine<'a> {
    key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<&'a str>,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionLine<'a> {
    token_sha256: String,
    session_id: &'a str,
    created_at: String,
    active_period_expires_at: String,
    idle_period_expires_at: String,
    last_used_at: String,
    #[serde(flatten)]
    client: ClientFields<'a>,
    attributes: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClientFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeLine {
    code_sha256: String,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkLine {
    code_sha256: String,
    created_at: String,
    expires_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignInLine<'a> {
    session_id: &'a str,
    kind: &'static str,
    at: String,
    #[serde(flatten)]
    client: ClientFields<'a>,
}

impl<W: Write> NdjsonWriter<W> {
    /// Writes the first line, with the number of users that follow.
    ///
    /// # Errors
    /// The output takes no more.
    pub(in super::super) fn start(output: W, users: u64) -> io::Result<Self> {
        let mut writer = Self(output);
        writer.line(&Header { format: FORMAT, version: VERSION, users })?;
        Ok(writer)
    }

    /// Writes an account.
    ///
    /// # Errors
    /// The output takes no more.
    pub(in super::super) fn write(&mut self, account: &Account) -> io::Result<()> {
        let Account { user, keys, sessions, recovery_codes, password_link, sign_ins } = account;
        let own_key = user.username.key_id();
        self.line(&Line {
            user_id: user.id.as_str(),
            username: user.username.as_str(),
            created_at: rfc_3339(user.created_at),
            disabled: user.disabled,
            attributes: raw(&user.attributes)?,
            username_key: keys.iter().all(|key| key.id != own_key).then_some(false),
            keys: keys.iter().map(KeyLine::from).collect(),
            sessions: sessions.iter().map(session).collect::<io::Result<_>>()?,
            recovery_codes: recovery_codes.iter().map(CodeLine::from).collect(),
            password_link: password_link.as_ref().map(LinkLine::from),
            sign_ins: sign_ins.iter().map(SignInLine::from).collect(),
        })
    }

    /// Hands back the output.
    pub(in super::super) fn into_inner(self) -> W {
        self.0
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, line)?;
        self.0.write_all(b"\n")
    }
}

impl<'a> From<&'a Key> for KeyLine<'a> {
    fn from(key: &'a Key) -> Self {
        Self {
            key_id: key.id.as_str(),
            password_hash: key.password_hash.as_ref().map(PasswordHash::expose),
            created_at: rfc_3339(key.created_at),
        }
    }
}

impl<'a> From<&'a Client> for ClientFields<'a> {
    fn from(client: &'a Client) -> Self {
        Self {
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            address: client.address.map(|address| address.to_string()),
        }
    }
}

impl From<&UnusedCode> for CodeLine {
    fn from(code: &UnusedCode) -> Self {
        Self { code_sha256: digest_to_hex(code.hash.as_bytes()), created_at: rfc_3339(code.created_at) }
    }
}

impl From<&PasswordLink> for LinkLine {
    fn from(link: &PasswordLink) -> Self {
        Self {
            code_sha256: digest_to_hex(link.code.as_bytes()),
            created_at: rfc_3339(link.created_at),
            expires_at: rfc_3339(link.expires_at),
        }
    }
}

impl<'a> From<&'a SignInEvent> for SignInLine<'a> {
    fn from(event: &'a SignInEvent) -> Self {
        Self {
            session_id: event.session_id.as_str(),
            kind: event.kind.name(),
            at: rfc_3339(event.at),
            client: (&event.client).into(),
        }
    }
}

fn session(LiveSession { session, client }: &LiveSession) -> io::Result<SessionLine<'_>> {
    Ok(SessionLine {
        token_sha256: digest_to_hex(session.token_hash.as_bytes()),
        session_id: session.id.as_str(),
        created_at: rfc_3339(session.created_at),
        active_period_expires_at: rfc_3339(session.active_expires_at),
        idle_period_expires_at: rfc_3339(session.idle_expires_at),
        last_used_at: rfc_3339(session.last_used_at),
        client: client.into(),
        attributes: raw(&session.attributes)?,
    })
}

fn raw(attributes: &Attributes) -> io::Result<&RawValue> {
    Ok(serde_json::from_str(attributes.as_json())?)
}
