//! Answers with another status than 200.

use poem::http::StatusCode;
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};

use crate::response::meta::json;

/// 201 with what was created.
pub(super) struct Created<T>(pub(super) T);

impl<T: ToJSON> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        Json(self.0).with_status(StatusCode::CREATED).into_response()
    }
}

impl<T: Type> ApiResponse for Created<T>
where
    Json<T>: Payload,
{
    fn meta() -> MetaResponses {
        let created = MetaResponse {
            description: "Created",
            status: Some(StatusCode::CREATED.as_u16()),
            status_range: None,
            content: vec![json::<T>()],
            headers: vec![],
        };
        MetaResponses { responses: vec![created] }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 204: it is done.
pub(super) struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl ApiResponse for NoContent {
    fn meta() -> MetaResponses {
        let done = MetaResponse {
            description: "Done",
            status: Some(StatusCode::NO_CONTENT.as_u16()),
            status_range: None,
            content: vec![],
            headers: vec![],
        };
        MetaResponses { responses: vec![done] }
    }

    fn register(_: &mut Registry) {}
}
