//! `GET`, `POST` and `DELETE /admin/users/{userId}/sessions`

use std::sync::Arc;

use doorward_domain::ports::LiveSession;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::{Created, NoContent};
use super::bodies::{SessionBody, SessionListBody};
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_field::{AnyObject, JsonField};
use crate::response::problem::Problem;

/// The fields of a new session.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreateSession", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateSessionRequest {
    /// A JSON object of at most 4 KiB and 8 levels.
    attributes: JsonField<AnyObject>,
}

impl RequestBody for CreateSessionRequest {
    const REQUIRED: bool = false;
}

pub(super) struct SessionsOfUserApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl SessionsOfUserApi {
    /// List the sessions of a user
    #[oai(path = "/admin/users/:userId/sessions", method = "get", operation_id = "listSessions", tag = "Tag::Sessions")]
    async fn list_sessions(
        &self,
        _actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<Json<SessionListBody>, Problem> {
        let user = self.0.user(&user_id).await?;
        let (now, list) = (self.0.clock.now(), self.0.public.use_cases.list_sessions.run(&user.id).await?);
        let body = |live: &LiveSession| SessionBody::of_live(live, live.session.state(now, &self.0.sessions));
        Ok(Json(SessionListBody { sessions: list.sessions.iter().map(body).collect(), more: list.more }))
    }

    /// Open a session
    ///
    /// Opens a session of a user whom you signed in elsewhere. The answer has its token, which is shown only once.
    #[oai(
        path = "/admin/users/:userId/sessions",
        method = "post",
        operation_id = "createSession",
        tag = "Tag::Sessions"
    )]
    async fn create_session(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
        body: Body<CreateSessionRequest>,
    ) -> Result<Created<SessionBody>, Problem> {
        let attributes = body.0.attributes.attributes().map_err(Problem::of_attributes)?.unwrap_or_default();
        let user = self.0.user(&user_id).await?;
        let opened = self.0.admin.sessions.create(&user.id, attributes).await.map_err(Problem::of_create_session)?;
        self.0.note(&actor, AuditEvent::SessionCreated, Some(&user.id));
        Ok(Created(SessionBody::of_opened(&opened)))
    }

    /// Revoke all sessions of a user
    #[oai(
        path = "/admin/users/:userId/sessions",
        method = "delete",
        operation_id = "revokeSessions",
        tag = "Tag::Sessions"
    )]
    async fn revoke_sessions(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let user = self.0.user(&user_id).await?;
        self.0.admin.sessions.revoke_all(&user.id).await?;
        self.0.note(&actor, AuditEvent::SessionsRevoked, Some(&user.id));
        Ok(NoContent)
    }
}
