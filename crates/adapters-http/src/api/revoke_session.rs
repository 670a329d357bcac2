//! `POST /api/sessions/{sessionId}/revoke`

use std::sync::Arc;

use doorward_domain::SessionId;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;

use super::extract::SignedInRequest;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::response::landing::Notice;
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::{Problem, ProblemKind};

pub(crate) struct RevokeSessionApi(pub(crate) Arc<Context>);

#[OpenApi]
impl RevokeSessionApi {
    /// Revoke a session
    ///
    /// Revokes one of the user's own sessions, which may be the current one.
    #[oai(
        path = "/api/sessions/:sessionId/revoke",
        method = "post",
        operation_id = "revokeSession",
        tag = "Tag::Sessions"
    )]
    async fn revoke_session(
        &self,
        request: SignedInRequest,
        /// The session's id, as in the list.
        #[oai(name = "sessionId")]
        session_id: Path<String>,
    ) -> Result<Done, Problem> {
        let session = &request.session;
        let id = SessionId::parse(&session_id.0).ok_or(Problem::new(ProblemKind::NotFound))?;
        if !self.0.use_cases.revoke_sessions.one(&session.user.id, &id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(AuditEvent::SessionRevoked, session);
        Ok(if id == session.session.id {
            Done::new(Notice::SignedOut, Forgets::Session)
        } else {
            Done::new(Notice::SessionRevoked, Forgets::Nothing)
        })
    }
}
