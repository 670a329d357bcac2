//! Who is signed in.

use std::sync::Arc;

use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::Tag;
use crate::context::Context;
use crate::credential::Credential;
use crate::problem::Problem;
use crate::wire::SessionBody;

pub(crate) struct SessionsApi(pub(crate) Arc<Context>);

#[OpenApi]
impl SessionsApi {
    /// The session
    ///
    /// Says who is signed in, by cookie or bearer token, and renews the session when it is idle.
    #[oai(path = "/api/session", method = "get", operation_id = "getSession", tag = "Tag::Sessions")]
    async fn session(&self, credential: Credential<'_>) -> Result<Json<SessionBody>, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        Ok(Json(SessionBody::from(&signed_in)))
    }
}
