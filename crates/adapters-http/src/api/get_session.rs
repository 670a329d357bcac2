//! `GET /api/session`

use std::sync::Arc;

use poem_openapi::OpenApi;

use super::tag::Tag;
use crate::context::Context;
use crate::request::credential::Credential;
use crate::response::problem::Problem;
use crate::response::session::{SessionAnswer, SessionBody};

/// The path, which the pipeline answers without the router (ADR 0017).
pub(crate) const PATH: &str = "/api/session";

/// Validates the session that a credential proves.
pub(crate) async fn get_session(context: &Context, credential: Credential<'_>) -> Result<SessionAnswer, Problem> {
    let session = context.require_session(credential).await?;
    Ok(SessionAnswer(SessionBody::from(&session)))
}

pub(crate) struct GetSessionApi(pub(crate) Arc<Context>);

#[OpenApi]
impl GetSessionApi {
    /// The session
    ///
    /// Validates the session of a cookie or bearer token, and renews it when it is idle.
    #[oai(path = "/api/session", method = "get", operation_id = "getSession", tag = "Tag::Sessions")]
    async fn get_session(&self, credential: Credential<'_>) -> Result<SessionAnswer, Problem> {
        get_session(&self.0, credential).await
    }
}
