//! Who is signed in, and where.

use std::sync::Arc;

use doorward_domain::SessionId;
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use super::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::Submission;
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::response::answer::{Done, SessionAnswer};
use crate::response::problem::{Problem, ProblemKind};
use crate::response::wire::{NoFields, SessionBody, SessionListBody};

pub(crate) struct SessionsApi(pub(crate) Arc<Context>);

/// The path of the question that is asked all day.
pub(crate) const PRESENT_PATH: &str = "/api/session";

/// Who is signed in.
pub(crate) async fn present(context: &Context, credential: Credential<'_>) -> Result<SessionAnswer, Problem> {
    let signed_in = context.require_session(credential).await?;
    Ok(SessionAnswer(SessionBody::from(&signed_in)))
}

#[OpenApi]
impl SessionsApi {
    /// The session
    ///
    /// Says who is signed in, by cookie or bearer token, and renews the session when it is idle.
    #[oai(path = "/api/session", method = "get", operation_id = "getSession", tag = "Tag::Sessions")]
    async fn session(&self, credential: Credential<'_>) -> Result<SessionAnswer, Problem> {
        present(&self.0, credential).await
    }

    /// All sessions
    ///
    /// Every live session of whoever is signed in.
    #[oai(path = "/api/sessions", method = "get", operation_id = "listSessions", tag = "Tag::Sessions")]
    async fn list(&self, credential: Credential<'_>) -> Result<Json<SessionListBody>, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        let sessions = self.0.services.list_sessions.run(&signed_in.user.id).await?;
        Ok(Json(SessionListBody::new(&sessions, &signed_in.session.id)))
    }

    /// End a session
    ///
    /// Ends one of one's own sessions, which may be the present one.
    #[oai(
        path = "/api/sessions/:session_id/revoke",
        method = "post",
        operation_id = "revokeSession",
        tag = "Tag::Sessions"
    )]
    async fn revoke(
        &self,
        request: &Request,
        credential: Credential<'_>,
        /// What names the session, as in the list.
        session_id: Path<String>,
        body: Submission<Option<NoFields>>,
    ) -> Result<Done, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        body.read().await?;
        let id = SessionId::parse(&session_id.0).ok_or(Problem::new(ProblemKind::NotFound))?;
        if !self.0.services.revoke_sessions.one(&signed_in.user.id, &id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(AuditEvent::SessionRevoked, &signed_in);
        let ended_itself = id == signed_in.session.id;
        Ok(Done::new(ResponseMode::of(request), "/", ended_itself.then(|| self.0.cookie.blank())))
    }

    /// End all other sessions
    ///
    /// Ends every session of whoever is signed in, but for the present one.
    #[oai(
        path = "/api/sessions/revoke-others",
        method = "post",
        operation_id = "revokeOtherSessions",
        tag = "Tag::Sessions"
    )]
    async fn revoke_others(
        &self,
        request: &Request,
        credential: Credential<'_>,
        body: Submission<Option<NoFields>>,
    ) -> Result<Done, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        body.read().await?;
        self.0.services.revoke_sessions.others(&signed_in).await?;
        self.0.note(AuditEvent::OtherSessionsRevoked, &signed_in);
        Ok(Done::new(ResponseMode::of(request), "/", None))
    }
}
