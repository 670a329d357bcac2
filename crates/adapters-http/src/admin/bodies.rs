//! Users, keys and sessions in the JSON of the admin API, with the names of the operator's commands.

use doorward_app::OpenedSession;
use doorward_app::admin::IssuedLink;
use doorward_domain::ports::LiveSession;
use doorward_domain::{Invitation, Key, OneTimeCode, Session, SessionState, User, UserId};
use poem_openapi::{Enum, Object};

use crate::link_url::{invitation_url, password_link_url};
use crate::origin::Origin;
use crate::response::attributes::{AttributesBody, attributes_body};
use crate::response::session::{address, user_agent};
use crate::response::time::InstantBody;

/// A user.
#[derive(Object)]
#[oai(rename = "User", rename_all = "camelCase")]
pub(super) struct UserBody {
    /// The user's id. It never changes.
    user_id: String,
    /// The username as pages show it.
    username: String,
    /// When the user was created (RFC 3339, UTC).
    created_at: InstantBody,
    /// Whether the operator disabled the user.
    disabled: bool,
    attributes: AttributesBody,
    /// The link by which the user chooses a password, only in the answer that created the user with one.
    #[oai(skip_serializing_if_is_none)]
    password_link: Option<PasswordLinkBody>,
}

impl From<&User> for UserBody {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            created_at: user.created_at.into(),
            disabled: user.disabled,
            attributes: attributes_body(&user.attributes).unwrap_or_default(),
            password_link: None,
        }
    }
}

impl UserBody {
    /// The user's id.
    pub(super) fn id(&self) -> UserId {
        UserId::restore(self.user_id.clone())
    }

    /// A user who was just created, with the link to choose a password.
    pub(super) fn with_link(user: &User, link: PasswordLinkBody) -> Self {
        Self { password_link: Some(link), ..Self::from(user) }
    }
}

/// Some users.
#[derive(Object)]
#[oai(rename = "UserList")]
pub(super) struct UserListBody {
    pub(super) users: Vec<UserBody>,
    /// Whether there are more; they come after the last one's id.
    pub(super) more: bool,
}

/// A password link, which is shown only once.
#[derive(Object)]
#[oai(rename = "PasswordLink", rename_all = "camelCase")]
pub(super) struct PasswordLinkBody {
    /// The address to hand over.
    link: String,
    /// The code in it, which the user can also type.
    code: String,
    /// When it expires (RFC 3339, UTC).
    expires_at: InstantBody,
}

impl PasswordLinkBody {
    pub(super) fn new(origin: &Origin, issued: &IssuedLink) -> Self {
        Self {
            link: password_link_url(origin, &issued.code),
            code: issued.code.expose().to_owned(),
            expires_at: issued.expires_at.into(),
        }
    }
}

/// An invitation.
#[derive(Object)]
#[oai(rename = "Invitation", rename_all = "camelCase")]
pub(super) struct InvitationBody {
    /// The invitation's id. It is no credential.
    invitation_id: String,
    /// The username of the new user; null where they choose one.
    #[oai(nullable)]
    username: Option<String>,
    /// The attributes of the new user.
    attributes: AttributesBody,
    /// How many more users can sign up with it.
    uses_left: u32,
    /// When it was created (RFC 3339, UTC).
    created_at: InstantBody,
    /// When it expires (RFC 3339, UTC).
    expires_at: InstantBody,
    /// The address to hand over, only in the answer that created it.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
    /// The code in it, only in the answer that created it.
    #[oai(skip_serializing_if_is_none)]
    code: Option<String>,
}

impl From<&Invitation> for InvitationBody {
    fn from(invitation: &Invitation) -> Self {
        Self {
            invitation_id: invitation.id.as_str().to_owned(),
            username: invitation.username.as_ref().map(|username| username.as_str().to_owned()),
            attributes: attributes_body(&invitation.attributes).unwrap_or_default(),
            uses_left: invitation.uses_left,
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
            link: None,
            code: None,
        }
    }
}

impl InvitationBody {
    /// An invitation that was just created, with its code.
    pub(super) fn with_code(origin: &Origin, invitation: &Invitation, code: &OneTimeCode) -> Self {
        let (link, code) = (Some(invitation_url(origin, code)), Some(code.expose().to_owned()));
        Self { link, code, ..Self::from(invitation) }
    }
}

