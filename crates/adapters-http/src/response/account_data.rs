//! All that is kept of a user, in JSON.

use doorward_domain::ports::KeyRecord;
use doorward_domain::{SignInEvent, SignInKind, User};
use poem_openapi::{Enum, Object};

use crate::response::attributes::{AttributesBody, attributes_body};
use crate::response::session::{ListedSessionBody, address, user_agent};
use crate::response::time::rfc3339;

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
