//! Sessions and users in JSON, with the names of Lucia's `Session` and `User`.

use doorward_app::ValidSession;
use doorward_domain::ports::{LiveSession, SessionList};
use doorward_domain::{Client, SessionId, UserAgent};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Enum, Object};
use serde::Serialize;

use crate::response::attributes::{AttributesBody, attributes_body};
use crate::response::meta::json;
use crate::response::time::InstantBody;

/// A session and its user.
// serde writes it in the order of the fields; poem-openapi would build a tree of values first, in the most frequent response.
#[derive(Object, Serialize)]
#[oai(rename = "Session", rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionBody {
    /// The session's id. It is no credential.
    session_id: String,
    state: SessionState,
    /// Whether this request renewed the session.
    fresh: bool,
    /// When the session becomes idle (RFC 3339, UTC).
    active_period_expires_at: InstantBody,
    /// When the session expires, unless it is renewed before (RFC 3339, UTC).
    idle_period_expires_at: InstantBody,
    /// The operator's attributes of the session; absent where there are none.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesBody>,
    user: UserBody,
    /// The credential, only in answers to `"transport": "bearer"`: send it as `Authorization: Bearer TOKEN`.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// How many recovery codes the user has left, only in the answer to a recovery.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recovery_codes_left: Option<u32>,
}

/// The state of a session. An idle session is renewed before it is shown.
#[derive(Enum, Serialize)]
#[oai(rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
enum SessionState {
    Active,
}

/// A user.
#[derive(Object, Serialize)]
#[oai(rename = "User", rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
struct UserBody {
    /// The user's id. It never changes.
    user_id: String,
    /// The username as it was typed at sign-up.
    username: String,
    /// The operator's attributes of the user; absent where there are none.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<AttributesBody>,
}

impl From<&ValidSession> for SessionBody {
    fn from(ValidSession { session, user, fresh }: &ValidSession) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            state: SessionState::Active,
            fresh: *fresh,
            active_period_expires_at: session.active_expires_at.into(),
            idle_period_expires_at: session.idle_expires_at.into(),
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

/// The capacity of the JSON buffer, in bytes: enough for most sessions without attributes.
const USUAL_BYTES: usize = 320;

/// The session, as the answer to the request that is sent most.
pub(crate) struct SessionAnswer(pub(crate) SessionBody);

impl IntoResponse for SessionAnswer {
    fn into_response(self) -> Response {
        let mut json = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut json, &self.0).expect("texts and booleans are JSON");
        let content_type = HeaderValue::from_static(Json::<SessionBody>::CONTENT_TYPE);
        Response::builder().header(header::CONTENT_TYPE, content_type).body(json)
    }
}

impl ApiResponse for SessionAnswer {
    fn meta() -> MetaResponses {
        let session = MetaResponse {
            description: "The session",
            status: Some(StatusCode::OK.as_u16()),
            status_range: None,
            content: vec![json::<SessionBody>()],
            headers: vec![],
        };
        MetaResponses { responses: vec![session] }
    }

    fn register(registry: &mut Registry) {
        SessionBody::register(registry);
    }
}

/// The sessions of a user.
#[derive(Object)]
#[oai(rename = "SessionList")]
pub(crate) struct SessionListBody {
    /// Newest first; at most 1,000.
    sessions: Vec<ListedSessionBody>,
    /// Whether there are older sessions, which the list leaves out.
    more: bool,
}

/// A session in the list of a user's sessions.
#[derive(Object)]
#[oai(rename = "ListedSession", rename_all = "camelCase")]
pub(crate) struct ListedSessionBody {
    /// The session's id. It is no credential.
    session_id: String,
    /// Whether it is the session of this request.
    current: bool,
    /// When the session was opened (RFC 3339, UTC).
    created_at: InstantBody,
    /// When the session was last presented, to within an hour (RFC 3339, UTC).
    last_used_at: InstantBody,
    /// When the session becomes idle (RFC 3339, UTC).
    active_period_expires_at: InstantBody,
    /// When the session expires, unless it is renewed before (RFC 3339, UTC).
    idle_period_expires_at: InstantBody,
    /// The `User-Agent` that opened the session; null without one.
    #[oai(nullable)]
    user_agent: Option<String>,
    /// The address that opened the session; null where it is unknown.
    #[oai(nullable)]
    address: Option<String>,
    /// The operator's attributes of the session; absent where there are none.
    #[oai(skip_serializing_if_is_none)]
    attributes: Option<AttributesBody>,
}

impl SessionListBody {
    pub(crate) fn new(list: &SessionList, current: &SessionId) -> Self {
        let sessions = list.sessions.iter().map(|live| ListedSessionBody::new(live, current)).collect();
        Self { sessions, more: list.more }
    }
}

impl ListedSessionBody {
    pub(crate) fn new(LiveSession { session, client }: &LiveSession, current: &SessionId) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            current: session.id == *current,
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            active_period_expires_at: session.active_expires_at.into(),
            idle_period_expires_at: session.idle_expires_at.into(),
            user_agent: user_agent(client),
            address: address(client),
            attributes: attributes_body(&session.attributes),
        }
    }
}

pub(crate) fn user_agent(client: &Client) -> Option<String> {
    client.user_agent.as_ref().map(UserAgent::as_str).map(str::to_owned)
}

pub(crate) fn address(client: &Client) -> Option<String> {
    client.address.map(|address| address.to_string())
}
