//! `GET /api/sessions`

use std::sync::Arc;

use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::tag::Tag;
use crate::context::Context;
use crate::request::credential::Credential;
use crate::response::problem::Problem;
use crate::response::session::SessionListBody;

pub(crate) struct ListSessionsApi(pub(crate) Arc<Context>);

#[OpenApi]
impl ListSessionsApi {
    /// All sessions
    ///
    /// The live sessions of the signed-in user, newest first.
    #[oai(path = "/api/sessions", method = "get", operation_id = "listSessions", tag = "Tag::Sessions")]
    async fn list_sessions(&self, credential: Credential<'_>) -> Result<Json<SessionListBody>, Problem> {
        let session = self.0.require_session(credential).await?;
        let list = self.0.use_cases.list_sessions.run(&session.user.id).await?;
        Ok(Json(SessionListBody::new(&list, &session.session.id)))
    }
}
