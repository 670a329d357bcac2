//! What answers share: their parts in the `OpenAPI` document, and the redirect.

use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType};
use poem_openapi::types::Type;

/// A JSON answer with this body.
pub(crate) fn json<T: Type>() -> MetaMediaType
where
    Json<T>: Payload,
{
    MetaMediaType { content_type: Json::<T>::CONTENT_TYPE, schema: T::schema_ref() }
}

/// A header whose value is a text.
pub(crate) fn text_header(name: &str, description: &str) -> MetaHeader {
    MetaHeader {
        name: name.into(),
        description: Some(description.into()),
        required: false,
        deprecated: false,
        schema: String::schema_ref(),
    }
}

/// A 302 to an allowed target.
pub(crate) fn found(location: &str) -> Response {
    let location = HeaderValue::try_from(location).expect("locations are written by this server in ASCII");
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, location).finish()
}
