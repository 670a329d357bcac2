//! The body of a POST as an `OpenAPI` operation takes it: documented as three media types with one schema, read only
//! when the operation asks for it, within bounds of size and time.

use std::io;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use poem::http::{HeaderMap, header};
use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use zeroize::Zeroizing;

use crate::request::fields::{BodyType, Fields};
use crate::response::problem::{Problem, ProblemKind};

/// The most bytes of a body.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a body may take to arrive, from first byte to last.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// How much of a body that was refused is read on, and for how long.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);

/// A body with the fields of `T`, not yet read. `T` is only its schema: which fields are missing or of another type is
/// for the use case to judge, in the order of the contract.
pub(crate) struct Submission<T> {
    body_type: Option<BodyType>,
    body: Body,
    schema: PhantomData<fn() -> T>,
}

impl<T> Submission<T> {
    /// Reads the fields.
    pub(crate) async fn read(self) -> Result<Fields, Problem> {
        let bytes = tokio::time::timeout(BODY_TIMEOUT, read_bounded(self.body))
            .await
            .map_err(|_| Problem::new(ProblemKind::RequestTimeout))??;
        // A body without a type was refused at the front, so here none means that there is no body.
        let Some(body_type) = self.body_type else { return Ok(Fields::default()) };
        Fields::parse(&body_type, &bytes)
            .await
            .map_err(|malformed| Problem::new(ProblemKind::MalformedRequest).caused_by(malformed))
    }
}

async fn read_bounded(body: Body) -> Result<Zeroizing<Vec<u8>>, Problem> {
    // Room for any form here, so that what is wiped in the end was never moved.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * 1024));
    let mut chunks = body.into_bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Problem::new(ProblemKind::MalformedRequest).caused_by(error))?;
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            discard(chunks).await;
            return Err(Problem::new(ProblemKind::PayloadTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Lets a client that was refused by its head finish sending. One that waits for a `100 Continue` sends nothing, and is
/// not asked to.
pub(crate) async fn discard_body(request: &mut Request) {
    if !request.headers().contains_key(header::EXPECT) {
        discard(request.take_body().into_bytes_stream()).await;
    }
}

/// Reads on to the end, within bounds: a client that is cut off while it sends does not read the answer.
async fn discard<B: AsRef<[u8]>>(mut chunks: impl Stream<Item = io::Result<B>> + Unpin) {
    let read_on = async {
        let mut discarded = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            discarded += chunk.as_ref().len();
            if discarded > MAX_DISCARDED_BYTES {
                break;
            }
        }
    };
    // However it ends, the answer follows.
    let _ = tokio::time::timeout(DISCARD_TIMEOUT, read_on).await;
}

/// Refuses a request whose body is too large or of a type that carries no fields, by its head alone.
pub(crate) fn check_head(headers: &HeaderMap) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(Problem::new(ProblemKind::PayloadTooLarge));
    }
    // What is compressed may be larger than it looks, and no client of a form has reason to.
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if !codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(ProblemKind::UnsupportedMediaType));
    }
    let has_body = length.is_some_and(|length| length > 0) || headers.contains_key(header::TRANSFER_ENCODING);
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let supported = match (types.next(), types.next()) {
        (None, _) => !has_body,
        (Some(one), None) => one.to_str().ok().and_then(BodyType::parse).is_some(),
        (Some(_), Some(_)) => false,
    };
    if supported { Ok(()) } else { Err(Problem::new(ProblemKind::UnsupportedMediaType)) }
}

impl<'a, T: Type> ApiExtractor<'a> for Submission<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        // In forms all fields are texts, those too that the operation does not know, and each stands once.
        let form = MetaSchema {
            all_of: vec![T::schema_ref()],
            additional_properties: Some(Box::new(String::schema_ref())),
            ..MetaSchema::ANY
        };
        let form = || MetaSchemaRef::Inline(Box::new(form.clone()));
        let content = vec![
            MetaMediaType { content_type: "application/json", schema: T::schema_ref() },
            MetaMediaType { content_type: "application/x-www-form-urlencoded", schema: form() },
            MetaMediaType { content_type: "multipart/form-data", schema: form() },
        ];
        Some(MetaRequest { description: None, content, required: T::IS_REQUIRED })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let body_type = content_type.and_then(BodyType::parse);
        Ok(Self { body_type, body: body.take()?, schema: PhantomData })
    }
}