/// Some invitations.
#[derive(Object)]
#[oai(rename = "InvitationList")]
pub(super) struct InvitationListBody {
    pub(super) invitations: Vec<InvitationBody>,
    /// Whether there are more; they come after the last one's id.
    pub(super) more: bool,
}

/// A key.
#[derive(Object)]
#[oai(rename = "Key", rename_all = "camelCase")]
pub(super) struct KeyBody {
    /// The key's id: a provider, a colon, and the user's id there.
    key_id: String,
    /// The id of the user who has the key.
    user_id: String,
    /// Whether the key has a password.
    has_password: bool,
    /// When the key was created (RFC 3339, UTC).
    created_at: InstantBody,
}

impl From<&Key> for KeyBody {
    fn from(key: &Key) -> Self {
        Self {
            key_id: key.id.as_str().to_owned(),
            user_id: key.user_id.as_str().to_owned(),
            has_password: key.password_hash.is_some(),
            created_at: key.created_at.into(),
        }
    }
}

/// The keys of a user.
#[derive(Object)]
#[oai(rename = "KeyList")]
pub(super) struct KeyListBody {
    /// Oldest first.
    keys: Vec<KeyBody>,
}

impl From<&[Key]> for KeyListBody {
    fn from(keys: &[Key]) -> Self {
        Self { keys: keys.iter().map(KeyBody::from).collect() }
    }
}

/// The state of a session over time. One that is dead is not found.
#[derive(Enum)]
#[oai(rename = "SessionState", rename_all = "lowercase")]
enum StateBody {
    Active,
    Idle,
    Dead,
}

impl From<SessionState> for StateBody {
    fn from(state: SessionState) -> Self {
        match state {
            SessionState::Active => Self::Active,
            SessionState::Idle => Self::Idle,
            SessionState::Dead => Self::Dead,
        }
    }
}

/// A session.
#[derive(Object)]
#[oai(rename = "Session", rename_all = "camelCase")]
pub(super) struct SessionBody {
    /// The session's id. It is no credential.
    session_id: String,
    /// The id of the user whose session it is.
    user_id: String,
    state: StateBody,
    /// When the session was opened (RFC 3339, UTC).
    created_at: InstantBody,
    /// When the session was last presented, to within an hour (RFC 3339, UTC).
    last_used_at: InstantBody,
    /// When the session becomes idle (RFC 3339, UTC).
    active_period_expires_at: InstantBody,
    /// When the session expires, unless it is renewed before (RFC 3339, UTC).
    idle_period_expires_at: InstantBody,
    attributes: AttributesBody,
    /// The `User-Agent` that opened the session; null without one.
    #[oai(nullable)]
    user_agent: Option<String>,
    /// The address that opened the session; null where it is unknown.
    #[oai(nullable)]
    address: Option<String>,
    /// The credential, only in the answer that opened the session.
    #[oai(skip_serializing_if_is_none)]
    token: Option<String>,
}

impl SessionBody {
    /// A session that was just opened, with its token.
    pub(super) fn of_opened(opened: &OpenedSession) -> Self {
        let token = Some(opened.token.expose().to_owned());
        Self { token, ..Self::new(&opened.valid.session, SessionState::Active) }
    }

    /// A session in this state, without the client that opened it.
    fn new(session: &Session, state: SessionState) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            user_id: session.user_id.as_str().to_owned(),
            state: state.into(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            active_period_expires_at: session.active_expires_at.into(),
            idle_period_expires_at: session.idle_expires_at.into(),
            attributes: attributes_body(&session.attributes).unwrap_or_default(),
            user_agent: None,
            address: None,
            token: None,
        }
    }

    pub(super) fn of_live(LiveSession { session, client }: &LiveSession, state: SessionState) -> Self {
        Self { user_agent: user_agent(client), address: address(client), ..Self::new(session, state) }
    }
}

/// The sessions of a user.
#[derive(Object)]
#[oai(rename = "SessionList")]
pub(super) struct SessionListBody {
    /// Newest first; at most 1,000.
    pub(super) sessions: Vec<SessionBody>,
    /// Whether there are older sessions, which the list leaves out.
    pub(super) more: bool,
}
