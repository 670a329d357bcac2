//! `POST /api/sessions/revoke-others`

use std::sync::Arc;

use poem_openapi::OpenApi;

use super::extract::SignedInRequest;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::response::landing::Notice;
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::Problem;

pub(crate) struct RevokeOtherSessionsApi(pub(crate) Arc<Context>);

#[OpenApi]
impl RevokeOtherSessionsApi {
    /// Revoke all other sessions
    ///
    /// Revokes every session of the signed-in user but the current one.
    #[oai(
        path = "/api/sessions/revoke-others",
        method = "post",
        operation_id = "revokeOtherSessions",
        tag = "Tag::Sessions"
    )]
    async fn revoke_other_sessions(&self, request: SignedInRequest) -> Result<Done, Problem> {
        self.0.use_cases.revoke_sessions.others(&request.session).await?;
        self.0.note(AuditEvent::OtherSessionsRevoked, &request.session);
        Ok(Done::new(Notice::OtherSessionsRevoked, Forgets::Nothing))
    }
}
