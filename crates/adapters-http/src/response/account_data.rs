//! The stored data of a user, in JSON.

use doorward_domain::ports::KeyRecord;
use doorward_domain::{SignInEvent, SignInKind, User};
use poem_openapi::{Enum, Object};

use crate::response::attributes::{AttributesBody, attributes_body};
use crate::response::session::{ListedSessionBody, address, user_agent};
use crate::response::time::InstantBody;

/// The stored data of a user, without secrets.
#[derive(Object)]
#[oai(rename = "AccountData", rename_all = "camelCase")]
pub(crate) struct AccountDataBody {
    /// When the document was made (RFC 3339, UTC).
    generated_at: InstantBody,
    user: AccountUserBody,
    /// The ways to sign in.
    keys: Vec<KeyBody>,
    /// The live sessions, oldest first.
    sessions: Vec<ListedSessionBody>,
    /// At most 100 sign-ins of the last 90 days, oldest first. Failed ones are not kept.
    sign_ins: Vec<SignInBody>,
}

/// The user in the stored data.
#[derive(Object)]
#[oai(rename = "AccountUser", rename_all = "camelCase")]
pub(crate) struct AccountUserBody {
    /// The user's id. It never changes.
    user_id: String,
    /// The username as it was typed at sign-up.
    username: String,
    /// When the user signed up (RFC 3339, UTC).
    created_at: InstantBody,
    /// The operator's attributes of the user; absent where there are none.
    #[oai(skip_serializing_if_is_none)]
    attributes: Option<AttributesBody>,
}

impl From<&User> for AccountUserBody {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            created_at: user.created_at.into(),
            attributes: attributes_body(&user.attributes),
        }
    }
}

/// A way to sign in.
#[derive(Object)]
#[oai(rename = "Key", rename_all = "camelCase")]
pub(crate) struct KeyBody {
    /// The key's id: `username:` and the username in the form in which usernames are compared.
    key_id: String,
    /// Whether the key has a password.
    has_password: bool,
    /// When the key was created (RFC 3339, UTC).
    created_at: InstantBody,
}

impl From<&KeyRecord> for KeyBody {
    fn from(key: &KeyRecord) -> Self {
        Self { key_id: key.id.as_str().to_owned(), has_password: key.has_password, created_at: key.created_at.into() }
    }
}

/// A sign-in.
#[derive(Object)]
#[oai(rename = "SignIn", rename_all = "camelCase")]
pub(crate) struct SignInBody {
    /// The session that it opened, which may be revoked or expired by now.
    session_id: String,
    kind: SignInKindBody,
    /// When (RFC 3339, UTC).
    at: InstantBody,
    /// The `User-Agent`; null without one.
    #[oai(nullable)]
    user_agent: Option<String>,
    /// The client's address; null where it is unknown.
    #[oai(nullable)]
    address: Option<String>,
}

/// How the user signed in.
#[derive(Enum)]
#[oai(rename = "SignInKind", rename_all = "snake_case")]
enum SignInKindBody {
    SignUp,
    LogIn,
    PasswordChanged,
    Recovered,
    PasswordReset,
    Vouched,
}

impl From<&SignInEvent> for SignInBody {
    fn from(sign_in: &SignInEvent) -> Self {
        Self {
            session_id: sign_in.session_id.as_str().to_owned(),
            kind: match sign_in.kind {
                SignInKind::SignUp => SignInKindBody::SignUp,
                SignInKind::LogIn => SignInKindBody::LogIn,
                SignInKind::PasswordChanged => SignInKindBody::PasswordChanged,
                SignInKind::Recovered => SignInKindBody::Recovered,
                SignInKind::PasswordReset => SignInKindBody::PasswordReset,
                SignInKind::Vouched => SignInKindBody::Vouched,
            },
            at: sign_in.at.into(),
            user_agent: user_agent(&sign_in.client),
            address: address(&sign_in.client),
        }
    }
}
