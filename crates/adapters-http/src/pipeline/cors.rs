//! Cross-origin resource sharing (WHATWG Fetch, 3.2): for trusted origins only. No wildcards.

use poem::http::{HeaderMap, HeaderValue, Method, header};
use poem::{IntoResponse, Request, Response};

use crate::origin::Origin;

/// What a trusted origin may send.
const ALLOW_METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const ALLOW_HEADERS: HeaderValue = HeaderValue::from_static("Accept, Authorization, Content-Type");
/// The headers that a trusted origin may read beside the safelisted ones.
const EXPOSE_HEADERS: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-Id");
/// Seconds for which a browser may remember the answer to a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Whether a request is a preflight.
pub(crate) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The response to a preflight of a trusted origin, without the headers of [`allow`].
pub(crate) fn preflight() -> Response {
    let mut response = poem::http::StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}

/// Lets a trusted origin read a response.
pub(crate) fn allow(origin: &Origin, headers: &mut HeaderMap) {
    let origin = HeaderValue::try_from(origin.to_string()).expect("an origin's serialization is ASCII");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
}
