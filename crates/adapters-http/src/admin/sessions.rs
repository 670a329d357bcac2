//! `GET`, `PATCH` and `DELETE /admin/sessions/{sessionId}`

use std::sync::Arc;

use doorward_domain::ports::LiveSession;
use doorward_domain::{SessionId, SessionState};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::NoContent;
use super::bodies::SessionBody;
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_field::{AnyObject, JsonField};
use crate::response::problem::{Problem, ProblemKind};

/// The fields of a change of a session. What is missing stays as it is.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "UpdateSession", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UpdateSessionRequest {
    /// Replaces the whole object: a JSON object of at most 4 KiB and 8 levels.
    attributes: JsonField<AnyObject>,
}

impl RequestBody for UpdateSessionRequest {
    const REQUIRED: bool = false;
}

pub(super) struct SessionsApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl SessionsApi {
    /// Show a session
    ///
    /// Shows a live session without renewing it.
    #[oai(path = "/admin/sessions/:sessionId", method = "get", operation_id = "getSession", tag = "Tag::Sessions")]
    async fn get_session(
        &self,
        _actor: Actor,
        /// The session's id.
        #[oai(name = "sessionId")]
        session_id: Path<String>,
    ) -> Result<Json<SessionBody>, Problem> {
        let (live, state) = self.session(&session_id).await?;
        Ok(Json(SessionBody::of_live(&live, state)))
    }

    /// Change a session
    #[oai(path = "/admin/sessions/:sessionId", method = "patch", operation_id = "updateSession", tag = "Tag::Sessions")]
    async fn update_session(
        &self,
        actor: Actor,
        /// The session's id.
        #[oai(name = "sessionId")]
        session_id: Path<String>,
        body: Body<UpdateSessionRequest>,
    ) -> Result<Json<SessionBody>, Problem> {
        let attributes = body.0.attributes.attributes().map_err(Problem::of_attributes)?;
        let (mut live, state) = self.session(&session_id).await?;
        if let Some(attributes) = attributes {
            if !self.0.admin.sessions.set_attributes(&live.session.id, &attributes).await? {
                return Err(Problem::new(ProblemKind::NotFound));
            }
            self.0.note(&actor, AuditEvent::AttributesChanged, Some(&live.session.user_id));
            live.session.attributes = attributes;
        }
        Ok(Json(SessionBody::of_live(&live, state)))
    }

    /// Revoke a session
    #[oai(
        path = "/admin/sessions/:sessionId",
        method = "delete",
        operation_id = "revokeSession",
        tag = "Tag::Sessions"
    )]
    async fn revoke_session(
        &self,
        actor: Actor,
        /// The session's id.
        #[oai(name = "sessionId")]
        session_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let (live, _) = self.session(&session_id).await?;
        if !self.0.admin.sessions.revoke(&live.session.id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(&actor, AuditEvent::SessionRevoked, Some(&live.session.user_id));
        Ok(NoContent)
    }
}

impl SessionsApi {
    /// The live session with an id of a path.
    async fn session(&self, id: &str) -> Result<(LiveSession, SessionState), Problem> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let id = SessionId::parse(id).ok_or_else(not_found)?;
        let (live, state, _) = self.0.admin.sessions.get(&id).await?.ok_or_else(not_found)?;
        Ok((live, state))
    }
}
