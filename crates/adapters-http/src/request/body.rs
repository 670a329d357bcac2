//! The body of a POST: its fields as a request type, read within bounds of size and time.

use std::time::Duration;

use futures_util::StreamExt;
use poem::http::{HeaderMap, header};
use poem::{Body, Request, RequestBody as RequestBodyBytes};
use poem_openapi::Object;
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::types::Type;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::request::fields::{self, BodyType, Fields, Malformed};
use crate::request::text::{NextTarget, PlainText, Text, TransportName};
use crate::response::problem::{Problem, ProblemKind};

/// The most bytes of a body.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a body may take to arrive, from first byte to last.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// The fields of an operation's body: one struct that is its schema in the document and what a handler reads. Which
/// fields are missing, of another type or out of bounds is for the use case to judge, in the order of the contract.
pub(crate) trait RequestBody: DeserializeOwned + Type {
    /// Whether the document asks for a body.
    const REQUIRED: bool = true;

    /// The field `transport`, where the operation has one.
    fn transport(&self) -> Option<&Text<TransportName, false>> {
        None
    }

    /// The field `next`, where the operation has one.
    fn next(&self) -> Option<&str> {
        None
    }

    /// The field `userId`, where the operation has one.
    fn user_id(&self) -> Option<&str> {
        None
    }

    /// The code of a link, where the operation has a field for one.
    fn code(&self) -> Option<&str> {
        None
    }

    /// The field `username`, where the operation has one.
    fn username(&self) -> Option<&str> {
        None
    }
}

/// The fields of an operation on the signed-in user's account that needs no more.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "Nothing", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AccountFields {
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<PlainText, false>,
}

impl RequestBody for AccountFields {
    const REQUIRED: bool = false;

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

/// The fields of a logout.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "LogOut", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct LogOutFields {
    /// Whose account it is. A form says it, so that it signs out no user who signed in since.
    user_id: Text<PlainText, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
}

impl RequestBody for LogOutFields {
    const REQUIRED: bool = false;

    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

/// Reads the fields of a body, in any of the three encodings.
///
/// # Errors
/// `request_timeout`, `payload_too_large` or `malformed_request`.
pub(crate) async fn read<T: RequestBody>(request: &Request, body: &mut RequestBodyBytes) -> Result<T, Problem> {
    read_fields(request, body, |_| true).await?.deserialize().map_err(malformed)
}

/// Reads the fields of a body in JSON, in which `null` is a value of its own.
///
/// # Errors
/// As [`read`], and `unsupported_media_type` for a form.
pub(crate) async fn read_json<T: RequestBody>(request: &Request, body: &mut RequestBodyBytes) -> Result<T, Problem> {
    let fields = read_fields(request, body, |body_type| *body_type == BodyType::Json).await?;
    fields.with_nulls().deserialize().map_err(malformed)
}

async fn read_fields(
    request: &Request,
    body: &mut RequestBodyBytes,
    is_accepted: impl Fn(&BodyType) -> bool,
) -> Result<Fields, Problem> {
    let body = body.take().map_err(|_| Problem::new(ProblemKind::MalformedRequest))?;
    let bytes = tokio::time::timeout(BODY_TIMEOUT, read_bounded(body))
        .await
        .map_err(|_| Problem::new(ProblemKind::RequestTimeout))??;
    if bytes.is_empty() {
        return Ok(Fields::default());
    }
    let body_type = body_type(request.headers()).filter(is_accepted);
    let body_type = body_type.ok_or(Problem::new(ProblemKind::UnsupportedMediaType))?;
    fields::parse(&body_type, &bytes).map_err(malformed)
}

fn malformed(cause: Malformed) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).caused_by(cause)
}

/// The type of a body that carries fields; `None` where the request names none, another one, or more than one.
fn body_type(headers: &HeaderMap) -> Option<BodyType> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let only = types.next().filter(|_| types.next().is_none())?;
    BodyType::parse(only.to_str().ok()?)
}

/// How the body of `T` stands in the `OpenAPI` document: three media types with one schema.
pub(crate) fn request_meta<T: RequestBody>() -> MetaRequest {
    // In forms every field is a text, also fields that the operation does not know.
    let form = MetaSchema {
        all_of: vec![T::schema_ref()],
        additional_properties: Some(Box::new(String::schema_ref())),
        ..MetaSchema::ANY
    };
    let form = || MetaSchemaRef::Inline(Box::new(form.clone()));
    let content = vec![
        json_media_type::<T>(),
        MetaMediaType { content_type: "application/x-www-form-urlencoded", schema: form() },
        MetaMediaType { content_type: "multipart/form-data", schema: form() },
    ];
    MetaRequest { description: None, content, required: T::REQUIRED }
}

/// How the body of `T` in JSON stands in the `OpenAPI` document.
pub(crate) fn json_request_meta<T: RequestBody>() -> MetaRequest {
    MetaRequest { description: None, content: vec![json_media_type::<T>()], required: T::REQUIRED }
}

fn json_media_type<T: RequestBody>() -> MetaMediaType {
    MetaMediaType { content_type: "application/json", schema: T::schema_ref() }
}

async fn read_bounded(body: Body) -> Result<Zeroizing<Vec<u8>>, Problem> {
    // Room for every form, so that the buffer with secrets is not moved before it is wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * 1024));
    let mut chunks = body.into_bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Problem::new(ProblemKind::MalformedRequest).caused_by(error))?;
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(Problem::new(ProblemKind::PayloadTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Refuses a request whose body is too large or of a type that carries no fields, by its head alone. A `Content-Type`
/// without a body describes nothing. Whether a chunked body is empty shows when it is read.
pub(crate) fn check_head(headers: &HeaderMap) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(Problem::new(ProblemKind::PayloadTooLarge));
    }
    let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
    if length.is_none_or(|length| length == 0) && !is_chunked {
        return Ok(());
    }
    // A compressed body may expand beyond the limit, and clients of forms send none.
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let is_plain = codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let is_supported = is_plain && (is_chunked || body_type(headers).is_some());
    if is_supported { Ok(()) } else { Err(Problem::new(ProblemKind::UnsupportedMediaType)) }
}
