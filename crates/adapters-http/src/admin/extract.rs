//! The extractor of request bodies: JSON alone.

use poem::{Request, RequestBody as RequestBodyBytes};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::request::body::{self, RequestBody};

/// The fields of a body in JSON.
pub(super) struct Body<T>(pub(super) T);

impl<'a, T: RequestBody> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(body::json_request_meta::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBodyBytes,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self(body::read_json(request, body).await?))
    }
}
