//! Whether the server can do its work, for whatever watches over it.

use std::sync::Arc;

use doorward_app::Fault;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::Tag;
use crate::context::Context;
use crate::response::problem::Problem;
use crate::response::wire::{HealthBody, HealthWord};

pub(crate) struct HealthApi(pub(crate) Arc<Context>);

#[expect(clippy::unused_async, reason = "operations are async functions, whether or not they wait")]
#[OpenApi]
impl HealthApi {
    /// Alive
    ///
    /// Answers as long as the server answers anything.
    #[oai(path = "/health/live", method = "get", operation_id = "live", tag = "Tag::Health")]
    async fn live(&self) -> Result<Json<HealthBody>, Problem> {
        Ok(Json(HealthBody { status: HealthWord::Ok }))
    }

    /// Ready
    ///
    /// Answers 200 when the store answers, else 503 `unavailable`.
    #[oai(path = "/health/ready", method = "get", operation_id = "ready", tag = "Tag::Health")]
    async fn ready(&self) -> Result<Json<HealthBody>, Problem> {
        self.0.services.store.ping().await.map_err(Fault::from)?;
        Ok(Json(HealthBody { status: HealthWord::Ok }))
    }
}
