//! `GET /health/live` and `GET /health/ready`, for a load balancer or a supervisor.

use std::sync::Arc;

use doorward_app::Fault;
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::tag::Tag;
use crate::context::Context;
use crate::response::problem::Problem;

/// That the server is well.
#[derive(Object)]
#[oai(rename = "Health")]
pub(crate) struct HealthBody {
    status: HealthStatus,
}

/// How the server is.
#[derive(Enum)]
#[oai(rename_all = "lowercase")]
enum HealthStatus {
    Ok,
}

pub(crate) struct HealthApi(pub(crate) Arc<Context>);

#[expect(clippy::unused_async, reason = "operations are async functions, whether or not they wait")]
#[OpenApi]
impl HealthApi {
    /// Alive
    ///
    /// Answers as long as the server answers anything.
    #[oai(path = "/health/live", method = "get", operation_id = "live", tag = "Tag::Health")]
    async fn live(&self) -> Result<Json<HealthBody>, Problem> {
        Ok(Json(HealthBody { status: HealthStatus::Ok }))
    }

    /// Ready
    ///
    /// Answers 200 when the store answers, else 503 `unavailable`.
    #[oai(path = "/health/ready", method = "get", operation_id = "ready", tag = "Tag::Health")]
    async fn ready(&self) -> Result<Json<HealthBody>, Problem> {
        self.0.use_cases.store.ping().await.map_err(|error| Fault::Unavailable(error.into()))?;
        Ok(Json(HealthBody { status: HealthStatus::Ok }))
    }
}
